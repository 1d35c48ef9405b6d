"""What the page shows on which a version's code is edited by hand."""

from dataclasses import dataclass, field

from strategies.comparing.lines import Comparison, compare, lines_of
from strategies.contract import Finding
from strategies.library.versions import check_words
from strategies.models import StrategyVersion

MAX_SOURCE = 200  # characters of a line that is quoted


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What is wrong, where: ``source`` is the line as it was typed."""

    line: int | None
    message: str
    source: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class EditPage:
    """``outcome``: empty, ``passed``, ``invalid``, ``conflict`` or ``refused``; nothing has been stored."""

    version: StrategyVersion
    code: str
    expected: int  # the newest version that the person knows of
    outcome: str = ""
    findings: list[FindingRow] = field(default_factory=list)
    refusal: str = ""  # why it was not even checked
    not_run: str = ""  # why the code was not run, where it passed all the rest
    newest: StrategyVersion | None = None  # of a conflict
    comparison: Comparison | None = None
    brought_back: bool = False  # the text was typed before the person was signed out

    @property
    def lines(self) -> int:
        return max(1, len(lines_of(self.code)))

    @property
    def next_number(self) -> int:
        return self.version.strategy.last_number + 1


def finding_rows(findings: tuple[Finding, ...], code: str) -> list[FindingRow]:
    lines = lines_of(code)
    return [
        FindingRow(
            finding.line,
            finding.message,
            lines[finding.line - 1].strip()[:MAX_SOURCE] if finding.line and finding.line <= len(lines) else "",
            check_words(finding.check),
        )
        for finding in findings
    ]


def conflict(version: StrategyVersion, code: str, newest: StrategyVersion) -> EditPage:
    """Somebody made a version meanwhile: both codes, and what is different in the typed one."""
    return EditPage(
        version,
        code,
        newest.number,
        "conflict",
        newest=newest,
        comparison=compare(newest.code, code),
    )
