"""A turn in the rows: P1 (stored before it is answered), P3, P4 (one truthful end), P5 (one send, one turn)."""

import hashlib
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from chat import hooks, ledger
from chat.errors import Busy, Fenced, NotFound, Refused, RequestIdReused
from chat.models import Conversation, JournalEntry, Message, Turn, UsageRecord
from chat.protocol import AiChat, Continue, Edit, Regenerate
from chat.providers.base import Usage
from chat.turns import CallOutcome, Heartbeat, RequestStop, StartTurn, find_place
from tests.chat.turn_rows import Reply, start, started, talk
from trademe.accounts.models import User


@pytest.fixture
def conversation(owner: User) -> Conversation:
    return talk(owner)


@pytest.fixture
def turn(conversation: Conversation) -> Turn:
    return started(conversation)


class _Hook(hooks.PlainTalk):
    """Says what it is told to say at the end of a reply."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.plans: list[Any] = []

    def write_reply(self, turn: Turn, conversation: Conversation, message: Message, plan: Any) -> list[Any]:
        self.plans.append(plan)
        if self.error is not None:
            Message.objects.filter(pk=message.pk).update(content="half written")
            raise self.error
        return []


@pytest.fixture
def hook() -> Iterator[_Hook]:
    before, own = hooks.hook(), _Hook()
    hooks.register(own)
    yield own
    hooks.register(before)


# --- start ------------------------------------------------------------------------------------------------------


def test_the_users_message_is_stored_with_the_running_turn(conversation: Conversation) -> None:
    turn = started(conversation, "均线策略\nsecond line")
    conversation.refresh_from_db()
    message = conversation.messages.get()
    assert (message.role, message.content, message.sequence) == ("user", "均线策略\nsecond line", 1)
    assert conversation.head == message
    assert conversation.title == "均线策略"
    assert (conversation.rev, conversation.next_sequence) == (1, 3)
    turn.refresh_from_db()
    assert (turn.status, turn.user_message, turn.reply_parent) == ("running", message, message)
    assert (turn.reply_sequence, turn.rev, turn.digest) == (2, 1, hashlib.sha256().hexdigest())
    assert turn.lease > 1_000_000


def test_p5_the_same_request_is_the_same_turn(conversation: Conversation) -> None:
    """Pain: a retry that makes a second turn, normal messages stored twice."""
    unit = start(conversation)
    first = unit.run()
    again = StartTurn(conversation.pk, conversation.owner_id, unit.command, "en", unit.plan).run()
    assert first.created
    assert not again.created
    assert again.turn.pk == first.turn.pk
    assert (Turn.objects.count(), Message.objects.count()) == (1, 1)


def test_p5_the_same_unit_after_an_unknown_commit_created_its_turn(conversation: Conversation) -> None:
    unit = start(conversation)
    assert unit.run().created
    assert unit.run().created
    assert Turn.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{"content": "other"}, {"parent": None}, {"elsewhere": True}], ids=["content", "parent", "conversation"]
)
def test_p5_a_request_id_belongs_to_its_fields(conversation: Conversation, fields: dict[str, Any]) -> None:
    request_id = uuid.uuid4()
    turn = started(conversation, request_id=request_id)
    Reply(turn).append("x").end().run()
    place = talk(conversation.owner) if fields.pop("elsewhere", False) else conversation
    with pytest.raises(RequestIdReused):
        start(place, **{"request_id": request_id, **fields}).run()
    assert Turn.objects.count() == 1


def test_a_request_id_is_its_users_own(conversation: Conversation, stranger: User) -> None:
    request_id = uuid.uuid4()
    started(conversation, request_id=request_id)
    assert start(talk(stranger), request_id=request_id).run().created


def test_one_reply_runs_in_a_conversation(turn: Turn, conversation: Conversation) -> None:
    unit = start(conversation, "next")
    with pytest.raises(Busy) as busy:
        unit.run()
    assert busy.value.turn_id == turn.pk
    assert not Turn.objects.filter(request_id=unit.command.request_id).exists(), "a refusal leaves the id free"
    Reply(turn).append("x").end().run()
    assert unit.run().created


def test_a_request_sent_again_while_its_turn_runs_is_not_busy(conversation: Conversation) -> None:
    unit = start(conversation)
    unit.run()
    assert StartTurn(conversation.pk, conversation.owner_id, unit.command, "en", unit.plan).run().created is False


def test_p11_nothing_starts_in_a_conversation_of_somebody_else(conversation: Conversation, stranger: User) -> None:
    unit = start(conversation)
    unit.user_id = stranger.pk
    with pytest.raises(NotFound):
        unit.run()


def test_nothing_starts_in_a_deleted_conversation(conversation: Conversation) -> None:
    from chat.conversations import delete

    delete(conversation)
    with pytest.raises(NotFound):
        start(conversation).run()


def test_places_in_the_tree(conversation: Conversation) -> None:
    """Rule 23: where the messages of each command go."""
    turn = started(conversation, "question")
    Reply(turn).append("half").end(Turn.Status.STOPPED).run()
    conversation.refresh_from_db()
    question, reply = conversation.messages.order_by("sequence")
    id_ = uuid.uuid4()
    assert find_place(conversation, AiChat(request_id=id_, content="x")).parent_id == reply.pk
    assert find_place(conversation, AiChat(request_id=id_, content="x", parent=None)).parent_id is None
    assert find_place(conversation, AiChat(request_id=id_, content="x", parent=question.pk)).parent_id == question.pk
    edited = find_place(conversation, Edit(request_id=id_, message_id=question.pk, content="y"))
    assert (edited.parent_id, edited.content) == (None, "y")
    again = find_place(conversation, Regenerate(request_id=id_, message_id=reply.pk))
    assert (again.parent_id, again.content) == (question.pk, None)
    further = find_place(conversation, Continue(request_id=id_, message_id=reply.pk))
    assert (further.parent_id, further.continues_id, further.content) == (reply.pk, reply.pk, None)


def test_messages_of_other_conversations_are_not_found(conversation: Conversation, stranger: User) -> None:
    """Pain: a strategy built from another conversation."""
    foreign = talk(stranger)
    Reply(started(foreign)).append("secret").end().run()
    question, reply = foreign.messages.order_by("sequence")
    id_ = uuid.uuid4()
    for command in (
        AiChat(request_id=id_, content="x", parent=reply.pk),
        Edit(request_id=id_, message_id=question.pk, content="x"),
        Regenerate(request_id=id_, message_id=reply.pk),
        Continue(request_id=id_, message_id=reply.pk),
    ):
        with pytest.raises(NotFound):
            find_place(conversation, command)


def test_only_a_user_message_is_edited_and_only_a_cut_reply_continued(conversation: Conversation) -> None:
    Reply(started(conversation)).append("whole").end().run()
    question, reply = conversation.messages.order_by("sequence")
    id_ = uuid.uuid4()
    with pytest.raises(NotFound):
        find_place(conversation, Edit(request_id=id_, message_id=reply.pk, content="x"))
    with pytest.raises(NotFound):
        find_place(conversation, Regenerate(request_id=id_, message_id=question.pk))
    with pytest.raises(Refused, match="cannot_continue"):
        find_place(conversation, Continue(request_id=id_, message_id=reply.pk))


# --- end --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["complete", "stopped", "truncated", "failed", "interrupted"])
def test_p4_each_end_stores_what_was_journalled_byte_for_byte(turn: Turn, status: str) -> None:
    """Rule 5: no strip, and from the journal, not from memory."""
    ended = Reply(turn).append("  均线 ", "\n\n", "🚀 end \n ").end(status).run()
    assert ended.status == status
    turn.refresh_from_db()
    reply = Message.objects.get(pk=turn.reply_id)
    assert reply.content == "  均线 \n\n🚀 end \n "
    assert (turn.status, reply.status, reply.sequence) == (status, status, 2)
    assert turn.ended_at is not None
    conversation = Conversation.objects.get(pk=turn.conversation_id)
    assert conversation.head == reply
    assert conversation.rev == turn.rev == 2


def test_an_end_without_text_stores_an_empty_reply(turn: Turn) -> None:
    Reply(turn).end(Turn.Status.FAILED, error_code="provider_rejected").run()
    assert Message.objects.get(pk=turn.reply_id).content == ""


@pytest.mark.parametrize("broken", ["lost", "changed", "doubled"])
def test_a_journal_that_does_not_match_ends_failed(turn: Turn, broken: str) -> None:
    """Rule 6: last_seq, chars and digest must all match; what is there is kept, and nobody is told "complete"."""
    reply = Reply(turn).append("one ", "two ", "three")
    if broken == "lost":
        JournalEntry.objects.filter(turn=turn, seq=2).delete()
    elif broken == "changed":
        JournalEntry.objects.filter(turn=turn, seq=2).update(text="TWO ")
    else:
        JournalEntry.objects.create(turn=turn, seq=4, text="three")
    assert reply.end().run().status == "failed"
    turn.refresh_from_db()
    stored = Message.objects.get(pk=turn.reply_id)
    assert (turn.status, stored.status, turn.error_code) == ("failed", "failed", "integrity")
    assert stored.content.startswith("one ")


def test_the_same_end_again_is_done_and_writes_nothing(turn: Turn) -> None:
    """Rule 4: an end by the same token counts as done."""
    end = Reply(turn).append("x").end()
    end.run()
    rev = Conversation.objects.get(pk=turn.conversation_id).rev
    assert end.run().status == "complete"
    assert Message.objects.filter(role="assistant").count() == 1
    assert Conversation.objects.get(pk=turn.conversation_id).rev == rev


def test_p4_a_turn_ends_once(turn: Turn) -> None:
    """Whoever comes second is fenced, whatever he wanted to say."""
    reply = Reply(turn).append("x")
    reply.end(Turn.Status.INTERRUPTED, lease=Turn.objects.get(pk=turn.pk).lease).run()
    with pytest.raises(Fenced):
        reply.end(Turn.Status.COMPLETE).run()
    assert Turn.objects.get(pk=turn.pk).status == "interrupted"


def test_only_its_token_ends_a_turn(turn: Turn) -> None:
    end = Reply(turn).end()
    end.token = uuid.uuid4()
    with pytest.raises(Fenced):
        end.run()


def test_p3_the_ledger_row_is_settled_with_the_reply(turn: Turn) -> None:
    record = ledger.OpenCall(
        turn.conversation_id, turn.pk, turn.token, turn.user_id, "chat", 1, "openai", "m", "1", reserve_usd=None
    ).run()
    Reply(turn).append("x").end(call=CallOutcome(record, Usage(5, 7), None, "complete")).run()
    row = UsageRecord.objects.get()
    assert (row.state, row.input_tokens, row.output_tokens, row.outcome) == ("settled", 5, 7, "complete")


def test_a_call_that_nobody_could_count_is_estimated(turn: Turn) -> None:
    """Rule 17: where the process died."""
    ledger.OpenCall(
        turn.conversation_id, turn.pk, turn.token, turn.user_id, "chat", 1, "openai", "m", "1", reserve_usd=None
    ).run()
    Reply(turn).append("x" * 40).end(Turn.Status.INTERRUPTED).run()
    row = UsageRecord.objects.get()
    assert (row.state, row.output_tokens, row.cost_usd, row.outcome) == ("estimated", 10, None, "interrupted")


def test_a_hook_that_fails_costs_no_reply(turn: Turn, hook: _Hook, caplog: pytest.LogCaptureFixture) -> None:
    """Rule 7: its savepoint is rolled back, the reply is stored all the same, a notice says so."""
    hook.error = RuntimeError("a bug in the hook")
    with caplog.at_level(logging.CRITICAL):
        assert Reply(turn).append("kept").end().run().status == "complete"
    reply, notice = Message.objects.exclude(role="user").order_by("sequence")
    assert (reply.content, reply.status) == ("kept", "complete")
    assert (notice.role, notice.parent, notice.sequence) == ("notice", reply, 3)
    assert Conversation.objects.get().head == notice


def test_a_hook_that_fails_leaves_no_conversation_generating(turn: Turn, hook: _Hook) -> None:
    Conversation.objects.update(state=Conversation.State.GENERATING)
    hook.error = RuntimeError("a bug in the hook")
    Reply(turn).append("kept").end().run()
    assert Conversation.objects.get().state == "ready"


@pytest.mark.parametrize("status", ["stopped", "truncated", "failed", "interrupted"])
def test_p8_a_reply_that_did_not_end_by_itself_makes_no_version(turn: Turn, hook: _Hook, status: str) -> None:
    Reply(turn).append("```python\nclass A(Strategy): ...").end(status, reply=hooks.ReplyPlan(data="version")).run()
    assert hook.plans == [None]


# --- stop and heartbeat -----------------------------------------------------------------------------------------


def test_p10_a_stop_is_stored_and_ends_nothing_itself(turn: Turn) -> None:
    """Rule 15: only the owner ends a live turn."""
    stopped = RequestStop(turn.conversation_id, turn.pk).run()
    assert (stopped.status, stopped.stop_requested) == ("running", True)
    assert Heartbeat([turn.token]).run() == {turn.pk: True}


def test_a_stop_of_an_ended_turn_finds_its_end(turn: Turn) -> None:
    Reply(turn).append("x").end().run()
    stopped = RequestStop(turn.conversation_id, turn.pk).run()
    assert (stopped.status, stopped.stop_requested) == ("complete", False)


def test_a_turn_is_stopped_through_its_conversation(turn: Turn, stranger: User) -> None:
    with pytest.raises(NotFound):
        RequestStop(talk(stranger).pk, turn.pk).run()
    turn.refresh_from_db()
    assert not turn.stop_requested


def test_the_heartbeat_prolongs_only_what_runs_under_its_tokens(owner: User) -> None:
    ours, theirs, ended = (started(talk(owner)) for _ in range(3))
    Reply(ended).end(Turn.Status.FAILED).run()
    Turn.objects.update(lease=5)
    assert Heartbeat([ours.token, ended.token]).run() == {ours.pk: False}
    leases = dict(Turn.objects.values_list("pk", "lease"))
    assert leases[ours.pk] > 1_000_000
    assert leases[theirs.pk] == leases[ended.pk] == 5


def test_deleting_a_conversation_stops_its_turn(turn: Turn) -> None:
    """Pain: a conversation deleted while it streams. Its reply can still be stored: nothing dangles."""
    from chat.conversations import delete

    delete(Conversation.objects.get(pk=turn.conversation_id))
    assert Heartbeat([turn.token]).run() == {turn.pk: True}
    assert Reply(turn).append("x").end(Turn.Status.STOPPED).run().status == "stopped"
