"""The socket of one open conversation: parse, check, call, serialise. No query and no transaction lives here."""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import translation

from chat import changes, commands, doorbell, runtime
from chat.errors import Refused, sentence
from chat.followers import Follower
from chat.protocol import (
    AiChat,
    AnyCommand,
    CloseCode,
    ConfirmGeneration,
    Continue,
    Edit,
    Error,
    FrameError,
    Ping,
    Pong,
    Regenerate,
    Resume,
    StartCommand,
    Stop,
    decode,
    encode,
)
from chat.rates import Places, TokenBucket
from chat.reads import read
from trademe import transports
from trademe.accounts.sessions import Identity, identity_of

logger = structlog.get_logger(__name__)

FRAMES_A_SECOND = 20.0
FRAME_BURST = 100
STARTS_A_SECOND = 0.5
START_BURST = 30
DATABASE_RETRY_SECONDS = 1.0
BEGIN_SECONDS = 5.0  # after the handshake, that commands wait for a database that is away
CLOSE_SECONDS = 2.0  # a client that reads nothing does not read its close frame either
ABORT_SECONDS = 12.0  # after the close frame; uvicorn waits 10 s for the answer to it, and then without end
MAX_UNSENT = 256 * 1024  # bytes that a server without backpressure may hold for one socket while more is sent
UNSENT_STEP = 0.05  # seconds between two looks at it
SOCKETS_A_PERSON = 64  # open at once at this process

_places = Places()


