"""Removes images that nobody will see: never sent, of deleted conversations, and files that no row names."""

from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chat.attachments import cleaning, files
from chat.models import Attachment


class Command(BaseCommand):
    help = "Remove images uploaded more than a day ago and never sent, those of deleted conversations, and stray files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
        parser.add_argument("--limit", type=int, help="remove at most so many")

    def handle(self, *args: Any, dry_run: bool, limit: int | None, **options: Any) -> None:
        rows = chain(cleaning.unsent().iterator(), cleaning.of_deleted().iterator())
        found: chain[Attachment | Path] = chain(rows, cleaning.nameless_files())
        removed = 0
        for unseen in islice(found, limit):
            if dry_run:
                self.stdout.write(f"would remove {self._name(unseen)}")
                removed += 1
            elif self.process_one(unseen):
                self.stdout.write(f"removed {self._name(unseen)}")
                removed += 1
        words = "would be removed" if dry_run else "removed"
        self.stdout.write(f"clean_attachments: {removed} {words}")

    @staticmethod
    def process_one(unseen: Attachment | Path) -> bool:
        """Whether it is gone; a message may have taken it meanwhile."""
        if isinstance(unseen, Attachment):
            return cleaning.clean_one(unseen)
        files.remove_path(unseen)
        return True

    @staticmethod
    def _name(unseen: Attachment | Path) -> str:
        return f"attachment {unseen.pk}" if isinstance(unseen, Attachment) else f"file {unseen.name}"
