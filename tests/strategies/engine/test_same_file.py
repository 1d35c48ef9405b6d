"""One file, unchanged, under the engine and under backtesting.py: composed strategies and ones written by hand."""

from tests.strategies.engine import oracle, same_file

pytestmark = oracle.needs_oracle


def test_composed_strategies() -> None:
    codes = same_file.composed()
    assert len(codes) >= same_file.RANDOM_SPECS // 2
    found = same_file.compare(codes)
    assert found.differing == {}
    assert found.trades > 300


def test_strategies_written_by_hand() -> None:
    found = same_file.compare(same_file.by_hand())
    assert found.differing == {}
    assert found.trades > 300
