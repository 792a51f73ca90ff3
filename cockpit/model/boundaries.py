"""A city's own boundaries: one level's, read from GeoJSON (RFC 7946) and held against its places.

Nothing is guessed: codes must be the city's, it must be said on which datum the coordinates stand,
and rings that are broken are told by feature and ring.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from cockpit.model.arcs import simplified
from cockpit.model.levels import rung
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.places import Place, Tree
from cockpit.model.shape import Point, Ring, Shape, bounds, chords, ring_area

DATUMS = {"wgs84": "WGS-84", "gcj02": "GCJ-02"}
"""On which coordinates may stand. GCJ-02 is kept as it came: to turn it back is to guess."""
CODE = "code"
"""The property that holds a place's code, unless another is named."""
DIGITS = 6
"""Of a coordinate in degrees: a tenth of a metre."""
FINENESS = 1000
"""Of the width of what one map shows, its boundaries may be off by one such part."""
METRES = 111_195.0
"""A degree of latitude."""
PLAIN = ("CRS84", "4326", "4490")
"""How the older GeoJSON calls coordinates in degrees; 4490 is China's CGCS2000, WGS-84 for us."""

MOST_TOLD = 20
"""So many mistakes are told at once; a file with more is wrong in one way, many times."""

Part = tuple[Ring, ...]
"""One polygon: its outer ring, then its holes."""


@dataclass(frozen=True)
class Boundaries:
    """One level's boundaries by code, in degrees east and north."""

    level: str
    datum: str
    parts: Mapping[str, tuple[Part, ...]]

    @property
    def shapes(self) -> dict[str, Shape]:
        """The same as shapes."""
        return {
            code: tuple(ring for part in parts for ring in part)
            for code, parts in self.parts.items()
        }

    @property
    def corners(self) -> int:
        """How many corners all of them have."""
        return sum(len(ring) for shape in self.shapes.values() for ring in shape)


def read_boundaries(
    document: object, tree: Tree, level: str, datum: str, key: str, where: str
) -> tuple[Boundaries, list[Mistake]]:
    """The boundaries of a document, and what is wrong with it. Raises Mistake for one that is
    no collection of boundaries of that level at all.
    """
    given = _features(document, where)
    codes = {place.code: place for place in tree.places if place.rung == rung(level)}
    if not codes:
        raise Mistake(f"the city has no place of the level {level}", write="See its places.csv")
    _see_that_some_fit(given, tree, codes, level, key, where)
    mistakes: list[Mistake] = []
    found: dict[str, tuple[Part, ...]] = {}
    firsts: dict[str, int] = {}
    for number, feature in enumerate(given, start=1):
        if len(mistakes) == MOST_TOLD:
            break
        spot = f"{where}: feature {number}"
        try:
            code = _code(feature, tree, codes, level, key, spot)
            spot = f"{spot} ({code})"
            if code in firsts:
                raise Mistake(
                    f"{code!r} is the code of feature {firsts[code]} too",
                    where=spot,
                    write="Join them into one MultiPolygon",
                )
            firsts[code] = number
            found[code] = tuple(_parts(feature.get("geometry"), spot))
        except Mistake as mistake:
            mistakes.append(mistake)
    return Boundaries(level, datum, found), mistakes


def missing(boundaries: Boundaries, tree: Tree) -> list[Place]:
    """The places of the level that have no boundary."""
    level = rung(boundaries.level)
    return [p for p in tree.places if p.rung == level and p.code not in boundaries.parts]


def one_datum(datums: Mapping[str, str], folder: str | Path) -> None:
    """Raises Mistake where the levels stand on different ones."""
    if len(set(datums.values())) > 1:
        told = ", ".join(f"{level} on {DATUMS[datum]}" for level, datum in sorted(datums.items()))
        raise Mistake(
            f"levels stand on different datums ({told}), hundreds of metres apart",
            where=folder,
            write="Bring all on one; to change it, take the files there away and import anew",
        )


# ── Features and codes ───────────────────────────────────────────────────────────────────────────


def _features(document: object, where: str) -> list[dict[str, Any]]:
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(document, dict) or kind != "FeatureCollection":
        raise Mistake(
            f"this is {kind or 'no GeoJSON'}, not a FeatureCollection",
            where=where,
            write='Export it as GeoJSON: {"type": "FeatureCollection", "features": […]}',
        )
    named = _named(document.get("crs"))
    if named and not any(plain in named for plain in PLAIN):
        raise Mistake(
            f"its coordinates are said to be {named}",
            where=where,
            write="Export it in degrees of longitude and latitude (EPSG:4326)",
        )
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise Mistake("there is no feature in it", where=where)
    return [feature if isinstance(feature, dict) else {} for feature in features]


