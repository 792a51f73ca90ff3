"""What the map of a place is drawn from: the city's own boundaries where it has any, or cells."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from cockpit.answers.snapshot import Snapshot
from cockpit.model.boundaries import flat
from cockpit.model.cells import Cells
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.model.shape import Shape


@dataclass(frozen=True)
class Ground:
    """The children of a place as shapes in a plane, by code; y grows to the north."""

    shapes: Mapping[str, Shape]
    schematic: bool
    """Whether they are cells and no boundaries."""
    missing: tuple[Place, ...]
    """Children without a boundary, where others have one."""
    own: Shape
    """The place itself."""
    free: bool
    """Whether nothing in it is a boundary, not even the outline: it may be drawn in any format."""


_cells: LRUCache[tuple[str, str], Cells] = LRUCache(2)
"""Snapshots that have the same places and boundaries have the same cells."""
_lock = threading.Lock()


def ground(snapshot: Snapshot, seen: Cleared) -> Ground:
    """What lies below a place, and nothing else."""
    about = snapshot.about.get("boundaries") or {}
    levels: Sequence[str] = about.get("levels", ())

    def known(codes: Sequence[str]) -> dict[str, Shape]:
        """The boundaries of some places, asked for only where their level has any."""
        asked = [code for code in codes if snapshot.tree.by_code[code].level in levels]
        if not asked:
            return {}
        rows = snapshot.rows(
            "select code, shape from snap.boundaries where list_contains(?, code)", [asked]
        )
        return {code: flat(json.loads(shape), about["latitude"]) for code, shape in rows}

    key = str(snapshot.about["tree"]), str(about.get("print"))
    with _lock:
        if key not in _cells:
            _cells[key] = Cells(snapshot.tree)
        cells = _cells[key]
    found = cells.below(seen.place, known)
    children = snapshot.tree.below(seen.place)
    return Ground(
        found.shapes,
        found.schematic,
        tuple(child for child in children if child.code not in found.shapes),
        cells.of(seen.place, known),
        found.schematic and not known([place.code for place in snapshot.tree.path(seen.place)]),
    )
