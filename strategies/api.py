"""REST of specs, strategies and versions: each view parses, fetches through the owner, calls and serialises."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import hooks
from chat.access import conversation_for
from chat.models import Conversation
from strategies import edits, queries
from strategies.access import strategy_for, version_for
from strategies.contract import Finding
from strategies.models import Strategy, StrategyVersion
from strategies.serializers import (
    NewVersionSerializer,
    SpecChangeSerializer,
    SpecStateSerializer,
    StrategySerializer,
    VersionSerializer,
)
from trademe.accounts.models import User
from trademe.api_errors import COMMON_ERRORS, ApiRefused, ErrorSerializer
from trademe.api_pages import KeysetPages

SPEC_FIELDS = ("spec", "revision", "scores", "overall", "missing", "ready")
STALE = OpenApiResponse(
    ErrorSerializer,
    "The spec was changed meanwhile (`stale_revision`), or a reply is being generated from it (`busy`).",
    [OpenApiExample("Stale", {"code": "stale_revision", "message": "The strategy was changed meanwhile."})],
)
INVALID_CODE = OpenApiResponse(
    ErrorSerializer,
    "The request cannot be read (`invalid`), or the code breaks the contract (`invalid_code`).",
    [
        OpenApiExample(
            "A forbidden import",
            {
                "code": "invalid_code",
                "message": "The code breaks the contract; see the lines.",
                "fields": {"code": [{"check": "imports", "line": 1, "message": "os cannot be imported; …"}]},
            },
        )
    ],
)


class StrategyPages(KeysetPages):
    ordering = ("-updated_at", "-pk")


class VersionPages(KeysetPages):
    ordering = ("-number",)


class StrategyListView(generics.ListAPIView[Strategy]):
    serializer_class = StrategySerializer
    pagination_class = StrategyPages

    def get_queryset(self) -> QuerySet[Strategy]:
        return queries.strategy_list(_user(self.request))

    @extend_schema(operation_id="strategies_list", responses={200: StrategySerializer(many=True), **COMMON_ERRORS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your library, the newest change first."""
        return self.list(request, *args, **kwargs)


class StrategyView(APIView):
    @extend_schema(operation_id="strategies_retrieve", responses={200: StrategySerializer, **COMMON_ERRORS})
    def get(self, request: Request, strategy_id: int) -> Response:
        """One strategy."""
        return Response(StrategySerializer(strategy_for(_user(request), strategy_id)).data)


class VersionListView(generics.ListAPIView[StrategyVersion]):
    serializer_class = VersionSerializer
    pagination_class = VersionPages

    def get_queryset(self) -> QuerySet[StrategyVersion]:
        return queries.version_list(strategy_for(_user(self.request), self.kwargs["strategy_id"]))

    @extend_schema(operation_id="versions_list", responses={200: VersionSerializer(many=True), **COMMON_ERRORS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A strategy's versions, the newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="versions_create",
        request=NewVersionSerializer,
        responses={201: VersionSerializer, 200: VersionSerializer, **COMMON_ERRORS, 400: INVALID_CODE},
    )
    def post(self, request: Request, strategy_id: int) -> Response:
        """A version from code that you edited. It is checked first; `invalid_code` lists what is wrong by line.

        The code of the newest version again answers 200 and that version.
        """
        strategy = strategy_for(_user(request), strategy_id)
        fields = NewVersionSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        try:
            made = edits.add_version(strategy, fields.validated_data["code"])
        except edits.InvalidCode as error:
            raise ApiRefused(
                "invalid_code",
                _("The code breaks the contract; see the lines."),
                status_code=status.HTTP_400_BAD_REQUEST,
                fields={"code": [_finding(finding) for finding in error.findings]},
            ) from error
        return Response(
            VersionSerializer(made.version).data,
            status=status.HTTP_201_CREATED if made.created else status.HTTP_200_OK,
        )


class VersionView(APIView):
    @extend_schema(operation_id="versions_retrieve", responses={200: VersionSerializer, **COMMON_ERRORS})
    def get(self, request: Request, strategy_id: int, number: int) -> Response:
        """One version; it never changes."""
        return Response(VersionSerializer(version_for(_user(request), strategy_id, number)).data)


class SpecView(APIView):
    @extend_schema(operation_id="spec_retrieve", responses={200: SpecStateSerializer, **COMMON_ERRORS})
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """What was understood so far on the shown branch, and how complete it is."""
        return Response(_spec_state(conversation_for(_user(request), conversation_id)))

    @extend_schema(
        operation_id="spec_update",
        request=SpecChangeSerializer,
        responses={200: SpecStateSerializer, **COMMON_ERRORS, 409: STALE},
    )
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        """The spec as you want it; it wins over what was read from the talk. Answers with the new revision."""
        conversation = conversation_for(_user(request), conversation_id)
        _spec_state(conversation)
        fields = SpecChangeSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        try:
            edits.edit_spec(conversation, fields.validated_data["spec"], fields.validated_data["revision"])
        except edits.InvalidSpec as error:
            raise ApiRefused(
                "invalid",
                _("The spec has mistakes; see the fields."),
                status_code=status.HTTP_400_BAD_REQUEST,
                fields={f"spec.{path}": [reason] for path, reason in error.fields.items()},
            ) from error
        return Response(_spec_state(conversation))


def _spec_state(conversation: Conversation) -> dict[str, Any]:
    frame = hooks.hook().spec_frame(conversation)
    if frame is None:
        raise Http404(_("This kind of conversation has no spec."))
    state = {"revision": frame["spec_revision"], **frame}
    return {name: state[name] for name in SPEC_FIELDS}


def _finding(finding: Finding) -> dict[str, Any]:
    return {"check": finding.check, "line": finding.line, "message": finding.message}


def _user(request: Request) -> User:
    """The signed-in user; the permission classes let nobody else through."""
    return cast(User, request.user)


urlpatterns = [
    path("conversations/<uuid:conversation_id>/spec/", SpecView.as_view(), name="api-spec"),
    path("strategies/", StrategyListView.as_view(), name="api-strategies"),
    path("strategies/<int:strategy_id>/", StrategyView.as_view(), name="api-strategy"),
    path("strategies/<int:strategy_id>/versions/", VersionListView.as_view(), name="api-versions"),
    path("strategies/<int:strategy_id>/versions/<int:number>/", VersionView.as_view(), name="api-version"),
]
