"""Promises P2 to P5, P7 and P10 of ``docs/promises.md``, on the product from outside, in each configuration."""

import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.support.product import Person, Product
from tests.support.rig import CONFIGURATIONS, Missing, Rig
from tests.support.socket_client import SocketClient, Transcript

_markers = (f"mark{number}" for number in itertools.count())


@pytest.fixture(scope="module", params=CONFIGURATIONS)
def talker(request: pytest.FixtureRequest, rig: Rig) -> Iterator[Product]:
    """One running product for all tests of this module; each test has its own conversation."""
    try:
        product = rig.product(request.param, {**rig.model_settings, "TRADEME_RATE_LIMITS": "off"})
    except Missing as missing:
        pytest.skip(str(missing))
    product.start()
    yield product
    product.remove()


@pytest.fixture
def alice(talker: Product) -> Person:
    return talker.person("alice")


@pytest.fixture
def talk(alice: Person) -> str:
    return alice.new_conversation("general")


@pytest.fixture
def marker() -> str:
    return next(_markers)


def ask(socket: SocketClient, content: str) -> str:
    """Send a message; the turn's id once the model was called."""
    request_id = socket.send("ai_chat", content=content)
    return str(socket.expect("ai_stream_start", request_id=request_id)["turn_id"])


def calls(rig: Rig, marker: str) -> list[dict[str, Any]]:
    return [entry for entry in rig.model_server.ledger() if entry["marker"] == marker]


def test_p2_every_tab_sees_a_prefix_at_every_moment(alice: Person, talk: str, marker: str) -> None:
    samples: list[str] = []
    pages: list[str] = []
    with alice.socket(talk) as first:
        first.established()
        turn_id = ask(first, f"[[marker={marker} deltas=150 every=10ms]]")
        known: dict[str, Transcript] = {}
        for _reconnect in range(4):  # the second tab loses its network again and again
            with alice.socket(talk, transcripts=known) as second:
                running = second.established()["running"]
                if running is None:
                    break
                second.resume(turn_id)
                for _chunk in range(12):
                    if second.receive()["type"] == "ai_stream_end":
                        break
                samples.append(second.shown(turn_id))
                pages.append(alice.running_text(talk))
                second.drop()
        final = first.expect("ai_stream_end")["content"]
        assert first.shown(turn_id) == final
    assert len([sample for sample in samples if sample]) > 2
    assert any(pages), "a page that is loaded in mid-reply shows what is stored of it"
    assert all(final.startswith(sample) for sample in samples + pages)
    assert [message["role"] for message in alice.messages(talk)] == ["user", "assistant"]


def test_p2_resume_answers_by_the_turns_state(alice: Person, talk: str, marker: str) -> None:
    with alice.socket(talk) as socket:
        socket.established()
        end = socket.say(f"[[marker={marker} deltas=5]]")
        request_id = socket.send("resume", turn_id=end["turn_id"], after_seq=0)
        again = socket.expect("ai_stream_end")
        assert (again["content"], again["status"]) == (end["content"], "complete")
        for turn_id, after_seq, code in ((str(uuid.uuid4()), 0, "not_found"), (end["turn_id"], 10_000, "bad_cursor")):
            request_id = socket.send("resume", turn_id=turn_id, after_seq=after_seq)
            assert socket.refusal(request_id)["code"] == code


def test_frames_of_a_turn_come_in_the_order_of_the_protocol(alice: Person) -> None:
    """Seen before: chunks of the built-in strategist came before the frame that begins the stream."""
    talk = alice.new_conversation("general")
    with alice.socket(talk) as socket:
        socket.established()
        for _turn in range(15):
            before = len(socket.frames)
            socket.say("[[deltas=3]]")
            types = [frame["type"] for frame in socket.frames[before:]]
            assert types.index("ai_chat_start") < types.index("ai_stream_start") < types.index("ai_stream_chunk")
            assert types[-1] == "ai_stream_end"


