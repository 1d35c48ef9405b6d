"""What the management commands share: a limit, and progress as a bar on a terminal or as lines of a log."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from django.core.management.base import BaseCommand, OutputWrapper
from tqdm import tqdm

LOG_SECONDS = 10.0  # between two lines of the plain log
REDRAW_SECONDS = 0.1  # between two states of the bar


def add_limit(parser: ArgumentParser, help: str) -> None:
    """``--limit N``; N is 0 or more, so that it never counts from the other end."""
    parser.add_argument("--limit", type=_count, metavar="N", help=help)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError("expected a number of 0 or more")
    return int(text)


def tell_counts(command: BaseCommand, sentences: Mapping[str, str], counts: Mapping[str, int]) -> None:
    """A line for each decision that was met, with its sentence."""
    for code, sentence in sentences.items():
        if counts.get(code):
            command.stdout.write(f"{code}: {counts[code]} ({sentence})")


class Progress:
    """How far a command is, on its standard error; as a context manager, it is gone when the work is.

    On a terminal a bar with rate and remaining time, or a count where nobody knows the end; elsewhere a line every
    ``LOG_SECONDS``, so that a log tells the same.
    """

    def __init__(self, command: BaseCommand, name: str, noun: str) -> None:
        self._command, self._name, self._noun = command, name, noun
        self._bar: tqdm[Any] | None = None
        if command.stderr.isatty():
            shape: dict[str, Any] = {"unit": f" {noun}", "desc": name, "leave": False, "dynamic_ncols": True}
            self._bar = tqdm(file=_Unended(command.stderr), mininterval=REDRAW_SECONDS, **shape)
        self._logged = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def at(self, done: int, total: int = 0, noun: str = "") -> None:
        """``done`` rows of ``total`` (0: nobody knows); another ``noun`` begins another count."""
        if noun and noun != self._noun:
            self._noun = noun
            if self._bar is not None:
                self._bar.unit = f" {noun}"
                self._bar.reset()
        if self._bar is not None:
            self._bar.total = total or None
            self._bar.update(done - self._bar.n)
        elif time.monotonic() - self._logged >= LOG_SECONDS:
            self._logged = time.monotonic()
            of = f" of {total}" if total else ""
            self._command.stderr.write(f"{self._name}: {done}{of} {self._noun}", style_func=str)

    def tell(self, line: str) -> None:
        """A line of the command's output, above the bar."""
        if self._bar is not None:
            self._bar.clear()
        self._command.stdout.write(line)
        if self._bar is not None:
            self._bar.refresh()


class _Unended:
    """A command's stream, to which a bar writes as it is: Django's ends each text with a line and colours errors."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        self._stream.write(text, style_func=str, ending="")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
