"""Boundaries in a city's folder: ``boundaries/<level>.geojson``, imported by a verb, checked again
whenever they are published.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cockpit import disk
from cockpit.model.boundaries import (
    CODE,
    DATUMS,
    Boundaries,
    features,
    fineness,
    missing,
    one_datum,
    read_boundaries,
    simplify,
)
from cockpit.model.levels import LEVELS, rung
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.places import Place, Tree
from cockpit.model.shape import Shape, bounds
from cockpit.record.city import read_city

FOLDER = "boundaries"
log = logging.getLogger("cockpit.boundaries")


@dataclass(frozen=True)
class Imported:
    """What came of an import: the file, its boundaries, and how it was before."""

    path: Path
    boundaries: Boundaries
    corners: int
    """How many corners the file had."""
    metres: float
    """How far the rest may be off."""
    missing: Sequence[Place]


def new_boundaries(
    city: Path,
    home: Path | None,
    file: Path,
    level: str,
    datum: str | None,
    key: str = CODE,
    metres: float | None = None,
) -> tuple[Imported | None, list[Mistake]]:
    """Take a level's boundaries into a city's folder, simplified to what a map can show unless
    ``metres`` says how far. Gives all mistakes found; where there are any, nothing is written.
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
    others = {name: found.datum for name, found in _stored(city).items() if name != level}
    one_datum({**others, level: datum}, city / FOLDER)
    tree = read_city(city, home).tree
    found, mistakes = read_boundaries(_document(file), tree, level, datum, key, file.name)
    if mistakes:
        return None, mistakes
    metres = fineness(found, tree) if metres is None else metres
    fewer = simplify(found, metres)
    path = city / FOLDER / f"{level}.geojson"
    path.parent.mkdir(exist_ok=True)
    lines = [json.dumps(each, ensure_ascii=False) for each in features(fewer, tree)]
    head = {"type": "FeatureCollection", "level": level, "datum": datum, "metres": round(metres, 1)}
    opening = json.dumps(head)[:-1]
    disk.write(path, opening + ', "features": [\n' + ",\n".join(lines) + "\n]}\n")
    return Imported(path, fewer, found.corners, metres, missing(fewer, tree)), []


def _document(file: Path) -> object:
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


@dataclass(frozen=True)
class _Stored:
    path: Path
    document: object
    datum: str


def _stored(city: Path) -> dict[str, _Stored]:
    """The files of a city's folder by level. Raises Mistake for one that is none of ours."""
    found = {}
    for path in files(city):
        if path.stem not in (level.name for level in LEVELS):
            raise Mistake(
                f"{path.stem!r} is no level",
                where=path,
                write=did_you_mean(path.stem, [level.name for level in LEVELS]),
            )
        document = _document(path)
        datum = document.get("datum") if isinstance(document, dict) else None
        if datum not in DATUMS:
            raise Mistake(
                f"its datum is {datum!r}",
                where=path,
                write="Import it with: cockpit new boundaries",
            )
        found[path.stem] = _Stored(path, document, str(datum))
    return found


@dataclass(frozen=True)
class Published:
    """The boundaries of all levels, as a snapshot takes them along."""

    print: str = ""
    """Changes when a file does; empty where there is none."""
    rows: Sequence[tuple[str, str]] = ()
    """Code, and the rings in degrees as JSON."""
    levels: Sequence[str] = ()
    datum: str = ""
    latitude: float = 0.0
    """The middle of all: how maps of the city are drawn."""

    @property
    def about(self) -> dict[str, Any]:
        """What is told of them."""
        names = ("print", "levels", "datum", "latitude")
        return {name: getattr(self, name) for name in names} if self.rows else {}


def known(city: Path, tree: Tree) -> Published:
    """The boundaries of a city's folder. A wrong file among them is told, and all are left out:
    no number waits for a map.
    """
    try:
        return read_all(city, tree, fingerprint(city))
    except (Mistake, OSError) as error:
        log.error("the city's boundaries are left out: %s", error)
        return Published()


@lru_cache(1)
def read_all(city: Path, tree: Tree, fingerprint: str) -> Published:
    """All boundaries of a city's folder, read again where a file changed. Raises Mistake."""
    stored = _stored(city)
    if not stored:
        return Published()
    one_datum({level: each.datum for level, each in stored.items()}, city / FOLDER)
    shapes: dict[str, Shape] = {}
    for level, each in stored.items():
        path = str(each.path)
        found, mistakes = read_boundaries(each.document, tree, level, each.datum, CODE, path)
        if mistakes:
            raise mistakes[0]
        shapes |= found.shapes
    _, bottom, _, top = bounds(tuple(ring for shape in shapes.values() for ring in shape))
    rows = [(code, json.dumps(shape)) for code, shape in shapes.items()]
    datum = next(iter(stored.values())).datum
    return Published(fingerprint, rows, list(stored), datum, (bottom + top) / 2)


def fingerprint(city: Path) -> str:
    """Changes when a file of the city's boundaries does."""
    digest = hashlib.sha256()
    for path in files(city):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def files(city: Path) -> list[Path]:
    """The files of a city's boundaries, one a level."""
    return sorted((city / FOLDER).glob("*.geojson"))


def written(city: Path) -> tuple[object, ...]:
    """What the files are and when each was changed. Raises FileNotFoundError while one is moved."""
    return tuple((path, path.stat().st_mtime_ns) for path in files(city))
