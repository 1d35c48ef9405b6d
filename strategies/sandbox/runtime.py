"""What of this installation the child needs: interpreter, standard library, numpy, TA-Lib, shared libraries."""

import functools
import importlib.util
import json
import os
import stat
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from strategies.sandbox.errors import Unavailable

PACKAGES = ("numpy", "numpy.libs", "talib", "ta_lib.libs")
SECONDS = 60  # the first start may be on a cold disk
NOBODY = 65534
PRODUCT = Path(__file__).resolve().parent.parent.parent

# Every shared library that is loaded after the imports, by the name under which the loader looked for it.
_ASK = """
import ctypes, json, sys
sys.path[:0] = json.loads(sys.argv[1])
sys.modules["pandas"] = sys.modules["polars"] = sys.modules["_hashlib"] = None
import numpy, numpy.linalg, numpy.fft, numpy.random, statistics, resource
try:
    import talib
except ImportError:
    pass
class Info(ctypes.Structure):
    _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]
names = []
def add(info, size, data):
    names.append((info.contents.name or b"").decode("utf-8", "surrogateescape"))
    return 0
kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Info), ctypes.c_size_t, ctypes.c_void_p)
ctypes.CDLL(None).dl_iterate_phdr(kind(add), None)
print(json.dumps(names))
"""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Real paths of this installation; ``libraries`` are pairs of the loader's name and the file."""

    python: Path
    stdlib: Path
    site: Path
    packages: tuple[Path, ...]
    libraries: tuple[tuple[str, Path], ...]

    @property
    def environment(self) -> dict[str, str]:
        """Everything that the child finds in its environment. The fixed hash seed makes runs repeat to the byte."""
        return {
            "PYTHONHASHSEED": "0",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }

    @property
    def is_open_to_nobody(self) -> bool:
        """Whether an unprivileged user reaches all of it: a Python under root's home folder is out of reach."""
        files = [self.python, *(path for _name, path in self.libraries)]
        return all(map(is_open, [*files, self.stdlib, *self.packages]))


def flags() -> list[str]:
    """How the interpreter starts: no site packages, no user's folder, no bytecode written, UTF-8."""
    return ["-s", "-S", "-B", "-P", "-X", "utf8", "-X", "frozen_modules=on"]


@functools.cache
def find() -> Runtime:
    """Ask this installation, once in a process; raises Unavailable."""
    spec = importlib.util.find_spec("numpy")
    if spec is None or spec.origin is None:
        raise Unavailable("no-numpy")
    site = Path(spec.origin).resolve().parent.parent
    python = Path(getattr(sys, "_base_executable", "") or sys.executable).resolve()
    stdlib = Path(sysconfig.get_path("stdlib")).resolve()
    return Runtime(
        python=python,
        stdlib=stdlib,
        site=site,
        packages=tuple(site / name for name in PACKAGES if (site / name).is_dir()),
        libraries=_libraries(python, stdlib, site),
    )


def _libraries(python: Path, stdlib: Path, site: Path) -> tuple[tuple[str, Path], ...]:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own text
            [str(python), *flags(), "-c", _ASK, json.dumps([str(site)])],
            capture_output=True,
            check=True,
            timeout=SECONDS,
            env={"OPENBLAS_NUM_THREADS": "1"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise Unavailable("no-python", f"{error} {said.decode(errors='replace')[-300:]}") from error
    found = {}
    for name in [*json.loads(done.stdout), _loader()]:
        path = Path(name).resolve()
        within = path.is_relative_to(site) or path.is_relative_to(stdlib)
        if name.startswith("/") and path.is_file() and not within:
            found[os.path.normpath(name)] = path
    return tuple(sorted(found.items()))


def _loader() -> str:
    """The dynamic loader that the interpreter's file names: the kernel looks for exactly this path."""
    machine = os.uname().machine
    return {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}.get(machine, "")


def is_open(path: Path) -> bool:
    """Whether every user reaches and reads it."""
    others = stat.S_IROTH | stat.S_IXOTH if path.is_dir() else stat.S_IROTH
    if path.stat().st_mode & others != others:
        return False
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
