"""The metrics that are counted: each as its file says, and where that is wrong, as it was before.

One wrong entry spoils no other, and no slip of an author's keeps new data from being published.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import duckdb

from cockpit.limits import alarm
from cockpit.model.counting import Counted
from cockpit.model.metric import Metric
from cockpit.model.mistakes import Mistake
from cockpit.model.panel import Broken
from cockpit.record import cube, queries
from cockpit.record.publish import current
from cockpit.record.store import FAILURES, Record, first_line

PATIENCE = 60.0
"""Seconds for which all rows are tried on one metric to find what stops a publish."""


@dataclass(frozen=True)
class Weighed:
    """What is counted, and the entries that are not as their files say."""

    counted: tuple[Counted, ...] = ()
    broken: tuple[Broken, ...] = ()

    def without(self, faults: Mapping[str, str], before: Iterable[Counted]) -> Weighed:
        """The same where counting itself stumbled over some metrics: these as before, or not."""
        known = {one.metric.name: one for one in before}
        counted, broken = list[Counted](), list(self.broken)
        for one in self.counted:
            metric = one.metric
            if metric.name not in faults:
                counted.append(one)
                continue
            broken.append(_broken(metric, faults[metric.name]))
            earlier = known.get(metric.name)
            if earlier is not None and not _same(earlier.metric, metric):
                counted.append(earlier)
        return Weighed(tuple(counted), tuple(broken))


def weighed(record: Record, before: Sequence[Counted]) -> Weighed:
    """What the files say now. Raises Mistake where there is nothing at all that can be counted."""
    known = {one.metric.name: one for one in before}
    found: dict[str, Counted] = {}
    broken: list[Broken] = []
    may = cube.allowed(record.con)

    def keep(names: Iterable[str]) -> None:
        for name in names:
            if name in known:
                found.setdefault(name, known[name])

    for subject, path, read in queries.metric_files(*record.settings.folders):
        if isinstance(read, Mistake):
            where = queries.shown(path)
            broken.append(Broken(path.name, subject, where, read.text(), "metric"))
            keep(name for name, one in known.items() if one.metric.path == where)
            continue
        for name, metric in read.items():
            try:
                if name in found:
                    raise queries.twice("metric", name, found[name].metric.path, metric.path)
                found[name] = cube.weigh(record.con, metric, may)
            except Mistake as mistake:
                broken.append(_broken(metric, mistake.text()))
                keep([name])
    if broken and not found:
        raise Mistake(broken[0].message)
    return Weighed(tuple(found.values()), tuple(broken))


def in_service(record: Record) -> list[Counted]:
    """The metrics of the snapshot in service, as far as they still fit the facts."""
    id = current(record.settings.snapshots)
    path = record.settings.snapshots / f"{id}.duckdb"
    if id is None or not path.is_file():
        return []
    try:
        record.con.execute(f"attach '{path}' as earlier (read_only)")
        try:
            told = record.one("select value from earlier.about where key = 'counted'")
        finally:
            record.con.execute("detach earlier")
    except duckdb.Error:
        return []
    found = []
    may = cube.allowed(record.con)
    for entry in json.loads(told):
        with suppress(Mistake, TypeError):
            found.append(cube.weigh(record.con, Metric(**entry["metric"]), may))
    return found


def stumbled(
    record: Record, counted: Sequence[Counted], before: Sequence[Counted]
) -> dict[str, str]:
    """The metrics that cannot be counted over the rows there are, and why: those that are new or
    changed are tried first.
    """
    known = {one.metric.name: one.metric for one in before}
    new = [one.metric for one in counted if not _same(known.get(one.metric.name), one.metric)]
    rest = [one.metric for one in counted if one.metric not in new]
    return dict(_tried(record, new)) or dict(_tried(record, rest))


def _tried(record: Record, metrics: Iterable[Metric]) -> Iterator[tuple[str, str]]:
    for metric in metrics:
        listed = ", ".join(f"max(({sql}))" for part in cube.PARTS if (sql := getattr(metric, part)))
        with alarm(PATIENCE, record.con.interrupt):
            try:
                record.con.execute(f"select {listed} from {metric.fact}").fetchall()
            except (*FAILURES, duckdb.InterruptException):
                continue  # it says nothing of the metric
            except duckdb.Error as error:
                yield metric.name, f"{metric.path} [{metric.name}]: {first_line(error)}"


def _same(one: Metric | None, other: Metric) -> bool:
    return one is not None and all(
        getattr(one, part) == getattr(other, part) for part in cube.PARTS
    )


def _broken(metric: Metric, message: str) -> Broken:
    return Broken(metric.name, metric.subject, metric.path, message, "metric")
