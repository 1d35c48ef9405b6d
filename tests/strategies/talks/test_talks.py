"""Each labelled conversation with the built-in strategist goes as its label says, from the first word to the code."""

import pytest

from chat.models import Conversation
from strategies.spec import read_spec
from tests.strategies.corpus.case import meaning
from tests.strategies.talks.script import TALKS, Said
from tests.strategies.talks.script import Conversation as Script
from tests.support.hook_talk import Talk
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db


def test_there_are_talks_of_every_kind_and_language() -> None:
    assert len(TALKS) >= 30
    assert {talk.kind for talk in TALKS} == {kind.value for kind in Conversation.Kind}
    assert len({talk.name for talk in TALKS}) == len(TALKS)


@pytest.mark.parametrize("script", TALKS, ids=lambda script: script.name)
def test_a_conversation_goes_as_labelled(owner: User, script: Script) -> None:
    talk = Talk(Conversation.objects.create(owner=owner, kind=script.kind))
    wrong = []
    for said in script.said:
        reply = talk.say(said.words) if said.words else talk.confirm()
        wrong += [f"{said.words!r}: {fault}\n{reply}" for fault in faults(talk, said, reply)]
    assert not wrong, "\n\n".join(wrong)


def faults(talk: Talk, said: Said, reply: str) -> list[str]:
    found = [f"does not say {words!r}" for words in said.hears if words not in reply]
    found += [f"says {words!r}" for words in said.never if words in reply]
    frame = talk.frame()
    if said.spec is not None and meaning(read_spec(frame["spec"])) != meaning(said.spec.spec()):
        found.append(f"plan {frame['spec']}")
    missing = frame.get("missing") or [{"field": None, "choices": []}]
    if said.asks is not None and missing[0]["field"] != said.asks:
        found.append(f"asks for {[item['field'] for item in missing]}, not for {said.asks}")
    found += [f"does not offer {choice}" for choice in said.offers if choice not in missing[0]["choices"]]
    if said.ready is not None and bool(frame.get("ready")) != said.ready:
        found.append(f"ready: {frame.get('ready')}")
    if said.versions is not None and len(talk.versions) != said.versions:
        found.append(f"{len(talk.versions)} versions")
    return found
