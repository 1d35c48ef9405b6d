"""``make faults``: every fault on every configuration, as a table. Exit 1 when a promise did not hold."""

import argparse
import json
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

from tests.faults import table
from tests.faults.case import all_cases
from tests.faults.lanes import run_all, tasks
from tests.faults.outcome import Row
from tests.faults.stage import CONFIGURATIONS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--case", action="append", help="only those whose name holds this")
    parser.add_argument("--family", action="append", help="only this family")
    parser.add_argument("--on", action="append", help="only configurations whose name begins so")
    parser.add_argument("--runs", type=int, help="runs of each case (default: 50 of each kill, 10 of each other)")
    parser.add_argument("--first", type=int, default=0, help="the first seed, to repeat one")
    parser.add_argument("--lanes", type=int, default=3, help="how many cases at once, each with servers of its own")
    parser.add_argument("--output", type=Path, default=Path("var/faults.json"), help="where the figures go as JSON")
    parser.add_argument("--merge", action="store_true", help="keep rows of an earlier output that are not run now")
    parser.add_argument("--write", type=Path, metavar="docs/faults.md", help="put the table into this document")
    parser.add_argument("--list", action="store_true", help="only name the cases")
    chosen = parser.parse_args()

    cases = [
        case
        for case in all_cases()
        if (not chosen.case or any(part in case.name for part in chosen.case))
        and (not chosen.family or case.family in chosen.family)
    ]
    configurations = [
        name for name in CONFIGURATIONS if not chosen.on or any(name.startswith(begin) for begin in chosen.on)
    ]
    if chosen.list:
        for case in cases:
            print(f"{case.family:<10} {case.runs:>3}  {case.name}")
        return 0
    began = time.monotonic()
    earlier = None
    if chosen.merge and chosen.output.exists():
        earlier = table.Report.read(json.loads(chosen.output.read_text()))
    rows: list[Row] = []

    def report() -> table.Report:
        made = table.Report.of(rows, round(time.monotonic() - began))
        return made if earlier is None else made.merged_into(earlier)

    def note(row: Row) -> None:
        """Tell it and keep it at once: who is interrupted has what was done."""
        tell(row)
        rows.append(row)
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        chosen.output.write_text(json.dumps(asdict(report()), indent=1, ensure_ascii=False) + "\n")

    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # the rows under way are ended, and so are their servers
        signal.signal(number, lambda *_: stopping.set())
    run_all(tasks(cases, configurations, chosen.runs, chosen.first), chosen.lanes, note, stopping)
    done = report()
    print(f"\n{table.markdown(done)}\n")
    if chosen.write:
        table.write_into(chosen.write, done)
    print(table.summary(done))
    return 0 if done.kept else 1


def tell(row: Row) -> None:
    """One line as soon as a row is there, with everything that was wrong below it."""
    state = f"not run: {row.not_run}" if row.not_run else "kept" if row.kept else "BROKEN"
    print(
        f"{row.configuration} | {row.case} | runs {row.runs} | shown {row.shown} | lost {row.lost} |"
        f" doubled {row.doubled} | calls {row.calls} | {row.seconds:.1f} s | {', '.join(row.statuses)} | {state}",
        flush=True,
    )
    for line in row.broken[:10]:
        print(f"    {line[:1000]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
