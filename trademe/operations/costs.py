"""What model calls cost, from the ledger: sums by day, person, model or purpose, each in one query."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Concat

from chat.models import UsageRecord

DAYS = 30
MOST_DAYS = 366
MOST_ROWS = 400
BY = ("day", "person", "model", "purpose")
_KEYS: dict[str, Any] = {
    "day": F("day"),
    "person": Coalesce(F("user__username"), Value("–")),
    "model": Concat(F("provider"), Value(":"), F("model")),
    "purpose": F("purpose"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """``cost_usd`` is the sum of what is known; ``unpriced`` calls are not in it."""

    key: str
    calls: int
    unpriced: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """In units of the plot's view box: 1,000 wide, 200 high."""

    x: float
    y: float
    width: float
    height: float
    label: str


def records(first: date, last: date) -> "QuerySet[UsageRecord]":
    return UsageRecord.objects.filter(day__gte=first, day__lte=last)


def table(first: date, last: date, by: str) -> list[Row]:
    """One row a day, in order; else the dearest first."""
    grouped = records(first, last).order_by().values(key=_KEYS[by]).annotate(**_SUMS)
    ordered = grouped.order_by("key") if by == "day" else grouped.order_by(F("cost").desc(nulls_last=True), "key")
    return [_row(dict(row)) for row in ordered[:MOST_ROWS]]


def total(first: date, last: date) -> Row:
    return _row({"key": "", **records(first, last).aggregate(**_SUMS)})


_SUMS: dict[str, Any] = {
    "calls": Count("pk"),
    "priced": Count("cost_usd"),
    "input_sum": Sum("input_tokens"),
    "output_sum": Sum("output_tokens"),
    "cost": Sum("cost_usd"),
}


def _row(row: dict[str, Any]) -> Row:
    return Row(
        key=str(row["key"]),
        calls=row["calls"],
        unpriced=row["calls"] - row["priced"],
        input_tokens=row["input_sum"] or 0,
        output_tokens=row["output_sum"] or 0,
        cost_usd=row["cost"] or Decimal(0),
    )


def bars(rows: list[Row], first: date, last: date) -> list[Bar]:
    """One bar a day of the range; a day without calls is an empty place."""
    by_day = {row.key: row for row in rows}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    highest = max((row.cost_usd for row in rows), default=Decimal(0))
    width = 1000 / len(days)
    made = []
    for place, day in enumerate(days):
        row = by_day.get(day.isoformat())
        if row is not None and highest:
            height = float(row.cost_usd / highest) * 200
            label = f"{day.isoformat()}: ${row.cost_usd:.4f}"
            made.append(
                Bar(round(place * width, 2), round(200 - height, 2), round(width * 0.8, 2), round(height, 2), label)
            )
    return made
