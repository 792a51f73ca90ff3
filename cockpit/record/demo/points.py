"""Points to which the same trouble comes back: a few hundred addresses of one category each."""

from __future__ import annotations

from datetime import date

import duckdb

from cockpit.record.demo.chance import wheel
from cockpit.record.demo.planted import months_back

POINTS = 300
SHARE = 0.04  # of all cases come from one of them
MEMORY = 60  # days; a report is a repeat of the one before within so many
KINDS = (
    "油烟污染",
    "噪声扰民",
    "乱堆杂物",
    "垃圾站(箱)满溢",
    "店外经营",
    "占道经营",
    "机动车乱停放",
)


def number(klass: str, stamp: str, nth: str) -> str:
    """SQL: the number of the n-th case of a day: E, two characters of its class, day, serial."""
    return f"'E' || {klass} || (1000000 * {stamp} + {nth} + 1)"


def come_back(con: duckdb.DuckDBPyConnection, until: date) -> None:
    """Make ``gen_repeat``: which cases come from which point, and which case they repeat.

    Point 0 is the planted repeat point, point 1 the planted building site of one summer.
    """
    since, end = months_back(until, 4), months_back(until, 1)
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    con.execute(f"""
        create or replace temp table gen_point as
        with drawn as (
            (select 0 as rank, id as leaf from gen_leaf where repeat_point order by id limit 1)
            union all
            (select 1, id from gen_leaf where building_site order by id limit 1)
            union all
            select 2, id from (
                select id from gen_leaf
                where not silent and not repeat_point and not building_site
                order by -ln(1 - chance(id, 'point')) / volume, id limit {POINTS}
            )
        ), points as (
            select (row_number() over (order by rank, chance(leaf, 'rank'), leaf) - 1)::integer
                as point, leaf
            from drawn
        )
        select point, leaf, c.id as category, c.class,
            case when point = 0 then 0.9 when point = 1 then 1.2 else (point + 3) ** -0.6 end
                as weight
        from points join gen_category c on c.subcategory = case
            when point = 0 then '油烟污染' when point = 1 then '施工扰民'
            else pick(point, 'kind', [{kinds}]) end
    """)
    wheel(
        con,
        "gen_point_wheel",
        f"""
        select month_number as grp, point as id, weight
        from gen_point, (select month_number, min(day) as day from gen_days group by all)
        where point <> 1 or (day >= date '{since}' and day < date '{end}')
        """,
    )
    con.execute(f"""
        create or replace temp table gen_repeat as
        with report as (
            select day, stamp, month_number, k, first + k as i
            from (select *, unnest(range(n)) as k from gen_days)
            where chance(first + k, 'repeat') < {SHARE}
        ), drawn as (
            select i, day, point, leaf, category, {number("class", "stamp", "k")} as number
            from report
            left join gen_point_wheel w on grp = month_number and slot = spin(i, 'point')
            left join gen_point on point = w.id
        )
        select i, point, leaf, category, case
            when day - lag(day) over past <= {MEMORY} then lag(number) over past end as repeat_of
        from drawn window past as (partition by point order by i)
        order by i
    """)
