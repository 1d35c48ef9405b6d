"""Shapes of the chat's REST resources; the reference is ``docs/protocol.md``."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from chat import offer
from chat.models import Conversation, Message, UsageRecord
from chat.models.turn import TurnStatus

ENDED_STATUS_CHOICES = [choice for choice in TurnStatus.choices if choice[0] != TurnStatus.RUNNING]
EXAMPLE_ID = "7c0e5b0e-5d64-4a2c-9d7e-0f6a2f0e8a11"


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A strategy conversation",
            {
                "id": EXAMPLE_ID,
                "kind": "strategy",
                "title": "Golden cross on BTC/USDT",
                "state": "generated",
                "archived": False,
                "pinned": True,
                "model": "",
                "answers": "builtin",
                "head": "0b7f4f7e-3f0c-4a53-8a55-1b9f0c7d2e44",
                "rev": 12,
                "created_at": "2026-11-22T20:15:00Z",
                "updated_at": "2026-11-22T20:21:40Z",
            },
            response_only=True,
        )
    ]
)
class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    head = serializers.UUIDField(source="head_id", allow_null=True, read_only=True)
    answers = serializers.SerializerMethodField(help_text="Who answers the next turn: `model` while it is on offer.")

    class Meta:
        model = Conversation
        fields = (
            "id",
            "kind",
            "title",
            "state",
            "archived",
            "pinned",
            "model",
            "answers",
            "head",
            "rev",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    def get_answers(self, conversation: Conversation) -> str:
        return offer.chosen(conversation).setting


class ModelField(serializers.CharField):
    """A model on offer, or nothing for the default."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            allow_blank=True,
            help_text="Who answers from the next turn on: a model of `/api/models/`; empty is the default.",
            **options,
        )

    def to_internal_value(self, data: Any) -> str:
        setting = super().to_internal_value(data)
        if setting and offer.find(setting) is None:
            raise serializers.ValidationError(_("This model is not on offer here."))
        return setting


@extend_schema_serializer(
    examples=[OpenApiExample("A new strategy conversation", {"kind": "strategy", "id": EXAMPLE_ID}, request_only=True)]
)
class NewConversationSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Conversation.Kind.choices)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    id = serializers.UUIDField(
        required=False, help_text="Made by the client: the same POST again answers the same object."
    )
    model = ModelField()


@extend_schema_serializer(
    examples=[OpenApiExample("Rename and pin", {"title": "MACD, 1h", "pinned": True}, request_only=True)]
)
class ConversationChangesSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    archived = serializers.BooleanField(required=False)
    pinned = serializers.BooleanField(required=False)
    model = ModelField()


class ModelSerializer(serializers.Serializer[Any]):
    """One model on offer."""

    setting = serializers.CharField(help_text="`provider:model`, as a conversation's `model` names it.")
    name = serializers.CharField()
    usd_per_million_read = serializers.DecimalField(
        source="price.read", max_digits=None, decimal_places=4, allow_null=True, help_text="null: not known"
    )
    usd_per_million_written = serializers.DecimalField(
        source="price.written", max_digits=None, decimal_places=4, allow_null=True, help_text="null: not known"
    )
    takes_images = serializers.BooleanField()
    is_default = serializers.BooleanField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A chart",
            {
                "id": "c4cf1b1e-52f0-4b3b-9a0e-3e5f0d8a7b21",
                "name": "chart.png",
                "url": "/chat/attachments/c4cf1b1e-52f0-4b3b-9a0e-3e5f0d8a7b21/",
                "media_type": "image/png",
                "width": 1280,
                "height": 720,
                "bytes": 48213,
                "was_animated": False,
            },
            response_only=True,
        )
    ]
)
class AttachmentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="Of the person's file.")
    url = serializers.CharField(help_text="The stored image, for its owner alone.")
    media_type = serializers.ChoiceField(choices=["image/png", "image/jpeg"])
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bytes = serializers.IntegerField()
    was_animated = serializers.BooleanField(help_text="Its first picture was kept.")


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="PNG, JPEG or WebP, at most 10 MB.")


class VersionRefSerializer(serializers.Serializer[Any]):
    strategy_id = serializers.IntegerField()
    number = serializers.IntegerField()
    url = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A reply that made version 1",
            {
                "id": "0b7f4f7e-3f0c-4a53-8a55-1b9f0c7d2e44",
                "role": "assistant",
                "kind": "code",
                "content": "Here is your strategy …",
                "status": "complete",
                "sequence": 4,
                "parent": "d6a1b8a2-9c51-4b7e-8c3a-5f4f0f0c9b12",
                "model": "builtin",
                "input_tokens": 0,
                "output_tokens": 0,
                "cost_usd": "0.00000000",
                "created_at": "2026-11-22T20:21:40Z",
                "versions": [{"strategy_id": 3, "number": 1, "url": "/strategies/3/versions/1/"}],
                "attachments": [],
            },
            response_only=True,
        )
    ]
)
class MessageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=Message.Role.choices)
    kind = serializers.ChoiceField(choices=Message.Kind.choices)
    content = serializers.CharField()
    status = serializers.ChoiceField(choices=ENDED_STATUS_CHOICES)
    sequence = serializers.IntegerField(help_text="Counts all messages of the conversation, every branch.")
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]  # a field of the message
    model = serializers.CharField()
    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    cost_usd = serializers.DecimalField(
        max_digits=None, decimal_places=8, allow_null=True, help_text="null: the price is not known"
    )
    created_at = serializers.DateTimeField()
    versions = VersionRefSerializer(many=True)
    attachments = AttachmentSerializer(many=True)


class UsageTotalsSerializer(serializers.Serializer[Any]):
    calls = serializers.IntegerField()
    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    cost_usd = serializers.DecimalField(
        max_digits=None, decimal_places=8, allow_null=True, help_text="null: the price of a call is not known"
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One model call",
            {
                "id": 17,
                "conversation": EXAMPLE_ID,
                "turn": "5e0c8f5e-8a7e-4c3a-9a55-0d6c1f1f7a90",
                "purpose": "chat",
                "attempt": 1,
                "provider": "anthropic",
                "model": "claude-sonnet-4-5",
                "state": "settled",
                "outcome": "complete",
                "input_tokens": 812,
                "output_tokens": 240,
                "cost_usd": "0.00603600",
                "created_at": "2026-11-22T20:21:40Z",
            },
            response_only=True,
        )
    ]
)
class UsageRecordSerializer(serializers.ModelSerializer[UsageRecord]):
    conversation = serializers.UUIDField(source="conversation_uuid", read_only=True)
    turn = serializers.UUIDField(source="turn_uuid", read_only=True)

    class Meta:
        model = UsageRecord
        fields = (
            "id",
            "conversation",
            "turn",
            "purpose",
            "attempt",
            "provider",
            "model",
            "state",
            "outcome",
            "input_tokens",
            "output_tokens",
            "cost_usd",
            "created_at",
        )
        read_only_fields = fields
