"""Small cells: at the lowest level, numbers under five about sensitive topics are not told.

What is not told must not be worked out either: the parent's number is known, and so are those of
the siblings that are told. So the leaves of one parent, and what lies in none of them, are looked
at together. Where a count of any of them is one to four, no cell in which all counts are under five
is told, nought included: nobody can say in which of them it is. Where what is hidden would all be
alike, one cell alone above all, the bound rises to 10, 20, 50 … until another cell joins it: of
cells that differ, any may have any of the others' counts.

Metrics that count the same rows by the same clock add up to one another (open, and open by colour),
so a cell that is hidden in one of them is hidden in all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from cockpit.model.counting import Counted
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Tally

LEAST = 5
"""From here on a count is told."""
FINEST = len(LEVELS) - 1
"""The rung on which small counts are hidden."""
BESIDE = "*"
"""Told instead of a larger number that would give away a small one."""
Tallies = dict[str, Tally]
"""Metric name → tally."""
T = TypeVar("T")


@dataclass(frozen=True)
class Cell:
    """What is known of one place: its counts, and how many rows it is about."""

    counts: tuple[int, ...]
    size: float

    @property
    def small(self) -> bool:
        """Whether any of its counts is one to four."""
        return any(0 < each < LEAST for each in self.counts)


def bounds(cells: Sequence[Cell]) -> list[int]:
    """For each cell of a group whose sum is known: 0 where it may be told, else the bound under
    which it is said to lie.
    """
    if not any(cell.small for cell in cells):
        return [0] * len(cells)
    for bound in _scale():
        hidden = [cell.small or cell.size < bound for cell in cells]
        inside = [cell for cell, is_hidden in zip(cells, hidden, strict=True) if is_hidden]
        if _differ(inside) or (len(inside) == len(cells) and _room(inside, bound)):
            return [bound if is_hidden else 0 for is_hidden in hidden]
    raise AssertionError("the scale has no end")


def _scale() -> Iterator[int]:
    """5, 10, 20, 50, 100 …"""
    for power in count():
        yield from (LEAST * 10**power, 10 * 10**power, 20 * 10**power)


def _differ(cells: Sequence[Cell]) -> bool:
    """Whether each small count may be another one: cells may be swapped, and where all counts are
    two or three there is room to both sides.
    """
    if len(cells) < 2:
        return False
    for column in zip(*(cell.counts for cell in cells), strict=True):
        is_small = any(0 < each < LEAST for each in column)
        if is_small and len(set(column)) == 1 and column[0] in (1, LEAST - 1):
            return False
    return True


def _room(cells: Sequence[Cell], bound: int) -> bool:
    """Whether all cells of a group, alike as they are, can be others under the bound."""
    return all(cell.size < bound - 1 for cell in cells)


# ── Tallies ──────────────────────────────────────────────────────────────────────────────────────


def family(known: Iterable[Counted], asked: Iterable[Counted]) -> list[Counted]:
    """The sensitive metrics of a snapshot that count the same rows as one of those asked for."""
    wanted = {_rows(one) for one in asked if one.metric.sensitive}
    return [one for one in known if one.metric.sensitive and _rows(one) in wanted]


def veil(group: Mapping[T, Tallies], metrics: Sequence[Counted]) -> dict[T, Tallies]:
    """The tallies of a group (the leaves of one parent by code, and what lies in none of them) as
    they may be told. ``metrics`` are what ``family`` gives: all must have been counted.
    """
    told = {key: dict(tallies) for key, tallies in group.items()}
    for rows in dict.fromkeys(_rows(one) for one in metrics):
        mine = [one for one in metrics if _rows(one) == rows]
        found = bounds([_cell(tallies, mine) for tallies in group.values()])
        for tallies, bound in zip(told.values(), found, strict=True):
            for one in mine if bound else ():
                tallies[one.metric.name] = hide(one, tallies[one.metric.name], bound)
    return told


def hide(one: Counted, counted: Tally, bound: int) -> Tally:
    """A tally without its numbers."""
    if not _is_count(one):
        said = f"n<{bound}"
    else:
        said = f"<{bound}" if counted.numerator < bound else BESIDE
    return Tally(0, None if counted.denominator is None else 0, 0, hidden=said)


def _rows(one: Counted) -> tuple[str, tuple[tuple[str, int], ...]]:
    """What rows a metric counts, and when: metrics that agree in it may add up to one another."""
    return one.metric.fact, one.metric.contributions


def _is_count(one: Counted) -> bool:
    return one.numerator_is_bool and not one.metric.denominator


def _cell(tallies: Tallies, metrics: Sequence[Counted]) -> Cell:
    counts: list[int] = []
    sizes: list[float] = []
    for one in metrics:
        counted = tallies[one.metric.name]
        counts += [counted.answered, counted.left_open]
        if one.numerator_is_bool:
            counts.append(int(counted.numerator))
        if one.denominator_is_bool and counted.denominator is not None:
            counts.append(int(counted.denominator))
            if one.numerator_is_bool:
                counts.append(int(counted.denominator - counted.numerator))
        sizes.append(float(counted.numerator) if _is_count(one) else counted.answered)
    return Cell(tuple(counts), max(sizes, default=0.0))


# ── Rows of a panel ──────────────────────────────────────────────────────────────────────────────


def veil_rows(
    rows: Sequence[Sequence[Any]], counts: Sequence[int], numbers: Sequence[int] = ()
) -> tuple[list[tuple[Any, ...]], list[str]]:
    """The rows of a panel as they may be told, and what is told instead of the numbers of each
    row, or nothing where they stand. ``counts`` are the positions of columns that count rows;
    ``numbers`` those of others that follow from them, such as rates. Both are None where hidden.
    """
    cells = []
    for row in rows:
        found = [int(row[each] or 0) for each in counts]
        cells.append(Cell(tuple(found), max(found, default=0)))
    told, said = [], []
    hidden = {*counts, *numbers}
    for row, cell, bound in zip(rows, cells, bounds(cells), strict=True):
        values = [None if bound and at in hidden else value for at, value in enumerate(row)]
        told.append(tuple(values))
        said.append("" if not bound else f"<{bound}" if cell.size < bound else BESIDE)
    return told, said
