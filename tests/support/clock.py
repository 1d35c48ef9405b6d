"""A wall clock that a test sets back and forward for one process and its children, by libfaketime.

The monotonic clock is left alone, as it is when an operator or NTP sets a machine's clock.
"""

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.rig import Missing

_PLACES = ("/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime")
_SHARED = re.compile(r"(?:faketime_shm|sem\.faketime_sem)_([0-9]+)")


def library() -> Path | None:
    """The variant for programs with threads; None where it is not installed."""
    found = [path for place in _PLACES for path in Path("/").glob(f"{place[1:]}/libfaketimeMT.so.1")]
    return found[0] if found else None


class Clock:
    """``environment`` makes a process and its children follow ``shift``, also while they run. Raises Missing."""

    def __init__(self) -> None:
        found = library()
        if found is None:
            raise Missing("libfaketime is not installed")
        self.folder = Path(tempfile.mkdtemp(prefix="trademe-clock-"))
        self.folder.chmod(0o755)  # PostgreSQL reads it as another user
        self._file = self.folder / "offset"
        self.shift(0)
        self.environment = {
            "LD_PRELOAD": str(found),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """When the processes that follow it have ended."""
        shutil.rmtree(self.folder)
        _forget_the_dead()

    def shift(self, seconds: float) -> None:
        """From now on the clock is that far ahead of the true time, or behind it where negative."""
        written = self._file.with_suffix(".new")
        written.write_text(f"{seconds:+.3f}\n")
        written.chmod(0o644)
        written.replace(self._file)


def _forget_the_dead() -> None:
    """A killed process leaves its shared memory behind; another one of the same number could not start."""
    for path in Path("/dev/shm").glob("*faketime_*"):
        found = _SHARED.fullmatch(path.name)
        if found is not None and not Path("/proc", found[1]).exists():
            with suppress(OSError):
                os.unlink(path)
