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


def ready(spare: Spare, level: str, copies: int = 0) -> Run:
    """Order one, and wait until it is there."""
    spare.order(level, copies)
    while copies not in spare._ready:
        with spare._making:  # held while one is made
            pass
    return spare._ready[copies]


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
    assert spare._take(other, 0) is None
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
    assert all(run.child.lives for run in spare._ready.values())


def test_copies_take_the_spare_of_their_number(spare: Spare, full: str) -> None:
    for_jobs, for_two = ready(spare, full), ready(spare, full, copies=2)
    expected = good.check_good(full).result
    with spare.copies(full, 2) as copies:
        assert copies is for_two
        assert [copies.run(good.payload(), Limits()) for _ in range(2)] == [expected, expected]
    assert not for_two.child.lives
    assert for_jobs.child.lives
    with spare.copies(full, 3) as copies:
        assert copies is not for_two
        assert copies.run(good.payload(), Limits()) == expected


def test_nothing_is_made_while_copies_are_at_work(spare: Spare, full: str) -> None:
    with spare.copies(full, 2) as copies:
        spare.launch(full, good.payload(), Limits())
        assert copies.run(good.payload(), Limits())
        assert spare._orders.empty()
        assert spare._ready == {}
    while set(spare._ready) != {0, 2}:
        with spare._making:
            pass
