"""Removes images that nobody will see: never sent, and of deleted conversations."""

from itertools import chain, islice
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chat.attachments import cleaning
from trademe.commands import add_limit


class Command(BaseCommand):
    help = "Remove images uploaded more than a day ago and never sent, and those of deleted conversations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
        add_limit(parser, "remove at most so many")

    def handle(self, *args: Any, dry_run: bool, limit: int | None, **options: Any) -> None:
        found = chain(cleaning.unsent().iterator(), cleaning.of_deleted().iterator())
        removed = 0
        for unseen in islice(found, limit):
            if dry_run or cleaning.clean_one(unseen):  # a message may have taken it meanwhile
                self.stdout.write(f"{'would remove' if dry_run else 'removed'} attachment {unseen.pk}")
                removed += 1
        self.stdout.write(f"clean_attachments: {removed} {'would be removed' if dry_run else 'removed'}")
