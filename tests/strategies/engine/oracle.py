"""Asks backtesting.py, in its own environment and process, what it makes of the same files and bars."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from strategies.engine.bars import COLUMNS, Bars

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venv-oracle" / "bin" / "python"
NUMBERS = (float, int)
RUNNER = ROOT / "tests" / "strategies" / "oracle_run.py"

needs_oracle = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="the oracle is missing: python3 -m venv .venv-oracle, pip install -r requirements-oracle.txt",
)


def job(code: str, bars: Bars, cash: float, fee_pct: float) -> dict[str, Any]:
    """One run as the oracle's runner reads it."""
    columns = {name: getattr(bars, name).tolist() for name in COLUMNS}
    return {"code": code, "bars": columns, "cash": cash, "commission": fee_pct / 100}


def ask(jobs: Iterable[dict[str, Any]], runner: Path = RUNNER) -> list[dict[str, Any]]:
    """The answers, all from one process: its start costs two seconds."""
    lines = [json.dumps(one) for one in jobs]
    done = subprocess.run(
        [str(PYTHON), str(runner)],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
        cwd="/",
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    return answers


def differences(ours: Any, theirs: Any, path: str = "", tolerance: float = 1e-9) -> list[str]:
    """Where two nested lists of numbers differ by more than the tolerance, relative to their size."""
    if ours == theirs:  # most are, to the bit, and whole lists are compared at once
        return []
    if isinstance(ours, Sequence) and not isinstance(ours, str):
        if not isinstance(theirs, Sequence) or len(ours) != len(theirs):
            return [f"{path}: {ours} is not {theirs}"]
        found = []
        for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            found += differences(one, other, f"{path}[{place}]", tolerance)
        return found
    if isinstance(ours, NUMBERS) and isinstance(theirs, NUMBERS):
        near = abs(ours - theirs) <= tolerance * max(1.0, abs(ours), abs(theirs))
        return [] if near else [f"{path}: {ours} is not {theirs}"]
    return [f"{path}: {ours!r} is not {theirs!r}"]
