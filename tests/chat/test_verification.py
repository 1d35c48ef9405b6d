"""P1 to P5 and P13 as rows: a database with every ending is sound, and each way to break it is found by its name."""

import hashlib
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from chat import hooks, verification
from chat.clock import DatabaseNow
from chat.journal import DeleteEntries
from chat.ledger import OpenCall, SettleCall
from chat.management.commands import verify_chats
from chat.models import Attachment, AttachmentFile, Conversation, DailySpend, JournalEntry, Message, Turn, UsageRecord
from chat.models.turn import TurnStatus
from chat.protocol import AiChat, Command, Continue, Edit, Regenerate
from chat.providers.base import Usage
from chat.turns import CallOutcome, EndTurn, StartTurn, lease_ms
from chat.verification import Scope, Severity, walk
from chat.verification.snapshot import snapshot
from tests.chat.turn_rows import Reply, talk
from tests.chat.writer_desk import DEADLINE, elsewhere
from tests.support.verification import codes, findings, lose, unconstrained, undone
from trademe import commands
from trademe.accounts.models import User

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "verification.md"
NOWHERE = uuid.UUID(int=7)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silent processes are observed without a pause."""
    monkeypatch.setattr(walk, "OBSERVE_SECONDS", 0.0)


def begin(conversation: Conversation, command: Command, purpose: str = Turn.Purpose.CHAT) -> Turn:
    plan = hooks.MessagePlan(purpose=purpose)
    with transaction.atomic():
        return StartTurn(conversation.pk, conversation.owner_id, command, "en", plan).run().turn


def call(turn: Turn, attempt: int = 1, purpose: str = "chat", reserve: str = "0.5") -> int:
    with transaction.atomic():
        return OpenCall(
            turn.conversation_id, turn.pk, turn.token, turn.user_id, purpose, attempt, "openai", "gpt", "p1",
            Decimal(reserve),
        ).run()  # fmt: skip


def finish(turn: Turn, status: str, record: int | None, cost: str | None = "0.125", **fields: Any) -> Turn:
    outcome = None
    if record is not None:
        outcome = CallOutcome(record, Usage(10, 5), None if cost is None else Decimal(cost), status)
    with transaction.atomic():
        EndTurn(turn.conversation_id, turn.pk, turn.token, status, call=outcome, **fields).run()
        DeleteEntries(turn.conversation_id, turn.pk).run()
    turn.refresh_from_db()
    return turn


@dataclass
class World:
    """One conversation with turns that ended in every way, one whose turn is running, and their ledger.

    Beside them others that nothing is wrong with: empty, and generating.
    """

    ended: Conversation
    going: Conversation
    turns: dict[str, Turn]  # by status, and by command
    running: Turn

    @property
    def complete(self) -> Turn:
        return self.turns[TurnStatus.COMPLETE]

    @property
    def reply(self) -> "Rows":
        return Message.objects.filter(pk=self.complete.reply_id)

    @property
    def question(self) -> "Rows":
        return Message.objects.filter(turn=self.complete, role=Message.Role.USER)

    def turn(self, which: str = TurnStatus.COMPLETE) -> "Rows":
        return Turn.objects.filter(pk=self.turns[which].pk)

    @property
    def live(self) -> "Rows":
        return Turn.objects.filter(pk=self.running.pk)

    def keep_alive(self) -> None:
        """As the heartbeat of the running turn's process does."""
        Turn.objects.filter(status=TurnStatus.RUNNING).update(lease=DatabaseNow() + lease_ms())

    @property
    def entries(self) -> "Rows":
        return JournalEntry.objects.filter(turn=self.running)

    def calls(self, turn: Turn) -> "Rows":
        return UsageRecord.objects.filter(turn_uuid=turn.pk)


Rows = Any  # querysets of any model: what is done to them here is what no product code does


@pytest.fixture
def world(owner: User, monkeypatch: pytest.MonkeyPatch) -> World:
    return make_world(owner, monkeypatch)


