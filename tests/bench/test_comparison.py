"""Repetitions are told by their medians, and the journal's cost by what each repetition adds."""

from typing import Any

from bench.comparison import journal_cost, medians


def result(server: str, p50: float, wrong: int = 0) -> dict[str, Any]:
    latency = {"p50": p50, "p95": p50 * 2, "p99": p50 * 3}
    counts = {"expected": 10, "arrived": 10, "wrong": wrong, "ended": 1}
    figures = {"deltas_per_second": 50.0, "bytes_per_delta": 60.0, "cpu_us_per_delta": p50 * 10, "peak_mb": 100.0}
    return {"server": server, "scenario": "s", "latency_ms": latency, "first_ms": latency, **counts, **figures}


def test_the_median_of_the_repetitions_is_told_and_every_fault_counted() -> None:
    row = medians([result("sqlite", 1.0), result("sqlite", 9.0, wrong=2), result("sqlite", 2.0)])[0]
    assert (row["repetitions"], row["latency_ms"]["p50"], row["latency_ms"]["p99"]) == (3, 2.0, 6.0)
    assert (row["expected"], row["arrived"], row["wrong"]) == (30, 30, 2)
    assert "times_bare_relay" not in row


def test_each_repetition_is_set_beside_the_bare_relay_of_the_same_round() -> None:
    rounds = [result("bare relay", 1.0), result("sqlite", 3.0), result("bare relay", 4.0), result("sqlite", 8.0)]
    bare, ours = medians(rounds)
    assert "times_bare_relay" not in bare
    assert ours["times_bare_relay"] == {"p50": 2.5, "p95": 2.5, "p99": 2.5}


def test_the_journal_costs_what_each_repetition_adds_to_the_same_without_it() -> None:
    without = [result("sqlite, no journal", p50) for p50 in (1.0, 2.0, 50.0)]
    added = [result("sqlite", p50) for p50 in (2.0, 4.0, 53.0)]
    cost = journal_cost([*without, *added, result("bare relay", 1.0)])[0]
    assert (cost["database"], cost["repetitions"], cost["cpu_us_per_delta"]) == ("sqlite", 3, 20.0)
    assert cost["p50"] == {"with": 4.0, "without": 2.0, "added": 2.0, "least": 1.0, "most": 3.0}


def test_a_server_without_its_counterpart_has_no_cost() -> None:
    assert journal_cost([result("postgresql", 1.0), result("sqlite, no journal", 1.0)]) == []
