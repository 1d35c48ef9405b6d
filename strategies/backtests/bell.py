"""The doorbell of the queue: on PostgreSQL a procrastinate job for each run, elsewhere the workers look by themselves.

The row is the truth: a job that comes twice, late or for a run that has ended does nothing.
"""

from uuid import UUID

from django.conf import settings

QUEUE = "backtests"
TASK = "strategies.run_backtests"  # ``jobs.py`` holds it


def has_procrastinate() -> bool:
    return not settings.CONFIG.is_sqlite


def announce(backtest_id: UUID) -> None:
    """Inside the transaction in which the run begins to wait."""
    if has_procrastinate():
        from procrastinate.contrib.django import app

        app.configure_task(TASK, queue=QUEUE).defer(backtest_id=str(backtest_id))
