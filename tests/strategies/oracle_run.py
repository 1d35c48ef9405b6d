"""Runs strategy files under backtesting.py; started by tests with ``.venv-oracle/bin/python``, never imported.

In: JSON lines ``{"code", "bars": {open, high, low, close, volume}}``. Out: one JSON line each, with ``error`` or
``entries`` (bar, size), ``exits`` (bar) and ``lengths_ok`` (no series ever reached beyond the newest bar).
"""

# mypy: ignore-errors

import json
import sys
import traceback
import warnings


def main() -> None:
    warnings.simplefilter("ignore")
    import pandas as pd
    from backtesting import Backtest, Strategy

    for line in sys.stdin:
        job = json.loads(line)
        bars = job["bars"]
        data = pd.DataFrame(
            {name.capitalize(): [float(value) for value in values] for name, values in bars.items()},
            index=pd.date_range("2020-01-01", periods=len(bars["close"]), freq="D"),
        )
        try:
            print(json.dumps(run(job["code"], data, Backtest, Strategy)), flush=True)
        except Exception:  # noqa: BLE001 - whatever the strategy raises is the answer
            print(json.dumps({"error": traceback.format_exc()}), flush=True)


def run(code, data, backtest_class, strategy_class):  # type: ignore[no-untyped-def]
    """One strategy on the bars, with cash that makes whole units fine enough."""
    names = {"__name__": "strategy_file"}
    exec(compile(code, "strategy.py", "exec"), names)
    found = [item for item in names.values() if isinstance(item, type) and issubclass(item, strategy_class)]
    base = next(item for item in found if item is not strategy_class)
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


if __name__ == "__main__":
    main()
