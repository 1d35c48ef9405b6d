"""Messages and the images that they show."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.admin.excerpts import excerpt_of, with_excerpt
from chat.admin.ledger import link_to_calls
from chat.models import Attachment, Message
from trademe.admin import TextAdmin
from trademe.operations.filters import ModelFilter, by_person


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
        return link_to_calls(message.turn_id)

    @admin.display(description=gettext_lazy("content"))
    def text(self, message: Message) -> SafeString:
        return format_html("<pre>{}</pre>", message.content)


@admin.register(Attachment)
class AttachmentAdmin(TextAdmin):
    """Images. A picture is words, and so is the name of its file."""

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
