"""REST of backtests: each view parses, fetches through the owner, calls and serialises."""

from typing import Any, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from strategies.access import version_for
from strategies.backtests import queries, service, words
from strategies.backtests.access import backtest_for
from strategies.backtests.setup import BadSetup, Setup, configure
from strategies.models import Backtest, Dataset, StrategyVersion
from trademe.accounts.models import User
from trademe.api_errors import COMMON_ERRORS, ApiRefused, ErrorSerializer
from trademe.api_pages import KeysetPages

MAX_KEY = 120
REFUSED = OpenApiResponse(
    ErrorSerializer,
    "Too many runs of yours wait or go on (`too_many_runs`), or code cannot be run here (`sandbox_off`).",
    [OpenApiExample("Too many", {"code": "too_many_runs", "message": "5 runs of yours wait or go on already."})],
)
BAD_SETUP = OpenApiResponse(
    ErrorSerializer,
    "What was asked for cannot be run: `no_data`, `bad_range`, `too_many_bars`, `unknown_parameter`, `bad_parameter`, "
    "`bad_cash`, `bad_fee_pct`, `bad_slippage_pct`, `unknown_dataset`, `not_a_strategy`; else `invalid`.",
    [
        OpenApiExample(
            "A range without bars",
            {"code": "no_data", "message": "MSFT · 1d has 0 bars there; …", "fields": {"start": ["…"]}},
        )
    ],
)

EXAMPLE: dict[str, Any] = {
    "id": "0b7f4f7e-3f0c-4a53-8a55-1b9f0c7d2e44",
    "strategy": 3,
    "version": 2,
    "dataset": 9,
    "instrument": "MSFT",
    "timeframe": "1d",
    "synthetic": False,
    "start": None,
    "stop": None,
    "cash": 10000.0,
    "fee_pct": 0.1,
    "slippage_pct": 0.05,
    "parameters": {"fast": 10},
    "state": "complete",
    "progress": 1.0,
    "error": None,
    "no_trades": "",
    "printed": "",
    "bar_count": 3270,
    "first_time": "2000-03-01T00:00:00Z",
    "last_time": "2013-03-01T00:00:00Z",
    "figures": {"return_pct": 12.5, "sharpe": 0.4, "trades": 21},
    "tried": 4,
    "deflated_sharpe": 0.31,
    "honesty": {"lookahead": {"passed": True, "cuts": 12, "findings": []}, "warmup": None},
    "fingerprints": {"code": "9f86d0…", "data": "c22476…", "configuration": "5feceb…", "engine": "1"},
    "result_sha256": "86c7b6…",
    "message": "2f1b1c1e-8b6c-4d1e-9d0f-1d6a2b3c4d5e",
    "created_at": "2026-11-22T20:21:40Z",
    "started_at": "2026-11-22T20:21:40Z",
    "ended_at": "2026-11-22T20:21:41Z",
}


@extend_schema_serializer(examples=[OpenApiExample("A complete run", EXAMPLE, response_only=True)])
class BacktestSerializer(serializers.ModelSerializer[Backtest]):
    strategy = serializers.IntegerField(source="version.strategy_id", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True, help_text="Its number.")
    dataset = serializers.IntegerField(source="dataset_id", read_only=True, allow_null=True)
    parameters = serializers.DictField(read_only=True, help_text="Those that differ from the version's own.")
    error = serializers.SerializerMethodField(help_text="`{code, message, line, bar}` of a run without a result.")
    figures = serializers.DictField(read_only=True, allow_null=True, help_text="docs/metrics.md; null: not defined.")
    tried = serializers.SerializerMethodField(help_text="Different versions that you tried on these data.")
    deflated_sharpe = serializers.SerializerMethodField(help_text="For that number; a probability.")
    honesty = serializers.DictField(read_only=True)
    fingerprints = serializers.SerializerMethodField(help_text="The same four give the same result.")
    message = serializers.UUIDField(source="message_id", read_only=True, allow_null=True, help_text="Its card.")

    class Meta:
        model = Backtest
        fields = tuple(EXAMPLE)
        read_only_fields = fields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counts: dict[str, int] = {}
        self._tried_of: tuple[Backtest, queries.Tried] | None = None

    def get_error(self, backtest: Backtest) -> dict[str, Any] | None:
        if not backtest.error_code:
            return None
        return {
            "code": backtest.error_code,
            "message": words.error_words(backtest),
            "line": backtest.error_line,
            "bar": backtest.error_bar,
        }

    def get_tried(self, backtest: Backtest) -> int | None:
        return self._tried(backtest).count or None

    def get_deflated_sharpe(self, backtest: Backtest) -> float | None:
        return self._tried(backtest).deflated_sharpe

    def get_fingerprints(self, backtest: Backtest) -> dict[str, str]:
        return {
            "code": backtest.code_sha256,
            "data": backtest.data_fingerprint,
            "configuration": backtest.configuration_sha256,
            "engine": backtest.engine_version,
        }

    def _tried(self, backtest: Backtest) -> queries.Tried:
        if self._tried_of is None or self._tried_of[0] is not backtest:
            self._tried_of = (backtest, queries.tried(backtest, self._counts))
        return self._tried_of[1]


