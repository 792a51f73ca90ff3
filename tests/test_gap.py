"""Who accounts for the gap to a target: laws of the arithmetic, and cases done by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cockpit.model.gap import gap, shares
from cockpit.model.metric import Metric, Tally


def rate(better: Any = "up", target: float | None = 0.95) -> Metric:
    return Metric("a", "true", "b", denominator="true", better=better, target=target)


@st.composite
def counted(draw: Any) -> Tally:
    many = draw(st.integers(0, 500))
    return Tally(draw(st.integers(0, many)), many, many, draw(st.integers(0, 9)))


PARTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), counted(), min_size=1)
TARGETS = st.integers(0, 100).map(lambda n: n / 100) | st.none()


def whole(parts: dict[str, Tally]) -> Tally:
    total = Tally(0, 0, 0)
    for one in parts.values():
        total += one
    return total


@given(PARTS, st.sampled_from(["up", "down"]), TARGETS)
def test_shortfalls_and_surpluses_make_up_the_gap_of_the_place(
    parts: dict[str, Tally], better: str, target: float | None
) -> None:
    here = whole(parts)
    assume(here.denominator)
    found = gap(rate(better, target), here, parts, rows=True)
    assert found is not None
    assert {part.name for part in found.parts} == set(parts)
    assert sum(part.short for part in found.parts) == found.short
    assert [p.short for p in found.parts] == sorted((p.short for p in found.parts), reverse=True)
    if target is None:
        assert found.short == 0
    else:
        wanted = found.yardstick * here.denominator
        assert found.short == (wanted - here.numerator) * (1 if better == "up" else -1)
        value = Fraction(here.numerator) / Fraction(here.denominator)
        missed = value < found.yardstick if better == "up" else value > found.yardstick
        assert (found.short > 0) == missed


@given(PARTS, st.sampled_from(["up", "down"]), TARGETS, st.integers(0, 4))
def test_closing_what_is_missing_reaches_what_is_said(
    parts: dict[str, Tally], better: str, target: float | None, many: int
) -> None:
    here = whole(parts)
    assume(here.denominator)
    metric = rate(better, target)
    found = gap(metric, here, parts, rows=True)
    assert found is not None
    after = dict(parts)
    for part in found.missing[:many]:
        was, needed = parts[part.name], int(found.needed(part.short))
        assert needed >= part.short > needed - 1
        way = needed if better == "up" else -needed
        after[part.name] = Tally(was.numerator + way, was.denominator, was.answered)
        assert 0 <= after[part.name].numerator <= (was.denominator or 0)
        again = gap(metric, whole(after), after, rows=True)
        assert again is not None
        if target is not None:
            assert part.name not in {each.name for each in again.missing}
    assert whole(after).value == pytest.approx(found.reached(many))
    if target is not None and many >= len(found.missing):
        reached = found.reached(many)
        assert reached >= target - 1e-12 if better == "up" else reached <= target + 1e-12


def test_a_gap_by_hand() -> None:
    parts = {"north": Tally(80, 100, 100), "south": Tally(97, 100, 100), "": Tally(9, 10, 10)}
    found = gap(rate(), whole(parts), parts, rows=True)
    assert found is not None
    assert [(part.name, part.short) for part in found.parts] == [
        ("north", 15),
        ("", Fraction(1, 2)),
        ("south", -2),
    ]
    assert found.short == Fraction(27, 2)
    assert found.needed(found.short) == 14
    assert [found.reached(n) for n in range(4)] == [186 / 210, 201 / 210, 202 / 210, 202 / 210]


def test_hours_are_held_against_the_places_own_mean_and_are_not_rounded() -> None:
    metric = Metric("a", "h", "b", denominator="true", unit="hours", better="down")
    parts = {"slow": Tally(Decimal("30.5"), 5, 5), "quick": Tally(Decimal("9.5"), 5, 5)}
    found = gap(metric, whole(parts), parts, rows=False)
    assert found is not None
    assert [(part.name, part.short) for part in found.missing] == [("slow", Fraction(21, 2))]
    assert found.reached(1) == pytest.approx(2.95)


@pytest.mark.parametrize(
    ("metric", "here"),
    [
        (Metric("a", "true", "b", better="up"), Tally(5, None, 5)),
        (rate(), Tally(0, 0, 0)),
        (rate(better=""), Tally(1, 2, 2)),
    ],
)
def test_there_is_no_gap_where_nothing_says_what_it_is(metric: Metric, here: Tally) -> None:
    assert gap(metric, here, {}, rows=True) is None


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(0, 99), min_size=1))
def test_shares_of_a_sum_add_up_to_all_of_it(numbers: dict[str, int]) -> None:
    parts = {name: Tally(number, None, number) for name, number in numbers.items()}
    total = sum(numbers.values())
    found = shares(Tally(total, None, total), parts)
    assert {one.name for one in found} == {name for name, number in numbers.items() if number}
    if total:
        assert sum(one.share for one in found) == pytest.approx(1)
