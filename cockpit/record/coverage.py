"""Polygons that lie side by side, by GEOS: whether one holds, which of them claim the same ground,
and all with fewer corners.

They stand in degrees. What is said in metres is measured in a plane around their middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely

from cockpit.model.boundaries import narrow
from cockpit.model.mistakes import Mistake
from cockpit.model.shape import Point, Ring, Shape

Polygons: TypeAlias = shapely.MultiPolygon
"""Those of one place: outer rings go against the clock and holes with it."""

DIGITS = 6
"""Of a coordinate in degrees: a tenth of a metre."""
METRES = 111_195.0
"""A degree of latitude."""
NOTHING = 1e-10
"""In square degrees, a square metre: what rounding can make of rings that touch."""
ON = 1e-9
"""In degrees: so near to a line lies what is said to lie on it."""


# ── One place ────────────────────────────────────────────────────────────────────────────────────


def polygon(rings: Sequence[Ring], where: str) -> Any:
    """The polygon of an outer ring and its holes. Where these only touch, it is drawn in another
    way that covers the same ground. Raises Mistake where they cross themselves or each other, where
    one encloses nothing, or where a hole does not lie in its polygon.
    """
    given = shapely.Polygon(rings[0], rings[1:])
    if given.is_valid:
        return given
    for number, ring in enumerate(rings, start=1):
        if _mended(shapely.Polygon(ring)).is_empty:
            raise empty(f"{where}, ring {number}")
    mended = _mended(given)
    # By its rings alone the area of what crosses counts twice, or not at all.
    if mended.is_empty or abs(mended.area - given.area) > NOTHING:
        raise _broken(given, rings, where)
    return mended


def empty(where: str) -> Mistake:
    """A ring that encloses nothing."""
    return Mistake("it encloses nothing", where=where, write="Take it out, or draw it again")


def said(point: Point) -> str:
    """A point, for people."""
    return f"{point[0]:g}, {point[1]:g}"


def joined(polygons: Iterable[Any]) -> Polygons:
    """The polygons of one place as one thing; those that overlap or lie side by side are united."""
    parts = _parts(polygons)
    whole = shapely.MultiPolygon(parts)
    if not whole.is_valid:
        whole = shapely.MultiPolygon(_parts([shapely.union_all(parts)]))
    return shapely.orient_polygons(whole)


def shape(polygons: Polygons) -> Shape:
    """The same as rings alone."""
    return tuple(
        tuple(map(tuple, shapely.get_coordinates(ring)[:-1].tolist()))
        for part in polygons.geoms
        for ring in (part.exterior, *part.interiors)
    )


def _parts(given: Iterable[Any]) -> list[Any]:
    """The polygons among some geometries and their parts."""
    parts = shapely.get_parts(shapely.get_parts(list(given)))
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def _mended(given: Any) -> Any:
    return shapely.make_valid(given, method="structure", keep_collapsed=False)


def _broken(given: Any, rings: Sequence[Ring], where: str) -> Mistake:
    """What is wrong with a polygon that does not hold, and where."""
    kind, _, place = shapely.is_valid_reason(given).partition("[")  # Self-intersection[120.5 30.5]
    x, y = map(float, place.rstrip("]").split())
    apart = [shapely.LinearRing(ring).distance(shapely.Point(x, y)) for ring in rings]
    there = [number for number, far in enumerate(apart, start=1) if far <= max(min(apart), ON)]
    spot = f"{where}, ring {there[-1]}"
    if kind.startswith("Hole"):
        return Mistake(
            "this hole lies outside its polygon"
            if kind.startswith("Hole lies outside")
            else "this hole lies in another",
            where=spot,
            write="A part of its own is a polygon of a MultiPolygon",
        )
    told = "itself" if len(there) == 1 else f"ring {there[0]}"
    return Mistake(
        f"it crosses {told} near {said((x, y))}",
        where=spot,
        write="Mend it in the program it comes from",
    )


# ── Many places ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Overlap:
    """Ground that two places claim."""

    smaller: str
    """Whose it stays."""
    larger: str
    area: float
    """In square metres."""
    share: float
    """Of the smaller one's ground."""
    left: float
    """Of the larger one's ground, once all overlaps are taken from it."""
    near: Point


