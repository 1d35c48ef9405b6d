"""Gives up, for good, what computing does not need. Uses ctypes, which is of no use to anybody afterwards."""

import ctypes
import os
import resource
import struct
from collections.abc import Mapping

from strategies.sandbox.inside.calls import NUMBERS
from strategies.sandbox.inside.filter import assemble

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_MDWE = 1, 4, 38, 65
_SIGKILL = 9
_FILTER, _ALL_THREADS = 1, 1
_CREATE_RULESET, _RESTRICT_SELF, _RULESET_VERSION = 444, 446, 1  # the same number on every architecture
NOBODY = 65534

_libc = ctypes.CDLL(None, use_errno=True)


class LockdownFailed(Exception):
    """A layer could not be put on; ``problem`` is a stable code."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(detail)
        self.problem = problem


def die_with(parent: int) -> None:
    """End with the launcher, also when it has gone already."""
    _libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def drop_root() -> None:
    """Become nobody, when this is root."""
    if os.geteuid() == 0 or os.getuid() == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        except OSError as error:
            raise LockdownFailed("still-root", str(error)) from error
    if 0 in (*os.getresuid(), *os.getresgid()):
        raise LockdownFailed("still-root")


def lock(limits: Mapping[str, int], result: int, machine: str) -> int:
    """Give everything up; only files 1, 2 and ``result`` can be written. The answer is Landlock's version, or 0."""
    if machine not in NUMBERS:
        raise LockdownFailed("architecture", machine)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, "no-new-privileges")
    _prctl(_PR_SET_DUMPABLE, 0, "dumpable")
    _libc.prctl(_PR_SET_MDWE, 1, 0, 0, 0)  # no memory becomes executable, where the kernel has it (6.3)
    version = _landlock()
    _close_others(result)
    _limit(limits)
    _seccomp(assemble(machine, (1, 2, result)), NUMBERS[machine]["seccomp"])
    return version


def _prctl(option: int, value: int, problem: str) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        raise LockdownFailed(problem, os.strerror(ctypes.get_errno()))


def _landlock() -> int:
    """No file, port, abstract socket or signal by any path: rules that allow nothing."""
    version = int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(_RULESET_VERSION)))
    if version < 1:
        return 0  # this kernel has none
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    ports = 0b11 if version >= 4 else 0
    scopes = 0b11 if version >= 6 else 0
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = struct.pack("=QQQ", files, ports, scopes)[:size]
    handle = int(_libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(size), ctypes.c_uint(0)))
    if handle < 0 or _libc.syscall(_RESTRICT_SELF, handle, ctypes.c_uint(0)) != 0:
        raise LockdownFailed("landlock", os.strerror(ctypes.get_errno()))
    os.close(handle)
    return version


def _close_others(result: int) -> None:
    os.closerange(0, 1)
    os.closerange(3, result)
    os.closerange(result + 1, 1 << 20)


def _limit(limits: Mapping[str, int]) -> None:
    memory, cpu = limits["memory"], limits["cpu"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for name in ("NOFILE", "NPROC", "FSIZE", "CORE", "MEMLOCK", "MSGQUEUE", "SIGPENDING", "NICE", "RTPRIO"):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (0, 0))


def _seccomp(program: bytes, number: int) -> None:
    kept = ctypes.create_string_buffer(program, len(program))
    handle = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(kept)))
    if _libc.syscall(number, _FILTER, _ALL_THREADS, handle) != 0:
        raise LockdownFailed("seccomp", os.strerror(ctypes.get_errno()))
