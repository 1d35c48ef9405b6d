"""What a socket's commands do: read and think off the loop, then one unit of work of the writer."""

import time
from uuid import UUID

from django.db import IntegrityError
from django.http import Http404
from django.utils import translation

from chat import access, hooks, turns
from chat.errors import NotFound, Refused
from chat.followers import Follower
from chat.models import Conversation, Turn
from chat.protocol import ConfirmGeneration, StartCommand, Stop
from chat.rates import TokenBucket
from chat.reads import read
from chat.runtime import Runtime
from trademe.accounts.sessions import Identity, session_is_valid

SESSION_CHECK_SECONDS = 1.0


class SignedOut(Exception):
    """The session of this socket has ended."""


def may_open(identity: Identity, conversation_id: UUID) -> bool:
    try:
        access.conversation_for(identity.user_id, conversation_id)
    except Http404:
        return False
    return True


async def start(runtime: Runtime, follower: Follower, command: StartCommand) -> turns.Started:
    """Start the command's turn, or find the one that its request_id started before."""
    unit = await read(_prepare, follower, command)
    if isinstance(unit, turns.Started):
        return unit
    try:
        return await runtime.start_turn(unit)
    except IntegrityError:
        # another process took this request_id, for another conversation, at the same moment
        earlier = await read(turns.find_request, follower.user_id, follower.conversation_id, command)
        if earlier is None:
            raise
        return turns.Started(earlier, created=False)


def _prepare(follower: Follower, command: StartCommand) -> turns.StartTurn | turns.Started:
    _check_session(follower)
    conversation = _conversation(follower)
    if earlier := turns.find_request(follower.user_id, conversation.pk, command):
        return turns.Started(earlier, created=False)
    language = follower.language
    with translation.override(language):
        try:
            if isinstance(command, ConfirmGeneration):
                plan, words = hooks.hook().prepare_confirmation(conversation, command.spec_revision, language)
            else:
                place = turns.find_place(conversation, command)
                plan, words = hooks.MessagePlan(), ""
                if place.content is not None:
                    plan = hooks.hook().prepare_message(conversation, place.parent_id, place.content, language)
        except hooks.NotReady as error:
            raise Refused(str(error), code=error.code) from error
    return turns.StartTurn(
        conversation_id=conversation.pk,
        user_id=follower.user_id,
        command=command,
        language=plan.language or language,
        plan=plan,
        words=words,
    )


async def stop(runtime: Runtime, follower: Follower, command: Stop) -> Turn:
    """Store the wish to stop; the turn's owner, here or elsewhere, ends it."""
    await read(_check_access, follower)
    turn = await runtime.writer.write(turns.RequestStop(follower.conversation_id, command.turn_id))
    runtime.stop(turn.pk)
    return turn


def _check_access(follower: Follower) -> None:
    _check_session(follower)
    _conversation(follower)


def _check_session(follower: Follower) -> None:
    """The poll looks at every socket's session; a command looks itself unless somebody has just now."""
    if time.monotonic() - follower.checked_at < SESSION_CHECK_SECONDS:
        return
    if not session_is_valid(follower.session_key, follower.user_id):
        raise SignedOut
    follower.checked_at = time.monotonic()


def _conversation(follower: Follower) -> Conversation:
    try:
        return access.conversation_for(follower.user_id, follower.conversation_id)
    except Http404 as error:
        raise NotFound from error


_starts: dict[int, TokenBucket] = {}


def starts_of(user_id: int, rate: float, burst: int) -> TokenBucket:
    """How often this person may start a turn, counted for each process."""
    return _starts.setdefault(user_id, TokenBucket(rate, burst))
