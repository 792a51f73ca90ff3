"""Tallies of a place and of those around it, over several periods, with one query a fact.

A page needs them all, and what a query costs is less its rows than being asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from cockpit.answers import small
from cockpit.answers.snapshot import Snapshot
from cockpit.answers.tally import OWN, Stretch, Tallies, alike, blank, stretch, tallied
from cockpit.model.counting import Counted, part_types
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared


@dataclass(frozen=True)
class Around:
    """What metrics count at a place and around it, over one period."""

    here: Tallies
    below: dict[str, Tallies]
    """Its children, by code."""
    apart: Tallies
    """What lies in none of them (未落格)."""
    beside: dict[str, Tallies]
    """The place and its siblings of the same rung, by code; empty where the place above is none of
    the viewer's.
    """


def around(
    snapshot: Snapshot, metrics: Sequence[Counted], seen: Cleared, *periods: Period
) -> tuple[Around, ...]:
    """What ``tally.at`` and ``tally.below`` give, and the same for the siblings, for each of some
    periods.
    """
    place, tree = seen.place, snapshot.tree
    beside: list[Place] = []
    if place.parent is not None and place.lo != seen.root.lo:
        above = tree.below(tree.by_code[place.parent])
        beside = [each for each in above if each.rung == place.rung]
    found = _found(snapshot, metrics, place, beside, periods)
    guarded = small.guarded(tree, snapshot.counted.values(), metrics, place)
    if guarded is None:
        return found
    parent, asked = guarded
    family = _found(snapshot, asked, parent, [], periods)
    return tuple(
        _veiled(snapshot, place, parent, asked, each, leaves)
        for each, leaves in zip(found, family, strict=True)
    )


def _veiled(
    snapshot: Snapshot,
    place: Place,
    parent: Place,
    asked: Sequence[Counted],
    found: Around,
    family: Around,
) -> Around:
    """What is around a leaf, or one above, as it may be told."""
    all_ = {**family.below, small.APART: family.apart}
    told = small.veil(small.leaves(snapshot.tree, parent, all_), asked)
    if place.lo == parent.lo:
        below = small.lay({**found.below, small.APART: found.apart}, told)
        return replace(found, apart=below.pop(small.APART), below=below)
    here = small.lay({place.code: found.here}, told)[place.code]
    return replace(found, here=here, beside=small.lay(found.beside, told))


def _found(
    snapshot: Snapshot,
    metrics: Sequence[Counted],
    place: Place,
    beside: Sequence[Place],
    periods: Sequence[Period],
) -> tuple[Around, ...]:
    """The same with nothing hidden."""
    children = snapshot.tree.below(place)
    found: list[dict[int, Tallies]] = [{} for _ in periods]
    for _, mine in alike(metrics, lambda one: None):
        rows = _rows(snapshot, mine, place, children, beside)
        for who, number, tallies in _counted(snapshot, rows, mine, periods):
            found[number].setdefault(who, blank(metrics)).update(tallies)
    nothing = blank(metrics)
    return tuple(
        Around(
            each.get(place.lo, nothing),
            {child.code: each.get(child.lo, nothing) for child in children},
            each.get(OWN, nothing) if children else nothing,
            {other.code: each.get(other.lo, nothing) for other in beside},
        )
        for each in found
    )


def _rows(
    snapshot: Snapshot,
    metrics: Sequence[Counted],
    place: Place,
    children: Sequence[Place],
    beside: Sequence[Place],
) -> str:
    """The cube's rows of a place, its children, its siblings, and of what lies in no child. The
    plain bounds around them all are what the scan skips by.
    """
    below, all_ = [place, *children], [place, *children, *beside]
    lowest = max(each.rung for each in below)
    cube = snapshot.cube(metrics[0].metric.fact, part_types(metrics), lowest)
    wanted = f"pos between {place.lo} and {below[-1].lo}"
    if beside:
        wanted += f" or rung = {place.rung}"
    return (
        f"(select if(own, {OWN}, pos) as who, * from {cube}"
        f" where rung between {place.rung} and {lowest}"
        f" and pos between {min(each.lo for each in all_)} and {max(each.lo for each in all_)}"
        f" and (pos = {place.lo} or own = false and ({wanted})))"
    )


def _counted(
    snapshot: Snapshot, rows: str, metrics: Sequence[Counted], periods: Sequence[Period]
) -> Iterator[tuple[int, int, Tallies]]:
    """For whom, in the how manieth period, what metrics of one fact count.

    The days are cut wherever a stretch begins or ends, and the database adds up each piece; a
    stretch is some pieces that follow each other. A sum for each stretch (``filter``) would be one
    query too, but one that takes three times as long to plan.
    """
    stretches = [
        (number, mine, stretch(snapshot, mine[0], period))
        for number, period in enumerate(periods)
        for _, mine in alike(metrics, lambda one: one.metric.stock)
    ]
    cuts = sorted({cut for _, _, days in stretches for cut in _ends(days) if cut})
    parts = list(part_types(metrics))
    sums = ", ".join(f"sum({part})" for part in parts)
    pieces: dict[int, list[tuple[int, Sequence[Any]]]] = {}
    for who, piece, *found in snapshot.rows(
        f"select who, {_piece(cuts)} as piece, {sums} from {rows}"
        f" where {_needed([days for _, _, days in stretches])} group by who, piece"
    ):
        pieces.setdefault(who, []).append((piece, found))
    for who, found in pieces.items():
        for number, mine, days in stretches:
            since, end = _ends(days)
            first = cuts.index(since) + 1 if since else 0
            last = cuts.index(end) if end else len(cuts)
            inside = [added for piece, added in found if first <= piece <= last]
            if inside:
                total = [sum(each or 0 for each in part) for part in zip(*inside, strict=True)]
                by_part = dict(zip(parts, total, strict=True))
                yield who, number, {one.metric.name: tallied(one, by_part) for one in mine}


def _ends(days: Stretch) -> Stretch:
    """The first day of a stretch, and the first day after it."""
    since, until = days
    return since, until + timedelta(days=1) if until else None


def _piece(cuts: Sequence[date]) -> str:
    """SQL: in which piece of time a row's day lies."""
    if not cuts:
        return "0"
    tests = " ".join(f"when day < date '{cut}' then {number}" for number, cut in enumerate(cuts))
    return f"case {tests} else {len(cuts)} end"


def _needed(stretches: Sequence[Stretch]) -> str:
    """SQL: a row's day lies between the first and the last that any stretch asks for."""
    starts = [since for since, _ in stretches if since]
    ends = [until for _, until in stretches if until]
    tests = ["true"]
    if len(starts) == len(stretches):
        tests.append(f"day >= date '{min(starts)}'")
    if len(ends) == len(stretches):
        tests.append(f"day <= date '{max(ends)}'")
    return " and ".join(tests)
