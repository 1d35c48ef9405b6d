"""Strategies, versions, specs and datasets: to be read; a version never changes, and bars never do."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from strategies.models import Backtest, Dataset, Strategy, StrategySpec, StrategyVersion
from trademe.admin import RecordAdmin, TextAdmin


@admin.register(Strategy)
class StrategyAdmin(TextAdmin):
    only_texts = True
    text_fields = ("name",)
    text_search = ("name",)
    list_display = ("id", "name", "kind", "owner", "conversation_link", "version_link", "is_archived", "updated_at")
    list_filter = ("kind", ("archived_at", admin.EmptyFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("owner__username",)
    id_search_fields = ("conversation",)
    ordering = ("-updated_at",)
    fields = ("name", "kind", "owner", "conversation_link", "version_link", "archived_at", "created_at", "updated_at")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("archived"), boolean=True)
    def is_archived(self, strategy: Strategy) -> bool:
        return strategy.archived_at is not None

    @admin.display(description=gettext_lazy("versions"), ordering="last_number")
    def version_link(self, strategy: Strategy) -> SafeString:
        url = f"{reverse('admin:strategies_strategyversion_changelist')}?strategy__id__exact={strategy.pk}"
        count = strategy.last_number
        return format_html('<a href="{}">{}</a>', url, ngettext("%d version", "%d versions", count) % count)


@admin.register(StrategyVersion)
class StrategyVersionAdmin(TextAdmin):
    only_texts = True
    conversation_field = "strategy.conversation_id"
    text_fields = ("strategy", "run_reason")
    text_search = ("strategy__name",)
    list_display = ("__str__", "conversation_link", "strategy", "number", "origin", "run", "run_reason", "created_at")
    list_filter = ("origin", "run")
    list_select_related = ("strategy",)
    search_fields = ("strategy__owner__username", "=code_sha256")
    id_search_fields = ("message",)
    ordering = ("-created_at",)
    fields = (
        "strategy",
        "number",
        "origin",
        "based_on",
        "run",
        "run_reason",
        "message",
        "spec_revision",
        "parameters",
        "indicators",
        "validation",
        "code_sha256",
        "created_at",
        "source",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[StrategyVersion]:
        queryset: QuerySet[StrategyVersion] = super().get_queryset(request)
        return queryset.defer("code", "spec")

    @admin.display(description=gettext_lazy("code"))
    def source(self, version: StrategyVersion) -> SafeString:
        return format_html("<pre>{}</pre>", version.code)


@admin.register(StrategySpec)
class StrategySpecAdmin(TextAdmin):
    only_texts = True
    list_display = ("__str__", "conversation_link", "revision", "origin", "created_at")
    list_filter = ("origin",)
    list_select_related = ("conversation",)
    search_fields = ("conversation__owner__username",)
    id_search_fields = ("conversation", "message")
    ordering = ("-created_at",)
    fields = ("conversation_link", "revision", "origin", "message", "spec", "sources", "created_at")
    readonly_fields = fields


@admin.register(Dataset)
class DatasetAdmin(RecordAdmin):
    list_display = ("key", "instrument", "timeframe", "bar_count", "gap_count", "synthetic", "owner", "created_at")
    list_filter = ("kind", "timeframe", "synthetic")
    list_select_related = ("owner",)
    search_fields = ("key", "instrument", "owner__username", "=fingerprint")
    id_search_fields = ()
    ordering = ("instrument", "timeframe", "pk")
    fields = (
        "key",
        "instrument",
        "kind",
        "timeframe",
        "synthetic",
        "owner",
        "first_time",
        "last_time",
        "bar_count",
        "gap_count",
        "gaps",
        "source",
        "licence",
        "adjustment",
        "fingerprint",
        "report",
        "created_at",
    )
    readonly_fields = fields


@admin.register(Backtest)
class BacktestAdmin(TextAdmin):
    only_texts = True
    conversation_field = "version.strategy.conversation_id"
    list_display = ("__str__", "owner", "version", "state", "error_code", "created_at", "started_at", "ended_at")
    list_filter = ("state", "timeframe", "synthetic")
    list_select_related = ("owner", "version__strategy")
    search_fields = ("owner__username", "=code_sha256", "=result_sha256", "instrument")
    id_search_fields = ("pk", "message", "version__strategy__conversation")
    ordering = ("-created_at",)
    fields = (
        "owner",
        "version",
        "dataset",
        "instrument",
        "timeframe",
        "synthetic",
        "start",
        "stop",
        "cash",
        "fee_pct",
        "slippage_pct",
        "parameters",
        "state",
        "progress",
        "cancel_requested",
        "attempts",
        "worker",
        "created_at",
        "started_at",
        "ended_at",
        "error_code",
        "error_message",
        "error_line",
        "error_bar",
        "printed",
        "no_trades",
        "bar_count",
        "figures",
        "honesty",
        "code_sha256",
        "data_fingerprint",
        "configuration_sha256",
        "engine_version",
        "result_sha256",
        "message",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backtest]:
        queryset: QuerySet[Backtest] = super().get_queryset(request)
        return queryset.defer("version__code", "version__spec")
