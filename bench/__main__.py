"""``python -m bench`` (``make bench``): measures the real product from outside, prints a table, writes JSON."""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import machine, relay

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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database-url", default="", help="PostgreSQL instead of SQLite")
    parser.add_argument("--server", choices=("bare relay", "trademe"), action="append", help="only this one")
    parser.add_argument("--scenario", action="append", help="only those whose name begins so")
    parser.add_argument("--folder", type=Path, help="where data and logs go (default: a temporary folder)")
    parser.add_argument("--output", type=Path, default=Path("var/bench.json"), help="where the JSON goes")
    arguments = parser.parse_args()
    servers = tuple(arguments.server or ("bare relay", "trademe"))
    begins = tuple(arguments.scenario or ("",))
    scenarios = tuple(scenario for scenario in relay.SCENARIOS if scenario.name.startswith(begins))
    with tempfile.TemporaryDirectory(prefix="trademe-bench-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": machine.description(),
            "database": urlsplit(arguments.database_url).scheme or "sqlite",
            "fsync_ms": machine.fsync_ms(folder),
            "relay": relay.measure(folder, arguments.database_url, scenarios, servers),
        }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(report, indent=1) + "\n")
    print(table(report))
    print(f"Written to {arguments.output}")


def table(report: dict[str, Any]) -> str:
    rows = [COLUMNS, *(_row(result) for result in report["relay"])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    idle = next((result["idle_mb"] for result in report["relay"] if "idle_mb" in result), None)
    lines.append(f"{report['machine']['processor']}, server on cores {report['machine']['server cores']},")
    lines.append(f"{report['database']}, the disk's own fsync {report['fsync_ms']['p50']} ms (p50)")
    lines.append("x bare: p50 and p99 as multiples of the bare relay's in this run")
    if idle is not None:
        lines.append(f"trademe idle: {idle} MB")
    return "\n".join(lines)


def _row(result: dict[str, Any]) -> tuple[str, ...]:
    latency = result["latency_ms"]
    times = result.get("times_bare_relay")
    return (
        result["server"],
        result["scenario"],
        *(f"{latency[name]:.1f}" if latency else "-" for name in ("p50", "p95", "p99")),
        f"{times['p50']:.1f} / {times['p99']:.1f}" if times and latency else "",
        f"{result['deltas_per_second']:,.0f}",
        f"{result['arrived']} of {result['expected']}",
        str(result["wrong"]),
        f"{result['bytes_per_delta']:.0f}",
        f"{result['cpu_us_per_delta']:.0f}",
        f"{result['peak_mb']:.0f}",
    )


if __name__ == "__main__":
    main()
