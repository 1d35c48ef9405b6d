"""What a person changes by hand: the spec, and code of their own as a version. Each is one transaction."""

import threading
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chat import doorbell
from chat.errors import Busy, NotFound, Refused
from chat.models import Conversation
from strategies import contract, flow
from strategies.indicators import flow as indicator_flow
from strategies.indicators import spec as indicator_spec
from strategies.library import cards
from strategies.models import Strategy, StrategySpec, StrategyVersion
from strategies.spec import InvalidSpec, Spec, read_spec, to_json
from strategies.versions import Draft, InvalidCode, Made, NewerVersion, append_version, draft, is_newest, tried

__all__ = [
    "InvalidCode",
    "InvalidSpec",
    "NewerVersion",
    "add_version",
    "check_code",
    "edit_spec",
    "read_spec_state",
    "restore_version",
    "revert_spec",
]


PATIENCE = 20.0  # seconds that a code waits for its trial
_places = threading.BoundedSemaphore(2)  # trials at once in this process: the others who wait only hold a thread


def read_spec_state(conversation: Conversation, language: str = "") -> dict[str, Any] | None:
    """The spec at the head with its maturity; None where the kind of conversation has no spec."""
    if not flow.has_spec(conversation):
        return None
    language = language or get_language() or "en"
    spec: dict[str, Any]
    at: flow.SpecAt | indicator_flow.IndicatorAt
    if indicator_flow.is_indicator(conversation):
        at = indicator_flow.spec_at(conversation, conversation.head_id)
        maturity, spec = indicator_flow.maturity_of(conversation, at, language), indicator_spec.to_json(at.spec)
    else:
        at = flow.spec_at(conversation, conversation.head_id)
        maturity, spec = flow.maturity_of(conversation, at, language), to_json(at.spec)
    return {
        "spec": spec,
        "spec_revision": at.revision,
        "scores": maturity.scores,
        "overall": maturity.overall,
        "missing": maturity.missing,
        "ready": maturity.ready,
        "sources": at.sources,
    }


def edit_spec(conversation: Conversation, spec: dict[str, Any], revision: int) -> int:
    """Put ``spec`` in place of revision ``revision``; answers with the new revision.

    Raises InvalidSpec with paths and reasons, and Refused: ``stale_revision`` where somebody was faster, ``busy``
    while code is generated from the spec, ``not_found`` where the kind has none.
    """
    if not flow.has_spec(conversation):
        raise NotFound
    indicator = indicator_flow.is_indicator(conversation)
    wanted = indicator_spec.read_spec(spec) if indicator else read_spec(spec)
    with transaction.atomic():
        locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
        at = _current(locked, revision)
        if wanted == at.spec:
            return at.revision
        new = _add_hand_revision(locked, at, wanted)
        locked.rev += 1
        locked.save(update_fields=["state", "rev", "updated_at"])
    conversation.state, conversation.rev = locked.state, locked.rev
    doorbell.ring(conversation.pk)
    return new


def revert_spec(conversation: Conversation, to: int, revision: int) -> int:
    """Put what revision ``to`` held in place of revision ``revision``; answers with the new revision.

    Its words and messages come back with it. Raises Refused as ``edit_spec`` does, and NotFound for a revision that
    is not on the shown branch.
    """
    with transaction.atomic():
        locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
        at = _current(locked, revision)
        row = next(iter(flow.revisions_on_path(locked, locked.head_id, 1, to + 1)), None)
        if row is None or row.revision != to:
            raise NotFound
        if row.spec == _json_of(at):
            return at.revision
        new = flow.add_revision(locked, row.spec, row.sources, locked.head_id, StrategySpec.Origin.PERSON)
        indicator = indicator_flow.is_indicator(locked)
        ready = (
            indicator_flow.maturity_of(locked, indicator_flow.spec_at(locked, locked.head_id), "en").ready
            if indicator
            else flow.maturity_of(locked, flow.spec_at(locked, locked.head_id), "en").ready
        )
        flow.settle_state(locked, ready=ready, changed=True)
        locked.rev += 1
        locked.save(update_fields=["state", "rev", "updated_at"])
    conversation.state, conversation.rev = locked.state, locked.rev
    doorbell.ring(conversation.pk)
    return new


