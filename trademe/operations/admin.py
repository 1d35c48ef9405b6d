"""The access log, and the log of what was changed in the administration: to be read, by whoever may."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry

from trademe.admin import RecordAdmin
from trademe.operations.models import AccessRecord


@admin.register(AccessRecord)
class AccessRecordAdmin(RecordAdmin):
    list_display = ("at", "staff_name", "action", "owner_name", "conversation_uuid", "what")
    list_filter = ("action", "at")
    search_fields = ("staff_name", "owner_name", "what")
    id_search_fields = ("conversation_uuid",)
    ordering = ("-pk",)
    readonly_fields = ("at", "staff", "staff_name", "action", "owner_name", "owner_number", "conversation_uuid", "what")
    fields = readonly_fields


@admin.register(LogEntry)
class LogEntryAdmin(RecordAdmin):
    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag", "change_message")
    list_filter = ("action_flag", "action_time")
    list_select_related = ("user", "content_type")
    search_fields = ("user__username", "object_repr")
    id_search_fields = ()
    ordering = ("-pk",)
    readonly_fields = list_display
    fields = readonly_fields