def _named(crs: object) -> str:
    """What the older GeoJSON's ``crs`` says of the coordinates, if anything."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    return str(properties.get("name") or "") if isinstance(properties, dict) else ""


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    found = feature.get("properties")
    return found if isinstance(found, dict) else {}


def _see_that_some_fit(
    features: Sequence[Mapping[str, Any]],
    tree: Tree,
    codes: Mapping[str, Place],
    level: str,
    key: str,
    where: str,
) -> None:
    """Raises Mistake where the property holds no code of the level, and tells which one does."""
    fits: dict[str, int] = {}
    names: set[str] = set()
    for feature in features:
        for name, value in _properties(feature).items():
            names.add(name)
            fits[name] = fits.get(name, 0) + (_known(value, codes) is not None)
    if fits.get(key):
        return
    best = max(sorted(fits), key=lambda name: fits[name], default="")
    first = _properties(features[0]).get(key)
    other = tree.by_code.get(_known(first, tree.by_code) or "")
    if other is not None:
        write = f"{other.code!r} is a {other.level}: --level {other.level}"
    elif best and fits[best]:
        write = f"--code {best}: {fits[best]} of {len(features)} features fit"
    elif key not in names:
        write = f"--code PROPERTY. {did_you_mean(key, names)}"
    else:
        write = f"Codes as in places.csv, such as {next(iter(codes))!r}"
    found = f"no feature has the code of a {level} in its property {key!r}"
    raise Mistake(found, where=where, write=write)


def _known(value: object, codes: Mapping[str, Place]) -> str | None:
    """The code that a property holds. Noughts at the end of numbers do not count: 330106000000."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if text in codes:
        return text
    bare = text.rstrip("0")
    if not text.isdecimal() or bare == text:
        return None
    longer = (bare.ljust(length, "0") for length in range(len(bare), len(text)))
    return next((code for code in longer if code in codes), None)


def _code(
    feature: Mapping[str, Any],
    tree: Tree,
    codes: Mapping[str, Place],
    level: str,
    key: str,
    where: str,
) -> str:
    properties = _properties(feature)
    if properties.get(key) in (None, ""):
        raise Mistake(
            f"it has no property {key!r}", where=where, write=did_you_mean(key, properties)
        )
    code = _known(properties[key], codes)
    if code is not None:
        return code
    text = str(properties[key]).strip()
    other = tree.find(text)
    if other is None:
        write = did_you_mean(text, codes)
    elif text in tree.by_code:
        write = f"It is a {other.level}: {other.name}"
    else:
        write = f"A code of before; today it is {other.code}, {other.name}"
    raise Mistake(f"{text!r} is no code of a {level}", where=where, write=write)


# ── Rings ────────────────────────────────────────────────────────────────────────────────────────


