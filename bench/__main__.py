"""``python -m bench`` (``make bench``): measures the real product from outside, prints tables, writes JSON."""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import backtesting_py, comparison, engine, imports, jobs, machine, relay
from bench.servers import SERVERS, available

COLUMNS = (
    "server",
    "scenario",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "x bare",
    "deltas/s",
    "arrived",
    "wrong",
    "B/delta",
    "CPU µs",
    "peak MB",
)
PARTS = ("relay", "engine", "jobs", "imports")
COST_COLUMNS = ("database", "scenario", "p50 without", "with", "added", "p99 without", "with", "added", "CPU µs/delta")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one (default: all)")
    parser.add_argument("--server", choices=SERVERS, action="append", help="only this one (default: all that can run)")
    parser.add_argument("--scenario", action="append", help="only those whose name begins so")
    parser.add_argument("--repetitions", type=int, default=3, help="of each scenario on each server (default: 3)")
    parser.add_argument("--rows", type=int, default=imports.ROWS, help=f"to import (default: {imports.ROWS})")
    parser.add_argument("--folder", type=Path, help="where data and logs go (default: a temporary folder)")
    parser.add_argument("--output", type=Path, default=Path("var/bench.json"), help="where the JSON goes")
    arguments = parser.parse_args()
    parts = tuple(arguments.part or PARTS)
    asked = tuple(arguments.server or SERVERS) if "relay" in parts else ()
    servers = available(asked)
    begins = tuple(arguments.scenario or ("",))
    scenarios = tuple(scenario for scenario in relay.SCENARIOS if scenario.name.startswith(begins))
    with tempfile.TemporaryDirectory(prefix="trademe-bench-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        load = machine.load()
        fsync = machine.fsync_ms(folder)
        results = relay.measure(folder, scenarios, servers, arguments.repetitions) if servers else []
        beside = beside_backtesting(folder, parts)
        if "imports" in parts:
            beside["imports"] = list(imports.measure(folder, arguments.rows))
    report: dict[str, Any] = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": machine.description(),
        "load_before": load,
        "load_after": machine.load(),
        "fsync_ms": fsync,
        "relay": comparison.medians(results),
        "journal": comparison.journal_cost(results),
        "idle_mb": {result["server"]: result["idle_mb"] for result in results},
        "not_measured": [f"{name} (PostgreSQL is not installed)" for name in asked if name not in servers]
        + (
            []
            if "engine" in beside or "jobs" in beside or {"engine", "jobs"}.isdisjoint(parts)
            else ["engine and jobs (no .venv-oracle: scripts/install.sh oracle)"]
        ),
        **beside,
        "runs": results,
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(report, indent=1) + "\n")
    print(text(report))
    print(f"Written to {arguments.output}")


def beside_backtesting(folder: Path, parts: Sequence[str]) -> dict[str, Any]:
    """The engine and whole jobs beside backtesting.py, where it is installed."""
    if not backtesting_py.is_there():
        return {}
    found: dict[str, Any] = {}
    if "engine" in parts:
        found["engine"] = list(engine.measure(folder))
    if "jobs" in parts:
        jobs.prepare(folder)
        found["jobs"] = list(jobs.measure(folder))
    return found


def text(report: dict[str, Any]) -> str:
    """The report as a person reads it."""
    described = report["machine"]
    lines = []
    for name, part in (("engine", engine), ("jobs", jobs), ("imports", imports)):
        if name in report:
            lines += [_table([part.COLUMNS, *(part.cells(row) for row in report[name])]), ""]
    if report["relay"]:
        lines += [_table([COLUMNS, *(_row(result) for result in report["relay"])]), ""]
    if report["journal"]:
        lines += ["What the journal adds, run by run (median, least to most):"]
        lines += [_table([COST_COLUMNS, *(_cost_row(row) for row in report["journal"])]), ""]
    if report["relay"]:
        repetitions = max(result["repetitions"] for result in report["relay"])
        lines += [
            f"latencies are the median of {repetitions} repetitions;"
            " x bare: p50 and p99 as multiples of the bare relay's",
            "idle: " + ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in report["idle_mb"].items()),
        ]
    lines += [
        f"{described['processor']}, server on cores {described['server cores']},"
        f" load {report['load_before']:.1f} before and {report['load_after']:.1f} after",
        f"the disk's own fsync {report['fsync_ms']['p50']} ms (p50), {report['fsync_ms']['p99']} ms (p99)",
    ]
    lines += [f"NOT MEASURED: {name}" for name in report["not_measured"]]
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _row(result: dict[str, Any]) -> tuple[str, ...]:
    latency = result["latency_ms"]
    times = result.get("times_bare_relay")
    return (
        result["server"],
        result["scenario"],
        *(f"{latency[name]:.1f}" if latency else "-" for name in comparison.PERCENTILES),
        f"{times['p50']:.1f} / {times['p99']:.1f}" if times else "",
        f"{result['deltas_per_second']:,.0f}",
        f"{result['arrived']} of {result['expected']}",
        str(result["wrong"]),
        f"{result['bytes_per_delta']:.0f}",
        f"{result['cpu_us_per_delta']:.0f}",
        f"{result['peak_mb']:.0f}",
    )


def _cost_row(row: dict[str, Any]) -> tuple[str, ...]:
    cells = [row["database"], row["scenario"]]
    for name in ("p50", "p99"):
        figures = row[name]
        added = f"{figures['added']:+.1f} ({figures['least']:+.1f} to {figures['most']:+.1f})"
        cells += [f"{figures['without']:.1f}", f"{figures['with']:.1f}", added]
    return (*cells, f"{row['cpu_us_per_delta']:+.0f}")


if __name__ == "__main__":
    main()
