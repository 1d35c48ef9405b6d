"""The proof as a table: on the terminal, as JSON, and in ``docs/proof.md``."""

import platform
import time
from dataclasses import dataclass
from pathlib import Path

from bench import machine
from strategies.engine import ENGINE_VERSION
from tests.proof.row import Row
from tests.support import documents

BEGIN, END = "<!-- table: written by make proof -->", "<!-- end of table -->"
HEAD = ("what", "held", "of", "state", "detail")


@dataclass(frozen=True, slots=True)
class Report:
    at: str  # UTC
    seconds: int
    machine: dict[str, str]
    engine: str
    rows: list[Row]

    @classmethod
    def of(cls, rows: list[Row], seconds: int) -> "Report":
        at = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
        return cls(at, seconds, machine.description() | {"kernel": platform.release()}, ENGINE_VERSION, rows)

    @property
    def kept(self) -> bool:
        return bool(self.rows) and all(row.kept for row in self.rows)


def markdown(report: Report) -> str:
    """A heading for each part, and its rows under it."""
    told = (
        f"{report.at}, engine {report.engine}, {report.machine['processor']}, {report.machine['cores']} cores,"
        f" Linux {report.machine['kernel']}, Python {report.machine['python']}, {report.seconds} s in all."
    )
    parts = []
    for part in dict.fromkeys(row.part for row in report.rows):
        lines = [_line(row) for row in report.rows if row.part == part]
        parts.append("\n".join([f"### {part[0].upper()}{part[1:]}", "", *documents.head(HEAD), *lines]))
    return "\n\n".join([told, *parts])


def text(report: Report) -> str:
    """One table for a terminal: every row, and below a row everything that was off."""
    cells = [
        (row.part, row.what, f"{row.held:,}", f"{row.total:,}", row.state, row.not_run or row.detail)
        for row in report.rows
    ]
    widths = [max(len(line[column]) for line in (("part", *HEAD), *cells)) for column in range(6)]
    lines = [_spread(("part", *HEAD), widths)]
    for row, line in zip(report.rows, cells, strict=True):
        lines += [_spread(line, widths), *(f"    {words[:1000]}" for words in row.off)]
    return "\n".join(lines)


def write_into(path: Path, report: Report) -> None:
    """Replace the document's table."""
    documents.put_between(path, BEGIN, END, markdown(report))


def summary(report: Report) -> str:
    off = [row for row in report.rows if row.state == "OFF"]
    missing = [row for row in report.rows if row.not_run]
    words = f"{len(report.rows)} rows in {report.seconds} s: "
    words += f"{len(off)} off" if off else "nothing off"
    return words + (f", {len(missing)} not run" if missing else "")


def _line(row: Row) -> str:
    state = row.state if row.kept else f"**{row.state}**"
    return documents.line([row.what, f"{row.held:,}", f"{row.total:,}", state, row.not_run or row.detail])


def _spread(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
