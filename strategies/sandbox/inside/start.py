"""The text that the interpreter is given; argv is the child's configuration.

Our own modules come compiled through the pipe, before the job: no file of the product is to be seen in the sandbox,
and nothing is compiled in it.
"""

import marshal
import os
import sys
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType


def _read(length: int) -> bytearray:
    data = bytearray(length)
    view, place = memoryview(data), 0
    while place < length:
        count = os.readv(0, [view[place:]])
        if not count:
            os._exit(1)  # the launcher is gone
        place += count
    return data


class Compiled:
    """Finds and loads the modules of the pipe."""

    def __init__(self, modules: dict[str, CodeType | None]) -> None:
        self._modules = modules

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The module's specification; a module without code is an empty package."""
        if name not in self._modules:
            return None
        package = any(other.startswith(f"{name}.") for other in self._modules)
        return ModuleSpec(name, self, is_package=package)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        """As usual."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        code = self._modules[module.__name__]
        if code is not None:
            exec(code, module.__dict__)  # noqa: S102 - our own code, compiled by the launcher


sys.meta_path.insert(0, Compiled(marshal.loads(_read(int.from_bytes(_read(8), "little")))))  # noqa: S302 - likewise

from strategies.sandbox.inside.child import main  # noqa: E402

main(sys.argv[1], _read)
