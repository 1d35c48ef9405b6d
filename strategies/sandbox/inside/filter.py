"""The seccomp program: what ``calls`` names, assembled by hand."""

import errno
import struct

from strategies.sandbox.inside.calls import ALLOWED, ARCHITECTURES, NUMBERS, REFUSED

_LOAD, _JEQ, _JGE, _JSET, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
NO_CLONE3 = 0x00050000 | errno.ENOSYS  # glibc then asks for clone, and gives up at its EPERM

_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_X32 = 0x40000000  # calls of the 32-bit pointer ABI begin here
_READ_WRITE = 0x1 | 0x2  # PROT_READ, PROT_WRITE
_ANONYMOUS = 0x20
_FUTEX_FLAGS = 128 | 256  # private, real-time clock
_FUTEX_OPERATIONS = (0, 1, 9, 10)  # wait, wake, and both with a bit set
_ADVICE = (4, 8, 14, 15)  # don't need, free, huge pages or not

Instruction = tuple[int, int, int, int]


def _argument(index: int, high: bool = False) -> Instruction:
    return (_LOAD, 0, 0, 16 + 8 * index + (4 if high else 0))


def _answer(action: int) -> Instruction:
    return (_RETURN, 0, 0, action)


def _only_bits(index: int, bits: int, otherwise: int) -> list[Instruction]:
    """Go on when an argument of 64 bits has no others than ``bits``."""
    return [
        _argument(index, high=True),
        (_JEQ, 1, 0, 0),
        _answer(otherwise),
        _argument(index),
        (_JSET, 0, 1, ~bits & 0xFFFFFFFF),
        _answer(otherwise),
    ]


def _one_of(index: int, values: tuple[int, ...], otherwise: int, ignored: int = 0) -> list[Instruction]:
    """Allow when the low half of an argument, without the ignored bits, is one of the values."""
    program = [_argument(index), (_AND, 0, 0, ~ignored & 0xFFFFFFFF)]
    for place, value in enumerate(values):
        program.append((_JEQ, len(values) - place, 0, value))
    return [*program, _answer(otherwise), _answer(ALLOW)]


def _checked(files: tuple[int, ...]) -> dict[str, list[Instruction]]:
    """What is allowed with some arguments only; nothing may ever become executable."""
    return {
        "futex": _one_of(1, _FUTEX_OPERATIONS, REFUSE, _FUTEX_FLAGS),
        "mmap": [
            *_only_bits(2, _READ_WRITE, KILL),
            _argument(3),
            (_JSET, 1, 0, _ANONYMOUS),
            _answer(REFUSE),
            _answer(ALLOW),
        ],
        "mprotect": [*_only_bits(2, _READ_WRITE, KILL), _answer(ALLOW)],
        "madvise": _one_of(2, _ADVICE, REFUSE),
        "write": _one_of(0, files, REFUSE),
    }


def assemble(machine: str, files: tuple[int, ...]) -> bytes:
    """The filter for a machine ("x86_64", "aarch64") whose writes go to ``files`` only, as struct sock_filter[]."""
    numbers = NUMBERS[machine]
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JEQ, 1, 0, ARCHITECTURES[machine]),
        _answer(KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JGE, 0, 1, _X32),
        _answer(KILL),
    ]
    blocks = _checked(files)
    blocks |= {name: [_answer(ALLOW)] for name in ALLOWED}
    blocks |= {name: [_answer(REFUSE)] for name in REFUSED}
    blocks["clone3"] = [_answer(NO_CLONE3)]
    for name, block in blocks.items():
        if name in numbers:
            program += [(_JEQ, 0, len(block), numbers[name]), *block]
    program.append(_answer(KILL))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
