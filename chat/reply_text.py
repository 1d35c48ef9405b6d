"""The text of a running reply: read from the model, committed batch by batch, and shown after each commit."""

import hashlib

from chat import failpoints
from chat.changes import chunk_frame
from chat.journal import Append
from chat.running import Running
from chat.text import CleanText

MAX_REPLY_BYTES = 4 * 1024 * 1024  # UTF-8; a longer reply ends truncated


class ReplyText:
    """One batch is in flight at a time; what arrives meanwhile is the next batch."""

    def __init__(self, running: Running) -> None:
        turn = running.turn
        self._running = running
        self._ids = (str(turn.request_id), str(turn.pk), str(turn.reply_id))  # of every chunk's frame
        self._waiting: list[str] = []
        self._written: list[str] = []  # all journalled batches of this turn, in order
        self._seq = 0
        self._sha = hashlib.sha256()
        self._clean = CleanText()
        self._received = 0  # UTF-8 bytes read from the model
        self.chars = 0
        self.too_long = False

    def since(self, start: int) -> str:
        """What is written from that character on."""
        return "".join(self._written)[start:]

    @property
    def waits(self) -> bool:
        """Whether there is something to be written."""
        return bool(self._waiting)

    def feed(self, text: str) -> None:
        self._keep(self._clean.feed(text))

    def flush(self) -> None:
        """The model says no more: what waited for its other half comes as it is."""
        self._keep(self._clean.flush())

    def _keep(self, text: str) -> None:
        """Keep text for the next batch, up to the size limit of a reply."""
        if not text or self.too_long:
            return
        raw = text.encode()
        room = MAX_REPLY_BYTES - self._received
        if len(raw) > room:
            self.too_long = True
            text = raw[:room].decode(errors="ignore")
        self._received += len(raw)
        self._waiting.append(text)
        self._running.wake.set()

    async def write_waiting(self) -> None:
        text = "".join(self._waiting)
        self._waiting.clear()
        await self.write(text)

    async def write(self, text: str) -> None:
        """Commit one batch, then show it."""
        if not text:
            return
        running = self._running
        self._sha.update(text.encode())
        self.chars += len(text)
        seq = self._seq + 1
        await running.writer.write(
            Append(
                running.conversation_id, running.turn_id, running.token, seq, text, self.chars, self._sha.hexdigest()
            )
        )
        await failpoints.pause(failpoints.APPENDED)
        self._seq = seq
        self._written.append(text)
        running.hub.chunk(running.conversation_id, running.turn_id, seq, chunk_frame(*self._ids, seq, text))
