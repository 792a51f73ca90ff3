"""Sheets: what one clock counted, kept as running totals, so that what counts in any stretch of
days at any place is one row less another, however long the stretch.

A sheet has a row for each cell, a place's number and a day, in the order of both. Its totals are
those of all rows before, taken together through the whole sheet and modulo what their type holds:
a difference within one place is exact as long as no place's own total is beyond that, and a type is
chosen in which none is. Nothing here is worked out again when it is read; a file of sheets is laid
over as it is, and of what is not asked for nothing is touched.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[Any]
"""Whole numbers, in whatever type holds them."""
Stretch = tuple[date | None, date | None]
"""From day to day, both included; None is open."""
Values = Mapping[str, Ints | tuple[Ints, Ints]]
"""What the cells hold, by part: numbers that fit 64 bits, or their lower 32 and what is above."""
Cells = tuple[Ints, Ints, Values]
"""Places' numbers, days (ordinals), and what each of these cells holds."""

LAYOUT = 6
"""Goes up when snapshots are laid out anew: what an older cockpit wrote is then written again."""
HALF = 32
"""Bits of the lower half of a number that may be larger than a row can hold."""
UPPER = "^"
"""Behind a part's name: the field of its upper half."""
MOST = 2.0**61
"""What no place's total may come to in one field; beyond it there are two."""
TOTALS, KEYS = (np.int16, np.int32, np.int64), (np.uint32, np.int64)
"""The types that totals and keys may have: the first that holds them."""
OWNERS = np.uint32
"""The type of places' numbers."""
MOST_KEY = {np.dtype(each).itemsize: np.iinfo(each).max for each in KEYS}
FAR = date.max.toordinal() + 2
"""After every day there is."""
ALIGNED = 64
"""Where in a file an array may begin: at whole times so many bytes."""
SIZE = 8
"""Bytes of a file's last number."""


def number(pos: int, own: bool = False) -> int:
    """A place's number in a sheet: of everything below it, or of what lies in none of its children
    (``own``).
    """
    return 2 * pos + own


def numbered(own: bool = False) -> str:
    """The same as SQL over a column ``pos``."""
    return f"2 * pos + {int(own)}"


