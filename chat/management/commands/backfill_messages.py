"""Brings conversations here from an export or from a database of the earlier system."""

from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from chat.backfill import lines
from chat.backfill.legacy import SourceUnreadable
from chat.backfill.report import Decision, Report
from chat.backfill.run import Import
from trademe.commands import Progress, add_limit

UNREADABLE = 2  # exit code
LISTED = 20  # decisions of one code that are shown, unless all are asked for


def _person(text: str) -> tuple[str, str]:
    number, equals, name = text.partition("=")
    if not (number and equals and name):
        raise ArgumentTypeError("expected NUMBER=USERNAME, for example 7=alice")
    return number.strip(), name.strip()


class Command(BaseCommand):
    help = (
        "Import conversations from a JSON Lines export or from a SQLite database of the earlier system. What is here "
        "stays as it is; each decision about a damaged row is told; a run that was cut off goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="read and report everything, and write nothing")
        add_limit(parser, "at most so many new conversations")
        parser.add_argument(
            "--user",
            type=_person,
            action="append",
            default=[],
            metavar="NUMBER=USERNAME",
            help="who a user there is here",
        )
        parser.add_argument("--owner", default="", metavar="USERNAME", help="who gets the rows of unknown users")
        parser.add_argument("--verbose", action="store_true", help=f"list every decision, not {LISTED} of a code")

    def handle(
        self, *args: Any, source: Path, dry_run: bool, limit: int | None, owner: str, verbose: bool, **options: Any
    ) -> None:
        people = dict(options["user"])
        for name in (*people.values(), *([owner] if owner else [])):
            if not get_user_model().objects.filter(username=name).exists():
                raise CommandError(f"backfill_messages: user-unknown: there is no user {name}", returncode=UNREADABLE)
        shown: Counter[str] = Counter()
        progress = Progress(self, "backfill_messages", "messages")

        def tell(decision: Decision) -> None:
            shown[decision.code] += 1
            if decision.code != "already-here" and (verbose or shown[decision.code] <= LISTED):
                progress.tell(f"{decision.code} {decision.where}: {decision.sentence}")

        report = Report(tell)
        try:
            with progress:
                if lines.is_export(source):
                    lines.ImportLines(report, owner, dry_run, limit, progress.at).run(source)
                else:
                    Import(report, people, owner, dry_run, limit, progress.at).run(source)
        except SourceUnreadable as error:
            raise CommandError(f"backfill_messages: {error.code}: {error}", returncode=UNREADABLE) from error
        except Error as error:
            words = (str(error).strip().splitlines() or [""])[0]
            raise CommandError(f"backfill_messages: database: {words}", returncode=UNREADABLE) from error
        finally:
            for line in report.summary():
                self.stdout.write(line)
        would = "would be " if dry_run else ""
        self.stdout.write(
            f"backfill_messages: {report.made['conversations']} conversations with {report.made['messages']} messages "
            f"{would}imported from {report.read} rows, {report.decisions['already-here']} were here already"
        )
