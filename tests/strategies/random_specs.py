"""Random strategy specs that the grammar allows."""

from typing import Any

from hypothesis import strategies as st

from strategies.grammar import DEFAULT_PARAMS, LINES, PRICES
from strategies.spec import MARKET_KINDS, TIMEFRAMES

_PERIODS = st.integers(2, 30)


def _params(name: str) -> st.SearchStrategy[dict[str, Any]]:
    if name == "MACD":
        return st.fixed_dictionaries(
            {"fast": st.integers(2, 12), "slow": st.integers(13, 30), "signal": st.integers(1, 9)}
        )
    if name == "KDJ":
        return st.fixed_dictionaries({"n": _PERIODS, "m1": st.integers(1, 5), "m2": st.integers(1, 5)})
    if name == "BOLL":
        return st.fixed_dictionaries({"period": _PERIODS, "dev": st.sampled_from([1, 1.5, 2, 2.5])})
    return st.fixed_dictionaries({"period": _PERIODS})


@st.composite
def indicators(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(DEFAULT_PARAMS)))
    operand: dict[str, Any] = {"name": name, "params": draw(_params(name))}
    if name in LINES:
        operand["line"] = draw(st.sampled_from(LINES[name]))
    if offset := draw(st.sampled_from([0, 0, 0, 1, 3])):
        operand["offset"] = offset
    return operand


prices = st.one_of(
    st.sampled_from(PRICES), st.fixed_dictionaries({"price": st.sampled_from(PRICES), "offset": st.integers(1, 5)})
)
numbers = st.one_of(st.integers(-200, 200), st.floats(-200, 200).map(lambda value: round(value, 2)))


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    left = draw(st.one_of(indicators(), prices))
    right = draw(st.one_of(indicators(), prices, numbers).filter(lambda operand: operand != left))
    if draw(st.booleans()):
        left, right = right, left
    return {
        "op": draw(st.sampled_from(["cross_above", "cross_below", "gt", "ge", "lt", "le"])),
        "left": left,
        "right": right,
    }


conditions = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=5,
)
percents = st.floats(0.5, 60).map(lambda value: round(value, 1))


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A spec that can be composed: with an entry, and with an exit of some kind."""
    direction = draw(st.sampled_from([None, "long", "short", "both"]))
    exit_ = draw(conditions if direction == "both" else st.one_of(st.none(), conditions))
    optional = st.one_of(st.none(), percents)
    target = draw(percents if exit_ is None else optional)
    return {
        "market": {
            "instrument": draw(st.sampled_from([None, "BTC/USDT", "AAPL"])),
            "kind": draw(st.sampled_from([None, *MARKET_KINDS])),
            "timeframe": draw(st.sampled_from([None, *TIMEFRAMES])),
        },
        "entry": draw(conditions),
        "exit": exit_,
        "risk": {
            "stop_loss_pct": draw(optional),
            "take_profit_pct": target,
            "trailing_stop_pct": draw(optional),
            "position_pct": draw(st.one_of(st.none(), st.floats(1, 100).map(lambda value: round(value, 1)))),
            "max_bars": draw(st.one_of(st.none(), st.integers(1, 30))),
        },
        "direction": direction,
    }


@st.composite
def telling_comparisons(draw: st.DrawFn) -> dict[str, Any]:
    """A comparison that is now true and now false: of a like with a like, or of an oscillator with a level."""
    op = draw(st.sampled_from(["cross_above", "cross_below", "gt", "ge", "lt", "le"]))
    pick = draw(st.sampled_from(["prices", "levels", "volumes", "lines"]))
    if pick == "levels":
        name, low, high = draw(
            st.sampled_from(
                [("RSI", 20, 80), ("KDJ", 0, 100), ("CCI", -150, 150), ("ADX", 10, 60), ("ROC", -5, 5), ("MACD", -1, 1)]
            )
        )
        left: Any = draw(uses(name))
        right: Any = draw(st.integers(low, high))
    elif pick == "volumes":
        left, right = "volume", draw(uses("VOLUME_SMA"))
    elif pick == "lines":
        name = draw(st.sampled_from(["MACD", "KDJ", "BOLL", "DONCHIAN"]))
        params = draw(_params(name))
        one, other = draw(st.permutations(LINES[name]))[:2]
        left, right = ({"name": name, "params": params, "line": line} for line in (one, other))
    else:
        like = st.sampled_from(["SMA", "EMA", "WMA", "BOLL", "DONCHIAN"]).flatmap(uses)
        price = st.one_of(
            st.sampled_from(PRICES[:4]),
            st.fixed_dictionaries({"price": st.sampled_from(PRICES[:4]), "offset": st.integers(1, 5)}),
        )
        left = draw(st.one_of(like, price))
        right = draw(st.one_of(like, price).filter(lambda operand: operand != left))
    if draw(st.booleans()):
        left, right = right, left
    return {"op": op, "left": left, "right": right}


@st.composite
def uses(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """One line of the named indicator, at times some bars ago."""
    operand: dict[str, Any] = {"name": name, "params": draw(_params(name))}
    if name in LINES:
        operand["line"] = draw(st.sampled_from(LINES[name]))
    if offset := draw(st.sampled_from([0, 0, 0, 1, 4])):
        operand["offset"] = offset
    return operand


telling_conditions = st.recursive(
    st.one_of(telling_comparisons(), telling_comparisons(), comparisons()),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=5,
)


@st.composite
def trading_specs(draw: st.DrawFn) -> dict[str, Any]:
    """A spec whose rules come true now and then; with indicators, at times, that no rule uses."""
    spec: dict[str, Any] = draw(specs())
    spec["entry"] = draw(telling_conditions)
    if spec["exit"] is not None:
        spec["exit"] = draw(telling_conditions)
    loose = draw(st.lists(st.sampled_from(sorted(DEFAULT_PARAMS)), max_size=2))
    spec["indicators"] = [{"name": name, "params": draw(_params(name))} for name in loose]
    return spec
