"""P8 as rows: two real versions are sound, and each way to break them or their spec is found by its name."""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F

from chat import hooks, verification
from chat.models import Conversation, Message, Turn
from chat.protocol import AiChat
from chat.turns import EndTurn, StartTurn
from chat.verification import Scope
from strategies import edits
from strategies.models import Strategy, StrategySpec, StrategyVersion
from strategies.strategist import Script
from tests.chat.turn_rows import Reply, talk
from tests.support.hook_talk import spoken
from tests.support.verification import codes, findings, lose, undone
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

IDEA = (
    "Buy BTC/USDT on 15m when SMA 5 crosses above SMA 20, sell when it crosses below, stop loss 2%, take profit 5%, "
    "position 50%"
)
NOWHERE = uuid.UUID(int=7)
Rows = Any


@dataclass
class Library:
    conversation: Conversation
    strategy: Strategy

    def version(self, number: int) -> Rows:
        return StrategyVersion.objects.filter(strategy=self.strategy, number=number)

    @property
    def row(self) -> Rows:
        return Strategy.objects.filter(pk=self.strategy.pk)

    @property
    def specs(self) -> Rows:
        return StrategySpec.objects.filter(conversation=self.conversation)

    def reply(self, number: int) -> Rows:
        return Message.objects.filter(pk=self.version(number).get().message_id)


def say(conversation: Conversation, content: str) -> None:
    """A message and the built-in strategist's whole reply, through the same units of work as in a server."""
    conversation.refresh_from_db()
    hook = hooks.hook()
    plan = hook.prepare_message(conversation, conversation.head_id, content, "en")
    command = AiChat(request_id=uuid.uuid4(), content=content)
    with transaction.atomic():
        turn = StartTurn(conversation.pk, conversation.owner_id, command, "en", plan).run().turn
    conversation.refresh_from_db()
    context = hook.plan_call(turn, conversation).context
    assert isinstance(context, Script)
    text = spoken(context)
    Reply(turn).append(text[:50], text[50:])
    reply = hook.prepare_reply(turn, conversation, text, 1)
    with transaction.atomic():
        EndTurn(conversation.pk, turn.pk, turn.token, Turn.Status.COMPLETE, reply=reply).run()
    conversation.refresh_from_db()


@pytest.fixture
def library(owner: User) -> Library:
    """A talk that made versions 1 and 2, and 3 by hand."""
    conversation = Conversation.objects.create(owner=owner, kind=Conversation.Kind.STRATEGY)
    for words in (IDEA, "yes, generate", "make the stop loss 3%", "yes, generate"):
        say(conversation, words)
    strategy = Strategy.objects.get(conversation=conversation)
    edits.add_version(strategy, strategy.versions.get(number=2).code + "\n# by hand\n")
    strategy.refresh_from_db()
    assert strategy.last_number == 3
    return Library(conversation, strategy)


def seen() -> set[str]:
    """The deleting of journal entries is not what is looked at here."""
    return codes() - {"journal-left-over"}


def test_real_versions_are_sound(library: Library) -> None:
    assert seen() == set()
    assert StrategySpec.objects.count() == 2


def test_the_same_code_again_leaves_no_gap(library: Library) -> None:
    say(library.conversation, "generate it again")
    assert seen() == set()


def test_versions_outlive_their_conversation(library: Library) -> None:
    Conversation.objects.all().delete()
    StrategyVersion.objects.update(message=None)
    assert StrategyVersion.objects.count() == 3
    assert seen() - {"journal-orphan"} == set()


Break = Callable[[Library], object]
BROKEN: dict[str, tuple[set[str], Break]] = {}


def broken(*expected: str) -> Callable[[Break], Break]:
    """One way to break the library, and exactly what is then found."""

    def register(how: Break) -> Break:
        BROKEN[how.__name__] = (set(expected), how)
        return how

    return register


@broken("strategy-foreign", "version-foreign")
def a_strategy_of_somebody_else(library: Library) -> None:
    library.row.update(owner=User.objects.create_user("eve", password="eve-password-1"))


@broken("strategy-foreign", "version-foreign", "version-without-spec")
def a_strategy_of_no_conversation(library: Library) -> None:
    library.row.update(conversation_id=NOWHERE)


@broken("strategy-foreign")
def a_conversation_of_somebody_else_without_versions(library: Library) -> None:
    eve = User.objects.create_user("eve", password="eve-password-1")
    Strategy.objects.create(owner=library.strategy.owner, conversation=talk(eve), name="borrowed")


@broken("version-gap")
def a_version_that_went_away(library: Library) -> None:
    lose(library.version(2))


@broken("version-gap")
def a_first_version_that_went_away(library: Library) -> None:
    lose(library.version(1))


@broken("version-gap")
def versions_from_0_on(library: Library) -> None:
    lose(library.version(1))
    StrategyVersion.objects.create(
        strategy=library.strategy, number=0, origin="hand", code="pass", code_sha256=sha256("pass")
    )


