"""Everything that code may come to need is imported before the lockdown; nothing can be imported after it."""

import gc
import os
import random
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
ON_DEMAND = {  # slow, and seldom used
    b"polynomial": "numpy.polynomial",
    b".ma": "numpy.ma",
    b"unique": "numpy.ma",  # these look whether an array is masked
    b"percentile": "numpy.ma",
    b"quantile": "numpy.ma",
    b"median": "numpy.ma",
    b"isin": "numpy.ma",
    b"1d": "numpy.ma",
    b".rec": "numpy.rec",
    b".char": "numpy.char",
    b".strings": "numpy.strings",
    b"strptime": "_strptime",
    b"numpy.typing": "numpy.typing",
    b"npt": "numpy.typing",
}


class _Annotation:
    """Any name of ``numpy.typing``, in annotations that nobody reads."""

    def __class_getitem__(cls, item: object) -> type:
        return cls


def _named(name: str, **values: object) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(values)
    return module


WITHOUT = {  # while the modules are imported
    "pandas": None,  # TA-Lib takes them where they are installed: slow, and another behaviour
    "polars": None,
    "_hashlib": None,  # OpenSSL takes 5 ms; Python's own SHA-256 does
    "numpy._core._add_newdocs": _named("numpy._core._add_newdocs"),  # texts for help(): 20 ms
    "numpy._core._add_newdocs_scalars": _named("numpy._core._add_newdocs_scalars"),
    "numpy.typing": _named("numpy.typing", __getattr__=lambda name: _Annotation),  # 10 ms
    "numpy._typing": _named("numpy._typing", __getattr__=lambda name: _Annotation),
}
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
    gc.disable()  # nothing of it is rubbish
    sys.path += paths
    sys.modules.update(WITHOUT)  # type: ignore[arg-type]
    for name in MODULES:
        import_module(name)
    for name in OPTIONAL:
        with suppress(ImportError):  # code that imports it is told so
            import_module(name)
    for name in WITHOUT:
        del sys.modules[name]
    _warm_linear_algebra()
    gc.freeze()  # nor is it looked at again: a copy of the process shares it
    gc.enable()


def _warm_linear_algebra() -> None:
    """OpenBLAS sets up its memory with calls of its own when it is first used."""
    numpy = sys.modules["numpy"]
    unit = numpy.eye(64)
    numpy.linalg.lstsq(unit @ unit, unit[0], rcond=None)


def import_more(payload: bytes) -> None:
    """Import what the job's code may want beyond that; a word that stands there for another reason costs time only.

    The bars behind the header (``strategies.engine.wire``) are not looked at: they hold every short word by chance.
    """
    payload = payload[: 8 + int.from_bytes(payload[4:8], "little")]
    for word, name in ON_DEMAND.items():
        if word in payload:
            import_module(name)


def _no_randomness(size: int) -> bytes:
    """What generators without a seed begin with: always the same, so that a run repeats to the byte."""
    return bytes(size)


def end_imports() -> None:
    """Take away what is of no use to a strategy."""
    os.urandom = random._urandom = _no_randomness  # type: ignore[attr-defined]
    for name in [name for name in sys.modules if name in REMOVED or name.partition(".")[0] in REMOVED]:
        del sys.modules[name]
    sys.path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [_Refusing]
