"""Tallies for a place and a period, for its children, and along time: sums over the cube."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from cockpit.answers import small
from cockpit.answers.snapshot import Snapshot
from cockpit.model.counting import Counted, part_types
from cockpit.model.metric import Tally
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared

Step = Literal["day", "week", "month"]
Tallies = dict[str, Tally]
"""Metric name → tally."""
Stretch = tuple[date | None, date | None]
"""From day to day, both included; None is open."""


OWN = -1
"""How queries number what lies in a place and in none of its children: no place has it."""


def at(snapshot: Snapshot, metrics: Sequence[Counted], seen: Cleared, period: Period) -> Tallies:
    """What the metrics count for a place, everything below it included."""
    place = seen.place
    found = _grouped(snapshot, metrics, [place], period, own=False).get(place.lo, blank(metrics))
    if place.rung != small.FINEST:
        return found
    return small.lay({place.code: found}, _family(snapshot, metrics, place, period))[place.code]


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
    children = snapshot.tree.below(place)
    found = _grouped(snapshot, metrics, children, period, own=False)
    apart = _grouped(snapshot, metrics, [place], period, own=True)
    nothing = blank(metrics)
    told = {child.code: found.get(child.lo, nothing) for child in children}
    return {**told, small.APART: apart.get(place.lo, nothing)}


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
    found = _days(snapshot, metrics, [place], period, step)
    guarded = None
    if place.rung == small.FINEST:
        guarded = small.guarded(snapshot.tree, snapshot.counted.values(), metrics, place)
    around: dict[int, Days] = {}
    if guarded is not None:
        parent, asked = guarded
        leaves = [each for each in snapshot.tree.below(parent) if each.rung == small.FINEST]
        around = _days(snapshot, asked, leaves, period, step)
        if len(leaves) == 1:
            own = _days(snapshot, asked, [parent], period, step, own=True)
            around[OWN] = own.get(parent.lo, {})
    days = [*found.values(), *around.values()]
    known = [start for each in days for start in each if start]
    if not any(days):
        return []
    start = _floor(period.since, step) if period.since else min(known)
    last = period.until or max(known, default=date.min)
    steps = _laid(found.get(place.lo, {}), metrics, start, last, step)
    if guarded is None:
        return steps
    group = [leaf.lo for leaf in leaves] + ([OWN] if len(leaves) == 1 else [])
    beside = {str(who): _laid(around.get(who, {}), guarded[1], start, last, step) for who in group}
    return small.veil_steps(steps, beside, str(place.lo), guarded[1])


Days = dict[date | None, Tallies]
"""What counts in each step (a flow), or came less what went in it (a stock); under None, what came
less what went before the first of them.
"""


def _laid(
    found: Days, metrics: Sequence[Counted], start: date, last: date, step: Step
) -> list[tuple[date, Tallies]]:
    """Step after step, from a first to a last day."""
    before, nothing = found.get(None, {}), blank(metrics)
    running = {
        one.metric.name: before.get(one.metric.name, nothing[one.metric.name])
        for one in metrics
        if one.metric.stock
    }
    steps: list[tuple[date, Tallies]] = []
    while start <= last:
        here = found.get(start, nothing)
        for name in running:
            running[name] += here.get(name, nothing[name])
        steps.append((start, nothing | here | running))
        start = _end(start, step) + timedelta(days=1)
    return steps


def _days(
    snapshot: Snapshot,
    metrics: Sequence[Counted],
    places: Sequence[Place],
    period: Period,
    step: Step,
    own: bool = False,
) -> dict[int, Days]:
    """What counts in each step, by the places' numbers."""
    found: dict[int, Days] = {}
    start = "day" if step == "day" else f"date_trunc('{step}', day)::date"
    if period.since:
        start = f"if(day < date '{period.since}', null, {start})"
    for _, mine in alike(metrics, lambda one: stretch(snapshot, one, period)[1]):
        until = stretch(snapshot, mine[0], period)[1]
        since = None if any(one.metric.stock for one in mine) else period.since
        rows = f"(select *, {start} as start from {cells(snapshot, mine, places, own)})"
        for (pos, when), tallies in _summed(snapshot, rows, mine, since, until, "pos, start"):
            found.setdefault(pos, {}).setdefault(when, {}).update(tallies)
    return found


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


def alike(
    metrics: Iterable[Counted], trait: Callable[[Counted], object]
) -> list[tuple[str, list[Counted]]]:
    """The metrics by the fact that they count, those apart that differ in a trait."""
    groups: dict[tuple[str, object], list[Counted]] = {}
    for one in metrics:
        groups.setdefault((one.metric.fact, trait(one)), []).append(one)
    return [(fact, mine) for (fact, _), mine in groups.items()]


def stretch(snapshot: Snapshot, one: Counted, period: Period) -> Stretch:
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
    group: Literal["pos", "pos, start"],
) -> Iterator[tuple[tuple[Any, ...], Tallies]]:
    """The parts of some metrics of one fact over rows of its cube, by place, or place and step."""
    parts = list(part_types(metrics))
    tests, values = [], []
    for test, day in (("day >= ?", since), ("day <= ?", until)):
        if day is not None:
            tests.append(test)
            values.append(day)
    where = f" where {' and '.join(tests)}" if tests else ""
    sums = ", ".join(f"sum({part})" for part in parts)
    keys = len(group.split())
    for found in snapshot.rows(
        f"select {group}, {sums} from {rows}{where} group by {group}", values
    ):
        by_part = dict(zip(parts, found[keys:], strict=True))
        yield found[:keys], {one.metric.name: tallied(one, by_part) for one in metrics}


def tallied(one: Counted, parts: Mapping[str, Any]) -> Tally:
    """A metric's tally, from the sums of its parts by their names."""
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


def cells(
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
    for _, mine in alike(metrics, lambda one: one.metric.stock):
        since, until = stretch(snapshot, mine[0], period)
        rows = cells(snapshot, mine, places, own)
        for (pos,), tallies in _summed(snapshot, rows, mine, since, until, "pos"):
            found.setdefault(pos, blank(metrics)).update(tallies)
    return found
