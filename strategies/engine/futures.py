"""Another future that looks like the real one: what follows a bar, made anew from how the bars before it moved.

Code that is shown it cannot tell where it begins, so it cannot know which of its decisions are looked at. It goes the
other way than the real bars did, over the next bar, the two after it, the four after those, and so on.
"""

import numpy as np
from numpy.typing import NDArray

from strategies.engine.bars import PRICES, Bars

Values = NDArray[np.float64]
LEAST = 50  # bars before the cut: with fewer, the moves of all bars are the model
NEAR = 500  # bars before the cut that are the model for the first bars after it
_SHORT = 64  # bars of a stretch that is only mirrored; a longer one gets its drift, too
_MOST = 3.0  # the price stays within e**3 of that at the cut
_DECIMALS = 8


def other_future(bars: Bars, cut: int, random: np.random.Generator) -> Bars:
    """The bars with all after ``cut`` replaced; the times stay."""
    count = len(bars) - cut - 1
    moves, volumes = _model(bars, cut, count, random)
    _turn(moves, bars.close[cut:], random)
    close = bars.close[cut] * np.exp(np.cumsum(moves[3]))
    before = np.concatenate((bars.close[cut : cut + 1], close[:-1]))
    made = {name: before * np.exp(move) for name, move in zip(PRICES[:3], moves, strict=False)} | {"close": close}
    columns = {name: _rounded(getattr(bars, name), made[name], cut, above_zero=True) for name in PRICES}
    columns["high"] = np.maximum.reduce([columns[name] for name in PRICES])
    columns["low"] = np.minimum.reduce([columns[name] for name in PRICES])
    columns["volume"] = _rounded(bars.volume, volumes, cut, above_zero=False)
    return Bars(
        time=bars.time, **{name: np.concatenate((getattr(bars, name)[: cut + 1], columns[name])) for name in columns}
    )


def _model(bars: Bars, cut: int, count: int, random: np.random.Generator) -> tuple[Values, Values]:
    """Logarithms of open, high, low and close over the close before, and volumes: those of bars at random, shaken."""
    last = cut if cut >= LEAST else len(bars) - 1
    near = random.integers(max(1, last + 1 - NEAR), last + 1, min(count, NEAR))
    source = np.concatenate((near, random.integers(1, last + 1, count - len(near))))
    shake = np.exp(random.normal(0, 0.3, count))
    before = bars.close[source - 1]
    moves = np.array([np.log(getattr(bars, name)[source] / before) for name in PRICES]) * shake
    return moves, bars.volume[source] * np.exp(random.normal(0, 0.2, count))


def _turn(moves: Values, close: Values, random: np.random.Generator) -> None:
    """Mirror stretches of 1, 2, 4 … bars so that each goes against what the real ``close`` did in it, in place."""
    start, length, level = 0, 1, 0.0
    count = moves.shape[1]
    while start < count:
        stop = min(start + length, count)
        part = moves[:, start:stop]
        real = float(np.log(close[stop] / close[start]))
        way = -np.sign(real) or random.choice((-1.0, 1.0))
        if part[3].sum() * way < 0:
            part *= -1
            part[[1, 2]] = part[[2, 1]]
        if stop - start > _SHORT:
            wanted = way * min(abs(real), 1.0) * random.uniform(0.5, 1.0)
            if abs(level + wanted) > _MOST:
                wanted = 0.0
            part[1:] += (wanted - part[3].sum()) / (stop - start)
            part *= min(1.0, 1.0 / max(float(np.abs(np.cumsum(part[3])).max()), 1e-300))
        level += float(part[3].sum())
        start, length = stop, length * 2


def _rounded(real: Values, made: Values, cut: int, above_zero: bool) -> Values:
    """As many decimals as the real ones have: they would tell where the others begin."""
    known = real[: cut + 1][-1000:]
    for decimals in range(_DECIMALS + 1):
        if np.array_equal(np.round(known, decimals), known):
            made = np.round(made, decimals)
            return np.maximum(made, 10.0**-decimals) if above_zero else made
    return made
