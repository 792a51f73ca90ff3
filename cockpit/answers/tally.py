"""Tallies for a place and a period, for its children, and along time: sums over the cube."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from cockpit.answers.snapshot import Snapshot
from cockpit.model.counting import Counted, part_types
from cockpit.model.metric import Tally
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared

Step = Literal["day", "week", "month"]
Tallies = dict[str, Tally]
"""Metric name → tally."""


def at(snapshot: Snapshot, metrics: Sequence[Counted], seen: Cleared, period: Period) -> Tallies:
    """What the metrics count for a place, everything below it included."""
    place = seen.place
    return _grouped(snapshot, metrics, [place], period, own=False).get(place.lo, blank(metrics))


def below(
    snapshot: Snapshot, metrics: Sequence[Counted], seen: Cleared, period: Period
) -> tuple[dict[str, Tallies], Tallies]:
    """The same for each child (by code), and for the rows that lie in none of them (未落格)."""
    place = seen.place
    children = snapshot.tree.below(place)
    found = _grouped(snapshot, metrics, children, period, own=False)
    apart = _grouped(snapshot, metrics, [place], period, own=True) if children else {}
    nothing = blank(metrics)
    return (
        {child.code: found.get(child.lo, nothing) for child in children},
        apart.get(place.lo, nothing),
    )


def around(
    snapshot: Snapshot, metrics: Sequence[Counted], seen: Cleared, period: Period
) -> tuple[Tallies, dict[str, Tallies], Tallies]:
    """What ``at`` and ``below`` give, asked for at once: the place, its children by code, and the
    rows in none of them. A page needs all three, and a query costs more than its rows.
    """
    place = seen.place
    children = snapshot.tree.below(place)
    last = children[-1] if children else place
    lowest = max((child.rung for child in children), default=place.rung)
    found: dict[int, Tallies] = {}
    for fact, mine in _facts(metrics):
        since, until = stretch(snapshot, mine[0], period)
        rows = (
            f"(select if(own, -1, pos) as pos, * exclude (pos)"
            f" from {snapshot.cube(fact, part_types(mine), lowest)}"
            f" where rung between {place.rung} and {lowest}"
            f" and pos between {place.lo} and {last.lo} and (own = false or pos = {place.lo}))"
        )
        for pos, tallies in _summed(snapshot, rows, mine, since, until, "pos"):
            found.setdefault(pos, blank(metrics)).update(tallies)
    nothing = blank(metrics)
    return (
        found.get(place.lo, nothing),
        {child.code: found.get(child.lo, nothing) for child in children},
        found.get(-1, nothing) if children else nothing,
    )


def by(
    snapshot: Snapshot,
    metrics: Sequence[Counted],
    seen: Cleared,
    period: Period,
    step: Step,
) -> list[tuple[date, Tallies]]:
    """The metrics along time: the first day of each step, and what counts in it (a flow) or
    stands at its end (a stock). Steps in which nothing was counted are there too, blank.
    """
    sums: dict[date, Tallies] = defaultdict(dict)
    stocks = [one for one in metrics if one.metric.stock]
    flows = [one for one in metrics if not one.metric.stock]
    for _, mine in _facts(metrics):
        since, until = stretch(snapshot, mine[0], period)
        rows = _rows(snapshot, mine, [seen.place], own=False)
        for day, tallies in _summed(snapshot, rows, mine, since, until, "day"):
            sums[day] |= tallies
    if not sums:
        return []
    first = period.since or min(sums)
    last = period.until or max(sums)
    steps: dict[date, Tallies] = {}
    start = first
    while start <= last:
        steps.setdefault(_floor(start, step), blank(metrics))
        start += timedelta(days=1)
    for one in flows:
        name = one.metric.name
        for day, tallies in sums.items():
            if name in tallies and first <= day <= last:
                steps[_floor(day, step)][name] += tallies[name]
    for one in stocks:
        name, running, ordered = one.metric.name, _blank(one), sorted(sums)
        position = 0
        for beginning in sorted(steps):
            end = min(_end(beginning, step), last)
            while position < len(ordered) and ordered[position] <= end:
                running += sums[ordered[position]].get(name, _blank(one))
                position += 1
            steps[beginning][name] = running
    return sorted(steps.items())


def blank(metrics: Iterable[Counted]) -> Tallies:
    """The tallies of no rows."""
    return {one.metric.name: _blank(one) for one in metrics}


def _blank(one: Counted) -> Tally:
    return Tally(0, 0 if one.metric.denominator else None, 0)


def _floor(day: date, step: Step) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def _end(beginning: date, step: Step) -> date:
    if step == "week":
        return beginning + timedelta(days=6)
    if step == "month":
        return (beginning.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return beginning


def _facts(metrics: Sequence[Counted]) -> list[tuple[str, list[Counted]]]:
    """The metrics by the fact they count, stocks and flows apart: their days differ."""
    groups: dict[tuple[str, bool], list[Counted]] = {}
    for one in metrics:
        groups.setdefault((one.metric.fact, one.metric.stock), []).append(one)
    return [(fact, mine) for (fact, _), mine in groups.items()]


def stretch(snapshot: Snapshot, one: Counted, period: Period) -> tuple[date | None, date | None]:
    """The days whose parts count. A stock counts all that came and went up to the end; without
    an end it stands at the as-of day, for nothing is overdue that falls due later.
    """
    if one.metric.stock:
        return None, period.until or snapshot.as_of(one.metric.fact)
    return period.since, period.until


def _summed(
    snapshot: Snapshot,
    rows: str,
    metrics: Sequence[Counted],
    since: date | None,
    until: date | None,
    group: Literal["pos", "day"],
) -> Iterator[tuple[Any, Tallies]]:
    """The parts of some metrics of one fact over rows of its cube, by place or day."""
    parts = list(part_types(metrics))
    tests, values = [], []
    for test, day in (("day >= ?", since), ("day <= ?", until)):
        if day is not None:
            tests.append(test)
            values.append(day)
    where = f" where {' and '.join(tests)}" if tests else ""
    sums = ", ".join(f"sum({part})" for part in parts)
    for key, *found in snapshot.rows(
        f"select {group}, {sums} from {rows}{where} group by {group}", values
    ):
        by_part = dict(zip(parts, found, strict=True))
        yield key, {one.metric.name: _tally(one, by_part) for one in metrics}


def _tally(one: Counted, parts: dict[str, Any]) -> Tally:
    numerator, denominator, answered, left_open = one.tally_parts
    return Tally(
        _number(parts[numerator]),
        _number(parts[denominator]) if denominator else None,
        int(parts[answered] or 0),
        int(parts[left_open] or 0),
    )


def _number(value: Any) -> int | Decimal:
    """A sum, exact: whole where it is whole."""
    if value is None:
        return 0
    return value if isinstance(value, Decimal) and value % 1 else int(value)


def _rows(
    snapshot: Snapshot, metrics: Sequence[Counted], places: Sequence[Place], own: bool
) -> str:
    """The cube's rows of some places of one parent: all below them, or only their own."""
    here = f"pos between {places[0].lo} and {places[-1].lo}"
    rungs = sorted({place.rung for place in places})
    if len(rungs) > 1:
        here += f" and pos in ({', '.join(str(place.lo) for place in places)})"
    fact, lowest = metrics[0].metric.fact, 0 if own else rungs[-1]
    return (
        f"(select * from {snapshot.cube(fact, part_types(metrics), lowest)} where own = {own}"
        f" and rung between {rungs[0]} and {rungs[-1]} and {here})"
    )


def _grouped(
    snapshot: Snapshot,
    metrics: Sequence[Counted],
    places: Sequence[Place],
    period: Period,
    own: bool,
) -> dict[int, Tallies]:
    """Tallies by the places' numbers; places of which nothing is known are left out."""
    found: dict[int, Tallies] = {}
    if not places:
        return found
    for _, mine in _facts(metrics):
        since, until = stretch(snapshot, mine[0], period)
        rows = _rows(snapshot, mine, places, own)
        for pos, tallies in _summed(snapshot, rows, mine, since, until, "pos"):
            found.setdefault(pos, blank(metrics)).update(tallies)
    return found
