"""The queue on PostgreSQL: procrastinate wakes a worker, on this machine or another, as soon as a run waits.

A job only says "look": what is run, and that it is run once, is decided by the row (``claims.claim``).
"""

import asyncio
from uuid import UUID

import structlog
from procrastinate import exceptions
from procrastinate.contrib.django import app

from strategies.backtests.bell import QUEUE, TASK
from strategies.backtests.worker import Worker

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 0.2  # between two looks at the wish to end
POLL_SECONDS = 5.0  # a lost notification delays a run by so much
AGAIN_SECONDS = 1.0  # after the database went away

_worker: Worker | None = None  # of this process


@app.task(name=TASK, queue=QUEUE)
def run_backtests(backtest_id: str) -> None:
    """The run that it was deferred for, and all others that wait."""
    worker = _worker or Worker()
    worker.run_next(UUID(backtest_id))
    run_all(worker)


def run_all(worker: Worker) -> None:
    """Everything that waits, whether there is a job for it or not."""
    while not worker.stopping and worker.run_next():
        pass


def work(worker: Worker) -> None:
    """Listen until the worker shall stop; blocks."""
    global _worker
    _worker = worker
    asyncio.run(_work(worker))


async def _work(worker: Worker) -> None:
    while not worker.done:
        try:
            await asyncio.to_thread(worker.attempt, run_all)
            await _listen(worker)
        except (exceptions.ConnectorException, OSError) as error:
            logger.info("worker waits for the database", error=type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)


async def _listen(worker: Worker) -> None:
    """One life of the listening connection."""
    with app.replace_connector(app.connector.get_worker_connector()) as listening:  # type: ignore[attr-defined]
        async with listening.open_async():
            task = asyncio.create_task(
                listening.run_worker_async(
                    queues=[QUEUE],
                    concurrency=1,
                    fetch_job_polling_interval=POLL_SECONDS,
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
            )
            while not worker.done and not task.done():
                await asyncio.wait([task], timeout=LOOK_SECONDS)
            task.cancel()  # waits for the run, which gives itself back
            await asyncio.gather(task, return_exceptions=worker.done)
