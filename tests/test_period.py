"""With what a period is compared."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cockpit.model.mistakes import Mistake
from cockpit.model.period import COMPARISONS, NAMED, Period, compared, named

DAYS = some.dates(date(1900, 1, 1), date(2199, 12, 31))
FLOWING = [name for name in NAMED if name != "all"]


def stretch(text: str) -> Period:
    since, _, until = text.partition(" ")
    return Period(date.fromisoformat(since), date.fromisoformat(until or since))


def ends(period: Period | None) -> tuple[date, date]:
    assert period is not None
    assert period.since is not None
    assert period.until is not None
    return period.since, period.until


def days(since: date, until: date) -> int:
    return (until - since).days + 1


@pytest.mark.parametrize(
    ("name", "as_of", "before"),
    [
        ("today", "2026-03-01", "2026-02-28"),
        ("7d", "2026-10-31", "2026-10-18 2026-10-24"),
        ("30d", "2026-10-31", "2026-09-02 2026-10-01"),
        ("month", "2026-10-20", "2026-09-01 2026-09-20"),
        ("month", "2026-10-31", "2026-09-01 2026-09-30"),
        ("month", "2026-03-31", "2026-02-01 2026-02-28"),
        ("month", "2024-03-30", "2024-02-01 2024-02-29"),
        ("month", "2026-01-05", "2025-12-01 2025-12-05"),
        ("quarter", "2026-05-15", "2026-01-01 2026-02-14"),
        ("quarter", "2026-06-30", "2026-01-01 2026-03-31"),
        ("quarter", "2026-03-31", "2025-10-01 2025-12-29"),
        ("year", "2026-10-31", "2025-01-01 2025-10-31"),
        ("year", "2024-02-29", "2023-01-01 2023-02-28"),
        ("year", "2025-03-01", "2024-01-01 2024-03-01"),
    ],
)
def test_the_stretch_of_the_same_kind_before(name: str, as_of: str, before: str) -> None:
    here = named(name, date.fromisoformat(as_of))
    assert compared(here, name, "previous") == stretch(before)


@pytest.mark.parametrize(
    ("own", "before", "year"),
    [
        ("2026-10-11 2026-10-20", "2026-10-01 2026-10-10", "2025-10-11 2025-10-20"),
        ("2026-03-01", "2026-02-28", "2025-03-01"),
        ("2024-02-29", "2024-02-28", "2023-02-28"),
        ("2024-02-01 2024-02-29", "2024-01-03 2024-01-31", "2023-02-01 2023-02-28"),
        ("2026-01-01 2027-12-31", "2024-01-02 2025-12-31", "2025-01-01 2026-12-31"),
    ],
)
def test_days_of_ones_own(own: str, before: str, year: str) -> None:
    assert compared(stretch(own), "", "previous") == stretch(before)
    assert compared(stretch(own), "", "year") == stretch(year)


@given(DAYS, some.sampled_from(FLOWING))
def test_what_came_before_ends_before_it_and_is_no_longer(as_of: date, name: str) -> None:
    here = named(name, as_of)
    since, until = ends(here)
    first, last = ends(compared(here, name, "previous"))
    assert last < since
    assert days(since, until) - 3 <= days(first, last) <= days(since, until) + 1
    if name in ("today", "7d", "30d"):
        assert last == since - timedelta(days=1)
        assert days(first, last) == days(since, until)
    else:
        assert first == named(name, since - timedelta(days=1)).since
        assert first.day == 1


@given(DAYS, some.integers(0, 800))
def test_own_days_are_held_against_as_many_just_before(since: date, more: int) -> None:
    until = since + timedelta(days=more)
    first, last = ends(compared(Period(since, until), "", "previous"))
    assert last + timedelta(days=1) == since
    assert days(first, last) == days(since, until)


@given(DAYS, some.sampled_from(FLOWING))
def test_a_year_before_only_the_year_differs(as_of: date, name: str) -> None:
    here = named(name, as_of)
    for now, then in zip(ends(here), ends(compared(here, name, "year")), strict=True):
        assert then.year == now.year - 1
        assert then.month == now.month
        assert then.day == now.day or (now.day, then.day, then.month) == (29, 28, 2)


@pytest.mark.parametrize("how", COMPARISONS)
def test_what_is_open_is_compared_with_nothing(how: str) -> None:
    for open_one in (Period(), Period(date(2026, 1, 1)), Period(until=date(2026, 1, 1))):
        assert compared(open_one, "all", how) is None
        assert compared(open_one, "", how) is None
    assert compared(stretch("0001-01-02 0001-03-01"), "", how) is None


def test_no_comparison_is_none() -> None:
    assert compared(stretch("2026-01-01"), "today", "none") is None


def test_a_word_that_means_nothing_is_said() -> None:
    with pytest.raises(Mistake, match=r"'yaer' is no comparison\. Did you mean 'year'"):
        compared(Period(), "", "yaer")
    with pytest.raises(Mistake, match=r"'moth' is no period\. Did you mean 'month'"):
        compared(Period(), "moth", "year")
