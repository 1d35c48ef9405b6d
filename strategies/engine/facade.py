"""The modules that strategy code imports: ``backtesting``, ``backtesting.lib``, and TA-Lib that takes lines too."""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from strategies.engine import ENGINE_VERSION, lib
from strategies.engine.lines import plain
from strategies.engine.strategy import Strategy


def _backtesting() -> tuple[ModuleType, ModuleType]:
    package, module = ModuleType("backtesting"), ModuleType("backtesting.lib")
    module.__dict__.update(crossover=lib.crossover, cross=lib.cross, barssince=lib.barssince)
    package.__dict__.update(
        Strategy=Strategy,
        lib=module,
        __version__=f"trademe-{ENGINE_VERSION}",
        __path__=[],
    )
    return package, module


def _talib(real: ModuleType) -> ModuleType:
    """TA-Lib whose functions take lines: they need arrays of numpy's own type."""
    module = ModuleType("talib")

    def look_up(name: str) -> Any:
        value = getattr(real, name)
        if callable(value) and name.isupper():
            value = _taking_lines(value)
        module.__dict__[name] = value
        return value

    module.__dict__["__getattr__"] = look_up
    return module


def _taking_lines(func: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return func(*map(plain, args), **{key: plain(item) for key, item in kwargs.items()})

    return wrapped


@contextmanager
def installed() -> Iterator[None]:
    """While it lasts, ``import backtesting`` and ``import talib`` in strategy code find ours."""
    package, module = _backtesting()
    ours = {"backtesting": package, "backtesting.lib": module}
    try:
        import talib
    except ImportError:
        pass  # strategy code that imports it says so itself
    else:
        ours["talib"] = _talib(talib)
    before = {name: sys.modules.get(name) for name in ours}
    sys.modules.update(ours)
    try:
        yield
    finally:
        for name, module_before in before.items():
            if module_before is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module_before
