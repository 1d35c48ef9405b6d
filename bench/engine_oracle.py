"""Times ``Backtest.run`` of backtesting.py; started by ``bench.backtesting_py`` in its own environment, never imported.

In: JSON lines ``{"code", "bars"}``, the bars as the path of an array of time, open, high, low, close, volume.
Out: JSON lines ``{"cpu", "wall", "trades"}``, both in seconds.
"""

# mypy: ignore-errors

import json
import sys
import time
import warnings


def main() -> None:
    warnings.simplefilter("ignore")
    import backtesting
    import numpy as np
    import pandas as pd
    from backtesting import Backtest, Strategy

    backtesting.backtesting._tqdm = lambda bars, **_options: bars
    for line in sys.stdin:
        job = json.loads(line)
        times, *columns = np.load(job["bars"])
        names = ("Open", "High", "Low", "Close", "Volume")
        index = pd.to_datetime(times.astype(np.int64), unit="us")
        data = pd.DataFrame(dict(zip(names, columns, strict=True)), index=index)
        found = {"__name__": "strategy_file"}
        exec(compile(job["code"], "strategy.py", "exec"), found)
        kind = next(
            item
            for item in found.values()
            if isinstance(item, type) and issubclass(item, Strategy) and item != Strategy
        )
        test = Backtest(data, kind, cash=1e9, commission=0.001)
        cpu, wall = time.process_time(), time.perf_counter()
        result = test.run()
        taken = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        print(json.dumps({**taken, "trades": len(result["_trades"])}), flush=True)


if __name__ == "__main__":
    main()
