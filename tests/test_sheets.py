"""Sheets of running totals: any stretch is one row less another, and nothing is ever rounded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.sheet import Sheet, Stretch, bounds, joined, make, number, pack, unpack

Cell = tuple[int, int, int, int]
"""A place's number, a day (an ordinal), and two values."""
DAY = date(2026, 3, 1)
DAYS = st.integers(DAY.toordinal(), DAY.toordinal() + 40)
FAR = st.sampled_from([1, date.max.toordinal()])
SMALL, LARGE = st.integers(-5, 5) | st.just(30_000), st.integers(-(2**80), 2**80)
CELLS = st.lists(st.tuples(st.integers(0, 9), DAYS | FAR, SMALL, SMALL | LARGE), max_size=30)
ALL = bounds([(None, None)])
STRETCHES = st.lists(
    st.tuples(*[st.none() | (DAYS | FAR).map(date.fromordinal)] * 2), min_size=1, max_size=4
)


def sheets(cells: Sequence[Cell], label: str = "closed_at") -> list[Sheet]:
    numbers, days, few, many = (
        np.array([cell[at] for cell in cells], dtype=object) for at in range(4)
    )
    whole = [each.astype(np.int64) for each in (numbers, days, few, many % 2**32, many // 2**32)]
    return make(label, [(whole[0], whole[1], {"few": whole[2], "many": (whole[3], whole[4])})])


def added(cells: Sequence[Cell], who: int, stretch: Stretch, at: int) -> int:
    since, until = (each.toordinal() if each else None for each in stretch)
    return sum(
        cell[at]
        for cell in cells
        if cell[0] == who
        and (since is None or cell[1] >= since)
        and (until is None or cell[1] <= until)
    )


def check(made: Sequence[Sheet], cells: Sequence[Cell], stretches: Sequence[Stretch]) -> None:
    """A stretch that ends before it begins counts nothing that could be told."""
    stretches = [each for each in stretches if None in each or each[0] <= each[1]]  # type: ignore[operator]
    for asked in ([0, 3, 9, 10, 2**20], [5], [4, 2], [9]):
        for at, part in enumerate(("few", "many"), 2):
            told = np.zeros((len(asked), len(stretches)), dtype=object)
            for sheet in made:
                told += sheet.sums([part, "none"], np.array(asked), bounds(stretches)).get(part, 0)
            assert told.tolist() == [
                [added(cells, who, each, at) for each in stretches] for who in asked
            ]


@given(CELLS, STRETCHES)
def test_a_stretch_counts_what_its_cells_add_up_to(
    cells: list[Cell], stretches: list[Stretch]
) -> None:
    made = sheets(cells)
    check(made, cells, stretches)
    check(unpack(b"".join(pack(made))), cells, stretches)


@given(CELLS, CELLS, STRETCHES)
def test_joined_sheets_count_what_each_of_them_does(
    one: list[Cell], other: list[Cell], stretches: list[Stretch]
) -> None:
    check(joined([*sheets(one), *sheets(other)]), [*one, *other], stretches)


def test_totals_take_no_more_room_than_their_places_need() -> None:
    """40,000 does not fit 16 bits. Two thousand places of 30 each do, though not all together, for
    what is asked is always a difference within one place.
    """
    day = DAY.toordinal()
    many = [(who, day + at, 10, 0) for who in range(2000) for at in range(3)]
    large, small = sheets([*many, (3000, day, 40_000, 0)])
    assert (large.totals.dtype["few"], len(large)) == (np.int32, 1)
    assert (small.totals.dtype["few"], len(small)) == (np.int16, 6000)
    assert small.sums(["few"], np.array([1999, 3000]), ALL)["few"].tolist() == [[30], [0]]


def test_the_days_of_cells_are_told() -> None:
    day = DAY.toordinal()
    (made,) = sheets([(2, day, 1, 0), (2, day + 3, 1, 0), (3, day + 9, 1, 0)])
    later = bounds([(DAY + timedelta(1), None)])
    assert made.days(np.array([2]), ALL) == (DAY, DAY + timedelta(3))
    assert made.days(np.array([2, 3]), later) == (DAY + timedelta(3), DAY + timedelta(9))
    assert made.days(np.array([2]), bounds([(None, DAY - timedelta(1))])) is None
    assert made.days(np.array([7]), ALL) is None


def test_a_place_has_a_number_for_all_and_one_for_its_own() -> None:
    assert len({number(pos, own) for pos in range(9) for own in (False, True)}) == 18


def test_sheets_of_two_clocks_stay_two() -> None:
    day = DAY.toordinal()
    made = [*sheets([(1, day, 1, 0)], "closed_at"), *sheets([(1, day, 1, 0)], "due_at")]
    assert [each.label for each in joined(made)] == ["closed_at", "due_at"]