def test_p3_done_means_stored(alice: Person, talk: str, marker: str) -> None:
    with alice.socket(talk) as socket:
        socket.established()
        end = socket.say(f"[[marker={marker} deltas=10]]")
    stored = alice.messages(talk)[-1]
    assert stored["id"] == end["message_id"]
    assert stored["content"] == end["content"] == "".join(f"{marker}.{number} " for number in range(10))
    assert stored["output_tokens"] == end["usage"]["output_tokens"] > 0
    assert end["html"] in alice.page(talk)


ENDINGS = [
    ("deltas=4", "complete", ""),
    ("deltas=9 cut=4", "truncated", ""),
    ("deltas=4 nofinish", "truncated", ""),
    ("deltas=4 length", "truncated", ""),
    ("status=401", "failed", "provider_rejected"),
    ("status=500", "failed", "provider_error"),
    ("deltas=9 errorframe=4", "failed", "provider_error"),
    ("garbage", "failed", "provider_error"),
    ("empty", "failed", "empty_reply"),
]


@pytest.mark.parametrize(("directive", "status", "code"), ENDINGS)
def test_p4_every_ending_is_told_truthfully(
    alice: Person, talk: str, marker: str, directive: str, status: str, code: str
) -> None:
    with alice.socket(talk) as socket:
        socket.established()
        end = socket.say(f"[[marker={marker} {directive}]]")
    assert end["status"] == status
    errors = [frame["code"] for frame in socket.frames if frame["type"] == "ai_stream_error"]
    assert errors == ([code] if code else [])
    assert end["content"] == socket.shown(end["turn_id"])
    stored = alice.messages(talk)[-1]
    assert (stored["id"], stored["status"], stored["content"]) == (end["message_id"], status, end["content"])
    assert f'data-status="{status}"' in alice.page(talk)


def test_p5_one_send_is_one_turn_and_one_call(alice: Person, talk: str, marker: str, rig: Rig) -> None:
    request_id = str(uuid.uuid4())
    content = f"[[marker={marker} deltas=30 every=10ms]]"
    with alice.socket(talk) as first, alice.socket(talk) as second:
        first.established()
        second.established()
        for socket in (first, second, first):  # double click, second tab, retry
            socket.send("ai_chat", request_id=request_id, content=content)
        ends = [socket.expect("ai_stream_end") for socket in (first, second)]
        assert ends[0]["turn_id"] == ends[1]["turn_id"]
        first.send("ai_chat", request_id=request_id, content=content)
        assert first.expect("ai_stream_end")["turn_id"] == ends[0]["turn_id"]
        first.send("ai_chat", request_id=request_id, content="something else")
        assert first.refusal(request_id)["code"] == "request_id_reused"
    assert len(calls(rig, marker)) == 1
    assert [message["role"] for message in alice.messages(talk)] == ["user", "assistant"]
    assert len([row for row in alice.ledger() if row["conversation"] == talk]) == 1


def test_p5_a_refused_call_is_made_again_and_each_try_is_a_row(alice: Person, talk: str, marker: str, rig: Rig) -> None:
    with alice.socket(talk) as socket:
        socket.established()
        end = socket.say(f"[[marker={marker} status=429 retry=1 once deltas=3]]")
        assert end["status"] == "complete"
        assert "rate_limit" in [f["stage"] for f in socket.frames if f["type"] == "ai_progress_update"]
    rows = [row for row in alice.ledger() if row["conversation"] == talk]
    assert [(row["attempt"], row["state"]) for row in reversed(rows)] == [(1, "settled"), (2, "settled")]


def test_a_message_while_a_reply_runs_is_busy_and_starts_nothing(
    alice: Person, talk: str, marker: str, rig: Rig
) -> None:
    with alice.socket(talk) as socket:
        socket.established()
        turn_id = ask(socket, f"[[marker={marker} deltas=200 every=10ms]]")
        request_id = socket.send("ai_chat", content=f"[[marker={marker}b deltas=2]]")
        refusal = socket.refusal(request_id)
        assert (refusal["code"], refusal["turn_id"]) == ("busy", turn_id)
        socket.send("stop", turn_id=turn_id)
        socket.expect("ai_stream_end", turn_id=turn_id)
        socket.send("ai_chat", request_id=request_id, content=f"[[marker={marker}b deltas=2]]")
        assert socket.expect("ai_stream_end")["status"] == "complete"
    assert len(calls(rig, f"{marker}b")) == 1


