"""``cockpit new boundaries``: a level's boundaries into a city's folder, as fine as maps show them.

What is broken is refused. What may be wrong is told and taken: those who run the cockpit seldom
draw the boundaries, and a map is right elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cockpit import disk
from cockpit.model.boundaries import DATUMS, narrow
from cockpit.model.levels import rung
from cockpit.model.mistakes import Mistake
from cockpit.model.places import Place, Tree
from cockpit.record.boundaries import FOLDER, Stored, one_datum, stored_in
from cockpit.record.city import read_city
from cockpit.record.coverage import METRES, Overlap, inside, said, simplified, taken_apart
from cockpit.record.geojson import (
    CODE,
    MOST_TOLD,
    Boundaries,
    document,
    features,
    read_boundaries,
)

FINENESS = 1000
"""Of the width of what one map shows: a part of so many is seen by nobody."""
SIDE = 2
"""How many such parts wide the squares are by which borders are simplified. Of winding borders,
998 corners in 1,000 are then off by less than one part, and the worst by two.
"""
HALF = 0.5
"""Of its ground, a place has to keep so much, and to lie in the place above."""


@dataclass(frozen=True)
class Imported:
    """What came of an import: the file, its boundaries, and how it was before."""

    path: Path
    boundaries: Boundaries
    corners: int
    """How many corners the file had."""
    off: float
    """How many metres the borders are off, at most."""
    missing: Sequence[Place]
    doubts: Sequence[Mistake]
    """What may be wrong in the file, though it was taken."""
    slivers: int
    """How many overlaps are too narrow to be seen."""
    fine: float
    """So many metres are too narrow."""


def new_boundaries(
    city: Path,
    home: Path | None,
    file: Path,
    level: str,
    datum: str | None,
    key: str = CODE,
    metres: float | None = None,
) -> tuple[Imported | None, list[Mistake]]:
    """Take a level's boundaries into a city's folder, simplified to what a map can show, or by
    squares with sides of so many ``metres``. Gives all mistakes found; where there are any, nothing
    is written.
    """
    rung(level)
    if datum is None or datum.lower() not in DATUMS:
        raise Mistake(
            "it is not said on which datum the coordinates stand"
            if datum is None
            else f"{datum!r} is no datum that is known here",
            write="--crs wgs84 (also CGCS2000), or --crs gcj02 (Amap, Tencent); they lie hundreds"
            " of metres apart",
        )
    datum = datum.lower()
    others = {name: found for name, found in stored_in(city).items() if name != level}
    one_datum({name: each.datum for name, each in others.items()} | {level: datum}, city / FOLDER)
    tree = read_city(city, home).tree
    given, mistakes = read_boundaries(document(file), tree, level, datum, key, file.name)
    if mistakes:
        return None, mistakes
    fine = fineness(given, tree)
    apart, overlaps, slivers = taken_apart(given.polygons, fine)
    covered: dict[str, Overlap] = {}
    for each in overlaps:
        if each.left < HALF:
            covered.setdefault(each.larger, each)
    if covered:
        told = [_covered(each, tree, file.name) for each in covered.values()]
        return None, told[:MOST_TOLD]
    metres = SIDE * fine if metres is None else metres
    fewer, off = simplified(apart, metres)
    found = replace(given, polygons=fewer)
    doubts = _astray(found, others.values(), tree)
    doubts += [_claimed(each, tree, file.name) for each in overlaps]
    path = city / FOLDER / f"{level}.geojson"
    path.parent.mkdir(exist_ok=True)
    lines = [json.dumps(each, ensure_ascii=False) for each in features(found, tree)]
    head = {"type": "FeatureCollection", "level": level, "datum": datum, "metres": round(metres, 1)}
    opening = json.dumps(head)[:-1]
    disk.write(path, opening + ', "features": [\n' + ",\n".join(lines) + "\n]}\n")
    imported = Imported(
        path, found, given.corners, off, missing(found, tree), doubts, slivers, fine
    )
    return imported, []


def fineness(boundaries: Boundaries, tree: Tree) -> float:
    """By how many metres they may be off so that nobody sees it: a thousandth of the width of what
    a map shows at once, which is what lies below one place.
    """
    below: dict[str | None, list[tuple[float, ...]]] = {}
    for code, each in boundaries.polygons.items():
        below.setdefault(tree.by_code[code].parent, []).append(each.bounds)
    widths: list[float] = []
    for boxes in below.values():
        lefts, bottoms, rights, tops = zip(*boxes, strict=True)
        bottom = min(bottoms)
        widths.append(max((max(rights) - min(lefts)) * narrow(bottom), max(tops) - bottom))
    widths.sort()
    return widths[len(widths) // 2] * METRES / FINENESS


def missing(boundaries: Boundaries, tree: Tree) -> list[Place]:
    """The places of the level that have no boundary."""
    level = rung(boundaries.level)
    return [p for p in tree.places if p.rung == level and p.code not in boundaries.polygons]


# ── Doubts ───────────────────────────────────────────────────────────────────────────────────────


def _covered(overlap: Overlap, tree: Tree, where: str) -> Mistake:
    """A place of which others leave less than half: nobody would find it on a map."""
    smaller, larger = _named(overlap.smaller, tree), _named(overlap.larger, tree)
    return Mistake(
        f"{larger} would keep {_share(overlap.left)} of its ground: {smaller} claims"
        f" {_square(overlap.area)} of it near {said(overlap.near)}",
        where=where,
        write="One is drawn twice or has another's code, or has to be cut out of the other",
    )


def _claimed(overlap: Overlap, tree: Tree, where: str) -> Mistake:
    """Ground that two places claim."""
    smaller, larger = _named(overlap.smaller, tree), _named(overlap.larger, tree)
    return Mistake(
        f"{smaller} and {larger} overlap by {_square(overlap.area)} near {said(overlap.near)},"
        f" {_share(overlap.share)} of the first, which keeps it as the smaller",
        where=where,
        write="If it is not its own, mend the file and import it again",
    )


def _astray(found: Boundaries, others: Iterable[Stored], tree: Tree) -> list[Mistake]:
    """Places that lie outside the one they belong to, where one of the two is new."""
    polygons = dict(found.polygons)
    for each in others:
        with suppress(Mistake):  # Of a file that is not this one it is told when it is published.
            polygons |= each.read(tree)[0].polygons
    pairs = [
        (code, parent)
        for code in polygons
        if (parent := tree.by_code[code].parent) in polygons
        and (code in found.polygons or parent in found.polygons)
    ]
    shares = inside([polygons[code] for code, _ in pairs], [polygons[above] for _, above in pairs])
    return [
        Mistake(
            f"{_named(code, tree)} lies outside {_named(above, tree)}, to which it belongs, with"
            f" {_share(1 - share)} of its ground",
            write="See whether it has another's code",
        )
        for (code, above), share in zip(pairs, shares, strict=True)
        if share < HALF
    ]


def _named(code: str, tree: Tree) -> str:
    return f"{code} {tree.by_code[code].name}"


def _share(part: float) -> str:
    return f"{part:.0%}" if part >= 0.01 else "less than 1%"


def _square(metres: float) -> str:
    """An area, for people."""
    return f"{metres / 1e6:,.1f} km²" if metres >= 1e6 else f"{metres / 1e4:,.1f} ha"
