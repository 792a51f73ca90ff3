"""Tallies of a place and of those around it, over several periods, counted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cockpit.answers import small
from cockpit.answers.snapshot import Snapshot
from cockpit.answers.tally import Tallies, blank, counted
from cockpit.model.counting import Counted
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.model.sheet import number


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
    children, own = snapshot.tree.below(place), number(place.lo, own=True)
    numbers = dict.fromkeys(number(each.lo) for each in (place, *children, *beside))
    found = counted(snapshot, metrics, [*numbers, own], *periods)
    return tuple(
        Around(
            each[number(place.lo)],
            {child.code: each[number(child.lo)] for child in children},
            each[own] if children else blank(metrics),
            {other.code: each[number(other.lo)] for other in beside},
        )
        for each in found
    )
