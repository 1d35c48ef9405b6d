"""What a person changes by hand: the spec, and code; each function holds its own transaction."""

from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.http import Http404
from django.utils.translation import gettext as _

from chat import doorbell, hooks
from chat.errors import Busy, Refused, sentence
from chat.models import Conversation
from strategies import maturity, versions
from strategies.models import Strategy, StrategySpec, StrategyVersion
from strategies.spec import InvalidSpec, read_spec, to_json
from strategies.versions import InvalidCode, Made

__all__ = ["InvalidCode", "InvalidSpec", "StaleRevision", "add_version", "edit_spec"]


class StaleRevision(Refused):
    """The client edited a revision that is no longer the newest on the shown branch."""

    code = "stale_revision"


def edit_spec(conversation: Conversation, spec: dict[str, Any], revision: int) -> None:
    """Store the spec as the person wants it, as the next revision at the conversation's head.

    ``revision`` is the one that was edited (0: none yet). Raises InvalidSpec, StaleRevision, Busy while code is
    generated from the spec, Http404 for a kind of conversation that has none.
    """
    checked = to_json(read_spec(spec))
    with transaction.atomic():
        # first of all the row's lock: revisions are numbered and compared under it
        Conversation.objects.filter(pk=conversation.pk).update(rev=F("rev") + 1)
        conversation.refresh_from_db()
        frame = hooks.hook().spec_frame(conversation)
        if frame is None:
            raise Http404(_("This kind of conversation has no spec."))
        if frame["spec_revision"] != revision:
            raise StaleRevision(sentence("stale_revision"))
        if conversation.state == Conversation.State.GENERATING:
            raise Busy(sentence("busy"))
        if checked != frame["spec"]:
            _store(conversation, frame["spec"] or {}, checked, revision)
    doorbell.ring(conversation.pk)


def _store(conversation: Conversation, before: dict[str, Any], after: dict[str, Any], revision: int) -> None:
    kept = StrategySpec.objects.filter(conversation=conversation, revision=revision).values_list("sources", flat=True)
    sources = {**(kept.first() or {}), **{path: {"words": "", "by": "person"} for path in changed_paths(before, after)}}
    newest = StrategySpec.objects.filter(conversation=conversation).aggregate(newest=Max("revision"))["newest"] or 0
    StrategySpec.objects.create(
        conversation=conversation,
        revision=newest + 1,
        message_id=conversation.head_id,
        spec=after,
        sources=sources,
        origin=StrategySpec.Origin.PERSON,
    )
    ready = maturity.assess(read_spec(after), conversation.kind).ready
    conversation.move_to(Conversation.State.READY if ready else Conversation.State.DISCUSSING)
    Conversation.objects.filter(pk=conversation.pk).update(state=conversation.state)


def changed_paths(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """``market.timeframe``, ``risk.stop_loss_pct``, ``entry`` … that differ."""
    changed = []
    for name, value in after.items():
        old = before.get(name)
        if name in ("market", "risk"):
            changed += [f"{name}.{key}" for key, item in value.items() if item != (old or {}).get(key)]
        elif value != old:
            changed.append(name)
    return changed


def add_version(strategy: Strategy, code: str) -> Made:
    """The code as the strategy's next version; the newest one again when it is the same. Raises InvalidCode."""
    newest = strategy.versions.order_by("-number").values("spec", "spec_revision").first() or {}
    draft = versions.draft(
        code,
        origin=StrategyVersion.Origin.HAND,
        spec=newest.get("spec"),
        spec_revision=newest.get("spec_revision"),
    )
    return versions.append_version(strategy, draft)
