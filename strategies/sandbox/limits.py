"""How much one run may use."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and seconds; ``memory`` is the whole address space of the child, its interpreter and numpy included."""

    memory: int = 1024 * MEBIBYTE
    cpu: int = 10  # whole seconds, as the kernel counts them
    wall: float = 20.0  # from the moment at which the code begins
    startup: float = 20.0  # until the code begins: the imports, on a busy machine
    result: int = 64 * MEBIBYTE
    kept: int = 10_000  # bytes of what the code prints
    printed: int = 8 * MEBIBYTE  # of which no more than this may come
