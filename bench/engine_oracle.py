"""Times ``Backtest.run`` of backtesting.py; started by bench.engine with ``.venv-oracle/bin/python``, never imported.

In: a JSON line ``{"code", "bars", "repeat"}``. Out: a JSON line with the CPU seconds of each run and the trades.
"""

# mypy: ignore-errors

import json
import sys
import time
import warnings


def main() -> None:
    warnings.simplefilter("ignore")
    import backtesting
    import pandas as pd
    from backtesting import Backtest, Strategy

    backtesting.backtesting._tqdm = lambda bars, **_options: bars
    for line in sys.stdin:
        job = json.loads(line)
        bars = job["bars"]
        index = pd.to_datetime(bars.pop("time"), unit="us")
        data = pd.DataFrame({name.capitalize(): values for name, values in bars.items()}, index=index)
        names = {"__name__": "strategy_file"}
        exec(compile(job["code"], "strategy.py", "exec"), names)
        kind = next(
            item
            for item in names.values()
            if isinstance(item, type) and issubclass(item, Strategy) and item != Strategy
        )
        seconds = []
        for _ in range(job["repeat"]):
            test = Backtest(data, kind, cash=1e9, commission=0.001)
            begin = time.process_time()
            result = test.run()
            seconds.append(time.process_time() - begin)
        print(json.dumps({"seconds": seconds, "trades": len(result["_trades"])}), flush=True)


if __name__ == "__main__":
    main()
