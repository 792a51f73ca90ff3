"""The soak of a wall, time-compressed: a browser shows it while snapshot after snapshot comes
and scene after scene stands; what it holds must not grow.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import CDPSession, sync_playwright

from bench.browser import SWITCHES
from bench.served import served, sessions_of
from bench.steps import settings
from cockpit.answers.snapshot import Snapshots
from cockpit.processes import address
from cockpit.settings import Settings
from cockpit.web.guard import SESSION

CASES = 30_000
WALL = "soak"
WARM = 0.5
"""Of the snapshots, so many before the slope is measured: until then a browser compiles whatever is
called often, and keeps the code.
"""
ENOUGH = 1_000
"""Snapshots from which on the slope is told: in fewer, code is compiled to the end."""
UNCOMPILED = "--js-flags=--no-opt --no-maglev --no-sparkplug --no-flush-bytecode"
"""Chromium's switch for scripts that are never compiled: the heap is then what they hold."""
SAMPLES = 60
LOOKS, REST = 3, 0.3
"""Looks at the heap, and seconds between them: the least of them met the page at rest."""
PATIENCE = 120
"""Seconds for what takes one on a machine with nothing else to do."""
MIB = 1 << 20
IDLE_MINUTES = 1440
"""Somebody who looks at a wall and touches nothing is signed out; a display never is."""

MEANINGS = {
    "wall_snapshots": "snapshots that the wall took up",
    "wall_scenes": "scenes that stood",
    "wall_minutes": "minutes that it took",
    "wall_heap_start_mib": "heap after collection, at the start, MiB",
    "wall_heap_half_mib": "the same half way, code compiled, MiB",
    "wall_heap_last_mib": "the same at the end, MiB",
    "wall_heap_slope_mib": "growth in 1,000 snapshots from half way on, MiB (must: < 1)",
    "wall_nodes_half": "nodes of the document half way",
    "wall_nodes_last": "the same at the end",
    "wall_events_p50_s": "a row handed in, to the wall: median, s",
    "wall_events_p95_s": "the same, 95th percentile (must: < 5)",
    "wall_browser_cpu": "the browser's share of one core",
    "wall_faults": "lines on its console (must: 0)",
}


