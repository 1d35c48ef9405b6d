"""REST of conversations, messages and the ledger: each view parses, fetches through the owner, calls and serialises."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import conversations, listings, picker, queries
from chat.access import conversation_for
from chat.models import Conversation, Message, UsageRecord
from chat.serializers import (
    ConversationChangesSerializer,
    ConversationSerializer,
    MessageSerializer,
    ModelSerializer,
    NewConversationSerializer,
    UsageRecordSerializer,
    UsageTotalsSerializer,
)
from trademe.accounts.models import User
from trademe.api_errors import COMMON_ERRORS
from trademe.api_pages import KeysetPages

LARGEST_SEQUENCE = 2**31 - 1  # what the column can hold


class ConversationPages(KeysetPages):
    ordering = ("-pinned", "-updated_at", "pk")


class MessagePages(KeysetPages):
    ordering = ("sequence",)


class UsagePages(KeysetPages):
    """A page of the ledger, with the totals over all of it."""

    ordering = ("-created_at", "-pk")

    def __init__(self) -> None:
        self.totals: Any = None

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        response.data["totals"] = UsageTotalsSerializer(self.totals).data
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        page["required"].append("totals")
        count = {"type": "integer", "nullable": True}
        page["properties"]["totals"] = {
            "type": "object",
            "required": ["calls", "input_tokens", "output_tokens", "cost_usd"],
            "properties": {
                "calls": {"type": "integer", "example": 41},
                "input_tokens": {**count, "example": 33120},
                "output_tokens": {**count, "example": 9840},
                "cost_usd": {"type": "string", "format": "decimal", "nullable": True, "example": "0.24696000"},
            },
        }
        return page


class ConversationListView(generics.ListAPIView[Conversation]):
    serializer_class = ConversationSerializer
    pagination_class = ConversationPages

    def get_queryset(self) -> QuerySet[Conversation]:
        parameters = self.request.query_params
        return queries.conversation_list(
            _user(self.request), search=parameters.get("search", ""), archived=_archived(parameters.get("archived"))
        )

    @extend_schema(
        operation_id="conversations_list",
        parameters=[
            OpenApiParameter("search", str, description="Words in the title or in a message."),
            OpenApiParameter("archived", bool, description="The archived ones instead of the others."),
        ],
        responses={200: ConversationSerializer(many=True), **COMMON_ERRORS},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your conversations: pinned first, then the newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="conversations_create",
        request=NewConversationSerializer,
        responses={201: ConversationSerializer, 200: ConversationSerializer, **COMMON_ERRORS},
    )
    def post(self, request: Request) -> Response:
        """A new conversation. Sent again with the same `id`, it answers 200 and the one that is there."""
        fields = NewConversationSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        made_before = "id" in fields.validated_data and listings.owns_conversation(
            _user(request), fields.validated_data["id"]
        )
        conversation = conversations.create(_user(request), **fields.validated_data)
        return Response(
            ConversationSerializer(conversation).data,
            status=status.HTTP_200_OK if made_before else status.HTTP_201_CREATED,
        )


class ConversationView(APIView):
    @extend_schema(operation_id="conversations_retrieve", responses={200: ConversationSerializer, **COMMON_ERRORS})
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """One conversation."""
        return Response(ConversationSerializer(conversation_for(_user(request), conversation_id)).data)

    @extend_schema(
        operation_id="conversations_update",
        request=ConversationChangesSerializer,
        responses={200: ConversationSerializer, **COMMON_ERRORS},
    )
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        """Rename, archive, pin, choose who answers."""
        conversation = conversation_for(_user(request), conversation_id)
        fields = ConversationChangesSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        return Response(ConversationSerializer(conversations.update(conversation, **fields.validated_data)).data)

    @extend_schema(operation_id="conversations_delete", responses={204: None, **COMMON_ERRORS})
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        """Stops a running reply and hides the conversation; its versions stay in the library."""
        conversations.delete(conversation_for(_user(request), conversation_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ModelListView(APIView):
    @extend_schema(operation_id="models_list", responses={200: ModelSerializer(many=True), **COMMON_ERRORS})
    def get(self, request: Request) -> Response:
        """The models that a conversation may be answered by, the default first."""
        return Response(ModelSerializer(picker.picker().choices, many=True).data)


class MessageListView(generics.ListAPIView[Message]):
    serializer_class = MessageSerializer
    pagination_class = MessagePages

    def get_queryset(self) -> QuerySet[Message]:
        conversation = conversation_for(_user(self.request), self.kwargs["conversation_id"])
        return listings.all_messages(conversation, _sequence(self.request.query_params.get("after_sequence")))

    def paginate_queryset(self, queryset: Any) -> Any:
        return listings.message_resources(super().paginate_queryset(queryset) or ())

    @extend_schema(
        operation_id="messages_list",
        parameters=[OpenApiParameter("after_sequence", int, description="Only messages after this sequence.")],
        responses={200: MessageSerializer(many=True), **COMMON_ERRORS},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All messages of the conversation, of every branch, oldest first. A running reply is none yet."""
        return self.list(request, *args, **kwargs)


class UsageView(generics.ListAPIView[UsageRecord]):
    serializer_class = UsageRecordSerializer
    pagination_class = UsagePages

    def get_queryset(self) -> QuerySet[UsageRecord]:
        return listings.ledger(_user(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        cast(UsagePages, self.paginator).totals = queries.usage_totals(queryset)
        return super().paginate_queryset(queryset)

    @extend_schema(operation_id="usage_list", responses={200: UsageRecordSerializer(many=True), **COMMON_ERRORS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your model calls, the newest first, and the totals of all of them."""
        return self.list(request, *args, **kwargs)


def _user(request: Request) -> User:
    """The signed-in user; the permission classes let nobody else through."""
    return cast(User, request.user)


def _archived(text: str | None) -> bool:
    words = {None: False, "": False, "false": False, "0": False, "true": True, "1": True}
    key = text.lower() if text else text
    if key not in words:
        raise ValidationError({"archived": [_("true or false.")]})
    return words[key]


def _sequence(text: str | None) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST_SEQUENCE):
        raise ValidationError({"after_sequence": [_("A whole number, 0 or more.")]})
    return int(text)


urlpatterns = [
    path("conversations/", ConversationListView.as_view(), name="api-conversations"),
    path("conversations/<uuid:conversation_id>/", ConversationView.as_view(), name="api-conversation"),
    path("conversations/<uuid:conversation_id>/messages/", MessageListView.as_view(), name="api-messages"),
    path("models/", ModelListView.as_view(), name="api-models"),
    path("usage/", UsageView.as_view(), name="api-usage"),
]
