"""The system call filter, read by a small interpreter of its own: both architectures, though this machine has one."""

import struct

import pytest

from strategies.sandbox.inside import calls
from strategies.sandbox.inside.filter import ALLOW, KILL, NO_CLONE3, REFUSE, assemble

MACHINES = list(calls.NUMBERS)
RESULT = 17
READ, WRITE, EXEC = 1, 2, 4
ANONYMOUS, PRIVATE = 0x20, 2


def judge(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter answers to a call."""
    audit = calls.ARCHITECTURES[machine] if architecture is None else architecture
    given = [argument % 2**64 for argument in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    data = struct.pack("=IIQ6Q", number, audit, 0, *given)
    program = list(struct.iter_unpack("=HBBI", assemble(machine, (1, 2, RESULT))))
    value = place = 0
    while True:
        code, true, false, constant = program[place]
        place += 1
        if code == 0x20:
            (value,) = struct.unpack_from("=I", data, constant)
        elif code == 0x54:
            value &= constant
        elif code == 0x06:
            return int(constant)
        else:
            holds = {0x15: value == constant, 0x35: value >= constant, 0x45: bool(value & constant)}[code]
            place += true if holds else false


def named(machine: str, name: str, *arguments: int) -> int:
    return judge(machine, calls.NUMBERS[machine][name], *arguments)


@pytest.mark.parametrize("machine", MACHINES)
def test_only_what_is_listed_is_allowed(machine: str) -> None:
    numbers = calls.NUMBERS[machine]
    expected = {numbers[name]: ALLOW for name in calls.ALLOWED if name in numbers}
    expected |= {numbers[name]: REFUSE for name in calls.REFUSED if name in numbers} | {numbers["clone3"]: NO_CLONE3}
    checked = {numbers[name] for name in calls.CHECKED}
    for number in range(700):
        if number not in checked:
            assert judge(machine, number) == expected.get(number, KILL), number


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_is_killed(machine: str) -> None:
    exit_group = calls.NUMBERS[machine]["exit_group"]
    assert judge(machine, exit_group, architecture=0x40000003) == KILL  # 32-bit x86
    assert judge(machine, exit_group | 0x40000000) == KILL  # x32


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("protection", "flags", "answer"),
    [
        (READ | WRITE, ANONYMOUS | PRIVATE, ALLOW),
        (0, ANONYMOUS | PRIVATE, ALLOW),
        (READ, PRIVATE, REFUSE),
        (READ | EXEC, ANONYMOUS | PRIVATE, KILL),
        (READ | WRITE | EXEC, ANONYMOUS | PRIVATE, KILL),
        (READ | 1 << 32, ANONYMOUS | PRIVATE, KILL),
        (READ | 1 << 24, ANONYMOUS | PRIVATE, KILL),
    ],
)
def test_memory_is_never_executable_and_never_a_file(machine: str, protection: int, flags: int, answer: int) -> None:
    assert named(machine, "mmap", 0, 4096, protection, flags, -1, 0) == answer


@pytest.mark.parametrize("machine", MACHINES)
def test_memory_never_becomes_executable(machine: str) -> None:
    assert named(machine, "mprotect", 4096, 4096, READ | WRITE) == ALLOW
    assert named(machine, "mprotect", 4096, 4096, READ | EXEC) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_only_three_files_are_written(machine: str) -> None:
    assert {number for number in range(300) if named(machine, "write", number, 0, 1) == ALLOW} == {1, 2, RESULT}


@pytest.mark.parametrize("machine", MACHINES)
def test_locks_wait_and_wake_and_nothing_else(machine: str) -> None:
    private_and_clock = 128 | 256
    allowed = {operation for operation in range(128) if named(machine, "futex", 0, operation) == ALLOW}
    assert allowed == {0, 1, 9, 10}
    assert named(machine, "futex", 0, 9 | private_and_clock) == ALLOW
    assert named(machine, "futex", 0, 6 | 128) == REFUSE  # priority inheritance


def test_the_list_is_short() -> None:
    assert len(calls.ALLOWED) + len(calls.CHECKED) <= 30
    assert not set(calls.ALLOWED) & set(calls.REFUSED)
    assert not set(calls.CHECKED) & (set(calls.ALLOWED) | set(calls.REFUSED))
