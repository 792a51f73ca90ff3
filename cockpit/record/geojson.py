"""One level's boundaries as GeoJSON (RFC 7946): read, held against the city's places, written.

Nothing is guessed: codes must be the city's, it must be said on which datum the coordinates stand,
and rings that are broken are told by feature and ring.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from cockpit.model.levels import rung
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.places import Place, Tree
from cockpit.model.shape import Point, Ring, Shape
from cockpit.record.coverage import DIGITS, Polygons, empty, joined, polygon, said, shape

CODE = "code"
"""The property that holds a place's code, unless another is named."""
PLAIN = ("CRS84", "4326", "4490")
"""How the older GeoJSON calls coordinates in degrees; 4490 is China's CGCS2000, WGS-84 for us."""

MOST_TOLD = 20
"""So many mistakes are told at once; a file with more is wrong in one way, many times."""


@dataclass(frozen=True)
class Boundaries:
    """One level's boundaries by code, in degrees east and north."""

    level: str
    datum: str
    polygons: Mapping[str, Polygons]

    @property
    def shapes(self) -> dict[str, Shape]:
        """The same as shapes."""
        return {code: shape(each) for code, each in self.polygons.items()}

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
    found: dict[str, Polygons] = {}
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
            found[code] = joined(_polygons(feature.get("geometry"), spot))
        except Mistake as mistake:
            mistakes.append(mistake)
    return Boundaries(level, datum, found), mistakes


def document(file: Path) -> object:
    """A file's JSON. Raises Mistake."""
    try:
        return json.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise Mistake(f"it cannot be read ({error.strerror})", where=file) from None
    except UnicodeDecodeError as error:
        raise Mistake(
            f"it is not UTF-8 (byte {error.start + 1})",
            where=file.name,
            write="A shapefile or archive has to be exported as GeoJSON first",
        ) from None
    except (ValueError, RecursionError) as error:
        raise Mistake(f"not JSON: {error}", where=file.name, write="Export it as GeoJSON") from None


def features(boundaries: Boundaries, tree: Tree) -> Iterable[dict[str, Any]]:
    """The features, as GeoJSON has them."""
    for code, each in boundaries.polygons.items():
        yield {
            "type": "Feature",
            "properties": {CODE: code, "name": tree.by_code[code].name},
            "geometry": each.__geo_interface__,
        }


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


def _polygons(geometry: object, where: str) -> Iterator[Any]:
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
    for number, rings in enumerate(polygons, start=1):
        spot = where if len(polygons) == 1 else f"{where}, polygon {number}"
        if not isinstance(rings, list) or not rings:
            raise Mistake("it has no ring", where=spot)
        read = [_ring(ring, f"{spot}, ring {n}") for n, ring in enumerate(rings, start=1)]
        yield polygon(read, spot)


def _ring(given: object, where: str) -> Ring:
    if not isinstance(given, list) or len(given) < 4:
        many = len(given) if isinstance(given, list) else 0
        raise Mistake(
            f"it has {many} points", where=where, write="At least 4, the last like the first"
        )
    points = [_point(point, f"{where}, point {n}") for n, point in enumerate(given, start=1)]
    if points[0] != points[-1]:
        raise Mistake(
            f"it is not closed: it begins at {said(points[0])} and ends at {said(points[-1])}",
            where=where,
            write="Repeat the first point at the end",
        )
    if len(set(points)) < 3:
        raise empty(where)
    return tuple(p for p, after in pairwise(points) if p != after)


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
            f"{said((lon, lat))} lies outside the world",
            where=where,
            write="Longitude comes first" if swapped else "Degrees, not metres: EPSG:4326",
        )
    return round(lon, DIGITS), round(lat, DIGITS)
