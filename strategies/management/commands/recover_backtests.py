"""Ends runs whose worker died in the middle."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chat import recovery
from strategies.backtests import claims
from strategies.backtests.watch import suspects


class Command(BaseCommand):
    help = "End backtests whose worker process died. Servers do the same by themselves within seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which runs would be ended")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        ended = spared = 0
        for suspect in _dead():
            if dry_run:
                self.stdout.write(f"would end backtest {suspect.turn_id}")
                ended += 1
            elif claims.lose(suspect.turn_id, suspect.token, suspect.lease):
                self.stdout.write(f"ended backtest {suspect.turn_id}")
                ended += 1
            else:
                spared += 1
        words = "would be ended" if dry_run else "ended"
        self.stdout.write(f"recover_backtests: {ended} runs {words}, {spared} found alive")


def _dead() -> list[recovery.Suspect]:
    """Two looks: an expired lease alone ends nothing."""
    observer = recovery.Observer()
    first = [suspect for suspect in suspects() if suspect.overdue]
    if not first:
        return []
    observer.dead(first)
    time.sleep(recovery.OBSERVE_SECONDS)
    return observer.dead([suspect for suspect in suspects() if suspect.overdue])
