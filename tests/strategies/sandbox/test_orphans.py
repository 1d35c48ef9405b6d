"""A server that is killed leaves no child behind, at any level."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PRODUCT = Path(__file__).resolve().parents[3]
SERVER = """
import sys
from strategies.sandbox.launcher import launch
from strategies.sandbox.limits import Limits
from tests.strategies.sandbox.jobs import ENDLESS_NEXT, strategy

def report(share):
    print("runs", flush=True)

launch(sys.argv[1], strategy(next=ENDLESS_NEXT), Limits(cpu=600, wall=600.0), report)
"""


def children(number: int) -> list[int]:
    """All that come from a process."""
    found: list[int] = []
    for task in Path(f"/proc/{number}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *children(child)]
    return found


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_server_leaves_no_child(level: str, signal_number: int) -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER, level], cwd=PRODUCT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server.stdout:
        assert server.stdout.readline() == "runs\n"
        handles = {number: os.pidfd_open(number) for number in children(server.pid)}
        assert handles, "the job runs in a process of its own"
        server.send_signal(signal_number)
        server.wait()
    left = set(handles)
    try:
        for number, handle in handles.items():
            if select.select([handle], [], [], 20)[0]:
                left.discard(number)
    finally:
        for number, handle in handles.items():
            if number in left:
                os.kill(number, signal.SIGKILL)
            os.close(handle)
    assert left == set()