def make_world(owner: User, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, daily_cost_limit_usd=Decimal(100)))
    ended, going = talk(owner), talk(owner)
    turns: dict[str, Turn] = {}
    for status in (value for value in TurnStatus if value != TurnStatus.RUNNING):
        turn = begin(ended, AiChat(request_id=uuid.uuid4(), content=f"how does it end {status}?"))
        record = call(turn)
        if status == TurnStatus.FAILED:  # refused, tried again, and nothing came
            with transaction.atomic():
                SettleCall(ended.pk, record, Usage(), None, "rate_limited").run()
            record = call(turn, attempt=2)
            turns[status] = finish(turn, status, record, cost=None, error_code="provider_error")
        else:
            Reply(turn).append("Grüße, ", "世界", " 🎈")
            turns[status] = finish(turn, status, None if status == TurnStatus.INTERRUPTED else record)
    commands: list[Command] = [
        Continue(request_id=uuid.uuid4(), message_id=turns[TurnStatus.STOPPED].reply_id),
        Regenerate(request_id=uuid.uuid4(), message_id=turns[TurnStatus.FAILED].reply_id),
        Edit(request_id=uuid.uuid4(), message_id=first_question(ended).pk, content="something else"),
    ]
    for command in commands:
        turn = begin(ended, command)
        record = call(turn, reserve="0")
        Reply(turn).append("more")
        turns[turn.command] = finish(turn, TurnStatus.COMPLETE, record)
    with_notice = begin(ended, AiChat(request_id=uuid.uuid4(), content="and a notice?"))
    turns["notice"] = finish(with_notice, TurnStatus.COMPLETE, None, reply=hooks.ReplyPlan(notice="Look here."))
    running = begin(going, AiChat(request_id=uuid.uuid4(), content="still there?"))
    call(running)
    Reply(running).append("one ", "two ", "three")
    running.refresh_from_db()
    Conversation.objects.create(owner=owner, kind=Conversation.Kind.STRATEGY)
    generating = Conversation.objects.create(owner=owner, kind=Conversation.Kind.STRATEGY)
    begin(generating, AiChat(request_id=uuid.uuid4(), content="yes"), Turn.Purpose.GENERATE)
    Conversation.objects.filter(pk=generating.pk).update(state=Conversation.State.GENERATING)
    begin(talk(owner), AiChat(request_id=uuid.uuid4(), content="yes"), Turn.Purpose.GENERATE)
    return World(ended, going, turns, running)


def first_question(conversation: Conversation) -> Message:
    return Message.objects.filter(conversation=conversation, role="user").order_by("sequence")[0]


# --- what is sound --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_empty_database_is_sound() -> None:
    assert findings() == []


@pytest.mark.django_db
def test_every_ending_is_sound(world: World) -> None:
    assert {turn.status for turn in world.turns.values()} == set(TurnStatus) - {TurnStatus.RUNNING}
    assert findings() == []
    assert Message.objects.filter(role=Message.Role.NOTICE).exists()
    assert DailySpend.objects.get().reserved_usd == Decimal("0.5")


@pytest.mark.django_db
def test_a_stale_rendering_is_no_error(world: World) -> None:
    Message.objects.update(html="<p>of an older renderer</p>")
    world.reply.update(html=None)
    assert findings() == []


@pytest.mark.django_db
def test_a_deleted_conversation_is_sound(world: World) -> None:
    Conversation.objects.update(deleted_at=timezone.now())
    assert findings() == []


@pytest.mark.django_db
def test_the_first_reply_done_again_leaves_no_head_behind(owner: User, world: World) -> None:
    """Its question was edited away from above: nothing stands before it until it has ended."""
    conversation = talk(owner)
    turn = begin(conversation, AiChat(request_id=uuid.uuid4(), content="first"))
    finish(turn, TurnStatus.COMPLETE, None)
    begin(conversation, Regenerate(request_id=uuid.uuid4(), message_id=turn.reply_id))
    Conversation.objects.filter(pk=conversation.pk).update(head=None)
    assert findings() == []


# --- what is broken -------------------------------------------------------------------------------------------------

Break = Callable[[World], object]
BROKEN: dict[str, tuple[set[str], Break]] = {}


def broken(*expected: str) -> Callable[[Break], Break]:
    """One way to break the world, and exactly what is then found."""

    def register(how: Break) -> Break:
        BROKEN[how.__name__] = (set(expected), how)
        return how

    return register


# conversations


@broken("head-missing")
def a_head_that_is_nowhere(world: World) -> None:
    Conversation.objects.filter(pk=world.ended.pk).update(head_id=NOWHERE)