@broken("version-counter")
def a_last_version_that_went_away(library: Library) -> None:
    lose(library.version(3))


@broken("version-counter")
def all_versions_that_went_away(library: Library) -> None:
    lose(StrategyVersion.objects.all())


@broken("version-counter")
def a_counter_that_went_back(library: Library) -> None:
    library.row.update(last_number=2)


@broken("version-without-strategy")
def versions_of_no_strategy(library: Library) -> None:
    lose(library.row)


@broken("version-changed")
def code_that_was_changed(library: Library) -> None:
    """The trigger would refuse it: as a damaged file, or a version that was stored wrong."""
    code = library.version(1).get().code
    add(library, code=code + " ", code_sha256=sha256(code))


@broken("version-without-message")
def a_version_that_no_reply_made(library: Library) -> None:
    library.version(2).update(message=None)


@broken("version-without-message")
def a_version_whose_reply_is_nowhere(library: Library) -> None:
    library.version(3).update(message_id=NOWHERE)


@broken("version-foreign")
def a_version_made_in_another_conversation(library: Library) -> None:
    other = talk(library.conversation.owner)
    say(other, "hello")
    library.version(1).update(message_id=other.head_id)


@broken("version-foreign")
def a_version_made_by_somebody_else(library: Library) -> None:
    """Also where the strategy's conversation has gone."""
    other = talk(User.objects.create_user("eve", password="eve-password-1"))
    say(other, "hello")
    library.version(1).update(message_id=other.head_id)
    library.row.update(conversation=None)


@broken("version-unfinished")
def a_version_made_by_a_question(library: Library) -> None:
    library.version(1).update(message_id=library.reply(1).get().parent_id)


@broken("version-unfinished", "reply-status")
def a_version_of_half_a_reply(library: Library) -> None:
    library.reply(1).update(status="stopped")


@broken("version-without-spec")
def a_version_of_a_spec_that_never_was(library: Library) -> None:
    library.version(1).update(spec_revision=9)


@broken("spec-gap", "version-without-spec")
def a_spec_that_went_away(library: Library) -> None:
    lose(library.specs.filter(revision=1))


@broken("spec-gap")
def a_spec_that_nobody_counted(library: Library) -> None:
    again = library.specs.get(revision=2)
    StrategySpec.objects.create(conversation=library.conversation, revision=4, spec=again.spec, message=again.message)


@broken("spec-gap", "version-without-spec")
def specs_from_0_on(library: Library) -> None:
    library.specs.filter(revision=1).update(revision=0)


@broken("spec-foreign")
def a_spec_from_another_conversation(library: Library) -> None:
    other = talk(library.conversation.owner)
    say(other, "hello")
    library.specs.filter(revision=1).update(message_id=other.head_id)


@broken("spec-foreign")
def a_spec_from_nowhere(library: Library) -> None:
    library.specs.filter(revision=1).update(message_id=NOWHERE)


def sha256(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def add(library: Library, **fields: Any) -> None:
    library.row.update(last_number=F("last_number") + 1)
    number = library.row.get().last_number
    StrategyVersion.objects.create(strategy=library.strategy, number=number, origin="hand", **fields)


def test_what_is_broken_is_found(library: Library) -> None:
    """Exactly that, each time; one library for all, since it is whole again after each."""
    wrong = {}
    for name, (expected, how) in BROKEN.items():
        with undone():
            how(library)
            if (found := seen()) != expected:
                wrong[name] = (found, expected)
    assert wrong == {}
    assert seen() == set(), "the library was not restored"


def test_each_check_is_seen_to_fail() -> None:
    verification.load()
    checks = [check for walk in verification.registered() for check in walk.checks]
    ours = {check.code for check in checks if check.look.__module__ == "strategies.verification"}
    assert ours == set().union(*(expected for expected, _how in BROKEN.values())) & ours
    assert len(ours) == 11


def test_one_conversation_alone(library: Library) -> None:
    other = talk(library.conversation.owner)
    with undone():
        library.row.update(last_number=9)
        lose(library.specs.filter(revision=1))
        assert "version-counter" in codes(Scope(library.conversation.pk))
        assert "spec-gap" in codes(Scope(library.conversation.pk))
        assert codes(Scope(other.pk)) == set()


def test_the_command_lists_what_is_wrong_with_versions(library: Library) -> None:
    out = StringIO()
    with undone():
        library.row.update(last_number=9)
        with pytest.raises(SystemExit) as ended:
            call_command("verify_chats", "--json", stdout=out, stderr=StringIO())
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    [counter] = [each for each in found if each["severity"] == "error"]
    assert ended.value.code == 1
    assert counter["code"] == "version-counter"
    assert counter["ids"] == {"strategy": str(library.strategy.pk), "conversation": str(library.conversation.pk)}


def test_a_finding_names_the_version(library: Library) -> None:
    with undone():
        library.version(2).update(message=None)
        [finding] = [each for each in findings() if each.severity == "error"]
    assert finding.ids == {"strategy": str(library.strategy.pk), "version": "2"}
