"""REST of the market data that there is."""

from typing import Any, cast

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from strategies.models import Dataset
from trademe.accounts.models import User
from trademe.api_errors import COMMON_ERRORS
from trademe.api_pages import KeysetPages


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Daily bars of a stock",
            {
                "id": 9,
                "key": "msft-1d",
                "instrument": "MSFT",
                "kind": "stock",
                "timeframe": "1d",
                "synthetic": False,
                "own": False,
                "source": "Quandl WIKI Prices, as bundled by bokeh_sampledata 2026.1",
                "licence": "Public domain (publisher's notice of 2015, recorded in bokeh_sampledata)",
                "adjustment": "Splits and dividends: prices by Adj Close / Close, volume inversely",
                "first_time": "2000-03-01T00:00:00Z",
                "last_time": "2013-03-01T00:00:00Z",
                "bar_count": 3270,
                "gap_count": 1,
                "gaps": [["2001-09-10T00:00:00Z", "2001-09-17T00:00:00Z"]],
                "fingerprint": "c224760c8a6d5a5f0f1c7a0d6f4f3a9ed3f7b9a3f4b8d1d5a5c1e0b7f6a4d2c1",
            },
            response_only=True,
        )
    ]
)
class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    own = serializers.SerializerMethodField(help_text="Whether you imported it.")
    gaps = serializers.SerializerMethodField(help_text="The first 50: the bars on either side of each gap.")

    class Meta:
        model = Dataset
        fields = (
            "id", "key", "instrument", "kind", "timeframe", "synthetic", "own", "source", "licence", "adjustment",
            "first_time", "last_time", "bar_count", "gap_count", "gaps", "fingerprint",
        )  # fmt: skip
        read_only_fields = fields

    def get_own(self, dataset: Dataset) -> bool:
        return dataset.owner_id is not None

    def get_gaps(self, dataset: Dataset) -> list[list[str]]:
        from strategies.data.storage import moment

        return [[moment(edge).isoformat().replace("+00:00", "Z") for edge in gap] for gap in dataset.gaps]


class DatasetPages(KeysetPages):
    ordering = ("instrument", "timeframe", "pk")


class DatasetListView(generics.ListAPIView[Dataset]):
    serializer_class = DatasetSerializer
    pagination_class = DatasetPages

    def get_queryset(self) -> QuerySet[Dataset]:
        return Dataset.objects.visible_to(cast(User, self.request.user))

    @extend_schema(operation_id="datasets_list", responses={200: DatasetSerializer(many=True), **COMMON_ERRORS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The bars that exist: what comes with Trademe and what you imported. Only these can be backtested."""
        return self.list(request, *args, **kwargs)


urlpatterns = [path("datasets/", DatasetListView.as_view(), name="api-datasets")]
