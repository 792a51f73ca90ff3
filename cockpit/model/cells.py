"""Schematic cells: every place a polygon within its parent's, for maps of what has no boundaries.

The method is bisection by area, as in ordered treemaps but of any polygon and by slightly tilted
cuts: its areas are exact, one more place moves each cut by no more than its own share, and it is
fast, while a weighted power diagram has to be approached step by step and squarified rows are
dealt out anew at every change.

Siblings go by the order of their codes, from the top left; where all have a position, by that.
Areas are even, or by population where a sibling's is known: a blank one counts as their mean, and
none as less than a tenth of it, so that each can be seen and hit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cockpit.model.places import Place, Tree
from cockpit.model.shape import Point, Shape, cut, reach, turned

GROUND: Shape = (((40, 70), (560, 0), (1150, 50), (1200, 780), (700, 900), (0, 840)),)
"""The cell of the widest place: a shape of its own, that looks like no town in particular."""
TILT = math.radians(6)
"""By so much cuts lean, to one side and the other from level to level: a map, not a table."""
WIDE = 1.2
"""How much wider than high a part is that is cut from above to below: names are written across."""
LEAST = 0.1
"""Of the siblings' mean: no place counts as smaller."""

Known = Callable[[Sequence[str]], Mapping[str, Shape]]
"""Gives the boundaries that are known of some codes."""


@dataclass(frozen=True)
class Below:
    """The shapes of a place's children by code; those whose boundary is missing are not among
    them where others have one.
    """

    shapes: Mapping[str, Shape]
    schematic: bool


class Cells:
    """The cells of a city, each parent's laid out when first asked for."""

    def __init__(self, tree: Tree):
        self.tree = tree
        self._below: dict[str, Below] = {}

    def below(self, place: Place, known: Known) -> Below:
        """The shapes of its children: boundaries where there are any, else cells."""
        found = self._below.get(place.code)
        if found is None:
            children = self.tree.below(place)
            given = known([child.code for child in children])
            if given:
                found = Below(given, schematic=False)
            else:
                found = Below(lay_out(self.of(place, known), children), schematic=True)
            self._below[place.code] = found
        return found

    def of(self, place: Place, known: Known) -> Shape:
        """A place's own shape: its boundary, or its cell; its own ground where it has neither."""
        own = known([place.code]).get(place.code)
        if own is None and place.parent is not None:
            own = self.below(self.tree.by_code[place.parent], known).shapes.get(place.code)
        return own or GROUND


def lay_out(shape: Shape, places: Sequence[Place]) -> dict[str, Shape]:
    """Cells of siblings, by code, that fill a shape without gap or overlap."""
    if not places:
        return {}
    ordered = sorted(places, key=lambda place: _in_order(place.code))
    spots = [(p.lon, p.lat) for p in ordered if p.lon is not None and p.lat is not None]
    tilt = TILT if ordered[0].rung % 2 else -TILT
    known = spots if len(spots) == len(ordered) else None
    found = tile(shape, weights(ordered), known, tilt)
    return {place.code: cell for place, cell in zip(ordered, found, strict=True)}


def by_population(places: Sequence[Place]) -> bool:
    """Whether the areas of siblings go by population."""
    return any(place.population for place in places)


def weights(places: Sequence[Place]) -> list[float]:
    """What the areas of siblings are to be like."""
    known = [place.population for place in places if place.population is not None]
    mean = sum(known) / len(known) if known else 0
    if not mean:
        return [1.0] * len(places)
    return [
        max(mean if place.population is None else place.population, LEAST * mean)
        for place in places
    ]


def tile(
    shape: Shape, weights: Sequence[float], spots: Sequence[Point] | None, tilt: float = 0.0
) -> list[Shape]:
    """Parts of a shape with areas like the weights: it is cut in two where both halves weigh the
    most alike, until each part is one's own.
    """
    found: list[Shape] = [()] * len(weights)
    across, down = (math.cos(tilt), math.sin(tilt)), (math.sin(tilt), -math.cos(tilt))
    todo = [(shape, list(range(len(weights))))]
    while todo:
        part, mine = todo.pop()
        if len(mine) == 1:
            found[mine[0]] = part
            continue
        seen = turned(part, across)
        way, between, (right, left) = across, reach(seen), reach(seen, 1)
        if between[1] - between[0] < WIDE * (left - right):
            way, between = down, (-left, -right)
            seen = [[(-q, p) for p, q in ring] for ring in seen]
        if spots is not None:
            mine.sort(key=lambda one: (spots[one][0] * way[0] + spots[one][1] * way[1], one))
        many, share = _halved([weights[one] for one in mine])
        behind, ahead = cut(part, seen, share, between)
        todo += ((behind, mine[:many]), (ahead, mine[many:]))
    return found


def _halved(weights: Sequence[float]) -> tuple[int, float]:
    """How many of them weigh the most like a half, and which share they do weigh."""
    whole = sum(weights)
    behind, many, best = 0.0, 1, weights[0]
    for number, weight in enumerate(weights[:-1], start=1):
        behind += weight
        if abs(behind - whole / 2) < abs(best - whole / 2):
            many, best = number, behind
    return many, best / whole


def _in_order(code: str) -> list[tuple[int, int, str]]:
    """Codes by their numbers where they have some: 2 before 10."""
    return [
        (0, int(part), part) if part.isdecimal() else (1, 0, part)
        for part in re.split(r"(\d+)", code)
        if part
    ]
