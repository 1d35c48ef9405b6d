"""What the talk produces: specs, strategies, and their immutable versions; and the bars that they are tried on."""

from strategies.models.dataset import Dataset, DatasetChunk
from strategies.models.spec import StrategySpec
from strategies.models.strategy import Strategy
from strategies.models.version import StrategyVersion

__all__ = ["Dataset", "DatasetChunk", "Strategy", "StrategySpec", "StrategyVersion"]
