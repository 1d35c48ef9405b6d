"""The runner and its runtime in this process: P1 to P5, P7 and P10, with a provider that does as it is told."""

import asyncio
import sys
import threading
import uuid
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from chat import calls, hooks, providers, reads, reply_text, runner, runtime
from chat.models import Conversation, JournalEntry, Message, Turn, UsageRecord
from chat.protocol import AiProgressUpdate, Frame
from chat.providers.base import (
    Finished,
    ProviderFailed,
    ProviderRejected,
    ProviderRequest,
    ProviderTimeout,
    StreamEvent,
    TextDelta,
    Usage,
)
from chat.recovery import all_running, interruption
from chat.runtime import Runtime
from chat.turns import RequestStop
from tests.chat.turn_rows import start, talk
from tests.chat.writer_desk import elsewhere, locked, wait_until
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 20.0
DONE = Finished(Usage(3, 4))
Step = str | float | Finished | Exception | asyncio.Event


@dataclass
class Script:
    """A provider whose calls are scripted: text, pauses, events to wait for, an end or an error."""

    calls: deque[list[Step]] = field(default_factory=deque)
    requests: list[ProviderRequest] = field(default_factory=list)
    said: int = 0  # texts given out
    closed: int = 0  # streams that were closed, by whatever end
    name: str = "script"
    first: float = 60.0  # seconds of silence after which a call would be given up
    between: float = 30.0

    def patience(self, begun: bool) -> float:
        return self.between if begun else self.first

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[StreamEvent, None]:
        self.requests.append(request)
        try:
            for step in self.calls.popleft():
                if isinstance(step, str):
                    self.said += 1
                    yield TextDelta(step)
                elif isinstance(step, float):
                    await asyncio.sleep(step)
                elif isinstance(step, asyncio.Event):
                    await step.wait()
                elif isinstance(step, Finished):
                    yield step
                else:
                    raise step
        finally:
            self.closed += 1

    def price(self, model: str, usage: Usage) -> Decimal | None:
        return Decimal("0.25")

    async def aclose(self) -> None:
        return None


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[Script]:
    """What the model says; the real runtime, writer and database around it."""
    interval = sys.getswitchinterval()
    made = Script()
    providers.register("script", lambda: made)
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, model="script:model"))
    yield made
    reads.close()
    sys.setswitchinterval(interval)


@pytest.fixture
def conversation(owner: User) -> Conversation:
    return talk(owner)


class Stage:
    """A running runtime, and one turn in it. ``chunks`` is what a tab of this process is shown."""

    def __init__(self, running: Runtime, turn: Turn) -> None:
        self.runtime = running
        self.turn = turn
        self.chunks: list[tuple[int, str]] = []
        self.told_frames: list[AiProgressUpdate] = []

    @property
    def stages(self) -> list[str]:
        return [frame.stage for frame in self.told_frames]

    async def shown(self, chunks: int) -> None:
        await until(lambda: len(self.chunks) >= chunks)

    async def told(self, stage: str) -> None:
        await until(lambda: stage in self.stages)

    async def ended(self) -> None:
        await until(lambda: not self.runtime.runs(self.turn.pk))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110 - of several sources, also rows
            await asyncio.sleep(0.005)


def play(conversation: Conversation, act: Callable[[Stage], Awaitable[None]] = Stage.ended) -> Stage:
    """Start a turn in a runtime of its own, let ``act`` happen, end the runtime."""

    async def run() -> Stage:
        running = Runtime()
        await running.start()
        stage: Stage | None = None

        def chunk(conversation_id: uuid.UUID, turn_id: uuid.UUID, seq: int, frame: str) -> None:
            assert stage is not None
            stage.chunks.append((seq, frame))

        def progress(conversation_id: uuid.UUID, frame: Frame) -> None:
            assert stage is not None
            if isinstance(frame, AiProgressUpdate):
                stage.told_frames.append(frame)

        running.hub.chunk = chunk  # type: ignore[method-assign]
        running.hub.progress = progress  # type: ignore[method-assign]
        unit = start(conversation)
        stage = Stage(running, Turn(pk=uuid.uuid4()))
        started = await running.start_turn(unit)
        stage.turn = started.turn
        try:
            await act(stage)
        finally:
            await running.drain()
        return stage

    stage = asyncio.run(run())
    stage.turn.refresh_from_db()
    return stage


