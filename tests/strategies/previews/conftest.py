"""An indicator's version, and bars to draw it on."""

import pytest

from strategies.models import Dataset, Strategy, StrategyVersion
from tests.strategies.backtests.codes import BANDS
from tests.strategies.backtests.conftest import make_dataset, make_version
from trademe.accounts.models import User


def body(statement: str) -> str:
    """An indicator with one statement before it returns."""
    return f"""
import numpy as np


def indicator(open, high, low, close, volume, period=3):
    {statement}
    return {{"line": close}}
"""


@pytest.fixture
def dataset(db: None) -> Dataset:
    return make_dataset()


@pytest.fixture
def strategy(owner: User) -> Strategy:
    return Strategy.objects.create(owner=owner, name="Bands")


@pytest.fixture
def version(strategy: Strategy) -> StrategyVersion:
    return make_version(strategy, BANDS)
