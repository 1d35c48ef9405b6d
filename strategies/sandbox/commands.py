"""The command line of one child, for each level."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from strategies.sandbox import bundle
from strategies.sandbox.errors import Unavailable
from strategies.sandbox.runtime import NOBODY, Runtime, flags

FULL, CONTAINED = "full", "contained"
PLACES = "/usr/bin:/bin:/usr/local/bin:/usr/sbin:/sbin"  # of bwrap and setpriv, whatever PATH says
NICE = 10  # the server and its streams come first
_STAGE = "/tmp"  # noqa: S108 - a fresh file system of the first bwrap's own, where root's files are shown to the second
NAMESPACES = (
    "--unshare-user",
    "--disable-userns",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
)


@dataclass(frozen=True, slots=True)
class Command:
    """What to execute; ``nobody`` asks for the change of user before it."""

    arguments: list[str]
    environment: dict[str, str]
    nobody: bool


def build(level: str, runtime: Runtime, result: int) -> Command:
    """The command whose file ``result`` takes the frames; raises Unavailable."""
    root = os.geteuid() == 0
    if level == CONTAINED:
        # a Python that nobody can reach starts as root, imports our own modules and drops root before the lockdown
        nobody = root and runtime.is_open_to_nobody
        return Command(_contained(runtime, result), runtime.environment, nobody)
    bwrap = _program("bwrap", "no-bwrap")
    if root and not runtime.is_open_to_nobody:
        return Command(_staged(bwrap, runtime, result), {}, nobody=False)
    return Command(_full(bwrap, list(_binds(runtime)), runtime, result), {}, nobody=root)


def _program(name: str, problem: str) -> str:
    found = shutil.which(name, path=PLACES)
    if found is None:
        raise Unavailable(problem)
    return found


# --- contained --------------------------------------------------------------------------------------------------------


def _contained(runtime: Runtime, result: int) -> list[str]:
    config = _config(result, [str(runtime.site)], os.getpid())
    return [str(runtime.python), *flags(), "-c", bundle.program(), config]


def _config(result: int, paths: list[str], parent: int) -> str:
    return json.dumps(
        {
            "result": result,
            "paths": paths,
            "nice": NICE,
            "parent": parent,
        }
    )


# --- full -------------------------------------------------------------------------------------------------------------


def _binds(runtime: Runtime) -> Iterator[tuple[Path, str]]:
    """Each file or folder that the child sees, and where: the names of this machine's folders stay outside."""
    version = runtime.stdlib.name
    yield runtime.python, "/python/bin/python3"
    yield runtime.stdlib, f"/python/lib/{version}"
    for package in runtime.packages:
        yield package, f"/site/{package.name}"
    for name, path in runtime.libraries:
        yield path, _library_place(name)


def _library_place(name: str) -> str:
    """The loader itself has to stand where the kernel looks for it; all others are found by LD_LIBRARY_PATH."""
    return name if os.path.basename(name).startswith("ld-") else f"/libraries/{os.path.basename(name)}"


def _full(bwrap: str, binds: list[tuple[Path, str]], runtime: Runtime, result: int, uid: int = NOBODY) -> list[str]:
    arguments = [bwrap, *NAMESPACES, "--uid", str(uid), "--gid", str(uid), "--hostname", "sandbox", "--clearenv"]
    for name, value in runtime.environment.items():
        arguments += ["--setenv", name, value]
    arguments += ["--setenv", "PYTHONHOME", "/python", "--setenv", "LD_LIBRARY_PATH", "/libraries"]
    for source, place in binds:
        arguments += ["--ro-bind", str(source), place]
    for name in ("site-packages", "dist-packages", "test"):
        if (runtime.stdlib / name).is_dir():
            arguments += ["--tmpfs", f"/python/lib/{runtime.stdlib.name}/{name}"]
    config = _config(result, ["/site"], 0)
    start = ["/python/bin/python3", *flags(), "-c", bundle.program(), config]
    return [*arguments, "--chdir", "/", "--remount-ro", "/", "--", *start]


# --- full, as root with files that only root reaches ------------------------------------------------------------------


def _staged(bwrap: str, runtime: Runtime, result: int) -> list[str]:
    """Root shows the files at a neutral place to a second bwrap, which is nobody's; root runs nothing else."""
    setpriv = _program("setpriv", "python-unreachable")
    arguments = [bwrap, "--bind", "/", "/", "--tmpfs", _STAGE, "--unshare-pid", "--die-with-parent", "--new-session"]
    binds = []
    for place, (source, target) in enumerate(_binds(runtime)):
        staged = f"{_STAGE}/{place}"
        arguments += ["--ro-bind", str(source), staged]
        binds.append((Path(staged), target))
    drop = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all", "--"]
    return [*arguments, "--proc", "/proc", "--", *drop, *_full(bwrap, binds, runtime, result)]
