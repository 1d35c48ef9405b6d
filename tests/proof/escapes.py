"""The escape programs, through the real launcher, at each level that this machine has."""

from collections.abc import Callable, Iterator

from strategies.sandbox.commands import CONTAINED, FULL
from strategies.sandbox.errors import SandboxError
from strategies.sandbox.escapes.attempts import Attempt, attempt_all
from strategies.sandbox.escapes.corpus import GROUPS, escapes
from strategies.sandbox.escapes.surroundings import Surroundings
from strategies.sandbox.good import check_good
from tests.proof.row import Row, not_run, row

LEVELS = (FULL, CONTAINED)


def rows(say: Callable[[str], None]) -> Iterator[Row]:
    """One row for each group of programs at each level, and one for what they left behind."""
    for level in LEVELS:
        try:
            layers = check_good(level).layers
        except SandboxError as error:
            yield not_run(f"sandbox, {level}", "escape programs", str(error))
            continue
        yield from _at(level, f"sandbox, {level} ({_words(layers)})", say)


def _at(level: str, part: str, say: Callable[[str], None]) -> Iterator[Row]:
    with Surroundings() as surroundings:
        attempts = attempt_all(level, escapes(), surroundings)
        changes = surroundings.changes()
    try:
        check_good(level)
    except SandboxError as error:
        changes.append(f"a good job fails afterwards: {error}")
    for group in GROUPS:
        yield _group(part, group, [item for item in attempts if item.escape.group == group])
    yield Row(part, "nothing left behind, a good job passes afterwards", int(not changes), 1, off=tuple(changes))
    say(f"sandbox, {level}: {sum(item.contained for item in attempts)} of {len(attempts)} contained")


def _group(part: str, group: str, attempts: list[Attempt]) -> Row:
    off = {item.escape.name: f"{item.end}, {item.detail}" for item in attempts if not item.contained}
    return row(part, f"programs that go for: {group}", off, len(attempts))


def _words(layers: dict[str, object]) -> str:
    """What the kernel gives, as the child says before any code runs."""
    return ", ".join(f"{name} {value}" for name, value in layers.items())
