"""``python -m tests.strategies.corpus``: how much of the labelled corpus is read right, and what is not."""

import argparse
import os
import sys
from pathlib import Path

import django

MARK = "<!-- figures: written by python -m tests.strategies.corpus --write -->"
DOCUMENT = Path("docs/corpus.md")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.strategies.corpus", description=__doc__)
    parser.add_argument("--theme", action="append", help="only this theme")
    parser.add_argument("--write", action="store_true", help=f"put the figures into {DOCUMENT}")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.strategies.corpus import figures, report

    specs = figures.measure(chosen.theme or figures.THEMES)
    held_out = [] if chosen.theme else figures.measure({**figures.HELD_OUT, **figures.FRESH})
    intents = [] if chosen.theme else figures.measure_intents()
    plain = [] if chosen.theme else figures.measure_plain()
    text = report.figures(specs, held_out, intents, plain)
    print(text)
    if chosen.write:
        head, mark, _rest = DOCUMENT.read_text().partition(MARK)
        if not mark or chosen.theme:
            print(f"{DOCUMENT} has no line {MARK}, or only a theme was measured.", file=sys.stderr)
            return 2
        DOCUMENT.write_text(f"{head}{mark}\n\n{text}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
