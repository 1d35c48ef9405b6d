"""``make proof``: engine, sandbox, lookahead test and figures held against others, as one table.

Exit 1 when anything is off, or could not be run on this machine.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import django

from tests.proof import table
from tests.proof.row import Row

DOCUMENT = Path("docs/proof.md")
CASES = 2_000
PARTS = ("fills", "figures", "lookahead", "sandbox")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES, help=f"random cases for the oracle (default: {CASES:,})")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part (default: all)")
    parser.add_argument("--output", type=Path, default=Path("var/proof.json"), help="where the figures go as JSON")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=DOCUMENT, help=f"put the table into this document ({DOCUMENT})"
    )
    chosen = parser.parse_args()

    began = time.monotonic()
    rows = [row for name in chosen.part or PARTS for row in _part(name, chosen.cases)]
    report = table.Report.of(rows, round(time.monotonic() - began))
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n")
    print(f"\n{table.text(report)}\n")
    if chosen.write:
        table.write_into(chosen.write, report)
    print(table.summary(report))
    return 0 if report.kept else 1


def _part(name: str, cases: int) -> Iterator[Row]:
    from tests.proof import escapes, figures, fills, honesty

    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "fills": lambda: fills.rows(cases, _say),
        "figures": lambda: figures.rows(_say),
        "lookahead": lambda: honesty.rows(_say),
        "sandbox": lambda: escapes.rows(_say),
    }
    return parts[name]()


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    sys.exit(main())
