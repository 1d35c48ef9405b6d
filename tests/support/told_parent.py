"""``python -m tests.support.told_parent ADDRESS``: loads the product once and forks a ``told_server`` whenever asked.

A server then costs milliseconds, and can be killed and frozen for real. Commands come on standard input, each has one
answer: ``fork FOLDER`` (of its fail points), ``stopped PID`` and ``ended PID``, which wait until it is.
"""

import asyncio
import logging
import os
import signal
import socket
import sys

import django


def main(address: str) -> None:
    django.setup()
    import tests.support.told_server  # noqa: F401 - all of the product is loaded before the first fork

    sys.stdout.write("loaded\n")
    sys.stdout.flush()
    for line in sys.stdin:
        word, argument = line.split()
        if word == "fork":
            answer = _fork(address, argument)
        elif word == "stopped":
            answer = os.waitpid(int(argument), os.WUNTRACED)[0]
        else:
            answer = _ended(int(argument))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _ended(pid: int) -> int:
    while os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1]):
        pass
    return pid


def _fork(address: str, folder: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        line = socket.socket(socket.AF_UNIX)
        line.connect(address)
        from chat import failpoints
        from tests.support.told_server import ToldServer

        failpoints._FOLDER = folder
        asyncio.run(ToldServer(line).serve())
        code = 0
    except BaseException:
        logging.getLogger(__name__).exception("told server died")
        raise
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
