"""What one socket is told: P2 (one cursor, in whichever order things come), P9 (rings may be lost), P11 (closing)."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from chat import changes, followers, reads
from chat.changes import chunk_frame
from chat.conversations import delete
from chat.followers import Follower
from chat.models import Conversation, JournalEntry, Turn
from chat.protocol import Pong
from tests.chat.turn_rows import Reply, start, started, talk
from tests.chat.writer_desk import elsewhere
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 20.0


@pytest.fixture(autouse=True)
def _readers() -> Iterator[None]:
    yield
    reads.close()


@pytest.fixture
def conversation(owner: User) -> Conversation:
    return talk(owner)


class Socket:
    """A follower whose client is here: every frame it was sent, and how it was closed."""

    def __init__(self, conversation: Conversation) -> None:
        self.frames: list[dict[str, Any]] = []
        self.closed: int | None = None
        self.reads = asyncio.Event()  # cleared: the client reads nothing
        self.reads.set()
        self._arrived = asyncio.Condition()
        self.follower = Follower(conversation.pk, conversation.owner_id, "session", "en", self._send, self._close)

    async def __aenter__(self) -> "Socket":
        _established, self.follower.seen = await reads.read(
            changes.establish, self.follower.conversation_id, "en", None
        )
        self._task = asyncio.create_task(self.follower.run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _send(self, text: str) -> None:
        await self.reads.wait()
        async with self._arrived:
            self.frames.append(json.loads(text))
            self._arrived.notify_all()

    async def _close(self, code: int) -> None:
        async with self._arrived:
            self.closed = code
            self._arrived.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE), self._arrived:
            await self._arrived.wait_for(condition)

    def types(self) -> list[str]:
        return [frame["type"] for frame in self.frames]

    def of(self, type: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == type]

    def shown(self) -> str:
        """The text of the chunks; a gap or a repeat is an error."""
        shown = self.of("ai_stream_chunk")
        assert [frame["seq"] for frame in shown] == list(range(1, len(shown) + 1))
        return "".join(frame["text"] for frame in shown)


async def there(function: Callable[[], Any]) -> Any:
    """A write of another process."""
    return await asyncio.to_thread(elsewhere, function)


async def run_elsewhere(unit: Any) -> Any:
    return await there(unit.run)


def play(act: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await act()

    asyncio.run(run())


@pytest.mark.parametrize("seed", range(8))
def test_p2_no_order_of_rings_makes_a_gap_or_a_repeat(conversation: Conversation, seed: int) -> None:
    """The runner's batches late, early, twice or never, rings lost, polls at any moment: the text is the text."""
    chance = random.Random(seed)

    async def act() -> None:
        async with Socket(conversation) as socket:
            follower = socket.follower
            turn: Turn = (await run_elsewhere(start(conversation))).turn
            reply, late = Reply(turn), []
            for number in range(60):
                text = f"{number} "
                await there(lambda text=text: reply.append(text))  # type: ignore[misc]
                live = (turn.pk, reply.seq, chunk_frame("r", str(turn.pk), "m", reply.seq, text))
                match chance.randrange(6):
                    case 0 | 1:
                        follower.chunk(*live)
                    case 2:
                        late.append(live)
                    case 3:
                        follower.note(turn.pk, reply.seq)
                    case 4:
                        follower.changed(chance.choice((None, 1, 7)))
                if late and chance.random() < 0.3:
                    follower.chunk(*late.pop(chance.randrange(len(late))))
                if chance.random() < 0.2:
                    await asyncio.sleep(chance.choice((0, 0.001, 0.01)))
            follower.changed()
            await socket.until(lambda: "ai_chat_start" in socket.types())
            follower.note(turn.pk, reply.seq)
            await socket.until(lambda: len(socket.of("ai_stream_chunk")) == 60)
            await run_elsewhere(reply.end())
            for live in late:
                follower.chunk(*live)
            follower.changed()
            await socket.until(lambda: "ai_stream_end" in socket.types())
            assert socket.shown() == reply.text == socket.of("ai_stream_end")[0]["content"]
            assert socket.types()[0] == "ai_chat_start"
            follower.changed()
            follower.say(Pong(request_id="last"))
            await socket.until(lambda: "pong" in socket.types())
            assert [kind for kind in socket.types() if kind in ("ai_chat_start", "ai_stream_end")] == [
                "ai_chat_start",
                "ai_stream_end",
            ]

    play(act)


def test_p9_a_tab_that_hears_nothing_is_told_the_end_from_the_rows(conversation: Conversation) -> None:
    async def act() -> None:
        async with Socket(conversation) as socket:
            turn = (await run_elsewhere(start(conversation))).turn
            reply = Reply(turn)
            await there(lambda: reply.append("never ", "announced"))
            await run_elsewhere(reply.end())
            socket.follower.changed(2)  # the poll
            await socket.until(lambda: "ai_stream_end" in socket.types())
            assert socket.of("ai_stream_end")[0]["content"] == "never announced"

    play(act)


def test_a_turn_that_ran_before_is_followed_from_where_the_page_stands(conversation: Conversation) -> None:
    """Rule 19: chunks from ``after_seq + 1``, no live chunk twice."""
    turn = started(conversation)
    reply = Reply(turn).append("a ", "b ", "c ")

    async def act() -> None:
        async with Socket(conversation) as socket:
            socket.follower.chunk(turn.pk, 3, chunk_frame("r", str(turn.pk), "m", 3, "c "))  # not asked for yet
            socket.follower.resume(str(uuid.uuid4()), turn.pk, 1)
            await socket.until(lambda: len(socket.of("ai_stream_chunk")) == 2)
            await there(lambda: reply.append("d "))
            socket.follower.chunk(turn.pk, 4, chunk_frame("r", str(turn.pk), "m", 4, "d "))
            await socket.until(lambda: len(socket.of("ai_stream_chunk")) == 3)
            assert [(frame["seq"], frame["text"]) for frame in socket.frames] == [(2, "b "), (3, "c "), (4, "d ")]

    play(act)


