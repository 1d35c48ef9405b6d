"""A wall clock that a test sets back and forward for one process and its children.

The monotonic clock is left alone, as it is when an operator or NTP sets a machine's clock. libfaketime cannot do that
for Python: told to leave the monotonic clock, version 0.9.10 makes ``time.sleep`` fail and ``Queue.get`` hang.
"""

import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.rig import Missing

SOURCE = Path(__file__).with_suffix(".c")
_OFFSET = struct.Struct("q")


class Clock:
    """``environment`` makes a process and its children follow ``shift``, also while they run.

    Raises Missing where there is no C compiler for the library that is preloaded.
    """

    def __init__(self) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise Missing("there is no C compiler")
        self.folder = Path(tempfile.mkdtemp(prefix="trademe-clock-"))
        self.folder.chmod(0o755)  # PostgreSQL runs as another user
        library = self.folder / "clock.so"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-nostdlib", "-ffreestanding", "-O2", "-o", str(library), str(SOURCE)],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        self._file = self.folder / "offset"
        self._file.write_bytes(_OFFSET.pack(0))
        for path in (library, self._file):
            path.chmod(0o755)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_OFFSET_FILE": str(self._file)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """When the processes that follow it have ended."""
        shutil.rmtree(self.folder)

    def shift(self, seconds: float) -> None:
        """From now on the clock is that far ahead of the true time, or behind it where negative."""
        with self._file.open("r+b", buffering=0) as file:  # in place: it is mapped
            file.write(_OFFSET.pack(round(seconds * 1e9)))
