"""Tallies for a place and a period, for its children, and along time: sums over the cube."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from cockpit.answers import small
from cockpit.answers.snapshot import Snapshot
from cockpit.model.counting import Counted
from cockpit.model.metric import Tally
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.model.sheet import Stretch, number

Step = Literal["day", "week", "month"]
Tallies = dict[str, Tally]
"""Metric name → tally."""


def at(snapshot: Snapshot, metrics: Sequence[Counted], seen: Cleared, period: Period) -> Tallies:
    """What the metrics count for a place, everything below it included."""
    place = seen.place
    (found,) = counted(snapshot, metrics, [number(place.lo)], period)
    if place.rung != small.FINEST:
        return found[number(place.lo)]
    told = small.lay(
        {place.code: found[number(place.lo)]}, _family(snapshot, metrics, place, period)
    )
    return told[place.code]


def below(
    snapshot: Snapshot, metrics: Sequence[Counted], seen: Cleared, period: Period
) -> tuple[dict[str, Tallies], Tallies]:
    """The same for each child (by code), and for the rows that lie in none of them (未落格)."""
    place = seen.place
    if not snapshot.tree.below(place):
        return {}, blank(metrics)
    found = _below(snapshot, metrics, place, period)
    told = small.lay(found, _family(snapshot, metrics, place, period))
    apart = told.pop(small.APART)
    return told, apart


def _below(
    snapshot: Snapshot, metrics: Sequence[Counted], place: Place, period: Period
) -> dict[str, Tallies]:
    """The children by code, and what lies in none of them, with nothing hidden."""
    codes = {number(child.lo): child.code for child in snapshot.tree.below(place)}
    codes[number(place.lo, own=True)] = small.APART
    (found,) = counted(snapshot, metrics, list(codes), period)
    return {codes[who]: tallies for who, tallies in found.items()}


def _family(
    snapshot: Snapshot, metrics: Sequence[Counted], place: Place, period: Period
) -> dict[str, Tallies]:
    """The leaves around a place as they may be told of sensitive metrics, by code."""
    guarded = small.guarded(snapshot.tree, snapshot.counted.values(), metrics, place)
    if guarded is None:
        return {}
    parent, asked = guarded
    found = _below(snapshot, asked, parent, period)
    return small.veil(small.leaves(snapshot.tree, parent, found), asked)


def by(
    snapshot: Snapshot,
    metrics: Sequence[Counted],
    seen: Cleared,
    period: Period,
    step: Step,
) -> list[tuple[date, Tallies]]:
    """The metrics along time: the first day of each step, and what counts in it (a flow) or
    stands at its end (a stock). Steps in which nothing was counted are there too, blank.

    Of a sensitive metric in a leaf all steps are told, or none: where one of them is hidden, or all
    of them together are.
    """
    place = seen.place
    here, parent, asked = [number(place.lo)], place, list[Counted]()
    if place.rung == small.FINEST:
        guarded = small.guarded(snapshot.tree, snapshot.counted.values(), metrics, place)
        parent, asked = guarded or (place, [])
    group = [number(leaf.lo) for leaf in snapshot.tree.below(parent) if leaf.rung == small.FINEST]
    if asked and len(group) == 1:
        group.append(number(parent.lo, own=True))
    starts = _starts(snapshot, period, step, [(metrics, here), (asked, group)])
    steps = _steps(snapshot, metrics, here, period, step, starts)[here[0]]
    if not asked or not starts:
        return steps
    beside = _steps(snapshot, asked, group, period, step, starts)
    told = {str(who): along for who, along in beside.items()}
    return small.veil_steps(steps, told, str(here[0]), asked)


def _starts(
    snapshot: Snapshot,
    period: Period,
    step: Step,
    asked: Sequence[tuple[Sequence[Counted], Sequence[int]]],
) -> list[date]:
    """The first days of the steps of a period; where it is open they begin and end with what was
    counted. None where nothing was.
    """
    spans = [
        span
        for metrics, numbers in asked
        for fact, mine in alike(metrics)
        if (span := snapshot.cubes[fact].days(mine, numbers, stretch(snapshot, mine[0], period)))
    ]
    if not spans:
        return []
    first = period.since or min(first for first, _ in spans)
    last = period.until or max(last for _, last in spans)
    start, starts = _floor(first, step), list[date]()
    while first <= last and start <= last:
        starts.append(start)
        start = _end(start, step) + timedelta(days=1)
    return starts


def _steps(
    snapshot: Snapshot,
    metrics: Sequence[Counted],
    numbers: Sequence[int],
    period: Period,
    step: Step,
    starts: Sequence[date],
) -> dict[int, list[tuple[date, Tallies]]]:
    """Step after step, by the places' numbers."""
    along: dict[int, list[tuple[date, Tallies]]] = {
        who: [(start, {}) for start in starts] for who in numbers
    }
    for fact, mine in alike(metrics):
        since, until = stretch(snapshot, mine[0], period)
        stretches = [
            (
                None if mine[0].metric.stock else max(since or start, start),
                min(until or date.max, _end(start, step)),
            )
            for start in starts
        ]
        for name, tables in snapshot.cubes[fact].tallies(mine, numbers, stretches).items():
            for who, row in zip(numbers, tables, strict=True):
                for (_, tallies), found in zip(along[who], row, strict=True):
                    tallies[name] = found
    return along


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


def alike(metrics: Iterable[Counted]) -> list[tuple[str, list[Counted]]]:
    """The metrics by the fact that they count, flows and stocks apart: those that share their
    stretches of days.
    """
    groups: dict[tuple[str, bool], list[Counted]] = {}
    for one in metrics:
        groups.setdefault((one.metric.fact, one.metric.stock), []).append(one)
    return [(fact, mine) for (fact, _), mine in groups.items()]


def stretch(snapshot: Snapshot, one: Counted, period: Period) -> Stretch:
    """The days whose parts count. A stock counts all that came and went up to the end; without
    an end it stands at the as-of day, for nothing is overdue that falls due later.
    """
    if one.metric.stock:
        return None, period.until or snapshot.as_of(one.metric.fact)
    return period.since, period.until


def counted(
    snapshot: Snapshot, metrics: Sequence[Counted], numbers: Sequence[int], *periods: Period
) -> list[dict[int, Tallies]]:
    """What the metrics count in each period, by the numbers that places have in a cube."""
    found: list[dict[int, Tallies]] = [{who: {} for who in numbers} for _ in periods]
    for fact, mine in alike(metrics):
        stretches = [stretch(snapshot, mine[0], period) for period in periods]
        for name, tables in snapshot.cubes[fact].tallies(mine, numbers, stretches).items():
            for who, row in zip(numbers, tables, strict=True):
                for told, each in zip(row, found, strict=True):
                    each[who][name] = told
    return found
