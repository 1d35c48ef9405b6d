"""Waiting for what another process does."""

import time
from collections.abc import Callable
from typing import Any

DEADLINE = 60.0


def until(look: Callable[[], Any]) -> Any:
    """What ``look`` finds at last."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
