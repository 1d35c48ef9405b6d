"""Several jobs in copies of one child: each is fresh, each is locked down, and none speaks for the machine."""

import os

import pytest

from strategies import sandbox
from strategies.engine import job
from strategies.sandbox import good
from strategies.sandbox.copies import Copies
from strategies.sandbox.errors import Crashed, Forbidden, SandboxError, TimedOut
from strategies.sandbox.limits import Limits
from tests.strategies.sandbox.jobs import ENDLESS_NEXT, outcome, strategy
from tests.support.waiting import until

SHORT = Limits(cpu=1, wall=2.0)
WRITE = """
import json, os, struct, sys
def send(kind, data=b""):
    os.write(json.loads(sys.argv[1])["result"], struct.pack("<cQ", kind, len(data)) + data)
"""
QUIET = strategy()
REMEMBERS = strategy(before="import sys\nsys.seen = getattr(sys, 'seen', 0) + 1\nassert sys.seen == 1")
KILLED = strategy(before="import os\nos.kill(os.getpid(), 9)")
ANSWERS_TWICE = strategy(
    before=f"{WRITE}\nsend(b'R', b'first')\nsend(b'A')\nsend(b'S', b'{{')\nsend(b'R', b'forged')\nos._exit(0)"
)
STAYS = strategy(before=f"{WRITE}\nsend(b'R', b'first')\nwhile True: pass")
BLAMES = strategy(before=f"{WRITE}\nsend(b'R', b'first')\nsend(b'A')\nsend(b'X', b'[\"start\", \"\"]')\nos._exit(0)")
SPOILS = strategy(
    before=f"{WRITE}\nsend(b'R', b'first')\nos.write(json.loads(sys.argv[1])['result'], b'A')\nos._exit(0)"
)


def test_each_job_is_run_as_in_a_child_of_its_own(level: str) -> None:
    expected = good.check_good(level).result
    with Copies(level, 3) as copies:
        assert [copies.run(good.payload(), Limits()) for _ in range(3)] == [expected] * 3
    assert not copies.child.lives


def test_a_copy_knows_nothing_of_the_one_before(level: str) -> None:
    with Copies(level, 3) as copies:
        for _ in range(3):
            assert outcome(copies.run(REMEMBERS, Limits())).error is None


def test_a_copy_is_locked_down(level: str) -> None:
    """It can no more than any other child, and not reach the one that it was copied from."""
    for name in ("open('/etc/passwd')", "os.fork()", "os.read(0, 1)"):
        with Copies(level, 2) as copies:
            assert outcome(copies.run(QUIET, Limits())).error is None
            error = outcome(copies.run(strategy(init=name, before="import os"), Limits())).error
            assert error is not None, name
    for name in ("os.kill(os.getpid(), 9)", "os.kill(1, 9)", "os.kill(-1, 9)"):
        with Copies(level, 2) as copies:
            copies.run(QUIET, Limits())
            with pytest.raises(SandboxError):
                copies.run(strategy(init=name, before="import os"), Limits())


def test_a_copy_that_dies_ends_them_all(level: str) -> None:
    with Copies(level, 3) as copies, pytest.raises((Crashed, Forbidden)):
        copies.run(KILLED, Limits())


def test_a_copy_that_never_ends_is_ended(level: str) -> None:
    with Copies(level, 3) as copies, pytest.raises((TimedOut, Crashed)):
        copies.run(strategy(next=ENDLESS_NEXT), SHORT)


@pytest.mark.parametrize("code", [BLAMES, SPOILS], ids=["blames", "spoils"])
def test_nothing_that_a_copy_does_afterwards_is_the_machines_fault(code: bytes, full: str) -> None:
    """A failure of the installation would let the code be stored without its test."""
    with Copies(full, 3) as copies:
        assert copies.run(code, SHORT) == b"first"
        with pytest.raises((Crashed, TimedOut)):
            copies.run(QUIET, SHORT)


def test_a_copy_that_stays_is_ended_by_its_limit(full: str) -> None:
    with Copies(full, 3) as copies:
        assert copies.run(STAYS, Limits(cpu=1)) == b"first"
        assert outcome(copies.run(QUIET, Limits(cpu=1))).error is None


def test_a_copy_can_only_write_in_the_name_of_the_next_one(full: str) -> None:
    """It says what it likes there, without having seen the next job."""
    with Copies(full, 3) as copies:
        assert copies.run(ANSWERS_TWICE, SHORT) == b"first"
        assert copies.run(QUIET, SHORT) == b"forged"


def test_no_more_jobs_than_were_asked_for(full: str) -> None:
    with Copies(full, 1) as copies:
        copies.run(QUIET, SHORT)
        with pytest.raises(SandboxError):
            copies.run(QUIET, SHORT)


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_nothing_is_left_when_the_jobs_are_not_given(level: str) -> None:
    with Copies(level, 3) as copies:
        process = copies.child.process.pid
    assert copies.child.process.poll() is not None
    until(lambda: not group_lives(process))  # whoever is its parent collects it


def test_a_machine_without_a_sandbox_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "name_or_refuse", lambda: (_ for _ in ()).throw(sandbox.SandboxOff("why", "cure")))
    with pytest.raises(sandbox.SandboxOff):
        sandbox.copies(2)


def test_a_job_may_say_where_it_stops() -> None:
    whole = job.decode_job(good.payload())
    part = job.Job(whole.kind, whole.code, whole.bars, tests=False, stop=60)
    assert job.decode_job(job.encode_job(part)).stop == 60
    actions = job.run(part).actions
    assert actions == tuple(action for action in job.run(whole).actions if action.bar <= 60)
