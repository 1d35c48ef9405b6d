"""``python -m scripts.compile_catalogues`` makes the .mo files that Django reads, without gettext's programs."""

import sys
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "trademe" / "locale"


def compile_all(locale: Path = LOCALE) -> list[Path]:
    """The catalogues that were compiled, because they changed since the last time."""
    compiled = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        unfinished = target.with_suffix(".mo.new")
        polib.pofile(str(source)).save_as_mofile(str(unfinished))
        unfinished.replace(target)  # whole or not at all, for whoever starts at the same time
        compiled.append(target)
    return compiled


if __name__ == "__main__":
    for path in compile_all():
        sys.stdout.write(f"Compiled {path.relative_to(LOCALE)}\n")
