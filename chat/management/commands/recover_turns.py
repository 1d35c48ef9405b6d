"""Ends turns whose process died: what was streamed is folded into the reply, marked interrupted."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from chat import recovery
from chat.errors import Fenced
from trademe.commands import add_limit


class Command(BaseCommand):
    help = "End turns whose server process died: what was streamed becomes the reply, marked interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which turns would be ended")
        add_limit(parser, "end at most so many")

    def handle(self, *args: Any, dry_run: bool, limit: int | None, **options: Any) -> None:
        ended = spared = 0
        for suspect in self._dead()[:limit]:
            if dry_run:
                self.stdout.write(f"would end turn {suspect.turn_id} of conversation {suspect.conversation_id}")
                ended += 1
            elif self._end(suspect):
                self.stdout.write(f"ended turn {suspect.turn_id} of conversation {suspect.conversation_id}")
                ended += 1
            else:
                spared += 1
        words = "would be ended" if dry_run else "ended"
        self.stdout.write(f"recover_turns: {ended} turns {words}, {spared} found alive")

    def _dead(self) -> list[recovery.Suspect]:
        """Two looks: an expired lease alone ends nothing."""
        observer = recovery.Observer()
        first = recovery.suspects()
        if not first:
            return []
        observer.dead(first)
        time.sleep(recovery.OBSERVE_SECONDS)
        return observer.dead(recovery.suspects())

    @staticmethod
    def _end(suspect: recovery.Suspect) -> bool:
        try:
            with transaction.atomic():
                recovery.interruption(suspect).run()
        except Fenced:
            return False
        return True
