"""Tables of figures in documents: each stands between two marks that say which command wrote it."""

import re
from collections.abc import Sequence
from pathlib import Path


def line(cells: Sequence[str]) -> str:
    """One row in Markdown."""
    return f"| {' | '.join(cells)} |"


def head(cells: Sequence[str]) -> list[str]:
    """The first two rows of a table."""
    return [line(cells), line(["---"] * len(cells))]


def put_between(path: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between the marks; raises ValueError where there are none."""
    document = path.read_text(encoding="utf-8")
    if begin not in document or end not in document:
        raise ValueError(f"{path} has no place for the table")
    place = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    path.write_text(place.sub(lambda _: f"{begin}\n\n{text}\n\n{end}", document), encoding="utf-8")
