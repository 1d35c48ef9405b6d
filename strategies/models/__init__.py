"""What the talk produces: specs, strategies, and their immutable versions; the bars that they are tried on, and how."""

from strategies.models.backtest import Backtest, BacktestResult, BacktestState
from strategies.models.dataset import Dataset, DatasetChunk
from strategies.models.mention import VersionMention
from strategies.models.spec import StrategySpec
from strategies.models.strategy import Strategy
from strategies.models.version import StrategyVersion

__all__ = [
    "Backtest",
    "BacktestResult",
    "BacktestState",
    "Dataset",
    "DatasetChunk",
    "Strategy",
    "StrategySpec",
    "StrategyVersion",
    "VersionMention",
]