@broken("head-missing")
def no_head_at_all(world: World) -> None:
    Conversation.objects.filter(pk=world.ended.pk).update(head=None)


@broken("head-foreign")
def a_head_of_another_conversation(world: World) -> None:
    Conversation.objects.filter(pk=world.ended.pk).update(head=world.running.user_message)


@broken("generating-stuck")
def generating_with_nothing_running(world: World) -> None:
    Conversation.objects.filter(pk=world.ended.pk).update(kind="strategy", state="generating")


@broken("generating-stuck")
def generating_while_only_talk_runs(world: World) -> None:
    Conversation.objects.filter(pk=world.going.pk).update(kind="strategy", state="generating")


@broken("generation-unmarked")
def a_generation_in_a_discussion(world: World) -> None:
    Conversation.objects.filter(pk=world.going.pk).update(kind="strategy")
    world.live.update(purpose=Turn.Purpose.GENERATE)


@broken("sequence-hole")
def a_notice_that_went_away(world: World) -> None:
    notice = Message.objects.filter(role=Message.Role.NOTICE)
    Conversation.objects.filter(pk=world.ended.pk).update(head=world.turns["notice"].reply_id)
    lose(notice)


@broken("sequence-hole")
def a_place_that_nobody_has(world: World) -> None:
    """The place of the running reply is no hole; this one is."""
    Conversation.objects.filter(pk=world.going.pk).update(next_sequence=F("next_sequence") + 1)


# turns


@broken("turn-without-conversation", "message-of-foreign-turn", "reply-misplaced", "question-misplaced", "call-ids")
def a_turn_of_no_conversation(world: World) -> None:
    world.turn().update(conversation_id=NOWHERE)


@broken("turn-of-stranger")
def a_turn_of_somebody_else(world: World) -> None:
    stranger = User.objects.create_user("eve", password="eve-password-1")
    world.turn().update(user=stranger)
    world.calls(world.complete).update(user=stranger, user_number=stranger.pk, reserved_usd=0)
    DailySpend.objects.update(settled_usd=F("settled_usd") - Decimal("0.125"))


@broken("rev-behind")
def a_rev_that_went_back(world: World) -> None:
    Conversation.objects.filter(pk=world.ended.pk).update(rev=1)


@broken("reply-place-beyond")
def a_running_reply_beyond_all_places(world: World) -> None:
    Conversation.objects.filter(pk=world.going.pk).update(next_sequence=F("next_sequence") - 1)


@broken("reply-place-beyond", "question-misplaced", "reply-parent-wrong", "sequence-hole")
def a_running_reply_before_the_first_place(world: World) -> None:
    world.live.update(reply_sequence=0)


@broken("question-missing", "question-extra")
def a_turn_that_forgot_its_question(world: World) -> None:
    world.turn().update(user_message=None)


@broken("question-missing", "question-extra")
def a_turn_whose_question_is_nowhere(world: World) -> None:
    world.turn().update(user_message_id=NOWHERE)


@broken("question-misplaced")
def a_question_that_is_a_notice(world: World) -> None:
    world.question.update(role=Message.Role.NOTICE)


@broken("question-misplaced", "question-extra")
def a_question_of_another_turn(world: World) -> None:
    world.question.update(turn=world.turns[TurnStatus.STOPPED])


@broken("continued-missing")
def a_continuation_of_nothing(world: World) -> None:
    world.turn(Turn.Command.CONTINUE).update(continues=None)


@broken("continued-missing", "reply-misplaced")
def a_continuation_of_another_conversation(world: World) -> None:
    turn = begin(talk(world.ended.owner), AiChat(request_id=uuid.uuid4(), content="elsewhere"))
    other = finish(turn, TurnStatus.COMPLETE, None).reply_id
    world.turn(Turn.Command.CONTINUE).update(continues_id=other, reply_parent_id=other)


@broken("continued-missing", "reply-misplaced")
def a_continuation_of_a_question(world: World) -> None:
    question = world.complete.user_message
    world.turn(Turn.Command.CONTINUE).update(continues=question, reply_parent=question)


@broken("continued-missing")
def a_continuation_that_follows_something_else(world: World) -> None:
    world.turn(Turn.Command.CONTINUE).update(continues_id=world.complete.reply_id)


