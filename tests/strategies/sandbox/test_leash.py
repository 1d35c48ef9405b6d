"""A bwrap that dies in its start leaves a child that waits for ever; the leash ends that one with the server."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

PRODUCT = Path(__file__).resolve().parents[3]
SERVER = """
import os, sys
from strategies.sandbox import commands, process

def orphaning(level, found, result):
    text = "import os, time\\nif os.fork():\\n    os._exit(0)\\nprint(os.getpid(), flush=True)\\ntime.sleep(1000)"
    return commands.Command([sys.executable, "-c", text], dict(os.environ), nobody=False)

commands.build = orphaning
child = process.Child("contained")
child.process.wait()
os.set_blocking(child.output.number, True)
print(child.output.read().decode(), flush=True)
sys.stdin.read()
"""


def test_the_leash_ends_what_bwrap_left() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=PRODUCT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None
    assert server.stdout is not None
    with server.stdin, server.stdout:
        left = int(server.stdout.readline())
        handle = os.pidfd_open(left)
        try:
            assert not select.select([handle], [], [], 0)[0], "it lives while the server does"
            server.send_signal(signal.SIGKILL)
            server.wait()
            assert select.select([handle], [], [], 20)[0], "it outlived the server"
        finally:
            os.close(handle)
