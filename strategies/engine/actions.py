"""What a strategy asked for, bar by bar: the only thing that is believed outside of the sandbox."""

from typing import NamedTuple

from strategies.engine.orders import Tag

ORDER, CANCEL, CLOSE, STOP, TARGET = range(5)
MAX_ACTIONS = 500_000
MAX_TAG = 100  # characters


class Action(NamedTuple):
    """``kind`` decides what the fields mean; orders and trades are counted from 0 in the order in which they arise."""

    bar: int
    kind: int
    target: int = -1  # CANCEL: the order; CLOSE, STOP, TARGET: the trade
    size: float | None = None  # ORDER: signed fraction or units; CLOSE: the portion
    limit: float | None = None
    stop: float | None = None
    sl: float | None = None  # STOP: the new price, None takes it off
    tp: float | None = None  # TARGET: likewise
    tag: Tag = None
