"""Everything that code may come to need is imported before the lockdown; nothing can be imported after it."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

MODULES = (
    "numpy",
    "numpy.fft",
    "numpy.lib.stride_tricks",
    "numpy.linalg",
    "numpy.ma",
    "numpy.polynomial",
    "numpy.random",
    "numpy._core._methods",
    "math",
    "cmath",
    "statistics",
    "collections",
    "collections.abc",
    "dataclasses",
    "typing",
    "enum",
    "functools",
    "itertools",
    "operator",
    "bisect",
    "heapq",
    "datetime",
    "traceback",
    "linecache",
    "encodings.ascii",
    "encodings.latin_1",
    "strategies.engine.job",
    "strategies.engine.facade",
)
OPTIONAL = ("talib",)
NOT_OURS = ("pandas", "polars")  # TA-Lib imports them where they are installed: slow, and another behaviour
REMOVED = (  # never relied upon: what holds them still holds them
    "_ctypes",
    "_posixsubprocess",
    "_socket",
    "ctypes",
    "fcntl",
    "mmap",
    "multiprocessing",
    "resource",
    "select",
    "signal",
    "socket",
    "subprocess",
)


class _Refusing:
    """Ends the search for modules that were not imported beforehand."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        raise ModuleNotFoundError(f"{name} cannot be imported: there are no files in the sandbox", name=name)


def import_all(paths: Sequence[str]) -> None:
    """Import what is needed from the given folders."""
    sys.path += paths
    for name in NOT_OURS:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in MODULES:
        import_module(name)
    for name in OPTIONAL:
        with suppress(ImportError):  # code that imports it is told so
            import_module(name)
    for name in NOT_OURS:
        del sys.modules[name]


def end_imports() -> None:
    """Take away what is of no use to a strategy."""
    for name in [name for name in sys.modules if name in REMOVED or name.partition(".")[0] in REMOVED]:
        del sys.modules[name]
    sys.path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [_Refusing]
