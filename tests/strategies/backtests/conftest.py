"""A version, bars that it can be run on, and a worker in this process; what runs code runs it in the real sandbox."""

import numpy as np
import pytest

from chat.models import Conversation
from strategies.backtests import service
from strategies.backtests.setup import configure
from strategies.backtests.worker import Worker
from strategies.data.storage import store
from strategies.engine import bars as engine_bars
from strategies.models import Backtest, Dataset, Strategy, StrategyVersion
from strategies.versions import append_version, draft
from tests.strategies.backtests.codes import CROSS
from trademe.accounts.models import User

HOUR = 3_600_000_000
BEGIN = 1_704_067_200_000_000  # 2024-01-01
COUNT = 600


def make_dataset(owner: User | None = None, count: int = COUNT, key: str = "waves") -> Dataset:
    """Hourly bars that wander."""
    steps = np.random.Generator(np.random.PCG64(7)).integers(-100, 101, size=count) / 100
    close = np.maximum(100 + np.cumsum(steps), 5)
    opens = np.concatenate((close[:1], close[:-1]))
    bars = engine_bars.make(
        time=BEGIN + np.arange(count) * HOUR,
        open=opens,
        high=np.maximum(opens, close) + 0.5,
        low=np.minimum(opens, close) - 0.5,
        close=close,
        volume=np.full(count, 1000.0),
    )
    return store(
        Dataset(
            owner=owner,
            key=key,
            instrument="WAVE/USDT",
            kind=Dataset.Kind.CRYPTO,
            timeframe="1h",
            synthetic=True,
            source="made for a test",
            licence="none",
        ),
        bars,
    )


@pytest.fixture
def dataset(db: None) -> Dataset:
    return make_dataset()


@pytest.fixture
def strategy(owner: User, conversation: Conversation) -> Strategy:
    return Strategy.objects.create(owner=owner, conversation=conversation, name="Golden cross")


def make_version(strategy: Strategy, code: str) -> StrategyVersion:
    return append_version(strategy, draft(code, origin=StrategyVersion.Origin.HAND)).version


@pytest.fixture
def version(strategy: Strategy) -> StrategyVersion:
    return make_version(strategy, CROSS)


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def waiting(version: StrategyVersion, dataset: Dataset) -> Backtest:
    """A run that nobody has taken."""
    return service.start(version.strategy.owner, configure(version, dataset))


def run_code(strategy: Strategy, dataset: Dataset, code: str, **changes: object) -> Backtest:
    """The ended run of a code, carried out here."""
    setup = configure(make_version(strategy, code), dataset, **changes)  # type: ignore[arg-type]
    backtest = service.start(strategy.owner, setup)
    assert Worker().run_next(backtest.pk)
    backtest.refresh_from_db()
    return backtest
