"""Conversations, messages, turns and the ledger: all of it to be read, none of it to be changed."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Length, Substr
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chat.models import Attachment, Conversation, DailySpend, Message, Summary, Turn, UsageRecord
from chat.models.turn import TurnStatus
from trademe.admin import RecordAdmin, TextAdmin
from trademe.operations import exports
from trademe.operations.filters import ModelFilter, by_person

TRANSCRIPT_MESSAGES = 30
EXCERPT_CHARACTERS = 200


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


def with_excerpt(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Without the whole texts, which may be megabytes each."""
    return messages.defer("content", "html").annotate(
        first_words=Substr("content", 1, EXCERPT_CHARACTERS), characters=Length("content")
    )


def excerpt_of(message: Any) -> str:
    words = " ".join(str(message.first_words).split())
    return words + " …" if message.characters > EXCERPT_CHARACTERS else words


@admin.register(Message)
class MessageAdmin(TextAdmin):
    text_fields = ("content", "excerpt", "text", "related")
    text_search = ("content",)
    list_display = ("__str__", "conversation_link", "role", "kind", "status", "model", "excerpt", "created_at")
    list_filter = (by_person("conversation__owner"), ModelFilter, "role", "kind", "status", "created_at")
    search_fields = ()
    id_search_fields = ("pk", "conversation", "turn")
    ordering = ("-created_at",)
    fields = (
        "id",
        "conversation_link",
        "sequence",
        "role",
        "kind",
        "status",
        "model",
        "parent",
        "turn",
        "created_at",
        "calls",
        "related",
        "text",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        queryset: QuerySet[Message] = super().get_queryset(request)
        return with_excerpt(queryset)

    @admin.display(description=gettext_lazy("content"))
    def excerpt(self, message: Message) -> str:
        return excerpt_of(message)

    @admin.display(description=gettext_lazy("belongs to it"))
    def related(self, message: Message) -> SafeString:
        """The ways to its place in the talk, and to the versions that it made."""
        whole = reverse("operations-pages:transcript", args=[message.conversation_id])
        links = [(f"{whole}?after={message.sequence - 1}", _("In the transcript"))]
        for pk, number in message.versions.order_by("pk").values_list("pk", "number"):
            url = reverse("admin:strategies_strategyversion_change", args=[pk])
            links.append((url, _("Version %(number)s") % {"number": number}))
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    @admin.display(description=gettext_lazy("model calls"))
    def calls(self, message: Message) -> SafeString | str:
        return _ledger_of(message.turn_id)

    @admin.display(description=gettext_lazy("content"))
    def text(self, message: Message) -> SafeString:
        return format_html("<pre>{}</pre>", message.content)


def _ledger_of(turn: UUID | None) -> SafeString | str:
    if turn is None:
        return "–"
    url = f"{reverse('admin:chat_usagerecord_changelist')}?q={turn}"
    return format_html('<a href="{}">{}</a>', url, _("Rows of the ledger"))


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
        return _ledger_of(turn.pk)


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


@admin.register(Attachment)
class AttachmentAdmin(TextAdmin):
    """Images. A picture is words, and so is the name of its file."""

    class Media:
        css = {"all": ("css/operations.css",)}

    text_fields = ("name", "picture")
    text_search = ("name",)
    list_display = ("id", "conversation_link", "owner", "media_type", "width", "height", "bytes", "name", "created_at")
    list_filter = ("media_type", "was_animated")
    list_select_related = ("owner",)
    search_fields = ("owner__username", "=sha256")
    id_search_fields = ("pk", "conversation", "message", "file")
    ordering = ("-created_at",)
    fields = (
        "id",
        "conversation_link",
        "message_link",
        "place",
        "owner",
        "name",
        "media_type",
        "width",
        "height",
        "bytes",
        "was_animated",
        "sha256",
        "created_at",
        "picture",
    )
    readonly_fields = fields

    @admin.display(description=gettext_lazy("message"))
    def message_link(self, attachment: Attachment) -> SafeString | str:
        if attachment.message_id is None:
            return "–"
        url = reverse("admin:chat_message_change", args=[attachment.message_id])
        return format_html('<a href="{}">{}</a>', url, str(attachment.message_id)[:8])

    @admin.display(description=gettext_lazy("image"))
    def picture(self, attachment: Attachment) -> SafeString:
        url = reverse("operations-pages:image", args=[attachment.pk])
        size = attachment.width, attachment.height
        return format_html('<img src="{}" alt="" width="{}" height="{}" class="operations-image">', url, *size)


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
