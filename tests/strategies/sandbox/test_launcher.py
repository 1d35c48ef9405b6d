"""One child for one job: what goes in, what comes out, and how a run ends without a result."""

import os
import select
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from strategies.engine import job
from strategies.engine.bars import Bars
from strategies.sandbox import errors, good
from strategies.sandbox.launcher import launch
from strategies.sandbox.limits import MEBIBYTE, Limits
from tests.strategies.sandbox.jobs import ENDLESS_NEXT, outcome, strategy

SHORT = Limits(cpu=1, wall=5.0)

ENDLESS = strategy(init="while True: pass")
FLOOD = strategy(init="while True: print('x' * 4000)")
DEADLOCK = strategy(before="import _thread; lock = _thread.allocate_lock(); lock.acquire(); lock.acquire()")
DEEP = strategy(
    before="""
import sys
sys.setrecursionlimit(2**31 - 1)
nested = []
for _ in range(300_000):
    nested = [nested]
repr(nested)
"""
)
NONSENSE = strategy(
    before="""
import json, os, struct, sys
for share in (float("nan"), float("inf"), -5.0, 7.0):
    os.write(json.loads(sys.argv[1])["result"], struct.pack("<cQd", b"P", 8, share))
"""
)


def test_it_works(level: str) -> None:
    finished = good.check_good(level)
    assert finished.layers["uid"] != 0
    assert finished.result == job.encode_outcome(job.run(job.decode_job(good.payload())))


def test_the_good_job_is_written_as_the_engine_writes_it() -> None:
    assert job.encode_job(job.decode_job(good.payload())) == good.payload()


def test_what_the_code_prints_is_kept_up_to_a_bound(level: str) -> None:
    finished = launch(level, strategy(init="print('价格 price')", next="print('x' * 500)"), Limits())
    assert finished.printed.startswith("价格 price\nxxx")
    assert len(finished.printed.encode()) <= Limits().kept
    assert outcome(finished.result).error is None


def test_an_error_names_its_line_and_bar(level: str) -> None:
    found = outcome(launch(level, strategy(next="1 / (len(self.data) - 50)"), Limits()).result).error
    assert found is not None
    assert (found.code, found.line, found.bar) == ("exception", 11, 49)


def test_a_forbidden_file_names_its_line(level: str) -> None:
    found = outcome(launch(level, strategy(init="open('/etc/passwd')"), Limits()).result).error
    assert found is not None
    assert "PermissionError" in found.message
    assert found.line == 8


@pytest.mark.parametrize(
    ("payload", "limits", "kind"),
    [
        (ENDLESS, SHORT, errors.TimedOut),
        (
            DEADLOCK,
            replace(SHORT, wall=0.2),
            errors.TimedOut,
        ),
        (strategy(init="import os\n        os.kill(os.getppid(), 9)"), SHORT, errors.Forbidden),
        (strategy(init="import os\n        os._exit(0)"), SHORT, errors.Crashed),
        (FLOOD, SHORT, errors.TooMuchOutput),
        (strategy(init="self.I(np.repeat, self.data.Close, 1)"), replace(SHORT, result=100), errors.TooMuchOutput),
        (strategy(before="raise KeyboardInterrupt"), SHORT, errors.Crashed),
        (b"no job", SHORT, errors.Crashed),
    ],
    ids=["cpu", "wall", "forbidden", "exit", "prints", "result", "interrupt", "no-job"],
)
def test_a_run_without_a_result_says_why(
    level: str, payload: bytes, limits: Limits, kind: type[errors.SandboxError]
) -> None:
    with pytest.raises(kind) as caught:
        launch(level, payload, limits)
    assert type(caught.value) is kind


def test_memory_is_refused_with_the_line(level: str) -> None:
    found = outcome(launch(level, strategy(init="np.ones(1 << 29)"), Limits()).result).error
    assert found is not None
    assert (found.code, found.line) == ("memory", 8)


def test_what_was_printed_before_a_crash_is_kept(level: str) -> None:
    with pytest.raises(errors.Crashed) as caught:
        launch(level, strategy(init="print('so far')\n        import os\n        os._exit(3)"), SHORT)
    assert caught.value.printed == "so far\n"


def test_a_library_that_runs_out_of_stack_is_a_crash_with_its_signal(level: str) -> None:
    with pytest.raises(errors.Crashed) as caught:
        launch(level, DEEP, Limits())
    assert caught.value.signal == signal.SIGSEGV


def test_progress_is_reported(level: str) -> None:
    shares: list[float] = []
    launch(level, good.payload(), Limits(), report=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_forged_progress_is_no_nonsense(level: str) -> None:
    shares: list[float] = []
    launch(level, NONSENSE, Limits(), report=shares.append)
    assert {share for share in shares if not 0 <= share <= 1} == set()


def test_a_large_job_goes_in_and_comes_out(level: str) -> None:
    count = 200_000
    close = 100 + np.sin(np.arange(count) / 50)
    bars = Bars(np.arange(count, dtype=np.int64) * 60_000_000, close, close + 1, close - 1, close, np.ones(count))
    code = "def indicator(open, high, low, close, volume):\n    return {str(n): close * n for n in range(6)}"
    payload = job.encode_job(job.Job(kind="indicator", code=code, bars=bars, tests=False))
    finished = launch(level, payload, Limits())
    assert len(finished.result) > 9 * MEBIBYTE
    assert [len(series.values) for series in outcome(finished.result).series] == [count] * 6


def test_nothing_is_random(level: str) -> None:
    code = "print([hash(name) for name in ('open', 'high')], {'a', 'b', 'c'}, np.random.default_rng().random(3))"
    both = {launch(level, strategy(init=code), Limits()).printed for _ in range(2)}
    assert len(both) == 1
    assert "[" in both.pop()


def test_ten_jobs_in_parallel_do_not_mix(level: str) -> None:
    def one(number: int) -> str:
        return launch(level, strategy(init=f"print('job {number}')"), Limits()).printed

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(one, range(10))) == [f"job {number}\n" for number in range(10)]


def test_the_same_job_gives_the_same_bytes_in_parallel(level: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: launch(level, good.payload(), Limits()).result, range(4)))
    assert len(set(results)) == 1


def test_cancel_ends_a_run_that_never_would(level: str) -> None:
    wish = threading.Event()
    with pytest.raises(errors.Cancelled):
        launch(
            level,
            strategy(next=ENDLESS_NEXT),
            Limits(cpu=60, wall=60.0),
            report=lambda share: wish.set(),
            cancelled=wish.is_set,
        )


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (ENDLESS, errors.TimedOut),
        (FLOOD, errors.TooMuchOutput),
    ],
    ids=["endless", "flood"],
)
def test_nothing_of_a_run_is_left(level: str, payload: bytes, kind: type[errors.SandboxError]) -> None:
    handles: list[int] = []
    with pytest.raises(kind):
        launch(level, payload, SHORT, started=lambda number: handles.append(os.pidfd_open(number)))
    (handle,) = handles
    try:
        assert select.select([handle], [], [], 0)[0], "the child lives on"
    finally:
        os.close(handle)


def test_no_file_is_left_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(2):
        with pytest.raises(errors.SandboxError):
            launch("contained", b"no job", SHORT)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_start_that_fails_is_no_fault_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> Any:
        return replace(original(*arguments), arguments=["/nonexistent/python"])

    from strategies.sandbox import commands

    original = commands.build
    monkeypatch.setattr(commands, "build", broken)
    with pytest.raises(errors.Unavailable) as caught:
        launch("contained", good.payload(), SHORT)
    assert caught.value.problem == "no-start"