def _parts(geometry: object, where: str) -> Iterator[Part]:
    """The polygons of a geometry. Raises Mistake for the first ring that is broken."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise Mistake(
            f"its geometry is {kind or 'missing'}",
            where=where,
            write="A boundary is a Polygon or a MultiPolygon",
        )
    given = geometry.get("coordinates")
    polygons = [given] if kind == "Polygon" else given
    if not isinstance(polygons, list) or not polygons:
        raise Mistake("its geometry has no coordinates", where=where)
    for number, polygon in enumerate(polygons, start=1):
        spot = where if len(polygons) == 1 else f"{where}, polygon {number}"
        if not isinstance(polygon, list) or not polygon:
            raise Mistake("it has no ring", where=spot)
        rings = [_ring(ring, f"{spot}, ring {n}") for n, ring in enumerate(polygon, start=1)]
        _see_that_it_holds(rings, spot)
        yield tuple(
            ring if (ring_area(ring) > 0) == (place == 0) else ring[::-1]
            for place, ring in enumerate(rings)
        )


def _ring(given: object, where: str) -> Ring:
    if not isinstance(given, list) or len(given) < 4:
        many = len(given) if isinstance(given, list) else 0
        raise Mistake(
            f"it has {many} points", where=where, write="At least 4, the last like the first"
        )
    points = [_point(point, f"{where}, point {n}") for n, point in enumerate(given, start=1)]
    if points[0] != points[-1]:
        raise Mistake(
            f"it is not closed: it begins at {_said(points[0])} and ends at {_said(points[-1])}",
            where=where,
            write="Repeat the first point at the end",
        )
    if len(set(points)) < 3:
        raise _empty(where)
    return tuple(p for p, after in pairwise(points) if p != after)


def _empty(where: str) -> Mistake:
    return Mistake("it encloses nothing", where=where, write="Take it out, or draw it again")


def _point(given: object, where: str) -> Point:
    if (
        not isinstance(given, list)
        or len(given) < 2
        or not all(
            isinstance(number, int | float) and not isinstance(number, bool) for number in given[:2]
        )
    ):
        raise Mistake(f"{str(given)[:40]} is no point", where=where, write="[120.15, 30.28]")
    lon, lat = float(given[0]), float(given[1])
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        swapped = abs(lat) <= 180 and abs(lon) <= 90
        raise Mistake(
            f"{_said((lon, lat))} lies outside the world",
            where=where,
            write="Longitude comes first" if swapped else "Degrees, not metres: EPSG:4326",
        )
    return round(lon, DIGITS), round(lat, DIGITS)


def _said(point: Point) -> str:
    return f"{point[0]:g}, {point[1]:g}"


def _see_that_it_holds(rings: Sequence[Ring], where: str) -> None:
    """Raises Mistake where rings of one polygon cross themselves or each other, enclose nothing, or
    where a hole does not lie in it.
    """
    crossing = crossed(rings)
    if crossing is not None:
        first, other, point = crossing
        told = "itself" if first == other else f"ring {other + 1}"
        raise Mistake(
            f"it crosses {told} near {_said(point)}",
            where=f"{where}, ring {first + 1}",
            write="Mend it in the program it comes from",
        )
    for number, ring in enumerate(rings, start=1):
        if not ring_area(ring):
            raise _empty(f"{where}, ring {number}")
    for number, hole in enumerate(rings[1:], start=2):
        if not any(_inside(corner, rings[0]) for corner in hole):
            raise Mistake(
                "this hole lies outside its polygon",
                where=f"{where}, ring {number}",
                write="A part of its own is a polygon of a MultiPolygon",
            )


def _inside(point: Point, ring: Ring) -> bool:
    return any(left < point[0] < right for left, right in chords((ring,), point[1]))


def crossed(rings: Sequence[Ring]) -> tuple[int, int, Point] | None:
    """The first two rings (or one, twice) of which edges cross, and where; touching is none.

    Edges are compared with those in the same box of a grid, about one edge a box.
    """
    many = sum(map(len, rings))
    left, bottom, right, top = bounds(tuple(rings))
    across = max(right - left, top - bottom) / math.sqrt(many) or 1.0
    boxes: dict[tuple[int, int], list[tuple[int, Point, Point]]] = {}
    for number, ring in enumerate(rings):
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            edge = (number, a, b)
            xs = sorted((int((a[0] - left) / across), int((b[0] - left) / across)))
            ys = sorted((int((a[1] - bottom) / across), int((b[1] - bottom) / across)))
            for x in range(xs[0], xs[1] + 1):
                for y in range(ys[0], ys[1] + 1):
                    box = boxes.setdefault((x, y), [])
                    for other in box:
                        if _cross(a, b, other[1], other[2]):
                            return number, other[0], _midst(a, b, other[1], other[2])
                    box.append(edge)
    return None


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _midst(a: Point, b: Point, c: Point, d: Point) -> Point:
    """Where two edges that cross do so."""
    part = _turn(c, d, a) / (_turn(c, d, a) - _turn(c, d, b))
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part


# ── Simplifying ──────────────────────────────────────────────────────────────────────────────────


def fineness(boundaries: Boundaries, tree: Tree) -> float:
    """By how many metres they may be off so that nobody sees it: a thousandth of the width of what
    a map shows at once, which is what lies below one place.
    """
    below: dict[str | None, list[Shape]] = {}
    for code, shape in boundaries.shapes.items():
        below.setdefault(tree.by_code[code].parent, []).append(shape)
    widths = []
    for shapes in below.values():
        left, bottom, right, top = bounds(tuple(ring for shape in shapes for ring in shape))
        widths.append(max((right - left) * _narrow(bottom), top - bottom))
    widths.sort()
    return widths[len(widths) // 2] * METRES / FINENESS


def simplify(boundaries: Boundaries, metres: float) -> Boundaries:
    """The same with fewer corners, none of them farther off than that. Where rings would come to
    cross, it is done less far.
    """
    while metres > 0.1:
        found = _simplified(boundaries, metres)
        if not any(crossed(part) for parts in found.parts.values() for part in parts):
            return found
        metres /= 2
    return boundaries


def _simplified(boundaries: Boundaries, metres: float) -> Boundaries:
    rings = [ring for parts in boundaries.parts.values() for part in parts for ring in part]
    narrow = _narrow(sum(ring[0][1] for ring in rings) / len(rings))
    plane = [tuple((lon * narrow, lat) for lon, lat in ring) for ring in rings]
    back = {(lon * narrow, lat): (lon, lat) for ring in rings for lon, lat in ring}
    thin = iter(simplified(plane, metres / METRES))

    def again(part: Part) -> Part:
        done = [tuple(back[corner] for corner in next(thin)) for _ in part]
        return tuple(ring for ring in done if ring) if done[0] else ()

    found = {}
    for code, parts in boundaries.parts.items():
        fewer = tuple(filter(None, map(again, parts)))
        found[code] = fewer or parts
    return Boundaries(boundaries.level, boundaries.datum, found)


def _narrow(latitude: float) -> float:
    """How much shorter a degree of longitude is there."""
    return math.cos(math.radians(latitude))


# ── In the plane and on paper ────────────────────────────────────────────────────────────────────


def flat(shape: Shape, latitude: float) -> Shape:
    """A shape in degrees as a map around that latitude shows it, in degrees of latitude."""
    narrow = _narrow(latitude)
    return tuple(tuple((lon * narrow, lat) for lon, lat in ring) for ring in shape)


def features(boundaries: Boundaries, tree: Tree) -> Iterable[dict[str, Any]]:
    """The features, as GeoJSON has them."""
    for code, parts in boundaries.parts.items():
        coordinates = [[[*map(list, ring), list(ring[0])] for ring in part] for part in parts]
        yield {
            "type": "Feature",
            "properties": {CODE: code, "name": tree.by_code[code].name},
            "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
        }
