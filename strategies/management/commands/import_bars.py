"""Imports bars from a CSV file, for one person or for all."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from strategies.data.csv_import import ImportRefused, Report, read_file
from strategies.data.imports import add_dataset
from strategies.models import Dataset
from trademe.accounts.models import User


class Command(BaseCommand):
    help = (
        "Import bars from a CSV file. Everything that is odd about the file is told by line; nothing is half imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--instrument", required=True, help="for example MSFT or BTC/USDT")
        parser.add_argument("--timeframe", required=True, choices=Dataset.Timeframe.values)
        parser.add_argument("--kind", choices=Dataset.Kind.values, default=Dataset.Kind.STOCK)
        parser.add_argument("--timezone", default="UTC", help="of times that name none (default: UTC)")
        parser.add_argument("--owner", help="user name; without, everybody sees the bars")
        parser.add_argument("--source", default="", help="where the bars come from, in words")
        parser.add_argument("--licence", default="", help="what allows to keep them")
        parser.add_argument("--dry-run", action="store_true", help="read and report, and import nothing")

    def handle(self, *args: Any, file: Path, owner: str | None, dry_run: bool, **options: Any) -> None:
        person = None
        if owner is not None:
            person = User.objects.filter(username=owner).first()
            if person is None:
                raise CommandError(f"import_bars: there is no user {owner}")
        try:
            bars, report = read_file(file, options["timeframe"], options["timezone"])
            self._tell(report)
            if dry_run:
                self.stdout.write(f"import_bars: {len(bars)} bars could be imported")
                return
            made = add_dataset(
                bars,
                report=asdict(report),
                owner=person,
                instrument=options["instrument"],
                kind=options["kind"],
                timeframe=options["timeframe"],
                source=options["source"] or file.name,
                licence=options["licence"],
            )
        except ImportRefused as error:
            if error.report is not None:
                self._tell(error.report)
            raise CommandError(f"import_bars: {error.code}: {error}") from error
        self.stdout.write(f"import_bars: {made.bar_count} bars imported as {made.key}")

    def _tell(self, report: Report) -> None:
        columns = ", ".join(f"{name} = {column}" for name, column in report.columns.items())
        self.stdout.write(f"{report.rows} rows, {report.encoding}, {columns}")
        for sentence in report.sentences():
            self.stdout.write(f"  {sentence}")
