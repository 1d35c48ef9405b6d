"""Named places where the fault rig kills, freezes or holds this process; inert without ``TRADEME_FAILPOINTS``.

The variable names a folder. A place acts when the folder holds a file of its name: ``kill``, ``freeze`` or ``hold``,
with an optional number of the pass that is meant (``kill 17``). ``kill`` is SIGKILL and ``freeze`` SIGSTOP, sent by the
process to itself, so that they hit the very line; ``hold`` waits there until the file is gone. That is all it can do.
"""

import asyncio
import os
import signal
import time
from pathlib import Path

_FOLDER = os.environ.get("TRADEME_FAILPOINTS", "")
_STEP = 0.005  # seconds between two looks at a file that holds
_STRUCK = 0.1  # seconds in which the signal surely reaches this thread, before it could go on

#: inside the transaction that stores a message and its turn
START_COMMITTING = "start-committing"
#: that transaction is committed, nobody has been told
STARTED = "started"
#: the message is acknowledged, the call's ledger row is not written
CALL_OPENING = "call-opening"
#: the ledger row is committed, the model has not been called
CALL_OPENED = "call-opened"
#: inside a group commit of journal entries
APPEND_COMMITTING = "append-committing"
#: a batch is committed, nobody has seen it
APPENDED = "appended"
#: the last chunk is shown, the completing transaction has not begun
ENDING = "ending"
#: inside the completing transaction, everything written
END_COMMITTING = "end-committing"
#: the completing transaction is committed, nobody has been told
ENDED = "ended"

NAMES = (
    START_COMMITTING,
    STARTED,
    CALL_OPENING,
    CALL_OPENED,
    APPEND_COMMITTING,
    APPENDED,
    ENDING,
    END_COMMITTING,
    ENDED,
)


def reach(name: str) -> None:
    """A thread passes here; ``hold`` blocks it."""
    if _FOLDER and _act(name):
        while _file(name).exists():
            time.sleep(_STEP)


async def pause(name: str) -> None:
    """A task passes here; ``hold`` lets the others go on."""
    if _FOLDER and _act(name):
        while _file(name).exists():  # noqa: ASYNC110 - a file of another process cannot set an event
            await asyncio.sleep(_STEP)


def _file(name: str) -> Path:
    return Path(_FOLDER, name)


def _act(name: str) -> bool:
    """Do what the file says when its pass has come; True: hold."""
    path = _file(name)
    try:
        action, _, passes = path.read_text().partition(" ")
    except FileNotFoundError:
        return False
    if (left := int(passes or 1)) > 1:
        path.write_text(f"{action} {left - 1}")
        return False
    path.with_suffix(".reached").touch()  # the rig waits for it
    if action == "hold":
        return True
    path.unlink()
    os.kill(os.getpid(), {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}[action])
    time.sleep(_STRUCK)
    return False