def reply(stage: Stage) -> Message:
    return Message.objects.get(pk=stage.turn.reply_id)


def test_it_works(script: Script, conversation: Conversation) -> None:
    script.calls.append(["Buy ", "the ", "cross.", DONE])
    stage = play(conversation)
    assert (reply(stage).content, stage.turn.status) == ("Buy the cross.", "complete")
    assert [seq for seq, _frame in stage.chunks] == list(range(1, stage.turn.last_seq + 1))
    row = UsageRecord.objects.get()
    assert (row.state, row.input_tokens, row.output_tokens, row.cost_usd) == ("settled", 3, 4, Decimal("0.25"))
    assert (script.said, script.closed) == (3, 1)
    assert not JournalEntry.objects.exists(), "entries of an ended turn are deleted"


def test_a_flood_is_few_batches_without_a_gap(script: Script, conversation: Conversation) -> None:
    """Rule 3: one batch in flight; what arrives meanwhile is the next."""
    script.calls.append([*(f"{number} " for number in range(2_000)), DONE])
    stage = play(conversation)
    assert reply(stage).content == "".join(f"{number} " for number in range(2_000))
    assert stage.turn.last_seq < 1_000
    assert [seq for seq, _frame in stage.chunks] == list(range(1, stage.turn.last_seq + 1))


def test_text_is_clean_before_it_is_stored(script: Script, conversation: Conversation) -> None:
    """Rule 5: an emoji that was cut in two, a NUL, half a surrogate that never finds its other half."""
    script.calls.append(["cut \ud83d", 0.05, "\ude80 nul \x00 lone \ud83d", DONE])
    stage = play(conversation)
    assert reply(stage).content == "cut 🚀 nul � lone �"
    assert stage.turn.status == "complete"


ENDINGS: list[tuple[list[Step], str, str, str]] = [
    (["some", Finished(stop_reason="length", complete=False)], "truncated", "", "length"),
    (["some"], "truncated", "", "connection_cut"),
    (["some", ProviderFailed("cut")], "failed", "provider_error", ""),
    (["some", ProviderTimeout("slow")], "failed", "provider_timeout", ""),
    ([ProviderTimeout("slow first token")], "failed", "provider_timeout", ""),
    ([ProviderRejected("wrong key", status=401)], "failed", "provider_rejected", ""),
    ([DONE], "failed", "empty_reply", ""),
    ([" \n ", DONE], "failed", "empty_reply", ""),
    (["some", RuntimeError("a bug")], "failed", "internal_error", ""),
]


@pytest.mark.parametrize(("steps", "status", "code", "reason"), ENDINGS)
def test_p4_every_end_of_a_stream_is_one_truthful_end(
    script: Script, conversation: Conversation, steps: list[Step], status: str, code: str, reason: str
) -> None:
    script.calls.append(steps)
    stage = play(conversation)
    turn = stage.turn
    assert (turn.status, turn.error_code, turn.stop_reason) == (status, code, reason or turn.stop_reason)
    assert bool(turn.error_message) == bool(code)
    assert reply(stage).content == "".join(step for step in steps if isinstance(step, str)), "what had come is kept"
    assert reply(stage).status == status
    assert UsageRecord.objects.get().state in ("settled", "estimated"), "no call stays open"
    assert len(script.requests) == 1, "no call is made again after its first byte or a plain failure"


