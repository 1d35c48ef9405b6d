"""The heart of a run: a thread that prolongs its lease, tells how far it is, and hears whether it shall end."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from django.db import DatabaseError, InterfaceError, connection

from strategies.backtests import claims
from strategies.models import Backtest

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 0.25  # between two looks at the wish to cancel
BEAT_SECONDS = 1.0  # between two prolongations
TOLD_SECONDS = 0.5  # between two words on the progress


class Heart:
    """Beats while it is entered. ``must_stop`` is asked by the sandbox's launcher."""

    def __init__(self, backtest: Backtest, stopping: Callable[[], bool]) -> None:
        self._backtest = backtest
        self._stopping = stopping
        self._share = 0.0
        self._told = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heart-{backtest.pk}", daemon=True)
        self.cancel_wished = False
        self.lost = False  # the row is gone, or another's

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def report(self, share: float) -> None:
        """How far the run is, from 0 to 1; it never goes back."""
        self._share = max(self._share, share)

    def must_stop(self) -> bool:
        return self.cancel_wished or self.lost or self._stopping()

    def _beat(self) -> None:
        beaten = 0.0
        try:
            while not self._ended.wait(LOOK_SECONDS):
                now = time.monotonic()
                news = self._share - self._told >= 0.01 and now - beaten >= TOLD_SECONDS
                try:
                    if news or now - beaten >= BEAT_SECONDS:
                        beaten = now
                        self._told = self._share
                        heard = claims.beat(self._backtest, self._told)
                    else:
                        heard = claims.look(self._backtest)
                except (DatabaseError, InterfaceError) as error:
                    logger.info("heart waits for the database", error=type(error).__name__)
                    connection.close()
                    continue
                self.cancel_wished = self.cancel_wished or heard.cancel
                self.lost = not heard.ours
        finally:
            connection.close()
