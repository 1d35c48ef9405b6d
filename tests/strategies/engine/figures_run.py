"""Figures of given equity by empyrical; started by tests with ``.venv-oracle/bin/python``, never imported.

In: JSON lines ``{"equity", "per_year"}``. Out: one JSON line each with empyrical's figures.
"""

# mypy: ignore-errors

import json
import sys
import warnings


def main() -> None:
    warnings.simplefilter("ignore")
    import empyrical
    import numpy as np
    from scipy import stats

    for line in sys.stdin:
        job = json.loads(line)
        equity = np.array(job["equity"])
        returns = equity[1:] / equity[:-1] - 1
        options = {"annualization": job["per_year"]}
        answer = {
            "return_pct": empyrical.cum_returns_final(returns) * 100,
            "annual_return_pct": empyrical.annual_return(returns, **options) * 100,
            "annual_volatility_pct": empyrical.annual_volatility(returns, **options) * 100,
            "sharpe": empyrical.sharpe_ratio(returns, **options),
            "sortino": empyrical.sortino_ratio(returns, **options),
            "calmar": empyrical.calmar_ratio(returns, **options),
            "max_drawdown_pct": empyrical.max_drawdown(returns) * 100,
            "skewness": stats.skew(returns),
            "kurtosis": stats.kurtosis(returns, fisher=False),
        }
        print(json.dumps({name: float(value) for name, value in answer.items()}), flush=True)


if __name__ == "__main__":
    main()
