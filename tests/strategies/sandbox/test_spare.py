"""The next job finds a child that is ready; each child is used once."""

import os
import signal

import pytest

from strategies.sandbox import good
from strategies.sandbox import spare as spares
from strategies.sandbox.errors import TooMuchOutput
from strategies.sandbox.launcher import Run
from strategies.sandbox.limits import Limits
from strategies.sandbox.spare import Spare


def ready(spare: Spare, level: str) -> Run:
    """Order one, and wait until it is there."""
    spare.order(level)
    while spare._run is None:
        with spare._making:  # held while one is made
            pass
    return spare._run


def test_a_job_takes_the_spare_and_orders_another(spare: Spare, level: str) -> None:
    first = ready(spare, level)
    finished = spare.launch(level, good.payload(), Limits())
    assert finished.result == good.check_good(level).result
    assert not first.child.lives
    assert ready(spare, level).child.process.pid != first.child.process.pid


def test_a_spare_has_the_limits_of_its_job(spare: Spare, level: str) -> None:
    ready(spare, level)
    with pytest.raises(TooMuchOutput):
        spare.launch(level, good.payload(), Limits(result=100))


def test_a_spare_that_died_is_not_missed(spare: Spare, level: str) -> None:
    child = ready(spare, level).child
    os.kill(child.process.pid, signal.SIGKILL)
    child.process.wait()
    assert spare.launch(level, good.payload(), Limits()).printed == ""


def test_a_spare_of_another_level_is_ended(spare: Spare, level: str) -> None:
    child = ready(spare, level).child
    other = {"full": "contained", "contained": "full"}[level]
    assert spare._take(other) is None
    assert not child.lives


def test_a_spare_that_nobody_wants_ends(spare: Spare, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spares, "IDLE", 0.05)
    child = ready(spare, level).child
    assert child.process.wait(20) is not None


def test_a_fork_of_the_process_does_not_take_it(spare: Spare, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    child = ready(spare, level).child
    try:
        with monkeypatch.context() as patch:
            patch.setattr(spare, "_owner", -1)
            patch.setattr(spare, "order", lambda level: None)
            spare.launch(level, good.payload(), Limits())
            assert child.lives
    finally:
        child.end()


def test_dropping_waits_for_one_that_is_being_made(spare: Spare, level: str) -> None:
    spare.order(level)
    spare.drop()
    spare.drop()
    assert spare._run is None or spare._run.child.lives