def soak(
    folder: Path, cases: int, snapshots: int, every: float, dwell: int, compiled: bool
) -> dict[str, Any]:
    """Show a wall for so many snapshots, one each so many seconds, each scene so many seconds."""
    from cockpit.record.democity import make
    from cockpit.record.handover import send
    from cockpit.settings import PROJECT

    chosen = settings(folder)
    walls = chosen.own / "walls"
    walls.mkdir(parents=True, exist_ok=True)
    text = (PROJECT / "queries" / "walls" / "city.toml").read_text("utf-8")
    told = text.replace("dwell    = 20", f"dwell    = {dwell}")
    (walls / f"{WALL}.toml").write_text(told, "utf-8")
    if not chosen.record.exists():
        make(chosen, cases, 7, None, lambda *_: None)
    places = _communities(chosen)
    ((token, _),) = sessions_of(chosen, [""])
    faults: list[str] = []
    with (
        _worker(chosen.home),
        served(replace(chosen, workers=1, idle_minutes=IDLE_MINUTES)) as (web, _),
        sync_playwright() as playwright,
    ):
        at = address(web)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[*SWITCHES, *([] if compiled else [UNCOMPILED])],
        )
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        context.add_cookies([{"name": SESSION, "value": token, "url": at}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", lambda one: faults.append(one.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        _await_wall(chosen)
        page.goto(f"{at}/wall/{WALL}/{min(places)[:4]}")
        page.wait_for_selector(".scene.shown .number")
        page.evaluate(
            "window.scenes = 0; new MutationObserver(() => { window.scenes += 1; }).observe("
            "document.documentElement, { attributes: true, attributeFilter: ['data-scene'] })"
        )
        cdp = context.new_cdp_session(page)
        cdp.send("Performance.enable")
        processes = _browsers()
        began, worked = time.monotonic(), _cpu(processes)
        taken, heaps = [], []
        for number in range(snapshots):
            start = time.monotonic()
            before = page.evaluate("document.documentElement.dataset.snapshot")
            path = folder / f"row{number}.csv"
            path.write_text(_row(places, number), "utf-8")
            (receipt,) = send(chosen, [path], "cases", lambda *_: None)
            path.unlink()
            if receipt["trouble"] or receipt["accepted"] != 1:
                raise RuntimeError(f"the row was not taken in: {receipt}")
            page.wait_for_function(
                "was => document.documentElement.dataset.snapshot !== was", arg=before
            ).dispose()
            taken.append(time.monotonic() - start)
            if "/wall/" not in page.url:
                raise RuntimeError(f"the wall went away, to {page.url}")
            if number % max(1, snapshots // SAMPLES) == 0 or number == snapshots - 1:
                heaps.append((number, *_held(cdp)))
                said = f"{heaps[-1][1]:.2f} MiB, {heaps[-1][2]} nodes, {taken[-1]:.1f} s"
                print(f"snapshot {number}: {said}", file=sys.stderr, flush=True)
            page.wait_for_timeout(max(0.0, every - (time.monotonic() - start)) * 1000)
        seconds = time.monotonic() - began
        cpu = (_cpu(processes) - worked) / seconds
        scenes = page.evaluate("window.scenes")
        browser.close()
    warm = [each for each in heaps if each[0] >= snapshots * WARM] or heaps
    taken.sort()
    return {
        "wall_snapshots": snapshots,
        "wall_scenes": scenes,
        "wall_minutes": round(seconds / 60, 1),
        "wall_heap_start_mib": round(heaps[0][1], 2),
        "wall_heap_half_mib": round(warm[0][1], 2),
        "wall_heap_last_mib": round(warm[-1][1], 2),
        "wall_heap_slope_mib": round(_slope(warm) * 1000, 3) if snapshots >= ENOUGH else None,
        "wall_nodes_half": warm[0][2],
        "wall_nodes_last": warm[-1][2],
        "wall_events_p50_s": round(statistics.median(taken), 2),
        "wall_events_p95_s": round(taken[int(len(taken) * 0.95)], 2),
        "wall_browser_cpu": round(cpu, 2),
        "wall_faults": len(faults),
        "wall_said": sorted(set(faults))[:5],
    }


def _await_wall(chosen: Settings) -> None:
    """Until the worker has published the soak's own wall."""
    snapshots, end = Snapshots(chosen.snapshots), time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with snapshots.current() as snapshot:
            if WALL in snapshot.walls:
                return
        time.sleep(REST)
    raise RuntimeError("the worker does not publish the wall")


def _held(cdp: CDPSession) -> tuple[float, int]:
    """MiB of the page's heap and nodes of its document, nothing in them that nobody holds."""
    found = []
    for _ in range(LOOKS):
        for _ in range(2):
            cdp.send("HeapProfiler.collectGarbage")
        told = cdp.send("Performance.getMetrics")["metrics"]
        values = {one["name"]: one["value"] for one in told}
        found.append((values["JSHeapUsedSize"] / MIB, int(values["Nodes"])))
        time.sleep(REST)
    return min(found)


def _slope(heaps: list[tuple[int, float, int]]) -> float:
    """MiB by snapshot, by least squares."""
    if len(heaps) < 2:
        return 0.0
    return statistics.linear_regression(
        [each[0] for each in heaps], [each[1] for each in heaps]
    ).slope


def _row(places: Sequence[str], number: int) -> str:
    """A case of the last day, of one more place each time."""
    return (
        "number,place,reported_at,due_at\n"
        f"soak-{number}-{os.getpid()},{places[number * 37 % len(places)]},"
        f"2026-10-31 {8 + number % 8:02}:{number % 60:02},2026-11-05 09:00\n"
    )


def _communities(chosen: Settings) -> list[str]:
    with Snapshots(chosen.snapshots).current() as snapshot:
        return [one.code for one in snapshot.tree.places if one.level == "community"]


@contextmanager
def _worker(home: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit", "worker"],
        env={**os.environ, "COCKPIT_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _browsers() -> list[psutil.Process]:
    """The browser's processes below this one."""
    return [one for one in psutil.Process().children(True) if "chrom" in one.name()]


def _cpu(processes: list[psutil.Process]) -> float:
    """Seconds that they worked."""
    return sum(sum(one.cpu_times()[:2]) for one in processes if one.is_running())
