"""Fills in token counts and costs that the ledger lacks."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chat.backfill.usage import CODES, Backfill
from trademe.commands import Progress, add_limit, tell_counts


class Command(BaseCommand):
    help = "Fill in token counts and costs that the ledger lacks, from stored text and the price list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="compute and report, and change nothing")
        add_limit(parser, "look at no more than so many rows")

    def handle(self, *args: Any, dry_run: bool, limit: int | None, **options: Any) -> None:
        progress = Progress(self, "backfill_usage", "rows")
        run = Backfill(dry_run, progress.at)
        try:
            with progress:
                run.run(limit)
        finally:
            tell_counts(self, CODES, run.decided)
        would = "would be " if dry_run else ""
        filled = run.decided["tokens-estimated"]
        self.stdout.write(
            f"backfill_usage: {filled} counts and {run.decided['cost-computed']} costs {would}filled in, "
            f"{run.decided['call-added']} rows {would}added"
        )
