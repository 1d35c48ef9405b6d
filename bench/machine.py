"""What the machine is and what a process takes of it."""

import contextlib
import os
import platform
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORES = {CORES[0]}
OTHER_CORES = set(CORES[1:]) or SERVER_CORES


@contextlib.contextmanager
def on_cores(cores: set[int]) -> Iterator[None]:
    """Processes started here run on these cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def memory_mb(pid: int) -> float:
    """Resident memory now."""
    return _status_mb(pid, "VmRSS")


def peak_memory_mb(pid: int) -> float:
    """Most resident memory since ``forget_peak``."""
    return _status_mb(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def cpu_seconds(pid: int) -> float:
    """Processor time of the process so far, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _status_mb(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise LookupError(name)


def fsync_ms(folder: Path, times: int = 200) -> dict[str, float]:
    """What the disk takes to make 4 KiB durable: the floor of every commit."""
    path = folder / "fsync.probe"
    taken: list[float] = []
    with path.open("wb") as file:
        for _ in range(times):
            file.write(os.urandom(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - began) * 1000)
    path.unlink()
    taken.sort()
    return {"p50": round(statistics.median(taken), 3), "p99": round(taken[int(times * 0.99)], 3)}


def load() -> float:
    """Processes that wanted a core over the last minute: what else the machine was doing shows in the figures."""
    return round(os.getloadavg()[0], 2)


def description() -> dict[str, str]:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return {
        "processor": model,
        "cores": str(len(CORES)),
        "server cores": str(sorted(SERVER_CORES)),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