@broken("reply-missing", "reply-extra")
def a_reply_that_is_not_the_announced_one(world: World) -> None:
    world.turn().update(reply_id=NOWHERE)


@broken("reply-missing", "sequence-hole", "head-missing", "parent-missing")
def a_reply_that_went_away(world: World) -> None:
    lose(Message.objects.filter(pk=world.turns["notice"].reply_id))
    Conversation.objects.filter(pk=world.ended.pk).update(head_id=world.turns["notice"].reply_id)


@broken("reply-misplaced")
def a_reply_with_another_parent(world: World) -> None:
    world.reply.update(parent=None)


@broken("reply-misplaced", "question-misplaced", "sequence-hole")
def a_reply_in_another_place(world: World) -> None:
    world.turn().update(reply_sequence=1_000)
    Conversation.objects.filter(pk=world.ended.pk).update(next_sequence=1_001)


@broken("reply-misplaced")
def a_reply_said_by_the_user(world: World) -> None:
    world.reply.update(role=Message.Role.NOTICE)


@broken("reply-status")
def a_reply_that_ended_otherwise(world: World) -> None:
    world.reply.update(status="stopped")


@broken("reply-differs")
def a_reply_of_as_many_other_characters(world: World) -> None:
    reply = world.reply.get()
    world.reply.update(content=reply.content[:-1] + "x")


@broken("reply-differs")
def a_reply_that_lost_its_end(world: World) -> None:
    reply = world.reply.get()
    world.reply.update(content=reply.content[:-1])


@broken("reply-differs")
def a_turn_that_counted_wrong(world: World) -> None:
    world.turn().update(chars=F("chars") + 1)


@broken("turn-counts")
def batches_that_hold_nothing(world: World) -> None:
    world.turn(TurnStatus.FAILED).update(last_seq=2)


@broken("turn-counts")
def text_without_a_batch(world: World) -> None:
    world.turn().update(last_seq=0)


@broken("call-missing", "spend-differs")
def a_call_that_is_not_in_the_ledger(world: World) -> None:
    lose(world.calls(world.complete))


# running turns


@broken("journal-gap")
def a_batch_that_went_away(world: World) -> None:
    lose(world.entries.filter(seq=2))


@broken("journal-gap")
def a_last_batch_that_went_away(world: World) -> None:
    lose(world.entries.filter(seq=3))


@broken("journal-gap")
def a_journal_that_went_away(world: World) -> None:
    lose(world.entries)


@broken("journal-gap")
def a_batch_that_was_not_counted(world: World) -> None:
    JournalEntry.objects.create(turn=world.running, seq=4, text="four")


@broken("journal-gap")
def a_batch_that_stands_twice(world: World) -> None:
    with unconstrained("chat_journalentry"):
        again = world.entries.get(seq=2)
        JournalEntry.objects.bulk_create(
            [JournalEntry(pk=again.pk + 1_000, turn=world.running, seq=2, text=again.text)]
        )


@broken("journal-differs")
def a_batch_with_other_words(world: World) -> None:
    world.entries.filter(seq=2).update(text="TWO ")


@broken("journal-differs")
def a_journal_that_counted_wrong(world: World) -> None:
    world.live.update(chars=F("chars") + 1)


@broken("reply-place-taken")
def a_notice_where_the_reply_will_stand(world: World) -> None:
    Message.objects.create(
        conversation=world.going, turn=world.running, sequence=world.running.reply_sequence, role="notice", content="!"
    )


@broken("reply-parent-wrong", "question-misplaced")
def a_running_reply_to_another_conversation(world: World) -> None:
    world.live.update(reply_parent=world.complete.user_message)


@broken("reply-parent-wrong", "reply-place-taken", "question-misplaced")
def a_running_reply_to_what_stands_in_its_place(world: World) -> None:
    a_notice_where_the_reply_will_stand(world)
    world.live.update(reply_parent=Message.objects.get(conversation=world.going, role=Message.Role.NOTICE))


@broken("reply-parent-wrong", "question-misplaced")
def a_running_reply_to_nothing(world: World) -> None:
    world.live.update(reply_parent_id=NOWHERE)


@broken("lease-absurd")
def a_lease_that_was_never_set(world: World) -> None:
    world.live.update(lease=0)