class NumberField(serializers.FloatField):
    """A JSON number: neither true nor a text that reads like one."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "From a day on", {"dataset": "msft-1d", "start": "2005-01-01T00:00:00Z", "fee_pct": 0.2}, request_only=True
        )
    ]
)
class NewBacktestSerializer(serializers.Serializer[Any]):
    dataset = serializers.CharField(max_length=MAX_KEY, help_text="`id` or `key` of a dataset.")
    start = serializers.DateTimeField(required=False, allow_null=True, help_text="The first bar when absent.")
    stop = serializers.DateTimeField(required=False, allow_null=True, help_text="Included; the last bar when absent.")
    cash = NumberField(required=False)
    fee_pct = NumberField(required=False, help_text="Per side, percent of the value.")
    slippage_pct = NumberField(required=False, help_text="Percent of the price, against you.")
    parameters = serializers.DictField(required=False, help_text="In place of the version's own.")


class BacktestPages(KeysetPages):
    ordering = ("-created_at", "-pk")


class BacktestListView(generics.ListAPIView[Backtest]):
    serializer_class = BacktestSerializer
    pagination_class = BacktestPages

    def get_queryset(self) -> QuerySet[Backtest]:
        version = version_for(_user(self.request), self.kwargs["strategy_id"], self.kwargs["number"])
        return queries.of_version(version)

    @extend_schema(operation_id="backtests_list", responses={200: BacktestSerializer(many=True), **COMMON_ERRORS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A version's runs, the newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="backtests_create",
        request=NewBacktestSerializer,
        responses={201: BacktestSerializer, **COMMON_ERRORS, 400: BAD_SETUP, 409: REFUSED},
    )
    def post(self, request: Request, strategy_id: int, number: int) -> Response:
        """Run this version on bars that exist (`/api/datasets/`). Answers at once; the run goes on in a worker."""
        user = _user(request)
        version = version_for(user, strategy_id, number)
        fields = NewBacktestSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        started = service.start(user, _setup(user, version, fields.validated_data), get_language() or "en")
        return Response(BacktestSerializer(started).data, status=status.HTTP_201_CREATED)


class BacktestView(APIView):
    @extend_schema(operation_id="backtests_retrieve", responses={200: BacktestSerializer, **COMMON_ERRORS})
    def get(self, request: Request, backtest_id: UUID) -> Response:
        """One run: how far it is, or its figures."""
        return Response(BacktestSerializer(backtest_for(_user(request), backtest_id)).data)

    @extend_schema(operation_id="backtests_cancel", responses={200: BacktestSerializer, **COMMON_ERRORS})
    def delete(self, request: Request, backtest_id: UUID) -> Response:
        """Cancel it: at once while it waits, within a second while it goes on. One that has ended stays as it is."""
        found = backtest_for(_user(request), backtest_id)
        service.cancel(found)
        return Response(BacktestSerializer(backtest_for(_user(request), backtest_id)).data)


def _setup(user: User, version: StrategyVersion, fields: dict[str, Any]) -> Setup:
    try:
        return configure(version, _dataset(user, fields.pop("dataset")), **fields)
    except BadSetup as error:
        raise ApiRefused(
            error.code,
            error.message,
            status_code=status.HTTP_400_BAD_REQUEST,
            fields={error.field: [error.message]},
        ) from error


def _dataset(user: User, name: str) -> Dataset:
    named = Q(key=name)
    if name.isascii() and name.isdigit() and len(name) < 19:
        named |= Q(pk=int(name))
    found = Dataset.objects.visible_to(user).filter(named).first()
    if found is None:
        there = Dataset.objects.visible_to(user).order_by("key").values_list("key", flat=True)
        listed = ", ".join(there[:50]) or "–"
        words_of_it = _("There is no such dataset. There are: %(known)s.") % {"known": listed}
        raise BadSetup("unknown_dataset", words_of_it, "dataset")
    return found


def _user(request: Request) -> User:
    """The signed-in user; the permission classes let nobody else through."""
    return cast(User, request.user)


urlpatterns = [
    path(
        "strategies/<int:strategy_id>/versions/<int:number>/backtests/",
        BacktestListView.as_view(),
        name="api-backtests",
    ),
    path("backtests/<uuid:backtest_id>/", BacktestView.as_view(), name="api-backtest"),
]
