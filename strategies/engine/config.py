"""What a run costs: cash to begin with, fee and slippage."""

import math
from dataclasses import dataclass

MAX_PCT = 50.0
MAX_CASH = 1e12


class InvalidConfig(ValueError):
    """A figure of the run's configuration is out of range; ``code`` names it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Cash in the quote currency; fee per side in percent of value; slippage in percent of the price, against you."""

    cash: float = 10_000.0
    fee_pct: float = 0.1
    slippage_pct: float = 0.05
    pieces: int = 100_000_000  # what one unit can be divided into; 1: whole units only

    def __post_init__(self) -> None:
        for name, most in (("cash", MAX_CASH), ("fee_pct", MAX_PCT), ("slippage_pct", MAX_PCT)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise InvalidConfig(f"config-{name.replace('_', '-')}", f"{name} is not a number.")
            if not 0 <= value <= most or (name == "cash" and value == 0):
                raise InvalidConfig(f"config-{name.replace('_', '-')}", f"{name} is not between 0 and {most:g}.")
        if isinstance(self.pieces, bool) or not isinstance(self.pieces, int) or not 1 <= self.pieces <= 10**12:
            raise InvalidConfig("config-pieces", "pieces is not a whole number from 1 to 10**12.")
