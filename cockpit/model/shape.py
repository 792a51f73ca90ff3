"""Shapes in a plane: polygons, of several parts and with holes, and how a straight line cuts them.

Coordinates are plain numbers in any one unit. An outer ring goes against the clock and a hole with
it, so signed areas add, and a line cuts every kind of polygon in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Point = tuple[float, float]
Ring = tuple[Point, ...]
"""Its corners; the first is not repeated at the end."""
Shape = tuple[Ring, ...]

CLOSE = 1e-10
"""Of a shape's area: by so much a cut may miss its share."""


def ring_area(ring: Ring) -> float:
    """A ring's area: negative where it goes with the clock, as holes do."""
    ox, oy = ring[0]
    double = ax = ay = 0.0
    for x, y in ring:
        bx, by = x - ox, y - oy
        double += ax * by - bx * ay
        ax, ay = bx, by
    return double / 2


def area(shape: Shape) -> float:
    """A shape's area, its holes left out."""
    return sum(map(ring_area, shape))


def bounds(shape: Shape) -> tuple[float, float, float, float]:
    """The box around a shape: left, bottom, right, top."""
    xs = [x for ring in shape for x, _ in ring]
    ys = [y for ring in shape for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def chords(shape: Shape, y: float) -> list[tuple[float, float]]:
    """The stretches of a level line that lie within a shape, from left to right."""
    found = []
    for ring in shape:
        ax, ay = ring[-1]
        for bx, by in ring:
            if (ay < y) != (by < y):
                found.append(ax + (bx - ax) * (y - ay) / (by - ay))
            ax, ay = bx, by
    found.sort()
    return list(zip(found[::2], found[1::2], strict=True))


# ── Cutting ──────────────────────────────────────────────────────────────────────────────────────

Turned = list[list[Point]]
"""Rings by how far each corner lies along a direction, and how far to the left of it."""


def turned(shape: Shape, along: Point) -> Turned:
    """A shape as seen along a direction (of length 1), from a corner of its own."""
    dx, dy = along
    ox, oy = shape[0][0]
    far, left = ox * dx + oy * dy, oy * dx - ox * dy
    return [[(x * dx + y * dy - far, y * dx - x * dy - left) for x, y in ring] for ring in shape]


def reach(seen: Turned, axis: int = 0) -> tuple[float, float]:
    """From where to where a turned shape goes along the direction, or (1) to the left of it."""
    if len(seen) == 1:
        found = [corner[axis] for corner in seen[0]]
    else:
        found = [corner[axis] for ring in seen for corner in ring]
    return min(found), max(found)


def cut(
    shape: Shape, seen: Turned, share: float, between: tuple[float, float] | None = None
) -> tuple[Shape, Shape]:
    """Cut a shape, ``seen`` along a direction, across that direction: a part that lies behind, and
    has that share of the area, and the rest, which lies ahead. ``between`` is its reach, if known.
    """
    level = _level(seen, share, *(between or reach(seen)))
    if len(shape) == 1:
        behind: list[Point] = []
        ahead: list[Point] = []
        crossed = 0
        ring = shape[0]
        (ax, ay), ap = ring[-1], seen[0][-1][0]
        for (bx, by), (bp, _) in zip(ring, seen[0], strict=True):
            if (ap < level) != (bp < level):
                part = (level - ap) / (bp - ap)
                at = (ax + (bx - ax) * part, ay + (by - ay) * part)
                behind.append(at)
                ahead.append(at)
                crossed += 1
            (behind if bp < level else ahead).append((bx, by))
            ax, ay, ap = bx, by, bp
        if crossed == 2:
            return (tuple(behind),), (tuple(ahead),)
    return _halves(shape, seen, level)


def _level(rings: Turned, share: float, low: float, high: float) -> float:
    """How far along the cut lies. The area behind a line grows with it, by the length of the line
    within the shape: Newton's steps, and halving where one would lead astray.
    """
    whole = _behind(rings, high)[0]
    wanted, close = share * whole, CLOSE * whole
    level = low + (high - low) * share
    for _ in range(60):
        found, length = _behind(rings, level)
        miss = found - wanted
        if -close <= miss <= close:
            break
        if miss > 0:
            high = level
        else:
            low = level
        step = level - miss / length if length > 0 else low
        level = step if low < step < high else (low + high) / 2
    return level


def _behind(rings: Turned, level: float) -> tuple[float, float]:
    """The area that lies behind a line, and the length of the line within the shape. With its
    origin on the line, the sum over edges needs no word of the edges along the line.
    """
    double = length = 0.0
    for ring in rings:
        ap, aq = ring[-1]
        ap -= level
        for p, bq in ring:
            bp = p - level
            if ap < 0:
                if bp < 0:
                    double += ap * bq - bp * aq
                else:
                    across = aq + (bq - aq) * ap / (ap - bp)
                    double += ap * across
                    length -= across
            elif bp < 0:
                across = aq + (bq - aq) * ap / (ap - bp)
                double -= bp * across
                length += across
            ap, aq = bp, bq
    return double / 2, length


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """Where a ring crosses the line: behind which corner, where, how far to the left along it,
    and whether it goes ahead there (``up``) or comes back.
    """

    before: int
    at: Point
    left: float
    up: bool


def _halves(shape: Shape, rings: Turned, level: float) -> tuple[Shape, Shape]:
    """What lies behind a line and what ahead of it, where it crosses a ring more than twice or
    there are several rings.
    """
    sides: dict[bool, list[Ring]] = {True: [], False: []}
    chains: dict[bool, dict[Crossing, tuple[Ring, Crossing]]] = {True: {}, False: {}}
    for ring, seen in zip(shape, rings, strict=True):
        crossings = list(_crossings(ring, seen, level))
        if not crossings:
            sides[seen[0][0] < level].append(ring)
        for here, there in zip(crossings, [*crossings[1:], *crossings[:1]], strict=True):
            chains[not here.up][here] = _between(ring, here.before + 1, there.before), there
    partner = _pairs([*chains[True], *chains[False]])
    for behind, begins in chains.items():
        sides[behind] += _joined(begins, partner)
    return tuple(sides[True]), tuple(sides[False])


def _crossings(ring: Ring, seen: list[Point], level: float) -> Iterator[Crossing]:
    """A corner on the line itself lies ahead of it."""
    ap, aq = seen[-1]
    for number, (bp, bq) in enumerate(seen):
        if (ap < level) != (bp < level):
            part = (level - ap) / (bp - ap)
            (ax, ay), (bx, by) = ring[number - 1], ring[number]
            at = (ax + (bx - ax) * part, ay + (by - ay) * part)
            yield Crossing((number or len(ring)) - 1, at, aq + (bq - aq) * part, ap < level)
        ap, aq = bp, bq


def _between(ring: Ring, first: int, last: int) -> Ring:
    """The corners from one to another, round the end where it must be."""
    first %= len(ring)
    return ring[first : last + 1] if first <= last else (*ring[first:], *ring[: last + 1])


def _pairs(crossings: list[Crossing]) -> dict[Crossing, Crossing]:
    """Along the line the shape lies between a crossing up and the next one down. Where several lie
    on one spot they are taken in that order.
    """
    line = sorted(crossings, key=lambda crossing: crossing.left)
    found = {}
    for number in range(0, len(line), 2):
        for spot, up in ((number, True), (number + 1, False)):
            if line[spot].up is not up:
                other = next(n for n in range(spot + 1, len(line)) if line[n].up is up)
                line.insert(spot, line.pop(other))
        found[line[number]], found[line[number + 1]] = line[number + 1], line[number]
    return found


def _joined(
    begins: dict[Crossing, tuple[Ring, Crossing]], partner: dict[Crossing, Crossing]
) -> Iterator[Ring]:
    """The rings that the chains of one side make, with the stretches of the line between them."""
    while begins:
        here = next(iter(begins))
        ring: list[Point] = []
        while here in begins:
            corners, there = begins.pop(here)
            ring += (here.at, *corners, there.at)
            here = partner[there]
        yield tuple(ring)