def taken_apart(
    polygons: Mapping[str, Polygons], metres: float
) -> tuple[dict[str, Polygons], list[Overlap], int]:
    """The same with no ground claimed twice: what two claim stays with the smaller, so that what
    lies within another is seen. Gives the overlaps too, the largest first. Those that are nowhere
    as wide as so many metres stay as they are, and are only counted.
    """
    codes, (there, back) = list(polygons), _plane(polygons)
    given = there(polygons.values())
    areas = shapely.area(given)
    size = np.empty(len(codes), int)
    size[np.argsort(areas, kind="stable")] = range(len(codes))
    one, other = shapely.STRtree(given).query(given, predicate="intersects")
    small, large = one[size[one] < size[other]], other[size[one] < size[other]]
    common = shapely.intersection(given[small], given[large])
    cores = shapely.buffer(common, -metres / 2)
    wide = ~shapely.is_empty(cores)
    slivers = int(np.count_nonzero((shapely.area(common) > 1) & ~wide))
    small, large, common, cores = small[wide], large[wide], common[wide], cores[wide]
    found, left = dict(polygons), {}
    for number in np.unique(large).tolist():
        taken = shapely.union_all(given[small[large == number]])
        rest = shapely.difference(given[number], taken)
        found[codes[number]] = joined([shapely.set_precision(back(rest), 10**-DIGITS)])
        left[number] = rest.area / areas[number]
    points = shapely.get_coordinates(back(shapely.point_on_surface(cores)))
    overlaps = [
        Overlap(codes[a], codes[b], square, square / areas[a], left[b], tuple(near))
        for a, b, square, near in zip(
            small, large, shapely.area(common).tolist(), points.tolist(), strict=True
        )
    ]
    overlaps.sort(key=lambda overlap: -overlap.area)
    return found, overlaps, slivers


def simplified(
    polygons: Mapping[str, Polygons], metres: float
) -> tuple[dict[str, Polygons], float]:
    """The same with fewer corners: what goes, goes by triangles (Visvalingam and Whyatt's method)
    of less than a square with sides of so many metres, and so do parts smaller than that, but no
    place. Borders in common stay so. Gives by how many metres the corners are off, at most.
    """
    if not metres > 0:
        return dict(polygons), 0.0
    there, back = _plane(polygons)
    given = there(polygons.values())
    for number, each in enumerate(given):
        least = min(metres * metres, max(part.area for part in each.geoms))
        given[number] = shapely.MultiPolygon([part for part in each.geoms if part.area >= least])
    fewer = shapely.coverage_simplify(given, metres)
    return dict(zip(polygons, back(fewer), strict=True)), max(map(_off, given, fewer))


def _off(before: Any, after: Any) -> float:
    """How far the corners of before may lie from the edges of after."""
    rings = shapely.get_rings(shapely.get_parts(after))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    edges = np.stack([corners[:-1], corners[1:]], axis=1)[ring[:-1] == ring[1:]]
    points = shapely.points(shapely.get_coordinates(before))
    tree = shapely.STRtree(shapely.linestrings(edges))
    _, apart = tree.query_nearest(points, return_distance=True, all_matches=False)
    return float(apart.max())


def inside(lower: Sequence[Polygons], upper: Sequence[Polygons]) -> list[float]:
    """Of each place, which share of its ground lies in the other's."""
    common = shapely.area(shapely.intersection(list(lower), list(upper)))
    found: list[float] = (common / shapely.area(list(lower))).tolist()
    return found


def _plane(polygons: Mapping[str, Polygons]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The way into a plane in metres, and the way back."""
    _, bottom, _, top = shapely.total_bounds(list(polygons.values()))
    scale = np.array([narrow((bottom + top) / 2) * METRES, METRES])

    def there(given: Iterable[Any]) -> Any:
        return shapely.transform(np.array(list(given)), lambda points: points * scale)

    def back(given: Any) -> Any:
        found = shapely.transform(given, lambda points: np.round(points / scale, DIGITS))
        return shapely.orient_polygons(found)

    return there, back
