"""REST of images: uploaded before the message that shows them, taken back while none does."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat.access import attachment_for, conversation_for
from chat.attachments import sent, uploads
from chat.errors import Refused, sentence
from chat.models import Conversation
from chat.serializers import AttachmentSerializer, UploadSerializer
from trademe.api_errors import COMMON_ERRORS, ApiRefused

# a code's status where it is not 409
STATUS = {
    "rate_limited": status.HTTP_429_TOO_MANY_REQUESTS,
    "image_type": status.HTTP_415_UNSUPPORTED_MEDIA_TYPE,
    "image_too_large": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    "image_dimensions": status.HTTP_400_BAD_REQUEST,
    "image_unreadable": status.HTTP_400_BAD_REQUEST,
    "not_found": status.HTTP_404_NOT_FOUND,
}


class AttachmentListView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="attachments_create",
        request={"multipart/form-data": UploadSerializer},
        responses={201: AttachmentSerializer, **COMMON_ERRORS},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Store an image for a message of this conversation. One that no message shows within a day is removed."""
        return _stored(request, conversation_for(_user(request), conversation_id))


class NewAttachmentView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="attachments_create_first",
        request={"multipart/form-data": UploadSerializer},
        responses={201: AttachmentSerializer, **COMMON_ERRORS},
    )
    def post(self, request: Request) -> Response:
        """Store an image for the first message of a conversation that is not made yet.

        It becomes that of the conversation whose message names it. One that no message shows within a day is removed.
        """
        return _stored(request, None)


class AttachmentView(APIView):
    @extend_schema(operation_id="attachments_retrieve", responses={200: AttachmentSerializer, **COMMON_ERRORS})
    def get(self, request: Request, attachment_id: UUID) -> Response:
        """What is known of one image; its bytes are at `url`."""
        return Response(AttachmentSerializer(sent.ref(attachment_for(_user(request), attachment_id))).data)

    @extend_schema(operation_id="attachments_delete", responses={204: None, **COMMON_ERRORS})
    def delete(self, request: Request, attachment_id: UUID) -> Response:
        """Take back an image that no message shows; one that was sent answers 409 `attachment_sent`."""
        uploads.discard(attachment_for(_user(request), attachment_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _stored(request: Request, conversation: Conversation | None) -> Response:
    try:
        if settings.CONFIG.rate_limits and not uploads.may_upload(_user(request)):
            raise Refused(code="rate_limited")
        fields = UploadSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        stored = uploads.store(_user(request), conversation, fields.validated_data["file"])
    except Refused as refusal:
        raise _answer(refusal) from refusal
    return Response(AttachmentSerializer(sent.ref(stored)).data, status=status.HTTP_201_CREATED)


def _answer(refusal: Refused) -> ApiRefused:
    status_code = STATUS.get(refusal.code, status.HTTP_409_CONFLICT)
    return ApiRefused(refusal.code, refusal.message or sentence(refusal.code), status_code=status_code)


def _user(request: Request) -> Any:
    return request.user


urlpatterns = [
    path("conversations/<uuid:conversation_id>/attachments/", AttachmentListView.as_view(), name="api-attachments"),
    path("attachments/", NewAttachmentView.as_view(), name="api-new-attachments"),
    path("attachments/<uuid:attachment_id>/", AttachmentView.as_view(), name="api-attachment"),
]
