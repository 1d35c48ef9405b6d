"""Which modules code may import, and what to use in place of those that it may not."""

import ast

from django.utils.translation import gettext as _

from strategies.contract.report import Finding

ALLOWED_IMPORTS: dict[str, frozenset[str] | None] = {
    "backtesting": frozenset(("Strategy", "lib")),
    "backtesting.lib": frozenset(("crossover", "cross", "barssince")),
    "numpy": None,
    "talib": None,
    "math": None,
    "statistics": None,
    "collections": None,
    "dataclasses": None,
    "typing": None,
    "enum": None,
}
# what models reach for most, by what is to be said about it
FRAMES = frozenset(("pandas", "polars"))
INDICATORS = frozenset(("ta", "pandas_ta", "tulipy", "finta", "stockstats", "stock_indicators", "MyTT"))
SOURCES = frozenset(
    (
        "yfinance", "ccxt", "requests", "urllib", "urllib3", "httpx", "aiohttp", "http", "socket", "websocket",
        "websockets", "akshare", "tushare", "baostock", "jqdatasdk", "binance", "alpaca",
        "pandas_datareader", "yahooquery",
    )
)  # fmt: skip
SYSTEM = frozenset(
    (
        "os", "sys", "io", "pathlib", "shutil", "subprocess", "pickle", "json", "csv", "sqlite3", "logging",
        "threading", "multiprocessing", "asyncio", "ctypes", "tempfile", "glob", "signal",
        "importlib", "builtins", "inspect", "gc",
    )
)  # fmt: skip
TIMES = frozenset(("datetime", "time", "pytz", "zoneinfo", "dateutil", "calendar"))
CHARTS = frozenset(("matplotlib", "plotly", "bokeh", "mplfinance", "seaborn"))
ENGINES = frozenset(("backtrader", "vectorbt", "zipline", "vnpy", "freqtrade", "jesse", "rqalpha"))


def findings(tree: ast.Module) -> list[Finding]:
    """Each import that the sandbox would refuse."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [_refused(node.lineno, alias.name) for alias in node.names if alias.name not in ALLOWED_IMPORTS]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or "."
            if (module, [alias.name for alias in node.names]) == (
                "numpy.lib.stride_tricks",
                ["sliding_window_view"],
            ):
                continue
            if node.level or module not in ALLOWED_IMPORTS:
                found.append(_refused(node.lineno, module, tuple(alias.name for alias in node.names)))
                continue
            allowed = ALLOWED_IMPORTS[module]
            for alias in node.names:
                if alias.name == "*" or (allowed is not None and alias.name not in allowed):
                    found.append(_refused(node.lineno, f"{module}.{alias.name}"))
    return found


def _refused(line: int, name: str, imported: tuple[str, ...] = ()) -> Finding:
    what = _("%(name)s cannot be imported; allowed are %(allowed)s.") % {
        "name": name,
        "allowed": ", ".join(ALLOWED_IMPORTS),
    }
    return Finding("imports", line, what, _advice(name, imported))


def _advice(name: str, imported: tuple[str, ...]) -> str:
    first = name.partition(".")[0]
    if first == "backtesting":
        return _about_backtesting(name)
    if name.endswith(".*"):
        return _("Name what you need instead of *.")
    if first in FRAMES:
        return _("Series are numpy arrays here: use numpy and talib.")
    if first in INDICATORS:
        return _("Use talib, or write the indicator as a function in this file.")
    if first in SOURCES:
        return _("Remove it: the bars are chosen when the code is run, and are in self.data.")
    if first in SYSTEM:
        return _("Remove it: the code reads and writes no files and starts nothing.")
    if first in TIMES:
        return _("The time of the newest bar is self.data.index[-1], a datetime.")
    if first in CHARTS:
        return _("Remove it: Trademe draws the chart itself.")
    if first in ENGINES:
        return _("Write a subclass of Strategy, from backtesting import Strategy.")
    if first == "random":
        return _("Remove it: the same bars must give the same orders.")
    if first == "numpy":
        return _("Write import numpy as np and use it from there.")
    return _("Do without it, with numpy, talib and plain Python.")


def _about_backtesting(name: str) -> str:
    if "Backtest" in name or "FractionalBacktest" in name:
        return _("Remove it and its run(): Trademe runs the strategy itself.")
    if name.startswith("backtesting.test"):
        return _("For averages use talib.SMA(close, period).")
    return _("From backtesting take Strategy; from backtesting.lib crossover, cross and barssince.")
