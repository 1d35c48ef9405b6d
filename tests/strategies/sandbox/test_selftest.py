"""The self-test: a good job passes and each canary fails, or this process runs no more code."""

import pytest

from strategies import sandbox
from strategies.sandbox import good, levels, selftest
from strategies.sandbox.errors import Unavailable
from strategies.sandbox.selftest import Canary
from tests.conftest import MakeProduct
from tests.strategies.sandbox.jobs import available
from tests.support.waiting import until

HELD = [Canary("open", "exception", True)]


@pytest.fixture(autouse=True)
def _undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels._Found, "level", None)
    monkeypatch.setattr(selftest._Last, "report", None)


def test_it_works() -> None:
    name = available("full")
    report = sandbox.self_test()
    assert (report.passed, report.level.name, report.escaped) == (True, name, [])
    assert len(report.canaries) == 10
    assert report.layers["uid"] != 0
    assert sandbox.last_report() is report
    assert sandbox.level() == report.level


def test_a_fresh_report_is_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    available("full")
    monkeypatch.setattr(selftest, "_canaries", lambda level: (HELD, []))
    report = sandbox.self_test()
    assert sandbox.self_test(again=False) is report
    assert sandbox.self_test() is not report


@pytest.mark.parametrize(
    ("canaries", "changes", "escaped"),
    [([Canary("open", "escaped", False)], [], ["open"]), (HELD, ["the sibling is dead"], ["the sibling is dead"])],
    ids=["canary", "surroundings"],
)
def test_what_escapes_switches_running_off(
    monkeypatch: pytest.MonkeyPatch, canaries: list[Canary], changes: list[str], escaped: list[str]
) -> None:
    available("full")
    monkeypatch.setattr(selftest, "_canaries", lambda level: (canaries, changes))
    report = sandbox.self_test()
    assert (report.passed, report.escaped) == (False, escaped)
    with pytest.raises(sandbox.SandboxOff):
        sandbox.run(good.payload())
    monkeypatch.setattr(selftest, "_canaries", lambda level: (HELD, []))
    assert sandbox.self_test().passed
    assert sandbox.run(good.payload())


def test_canaries_that_cannot_be_run_switch_running_off(monkeypatch: pytest.MonkeyPatch) -> None:
    available("full")

    def broken(level: str) -> None:
        raise Unavailable("no-self-test", "no interpreter")

    monkeypatch.setattr(selftest, "_canaries", broken)
    report = sandbox.self_test()
    assert (report.passed, report.level.problem) == (False, "no-self-test")


def test_a_good_job_with_another_result_is_no_good_job(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    monkeypatch.setattr(good, "ACTIONS", 7)
    with pytest.raises(Unavailable) as caught:
        good.check_good(level)
    assert caught.value.problem == "not-repeated"


def test_a_server_tests_its_sandbox_by_itself(make_product: MakeProduct) -> None:
    available("full")
    product = make_product(TRADEME_SANDBOX_TEST_SECONDS="0")
    product.start()
    until(lambda: "sandbox_self_test" in product.log)
    line = next(line for line in product.log.splitlines() if "sandbox_self_test" in line)
    assert "passed=True" in line
    assert "escaped=[]" in line
