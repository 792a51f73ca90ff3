"""Working time as two small tables and joins: for millions of rows, where a macro is too slow.

The tables follow from the calendar macros that the connection carries, its working hours included:
``gen_calendar`` has every day with the working days before it, ``gen_workdays`` numbers the
working days. Time runs on an axis of working seconds: ``axis`` puts a moment on it, ``moment``
leads back. The first needs ``gen_calendar`` joined on the moment's day; the second needs
``gen_workdays`` joined on ``workday(seconds)``.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import duckdb


class Worktime:
    """The axis of working seconds from before the first day to well after the last."""

    def __init__(self, con: duckdb.DuckDBPyConnection, first: date, last: date):
        con.execute(f"""
            create or replace temp table gen_calendar as
            select *, (count(*) filter (where works) over (order by day) - works::integer)::integer
                as before
            from (
                select day, is_work_day(day) as works from (
                    select unnest(generate_series(date '{first - timedelta(days=60)}',
                        date '{last + timedelta(days=1000)}', interval 1 day))::date as day))
            order by day
        """)
        con.execute("""
            create or replace temp table gen_workdays as
            select before as n, day from gen_calendar where works order by day
        """)
        hours = self._hours(con)
        self.day = sum(end - start for start, end in hours)
        spent = " + ".join(f"greatest(0, least(s, {end}) - {start})" for start, end in hours)
        con.execute(f"create or replace temp macro gen_spent(s) as {spent}")
        terms, gone = [f"s + {hours[0][0]}"], 0
        for (start, end), (later, _) in pairwise(hours):
            gone += end - start
            terms.append(f"(s > {gone})::integer * {later - end}")
        con.execute(f"create or replace temp macro gen_clock(s) as {' + '.join(terms)}")

    @staticmethod
    def _hours(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
        """The working hours that the macros keep, as seconds of the day, minute by minute."""
        minutes = con.execute("""
            select minute * 60 from range(1440) minutes(minute), gen_workdays
            where n = 0 and work_hours(
                day + to_minutes(minute::integer), day + to_minutes((minute + 1)::integer)) > 0
            order by minute
        """).fetchall()
        hours: list[tuple[int, int]] = []
        for (second,) in minutes:
            if hours and hours[-1][1] == second:
                hours[-1] = (hours[-1][0], second + 60)
            else:
                hours.append((second, second + 60))
        return hours

    def axis(self, moment: str, calendar: str) -> str:
        """SQL: working seconds at a moment, by the calendar row of its day."""
        second = f"epoch_us({moment}) // 1000000 % 86400"
        return (
            f"({calendar}.before::bigint * {self.day}"
            f" + case when {calendar}.works then gen_spent({second}) else 0 end)"
        )

    def workday(self, seconds: str) -> str:
        """SQL: the number of the working day on which so many working seconds are over."""
        return f"(({seconds}) - 1) // {self.day}"

    def moment(self, seconds: str, workdays: str) -> str:
        """SQL: the moment at which so many working seconds are over, by the row of that day."""
        return f"({workdays}.day + to_seconds(gen_clock((({seconds}) - 1) % {self.day} + 1)))"
