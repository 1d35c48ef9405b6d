"""A writer thread with a queue that tests fill, and the ways to take its database away."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from chat import writer as writer_module
from chat.writer import Unit, Writer

DEADLINE = 20.0
NO_CONVERSATION = UUID(int=0)


@dataclass(slots=True, eq=False)
class _Hold(Unit[None]):
    """Keeps the writer thread busy, so that what comes meanwhile waits together."""

    entered: threading.Event
    let_go: threading.Event
    conversation_id: UUID = NO_CONVERSATION

    def run(self) -> None:
        self.entered.set()
        assert self.let_go.wait(DEADLINE)


@dataclass(slots=True, eq=False)
class Call(Unit[Any]):
    """Runs a function as a unit."""

    function: Callable[[], Any]
    conversation_id: UUID = NO_CONVERSATION
    patience: float | None = None

    def run(self) -> Any:
        return self.function()


class Desk:
    """A writer and the results of what was handed to it."""

    def __init__(self) -> None:
        self.away: list[bool] = []
        self.writer = Writer(self.away.append)
        self.writer.start()

    def put(self, *units: Unit[Any]) -> list[Future[Any]]:
        futures = []
        for unit in units:
            future: Future[Any] = Future()
            self.writer._put(writer_module._Job(unit, future, None))
            futures.append(future)
        return futures

    @contextmanager
    def busy(self) -> Iterator[None]:
        """What is put inside is committed together afterwards."""
        hold = _Hold(threading.Event(), threading.Event())
        [held] = self.put(hold)
        assert hold.entered.wait(DEADLINE)
        yield
        hold.let_go.set()
        held.result(DEADLINE)

    def together(self, *units: Unit[Any]) -> list[Any]:
        """Results or exceptions of units that wait together."""
        with self.busy():
            futures = self.put(*units)
        return [future.exception(DEADLINE) or future.result() for future in futures]


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else holds the database's locks: the writer's statements time out."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        else:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE chat_turn, chat_conversation IN ACCESS EXCLUSIVE MODE")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def wait_until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + DEADLINE
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        tick.wait(0.01)


def elsewhere(function: Callable[[], Any]) -> Any:
    """As another process does, called in another thread: in a transaction on a connection of its own."""
    try:
        with transaction.atomic():
            return function()
    finally:
        connection.close()
