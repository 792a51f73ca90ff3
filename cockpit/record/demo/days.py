"""The days of the demo city: how many cases each brings, and when in the day they come."""

from __future__ import annotations

from datetime import date

import duckdb

from cockpit.record.demo.chance import wheel
from cockpit.record.demo.planted import months_back

FEWEST_MONTHS = 22
MOST_A_YEAR = 10_000_000
GROWTH = 0.09  # from the first day to the last
SILENT_DAYS = 45

# Reports by the hour, 0 to 23, on working days and on days of rest.
HOURS = (
    (3, 2, 1.5, 1, 1, 2, 8, 26, 62, 96, 100, 78, 40, 46, 84, 92, 86, 62, 40, 34, 28, 18, 10, 5),
    (4, 3, 2, 1.5, 1, 2, 8, 22, 46, 70, 72, 60, 38, 40, 60, 66, 64, 52, 44, 42, 34, 22, 13, 7),
)


def first_day(cases: int, until: date) -> date:
    """The first day of the months that hold so many cases, none of their years too many."""
    room = MOST_A_YEAR / 12 / (1 + GROWTH)
    return months_back(until, max(FEWEST_MONTHS, round(cases / room + 0.5)) - 1)


def count_days(con: duckdb.DuckDBPyConnection, cases: int, first: date, until: date) -> None:
    """Make ``gen_days`` (how many cases, numbered from ``first``) and ``gen_rhythm`` (when).

    Weeks dip at their end, holidays dip deeper, the Monday after is busy; the year has its seasons;
    days differ by chance. The counts add up to ``cases`` exactly.
    """
    con.execute(f"""
        create or replace temp table gen_days as
        with day as (
            select unnest(generate_series(date '{first}', date '{until}', interval 1 day))::date
                as day
        ), weighed as (
            select day, is_work_day(day) as works,
                (1 + {GROWTH} * (day - date '{first}') / (date '{until}' - date '{first}' + 1))
                * (1 + 0.07 * sin(2 * pi() * (month(day) - 4) / 12))
                * case
                    when not is_work_day(day) and isodow(day) < 6 then 0.45
                    when not is_work_day(day) then 0.62
                    when not is_work_day(day - interval 1 day) then 1.12
                    else 1 end
                * (0.92 + 0.16 * chance(epoch(day)::bigint, 'day')) as weight
            from day
        ), upto as (
            select *, sum(floor(weight * 1e6)::bigint) over (order by day)
                * {cases}::hugeint // sum(floor(weight * 1e6)::bigint) over () as upto
            from weighed
        )
        select day,
            -- How hard it is to keep limits: less year by year, more after holidays and in summer.
            (1.12 - 0.2 * (day - date '{first}') / (date '{until}' - date '{first}' + 1))
                * (1 + 0.1 * sin(2 * pi() * (month(day) - 5) / 12))
                * (0.93 + 0.14 * chance((12 * year(day) + month(day))::bigint, 'strain')) as strain,
            strftime(day, '%Y%m%d')::bigint as stamp, month(day)::integer as month,
            (12 * year(day) + month(day))::integer as month_number,
            (not works)::integer as rests,
            day > date '{until}' - {SILENT_DAYS} as silenced,
            lag(upto, 1, 0) over (order by day)::bigint as first,
            (upto - lag(upto, 1, 0) over (order by day))::bigint as n
        from upto order by day
    """)
    wheel(
        con,
        "gen_hour",
        ((rests, hour, n) for rests, hours in enumerate(HOURS) for hour, n in enumerate(hours)),
    )
    con.execute("""
        create or replace temp table gen_rhythm as
        select grp, slot, 3600.0 / count(*) over (partition by grp, id) as width,
            3600 * id + width * (slot - min(slot) over (partition by grp, id)) as second
        from gen_hour
    """)


def share_out(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``gen_district_wheel``: groups are months; districts drift and grow on their own."""
    wheel(
        con,
        "gen_district_wheel",
        """
        select month_number as grp, district_id as id,
            people * (0.8 + 0.4 * chance(hash(district_code), 'volume'))
                * exp(0.012 * (month_number - max(month_number) over ())
                    * (chance(hash(district_code), 'growth') - 0.5))
                * (0.93 + 0.14 * chance(hash(district_code, month_number), 'drift')) as weight
        from (select distinct month_number from gen_days),
            (select distinct district_id, district_code, people from gen_leaf)
        """,
    )
