"""What a version is: a strategy, which is backtested, or an indicator, which is drawn."""

from strategies import contract
from strategies.models import StrategyVersion


def is_indicator(version: StrategyVersion) -> bool:
    return contract.inspect(version.code).kind == "indicator"
