"""``python -m bench [--cases N …] [--browser] [--json]``: what a city of a given size costs.

Everything of one size is measured in one run, each step in a process of its own, so that ratios
hold while the machine's speed drifts. The city is the demo's; its files come and go with the run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import browser, soak, steps, viewers
from bench.child import run

MILLION = 1_000_000
SIZES = (MILLION, 10 * MILLION)
CSV_MOST = 20 * MILLION
"""Beyond it the city is made straight in the record: its CSV would fill the disk."""

MEANINGS = {
    "cases": "cases in the city",
    "csv_mib": "size of the file, MiB",
    "bare_seconds": "DuckDB's create table as from read_csv, into a file",
    "load_seconds": "the same file, inbox to published",
    "load_ratio": "load / bare (must: ≤ 4)",
    "load_peak_mib": "peak memory of the load, MiB (must: < 4096)",
    "batch_seconds": "1,000 changed rows of the last 60 days to published (must: ≤ 2 at 10 M)",
    "tally_p50_ms": "a tally: any metric, level and stretch, median",
    "tally_p95_ms": "the same, 95th percentile, year of days (must: < 15)",
    "tally_month_p95_ms": "the same for a month",
    "leaf_p95_ms": "a grid's tally",
    "below_p95_ms": "one metric for all children",
    "page_cold_ms": "the page's data request, first time, all levels, median (must: < 60)",
    "page_cold_p95_ms": "the same, 95th percentile",
    "page_warm_ms": "the same again (must: < 5)",
    "beside_question": "a page beside an analyst's endless question / alone (must: ≤ 1.5)",
    "beside_panel": "a page beside an endless panel / alone (must: ≤ 1.5)",
    "gate_us": "the gate, µs (must: < 1,000)",
    "guard_us": "all that stands before a signed-in request, µs",
    "audit_us": "what a page waits for its line of the audit, µs",
    "audit_now_us": "a line of the audit that is waited for, µs",
    "sign_in_ms": "signing in with a password, ms",
    "first_visit_ms": "first visit in chromium to painted, median (must: < 2,000)",
    "first_visit_kb": "what it moves, compressed, KB (must: < 2,000)",
    "first_visit_unkept": "scripts and styles of it that the browser may not keep for a year",
    "click_p50_ms": "click to painted, warm, all kinds of pages, median",
    "click_p95_ms": "the same, 95th percentile (must: < 400)",
    "click_overview_p95_ms": "overviews alone",
    "click_cases_p95_ms": "pages of the subject cases",
    "click_warnings_p95_ms": "pages of the subject warnings",
    "click_sharing_p95_ms": "pages of the subject sharing",
    "click_list_p95_ms": "lists",
    "click_row_p95_ms": "rows",
    "click_cold_p95_ms": "click to painted where nobody was before, 95th percentile",
    "drill_kb": "the most that a click's data request moves, compressed, KB (must: < 60)",
    "viewers_per_second": "200 viewers, a click every 5 s: answers a second",
    "viewers_first_p95_ms": "what an answer takes in the first half, 95th percentile",
    "viewers_p50_ms": "in the second half, median",
    "viewers_p95_ms": "the same, 95th percentile (must: < 300)",
    "viewers_errors": "answers that went wrong (must: 0)",
    "viewers_mib": "the server's memory at the end, MiB",
    "viewers_grown_mib": "how much more than at half the time (must: steady)",
    "snapshot_mib": "snapshot, cube and Parquet files, MiB",
    "record_mib": "the record, MiB",
}


def main() -> None:
    """Measure every size asked for and print a table, or JSON lines with --json."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--cases", type=int, nargs="*", help="sizes; left out, 1 M and 10 M")
    asked.add_argument("--hundred", action="store_true", help="100 M too (an hour, 60 GB)")
    asked.add_argument("--browser", action="store_true", help="chromium and 200 viewers too")
    asked.add_argument("--wall", action="store_true", help="the soak of a wall instead (an hour)")
    asked.add_argument("--snapshots", type=int, default=1500, help="how many the wall takes up")
    asked.add_argument("--every", type=float, default=2.0, help="seconds from one to the next")
    asked.add_argument("--dwell", type=int, default=1, help="seconds that a scene stands")
    asked.add_argument(
        "--uncompiled", action="store_true", help="the wall's scripts are not compiled"
    )
    asked.add_argument("--json", action="store_true", help="print JSON and nothing else")
    asked.add_argument("--keep", type=Path, help="keep the city in this folder")
    chosen = asked.parse_args()
    if chosen.wall:
        _soak(chosen)
        return
    sizes = [*(chosen.cases or SIZES), *([100 * MILLION] if chosen.hundred else [])]
    results = []
    for cases in sizes:
        folder = Path(tempfile.mkdtemp(prefix="cockpit-bench-"))
        if chosen.keep:
            folder = chosen.keep / str(cases)
            folder.mkdir(parents=True, exist_ok=True)
        try:
            results.append(measure(cases, folder, not chosen.json, chosen.browser))
        finally:
            if not chosen.keep:
                shutil.rmtree(folder, ignore_errors=True)
    if chosen.json:
        print(json.dumps(results[0] if len(results) == 1 else results))
        return
    width = max(len(text) for text in MEANINGS.values())
    print(f"{'':{width}}" + "".join(f"{result['cases']:>14,}" for result in results))
    for key, meaning in MEANINGS.items():
        if key != "cases":
            print(f"{meaning:{width}}" + "".join(f"{_shown(r.get(key)):>14}" for r in results))


def _soak(chosen: argparse.Namespace) -> None:
    """The soak of a wall, in the city of the first size that is named, or in a small one."""
    cases = (chosen.cases or [soak.CASES])[0]
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="cockpit-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        how = (chosen.snapshots, chosen.every, chosen.dwell, not chosen.uncompiled)
        told = run(soak.soak, folder, cases, *how)
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if chosen.json:
        print(json.dumps(told, ensure_ascii=False))
        return
    width = max(len(text) for text in soak.MEANINGS.values())
    for key, meaning in soak.MEANINGS.items():
        print(f"{meaning:{width}}{_shown(told[key]):>14}")
    for line in told["wall_said"]:
        print(line)


def measure(cases: int, folder: Path, say: bool, looked: bool = False) -> dict[str, Any]:
    """All figures of one size; where it is ``looked`` at, those of browsers too."""

    def step(name: str, function: Any, *values: Any) -> dict[str, Any]:
        if say:
            print(f"{cases:,}: {name} …", file=sys.stderr, flush=True)
        return run(function, folder, cases, *values)

    figures: dict[str, Any] = {"cases": cases}
    if cases <= CSV_MOST:
        figures |= step("making the file", steps.make_csv)
        figures |= step("bare load", steps.bare)
        loaded = step("load to published", steps.load)
        figures |= loaded
        figures["load_ratio"] = round(loaded["load_seconds"] / figures["bare_seconds"], 2)
    else:
        figures |= step("making the city", steps.make_city)
    figures |= step("batches", steps.batches)
    figures |= step("tallies", steps.tallies)
    figures |= step("pages", steps.pages)
    figures |= step("neighbours", steps.neighbours)
    figures |= step("people", steps.people)
    if looked:
        figures |= step("browser", browser.browser)
        figures |= step("viewers", viewers.viewers)
    return figures


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


if __name__ == "__main__":
    main()
