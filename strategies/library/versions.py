"""What the page of one version shows, as named attributes."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from chat.rendering import highlight_code
from strategies import queries, runs
from strategies.contract.ranges import parameters_in
from strategies.contract.report import passed_words
from strategies.download import filename
from strategies.library.comparisons import Changes, changes_between
from strategies.models import Strategy, StrategyVersion
from strategies.wording import SpecItem, indicator_words, spec_items


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the report: ``ok`` is None for what was not checked."""

    name: str
    ok: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter in words; what the code does not say is empty."""

    name: str
    default: str
    type: str
    range: str
    words: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    version: StrategyVersion
    code: SafeString
    lines: int
    run_words: str
    passed: bool
    checked: list[Check]
    not_checked: list[Check]
    parameters: list[ParameterRow]
    indicators: list[str]
    items: list[SpecItem]
    changes: Changes | None  # since the version before
    same_as: list[int]  # other versions with this very code
    filename: str

    @property
    def is_newest(self) -> bool:
        return self.version.number == self.version.strategy.last_number

    @property
    def origin(self) -> str:
        return origin_words(self.version)

    @property
    def heading(self) -> str:
        return _("{strategy}, version {number}").format(strategy=self.version.strategy.name, number=self.version.number)


def version_page(version: StrategyVersion) -> VersionPage:
    """One version with its report and its difference from the one before, in two queries."""
    previous = queries.version_before(version)
    report = version.validation or {}
    passed = passed_words("indicator" if version.strategy.kind == Strategy.Kind.INDICATOR else "strategy")
    return VersionPage(
        version=version,
        code=mark_safe(highlight_code(version.code)),  # noqa: S308 - escaped by Pygments
        lines=len(version.code.splitlines()),
        run_words=_run_words(version),
        passed=version.run == StrategyVersion.Run.PASSED,
        checked=[_check(entry, passed) for entry in report.get("checked", [])],
        not_checked=[
            Check(check_words(entry.get("check", "")), None, str(entry.get("reason") or ""))
            for entry in report.get("not_checked", [])
        ],
        parameters=parameter_rows(version),
        indicators=[indicator_words(indicator) for indicator in version.indicators or []],
        items=spec_items(version.spec) if version.spec else [],
        changes=changes_between(previous, version) if previous else None,
        same_as=queries.same_code(version),
        filename=filename(version),
    )


def check_words(name: str) -> str:
    """What was not checked; a name that is not known here is shown as it is."""
    words = {
        "run": _("Run on sample bars"),
        "lookahead": _("Looking into the future"),
        "warmup": _("Warm-up of the indicators"),
    }
    return words.get(name, name.replace("_", " "))


def _check(entry: dict[str, Any], passed: dict[str, str]) -> Check:
    """In the reader's language where nothing was found; findings stay in the language that they were made in."""
    line, check, message = entry.get("line"), str(entry.get("check", "")), str(entry.get("message") or "")
    words = _("line {number}").format(number=line) if line else ""
    if entry.get("ok"):
        counted = re.search(r"[0-9]+", message)
        message = passed.get(check) or runs.passed_words(check, counted[0] if counted else "") or message
    return Check(message or check_words(check), bool(entry.get("ok")), words)


def _run_words(version: StrategyVersion) -> str:
    if version.run == StrategyVersion.Run.PASSED:
        return _("Run on sample bars")
    return _("Not run")


def origin_words(version: StrategyVersion) -> str:
    """How it came to be, with the version that it was made from."""
    if version.based_on is None:
        return str(version.get_origin_display())
    if version.origin == StrategyVersion.Origin.RESTORED:
        return _("Restored from version {number}").format(number=version.based_on)
    return _("Edited by hand from version {number}").format(number=version.based_on)


def parameter_rows(version: StrategyVersion) -> list[ParameterRow]:
    """The parameters that the version has, with what its code says of them."""
    read = {parameter.name: parameter for parameter in parameters_in(version.code)}
    rows = []
    for name, default in (version.parameters or {}).items():
        known = read.get(name)
        rows.append(
            ParameterRow(
                name,
                _value(default),
                _type_words(known.type if known else type(default).__name__),
                range_words(known.low, known.high) if known else "",
                known.words if known else "",
            )
        )
    return rows


def range_words(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} – {high:g}"
    if low is not None:
        return f"≥ {low:g}"
    return "" if high is None else f"≤ {high:g}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value is None else str(value)


def _type_words(name: str) -> str:
    words = {"bool": _("yes or no"), "int": _("whole number"), "float": _("decimal number"), "str": _("text")}
    return words.get(name, "")
