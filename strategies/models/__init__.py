"""What the talk produces: specs, strategies, and their immutable versions."""

from strategies.models.spec import StrategySpec
from strategies.models.strategy import Strategy
from strategies.models.version import StrategyVersion

__all__ = ["Strategy", "StrategySpec", "StrategyVersion"]
