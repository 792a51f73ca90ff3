"""The town again, with three metrics instead of all: quick to publish, for tests that publish much.

What a reader of it is told are four numbers: cases, closed on time, closed, open.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.period import Period
from cockpit.settings import Settings
from tests import asked as tally
from tests import town

METRICS = """
[reported]
title = "上报"
numerator = "true"
clock = "reported_at"
unit = "count"
standard = "D"
meaning = "上报的。"
[on_time]
title = "按期"
numerator = "closed_at <= due_at"
denominator = "closed_at is not null"
clock = "due_at"
unit = "percent"
standard = "D"
meaning = "按期结案的。"
[open]
title = "未结"
numerator = "true"
enters = "reported_at"
leaves = "closed_at"
unit = "count"
standard = "D"
meaning = "没有结案的。"
"""
Numbers = tuple[int, int, int, int]


def found(folder: Path, **chosen: Any) -> Settings:
    """The settings of a new home."""
    queries = folder / "queries"
    (queries / "cases").mkdir(parents=True)
    (queries / "cases" / "metrics.toml").write_text(METRICS, "utf-8")
    return replace(town.found(folder), shipped=queries, **chosen)


def numbers(snapshot: Snapshot) -> Numbers:
    """What a snapshot answers: from its rows, with which its cube agrees."""
    metrics = [snapshot.metric(name) for name in ("reported", "on_time", "open")]
    city = tally.at(snapshot, metrics, snapshot.tree.root, Period())
    rows: list[Numbers] = snapshot.rows(
        "select count(*), count(*) filter (closed_at <= due_at), count(closed_at),"
        " count(*) filter (closed_at is null) from cases"
    )
    reported, on_time, still_open = (city[one.metric.name] for one in metrics)
    counted = reported.numerator, on_time.numerator, on_time.denominator, still_open.numerator
    assert rows == [counted], f"snapshot {snapshot.id}: {rows}, but {counted} in its cube"
    return rows[0]


def in_service(settings: Settings) -> Numbers:
    """What somebody who comes now is told."""
    snapshots = Snapshots(settings.snapshots)
    with snapshots.current() as snapshot:
        told = numbers(snapshot)
    snapshot.close()
    return told
