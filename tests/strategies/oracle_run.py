"""Runs strategy files under backtesting.py; started by tests with ``.venv-oracle/bin/python``, never imported.

In: JSON lines ``{"code", "bars": {open, high, low, close, volume}}``. Out: one JSON line each, with ``error`` or
``entries`` (bar, size), ``exits`` (bar) and ``lengths_ok`` (no series ever reached beyond the newest bar).
A line with ``cash`` and ``commission`` as well is run without closing what is open at the end, and answered with
``trades``, ``open``, ``equity`` and what the strategy wrote into its attributes ``seen`` and ``refused``.
"""

# mypy: ignore-errors

import json
import os
import sys
import traceback
import warnings
from importlib.machinery import ModuleSpec


class Nothing:
    """Whatever is asked of it."""

    def __call__(self, *values, **options):  # type: ignore[no-untyped-def]
        return self

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class WithoutPlots:
    """Bokeh, which backtesting.py imports for its plots, is two thirds of its start; nothing is plotted here."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):  # type: ignore[no-untyped-def]
        return ModuleSpec(name, cls, is_package=True) if name.partition(".")[0] == "bokeh" else None

    @staticmethod
    def create_module(spec) -> None:  # type: ignore[no-untyped-def]
        """As usual."""

    @staticmethod
    def exec_module(module) -> None:  # type: ignore[no-untyped-def]
        module.__getattr__ = lambda name: Nothing()


def main() -> None:
    os.environ.setdefault("TQDM_DISABLE", "1")
    warnings.simplefilter("ignore")
    sys.meta_path.insert(0, WithoutPlots)
    import backtesting
    import pandas as pd
    from backtesting import Backtest, Strategy

    if hasattr(backtesting.backtesting, "_tqdm"):
        backtesting.backtesting._tqdm = lambda bars, **_options: bars  # progress bars are most of a small run's time
    for line in sys.stdin:
        job = json.loads(line)
        bars = job["bars"]
        data = pd.DataFrame(
            {name.capitalize(): [float(value) for value in values] for name, values in bars.items() if name != "time"},
            index=pd.to_datetime(bars["time"], unit="us")
            if "time" in bars
            else pd.date_range("2020-01-01", periods=len(bars["close"]), freq="D"),
        )
        answer = exact if "commission" in job else run
        try:
            print(json.dumps(answer(job, data, Backtest, Strategy)), flush=True)
        except Exception:  # noqa: BLE001 - whatever the strategy raises is the answer
            print(json.dumps({"error": traceback.format_exc()}), flush=True)


def strategy_in(code, strategy_class):  # type: ignore[no-untyped-def]
    """The strategy class that the code defines."""
    names = {"__name__": "strategy_file"}
    exec(compile(code, "strategy.py", "exec"), names)
    found = [item for item in names.values() if isinstance(item, type) and issubclass(item, strategy_class)]
    return next(item for item in found if item is not strategy_class)


def run(job, data, backtest_class, strategy_class):  # type: ignore[no-untyped-def]
    """One strategy on the bars, with cash that makes whole units fine enough."""
    base = strategy_in(job["code"], strategy_class)
    lengths = []

    class Watched(base):  # type: ignore[misc, valid-type]
        def next(self):  # type: ignore[no-untyped-def]
            size = len(self.data)
            lengths.append(all(len(value) == size for value in vars(self).values() if hasattr(value, "dtype")))
            super().next()

    result = backtest_class(data, Watched, cash=100_000_000, finalize_trades=True).run()
    trades = result["_trades"]
    return {
        "entries": [[int(bar), int(size)] for bar, size in zip(trades["EntryBar"], trades["Size"], strict=True)],
        "exits": [int(bar) for bar in trades["ExitBar"]],
        "lengths_ok": all(lengths),
    }


def figures(result):  # type: ignore[no-untyped-def]
    """Those of the oracle's own figures that are defined as ours are."""
    names = {
        "return_pct": "Return [%]",
        "max_drawdown_pct": "Max. Drawdown [%]",
        "exposure_pct": "Exposure Time [%]",
        "trades": "# Trades",
        "win_rate_pct": "Win Rate [%]",
        "best_trade_pct": "Best Trade [%]",
        "worst_trade_pct": "Worst Trade [%]",
        "sqn": "SQN",
    }
    values = {ours: float(result[theirs]) for ours, theirs in names.items()}
    return {name: None if value != value else value for name, value in values.items()}


class Enough(Exception):
    """The last bar is done: the statistics after it would take four fifths of a short run's time."""


def exact(job, data, backtest_class, strategy_class):  # type: ignore[no-untyped-def]
    """Every number of one run: closed and open trades, equity at each close, what the strategy saw."""
    base = strategy_in(job["code"], strategy_class)
    made, equity = [], []

    class Watched(base):  # type: ignore[misc, valid-type]
        def init(self):  # type: ignore[no-untyped-def]
            made.append(self)
            super().init()

        def next(self):  # type: ignore[no-untyped-def]
            super().next()
            equity.extend([float(self.equity)] * (len(self.data) - len(equity)))
            if not job.get("statistics") and len(equity) == len(data):
                raise Enough

    test = backtest_class(
        data,
        Watched,
        cash=job["cash"],
        commission=job["commission"],
        trade_on_close=False,
        exclusive_orders=False,
        hedging=False,
        finalize_trades=False,
    )
    result = None
    try:
        result = test.run()
    except Enough:
        trades = [
            [one.size, one.entry_bar, one.exit_bar, one.entry_price, one.exit_price] for one in made[0].closed_trades
        ]
    else:  # statistics were asked for, or the account was worth nothing and the run ended early
        columns = ("Size", "EntryBar", "ExitBar", "EntryPrice", "ExitPrice", "PnL", "Commission")
        trades = list(zip(*(result["_trades"][name] for name in columns), strict=True))
        equity = result["_equity_curve"]["Equity"]
    strategy = made[0]
    return {
        "figures": figures(result) if job.get("statistics") else None,
        "trades": [[float(value) for value in row] for row in trades],
        "open": [[float(one.size), int(one.entry_bar), float(one.entry_price)] for one in strategy.trades],
        "equity": [float(value) for value in equity],
        "seen": getattr(strategy, "seen", None),
        "refused": getattr(strategy, "refused", None),
    }


if __name__ == "__main__":
    main()
