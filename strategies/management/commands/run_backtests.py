"""A worker for backtests that belongs to no server: on another machine, or beside servers that start none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from strategies.backtests import bell, process
from strategies.backtests.worker import Worker


class Command(BaseCommand):
    help = "Run backtests until told to end (SIGTERM or Ctrl-C): a run that goes on then waits for the next worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what waits now, then end")
        parser.add_argument("--dry-run", action="store_true", help="only say how many runs wait")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            from strategies.models import Backtest, BacktestState

            waiting = Backtest.objects.filter(state=BacktestState.QUEUED).count()
            self.stdout.write(f"run_backtests: {waiting} runs wait")
            return
        own = Worker()
        with process.stopped_by_signals(own):
            if options["once"]:
                self._run_once(own)
            else:
                queue = "procrastinate" if bell.has_procrastinate() else "the database"
                self.stdout.write(f"run_backtests: worker {own.number} listens to {queue}; Ctrl-C ends it")
                process.serve(own)

    def _run_once(self, own: Worker) -> None:
        count = 0
        while not own.stopping and own.run_next():
            count += 1
        self.stdout.write(f"run_backtests: {count} runs carried out")
