"""``python -m strategies.backtests.process``: a process that runs what waits, one run after another.

A server starts such processes and holds the other end of their standard input: when it is gone, in whatever way, they
give back what they were doing and end. ``manage.py run_backtests`` is the same without a server.
"""

import argparse
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from uuid import UUID

from strategies.backtests.worker import Worker


def listen(worker: Worker) -> None:
    """A byte on standard input is a ring, its end the end of the server."""
    while os.read(0, 4096):
        worker.ring()
    worker.stop()


@contextlib.contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    """SIGTERM and Ctrl-C end it in order."""
    before = {
        name: signal.signal(name, lambda _number, _frame: worker.stop()) for name in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def serve(worker: Worker) -> None:
    """Work until the worker is stopped, from the queue that this database has."""
    from strategies.backtests import bell  # models are there only when Django is set up

    if bell.has_procrastinate():
        from strategies.backtests import jobs

        jobs.work(worker)
    else:
        worker.work()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=UUID)
    parser.add_argument("--leave-after", type=float)
    chosen = parser.parse_args(arguments)
    worker = Worker(chosen.number, chosen.leave_after)
    with stopped_by_signals(worker):
        threading.Thread(target=listen, args=(worker,), name="server", daemon=True).start()
        _prepare()
        serve(worker)


def _prepare() -> None:
    os.umask(0o077)  # what a worker writes holds strategies: only its own user may read it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    import django

    django.setup()
    # the first run does not wait for it
    threading.Thread(target=_prepare_sandbox, name="sandbox-level", daemon=True).start()


def _prepare_sandbox() -> None:
    from strategies.engine.witness import MOST_QUESTIONS
    from strategies.sandbox import levels
    from strategies.sandbox.spare import SPARE

    level = levels.level()
    if level.runs:
        for copies in (0, MOST_QUESTIONS):  # a child for the run, and one for its witness
            SPARE.order(level.name, copies)


if __name__ == "__main__":
    main()
