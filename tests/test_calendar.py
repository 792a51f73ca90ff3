"""Working time: literals a reader can check, an independent calendar, and laws."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import chinese_calendar
import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.calendar import Calendar, read_exceptions
from cockpit.model.mistakes import Mistake
from cockpit.record.city import read_city
from cockpit.settings import Settings

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return read_city(Settings.city).calendar


@pytest.fixture(scope="module")
def con(calendar: Calendar) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    for macro in calendar.macros():
        con.execute(macro)
    yield con
    con.close()


def test_every_day_of_both_years_agrees_with_an_independent_calendar(calendar: Calendar) -> None:
    day = date(2025, 1, 1)
    while day.year < 2027:
        assert calendar.works(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        # Friday 17:00 to Monday 09:30: one hour, then an hour and a half
        ("work_hours(timestamp '2026-03-06 17:00', timestamp '2026-03-09 09:30')", 2.5),
        # over the lunch break
        ("work_hours(timestamp '2026-03-10 11:00', timestamp '2026-03-10 15:00')", 2),
        # National Day 2026, 1 to 7 October: nothing is worked
        ("work_hours(timestamp '2026-10-01 00:00', timestamp '2026-10-08 00:00')", 0),
        # Saturday 10 October 2026 is worked instead (调休)
        ("work_hours(timestamp '2026-10-10 08:00', timestamp '2026-10-10 18:00')", 8),
        ("work_days(timestamp '2026-03-06 17:00', timestamp '2026-03-09 09:30')", 1),
        ("work_days(timestamp '2026-09-30 17:00', timestamp '2026-10-08 09:00')", 1),
        ("clock_hours(timestamp '2026-03-06 17:00', timestamp '2026-03-09 09:30')", 64.5),
        ("calendar_days(timestamp '2026-03-06 17:00', timestamp '2026-03-09 09:30')", 3),
        ("add_work_hours(timestamp '2026-03-06 17:00', 2.5)", datetime(2026, 3, 9, 9, 30)),
        ("add_work_hours(timestamp '2026-03-10 10:00', 8)", datetime(2026, 3, 11, 10)),
        ("add_work_hours(timestamp '2026-03-07 10:00', 4)", datetime(2026, 3, 9, 12)),
        ("add_work_days(timestamp '2026-09-30 17:00', 2)", datetime(2026, 10, 9, 17)),
        ("is_work_day(date '2026-10-10')", True),
        ("is_work_day(date '2026-10-01')", False),
        ("work_hours(null, timestamp '2026-10-01')", None),
    ],
)
def test_by_hand(con: duckdb.DuckDBPyConnection, sql: str, expected: object) -> None:
    assert con.execute(f"select {sql}").fetchall() == [(expected,)]


@given(MOMENTS, st.integers(1, 400))
@settings(max_examples=100, deadline=None)
def test_adding_working_time_is_the_inverse_of_measuring_it(start: datetime, quarters: int) -> None:
    con = duckdb.connect()
    for macro in Calendar({}).macros():
        con.execute(macro)
    (found,) = con.execute(
        "select work_hours($1::timestamp, add_work_hours($1::timestamp, $2::double))",
        [start, quarters / 4],
    ).fetchall()[0]
    con.close()
    assert found == pytest.approx(quarters / 4)


@given(st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
@settings(max_examples=100, deadline=None)
def test_working_time_adds_up_along_the_way(
    moments: list[datetime],
) -> None:
    con = duckdb.connect()
    for macro in Calendar({}).macros():
        con.execute(macro)
    whole, first, second = con.execute(
        "select work_hours($1::timestamp, $3::timestamp), work_hours($1::timestamp, $2::timestamp),"
        " work_hours($2::timestamp, $3::timestamp)",
        moments,
    ).fetchall()[0]
    con.close()
    assert whole == pytest.approx(first + second)
    assert whole >= 0


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"date": "2026-02-30", "kind": "holiday"}, "calendar.csv:2: date is '2026-02-30'"),
        ({"date": "2026-02-03", "kind": "fest"}, "calendar.csv:2: kind is 'fest'"),
    ],
)
def test_a_wrong_row_is_told(row: dict[str, str], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        read_exceptions([row], "calendar.csv")
