"""Boundaries in a city's folder: ``boundaries/<level>.geojson``, checked again whenever they are
published.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cockpit.model.boundaries import DATUMS
from cockpit.model.levels import LEVELS
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.places import Tree
from cockpit.model.shape import Shape, bounds
from cockpit.record.geojson import CODE, Boundaries, document, read_boundaries

FOLDER = "boundaries"
log = logging.getLogger("cockpit.boundaries")


@dataclass(frozen=True)
class Stored:
    """One level's file."""

    path: Path
    document: object
    datum: str

    def read(self, tree: Tree) -> tuple[Boundaries, list[Mistake]]:
        """Its boundaries, and what is wrong with them. Raises Mistake."""
        level = self.path.stem
        return read_boundaries(self.document, tree, level, self.datum, CODE, str(self.path))


def stored_in(city: Path) -> dict[str, Stored]:
    """The files of a city's folder by level. Raises Mistake for one that is none of ours."""
    found = {}
    for path in files(city):
        if path.stem not in (level.name for level in LEVELS):
            raise Mistake(
                f"{path.stem!r} is no level",
                where=path,
                write=did_you_mean(path.stem, [level.name for level in LEVELS]),
            )
        read = document(path)
        datum = read.get("datum") if isinstance(read, dict) else None
        if datum not in DATUMS:
            raise Mistake(
                f"its datum is {datum!r}",
                where=path,
                write="Import it with: cockpit new boundaries",
            )
        found[path.stem] = Stored(path, read, str(datum))
    return found


def one_datum(datums: Mapping[str, str], folder: str | Path) -> None:
    """Raises Mistake where the levels stand on different ones."""
    if len(set(datums.values())) > 1:
        told = ", ".join(f"{level} on {DATUMS[datum]}" for level, datum in sorted(datums.items()))
        raise Mistake(
            f"levels stand on different datums ({told}), hundreds of metres apart",
            where=folder,
            write="Bring all on one; to change it, take the files there away and import anew",
        )


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
    stored = stored_in(city)
    if not stored:
        return Published()
    one_datum({level: each.datum for level, each in stored.items()}, city / FOLDER)
    shapes: dict[str, Shape] = {}
    for each in stored.values():
        found, mistakes = each.read(tree)
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
