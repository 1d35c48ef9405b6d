"""Our own modules for the child, compiled: the engine and ``inside``, and nothing else of the product."""

import functools
import marshal
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

_STRATEGIES = Path(__file__).resolve().parent.parent
_INSIDE = _STRATEGIES / "sandbox" / "inside"
_EMPTY = ("strategies", "strategies.sandbox")  # the packages above them, without their code


@functools.cache
def program() -> str:
    """The text that the interpreter is given."""
    return (_INSIDE / "start.py").read_text(encoding="utf-8")


@functools.cache
def modules() -> bytes:
    """Name and code of each module, for this version of Python."""
    found: dict[str, CodeType | None] = dict.fromkeys(_EMPTY)
    found.update(_compiled(_STRATEGIES / "engine", "strategies.engine"))
    found.update(_compiled(_INSIDE, "strategies.sandbox.inside"))
    return marshal.dumps(found)


def _compiled(folder: Path, package: str) -> Iterator[tuple[str, CodeType]]:
    for path in sorted(folder.glob("*.py")):
        name = package if path.stem == "__init__" else f"{package}.{path.stem}"
        yield name, compile(path.read_bytes(), f"{package.replace('.', '/')}/{path.name}", "exec", dont_inherit=True)
