"""Imports bars from a CSV file, for one person or for all."""

from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from strategies.data.csv_form import ENCODINGS
from strategies.data.csv_import import ImportRefused, Options, Report, read_file
from strategies.data.imports import add_dataset
from strategies.models import Dataset
from trademe.accounts.models import User


def _columns(text: str) -> dict[str, int]:
    try:
        return {name.strip(): int(place) for name, _equals, place in (item.partition("=") for item in text.split(","))}
    except ValueError as error:
        raise ArgumentTypeError("expected time=0,open=1,high=2,low=3,close=4,volume=5") from error


def _options(given: dict[str, Any]) -> Options:
    return Options(
        timeframe=given["timeframe"],
        timezone=given["timezone"],
        always_open=given["kind"] == Dataset.Kind.CRYPTO,
        columns=given["columns"],
        encoding=given["encoding"],
        date_order=given["date_order"],
        decimal=given["decimal"],
        adjust=given["adjust"],
        leave_out=given["leave_out_bad_rows"],
    )


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
        parser.add_argument(
            "--columns",
            type=_columns,
            metavar="time=0,open=1,…",
            help="the columns, from 0, where the file does not say",
        )
        parser.add_argument(
            "--encoding", default="", help=f"for example {', '.join(ENCODINGS)} (default: told from the file)"
        )
        parser.add_argument("--date-order", choices=("dmy", "mdy"), default="", help="of dates such as 03/04/2024")
        parser.add_argument(
            "--decimal", choices=(".", ","), default="", help="the decimal mark (default: told from the file)"
        )
        parser.add_argument("--adjust", action="store_true", help="adjust prices by the column of the adjusted close")
        parser.add_argument(
            "--leave-out-bad-rows", action="store_true", help="import the others, where rows cannot be bars"
        )
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
            bars, report = read_file(file, _options(options))
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
