"""Makes the versions that stored replies should have and have not."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from strategies.backfill import CODES, Backfill
from trademe.commands import Progress, add_limit, tell_counts


class Command(BaseCommand):
    help = "Make the versions that stored replies should have and have not, checked as those of live replies are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="check and report, and make none")
        add_limit(parser, "at most so many versions")

    def handle(self, *args: Any, dry_run: bool, limit: int | None, **options: Any) -> None:
        progress = Progress(self, "backfill_strategies", "replies")

        def tell(code: str, reply: UUID, reason: str) -> None:
            why = " ".join(reason.split())[:300]
            progress.tell(f"{code} message={reply}" + (f": {why}" if why else ""))

        run = Backfill(dry_run, tell, progress.at)
        try:
            with progress:
                run.run(limit)
        finally:
            tell_counts(self, CODES, run.decided)
        would = "would be " if dry_run else ""
        looked_at = sum(run.decided.values())
        self.stdout.write(
            f"backfill_strategies: {run.decided['version-made']} versions {would}made of {looked_at} replies"
        )