def test_p5_a_refused_call_is_made_again_and_each_try_is_a_row(
    script: Script, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "RETRY_AFTER", (0.01, 0.01))
    refusal = ProviderFailed("overloaded", status=503, refused_before_start=True)
    script.calls.extend([[refusal], [refusal], ["third", DONE]])
    stage = play(conversation)
    assert (reply(stage).content, stage.turn.status) == ("third", "complete")
    rows = UsageRecord.objects.order_by("attempt").values_list("attempt", "state", "outcome")
    assert list(rows) == [
        (1, "settled", "provider_error"),
        (2, "settled", "provider_error"),
        (3, "settled", "complete"),
    ]
    assert "rate_limit" in stage.stages


def test_a_pause_before_another_try_is_counted_down(script: Script, conversation: Conversation) -> None:
    """Also for a tab that comes later: what is left is said again while it lasts."""
    refusal = ProviderFailed("overloaded", status=429, refused_before_start=True, retry_after=29.6)
    script.calls.append([refusal])

    async def stop_it(stage: Stage) -> None:
        await stage.told("rate_limit")
        stage.runtime.stop(stage.turn.pk)
        await stage.ended()

    told = next(frame for frame in play(conversation, stop_it).told_frames if frame.stage == "rate_limit")
    assert told.seconds == 30
    assert "{seconds}" in told.countdown
    assert told.message == told.countdown.replace("{seconds}", "30")


