"""The file that the interpreter is given; argv is the folder of ``strategies`` and the child's configuration.

The packages are made here, empty: of the product, only the engine and this folder can be imported.
"""

import sys
from types import ModuleType


def _package(name: str, folder: str) -> None:
    package = ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package


_package("strategies", sys.argv[1])
_package("strategies.sandbox", f"{sys.argv[1]}/sandbox")

from strategies.sandbox.inside.child import main  # noqa: E402

main(sys.argv[2])
