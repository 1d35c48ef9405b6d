"""The published table: ``docs/faults.md``."""

import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bench import machine
from tests.faults.case import all_cases
from tests.faults.outcome import Row
from tests.faults.stage import CONFIGURATIONS, LEASE_SECONDS
from tests.support import documents

BEGIN, END = "<!-- table: written by make faults -->", "<!-- end of table -->"
HEAD = ("fault", "runs", "shown", "lost", "doubled", "calls a send", "seconds to the truth", "ends as")


@dataclass(frozen=True, slots=True)
class Report:
    at: str  # UTC
    seconds: int  # that the whole run took
    machine: dict[str, str]
    lease_seconds: float
    rows: list[Row]

    @classmethod
    def of(cls, rows: list[Row], seconds: int) -> Self:
        at = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
        return cls(at, seconds, machine.description() | {"python": platform.python_version()}, LEASE_SECONDS, rows)

    @classmethod
    def read(cls, fields: dict[str, Any]) -> Self:
        rows = [
            Row(**{**row, "statuses": tuple(row["statuses"]), "broken": tuple(row["broken"])}) for row in fields["rows"]
        ]
        return cls(fields["at"], fields["seconds"], fields["machine"], fields["lease_seconds"], rows)

    def merged_into(self, earlier: "Report") -> "Report":
        """These rows, and those of an earlier report that were not tried again."""
        tried = {(row.case, row.configuration) for row in self.rows}
        kept = [row for row in earlier.rows if (row.case, row.configuration) not in tried]
        return Report(self.at, self.seconds + earlier.seconds, self.machine, self.lease_seconds, kept + self.rows)

    @property
    def kept(self) -> bool:
        return all(row.kept for row in self.rows)


def markdown(report: Report) -> str:
    """A table for each configuration, cases in their order."""
    order = {case.name: number for number, case in enumerate(all_cases())}
    parts = []
    for configuration in CONFIGURATIONS:
        rows = [row for row in report.rows if row.configuration == configuration and row.case in order]
        if rows:
            lines = [_line(row) for row in sorted(rows, key=lambda row: order[row.case])]
            parts.append("\n".join([f"### {configuration}", "", *documents.head(HEAD), *lines]))
    told = (
        f"{report.at}, {report.machine['processor']}, {report.machine['cores']} cores, Python"
        f" {report.machine['python']}, `TRADEME_LEASE_SECONDS={report.lease_seconds:g}`,"
        f" {report.seconds // 60} minutes in all."
    )
    return "\n\n".join([told, *parts])


def _line(row: Row) -> str:
    if row.not_run:
        return documents.line([row.case, "not run", row.not_run, "", "", "", "", ""])
    figures = [str(row.runs), f"{row.shown:,}", f"{row.lost:,}", f"{row.doubled:,}", str(row.calls)]
    ends = ", ".join(row.statuses) + ("" if row.kept else " (**broken**)")
    return documents.line([row.case, *figures, f"{row.seconds:.1f}", ends])


def write_into(path: Path, report: Report) -> None:
    """Replace the document's table."""
    documents.put_between(path, BEGIN, END, markdown(report))


def summary(report: Report) -> str:
    runs = sum(row.runs for row in report.rows)
    broken = [row for row in report.rows if row.broken]
    missing = [row for row in report.rows if row.not_run]
    words = f"{runs} runs in {len(report.rows)} rows: {sum(row.lost for row in report.rows)} characters lost,"
    words += f" {sum(row.doubled for row in report.rows)} doubled"
    words += f", {len(broken)} rows broken" if broken else ", every promise kept"
    return words + (f", {len(missing)} rows not run" if missing else "")