def test_p7_a_reply_outlives_its_sockets(alice: Person, talk: str, marker: str) -> None:
    with alice.socket(talk) as socket:
        socket.established()
        turn_id = ask(socket, f"[[marker={marker} deltas=60 every=10ms]]")
        socket.drop()
    with alice.socket(talk) as socket:
        socket.established()
        socket.send("resume", turn_id=turn_id, after_seq=0)
        end = socket.expect("ai_stream_end")
    assert (end["status"], end["content"]) == ("complete", "".join(f"{marker}.{number} " for number in range(60)))


def test_twenty_conversations_stream_their_own_text(alice: Person) -> None:
    """Pain: text of one conversation streamed into another."""
    talks = [(alice.new_conversation("general"), next(_markers)) for _ in range(20)]
    sockets = [alice.socket(talk) for talk, _marker in talks]
    try:
        for socket, (_talk, marker) in zip(sockets, talks, strict=True):
            socket.established()
            socket.send("ai_chat", content=f"[[marker={marker} deltas=40 every=10ms]]")
        for socket, (talk, marker) in zip(sockets, talks, strict=True):
            end = socket.expect("ai_stream_end")
            assert end["content"] == socket.shown(end["turn_id"]) == "".join(f"{marker}.{n} " for n in range(40))
            assert alice.messages(talk)[-1]["content"] == end["content"]
    finally:
        for socket in sockets:
            socket.close()


def test_p10_stop_means_stop(alice: Person, talk: str, marker: str, rig: Rig) -> None:
    with alice.socket(talk) as first, alice.socket(talk) as second:
        first.established()
        second.established()
        turn_id = ask(first, f"[[marker={marker} deltas=2000 every=10ms]]")
        first.expect("ai_stream_chunk")
        second.send("stop", turn_id=turn_id)  # from the other tab
        end = first.expect("ai_stream_end")
        assert (end["status"], end["content"]) == ("stopped", first.shown(turn_id))
        assert end["content"] != ""
        assert end["usage"]["output_tokens"] > 0
        second.expect("ai_stream_end")
        second.send("stop", turn_id=turn_id)  # again: the same answer
        assert second.expect("ai_stream_end")["status"] == "stopped"
    assert rig.model_server.wait_for_end(marker)["ended"] == "client gone"


BAD_FRAMES = [
    ("no json", "bad_frame"),
    ("[]", "bad_frame"),
    ('{"type": "sing"}', "unknown_type"),
    ('{"type": "ai_chat", "content": "no request_id"}', "bad_frame"),
    ('{"type": "ai_chat", "request_id": "1", "content": "no uuid"}', "bad_frame"),
    ('{"type": "ai_chat", "request_id": "%s", "content": 7}', "bad_frame"),
    ('{"type": "ai_chat", "request_id": "%s", "content": "x", "extra": 1}', "bad_frame"),
    ('{"type": "ai_chat", "request_id": "%s", "content": "a\\u0000b"}', "bad_frame"),
    ('{"type": "ai_chat", "request_id": "%s", "content": "a\\ud83d"}', "bad_frame"),
    ('{"type": "ai_chat", "request_id": "%s", "content": "  "}', "empty_message"),
    ('{"type": "ai_chat", "request_id": "%s", "content": "' + "x" * 40_000 + '"}', "too_long"),
    ('{"type": "ai_chat", "request_id": "%s", "content": "' + "x" * 1_000_000 + '"}', "too_long"),
    ('{"type": "ai_chat", "request_id": "%s", "content": "x", "parent": "' + str(uuid.uuid4()) + '"}', "not_found"),
    ('{"type": "edit", "request_id": "%s", "message_id": "' + str(uuid.uuid4()) + '", "content": "x"}', "not_found"),
    ('{"type": "continue", "request_id": "%s", "message_id": "' + str(uuid.uuid4()) + '"}', "not_found"),
    ('{"type": "stop", "request_id": "%s", "turn_id": "' + str(uuid.uuid4()) + '"}', "not_found"),
    ('{"type": "confirm_generation", "request_id": "%s", "spec_revision": 1}', "not_ready"),
]