@broken("lease-absurd")
def a_lease_of_next_week(world: World) -> None:
    world.live.update(lease=DatabaseNow() + 7 * 24 * 3600 * 1000)


@broken("turn-silent")
def a_lease_that_is_over(world: World) -> None:
    world.live.update(lease=DatabaseNow() - 1)


@broken("running-twice", "journal-gap", "turn-of-stranger")
def two_turns_that_run(world: World) -> None:
    stranger = User.objects.create_user("eve", password="eve-password-1")  # whose request_id is another one
    with unconstrained("chat_turn"):
        running = Turn.objects.get(pk=world.running.pk)
        running.pk, running.reply_id, running.user = uuid.uuid4(), uuid.uuid4(), stranger
        running.provider, running.command, running.user_message = "", "regenerate", None
        Turn.objects.bulk_create([running])


# journal


@broken("journal-orphan")
def entries_of_no_turn(world: World) -> None:
    JournalEntry.objects.create(turn_id=NOWHERE, seq=1, text="whose?")


@broken("journal-left-over")
def entries_that_nobody_deleted(world: World) -> None:
    JournalEntry.objects.create(turn=world.complete, seq=1, text="Grüße, ")


# messages


@broken("message-without-conversation", "parent-foreign", "sequence-hole", "head-foreign")
def a_message_of_no_conversation(world: World) -> None:
    Message.objects.filter(role=Message.Role.NOTICE).update(conversation_id=NOWHERE, turn=None)


@broken("sequence-beyond")
def a_counter_that_went_back(world: World) -> None:
    Conversation.objects.filter(pk=world.ended.pk).update(next_sequence=F("next_sequence") - 1)


@broken("sequence-beyond", "sequence-hole")
def a_place_beyond_the_counter(world: World) -> None:
    Message.objects.filter(role=Message.Role.NOTICE).update(sequence=10_000)


@broken("sequence-beyond", "sequence-hole", "parent-later")
def a_place_before_the_first(world: World) -> None:
    Message.objects.filter(role=Message.Role.NOTICE).update(sequence=0)


@broken("parent-missing", "reply-misplaced")
def a_parent_that_is_nowhere(world: World) -> None:
    world.reply.update(parent_id=NOWHERE)


@broken("parent-foreign")
def a_parent_of_another_conversation(world: World) -> None:
    Message.objects.filter(role=Message.Role.NOTICE).update(parent=world.running.user_message)


@broken("parent-foreign")
def a_later_parent_of_another_conversation(world: World) -> None:
    """What comes later is not asked across conversations."""
    Message.objects.filter(turn=world.running).update(parent=Message.objects.get(role=Message.Role.NOTICE))


@broken("parent-later")
def a_parent_that_comes_later(world: World) -> None:
    first_message = first_question(world.ended)
    first_message.parent = Message.objects.get(role=Message.Role.NOTICE)
    first_message.save()


@broken("parent-later")
def a_message_that_follows_itself(world: World) -> None:
    Message.objects.filter(role=Message.Role.NOTICE).update(parent=F("pk"))


@broken("message-without-turn", "reply-misplaced")
def a_reply_without_its_turn(world: World) -> None:
    world.reply.update(turn=None)


@broken("message-without-turn", "question-misplaced")
def a_question_whose_turn_is_nowhere(world: World) -> None:
    world.question.update(turn_id=NOWHERE)


@broken("message-of-foreign-turn")
def a_notice_of_another_conversations_turn(world: World) -> None:
    Message.objects.filter(role=Message.Role.NOTICE).update(turn=world.running)


@broken("reply-extra")
def a_second_reply(world: World) -> None:
    another_message(world, role="assistant")


@broken("question-extra")
def a_second_question(world: World) -> None:
    another_message(world, role="user")


@broken("reply-early")
def a_reply_before_the_end(world: World) -> None:
    turn = world.running
    Message.objects.create(
        pk=turn.reply_id, conversation=world.going, turn=turn, parent_id=turn.reply_parent_id,
        sequence=turn.reply_sequence, role="assistant", content="one two three",
    )  # fmt: skip


