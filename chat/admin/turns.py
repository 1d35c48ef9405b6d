"""Turns, and the summaries that stood in for what they left out."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.admin.ledger import link_to_calls
from chat.models import Summary, Turn
from chat.models.turn import TurnStatus
from trademe.admin import TextAdmin
from trademe.operations.filters import ModelFilter, by_person


class HasErrorFilter(admin.SimpleListFilter):
    title = gettext_lazy("error")
    parameter_name = "error"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("With an error"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.exclude(error_code="") if self.value() == "yes" else queryset


@admin.register(Turn)
class TurnAdmin(TextAdmin):
    list_display = (
        "id",
        "conversation_link",
        "user",
        "command",
        "purpose",
        "status",
        "error_code",
        "provider",
        "model",
        "chars",
        "started_at",
        "seconds",
    )
    list_filter = (by_person("user"), ModelFilter, "status", "command", "purpose", "started_at", HasErrorFilter)
    list_select_related = ("user",)
    search_fields = ("user__username", "model", "error_code")
    id_search_fields = ("pk", "request_id", "conversation", "reply_id")
    ordering = ("-started_at",)
    fields = (
        "id",
        "conversation_link",
        "user",
        "request_id",
        "command",
        "purpose",
        "language",
        "status",
        "stop_requested",
        "user_message",
        "reply",
        "continues",
        "last_seq",
        "chars",
        "digest",
        "choice",
        "provider",
        "model",
        "prompt_version",
        "summary_link",
        "left_out",
        "stop_reason",
        "error_code",
        "error_message",
        "error_retryable",
        "started_at",
        "ended_at",
        "calls",
    )
    readonly_fields = fields

    @admin.display(description=gettext_lazy("seconds"))
    def seconds(self, turn: Turn) -> str:
        if turn.ended_at is None:
            return str(TurnStatus(turn.status).label)
        return f"{(turn.ended_at - turn.started_at).total_seconds():.1f}"

    @admin.display(description=gettext_lazy("reply"))
    def reply(self, turn: Turn) -> SafeString | str:
        if turn.is_running:
            return _("Still being written")
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:chat_message_change", args=[turn.reply_id]), turn.reply_id
        )

    @admin.display(description=gettext_lazy("summary"))
    def summary_link(self, turn: Turn) -> SafeString | str:
        if turn.summary_id is None:
            return "–"
        url = reverse("admin:chat_summary_change", args=[turn.summary_id])
        return format_html('<a href="{}">{}</a>', url, turn.summary_id)

    @admin.display(description=gettext_lazy("model calls"))
    def calls(self, turn: Turn) -> SafeString | str:
        return link_to_calls(turn.pk)


@admin.register(Summary)
class SummaryAdmin(TextAdmin):
    only_texts = True
    list_display = ("pk", "conversation_link", "messages", "language", "model", "created_at")
    list_filter = ("language",)
    search_fields = ("model",)
    id_search_fields = ("conversation", "upto")
    ordering = ("-pk",)
    fields = ("conversation_link", "upto", "messages", "language", "model", "prompt_version", "created_at", "words")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Summary]:
        queryset: QuerySet[Summary] = super().get_queryset(request)
        return queryset.defer("text")

    @admin.display(description=gettext_lazy("text"))
    def words(self, summary: Summary) -> SafeString:
        return format_html("<pre>{}</pre>", summary.text)