def test_bad_frames_start_nothing_and_the_socket_stays_open(alice: Person, talk: str) -> None:
    with alice.socket(talk) as socket:
        socket.established()
        for text, code in BAD_FRAMES:
            socket.send_text(text.replace("%s", str(uuid.uuid4())))
            frame = socket.receive()
            assert (frame["type"], frame["code"]) == ("error", code), text[:80]
            assert frame["message"]
        socket.send("ping")
        socket.expect("pong")
    assert alice.messages(talk) == []


def test_p11_sockets_are_their_owners(alice: Person, talk: str, talker: Product) -> None:
    mallory = talker.person("mallory")
    with mallory.socket(talk) as socket:
        assert socket.close_code() == 4404
    with SocketClient(talker.address, talk) as socket:
        assert socket.close_code() == 4401
    with pytest.raises(InvalidStatus):
        alice.socket(talk, origin="http://elsewhere.example")
    for path in (f"/chat/{talk}/", f"/api/conversations/{talk}/", f"/api/conversations/{talk}/messages/"):
        assert mallory.http.get(path).status_code == 404


def test_p11_a_foreign_message_is_not_found_in_a_frame(alice: Person, talk: str, talker: Product) -> None:
    with alice.socket(talk) as socket:
        socket.established()
        end = socket.say(f"[[marker={next(_markers)} deltas=2]]")
    mallory = talker.person("mallory")
    own = mallory.new_conversation("general")
    with mallory.socket(own) as socket:
        socket.established()
        for type_, fields in (
            ("regenerate", {"message_id": end["message_id"]}),
            ("continue", {"message_id": end["message_id"]}),
            ("ai_chat", {"content": "x", "parent": end["message_id"]}),
            ("stop", {"turn_id": end["turn_id"]}),
            ("resume", {"turn_id": end["turn_id"], "after_seq": 0}),
        ):
            assert socket.refusal(socket.send(type_, **fields))["code"] == "not_found"


def test_deleting_a_conversation_stops_its_reply(alice: Person, talk: str, marker: str, rig: Rig) -> None:
    """Pain: a conversation deleted while it streams."""
    with alice.socket(talk) as socket:
        socket.established()
        ask(socket, f"[[marker={marker} deltas=2000 every=10ms]]")
        assert alice.http.delete(f"/api/conversations/{talk}/").status_code == 204
        assert socket.close_code() == 4404
    assert rig.model_server.wait_for_end(marker)["ended"] == "client gone"
    assert alice.http.get(f"/api/conversations/{talk}/").status_code == 404


def test_signing_out_closes_the_socket(talker: Product) -> None:
    person = talker.people("leaver")[0]
    talk = person.new_conversation("general")
    with person.socket(talk) as socket:
        socket.established()
        answer = person.http.post("/accounts/logout/", headers={"Referer": talker.url})
        assert answer.status_code in (200, 302)
        assert socket.close_code() == 4401


def test_no_log_holds_what_was_said(alice: Person, talk: str, talker: Product) -> None:
    """Rule 25: no conversation text in a log, also not at an error."""
    secret = f"whispered-{uuid.uuid4().hex}"
    with alice.socket(talk) as socket:
        socket.established()
        socket.say(f"{secret} [[marker={next(_markers)} deltas=9 errorframe=4]]")
        socket.send_text(f'{{"type": "ai_chat", "content": "{secret}"}}')
        socket.receive()
    assert secret in alice.page(talk)
    assert secret not in talker.log


def test_the_whole_history_is_there_after_a_reload(alice: Person, talk: str, marker: str) -> None:
    """Pain: only the last 20 messages after a reload."""
    with alice.socket(talk) as socket:
        socket.established()
        for number in range(14):
            socket.say(f"{marker} question {number} [[deltas=1]]")
    stored = alice.messages(talk)
    assert [message["sequence"] for message in stored] == list(range(1, 29))
    page = alice.page(talk)
    assert all(f"{marker} question {number} " in page for number in range(14))


def test_health_is_told(talker: Product) -> None:
    assert httpx.get(f"{talker.url}/readyz", trust_env=False).status_code == 200
