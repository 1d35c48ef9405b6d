"""Puts the bundled market data into the database; what is there stays as it is."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import IntegrityError

from strategies.data.bundles import bundles, missing


class Command(BaseCommand):
    help = "Load the market data that comes with Trademe; may be run again."
    requires_system_checks: list[str] = []  # every start runs it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be loaded, and load nothing")

    def handle(self, *args: Any, dry_run: bool, verbosity: int, **options: Any) -> None:
        wanted = missing()
        loaded = 0
        for bundle in wanted:
            if verbosity > 1 or dry_run:
                self.stdout.write(f"{'would load' if dry_run else 'loading'} {bundle.key}")
            if not dry_run:
                try:
                    bundle.load()
                except IntegrityError:
                    continue  # another process has loaded it meanwhile
                loaded += 1
        if verbosity:
            held = sum(1 for _bundle in bundles()) - len(wanted)
            self.stdout.write(f"load_datasets: {loaded} loaded, {held} were there")
