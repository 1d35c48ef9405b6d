"""What goes wrong in strategy code by its own fault, each with a stable code and a sentence on what to write."""


class StrategyFault(Exception):
    """Base of what the engine raises inside strategy code; ``code`` is stable, the sentence is for its author."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class OrderRefused(StrategyFault, ValueError):
    """An order that no market would take: a size or price that is not a number, a stop on the wrong side."""


class FutureAccess(StrategyFault, IndexError):
    """The code asked for a bar by its place from the beginning, or for more bars than there are yet."""


class OutsideSubset(StrategyFault, AttributeError):
    """The code asked for something that strategies here do not have."""


class BadIndicator(StrategyFault, ValueError):
    """What an indicator function returned is not one value for each bar."""


class UnboundIndicator(StrategyFault, RuntimeError):
    """An indicator is used in ``next`` that is not an attribute of the strategy."""
