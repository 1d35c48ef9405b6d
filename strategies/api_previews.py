"""REST of indicator previews."""

from typing import Any, cast

from django.urls import path
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat.errors import Refused
from strategies.access import version_for
from strategies.backtests.setup import offer
from strategies.previews.form import PreviewForm
from strategies.previews.service import draw
from trademe.accounts.models import User
from trademe.api_errors import COMMON_ERRORS, ApiRefused, ErrorSerializer


class LineSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    overlay = serializers.BooleanField(help_text="Over the candles, or below them.")
    group = serializers.IntegerField(help_text="Lines of one number share a pane.")
    values = serializers.ListField(child=serializers.FloatField(allow_null=True))


class PreviewSerializer(serializers.Serializer[Any]):
    bars = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()),
        help_text="Seconds since the epoch, open, high, low, close, volume.",
    )
    aggregated = serializers.IntegerField(help_text="How many bars each of them stands for.")
    series = LineSerializer(many=True)


REFUSED = OpenApiResponse(
    ErrorSerializer,
    "The code failed (`code_failed`), was stopped (`timed_out`, `too_much_memory`, `too_much_output`, `forbidden`, "
    "`crashed`), cannot be run here (`sandbox_off`), or too many are at it (`too_many_runs`).",
    [OpenApiExample("Failed", {"code": "code_failed", "message": "line 7: division by zero"})],
)


class PreviewView(APIView):
    @extend_schema(
        operation_id="previews_retrieve",
        parameters=[
            OpenApiParameter("dataset", int, description="`id` of a dataset; the one that fits the plan when absent."),
            OpenApiParameter("start", str, description="First day."),
            OpenApiParameter("stop", str, description="Last day."),
        ],
        responses={200: PreviewSerializer, **COMMON_ERRORS, 409: REFUSED},
    )
    def get(self, request: Request, strategy_id: int, number: int) -> Response:
        """An indicator on bars that exist, as the chart draws it. `p_<name>` replaces the parameter of that name."""
        user = cast(User, request.user)
        version = version_for(user, strategy_id, number)
        offered = offer(user, version)
        data = request.query_params.dict()
        if offered.best is not None:
            data.setdefault("dataset", str(offered.best.pk))
        form = PreviewForm(version, offered, user.pk, data)
        if not form.is_valid() or form.wish is None:
            fields = {name: [str(item) for item in items] for name, items in form.errors.items()}
            first = next(iter(fields.values()))[0]
            raise ApiRefused("invalid", first, status_code=status.HTTP_400_BAD_REQUEST, fields=fields)
        try:
            return Response(draw(form.wish))
        except Refused as error:
            raise ApiRefused(error.code, error.message) from error


urlpatterns = [
    path("strategies/<int:strategy_id>/versions/<int:number>/preview/", PreviewView.as_view(), name="api-preview"),
]