def another_message(world: World, role: str) -> None:
    conversation = Conversation.objects.get(pk=world.ended.pk)
    Message.objects.create(
        conversation=conversation,
        turn=world.complete,
        parent=conversation.head,
        sequence=conversation.next_sequence,
        role=role,
        content="again",
    )
    conversation.next_sequence += 1
    conversation.save()


# ledger


@broken("call-open", "spend-differs")
def a_call_that_was_never_settled(world: World) -> None:
    world.calls(world.complete).update(state="open")


@broken("call-open")
def an_open_call_of_a_turn_that_is_gone(world: World) -> None:
    world.calls(world.turns[Turn.Command.EDIT]).update(state="open", turn=None, turn_uuid=NOWHERE)
    world.turn(Turn.Command.EDIT).update(provider="")


@broken("call-ids")
def a_call_of_two_turns(world: World) -> None:
    world.calls(world.complete).update(turn=world.running)


@broken("call-ids")
def a_call_of_another_conversation(world: World) -> None:
    world.calls(world.complete).update(conversation_uuid=world.going.pk)


@broken("call-ids")
def a_call_of_another_user(world: World) -> None:
    world.calls(world.complete).update(user_number=F("user_number") + 1)


@broken("call-ids", "spend-differs", "spend-missing")
def a_call_that_somebody_else_pays(world: World) -> None:
    world.calls(world.complete).update(user=User.objects.create_user("eve", password="eve-password-1"))


@broken("call-attempts")
def a_second_attempt_without_a_first(world: World) -> None:
    world.calls(world.complete).update(attempt=2)


@broken("call-attempts")
def attempts_from_0_on(world: World) -> None:
    calls = world.calls(world.turns[TurnStatus.FAILED])
    calls.filter(attempt=1).update(attempt=0)


@broken("call-attempts", "spend-differs")
def a_call_that_is_there_twice(world: World) -> None:
    with unconstrained("chat_usagerecord"):
        again = world.calls(world.complete).get()
        again.pk += 1_000
        UsageRecord.objects.bulk_create([again])


@broken("spend-differs")
def a_call_of_nobody(world: World) -> None:
    """Its user was deleted, and the sums of a deleted user's days with it."""
    world.calls(world.complete).update(user=None)


@broken("spend-missing")
def a_day_that_went_away(world: World) -> None:
    lose(DailySpend.objects.all())


@broken("spend-differs")
def a_day_that_reserved_too_much(world: World) -> None:
    DailySpend.objects.update(reserved_usd=F("reserved_usd") + Decimal("0.0001"))


@broken("spend-differs")
def a_day_that_settled_too_little(world: World) -> None:
    DailySpend.objects.update(settled_usd=F("settled_usd") - Decimal("0.0001"))


# images


def shown(message: Message) -> Attachment:
    """An image of a message, sound in itself."""
    conversation, data = message.conversation, b"the bytes of an image"
    file = AttachmentFile.objects.create(conversation=conversation, data=data)
    return Attachment.objects.create(
        owner=conversation.owner, conversation=conversation, message=message, file=file, media_type="image/png",
        name="a.png", sha256=hashlib.sha256(data).hexdigest(), width=1, height=1, bytes=len(data),
    )  # fmt: skip


def question(turn: Turn) -> Message:
    assert turn.user_message is not None
    return turn.user_message


@broken("attachment-changed")
def an_image_with_other_bytes(world: World) -> None:
    shown(question(world.running))
    AttachmentFile.objects.update(data=b"others")


@broken("attachment-foreign")
def an_image_of_another_conversation(world: World) -> None:
    image = shown(question(world.running))
    Attachment.objects.filter(pk=image.pk).update(conversation=world.ended)


@broken("attachment-foreign")
def an_image_with_bytes_of_another_conversation(world: World) -> None:
    shown(question(world.running))
    AttachmentFile.objects.update(conversation=world.ended)


@pytest.mark.django_db
def test_what_is_broken_is_found(world: World) -> None:
    """Exactly that, each time; one world for all, since it is whole again after each."""
    wrong = {}
    for name, (expected, how) in BROKEN.items():
        world.keep_alive()
        with undone():
            how(world)
            if (found := codes()) != expected:
                wrong[name] = (found, expected)
    assert wrong == {}
    world.keep_alive()
    assert findings() == [], "the world was not restored"


