"""Conversations that the staff takes out, as ``export_conversations`` writes them; each is in the access log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from chat import portable, transcript
from trademe.operations import access

Form = Literal["jsonl", "markdown"]
MOST_CONVERSATIONS = 500
MOST_BYTES = 64 * 1024 * 1024  # of one page's answer, which is held in memory; the command has no limit
KINDS = {"jsonl": ("application/x-ndjson", "jsonl"), "markdown": ("text/markdown; charset=utf-8", "md")}


class TooMuch(Exception):
    """More than a page may hold; the command writes it."""


@dataclass(frozen=True, slots=True)
class Export:
    """``running`` conversations were left out: a reply of theirs is being written."""

    body: bytes
    form: Form
    exported: list[UUID]
    running: list[UUID]


def may(request: HttpRequest) -> bool:
    return access.may(request, "export_texts") and access.may(request, "read_texts")


def export(request: HttpRequest, conversations: Sequence[UUID], form: Form) -> Export:
    """All of them in one text, for somebody who may; raises TooMuch before anything is logged."""
    if len(conversations) > MOST_CONVERSATIONS:
        raise TooMuch
    parts = [portable.first_line()] if form == "jsonl" else []
    size, exported, running = 0, [], []
    for pk in conversations:
        lines: list[bytes] = []
        try:
            for line in portable.conversation_lines(pk) if form == "jsonl" else transcript.markdown(pk):
                size += len(line)
                if size > MOST_BYTES:
                    raise TooMuch
                lines.append(line)
        except portable.Running:
            running.append(pk)
            continue
        parts.extend(lines)
        exported.append(pk)
    access.log(request, access.Action.EXPORT, form, exported)
    return Export(b"".join(parts), form, exported, running)


def download(made: Export, name: str) -> HttpResponse:
    kind, suffix = KINDS[made.form]
    response = HttpResponse(made.body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return response
