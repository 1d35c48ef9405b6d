"""Writes conversations out: as JSON Lines that ``backfill_messages`` reads back, or as Markdown to read."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from chat import portable, transcript
from chat.models import Conversation
from trademe.commands import Progress, add_limit

REFUSED = 2  # exit code
PAGE = 500


class _Text(BytesIO):
    """Bytes for a caller that collects text."""

    def __init__(self, out: Any) -> None:
        super().__init__()
        self._out = out

    def writelines(self, lines: Iterable[Any]) -> None:
        for line in lines:
            self.write(line)

    def write(self, data: Any) -> int:
        self._out.write(bytes(data).decode(), ending="")
        return len(data)


class Command(BaseCommand):
    help = "Write conversations as JSON Lines (backfill_messages reads them back to the same rows) or as Markdown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", action="append", default=[], metavar="USERNAME", help="only this person's")
        parser.add_argument(
            "--conversation", type=UUID, action="append", default=[], metavar="UUID", help="only this one"
        )
        parser.add_argument("--format", choices=("jsonl", "markdown"), default="jsonl")
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="made with mode 0600 (default: standard output)"
        )
        add_limit(parser, "at most so many conversations")
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(
        self, *args: Any, format: str, output: Path | None, limit: int | None, dry_run: bool, **options: Any
    ) -> None:
        wanted = self._wanted(options["user"], options["conversation"])
        count = wanted.count() if limit is None else min(wanted.count(), limit)
        if dry_run:
            self.stderr.write(f"export_conversations: {count} conversations would be exported")
            return
        exported = running = 0
        with self._target(output) as target, Progress(self, "export_conversations", "conversations") as progress:
            if format == "jsonl":
                target.write(portable.first_line())
            for pk in self._ids(wanted, limit):
                lines = portable.conversation_lines(pk) if format == "jsonl" else transcript.markdown(pk)
                try:
                    target.writelines(lines)
                    exported += 1
                except portable.Running:
                    running += 1
                    self.stderr.write(f"running {pk}: a reply is being streamed, so the conversation was left out")
                progress.at(exported + running, count)
        self.stderr.write(f"export_conversations: {exported} conversations exported, {running} left out")
        if running:
            sys.exit(1)

    @staticmethod
    def _wanted(names: list[str], ids: list[UUID]) -> "QuerySet[Conversation]":
        wanted = Conversation.objects.filter(deleted_at__isnull=True)
        for name in names:
            if not get_user_model().objects.filter(username=name).exists():
                raise CommandError(f"export_conversations: user-unknown: there is no user {name}", returncode=REFUSED)
        if names:
            wanted = wanted.filter(owner__username__in=names)
        for pk in ids:
            if not wanted.filter(pk=pk).exists():
                raise CommandError(
                    f"export_conversations: not-found: there is no conversation {pk}", returncode=REFUSED
                )
        return wanted.filter(pk__in=ids) if ids else wanted

    @staticmethod
    def _ids(wanted: "QuerySet[Conversation]", limit: int | None) -> Iterator[UUID]:
        """In order of their ids, which never changes, a page at a time."""
        after, given = None, 0
        while limit is None or given < limit:
            page = wanted.order_by("pk").values_list("pk", flat=True)
            ids = list((page if after is None else page.filter(pk__gt=after))[:PAGE])
            ids = ids if limit is None else ids[: limit - given]
            if not ids:
                return
            yield from ids
            after, given = ids[-1], given + len(ids)

    @contextmanager
    def _target(self, output: Path | None) -> Iterator[BinaryIO]:
        """A file appears under its name when it is whole."""
        if output is None:
            target = getattr(self.stdout, "buffer", None) or _Text(self.stdout)
            yield target
            target.flush()
            return
        partial = output.with_name(output.name + ".partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        partial.replace(output)
