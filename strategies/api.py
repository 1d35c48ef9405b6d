"""REST of specs, strategies and versions: each view parses, fetches through the owner, calls and serialises."""

from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import hooks
from chat.access import conversation_for
from chat.models import Conversation
from strategies import edits, queries
from strategies.access import strategy_for, version_for
from strategies.contract import Finding
from strategies.library import changes
from strategies.models import Strategy, StrategyVersion
from strategies.serializers import (
    NewVersionSerializer,
    SpecChangeSerializer,
    SpecStateSerializer,
    StrategyChangesSerializer,
    StrategySerializer,
    VersionSerializer,
)
from strategies.versions import Made
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


NEWER = OpenApiResponse(
    ErrorSerializer,
    "Version `expected` is not the newest any more (`newer_version`); nothing was made.",
    [OpenApiExample("Newer", {"code": "newer_version", "message": "Version 4 was made meanwhile."})],
)
BAD_NAME = OpenApiResponse(
    ErrorSerializer,
    "The name cannot be given (`invalid_name`), or another strategy has it (`name_taken`).",
    [OpenApiExample("Taken", {"code": "name_taken", "message": "You have another strategy of the name “A”."})],
)


class StrategyPages(KeysetPages):
    ordering = queries.NEWEST_FIRST


class VersionPages(KeysetPages):
    ordering = ("-number",)


class StrategyListView(generics.ListAPIView[Strategy]):
    serializer_class = StrategySerializer
    pagination_class = StrategyPages

    def get_queryset(self) -> QuerySet[Strategy]:
        wanted = self.request.query_params
        kind = wanted.get("kind", "")
        if kind and kind not in Strategy.Kind.values:
            raise ValidationError({"kind": [_("There is no such kind.")]})
        archived = wanted.get("archived", "").lower() in ("1", "true")
        return queries.strategy_list(_user(self.request), wanted.get("search", ""), kind, archived)

    @extend_schema(
        operation_id="strategies_list",
        parameters=[
            OpenApiParameter("search", str, description="Words in the name, or that name the market or an indicator."),
            OpenApiParameter("kind", str, enum=list(Strategy.Kind.values)),
            OpenApiParameter("archived", bool, description="The archived ones instead of the others."),
        ],
        responses={200: StrategySerializer(many=True), **COMMON_ERRORS},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your library, the newest change first."""
        return self.list(request, *args, **kwargs)


class StrategyView(APIView):
    @extend_schema(operation_id="strategies_retrieve", responses={200: StrategySerializer, **COMMON_ERRORS})
    def get(self, request: Request, strategy_id: int) -> Response:
        """One strategy."""
        return Response(StrategySerializer(strategy_for(_user(request), strategy_id)).data)

    @extend_schema(
        operation_id="strategies_update",
        request=StrategyChangesSerializer,
        responses={200: StrategySerializer, **COMMON_ERRORS, 409: BAD_NAME},
    )
    def patch(self, request: Request, strategy_id: int) -> Response:
        """Rename it, put it into the archive or bring it back. No version changes by it."""
        strategy = strategy_for(_user(request), strategy_id)
        fields = StrategyChangesSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        with transaction.atomic():
            if "name" in fields.validated_data:
                changes.rename(strategy, fields.validated_data["name"])
            if "archived" in fields.validated_data:
                changes.archive(strategy, fields.validated_data["archived"])
        return Response(StrategySerializer(strategy).data)


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
        responses={201: VersionSerializer, 200: VersionSerializer, **COMMON_ERRORS, 400: INVALID_CODE, 409: NEWER},
    )
    def post(self, request: Request, strategy_id: int) -> Response:
        """A version from code that you edited. It is checked first; `invalid_code` lists what is wrong by line.

        The code of the newest version again answers 200 and that version.
        """
        strategy = strategy_for(_user(request), strategy_id)
        fields = NewVersionSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        given = fields.validated_data
        base = version_for(_user(request), strategy_id, given["based_on"]) if "based_on" in given else None
        try:
            made = edits.add_version(strategy, given["code"], base=base, expected=given.get("expected"))
        except edits.InvalidCode as error:
            raise _invalid_code(error) from error
        except edits.NewerVersion as error:
            words = _("Version %(number)s was made meanwhile.") % {"number": error.number}
            raise ApiRefused(error.code, words, status_code=status.HTTP_409_CONFLICT) from error
        return _made(made)


class VersionView(APIView):
    @extend_schema(operation_id="versions_retrieve", responses={200: VersionSerializer, **COMMON_ERRORS})
    def get(self, request: Request, strategy_id: int, number: int) -> Response:
        """One version; it never changes."""
        return Response(VersionSerializer(version_for(_user(request), strategy_id, number)).data)


class RestoreView(APIView):
    @extend_schema(
        operation_id="versions_restore",
        request=None,
        responses={201: VersionSerializer, 200: VersionSerializer, **COMMON_ERRORS, 400: INVALID_CODE},
    )
    def post(self, request: Request, strategy_id: int, number: int) -> Response:
        """An old version's code as the next version, checked again. Where the newest has this code already: 200."""
        try:
            return _made(edits.restore_version(version_for(_user(request), strategy_id, number)))
        except edits.InvalidCode as error:
            raise _invalid_code(error) from error


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


def _made(made: Made) -> Response:
    created = status.HTTP_201_CREATED if made.created else status.HTTP_200_OK
    return Response(VersionSerializer(made.version).data, status=created)


def _invalid_code(error: edits.InvalidCode) -> ApiRefused:
    return ApiRefused(
        "invalid_code",
        _("The code breaks the contract; see the lines."),
        status_code=status.HTTP_400_BAD_REQUEST,
        fields={"code": [_finding(finding) for finding in error.findings]},
    )


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
    path("strategies/<int:strategy_id>/versions/<int:number>/restore/", RestoreView.as_view(), name="api-restore"),
]
