"""A version as a file: its code byte for byte, below comments that say how to run it elsewhere."""

from django.utils.translation import gettext as _

from strategies.contract import strategy as strategies
from strategies.contract.source import Unreadable, parse
from strategies.models import StrategyVersion

RULE = "# " + "-" * 78


def filename(version: StrategyVersion) -> str:
    """An ASCII file name: ``strategy-3-v2.py``."""
    return f"strategy-{version.strategy_id}-v{version.number}.py"


def file_of(version: StrategyVersion) -> bytes:
    """UTF-8; everything after the second rule is the version's code, whose hash the comments name."""
    title = _("%(strategy)s, version %(number)s, from Trademe") % {
        "strategy": " ".join(version.strategy.name.split()),
        "number": version.number,
    }
    words = [title, f"SHA-256: {version.code_sha256}", *_how(version)]
    header = [RULE, *(f"# {line}".rstrip() for line in words), RULE]
    return ("\n".join(header) + "\n" + version.code).encode()


def _how(version: StrategyVersion) -> list[str]:
    name = _class_name(version.code)
    if name is None:
        return []
    return [
        "",
        _("It runs unchanged under backtesting.py (pip install backtesting TA-Lib pandas):"),
        "",
        "    import runpy, pandas",
        "    from backtesting import Backtest",
        '    bars = pandas.read_csv("bars.csv", index_col=0, parse_dates=True).astype(float)',
        f'    strategy = runpy.run_path("{filename(version)}")["{name}"]',
        "    print(Backtest(bars, strategy, cash=100_000_000, commission=0.001).run())",
        "",
        _("bars.csv: time, Open, High, Low, Close, Volume. Volume must not be whole numbers, TA-Lib refuses them."),
        _("Backtest trades whole units: the cash above makes them fine enough. With 10,000 and a price of 60,000"),
        _("it never trades. commission is the fee of a side as a share; slippage it does not know."),
    ]


def _class_name(code: str) -> str | None:
    """The strategy's class; None for an indicator."""
    try:
        found = strategies.classes(parse(code))
    except Unreadable:
        return None
    return found[0].name if found else None