def chat_checks() -> dict[str, Severity]:
    verification.load()
    checks = [check for each in verification.registered() for check in each.checks]
    return {check.code: check.severity for check in checks if check.look.__module__.startswith("chat.")}


def test_each_check_is_seen_to_fail() -> None:
    seen = set().union(*(expected for expected, _how in BROKEN.values()))
    assert set(chat_checks()) == seen


def test_each_check_has_a_code_of_its_own_and_is_documented() -> None:
    verification.load()
    every = [check.code for each in verification.registered() for check in each.checks]
    assert len(every) == len(set(every))
    documented = [line.split("`")[1] for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")]
    assert documented == every, "the document lists the checks in their order"


@pytest.mark.django_db
def test_what_waits_for_a_server_is_a_note() -> None:
    notes = {code for code, severity in chat_checks().items() if severity == Severity.NOTE}
    assert notes == {"turn-silent", "journal-left-over"}


@pytest.mark.django_db
def test_a_finding_names_its_rows(world: World) -> None:
    with undone():
        world.reply.update(content="")
        [finding] = findings()
    assert finding.ids == {
        "turn": str(world.complete.pk),
        "conversation": str(world.ended.pk),
        "message": str(world.complete.reply_id),
    }


@pytest.mark.django_db
def test_no_sentence_holds_words_of_the_conversation(world: World) -> None:
    with undone():
        Message.objects.update(content=F("role"), parent=None, turn=None)
        Message.objects.filter(role="user").update(content="marker-of-a-person")
        world.entries.update(text="marker-of-a-person")
        said = repr(findings())
    assert "reply-differs" in said
    assert "journal-differs" in said
    assert "marker" not in said


@pytest.mark.django_db
def test_one_conversation_alone(world: World) -> None:
    with undone():
        world.reply.update(content="")
        world.entries.filter(seq=2).update(text="TWO ")
        assert codes(Scope(world.ended.pk)) == {"reply-differs"}
        assert codes(Scope(world.going.pk)) == {"journal-differs"}


@pytest.mark.django_db
def test_pages_are_walked_to_their_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    verification.load()
    for each in verification.registered():
        monkeypatch.setattr(each, "size", 2)
    assert findings() == []
    with undone():
        Message.objects.filter(role="assistant").update(content="something else")
        replies = {finding.ids["message"] for finding in findings()}
    assert replies == {str(pk) for pk in Message.objects.filter(role="assistant").values_list("pk", flat=True)}


@pytest.mark.django_db
def test_a_lease_that_moves_while_it_is_observed_is_alive(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.verification.walk.time.sleep", lambda _seconds: world.keep_alive())
    world.live.update(lease=1)
    assert findings() == []


@pytest.mark.django_db
def test_what_is_right_when_it_is_read_again_is_no_finding(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.live.update(lease=1)  # keeps the page back for a moment
    world.entries.filter(seq=2).update(text="TWO ")
    monkeypatch.setattr(walk, "snapshot", healing(lambda: world.entries.filter(seq=2).update(text="two ")))
    assert codes() == {"turn-silent"}


def healing(heal: Callable[[], object]) -> Callable[[], Any]:
    """Snapshots of a database that ``heal`` changes after the first look at the running turns."""
    from contextlib import contextmanager

    @contextmanager
    def each() -> Iterator[None]:
        with snapshot():
            yield
        heal()

    return each


# --- beside a running server ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_is_of_one_moment(owner: User) -> None:
    turn = begin(talk(owner), AiChat(request_id=uuid.uuid4(), content="hello"))
    reply = Reply(turn)
    with snapshot():
        before = Turn.objects.get(pk=turn.pk).last_seq
        in_a_thread(lambda: reply.append("one"))  # and the writer does not wait for the reader
        assert JournalEntry.objects.filter(turn=turn).count() == before == 0
    assert JournalEntry.objects.filter(turn=turn).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_ends_with_an_error(owner: User) -> None:
    with pytest.raises(ValueError, match="while reading"), snapshot():
        raise ValueError("while reading")
    with transaction.atomic():
        talk(owner)
    assert Conversation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_server_that_writes_meanwhile_is_never_blamed(owner: User) -> None:
    """Turns start, stream, end and are cleaned up all the time that the database is verified."""
    conversations = [talk(owner) for _ in range(3)]
    done = threading.Event()
    written = [0]

    def serve() -> None:
        while not done.is_set():
            for conversation in conversations:
                turn = begin(conversation, AiChat(request_id=uuid.uuid4(), content="and now?"))
                record = call(turn, reserve="0")
                reply = Reply(turn)
                for number in range(20):
                    reply.append(f"batch {number} ")
                finish(turn, TurnStatus.COMPLETE, record)
                written[0] += 1

    server = threading.Thread(target=lambda: elsewhere_forever(serve))
    server.start()
    try:
        rounds = 0
        while server.is_alive() and (written[0] < 30 or rounds < 20):
            assert [finding for finding in findings() if finding.code != "journal-left-over"] == []
            rounds += 1
    finally:
        done.set()
        server.join(DEADLINE)
    assert written[0] >= 30
    assert findings() == []


def elsewhere_forever(serve: Callable[[], None]) -> None:
    """On a connection of its own, a transaction for each unit."""
    try:
        serve()
    finally:
        connection.close()


def in_a_thread(function: Callable[[], Any]) -> None:
    thread = threading.Thread(target=lambda: elsewhere(function))
    thread.start()
    thread.join(DEADLINE)
    assert not thread.is_alive()


# --- the command ----------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code and both outputs."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_chats", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_the_command_says_what_it_looked_at(world: World) -> None:
    code, out, err = run("--dry-run")
    assert code == 0
    assert err == ""
    [line] = out.splitlines()
    assert line.startswith("verify_chats: 0 errors, 0 notes in 5 conversations, 12 turns, 3 running turns, ")


@pytest.mark.django_db
def test_a_note_is_told_and_changes_no_exit_code(world: World) -> None:
    world.live.update(lease=1)
    code, out, _err = run()
    assert code == 0
    assert out.startswith("note turn-silent: ")
    assert "verify_chats: 0 errors, 1 notes in " in out


@pytest.mark.django_db
def test_an_error_is_listed_and_the_exit_code_is_1(world: World) -> None:
    with undone():
        world.reply.update(status="stopped")
        code, out, _err = run()
    first, summary = out.splitlines()
    assert code == 1
    assert first == (
        "error reply-status: The turn ended complete, its reply says stopped."
        f" [turn={world.complete.pk} conversation={world.ended.pk} message={world.complete.reply_id}]"
    )
    assert summary.startswith("verify_chats: 1 errors, 0 notes in ")


@pytest.mark.django_db
def test_json_is_one_finding_a_line(world: World) -> None:
    with undone():
        world.reply.update(status="stopped", content="")
        code, out, err = run("--json", "--conversation", str(world.ended.pk))
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [each["code"] for each in found] == ["reply-status", "reply-differs"]
    assert set(found[0]) == {"code", "severity", "message", "ids"}
    assert err.startswith("verify_chats: 2 errors, 0 notes in 1 conversations, ")


@pytest.mark.django_db
def test_a_conversation_that_is_not_there_proves_nothing() -> None:
    with pytest.raises(CommandError, match="there is no conversation") as raised:
        run("--conversation", str(NOWHERE))
    assert raised.value.returncode == 2


@pytest.mark.django_db
def test_a_database_that_is_away_ends_in_one_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_pks: Any) -> Any:
        raise OperationalError("connection refused\n\tIs the server running?")

    verification.load()
    monkeypatch.setattr(verification.registered()[1], "load", away)
    with pytest.raises(CommandError) as raised:
        run()
    assert raised.value.returncode == 2
    assert str(raised.value) == "verify_chats: the database could not be read (OperationalError: connection refused)"


def test_a_database_that_does_not_exist_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nothing.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    monkeypatch.setattr(connection, "vendor", "sqlite")
    with pytest.raises(CommandError, match="there is no database") as raised:
        verify_chats._require_database()
    assert raised.value.returncode == 2
    assert not path.exists()


@pytest.mark.django_db
def test_progress_is_told_to_a_terminal_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "REDRAW_SECONDS", 0.0)

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    out, err = StringIO(), Terminal()
    call_command("verify_chats", stdout=out, stderr=err)
    assert "12 turns" in err.getvalue()
    assert err.getvalue().endswith(" \r")
    assert "\r" not in out.getvalue()