def test_a_silent_model_is_waited_for_with_its_deadline_in_sight(
    script: Script, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(calls, "REPEAT_SECONDS", 0.01)
    first, second = asyncio.Event(), asyncio.Event()
    script.calls.append([first, "some ", second, "more", DONE])

    async def listen(stage: Stage) -> None:
        await stage.told("waiting")
        await until(lambda: stage.stages.count("waiting") > 1)
        first.set()
        await stage.told("silent")
        second.set()
        await stage.ended()

    stage = play(conversation, listen)
    assert reply(stage).content == "some more"
    seconds = {frame.stage: frame.seconds for frame in stage.told_frames if frame.countdown}
    assert seconds == {"waiting": 60, "silent": 30}


def test_tries_are_bounded(script: Script, conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "RETRY_AFTER", (0.01, 0.01))
    script.calls.extend([[ProviderFailed("busy", status=429, refused_before_start=True)] for _ in range(5)])
    stage = play(conversation)
    assert (stage.turn.status, stage.turn.error_code, stage.turn.error_retryable) == ("failed", "provider_error", True)
    assert len(script.requests) == UsageRecord.objects.count() == calls.MAX_ATTEMPTS


def test_a_reply_ends_truncated_at_its_size_limit(
    script: Script, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule 21; the cut is between characters, and the model's stream is closed."""
    monkeypatch.setattr(reply_text, "MAX_REPLY_BYTES", 10)
    script.calls.append(["均线均线", "and much more", DONE])
    stage = play(conversation)
    assert (stage.turn.status, stage.turn.stop_reason) == ("truncated", "size_limit")
    assert reply(stage).content == "均线均"
    assert script.closed == 1


# --- stop -------------------------------------------------------------------------------------------------------


def test_p10_a_stop_keeps_what_came_and_closes_the_stream(script: Script, conversation: Conversation) -> None:
    script.calls.append(["kept ", 0.05, "also kept ", asyncio.Event(), "never", DONE])

    async def stop(stage: Stage) -> None:
        await stage.shown(2)
        stage.runtime.stop(stage.turn.pk)
        await stage.ended()

    stage = play(conversation, stop)
    assert (stage.turn.status, reply(stage).content) == ("stopped", "kept also kept ")
    row = UsageRecord.objects.get()
    assert (row.state, row.outcome) == ("estimated", "stopped")
    assert row.output_tokens is not None
    assert row.output_tokens > 0
    assert script.closed == 1


def test_p10_a_stop_that_another_process_stored_is_found_by_the_heartbeat(
    script: Script, conversation: Conversation
) -> None:
    script.calls.append(["kept", asyncio.Event(), DONE])

    async def stop_elsewhere(stage: Stage) -> None:
        await stage.shown(1)
        await asyncio.to_thread(elsewhere, RequestStop(conversation.pk, stage.turn.pk).run)
        async with asyncio.timeout(3):  # the heartbeat comes each half second
            await stage.ended()

    stage = play(conversation, stop_elsewhere)
    assert (stage.turn.status, reply(stage).content) == ("stopped", "kept")


def test_p10_a_stop_ends_the_pause_before_another_try(script: Script, conversation: Conversation) -> None:
    script.calls.append([ProviderFailed("busy", status=429, refused_before_start=True, retry_after=30.0)])

    async def stop(stage: Stage) -> None:
        await stage.told("rate_limit")
        stage.runtime.stop(stage.turn.pk)
        async with asyncio.timeout(5):  # the pause would last 30 s
            await stage.ended()

    stage = play(conversation, stop)
    assert stage.turn.status == "stopped"
    assert UsageRecord.objects.get().state == "settled"
    assert len(script.requests) == 1


def test_p10_a_stop_before_the_call_makes_none(script: Script, conversation: Conversation) -> None:
    async def stop(stage: Stage) -> None:
        stage.runtime.stop(stage.turn.pk)  # before the runner's first step
        await stage.ended()

    stage = play(conversation, stop)
    assert stage.turn.status == "stopped"
    assert script.requests == []
    assert not UsageRecord.objects.exists(), "our ledger has no call that the provider has not"


# --- other processes, shutdown, outages -----------------------------------------------------------------------------


@pytest.mark.parametrize("silent", [False, True], ids=["by its next batch", "by the heartbeat"])
def test_a_turn_that_another_process_ended_is_fenced(script: Script, conversation: Conversation, silent: bool) -> None:
    """Rule 2: its stream is closed, nothing more is stored or shown, whether the model says more or not."""
    go_on = asyncio.Event()
    script.calls.append(["shown ", go_on, "late ", asyncio.Event(), DONE])

    async def end_elsewhere(stage: Stage) -> None:
        await stage.shown(1)

        def interrupt() -> None:
            [suspect] = all_running()
            interruption(suspect).run()

        # no heartbeat between the look and the end
        await asyncio.to_thread(_retry, lambda: elsewhere(interrupt))
        if not silent:
            go_on.set()
        await stage.ended()

    stage = play(conversation, end_elsewhere)
    assert (stage.turn.status, reply(stage).content) == ("interrupted", "shown ")
    assert len(stage.chunks) == 1
    assert script.closed == 1
    assert UsageRecord.objects.get().state == "estimated"


def _retry(function: Callable[[], Any]) -> None:
    from chat.errors import Fenced

    while True:
        try:
            function()
        except Fenced:
            continue
        return


def test_a_shutdown_interrupts_with_everything_that_was_shown(
    script: Script, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule 13."""
    monkeypatch.setattr(runtime, "DRAIN_SECONDS", 0.2)
    script.calls.append(["shown", asyncio.Event(), DONE])
    stage = play(conversation, lambda stage: stage.shown(1))
    assert (stage.turn.status, reply(stage).content) == ("interrupted", "shown")
    assert UsageRecord.objects.get().state == "estimated"


def test_p7_a_shutdown_lets_a_reply_end_that_is_about_to(script: Script, conversation: Conversation) -> None:
    script.calls.append(["almost ", 0.3, "done", DONE])
    stage = play(conversation, lambda stage: stage.shown(1))
    assert (stage.turn.status, reply(stage).content) == ("complete", "almost done")


def test_p3_while_the_database_is_away_nothing_is_shown_and_everything_follows(
    script: Script, conversation: Conversation
) -> None:
    """The model's stream goes on meanwhile: nothing breaks off."""
    locks, unlock, is_locked = asyncio.Event(), threading.Event(), threading.Event()
    script.calls.append(["before ", locks, *(f"{number} " for number in range(50)), DONE])

    def lock() -> None:
        try:
            with locked():
                is_locked.set()
                assert unlock.wait(DEADLINE)
        finally:
            connection.close()

    async def outage(stage: Stage) -> None:
        await stage.shown(1)
        locking = asyncio.create_task(asyncio.to_thread(lock))
        await asyncio.to_thread(is_locked.wait)
        locks.set()
        await stage.told("database")
        assert script.said == 51, "the stream was read to its end"
        assert len(stage.chunks) == 1, "nothing unsaved is shown"
        unlock.set()
        await locking
        await stage.ended()

    stage = play(conversation, outage)
    assert stage.turn.status == "complete"
    assert reply(stage).content == "before " + "".join(f"{number} " for number in range(50))
    assert stage.stages[-1] == "", "the page is told that the wait is over"


# --- the hook -----------------------------------------------------------------------------------------------------


class _Repairing(hooks.PlainTalk):
    """Wants the reply repaired until it says so."""

    def __init__(self) -> None:
        self.checked: list[tuple[str, int]] = []
        self.error: Exception | None = None

    def prepare_reply(self, turn: Turn, conversation: Conversation, text: str, rounds: int) -> hooks.ReplyPlan | None:
        self.checked.append((text, rounds))
        if self.error is not None:
            raise self.error
        return hooks.ReplyPlan(repair=None if "good" in text else "It does not run.")


@pytest.fixture
def hook() -> Iterator[_Repairing]:
    before, own = hooks.hook(), _Repairing()
    hooks.register(own)
    yield own
    hooks.register(before)


def test_a_repair_round_is_visible_and_another_row(
    script: Script, conversation: Conversation, hook: _Repairing
) -> None:
    """Rule 24: rounds append to the same reply, only the last one is searched for code."""
    script.calls.extend([["bad code", DONE], ["good code", DONE]])
    stage = play(conversation)
    assert stage.turn.status == "complete"
    content = reply(stage).content
    assert content.startswith("bad code\n\n---\n\n")
    assert content.endswith("\n\ngood code")
    assert hook.checked == [("bad code", 1), ("good code", 2)]
    assert [row.purpose for row in UsageRecord.objects.order_by("pk")] == ["chat", "repair"]
    assert [message.content for message in script.requests[1].messages][-2:] == ["bad code", "It does not run."]


def test_repairs_are_bounded(script: Script, conversation: Conversation, hook: _Repairing) -> None:
    script.calls.extend([["bad", DONE] for _ in range(9)])
    stage = play(conversation)
    assert stage.turn.status == "complete"
    assert len(script.requests) == runner.MAX_REPAIRS + 1
    rows = UsageRecord.objects.order_by("pk").values_list("purpose", "attempt", "state")
    assert list(rows) == [("chat", 1, "settled"), ("repair", 1, "settled"), ("repair", 2, "settled")]


def test_a_hook_that_cannot_check_costs_no_reply(script: Script, conversation: Conversation, hook: _Repairing) -> None:
    hook.error = RuntimeError("a bug in the hook")
    script.calls.append(["kept", DONE])
    stage = play(conversation)
    assert (stage.turn.status, reply(stage).content) == ("complete", "kept")
    assert Message.objects.filter(role="notice", parent=reply(stage)).count() == 1


def test_p1_a_runtime_that_starts_ends_what_a_killed_one_left(script: Script, conversation: Conversation) -> None:
    """SQLite: at once, since its lock proves that the others are dead; PostgreSQL: when the lease is over."""
    from tests.chat.turn_rows import Reply, started

    left = started(talk(conversation.owner))
    Reply(left).append("shown before ", "the crash")
    if connection.vendor == "postgresql":
        Turn.objects.filter(pk=left.pk).update(lease=F("lease") - 3_600_000)
    running = Turn.objects.filter(pk=left.pk, status="running")
    script.calls.append(["other", DONE])

    async def recovered(stage: Stage) -> None:
        if connection.vendor == "postgresql":
            await asyncio.to_thread(wait_until, lambda: not elsewhere(running.exists))
        assert not await reads.read(running.exists)

    play(conversation, recovered)
    kept = Message.objects.get(pk=left.reply_id)
    assert (kept.content, kept.status) == ("shown before the crash", "interrupted")
