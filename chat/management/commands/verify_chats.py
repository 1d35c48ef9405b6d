"""Proves the integrity of the database: every promise about rows is checked, whoever writes meanwhile."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection, connections

from chat import verification
from chat.models import Conversation
from chat.verification import Finding, Scope, Severity, Verification
from trademe.commands import Progress

BROKEN, NOT_PROVEN = 1, 2  # exit codes


class Command(BaseCommand):
    help = (
        "Prove that no turn, reply, version or ledger row is missing, doubled or changed; exit 1 and a list if one is."
    )
    requires_system_checks: list[str] = []  # the fault rig runs this after every case; half of its time would be checks

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="accepted like by every command: nothing is written")
        parser.add_argument("--conversation", type=UUID, metavar="UUID", help="look at this conversation only")
        parser.add_argument("--json", action="store_true", help="one finding a line, as JSON; the summary to stderr")

    def handle(self, *args: Any, conversation: UUID | None, json: bool, **options: Any) -> None:
        try:
            errors = self._verify(conversation, json)
        except Error as error:
            words = str(error).strip().splitlines() or [""]
            raise CommandError(
                f"verify_chats: the database could not be read ({type(error).__name__}: {words[0]})",
                returncode=NOT_PROVEN,
            ) from error
        if errors:
            sys.exit(BROKEN)

    def _verify(self, conversation: UUID | None, as_json: bool) -> int:
        _use_own_connection()
        _require_database()
        if conversation and not Conversation.objects.filter(pk=conversation).exists():
            raise CommandError(f"verify_chats: there is no conversation {conversation}", returncode=NOT_PROVEN)
        verification.load()
        counts = dict.fromkeys(Severity, 0)
        with Progress(self, "verify_chats", "rows") as progress:
            run = Verification(Scope(conversation), progress=lambda noun, rows: progress.at(rows, noun=noun))
            for finding in run.findings():
                counts[finding.severity] += 1
                progress.tell(_as_json(finding) if as_json else _as_text(finding))
        looked_at = ", ".join(f"{rows} {noun}" for noun, rows in run.looked_at.items())
        summary = f"verify_chats: {counts[Severity.ERROR]} errors, {counts[Severity.NOTE]} notes in {looked_at}"
        (self.stderr if as_json else self.stdout).write(summary)
        return counts[Severity.ERROR]


def _use_own_connection() -> None:
    """One connection needs no pool, and without it a database that is away is told at once."""
    wrapper: Any = connections["default"]
    if wrapper.vendor == "postgresql" and wrapper.connection is None:
        wrapper = wrapper.copy()
        wrapper.settings_dict["OPTIONS"].pop("pool", None)
        connections["default"] = wrapper


def _require_database() -> None:
    """Connecting to an SQLite file that is not there would make an empty one."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not (Path(name).exists() or "memory" in name):
        raise CommandError(f"verify_chats: there is no database at {name}", returncode=NOT_PROVEN)


def _as_text(finding: Finding) -> str:
    ids = " ".join(f"{name}={value}" for name, value in finding.ids.items())
    return f"{finding.severity} {finding.code}: {finding.message} [{ids}]"


def _as_json(finding: Finding) -> str:
    return json.dumps(
        {"code": finding.code, "severity": finding.severity, "message": finding.message, "ids": finding.ids},
        ensure_ascii=False,
    )
