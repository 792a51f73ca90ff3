"""Simplifying many shapes at once: what neighbours share is simplified once, so that no gap opens.

Rings are taken apart where three or more meet. The arcs between are simplified by Douglas and
Peucker's method (1973), always from the same end, and put together again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.model.shape import Point, Ring


def simplified(rings: Sequence[Ring], tolerance: float) -> list[Ring]:
    """The rings without the corners that lie within the tolerance of what remains. A ring of
    which less than a triangle would remain is empty.
    """
    joints = _joints(rings)
    found = []
    for ring in rings:
        corners: list[Point] = []
        for arc in _arcs(ring, joints):
            corners += _thinned(arc, tolerance)[:-1]
        found.append(tuple(corners) if len(corners) > 2 else ())
    return found


def _joints(rings: Sequence[Ring]) -> set[Point]:
    """The corners at which not all rings go on alike."""
    beside: dict[Point, frozenset[Point]] = {}
    joints = set()
    for ring in rings:
        for number, corner in enumerate(ring):
            pair = frozenset((ring[number - 1], ring[(number + 1) % len(ring)]))
            if beside.setdefault(corner, pair) != pair:
                joints.add(corner)
    return joints


def _arcs(ring: Ring, joints: set[Point]) -> Iterator[Ring]:
    """The arcs of a ring, each with both its ends. What has no joint is parted at its first corner,
    in the order of numbers, and the one farthest from that.
    """
    ends = [number for number, corner in enumerate(ring) if corner in joints]
    if len(ends) < 2:
        first = ends[0] if ends else min(range(len(ring)), key=ring.__getitem__)
        x, y = ring[first]
        ends = sorted(
            (
                first,
                max(range(len(ring)), key=lambda n: (_far(ring[n], x, y), ring[n])),
            )
        )
    for start, end in zip(ends, [*ends[1:], ends[0]], strict=True):
        if start < end:
            yield ring[start : end + 1]
        else:
            yield (*ring[start:], *ring[: end + 1])


def _far(corner: Point, x: float, y: float) -> float:
    return (corner[0] - x) ** 2 + (corner[1] - y) ** 2


def _thinned(arc: Ring, tolerance: float) -> list[Point]:
    """An arc by its corners that matter; the same from whichever end it comes."""
    if len(arc) < 3:
        return list(arc)
    turned = (arc[0], arc[1]) > (arc[-1], arc[-2])
    line = arc[::-1] if turned else arc
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        start, end = todo.pop()
        (ax, ay), (bx, by) = line[start], line[end]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        worst, where = tolerance * tolerance, 0
        for number in range(start + 1, end):
            x, y = line[number]
            part = ((x - ax) * dx + (y - ay) * dy) / length if length else 0.0
            part = min(1.0, max(0.0, part))
            off = _far((ax + dx * part, ay + dy * part), x, y)
            if off > worst:
                worst, where = off, number
        if where:
            keep.add(where)
            todo += ((start, where), (where, end))
    found = [line[number] for number in sorted(keep)]
    return found[::-1] if turned else found
