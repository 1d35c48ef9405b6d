"""Every error of the API in one shape: ``{"code", "message", "fields"?}``, with stable codes."""

import sys
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from chat.errors import Refused, sentence
from trademe.bodies import too_large

RETRY_AFTER = "2"  # seconds
NO_FIELD = api_settings.NON_FIELD_ERRORS_KEY


class ApiRefused(exceptions.APIException):
    """A well-formed request that cannot be done now; ``fields`` says where, ``code`` why."""

    status_code: int = status.HTTP_409_CONFLICT

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status_code: int = status.HTTP_409_CONFLICT,
        fields: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code)
        self.status_code = status_code
        self.fields = fields


class ErrorSerializer(serializers.Serializer[Any]):
    """What every answer with a status of 400 or more holds."""

    code = serializers.CharField(help_text="A stable lower-case word.")
    message = serializers.CharField(help_text="A sentence for the person, in their language.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.JSONField()),
        required=False,
        help_text="What is wrong, by field; present with `invalid` and `invalid_code`.",
    )


NOT_FOUND = OpenApiResponse(
    ErrorSerializer,
    "Another user's object, or one that does not exist.",
    [OpenApiExample("Not found", {"code": "not_found", "message": "There is no such conversation."})],
)
INVALID = OpenApiResponse(
    ErrorSerializer,
    "The request cannot be read.",
    [OpenApiExample("Invalid", {"code": "invalid", "message": "Check the marked fields.", "fields": {"kind": ["…"]}})],
)
NOT_SIGNED_IN = OpenApiResponse(
    ErrorSerializer,
    "Neither a session nor a token.",
    [OpenApiExample("Not signed in", {"code": "not_signed_in", "message": "Sign in or send an API token."})],
)
THROTTLED = OpenApiResponse(ErrorSerializer, "Too many requests in a short time.")
TOO_LARGE = OpenApiResponse(ErrorSerializer, "The body is larger than anything that is read here.")
# every route may answer so
COMMON_ERRORS = {400: INVALID, 401: NOT_SIGNED_IN, 404: NOT_FOUND, 413: TOO_LARGE, 429: THROTTLED}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: what Django itself refuses, such as an unknown Host, likewise."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "bad_request", "message": _("The request cannot be understood.")}, status=400)
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: the API's shape below ``/api/``, the page elsewhere."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "not_found", "message": sentence("not_found")}, status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500, likewise; a database that is away, met before any view, is a 503 that says when to ask again."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        words = sentence("database_unavailable")
        if request.path.startswith("/api/"):
            answer: HttpResponse = JsonResponse({"code": "database_unavailable", "message": words}, status=503)
        else:
            answer = HttpResponse(render_to_string("503.html", {"words": words}), status=503)
        answer["Retry-After"] = RETRY_AFTER
        return answer
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "internal_error", "message": sentence("internal_error")}, status=500)
    return defaults.server_error(request)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to what a client caused or what passes by; None lets a bug be a 500 and a log line."""
    if isinstance(error, OperationalError | InterfaceError):
        words = sentence("database_unavailable")
        return _response(503, "database_unavailable", words, headers={"Retry-After": RETRY_AFTER})
    if isinstance(error, Refused):
        refused_status = {"not_found": 404, "database_unavailable": 503}.get(error.code, 409)
        return _response(refused_status, error.code, error.message or sentence(error.code))
    if isinstance(error, Http404):
        return _response(404, "not_found", _http404_words(error))
    if isinstance(error, RequestDataTooBig):
        return _response(413, "too_large", too_large())
    if isinstance(error, PermissionDenied):
        return _response(403, "not_allowed", _("This is not allowed."))
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    return _api_exception(error)


def _api_exception(error: exceptions.APIException) -> Response:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if isinstance(error, ApiRefused):
        return _response(error.status_code, str(error.get_codes()), str(error.detail), fields=error.fields)
    if isinstance(error, exceptions.ValidationError):
        return _response(400, "invalid", _("The request has mistakes; see the fields."), fields=_fields(error.detail))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return _response(error.status_code, "not_signed_in", _("Sign in or send an API token."), headers=headers)
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(int(getattr(error, "wait", None) or 1))
        return _response(error.status_code, "rate_limited", sentence("rate_limited"), headers=headers)
    code = {
        exceptions.ParseError: "bad_json",
        exceptions.PermissionDenied: "not_allowed",
        exceptions.NotFound: "not_found",
        exceptions.MethodNotAllowed: "method_not_allowed",
        exceptions.NotAcceptable: "not_acceptable",
        exceptions.UnsupportedMediaType: "unsupported_media_type",
    }.get(type(error), error.default_code)
    return _response(error.status_code, code, str(error.detail), headers=headers)


def _http404_words(error: Http404) -> str:
    words = error.args[0] if error.args else ""
    return words if isinstance(words, str) and words else sentence("not_found")


def _fields(detail: Any) -> dict[str, Any]:
    """Mistakes by field, each a list of sentences; those of no field stand under ``request``."""
    if isinstance(detail, dict):
        return {"request" if name == NO_FIELD else str(name): _sentences(found) for name, found in detail.items()}
    return {"request": _sentences(detail)}


def _sentences(detail: Any) -> list[str]:
    if isinstance(detail, dict):
        return [f"{name}: {words}" for name, found in detail.items() for words in _sentences(found)]
    if isinstance(detail, list | tuple):
        return [words for item in detail for words in _sentences(item)]
    return [str(detail)]


def _response(
    status_code: int,
    code: str,
    message: str,
    *,
    fields: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {"code": code, "message": message}
    if fields is not None:
        body["fields"] = fields
    return Response(body, status=status_code, headers=headers)
