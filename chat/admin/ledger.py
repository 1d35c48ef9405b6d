"""Model calls and what people spent a day."""

from uuid import UUID

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.models import DailySpend, UsageRecord
from trademe.admin import RecordAdmin
from trademe.operations.filters import ModelFilter, by_person


def link_to_calls(turn: UUID | None) -> SafeString | str:
    """The rows of the ledger that a turn made."""
    if turn is None:
        return "–"
    url = f"{reverse('admin:chat_usagerecord_changelist')}?q={turn}"
    return format_html('<a href="{}">{}</a>', url, _("Rows of the ledger"))


@admin.register(UsageRecord)
class UsageRecordAdmin(RecordAdmin):
    list_display = (
        "created_at",
        "user",
        "purpose",
        "attempt",
        "provider",
        "model",
        "state",
        "outcome",
        "input_tokens",
        "output_tokens",
        "cost",
    )
    # purposes and providers are no choices: a filter would read them from every row
    list_filter = (by_person("user"), ModelFilter, "state", "day")
    list_select_related = ("user",)
    search_fields = ("user__username", "model", "provider", "purpose", "outcome")
    id_search_fields = ("turn_uuid", "conversation_uuid")
    ordering = ("-pk",)
    readonly_fields = tuple(field.name for field in UsageRecord._meta.concrete_fields)
    fields = readonly_fields

    @admin.display(description=gettext_lazy("cost, US dollars"), ordering="cost_usd")
    def cost(self, record: UsageRecord) -> str:
        if record.cost_usd is not None:
            return f"{record.cost_usd:f}"
        return _("not known yet") if record.state == UsageRecord.State.OPEN else _("price unknown")


@admin.register(DailySpend)
class DailySpendAdmin(RecordAdmin):
    list_display = ("day", "user", "reserved_usd", "settled_usd")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    id_search_fields = ()
    ordering = ("-day",)
    readonly_fields = ("user", "day", "reserved_usd", "settled_usd")
    fields = readonly_fields
