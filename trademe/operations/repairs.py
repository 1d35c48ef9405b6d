"""What can be mended of what ``verify_chats`` finds: each looks again, under the row's lock, before it writes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat import recovery
from chat.errors import Fenced
from chat.journal import DeleteEntries
from chat.ledger import estimate_open_calls
from chat.models import Conversation, JournalEntry, Message, Turn
from chat.models.turn import TurnStatus
from chat.verification.rows import TextSHA256


@dataclass(frozen=True, slots=True)
class Repair:
    """``act`` takes the finding's conversation and turn and says whether it changed anything."""

    label: "str | Promise"
    act: Callable[[UUID, UUID | None], bool]


def end_dead_turn(conversation: UUID, turn: UUID | None) -> bool:
    """Two looks at its lease, as ``recover_turns`` takes them: what was streamed becomes the reply."""
    observer = recovery.Observer()
    if not observer_sees(observer, turn):
        return False
    time.sleep(recovery.OBSERVE_SECONDS)
    for suspect in observer.dead(recovery.suspects()):
        if suspect.turn_id == turn:
            try:
                with transaction.atomic():
                    recovery.interruption(suspect).run()
            except Fenced:
                return False  # its process lives
            return True
    return False


def observer_sees(observer: recovery.Observer, turn: UUID | None) -> bool:
    """The first look; False where the turn is not even suspected."""
    suspects = recovery.suspects()
    observer.dead(suspects)
    return any(suspect.turn_id == turn for suspect in suspects)


def back_to_ready(conversation: UUID, turn: UUID | None) -> bool:
    """A conversation that generates nothing can be confirmed again."""
    with transaction.atomic():
        locked = Conversation.objects.select_for_update().filter(pk=conversation).first()
        if locked is None or Turn.objects.filter(conversation=locked, status=TurnStatus.RUNNING).exists():
            return False
        stuck = Conversation.objects.filter(pk=conversation, state=Conversation.State.GENERATING)
        return stuck.update(state=Conversation.State.READY, rev=F("rev") + 1) == 1


def settle_calls(conversation: UUID, turn: UUID | None) -> bool:
    """Calls of an ended turn that a dead process left open, settled by estimate."""
    if turn is None:
        return False
    with transaction.atomic():
        Conversation.objects.select_for_update().filter(pk=conversation).first()
        ended = Turn.objects.exclude(status=TurnStatus.RUNNING).filter(pk=turn).first()
        if ended is None or not ended.usage.filter(state="open").exists():
            return False
        estimate_open_calls(ended)
        Conversation.objects.filter(pk=conversation).update(rev=F("rev") + 1)
        return True


def delete_journal(conversation: UUID, turn: UUID | None) -> bool:
    """Entries of a turn that has ended, whose text is in its reply; of a running or lost turn none."""
    if turn is None:
        return False
    ended = Turn.objects.exclude(status=TurnStatus.RUNNING).filter(pk=turn).first()
    if ended is None:
        return False
    replies = Message.objects.filter(pk=ended.reply_id).annotate(stored=TextSHA256("content"))
    if ended.last_seq and not replies.filter(stored=ended.digest).exists():
        return False  # the entries may be all that there is of the reply
    found = JournalEntry.objects.filter(turn_id=turn).exists()
    while True:
        with transaction.atomic():
            if not DeleteEntries(conversation, turn).run():
                return found


REPAIRS = {
    "turn-silent": Repair(_("End the turn"), end_dead_turn),
    "lease-absurd": Repair(_("End the turn"), end_dead_turn),
    "generating-stuck": Repair(_("Back to ready"), back_to_ready),
    "call-open": Repair(_("Settle by estimate"), settle_calls),
    "journal-left-over": Repair(_("Delete the entries"), delete_journal),
}
