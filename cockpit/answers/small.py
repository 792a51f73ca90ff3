"""Small cells: at the lowest level, numbers under five about sensitive topics are not told.

What is not told must not be worked out either: the parent's number is known, and so is what lies in
none of its leaves, and so are those siblings that are told. So the leaves of one parent are looked
at together (an only one with what lies in none). Where a count of any of them is one to four, no
cell in which all counts are under five is told, nought included: nobody can say in which of them it
is. Where what is hidden would all be alike, one cell alone above all, the bound rises to 10, 20,
50 … until another cell joins it: of cells that differ, any may have any of the others' counts.

Metrics that count the same rows by the same clock add up to one another (open, and open by colour),
so a cell that is hidden in one of them is hidden in all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any, TypeVar

from cockpit.model.counting import Counted
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Tally
from cockpit.model.places import Place, Tree

LEAST = 5
"""From here on a count is told."""
FINEST = len(LEVELS) - 1
"""The rung on which small counts are hidden."""
APART = ""
"""The code of no place, for what lies in a place and in none of its children (未落格)."""
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


def guarded(
    tree: Tree, known: Iterable[Counted], asked: Sequence[Counted], place: Place
) -> tuple[Place, list[Counted]] | None:
    """What is to be looked at together before numbers of a place and those around it are told: the
    place whose leaves they are, and the metrics; None where nothing is to be hidden.
    """
    if not any(one.metric.sensitive for one in asked):
        return None
    if place.rung == FINEST and place.parent is not None:
        return tree.by_code[place.parent], family(known, asked)
    if any(child.rung == FINEST for child in tree.below(place)):
        return place, family(known, asked)
    return None


def leaves(tree: Tree, parent: Place, below: Mapping[str, Tallies]) -> dict[str, Tallies]:
    """Of what lies below a place, the group whose sum is known to all: the leaves; beside an only
    one what lies in none of the children (under ``APART``), for nothing else could cover it.
    """
    found = {
        code: tallies
        for code, tallies in below.items()
        if code != APART and tree.by_code[code].rung == FINEST
    }
    return found if len(found) > 1 else {**found, APART: below[APART]}


def lay(found: Mapping[str, Tallies], told: Mapping[str, Tallies]) -> dict[str, Tallies]:
    """What was found, with what is to be told instead, of metrics that were asked for."""
    return {
        code: {name: told.get(code, {}).get(name, counted) for name, counted in tallies.items()}
        for code, tallies in found.items()
    }


def veil(group: Mapping[T, Tallies], metrics: Sequence[Counted]) -> dict[T, Tallies]:
    """The tallies of a group (by what ``leaves`` gives) as they may be told. ``metrics`` are what
    ``family`` gives: all must have been counted.
    """
    shown = {key: dict(tallies) for key, tallies in group.items()}
    for rows in dict.fromkeys(_rows(one) for one in metrics):
        mine = [one for one in metrics if _rows(one) == rows]
        found = bounds([_cell(tallies, mine) for tallies in group.values()])
        for tallies, bound in zip(shown.values(), found, strict=True):
            for one in mine if bound else ():
                tallies[one.metric.name] = hide(one, tallies[one.metric.name], bound)
    return shown


def veil_steps(
    steps: Sequence[tuple[date, Tallies]],
    beside: Mapping[str, Sequence[tuple[date, Tallies]]],
    place: str,
    metrics: Sequence[Counted],
) -> list[tuple[date, Tallies]]:
    """The steps of a leaf as they may be told: all, or none where one of them is hidden, or all of
    them together are. ``beside`` are the steps of its group, the leaf's own among them.
    """
    told = [(start, dict(tallies)) for start, tallies in steps]
    for rows in dict.fromkeys(_rows(one) for one in metrics):
        mine = [one for one in metrics if _rows(one) == rows]
        columns = list(zip(*beside.values(), strict=True))
        groups = [
            {who: tallies for who, (_, tallies) in zip(beside, column, strict=True)}
            for column in columns
        ]
        groups.append({who: _together(along, mine) for who, along in beside.items()})
        name = mine[0].metric.name
        if not any(veil(group, mine)[place][name].hidden for group in groups):
            continue
        for one in mine:
            name = one.metric.name
            if told and name in told[0][1]:
                bound = _over([tallies[name] for _, tallies in steps], one)
                for _, tallies in told:
                    tallies[name] = hide(one, tallies[name], bound)
    return told


def _together(steps: Sequence[tuple[date, Tallies]], metrics: Sequence[Counted]) -> Tallies:
    """What all steps come to: of a flow their sum, of a stock the last."""
    found: Tallies = {}
    for one in metrics:
        name = one.metric.name
        first, *rest = [tallies[name] for _, tallies in steps]
        found[name] = rest[-1] if one.metric.stock and rest else sum(rest, first)
    return found


def _over(steps: Sequence[Tally], one: Counted) -> int:
    """The bound under which all steps lie, with room for their sum."""
    sizes = [_size(one, counted) for counted in steps]
    for bound in _scale():
        if max(sizes) < bound and sum(sizes) < (bound - 1) * max(2, len(sizes)):
            return bound
    raise AssertionError("the scale has no end")


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


def _size(one: Counted, counted: Tally) -> float:
    return float(counted.numerator) if _is_count(one) else float(counted.answered)


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
        sizes.append(_size(one, counted))
    return Cell(tuple(counts), max(sizes, default=0.0))


# ── Rows of a panel ──────────────────────────────────────────────────────────────────────────────


def veil_rows(
    rows: Sequence[Sequence[Any]], counts: Sequence[int], numbers: Sequence[int] = ()
) -> tuple[list[tuple[Any, ...]], list[str]]:
    """The rows of a panel as they may be told, and what is told instead of the numbers of each
    row, or nothing where they stand. ``counts`` are the positions of columns that count rows;
    ``numbers`` those of others that follow from them, such as rates. Both are None where hidden,
    and such rows come last, in an order that says nothing of their numbers.
    """
    cells = []
    for row in rows:
        found = [int(row[each] or 0) for each in counts]
        cells.append(Cell(tuple(found), max(found, default=0)))
    secret = {*counts, *numbers}
    told, hidden = [], []
    for row, cell, bound in zip(rows, cells, bounds(cells), strict=True):
        if not bound:
            told.append(tuple(row))
            continue
        values = tuple(None if at in secret else value for at, value in enumerate(row))
        hidden.append((values, f"<{bound}" if cell.size < bound else BESIDE))
    hidden.sort(key=lambda each: str(each[0]))
    said = [""] * len(told) + [each for _, each in hidden]
    return told + [values for values, _ in hidden], said
