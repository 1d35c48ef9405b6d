"""The sockets of this process: who follows which conversation, and telling them that something is new."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from chat import rows
from chat.doorbell import Doorbell
from chat.followers import Follower
from chat.protocol import CloseCode, Frame
from chat.reads import read
from trademe.accounts.sessions import valid_sessions

POLL_SECONDS = 1.0
SESSION_SECONDS = 2.0

_CURSORS = (
    "SELECT c.id, c.rev, t.id, t.last_seq FROM chat_conversation AS c"
    " LEFT JOIN chat_turn AS t ON t.conversation_id = c.id AND t.status = 'running'"
    " WHERE c.deleted_at IS NULL AND c.id "
)


class Hub:
    """One for each process; its methods belong to the event loop, except ``threadsafe``."""

    def __init__(self, doorbell: Doorbell) -> None:
        self._loop = asyncio.get_running_loop()
        self._doorbell = doorbell
        self._followers: dict[UUID, set[Follower]] = {}
        self._polled_at = 0.0

    def __iter__(self) -> Iterator[Follower]:
        return (follower for followers in list(self._followers.values()) for follower in list(followers))

    def follow(self, follower: Follower) -> None:
        self._followers.setdefault(follower.conversation_id, set()).add(follower)

    def unfollow(self, follower: Follower) -> None:
        followers = self._followers.get(follower.conversation_id)
        if followers is not None:
            followers.discard(follower)
            if not followers:
                del self._followers[follower.conversation_id]

    # --- telling -------------------------------------------------------------------------------------------------

    def ring(self, conversation_id: UUID) -> None:
        """Rows of this conversation changed."""
        for follower in self._followers.get(conversation_id, ()):
            follower.changed()
        self._doorbell.ring_others(conversation_id)

    def chunk(self, conversation_id: UUID, turn_id: UUID, seq: int, frame: str) -> None:
        """A batch was committed."""
        for follower in self._followers.get(conversation_id, ()):
            follower.chunk(turn_id, seq, frame)
        self._doorbell.ring_others(conversation_id)

    def progress(self, conversation_id: UUID, frame: Frame) -> None:
        """Say what is not stored: how far something is."""
        for follower in self._followers.get(conversation_id, ()):
            follower.say(frame)

    def threadsafe(self, method: Callable[..., None], *arguments: Any) -> None:
        """Call one of this object's methods from another thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(method, *arguments)

    # --- sessions ------------------------------------------------------------------------------------------------

    def sign_out(self, user_id: int, session_key: str) -> None:
        """Close the sockets of a session that has ended."""
        for follower in self:
            if (follower.user_id, follower.session_key) == (user_id, session_key):
                follower.close(CloseCode.NOT_SIGNED_IN)

    def doubt(self, user_id: int) -> None:
        """Look at the sessions of this user's sockets with the next poll."""
        for follower in self:
            if follower.user_id == user_id:
                follower.checked_at = 0.0
        self._polled_at = 0.0

    # --- the poll ------------------------------------------------------------------------------------------------

    async def poll(self) -> None:
        """See what other processes changed, who does not read, and whether the signed-in people still are."""
        if not self._followers:
            return
        now = time.monotonic()
        running = False
        for follower in self:
            follower.drop_if_stuck(now)
            running = running or follower.follows_running
        if not running and now - self._polled_at < POLL_SECONDS:
            return
        self._polled_at = now
        await self.look(list(self._followers))
        await self._check_sessions(now)

    async def look(self, conversation_ids: Iterable[UUID]) -> None:
        """Compare rows with what the followers were told."""
        ids = [conversation_id for conversation_id in conversation_ids if conversation_id in self._followers]
        if not ids:
            return
        revs, running = await read(_read_cursors, ids)
        for conversation_id in ids:
            for follower in list(self._followers.get(conversation_id, ())):
                # a conversation that is not found any more is looked at by the follower itself
                follower.changed(revs.get(conversation_id))
                if conversation_id in running:
                    follower.note(*running[conversation_id])

    async def _check_sessions(self, now: float) -> None:
        due = [follower for follower in self if now - follower.checked_at > SESSION_SECONDS]
        if not due:
            return
        valid = await read(valid_sessions, {(f.session_key, f.user_id) for f in due})
        for follower in due:
            follower.checked_at = now
            if (follower.session_key, follower.user_id) not in valid:
                follower.close(CloseCode.NOT_SIGNED_IN)


def _read_cursors(ids: list[UUID]) -> tuple[dict[UUID, int], dict[UUID, tuple[UUID, int]]]:
    """``rev`` by conversation, and the running turn with its ``last_seq`` where there is one."""
    listed, named = rows.among(ids)
    found = rows.fetch(_CURSORS + listed, named)
    if connection.vendor == "sqlite":
        found = [(UUID(hex=cid), rev, turn_id and UUID(hex=turn_id), seq) for cid, rev, turn_id, seq in found]
    revs = {conversation_id: rev for conversation_id, rev, _turn_id, _last_seq in found}
    running = {conversation_id: (turn_id, last_seq) for conversation_id, _rev, turn_id, last_seq in found if turn_id}
    return revs, running
