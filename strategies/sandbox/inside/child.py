"""The child: imports, reads the job, gives everything up, runs the job, writes what came out. Then it is gone.

Frames go to the result's pipe: one letter, a length, bytes. ``A`` asks for the job; ``S`` is written before the code
begins, so it can be believed; whatever comes after it may have been written by the code.
"""

import json
import os
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any

_HEAD = struct.Struct("<cQ")
Read = Callable[[int], bytearray]
Send = Callable[[bytes, bytes], None]


def main(text: str, read: Read) -> None:
    """Run one job; ``text`` is the launcher's configuration in JSON, ``read`` takes bytes from its pipe."""
    config = json.loads(text)
    send = _sender(config["result"])
    try:
        serve, payload, layers = _prepare(config, read, send)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the launcher has to know that no code was run
        problem = getattr(error, "problem", "start")
        send(b"X", json.dumps([problem, f"{type(error).__name__}: {error}"[:500]]).encode())
        os._exit(1)
    send(b"S", json.dumps(layers).encode())
    _finish(send, *_run(serve, payload, send))


def _prepare(config: dict[str, Any], read: Read, send: Send) -> tuple[Callable[..., bytes], bytes, dict[str, Any]]:
    from strategies.sandbox.inside import lockdown, preload

    if config["parent"]:
        lockdown.die_with(config["parent"])
    preload.import_all(config["paths"])
    from strategies.engine import job

    # now the death of the launcher ends this process for sure; until the job is read, its closed pipe does
    send(b"A", b"")
    parent, limits = config["parent"], _limits(read)
    if limits.get("copies"):
        parent = _in_a_copy(limits["copies"], send)
        limits = _limits(read)
    payload = bytes(read(int.from_bytes(read(8), "little")))
    preload.import_more(payload)
    lockdown.drop_root()
    if parent:
        lockdown.die_with(parent)  # the kernel forgets it when the user changes, and in a copy
    os.nice(config["nice"])
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # whatever the server blocks or ignores
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    sys.stdin = None
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    uid, machine = os.getuid(), os.uname().machine
    landlock = lockdown.lock(limits, config["result"], machine)
    preload.end_imports()
    return job.serve, payload, {"landlock": landlock, "uid": uid, "seccomp": machine}


def _limits(read: Read) -> dict[str, int]:
    found: dict[str, int] = json.loads(read(int.from_bytes(read(8), "little")))
    return found


def _in_a_copy(count: int, send: Send) -> int:
    """Return in copies of this process, one after another, each for one job; the answer is the original's number.

    The original reads no job, so that no copy finds anything of the jobs before it.
    """
    original = os.getpid()
    for number in range(count):
        if number:
            send(b"A", b"")
        if os.fork() == 0:
            return original
        os.wait()
    os._exit(0)


def _sender(result: int) -> Send:
    def send(kind: bytes, data: bytes) -> None:
        view = memoryview(_HEAD.pack(kind, len(data)) + data)
        while view:
            view = view[os.write(result, view) :]

    return send


def _run(serve: Callable[..., bytes], payload: bytes, send: Send) -> tuple[bytes, bytes]:
    shown = 0.0

    def report(share: float) -> None:
        nonlocal shown
        if share >= shown + 0.01:
            shown = share
            send(b"P", struct.pack("<d", share))

    try:
        return b"R", serve(payload, report)
    except MemoryError:
        return b"E", b"memory"
    except BaseException as error:  # noqa: BLE001 - the code's errors are in its outcome, this is none of them
        code = getattr(error, "code", "")
        return b"E", f"{type(error).__name__} {code if isinstance(code, str) else ''}".encode(errors="replace")[:200]


def _finish(send: Send, kind: bytes, data: bytes) -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # noqa: BLE001, S112 - the code may have put anything in their place
            continue
    try:
        send(kind, data)
    except MemoryError:
        send(b"E", b"memory")
    os._exit(0)
