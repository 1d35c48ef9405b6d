"""Makes the versions that stored replies should have and have not."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from strategies.backfill import CODES, Backfill


class Command(BaseCommand):
    help = "Make the versions that stored replies should have and have not, checked as those of live replies are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="check and report, and make none")
        parser.add_argument("--limit", type=int, metavar="N", help="at most so many versions")

    def handle(self, *args: Any, dry_run: bool, limit: int | None, **options: Any) -> None:
        run = Backfill(dry_run, self._tell)
        try:
            run.run(limit)
        finally:
            for code, sentence in CODES.items():
                if run.decided[code]:
                    self.stdout.write(f"{code}: {run.decided[code]} ({sentence})")
        would = "would be " if dry_run else ""
        looked_at = sum(run.decided.values())
        self.stdout.write(
            f"backfill_strategies: {run.decided['version-made']} versions {would}made of {looked_at} replies"
        )

    def _tell(self, code: str, reply: UUID, reason: str) -> None:
        why = " ".join(reason.split())[:300]
        self.stdout.write(f"{code} message={reply}" + (f": {why}" if why else ""))
