"""Reading for sockets and runners: two threads that keep their database connections, and some that take their time.

``database_sync_to_async`` closes its connection around each call when ``CONN_MAX_AGE`` is 0, and opening SQLite with
its pragmas costs more than most reads. These threads are ours, so their connections can stay open and are dropped when
they fail. Nothing here writes: writes belong to the writer thread.
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, connections

THINKERS = 4

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


async def read(
    function: Callable[Parameters, Result], *arguments: Parameters.args, **options: Parameters.kwargs
) -> Result:
    """The result of a synchronous read, off the event loop."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_executor, functools.partial(_run, function, *arguments, **options))


async def think(
    function: Callable[Parameters, Result], *arguments: Parameters.args, **options: Parameters.kwargs
) -> Result:
    """The same for what may take seconds, such as a trial run: in other threads, so that no socket waits for it."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_thinkers, functools.partial(_think, function, *arguments, **options))


def _think(function: Callable[Parameters, Result], *arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
    try:
        return function(*arguments, **options)
    finally:
        connection.close()


def _run(function: Callable[Parameters, Result], *arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
    fresh = connection.connection is None
    try:
        return function(*arguments, **options)
    except (OperationalError, InterfaceError):
        connection.close()
        if fresh:
            raise
    # the kept connection may have been broken since its last use, which says nothing about the database now
    try:
        return function(*arguments, **options)
    except (OperationalError, InterfaceError):
        connection.close()
        raise


def _remember() -> None:
    _opened.append(connections["default"])


def _new_executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="trademe-reader", initializer=_remember)


def close() -> None:
    """End the threads and close their connections: the end of the process, or of a test."""
    global _executor, _thinkers
    _executor.shutdown()
    _thinkers.shutdown(wait=False, cancel_futures=True)
    while _opened:
        wrapper = _opened.pop()
        wrapper.inc_thread_sharing()
        wrapper.close()
    _executor = _new_executor()
    _thinkers = _new_thinkers()


def _new_thinkers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=THINKERS, thread_name_prefix="trademe-thinker")


_opened: list[Any] = []
_executor = _new_executor()
_thinkers = _new_thinkers()
