"""``/status/``: tries what a conversation needs, live, and says what to do about what does not work.

The page's script does the steps of a browser (socket, reply, history); here are those of the server, before and after.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.db import Error, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from redis.exceptions import RedisError

from chat import conversations, offer
from chat.models import Conversation, Turn
from chat.rates import TokenBucket
from strategies.sandbox import levels
from trademe.accounts.models import User

SECONDS = 5.0  # that a step of the server may take
TICKET_SECONDS = 600
SALT = "trademe.status"
MOST_LOOKED_THROUGH = 200  # of a person's talks, the newest

logger = structlog.get_logger(__name__)

checks = TokenBucket(rate=1.0, burst=60)  # of everybody at this process


@never_cache
@require_GET
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The steps, which the page's script takes one after the other."""
    level = levels.known()
    return render(
        request,
        "status.html",
        {
            "database": connection.vendor,
            "redis": bool(settings.CONFIG.redis_url),
            "sandbox": level,
            "models": [offered.setting for offered in offer.offers()],
        },
    )


@never_cache
@require_POST
@login_required
async def begin(request: HttpRequest) -> JsonResponse:
    """Write and read a conversation of its own for the check, and send a message through the channel layer."""
    user = await request.auser()
    if not isinstance(user, User):
        raise TypeError("This view is for signed-in users.")
    if settings.CONFIG.rate_limits and not checks.take():
        return JsonResponse({"code": "rate_limited", "message": _("Too many checks. Wait a minute.")}, status=429)
    probe = _new_probe(user)
    steps = {
        "database": await _step(lambda: database_sync_to_async(_write_and_read)(user, probe)),
        "channel_layer": await _step(_round_trip),
    }
    return JsonResponse(
        {
            "steps": steps,
            "conversation": str(probe) if steps["database"]["ok"] else None,
            "ticket": signing.dumps([user.pk, str(probe)], salt=SALT),
            "builtin": offer.find(offer.BUILTIN) is not None,
        }
    )


@never_cache
@require_POST
@login_required
async def end(request: HttpRequest) -> JsonResponse:
    """Remove what ``begin`` wrote, wholly: its rows are no conversation that anybody had."""
    user = await request.auser()
    try:
        user_id, probe = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        return JsonResponse({"code": "not_found", "message": _("There is no such check.")}, status=404)
    if user_id != user.pk:
        return JsonResponse({"code": "not_found", "message": _("There is no such check.")}, status=404)
    return JsonResponse({"steps": {"removal": await _step(lambda: database_sync_to_async(_remove)(UUID(probe)))}})


async def _step(act: Callable[[], Awaitable[None]]) -> dict[str, Any]:
    """How a step went; its error's kind is said, since this page is read by whoever looks for the fault."""
    began = time.perf_counter()
    try:
        await asyncio.wait_for(act(), SECONDS)
    except (Error, OSError, TimeoutError, RedisError, _Wrong) as error:
        words = str(error).strip() if isinstance(error, _Wrong) else type(error).__name__
        return {"ok": False, "milliseconds": _milliseconds(began), "detail": words}
    return {"ok": True, "milliseconds": _milliseconds(began), "detail": ""}


class _Wrong(Exception):
    """A step was done and gave something else than it should have."""


def _new_probe(user: User, number: bytes | None = None) -> UUID:
    """An id that only this server gives: so a probe is known from what a person made, whatever they call it."""
    number = number or secrets.token_bytes(8)
    return UUID(bytes=number + salted_hmac(SALT, number + str(user.pk).encode(), algorithm="sha256").digest()[:8])


def _remove_left(user: User) -> None:
    """Probes of tabs that were closed in the middle of a check, when nobody can end them any more."""
    over = timezone.now() - timedelta(seconds=TICKET_SECONDS)
    left = Conversation.objects.filter(owner=user, kind=Conversation.Kind.GENERAL, created_at__lt=over)
    for pk in left.order_by("-created_at").values_list("pk", flat=True)[:MOST_LOOKED_THROUGH]:
        if pk == _new_probe(user, pk.bytes[:8]):
            try:
                _remove(pk)
            except _Wrong:
                logger.warning("a status check still runs", conversation=str(pk))


def _write_and_read(user: User, probe: UUID) -> None:
    _remove_left(user)
    made = conversations.create(user, Conversation.Kind.GENERAL, _("Status check"), probe, offer.BUILTIN)
    conversations.update(made, archived=True)  # out of the list for the moment that it lives
    stored = Conversation.objects.filter(pk=probe, owner=user, archived=True).values_list("title", flat=True)
    if list(stored) != [made.title]:
        raise _Wrong(_("What was written is not what was read."))


async def _round_trip() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    word = uuid4().hex
    await layer.send(channel, {"type": "status.check", "word": word})
    if (await layer.receive(channel)).get("word") != word:
        raise _Wrong(_("What came back is not what was sent."))


def _remove(probe: UUID) -> None:
    with transaction.atomic():
        found = Conversation.objects.select_for_update().filter(pk=probe).first()
        if found is None:
            return  # removed already
        if Turn.objects.filter(conversation=found, status=Turn.Status.RUNNING).exists():
            raise _Wrong(_("The reply of the check is still being written."))
        found.delete()


def _milliseconds(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
