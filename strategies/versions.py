"""Makes versions: numbered by the strategy's own counter, recognised by hash, never changed afterwards."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from chat.models import Conversation, Message
from strategies import contract, runs
from strategies.keywords import keywords_of
from strategies.models import Strategy, StrategyVersion
from trademe.accounts.models import User


class NewerVersion(Exception):
    """A version appeared since the person began; nothing was made. ``number`` is the newest one."""

    code = "newer_version"

    def __init__(self, number: int) -> None:
        super().__init__(f"version {number} is newer")
        self.number = number


class InvalidCode(Exception):
    """The author's code breaks the contract; ``findings`` name lines and reasons."""

    code = "invalid_code"

    def __init__(self, findings: tuple[contract.Finding, ...]) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Draft:
    """Checked code that is to become a version."""

    code: str
    origin: str
    name: str  # of the strategy, used only when it is made
    spec: dict[str, Any] | None = None
    spec_revision: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    indicators: list[dict[str, Any]] = field(default_factory=list)
    validation: dict[str, Any] = field(default_factory=dict)
    run: str = StrategyVersion.Run.NOT_RUN
    run_reason: str = ""
    based_on: int | None = None  # the number of the version that was restored or edited


@dataclass(frozen=True, slots=True)
class Made:
    """``created`` is False when the newest version has this very code."""

    version: StrategyVersion
    created: bool


def sha256_of(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8")).hexdigest()


def draft(
    code: str,
    *,
    origin: str,
    name: str = "",
    spec: dict[str, Any] | None = None,
    spec_revision: int | None = None,
    kind: contract.Kind | None = None,
) -> Draft:
    """Check the code; raises InvalidCode when it breaks the contract, or is of another kind than what was asked for."""
    report = contract.inspect(code, kind)
    if not report.ok:
        raise InvalidCode(report.findings)
    return Draft(
        code=code,
        origin=origin,
        name=name,
        spec=spec,
        spec_revision=spec_revision,
        parameters=report.parameters,
        indicators=report.indicators,
        validation={"checked": report.checked(), "not_checked": []},
    )


def tried(made: Draft) -> Draft:
    """The draft after its trial in the sandbox; raises InvalidCode when it fails there. Blocks for its time."""
    report = runs.validate_run(made.code, contract.inspect(made.code).kind or "strategy")
    if report.failed:
        raise InvalidCode(report.findings)
    validation = {
        "checked": [*made.validation.get("checked", []), *report.rows],
        "not_checked": list(report.not_checked),
    }
    return replace(made, validation=validation, run=report.run, run_reason=report.reason)


def is_newest(strategy: Strategy, made: Draft) -> bool:
    """Whether the newest version has this very code, so that none will be made."""
    newest = StrategyVersion.objects.filter(strategy=strategy).order_by("-number").first()
    return newest is not None and newest.code_sha256 == sha256_of(made.code)


def create_version(
    user: "User | int", conversation: Conversation | None, made: Draft, message: Message | None = None
) -> Made:
    """The draft as the strategy's next version, inside the caller's transaction or one of its own.

    ``conversation`` names the strategy (one each, made at its first version); code that equals the newest version's
    gives that version back.
    """
    with transaction.atomic():
        strategy = _strategy(user, conversation, made.name)
        return append_version(strategy, made, message)


def append_version(
    strategy: Strategy, made: Draft, message: Message | None = None, *, expected: int | None = None
) -> Made:
    """The draft as the next version of ``strategy``; also for what is made by hand.

    Raises NewerVersion where the newest version is not number ``expected``, unless it has this very code.
    """
    with transaction.atomic():
        # the update locks the row, so two writers take numbers one after the other
        Strategy.objects.filter(pk=strategy.pk).update(last_number=F("last_number") + 1)
        number = Strategy.objects.values_list("last_number", flat=True).get(pk=strategy.pk)
        digest = sha256_of(made.code)
        newest = StrategyVersion.objects.filter(strategy=strategy, number__lt=number).order_by("-number").first()
        if newest is not None and newest.code_sha256 == digest:
            Strategy.objects.filter(pk=strategy.pk).update(last_number=F("last_number") - 1)
            return Made(newest, False)
        if expected is not None and number != expected + 1:
            raise NewerVersion(number - 1)
        # what is worked on comes back from the archive
        keywords = keywords_of(made.spec, made.indicators)
        Strategy.objects.filter(pk=strategy.pk).update(updated_at=timezone.now(), archived_at=None, keywords=keywords)
        version = StrategyVersion.objects.create(
            strategy=strategy,
            number=number,
            code=made.code,
            code_sha256=digest,
            message=message,
            spec=made.spec,
            spec_revision=made.spec_revision,
            parameters=made.parameters,
            indicators=made.indicators,
            validation=made.validation,
            run=made.run,
            run_reason=made.run_reason,
            origin=made.origin,
            based_on=made.based_on,
        )
    return Made(version, True)


def _strategy(user: "User | int", conversation: Conversation | None, name: str) -> Strategy:
    if conversation is not None:
        existing = Strategy.objects.filter(conversation=conversation).first()
        if existing is not None:
            return existing
    owner_id = user if isinstance(user, int) else user.pk
    base = name.strip()[:110] or str(_("Strategy"))
    taken = set(Strategy.objects.filter(owner_id=owner_id, name__startswith=base).values_list("name", flat=True))
    for attempt in range(1, 10_000):
        candidate = base if attempt == 1 else f"{base} {attempt}"
        if candidate in taken:
            continue
        try:
            with transaction.atomic():
                return Strategy.objects.create(
                    owner_id=owner_id, conversation=conversation, name=candidate, kind=_kind(conversation)
                )
        except IntegrityError:
            if conversation is not None and (found := Strategy.objects.filter(conversation=conversation).first()):
                return found
    raise RuntimeError("No free strategy name was found.")


def _kind(conversation: Conversation | None) -> str:
    kind = conversation.kind if conversation is not None else ""
    return kind if kind in Strategy.Kind.values else Strategy.Kind.STRATEGY
