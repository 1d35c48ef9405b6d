"""What the repetitions say together: medians, how many times the bare relay, and what the journal adds."""

import statistics
from collections.abc import Callable, Iterable
from typing import Any

from bench.servers import BARE, DATABASES, OFF

PERCENTILES = ("p50", "p95", "p99")

Result = dict[str, Any]
Key = tuple[str, str]


def medians(results: Iterable[Result]) -> list[Result]:
    """One row for each server and scenario: the median of each figure over the repetitions, the sum of what counts."""
    bare = _grouped(result for result in results if result["server"] == BARE)
    return [
        _median(group) | _times_bare(group, bare.get((BARE, scenario), []))
        for (_server, scenario), group in _grouped(results).items()
    ]


def journal_cost(results: Iterable[Result]) -> list[Result]:
    """For each database and scenario: latency with the journal minus without it, repetition by repetition."""
    groups = _grouped(results)
    rows: list[Result] = []
    for (server, scenario), group in groups.items():
        without = groups.get((f"{server}{OFF}", scenario))
        if server not in DATABASES or without is None:
            continue
        pairs = [(a, b) for a, b in zip(group, without, strict=False) if a["latency_ms"] and b["latency_ms"]]
        if not pairs:
            continue
        row: Result = {"database": server, "scenario": scenario, "repetitions": len(pairs)}
        for name in PERCENTILES:
            added = [a["latency_ms"][name] - b["latency_ms"][name] for a, b in pairs]
            row[name] = {
                "with": _middle(a["latency_ms"][name] for a, _ in pairs),
                "without": _middle(b["latency_ms"][name] for _, b in pairs),
                "added": _middle(added),
                "least": round(min(added), 2),
                "most": round(max(added), 2),
            }
        row["cpu_us_per_delta"] = _middle(a["cpu_us_per_delta"] - b["cpu_us_per_delta"] for a, b in pairs)
        rows.append(row)
    return rows


def _grouped(results: Iterable[Result]) -> dict[Key, list[Result]]:
    groups: dict[Key, list[Result]] = {}
    for result in results:
        groups.setdefault((result["server"], result["scenario"]), []).append(result)
    return groups


def _median(group: list[Result]) -> Result:
    def of(field: str) -> float:
        return _middle(result[field] for result in group)

    def all_of(field: str) -> int:
        return sum(result[field] for result in group)

    first = group[0]
    row: Result = {name: first[name] for name in ("server", "scenario")}
    row |= {name: all_of(name) for name in ("expected", "arrived", "wrong", "ended")}
    row |= {name: of(name) for name in ("deltas_per_second", "bytes_per_delta", "cpu_us_per_delta", "peak_mb")}
    row["repetitions"] = len(group)
    for field in ("latency_ms", "first_ms"):
        row[field] = _by_percentile(group, lambda result, name, field=field: result[field].get(name))  # type: ignore[misc]
    return row


def _times_bare(group: list[Result], bare: list[Result]) -> Result:
    if not bare or group[0]["server"] == BARE:
        return {}
    pairs = list(zip(group, bare, strict=False))
    times = {
        name: _middle(ours["latency_ms"][name] / theirs["latency_ms"][name] for ours, theirs in pairs)
        for name in PERCENTILES
        if all(ours["latency_ms"].get(name) and theirs["latency_ms"].get(name) for ours, theirs in pairs)
    }
    return {"times_bare_relay": times}


def _by_percentile(group: list[Result], value: Callable[[Result, str], float | None]) -> dict[str, float]:
    found = {name: [value(result, name) for result in group] for name in PERCENTILES}
    return {
        name: _middle(number for number in numbers if number is not None)
        for name, numbers in found.items()
        if any(number is not None for number in numbers)
    }


def _middle(numbers: Iterable[float]) -> float:
    return round(statistics.median(numbers), 2)
