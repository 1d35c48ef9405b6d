"""The table of escapes in ``docs/sandbox.md``, between two marks of the document."""

from collections.abc import Iterable
from pathlib import Path

from strategies.sandbox.escapes.attempts import Attempt

BEGIN, END = "<!-- escapes: written by manage.py check_sandbox --write -->", "<!-- end of escapes -->"


def markdown(attempts: Iterable[Attempt]) -> str:
    """One row for each program: what it tries, and how it ended."""
    rows = ["| group | program | what it tries | ended | contained |", "|---|---|---|---|---|"]
    for item in attempts:
        escape = item.escape
        rows.append(
            f"| {escape.group} | `{escape.name}` | {escape.what} | `{item.end}` | {'yes' if item.contained else 'NO'} |"
        )
    return "\n".join(rows)


def write(path: Path, table: str) -> None:
    """Replace what stands between the marks; raises ValueError where there are none."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} has no marks for the table.")
    path.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")
