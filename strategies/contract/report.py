"""What a check found, and the whole report of a text."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from django.utils.translation import gettext as _

Kind: TypeAlias = Literal["strategy", "indicator"]

CHECKS = ("size", "syntax", "structure", "imports", "names", "subset", "future")
MAX_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach of the contract: where, what, and what to write instead (when there is something to say)."""

    check: str
    line: int | None
    what: str
    instead: str = ""

    @property
    def message(self) -> str:
        """Both sentences."""
        if not self.instead:
            return self.what
        return self.what + ("" if self.what.endswith("。") else " ") + self.instead


@dataclass(frozen=True, slots=True)
class Report:
    """``kind`` is None for what is neither; parameters, indicators and lines only when the code can be read.

    ``hints`` are places that often look into the future and sometimes do not: they refuse nothing, and name the line
    when the lookahead test has failed.
    """

    kind: Kind | None
    findings: tuple[Finding, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    indicators: list[dict[str, Any]] = field(default_factory=list)
    lines: tuple[str, ...] = ()  # of indicator code: the names in the dict that it returns, as far as they can be read
    hints: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.findings

    def checked(self) -> list[dict[str, Any]]:
        """One row a check for the version's report, or one a finding."""
        titles = passed_words(self.kind)
        rows: list[dict[str, Any]] = []
        for check in CHECKS:
            found = [item for item in self.findings if item.check == check]
            rows += [{"check": check, "ok": False, "line": item.line, "message": item.message} for item in found]
            if not found:
                rows.append({"check": check, "ok": True, "line": None, "message": titles[check]})
        return rows


def passed_words(kind: Kind | None) -> dict[str, str]:
    """What each check says where it found nothing, in the active language."""
    return {
        "size": _("The code has a reasonable size."),
        "syntax": _("The code is valid Python."),
        "structure": _("There is exactly one function named indicator, and it can be called.")
        if kind == "indicator"
        else _("There is exactly one strategy class, with init and next."),
        "imports": _("Only the allowed modules are imported."),
        "names": _("Nothing outside of the strategy's reach is used."),
        "subset": _("Data, orders and indicators are used as they can be."),
        "future": _("No line is certain to read the future."),
    }
