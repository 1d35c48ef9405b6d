"""Tests the sandbox of this machine: the level, a good job, the canaries and, when asked, every escape program."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from strategies.sandbox import Level, level, self_test
from strategies.sandbox.escapes.attempts import Attempt, attempt_all
from strategies.sandbox.escapes.corpus import Escape, escapes
from strategies.sandbox.escapes.surroundings import Surroundings
from strategies.sandbox.escapes.table import markdown, write
from strategies.sandbox.good import check_good


class Command(BaseCommand):
    help = "Test the sandbox: its level, a good job, one canary for each thing that must fail; --escapes runs them all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--escapes", action="store_true", help="run every escape program and print the table")
        parser.add_argument("--group", default="", help="only the programs of this group (files, network, …)")
        parser.add_argument(
            "--level", choices=("full", "contained"), help="the level of the programs, if not this one's"
        )
        parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into this document, too")

    def handle(self, *args: Any, **options: Any) -> None:
        self._self_test()
        if options["escapes"] or options["group"] or options["write"]:
            name = options["level"] or level().name
            self._escapes(name, [item for item in escapes() if options["group"] in ("", item.group)], options["write"])

    def _self_test(self) -> None:
        report = self_test()
        self.stdout.write(f"level: {_named(report.level)}")
        for layer, value in report.layers.items():
            self.stdout.write(f"  {layer}: {value}")
        for item in report.canaries:
            self.stdout.write(f"canary {item.name}: {_verdict(item.contained)} ({item.end})")
        if not report.passed:
            raise CommandError(f"{report.level.reason} {report.level.detail}\n{report.level.cure}")
        self.stdout.write(f"A good job passes, and the sandbox holds ({report.seconds:.1f} s).")

    def _escapes(self, name: str, chosen: list[Escape], target: Path | None) -> None:
        def show(item: Attempt) -> None:
            verdict = _verdict(item.contained)
            line = f"{item.escape.group:12} {item.escape.name:28} {verdict:13} {item.end} ({item.seconds:.2f} s)"
            self.stdout.write(line if item.contained else f"{line} {item.detail}")

        self.stdout.write(f"\n{len(chosen)} programs at the level {name}:")
        with Surroundings() as surroundings:
            attempts = attempt_all(name, chosen, surroundings, show)
            changes = surroundings.changes()
        check_good(name)
        if target is not None:
            write(target, markdown(attempts))
        loose = [item.escape.name for item in attempts if not item.contained] + changes
        if loose:
            self.stderr.write("not contained: " + ", ".join(loose))
            sys.exit(1)
        self.stdout.write(f"{len(attempts)} of {len(attempts)} contained; nothing appeared; a good job still passes.")


def _named(found: Level) -> str:
    return f"{found.name} ({found.problem})" if found.problem else found.name


def _verdict(contained: bool) -> str:
    return "contained" if contained else "NOT CONTAINED"
