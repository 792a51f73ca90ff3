"""The rows of a neighbourhood in one file: written by the first who asks there, read by everybody.

A month's file holds little of a street, and a question opens the files of all months for it. But
whoever looks at a place soon asks more of it and of those around it. So the rows of the widest
place around that has not too many are laid into a file of their own, once for the months' files
that they come from, whichever snapshot has them. The writer takes it away with the last snapshot
that has.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from cockpit import disk
from cockpit.model.places import Place

if TYPE_CHECKING:
    from cockpit.answers.snapshot import Snapshot

log = logging.getLogger("cockpit.nearby")

SCHEMA = "memory.main"
"""Where a snapshot has all rows of the facts."""
MOST = 150_000
"""Rows of a neighbourhood: so many are laid out in half a second."""
HOW = "format parquet, compression uncompressed"
"""What is soon read many times, and not for long, is not worth packing."""


class Nearby:
    """What is known of the neighbourhoods of one snapshot."""

    def __init__(self) -> None:
        self.many: dict[tuple[str, str], int] = {}
        """How many rows lie in a place, by fact and code."""
        self.making = threading.Lock()
        self.works = True
        """Whether files can be written."""


def table(snapshot: Snapshot, fact: str, place: Place, made: bool = False) -> str:
    """Where the rows of a fact stand that lie in a place, as SQL that a query reads from; others
    may stand there too. Where there is no file, and none can be written or only one that is
    ``made`` already is wanted, it is the months' files as ever.
    """
    everywhere = f"{SCHEMA}.{fact}"
    around = _around(snapshot, fact, place) if fact in snapshot.sets else None
    if around is None:
        return everywhere
    path = snapshot.folder / "nearby" / snapshot.sets[fact] / f"{around.lo}.parquet"
    if not path.exists() and (made or not _made(snapshot, fact, around, path)):
        return everywhere
    rows = snapshot.amended(fact, f"read_parquet('{path}')")
    return f"({rows})"


def _around(snapshot: Snapshot, fact: str, place: Place) -> Place | None:
    """The widest place around with no more than MOST rows; None where the place has more."""
    path = snapshot.tree.path(place)
    return next((each for each in path if _rows(snapshot, fact, each) <= MOST), None)


def _rows(snapshot: Snapshot, fact: str, place: Place) -> int:
    if place.parent is None:
        return snapshot.standing(fact).rows
    many, key = snapshot.nearby.many, (fact, place.code)
    if key not in many:
        sql = f"select count(*) from {fact} where pos between {place.lo} and {place.hi}"
        many[key] = int(snapshot.rows(sql)[0][0])
    return many[key]


def _made(snapshot: Snapshot, fact: str, around: Place, path: Path) -> bool:
    """Whether the file is there once it was asked for: written whole, by one thread at a time."""
    known = snapshot.nearby
    with known.making:
        try:
            if known.works and not path.exists():
                _lay_out(snapshot, fact, around, path)
        except (duckdb.Error, OSError) as trouble:
            log.warning("the rows near %s cannot be laid out: %s", around.code, trouble)
            known.works = False
        return path.exists()


def _lay_out(snapshot: Snapshot, fact: str, around: Place, path: Path) -> None:
    """Write the file aside; it comes to its place only once it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = disk.aside(path, several=True)
    snapshot.rows(
        f"copy (select * from {snapshot.files(fact)}"
        f" where pos between {around.lo} and {around.hi}) to '{aside}' ({HOW})"
    )
    disk.settle(aside, path)