def test_resume_answers_errors_and_ends(conversation: Conversation, stranger: User) -> None:
    ended, foreign = started(conversation), started(talk(stranger))
    with transaction.atomic():
        Reply(ended).append("whole").end().run()

    async def act() -> None:
        async with Socket(conversation) as socket:
            for turn_id, after_seq in ((ended.pk, 0), (ended.pk, 9), (foreign.pk, 0), (uuid.uuid4(), 0)):
                socket.follower.resume("r", turn_id, after_seq)
                count = len(socket.frames)
                await socket.until(lambda count=count: len(socket.frames) > count)  # type: ignore[misc]
            assert [frame.get("code", frame["type"]) for frame in socket.frames] == [
                "ai_stream_end",
                "bad_cursor",
                "not_found",
                "not_found",
            ]

    play(act)


def test_p2_a_journal_that_is_being_deleted_is_not_read_on(conversation: Conversation) -> None:
    """A turn that ended between two reads: the rest comes as its end, never as chunks with a gap."""
    turn = started(conversation)
    Reply(turn).append("a ", "b ", "c ")
    stream = changes.Stream("r", turn.pk, "m", seq=0)
    assert [seq for seq, _frame in changes.chunks(conversation.pk, "en", stream, 10)] == [1, 2, 3]
    JournalEntry.objects.filter(turn=turn, seq=1).delete()
    assert changes.chunks(conversation.pk, "en", stream, 10) == []


def test_a_failed_turn_is_told_with_its_error_before_its_end(conversation: Conversation) -> None:
    async def act() -> None:
        async with Socket(conversation) as socket:
            turn = (await run_elsewhere(start(conversation))).turn
            await run_elsewhere(Reply(turn).end(Turn.Status.FAILED, error_code="provider_error"))
            socket.follower.changed()
            await socket.until(lambda: "ai_stream_end" in socket.types())
            assert socket.types()[:3] == ["ai_chat_start", "ai_stream_error", "ai_stream_end"]
            error = socket.of("ai_stream_error")[0]
            assert (error["code"], bool(error["message"])) == ("provider_error", True)

    play(act)


def test_a_tab_that_was_away_for_two_turns_is_told_both_in_order(conversation: Conversation) -> None:
    """Pain: wrong order; confirmation and success reply gone."""

    async def act() -> None:
        async with Socket(conversation) as socket:
            for text in ("first", "second"):
                turn = (await run_elsewhere(start(conversation, text))).turn
                reply = Reply(turn)
                await there(lambda reply=reply: reply.append(f"answer {reply.turn.pk}"))  # type: ignore[misc]
                await run_elsewhere(reply.end())
            socket.follower.changed()
            await socket.until(lambda: len(socket.of("ai_stream_end")) == 2)
            told = [kind for kind in socket.types() if kind.startswith("ai_")]
            assert told == ["ai_chat_start", "ai_stream_end", "ai_chat_start", "ai_stream_end"]
            assert [frame["user_message"]["content"] for frame in socket.of("ai_chat_start")] == ["first", "second"]

    play(act)


def test_p11_a_deleted_conversation_closes_its_sockets(conversation: Conversation) -> None:
    async def act() -> None:
        async with Socket(conversation) as socket:
            await there(lambda: delete(conversation))
            socket.follower.changed()
            await socket.until(lambda: socket.closed == 4404)

    play(act)


def test_p11_a_closing_is_not_held_up_by_a_flood(conversation: Conversation) -> None:
    """Signed out while text streams as fast as it can: nothing more is shown."""
    turn = started(conversation)
    reply = Reply(turn).append("x ")

    async def act() -> None:
        async with Socket(conversation) as socket:
            follower = socket.follower
            follower.resume("r", turn.pk, 0)
            await socket.until(lambda: len(socket.frames) == 1)
            send = follower._send

            async def send_and_refill(text: str) -> None:
                """Each frame that is read lets the next batch come."""
                await send(text)
                seq = len(socket.frames) + 1
                if seq < 500:
                    follower.chunk(turn.pk, seq, chunk_frame("r", str(turn.pk), "m", seq, "x "))
                if seq == 20:
                    follower.close(4401)

            follower._send = send_and_refill
            follower.chunk(turn.pk, 2, chunk_frame("r", str(turn.pk), "m", 2, "x "))
            await socket.until(lambda: socket.closed == 4401)
            assert len(socket.frames) < 25
            assert reply.seq == 1

    play(act)


def test_p11_a_client_that_does_not_read_is_dropped(conversation: Conversation) -> None:
    async def act() -> None:
        async with Socket(conversation) as socket:
            socket.reads.clear()
            socket.follower.say(Pong(request_id="stuck"))
            await asyncio.sleep(0.01)
            socket.follower.drop_if_stuck(time.monotonic() + followers.SEND_TIMEOUT - 1)
            await asyncio.sleep(0.01)
            assert socket.closed is None
            socket.follower.drop_if_stuck(time.monotonic() + followers.SEND_TIMEOUT + 1)
            await socket.until(lambda: socket.closed == 4408)

    play(act)


def test_p11_bytes_without_an_answer_are_bounded(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "MAX_UNANSWERED", 1_000)

    async def act() -> None:
        async with Socket(conversation) as socket:
            for number in range(100):
                socket.follower.say(Pong(request_id=f"{number}"))
                await asyncio.sleep(0)
                if number < 50:
                    socket.follower.heard()
            await socket.until(lambda: socket.closed == 4408)
            assert 50 < len(socket.frames) < 100

    play(act)