def _current(locked: Conversation, revision: int) -> flow.SpecAt | indicator_flow.IndicatorAt:
    """The spec that stands, which must be revision ``revision`` and free to be changed; raises Refused."""
    if not flow.has_spec(locked):
        raise NotFound
    if locked.state == Conversation.State.GENERATING:
        raise Busy(_("Code is being generated from this plan. Change it when the reply has ended."))
    indicator = indicator_flow.is_indicator(locked)
    at = indicator_flow.spec_at(locked, locked.head_id) if indicator else flow.spec_at(locked, locked.head_id)
    if at.revision != revision:
        raise Refused(
            _("The strategy was changed meanwhile. Look at it again before you change it."), code="stale_revision"
        )
    return at


def _json_of(at: flow.SpecAt | indicator_flow.IndicatorAt) -> dict[str, Any]:
    return to_json(at.spec) if isinstance(at, flow.SpecAt) else indicator_spec.to_json(at.spec)


def _add_hand_revision(
    locked: Conversation, at: flow.SpecAt | indicator_flow.IndicatorAt, wanted: Spec | indicator_spec.IndicatorSpec
) -> int:
    if isinstance(at, indicator_flow.IndicatorAt) and isinstance(wanted, indicator_spec.IndicatorSpec):
        return indicator_flow.add_hand_revision(locked, at, wanted)
    assert isinstance(at, flow.SpecAt)  # noqa: S101 - a conversation has one kind
    assert isinstance(wanted, Spec)  # noqa: S101
    sources = flow.hand_sources(at, wanted)
    new = flow.add_revision(locked, wanted, sources, locked.head_id, StrategySpec.Origin.PERSON)
    after = flow.SpecAt(new, wanted, sources)
    flow.settle_state(locked, ready=flow.maturity_of(locked, after, "en").ready, changed=True)
    return new


def check_code(strategy: Strategy, code: str, base: StrategyVersion | None = None) -> Draft:
    """Code edited by hand, checked and tried as every version is; raises InvalidCode, or Refused: ``too_many_runs``.

    It keeps the plan of the version that it was edited from.
    """
    kind: contract.Kind = "indicator" if strategy.kind == Strategy.Kind.INDICATOR else "strategy"
    made = draft(
        code.replace("\r\n", "\n"),
        origin=StrategyVersion.Origin.HAND,
        spec=base.spec if base is not None else None,
        spec_revision=base.spec_revision if base is not None else None,
        kind=kind,
    )
    if base is not None:
        # an old version's code, not a letter changed, is that version restored
        origin = StrategyVersion.Origin.RESTORED if made.code == base.code else made.origin
        made = replace(made, based_on=base.number, origin=origin)
    return made if is_newest(strategy, made) else _tried(made)


def _tried(made: Draft) -> Draft:
    """The draft after its trial; raises Refused where others have waited longer than a person likes to."""
    if not _places.acquire(timeout=PATIENCE):
        raise Refused(_("Too many codes are being checked at the moment. Try again soon."), code="too_many_runs")
    try:
        return tried(made)
    finally:
        _places.release()


def add_version(
    strategy: Strategy, code: str, *, base: StrategyVersion | None = None, expected: int | None = None
) -> Made:
    """Code edited by hand as the next version.

    Raises InvalidCode where it breaks the contract or fails its trial, NewerVersion where version ``expected`` is not
    the newest any more.
    """
    return _append(strategy, check_code(strategy, code, base or _newest(strategy)), base, expected)


def restore_version(version: StrategyVersion) -> Made:
    """An old version's code as the next version; the newest one itself where it has this code already.

    It is checked and tried again: what passed in its time may not any more. Raises InvalidCode then.
    """
    return _append(version.strategy, check_code(version.strategy, version.code, version), version)


def _append(strategy: Strategy, made: Draft, base: StrategyVersion | None, expected: int | None = None) -> Made:
    """The version, and the card that says so in its conversation."""
    with transaction.atomic():
        # locks in the one order: conversation, then strategy
        conversation = None
        if strategy.conversation_id is not None:
            conversation = Conversation.objects.select_for_update().get(pk=strategy.conversation_id)
        result = append_version(strategy, made, expected=expected)
        if conversation is None or not result.created:
            return result
        beside = base.message_id if base is not None else None
        cards.add(result.version, conversation, beside)
    doorbell.ring(conversation.pk)
    return result


def _newest(strategy: Strategy) -> StrategyVersion | None:
    return StrategyVersion.objects.filter(strategy=strategy).order_by("-number").first()
