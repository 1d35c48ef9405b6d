"""backtesting.py in its own environment, never imported: as a process that stays, and as one process for one job."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import numpy as np

from strategies.engine.bars import COLUMNS, Bars

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-oracle" / "bin" / "python"
SCRIPT = Path(__file__).with_name("engine_oracle.py")
_COMMAND = [str(PYTHON), "-P", str(SCRIPT)]  # -P: bench/socket.py is not the socket module


def is_there() -> bool:
    return PYTHON.exists()


class Waiting:
    """A process that has imported everything, and runs what it is given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def run(self, code: str, bars: Bars) -> dict[str, Any]:
        """``cpu`` and ``wall`` seconds of ``Backtest.run``, and the number of ``trades``."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(_line(code, bars, self._folder))
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def wall(self, code: str, bars: Bars) -> float:
        """Wall seconds of ``Backtest.run``."""
        return float(self.run(code, bars)["wall"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def whole_process(code: str, bars: Bars, folder: Path) -> float:
    """Wall seconds of a process from its start to its end, for one run."""
    line = _line(code, bars, folder)
    begin = time.perf_counter()
    subprocess.run(_COMMAND, input=line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, check=True)
    return time.perf_counter() - begin


def _line(code: str, bars: Bars, folder: Path) -> str:
    path = folder / f"{len(bars)}.npy"
    if not path.exists():
        np.save(path, np.array([getattr(bars, name) for name in COLUMNS], dtype=np.float64))
    return json.dumps({"code": code, "bars": str(path)}) + "\n"