def bounds(stretches: Sequence[Stretch]) -> Ints:
    """The days with which stretches begin, and below them the first ones after, as ordinals."""
    since = [since.toordinal() if since else 0 for since, _ in stretches]
    until = [until.toordinal() + 1 if until else FAR for _, until in stretches]
    return np.array([since, until], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Sheet:
    """Running totals of some parts; ``totals`` has one row more than there are cells."""

    label: str
    """What was counted: the cells of sheets of one label may be joined."""
    first: int
    """The ordinal of the first day."""
    bits: int
    """How many bits of a key are the day, counted from the first."""
    keys: Ints
    totals: npt.NDArray[Any]
    owners: Ints
    """The places that have cells, by their numbers."""
    starts: Ints
    """Where the cells of each of them begin, and where the last one's end: a place is looked for
    among places and a day among its days, so that a large city's sheet takes no longer.
    """

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """What its totals are of: parts, and upper halves of parts."""
        return self.totals.dtype.names or ()

    def sums(self, parts: Collection[str], numbers: Ints, bounds: Ints) -> dict[str, Ints]:
        """Of each part that is here: what counts for each place (a row) in each stretch (a column);
        Python's own whole numbers where they may be too large for any other.
        """
        mine = [part for part in self.fields if part in parts]
        if not mine:
            return {}
        starts, ends = self.totals[self._before(numbers, bounds)]
        told: dict[str, Ints] = {}
        for part in mine:
            # First in the type of the totals, in which they may have turned.
            told[part] = (ends[part] - starts[part]).astype(np.int64)
            if part + UPPER in self.fields:
                upper = ends[part + UPPER] - starts[part + UPPER]
                told[part] = (upper.astype(object) << HALF) + told[part].astype(object)
        return told

    def days(self, numbers: Ints, bounds: Ints) -> tuple[date, date] | None:
        """The first and the last day of the cells of some places in a stretch, if there are any."""
        starts, ends = self._before(numbers, bounds)[..., 0]
        inside = starts < ends
        if not inside.any():
            return None
        mask = (1 << self.bits) - 1
        first = min(int(key) & mask for key in self.keys[starts[inside]])
        last = max(int(key) & mask for key in self.keys[ends[inside] - 1])
        return date.fromordinal(self.first + first), date.fromordinal(self.first + last)

    def _before(self, numbers: Ints, bounds: Ints) -> Ints:
        """How many cells come before each bound at each of some places."""
        offsets = np.minimum(np.maximum(bounds - self.first, 0), (1 << self.bits) - 1)
        edges = (numbers[None, :, None] << self.bits) | offsets[:, None, :]
        # A place beyond the last one that has cells might not fit their keys.
        kept = np.minimum(edges, MOST_KEY[self.keys.dtype.itemsize]).astype(self.keys.dtype)
        # In their own type, or numpy would turn all of them into another first.
        ends = np.array((numbers.min(), numbers.max() + 1), OWNERS)
        start, end = self.starts[np.searchsorted(self.owners, ends)].tolist()
        before: Ints = start + np.searchsorted(self.keys[start:end], kept)
        return before

    def cells(self) -> Cells:
        """What it was made from."""
        values: dict[str, Ints | tuple[Ints, Ints]] = {}
        for part in (name for name in self.fields if not name.endswith(UPPER)):
            values[part] = _single(self.totals[part])
            if part + UPPER in self.fields:
                values[part] = (_single(self.totals[part]), _single(self.totals[part + UPPER]))
        keys = self.keys.astype(np.int64)
        return keys >> self.bits, (keys & ((1 << self.bits) - 1)) + self.first, values


def _single(totals: Ints) -> Ints:
    turned: Ints = np.diff(totals)
    return turned.astype(np.int64)


def make(label: str, lots: Sequence[Cells]) -> list[Sheet]:
    """The sheets of all cells of some lots, in any order; none where there are none, or all are
    nought. Cells of one place and day are added; a part that a lot knows nothing of is nought in
    it. The few places that count much do not make the totals of the many others wide: they have a
    sheet of their own.
    """
    if not any(len(numbers) for numbers, _, _ in lots):
        return []
    numbers, days, values = lots[0] if len(lots) == 1 else _together(lots)
    first = int(days.min())
    bits = (int(days.max()) - first + 1).bit_length()
    top = (int(numbers.max()) + 1) << bits
    kind: Any = next(each for each in KEYS if top < np.iinfo(each).max)
    keys = (numbers.astype(kind) << kind(bits)) | (days - first).astype(kind)
    if bool((keys[1:] < keys[:-1]).any()):
        order = np.argsort(keys, kind="stable")
        keys, values = keys[order], _of(values, order)
    starts = _starts(keys, bits)
    large = np.zeros(len(starts), dtype=bool)
    for value in values.values():
        if not isinstance(value, tuple):
            large |= _sizes(value, starts) > np.iinfo(TOTALS[0]).max
    found = []
    for chosen in (large, ~large):
        inside = np.repeat(chosen, np.diff(np.append(starts, len(keys))))
        if inside.all():
            found.append(_made(label, first, bits, keys, values))
        elif inside.any():
            found.append(_made(label, first, bits, keys[inside], _of(values, inside)))
    return [sheet for sheet in found if sheet is not None]


def _made(label: str, first: int, bits: int, keys: Ints, values: Values) -> Sheet | None:
    """The sheet of cells that are in order."""
    fields: dict[str, Ints] = {}
    starts = _starts(keys, bits)
    for part, value in values.items():
        for name, column in _fields(part, value, starts):
            most = int(_sizes(column, starts).max())
            if most or name + UPPER in fields:
                # In whatever holds any place's own total; that of the whole sheet may turn in it.
                narrow = next(each for each in TOTALS if most <= np.iinfo(each).max)
                fields[name] = np.cumsum(column, dtype=np.int64).astype(narrow)
    if not fields:
        return None
    totals = np.zeros(len(keys) + 1, dtype=[(name, held.dtype) for name, held in fields.items()])
    for name, held in fields.items():
        totals[name][1:] = held
    owners = (keys[starts] >> keys.dtype.type(bits)).astype(OWNERS)
    return Sheet(label, first, bits, keys, totals, owners, np.append(starts, len(keys)))


def _starts(keys: Ints, bits: int) -> Ints:
    """Where the cells of each place begin."""
    owners = keys >> keys.dtype.type(bits)
    starts: Ints = np.concatenate(([0], np.flatnonzero(owners[1:] != owners[:-1]) + 1))
    return starts


def _sizes(column: Ints, starts: Ints) -> Ints:
    """What no place's total, over whatever days, can be beyond."""
    sizes: Ints = np.add.reduceat(np.abs(column), starts, dtype=np.int64)
    return sizes


def _fields(part: str, value: Ints | tuple[Ints, Ints], starts: Ints) -> Iterator[tuple[str, Ints]]:
    """The columns of a part: one where every place's total fits, else two."""
    if not isinstance(value, tuple):
        yield part, value
        return
    lower, upper = value
    size = np.abs(upper * 2.0**HALF + lower)
    if np.add.reduceat(size, starts).max() < MOST:
        yield part, (upper << HALF) + lower
    else:
        yield part + UPPER, upper
        yield part, lower


def _halves(value: Ints | tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    if isinstance(value, tuple):
        return value
    held = value.astype(np.int64, copy=False)
    return held & ((1 << HALF) - 1), held >> HALF


def _of(values: Values, rows: Ints) -> Values:
    """The values of some cells."""
    return {
        part: (value[0][rows], value[1][rows]) if isinstance(value, tuple) else value[rows]
        for part, value in values.items()
    }


def _together(lots: Sequence[Cells]) -> Cells:
    columns: dict[str, Ints | tuple[Ints, Ints]] = {}
    for part in dict.fromkeys(part for _, _, values in lots for part in values):
        pieces = [
            values.get(part, np.zeros(len(numbers), dtype=np.int64)) for numbers, _, values in lots
        ]
        if any(isinstance(piece, tuple) for piece in pieces):
            lower, upper = zip(*map(_halves, pieces), strict=True)
            columns[part] = np.concatenate(lower), np.concatenate(upper)
        else:
            columns[part] = np.concatenate(pieces)
    numbers, days, _ = zip(*lots, strict=True)
    return np.concatenate(numbers), np.concatenate(days), columns


def joined(sheets: Iterable[Sheet]) -> list[Sheet]:
    """The same cells in as few sheets as there may be: those of one label made anew."""
    labels: dict[str, list[Cells]] = {}
    for sheet in sheets:
        labels.setdefault(sheet.label, []).append(sheet.cells())
    return [made for label, lots in labels.items() for made in make(label, lots)]


# ── As bytes ─────────────────────────────────────────────────────────────────────────────────────


def pack(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """The bytes of a file of sheets, one after another: their arrays, a table of contents, and how
    long that is.
    """
    contents, at = [], 0
    for sheet in sheets:
        spots = []
        for array in (sheet.keys, sheet.totals, sheet.owners, sheet.starts):
            spots.append(at)
            rest = -array.nbytes % ALIGNED
            at += array.nbytes + rest
            yield array.tobytes()
            yield b"\0" * rest
        contents.append(
            {
                "label": sheet.label,
                "first": sheet.first,
                "bits": sheet.bits,
                "cells": len(sheet),
                "owners": len(sheet.owners),
                "keys": sheet.keys.dtype.str,
                "totals": sheet.totals.dtype.descr,
                "at": spots,
            }
        )
    told = json.dumps(contents, separators=(",", ":")).encode()
    yield told + len(told).to_bytes(SIZE, "little")


def unpack(packed: Any) -> list[Sheet]:
    """The sheets that a buffer of such bytes holds, laid over it without a copy."""
    size = int.from_bytes(packed[-SIZE:], "little")
    found = []
    for entry in json.loads(packed[-SIZE - size : -SIZE]):
        keys_at, totals_at, owners_at, starts_at = entry["at"]
        kind = np.dtype([tuple(field) for field in entry["totals"]])
        found.append(
            Sheet(
                entry["label"],
                entry["first"],
                entry["bits"],
                np.frombuffer(packed, entry["keys"], entry["cells"], keys_at),
                np.frombuffer(packed, kind, entry["cells"] + 1, totals_at),
                np.frombuffer(packed, OWNERS, entry["owners"], owners_at),
                np.frombuffer(packed, np.int64, entry["owners"] + 1, starts_at),
            )
        )
    return found
