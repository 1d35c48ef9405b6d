"""Conversations, with the way to all that belongs to them, and the export of a selection."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chat.admin.excerpts import excerpt_of, with_excerpt
from chat.models import Conversation, Message
from trademe.admin import TextAdmin
from trademe.operations import exports
from trademe.operations.filters import by_person

TRANSCRIPT_MESSAGES = 30


@admin.register(Conversation)
class ConversationAdmin(TextAdmin):
    conversation_field = "pk"
    text_fields = ("title", "transcript")
    text_search = ("title",)
    list_display = (
        "conversation_link",
        "title",
        "owner",
        "kind",
        "state",
        "message_count",
        "archived",
        "is_deleted",
        "updated_at",
    )
    list_filter = (
        by_person("owner"),
        "kind",
        "state",
        "archived",
        "pinned",
        ("deleted_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("owner",)
    search_fields = ("owner__username",)
    ordering = ("-updated_at",)
    actions = ("export_as_lines", "export_as_markdown")
    fields = (
        "id",
        "title",
        "title_by",
        "owner",
        "kind",
        "state",
        "model",
        "archived",
        "pinned",
        "created_at",
        "updated_at",
        "deleted_at",
        "related",
        "transcript",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        messages = Message.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation")
        counted = Subquery(messages.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
        queryset: QuerySet[Conversation] = super().get_queryset(request)
        return queryset.annotate(number_of_messages=Coalesce(counted, 0))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return exports.may(request)

    @admin.action(description=gettext_lazy("Export as JSON Lines"), permissions=["export"])
    def export_as_lines(self, request: HttpRequest, chosen: QuerySet[Conversation]) -> HttpResponse | None:
        return self._export(request, chosen, "jsonl")

    @admin.action(description=gettext_lazy("Export as Markdown"), permissions=["export"])
    def export_as_markdown(self, request: HttpRequest, chosen: QuerySet[Conversation]) -> HttpResponse | None:
        return self._export(request, chosen, "markdown")

    def _export(self, request: HttpRequest, chosen: QuerySet[Conversation], form: exports.Form) -> HttpResponse | None:
        pks = list(chosen.order_by("pk").values_list("pk", flat=True)[: exports.MOST_CONVERSATIONS + 1])
        try:
            made = exports.export(request, pks, form)
        except exports.TooMuch:
            words = _("This is more than a page can hold: %(most)d conversations or 64 MB. Run export_conversations.")
            self.message_user(request, words % {"most": exports.MOST_CONVERSATIONS}, messages.ERROR)
            return None
        if made.running:
            left_out = ", ".join(str(pk) for pk in made.running)
            words = _("Left out, since a reply is being written there: %(conversations)s")
            self.message_user(request, words % {"conversations": left_out}, messages.WARNING)
        return exports.download(made, "conversations") if made.exported else None

    @admin.display(description=gettext_lazy("messages"), ordering="number_of_messages")
    def message_count(self, conversation: Any) -> int:
        return int(conversation.number_of_messages)

    @admin.display(description=gettext_lazy("deleted"), boolean=True)
    def is_deleted(self, conversation: Conversation) -> bool:
        return conversation.deleted_at is not None

    @admin.display(description=gettext_lazy("belongs to it"))
    def related(self, conversation: Any) -> SafeString:
        count = int(conversation.number_of_messages)
        lists = (
            ("admin:chat_message_changelist", ngettext("%d message", "%d messages", count) % count),
            ("admin:chat_turn_changelist", _("Turns")),
        )
        links = [(f"{reverse(name)}?conversation__id__exact={conversation.pk}", label) for name, label in lists]
        ledger = f"{reverse('admin:chat_usagerecord_changelist')}?q={conversation.pk}"
        return format_html_join(" · ", '<a href="{}">{}</a>', [*links, (ledger, _("Model calls"))])

    @admin.display(description=gettext_lazy("last messages"))
    def transcript(self, conversation: Conversation) -> SafeString | str:
        """The newest messages with their first words; all of them, page by page, are behind the link above."""
        newest = with_excerpt(Message.objects.filter(conversation=conversation)).order_by("-sequence")
        rows = [
            (
                reverse("admin:chat_message_change", args=[message.pk]),
                message.sequence,
                message.get_role_display(),
                message.get_status_display(),
                excerpt_of(message),
            )
            for message in reversed(newest[:TRANSCRIPT_MESSAGES])
        ]
        if not rows:
            return _("No message yet.")
        items = format_html_join("", '<li><a href="{}">{} {}</a> ({}): {}</li>', rows)
        whole = reverse("operations-pages:transcript", args=[conversation.pk])
        return format_html('<p><a href="{}">{}</a></p><ul>{}</ul>', whole, _("The whole transcript"), items)