class ChatConsumer(AsyncWebsocketConsumer):
    """Dispatches the commands of one socket; what it sees is told by its follower."""

    channel_layer_alias = doorbell.NO_LAYER  # else no socket could be opened while Redis is away

    async def connect(self) -> None:
        self.follower: Follower | None = None
        self.follow_task: asyncio.Task[None] | None = None
        self.connected_at = asyncio.get_running_loop().time()
        self.begun = asyncio.Event()  # the first frame is on its way, or never comes
        self.frames = TokenBucket(FRAMES_A_SECOND, FRAME_BURST)
        self.conversation_id: UUID = self.scope["url_route"]["kwargs"]["conversation_id"]
        await self.accept()
        # established in a task of its own: while the database is away, the socket stays open and hears its client
        self.follow_task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        try:
            identity = await self._with_patience(identity_of, self.scope)
            if identity is None:
                await self._close(CloseCode.NOT_SIGNED_IN)
                return
            if not await self._with_patience(commands.may_open, identity, self.conversation_id):
                await self._close(CloseCode.NOT_FOUND)
                return
            if not _places.take(identity.user_id, SOCKETS_A_PERSON if settings.CONFIG.rate_limits else None):
                await self._close(CloseCode.TOO_MANY_FRAMES)
                return
            try:
                await self._establish(identity)
            finally:
                _places.leave(identity.user_id)
        except Exception:
            logger.exception("follower failed", conversation=str(self.conversation_id))
            await self._close(CloseCode.FAILED)
        finally:
            self.begun.set()

    async def _establish(self, identity: Identity) -> None:
        follower = Follower(
            self.conversation_id,
            identity.user_id,
            identity.session_key,
            identity.language,
            send=self._send_text,
            close=self._close,
        )
        follower.checked_at = time.monotonic()
        established, follower.seen = await self._with_patience(
            changes.establish, self.conversation_id, identity.language, self._page_rev()
        )
        follower.say(established)
        self.runtime = await runtime.ensure_started()
        self.runtime.hub.follow(follower)
        self.follower = follower
        self.begun.set()
        follower.changed()
        await follower.run()

    async def _with_patience(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """A failed look is not a negative answer: look again until the database answers."""
        while True:
            try:
                return await read(function, *arguments)
            except (OperationalError, InterfaceError) as error:
                logger.info("socket waits for the database", error=type(error).__name__)
                await asyncio.sleep(DATABASE_RETRY_SECONDS)

    def _page_rev(self) -> int | None:
        """Up to where the page is rendered, if it says so: ``?rev=``."""
        values = parse_qs(self.scope.get("query_string", b"").decode("ascii", "replace")).get("rev", [])
        return int(values[0]) if values and re.fullmatch(r"[0-9]{1,18}", values[0]) else None

    async def disconnect(self, code: int) -> None:
        if self.follower is not None:
            self.runtime.hub.unfollow(self.follower)
        if self.follow_task is not None and self.follow_task is not asyncio.current_task():
            self.follow_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.follow_task
        self.follower = self.follow_task = None  # they know this socket too: what they hold would wait for a collection
        raise StopConsumer

    async def _send_text(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})
        while transports.unsent(self.base_send) > MAX_UNSENT:  # noqa: ASYNC110 - daphne tells nobody when it has sent
            await asyncio.sleep(UNSENT_STEP)

    async def _close(self, code: int) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.close(code)
        except TimeoutError:
            transports.abort(self.base_send)
            return
        except (OSError, RuntimeError):
            return  # it is closed already
        # whoever opens or sends too much does not keep what was refused
        patience = CLOSE_SECONDS if code == CloseCode.TOO_MANY_FRAMES else ABORT_SECONDS
        asyncio.get_running_loop().call_later(patience, transports.abort, self.base_send)

    # --- commands ------------------------------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if settings.CONFIG.rate_limits and not self.frames.take():
            await self._close(CloseCode.TOO_MANY_FRAMES)
            return
        if self.follower is None:
            # a client may send with the handshake: it is heard after its first frame
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self.connected_at + BEGIN_SECONDS):
                    await self.begun.wait()
        if self.follow_task is not None and self.follow_task.done():
            return  # this socket was given up: nothing is started that it could not be told of
        if self.follower is not None:
            self.follower.heard()
        try:
            command = decode(text_data)
        except FrameError as error:
            await self._refuse(error.code, error.request_id)
            return
        if isinstance(command, Ping):
            await self._say(Pong(request_id=str(command.request_id)))
            return
        if self.follower is None:
            await self._refuse("database_unavailable", str(command.request_id))
            return
        await self._handle(self.follower, command)

    async def _handle(self, follower: Follower, command: AnyCommand) -> None:
        request_id = str(command.request_id)
        try:
            await self._HANDLERS[type(command)](self, follower, command)
        except Refused as refusal:
            turn_id = None if refusal.turn_id is None else str(refusal.turn_id)
            await self._refuse(refusal.code, request_id, refusal.message, turn_id)
        except (OperationalError, InterfaceError):
            await self._refuse("database_unavailable", request_id)
        except commands.SignedOut:
            follower.close(CloseCode.NOT_SIGNED_IN)
        except Exception:
            logger.exception("command failed", command=type(command).__name__, conversation=str(self.conversation_id))
            await self._refuse("internal_error", request_id)

    async def _start(self, follower: Follower, command: StartCommand) -> None:
        if (
            settings.CONFIG.rate_limits
            and not commands.starts_of(follower.user_id, STARTS_A_SECOND, START_BURST).take()
        ):
            raise Refused(code="rate_limited")
        started = await commands.start(self.runtime, follower, command)
        if not started.created:
            follower.replay(started.turn.pk)

    async def _stop(self, follower: Follower, command: Stop) -> None:
        turn = await commands.stop(self.runtime, follower, command)
        if not turn.is_running:
            follower.replay_end(turn.pk)

    async def _resume(self, follower: Follower, command: Resume) -> None:
        follower.resume(str(command.request_id), command.turn_id, command.after_seq)

    _HANDLERS: dict[type[Any], Callable[..., Awaitable[None]]] = {
        AiChat: _start,
        ConfirmGeneration: _start,
        Continue: _start,
        Regenerate: _start,
        Edit: _start,
        Stop: _stop,
        Resume: _resume,
    }

    async def _refuse(self, code: str, request_id: str | None, message: str = "", turn_id: str | None = None) -> None:
        language = self.follower.language if self.follower is not None else "en"
        with translation.override(language):
            words = message or sentence(code)
        await self._say(Error(request_id=request_id, code=code, message=words, turn_id=turn_id))

    async def _say(self, frame: Any) -> None:
        if self.follower is not None:
            self.follower.say(frame)
        else:
            with contextlib.suppress(OSError, RuntimeError):
                await self.send(text_data=encode(frame))
