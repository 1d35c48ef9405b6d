"""What ``verify_chats`` finds, in words, with a button where it can be mended."""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from chat import runtime, verification
from chat.models import Turn
from chat.models.turn import TurnStatus
from chat.verification import Finding, Scope, Verification
from trademe.operations import access
from trademe.operations.repairs import REPAIRS, Repair

if TYPE_CHECKING:
    from django.utils.functional import Promise

MOST_FINDINGS = 200
MOST_SECONDS = 20.0  # of a request; the command has no limit
LONG_MINUTES = 10
RECENT_DAYS = 7


# codes of docs/verification.md by what they mean to whoever keeps the promise
QUESTIONS: "dict[str | Promise, frozenset[str]]" = {
    gettext_lazy("Announced but not stored"): frozenset(
        {"reply-missing", "reply-differs", "reply-misplaced", "question-missing", "journal-gap", "journal-differs"}
    ),
    gettext_lazy("Orphans"): frozenset(
        {
            "turn-without-conversation",
            "message-without-conversation",
            "message-without-turn",
            "parent-missing",
            "continued-missing",
            "journal-orphan",
            "version-without-strategy",
        }
    ),
    gettext_lazy("Versions without message"): frozenset({"version-without-message", "version-unfinished"}),
    gettext_lazy("Gaps in numbers"): frozenset({"sequence-hole", "version-gap", "spec-gap"}),
}


@dataclass(frozen=True, slots=True)
class Shown:
    finding: Finding
    repair: Repair | None


@dataclass(frozen=True, slots=True)
class Result:
    shown: list[Shown]
    looked_at: dict[str, int]
    whole: bool

    @property
    def sums(self) -> list[tuple["str | Promise", int]]:
        """Findings of each question that an operator asks; the last are those of no question."""
        counts = Counter(row.finding.code for row in self.shown)
        asked = [(label, sum(counts[code] for code in codes)) for label, codes in QUESTIONS.items()]
        return [*asked, (_("Anything else"), len(self.shown) - sum(count for _label, count in asked))]


class _TooLong(Exception):
    """The time of a request is over; what was found until then is shown as a part."""


@require_http_methods(["GET", "POST"])
def integrity(request: HttpRequest) -> HttpResponse:
    """GET shows the counts; POST looks at everything, or at one conversation."""
    access.require(request, "verify")
    text = request.POST.get("conversation", "").strip()
    scope, problem = Scope(), ""
    try:
        scope = Scope(UUID(text)) if text else Scope()
    except ValueError:
        problem = _("This is no conversation's number.")
    result = _look(scope) if request.method == "POST" and not problem else None
    running = Turn.objects.filter(status=TurnStatus.RUNNING)
    now = timezone.now()
    recent = Turn.objects.filter(started_at__gte=now - timedelta(days=RECENT_DAYS))
    long = Q(started_at__lt=now - timedelta(minutes=LONG_MINUTES))
    turns = reverse("admin:chat_turn_changelist")
    context = {
        **admin.site.each_context(request),
        "title": _("Integrity"),
        "counts": [
            (_("Turns running"), running.count(), f"{turns}?status__exact=running"),
            (_("Running for more than %d minutes") % LONG_MINUTES, running.filter(long).count(), ""),
            (_("Writes of this process that wait for the database"), _waiting_writes(), ""),
            (
                _("Interrupted in the last %d days") % RECENT_DAYS,
                recent.filter(status=TurnStatus.INTERRUPTED).count(),
                f"{turns}?status__exact=interrupted",
            ),
        ],
        "result": result,
        "conversation": text,
        "problem": problem,
        "repairs": access.may(request, "repair"),
    }
    return render(request, "admin/operations/integrity.html", context, status=400 if problem else 200)


@require_POST
def repair(request: HttpRequest) -> HttpResponse:
    """Do one repair; it looks again first, and is written down whether or not it changed anything."""
    access.require(request, "repair")
    code = request.POST.get("code", "")
    try:
        conversation = UUID(request.POST.get("conversation", ""))
        turn = UUID(request.POST["turn"]) if request.POST.get("turn") else None
    except ValueError:
        return HttpResponseBadRequest(_("This is no conversation's number."))
    if code not in REPAIRS:
        return HttpResponseBadRequest(_("There is no such repair."))
    access.log_repair(request, f"{code} {turn or ''}".strip(), conversation)
    if REPAIRS[code].act(conversation, turn):
        messages.success(request, _("Repaired: %s") % code)
    else:
        messages.warning(request, _("Nothing was changed: what was found is not so any more."))
    return HttpResponseRedirect(reverse("operations-pages:integrity"))


def _waiting_writes() -> int:
    running = runtime.current()
    return running.writer.waiting if running is not None else 0


def _look(scope: Scope) -> Result:
    verification.load()
    began = time.monotonic()

    def in_time(noun: str, rows: int) -> None:
        if time.monotonic() - began > MOST_SECONDS:
            raise _TooLong

    run = Verification(scope, progress=in_time)
    shown: list[Shown] = []
    whole = True
    try:
        for finding in run.findings():
            shown.append(Shown(finding, REPAIRS.get(finding.code)))
            if len(shown) >= MOST_FINDINGS:
                whole = False
                break
    except _TooLong:
        whole = False
    return Result(shown, run.looked_at, whole)
