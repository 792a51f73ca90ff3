"""The demo city's warnings: about places and made-up enterprises, never about a person."""

from __future__ import annotations

from datetime import date

import duckdb

from cockpit.model.warnings import COLOURS, WARNINGS
from cockpit.record.demo.chance import create, fill, wheel

# Topic, weight, what is usual in a month, and how its colours are mixed: red, orange, yellow, blue.
TOPICS = (
    ("访源", 10, 4.0, (2, 12, 36, 50)),
    ("黄赌毒", 7, 3.0, (2, 14, 38, 46)),
    ("偷盗", 12, 9.0, (1, 10, 36, 53)),
    ("纠纷警情", 18, 16.0, (1, 9, 35, 55)),
    ("电诈", 18, 8.0, (3, 16, 38, 43)),
    ("火灾", 10, 2.0, (5, 17, 38, 40)),
    ("交通亡人", 4, 0.5, (16, 44, 40, 0)),
    ("命案", 0.7, 0.1, (100, 0, 0, 0)),
    ("外来人口异动", 7, 40.0, (0, 6, 34, 60)),
    ("企业经济犯罪", 4, 1.5, (4, 20, 40, 36)),
    ("企业信用风险", 9, 5.0, (2, 12, 36, 50)),
)
ABOUT_ENTERPRISES = "企业"

# How far above the usual, in standard deviations; the limits to sign, answer, clear.
# Ours, not official; the same limits as the default rules.
GRADES = {
    "red": (3.0, "raised_at + interval 30 minute", "raised_at + interval 24 hour",
            "raised_at + interval 72 hour"),
    "orange": (2.0, "raised_at + interval 2 hour", "raised_at + interval 48 hour",
               "raised_at + interval 120 hour"),
    "yellow": (1.5, "add_work_hours(raised_at, 8)", "add_work_days(raised_at, 5)",
               "add_work_days(raised_at, 10)"),
    "blue": (1.0, "add_work_days(raised_at, 1)", "add_work_days(raised_at, 10)",
             "add_work_days(raised_at, 15)"),
}  # fmt: skip

NAMES = (
    "青禾", "云杉", "远帆", "星河", "南屏", "晴川", "松果", "白鹭", "麦浪", "海棠", "木棉", "蓝鲸",
)  # fmt: skip
TRADES = ("商贸", "餐饮管理", "建筑劳务", "电子商务", "物流", "信息咨询", "健身服务", "置业")
REASONS = ("部门意见不一,待会商", "涉案线索核查中", "数据口径待核实")

RECURRING = 0.12  # come again to the place and topic of a warning
RECURRING_DAYS = 20  # before, at most
SURGE_DAYS = 60
FRAUD = 4  # the number of 电诈 in TOPICS


def make_warnings(con: duckdb.DuckDBPyConnection, count: int, first: date, until: date) -> None:
    """Create ``demo_warnings``: so many, spread evenly over the days, and what became of them."""
    create(con, WARNINGS)
    con.execute(
        "create or replace temp table gen_topic as select * from (values "
        + ", ".join(f"({n}, '{t[0]}', {t[2]}::double)" for n, t in enumerate(TOPICS))
        + ") as topics(id, topic, usual)"
    )
    wheel(con, "gen_topic_wheel", ((0, n, topic[1]) for n, topic in enumerate(TOPICS)))
    wheel(
        con,
        "gen_colour_wheel",
        ((n, c, weight) for n, topic in enumerate(TOPICS) for c, weight in enumerate(topic[3])),
    )
    con.execute(_drawn(count, first, until))
    con.execute(_LINKS)
    fill(con, WARNINGS, _loop(), _COLUMNS, until)


def _drawn(count: int, first: date, until: date) -> str:
    """SQL: ``gen_warning``, one row a warning: when, where, about what, how grave.

    A recurring one takes topic and place from the row it comes back to; in the surge, the planted
    district draws fraud from the whole city.
    """
    days = (until - first).days + 1
    return f"""
    create or replace temp table gen_warning as
    with spread as (
        select i, date '{first}' + (i * {days} // {count})::integer as day,
            case when chance(i, 'again') < {RECURRING} then greatest(0, i - 1
                - floor(chance(i, 'when') * {RECURRING_DAYS} * {count} / {days})::bigint)
                else i end as like_row
        from range({count}) rows(i)
    ), surging as (
        select *, date '{until}' - day < {SURGE_DAYS} and chance(i, 'surge') < 0.3 as surges
        from spread
    ), topical as (
        select s.*, d.month_number, d.rests, case when surges then {FRAUD} else w.id end as topic_id
        from surging s
        left join gen_days d using (day)
        left join gen_topic_wheel w on w.slot = spin(like_row, 'topic')
    ), placed as (
        select t.* exclude (rests), day + to_seconds((r.second + r.width * chance(i, 'second'))
                ::integer) as raised_at, l.id as leaf
        from topical t
        left join gen_rhythm r on r.grp = rests and r.slot = spin(i, 'second of day')
        left join gen_district_wheel d on d.grp = month_number
            and d.slot = spin(like_row, 'warned district')
        left join gen_leaf_wheel l on l.slot = fine_spin(like_row, 'warned leaf')
            and l.grp = 2 * case when surges
                then (select min(district_id) from gen_leaf where fraud_surge) else d.id end
    )
    select p.i, p.day, raised_at, topic, usual, [{", ".join(f"'{c}'" for c in COLOURS)}][c.id + 1]
        as colour, l.* exclude (id, pos, code, volume, lon, lat),
        row_number() over (order by raised_at, p.i) as n,
        chance(like_row, 'finer') < 0.6 as finer
    from placed p
    left join gen_topic t on t.id = topic_id
    left join gen_colour_wheel c on c.grp = topic_id and c.slot = spin(p.i, 'colour')
    left join gen_leaf l on l.id = leaf
    """


def _loop() -> str:
    """SQL: the warnings with their limits and all the steps of their loop."""

    def by_colour(column: int) -> str:
        return " ".join(f"when '{c}' then {GRADES[c][column]}" for c in COLOURS)

    return f"""
    with due as (
        select *, case colour {by_colour(0)} end as sigmas,
            round(usual * (0.6 + 0.8 * chance(i, 'usual')), 1) as baseline,
            case colour {by_colour(1)} end as sign_due_at,
            case colour {by_colour(2)} end as answer_due_at,
            case colour {by_colour(3)} end as clear_due_at,
            chance(i, 'alarm') < 0.08 as false_alarm
        from gen_warning
    ), signed as (
        select *, raised_at + portion(sign_due_at - raised_at, 0.32 * pace
                * pace(i, 'sign', 0.45) * case when late_signing then 3.5 else 1 end) as signed_at,
            not false_alarm and chance(i, 'left') < 0.03 as left_,
            review(i, raised_at) as review
        from due
    ), answered as (
        select *, signed_at + portion(answer_due_at - raised_at,
            0.4 * pace * pace(i, 'answer', 0.4)) as answered_then
        from signed
    ), stepped as (
        select *, answered_then - signed_at as work, signed_at + portion(work, 0.15) as judged_at,
            case when not false_alarm then signed_at + portion(work, 0.3) end as dispatched_at,
            case when not false_alarm then signed_at + portion(work, 0.9) end as handled_at,
            case when not false_alarm then answered_then end as answered_at
        from answered
    ), checked as (
        select *, case when left_ then null else coalesce(answered_at, judged_at) + minutes(30)
            + portion(clear_due_at - answer_due_at, 0.35 * pace(i, 'check', 0.4)) end
            as checked_at
        from stepped
    )
    select *, case when not left_ then checked_at + minutes(20 + 400 * chance(i, 'clear'))
            when chance(i, 'reviewed') < 0.85 then review + minutes(540 + 480 * chance(i, 'hour'))
            end as cleared_at,
        case when topic like '{ABOUT_ENTERPRISES}%' then '示例' || pick(i, 'name', {list(NAMES)})
            || pick(i, 'trade', {list(TRADES)}) || '有限公司' end as enterprise
    from checked left join gen_link using (i)
    """


_LINKS = f"""
    create or replace temp table gen_link as
    with step as (
        select i, street_code, raised_at + interval 1 hour as at,
            case when topic like '{ABOUT_ENTERPRISES}%' then '市场监管'
                else '社会治理' end as domain
        from gen_warning where chance(i, 'link') < 0.6
    ), candidate as (
        -- Of very many cases a sample is enough: the next one of its domain in the street.
        select number, reported_at, street_code, domain
        from demo_cases join gen_leaf on code = place
        where domain in ('社会治理', '市场监管')
            and hash(number) % greatest(1, (select count(*) from demo_cases) // 1000000) = 0
    )
    select i, number as case_number from step asof join candidate c
    on step.street_code = c.street_code and step.domain = c.domain
        and c.reported_at >= step.at
"""

_COLUMNS = {
    "number": "'W' || strftime(day, '%Y%m%d') || lpad(n::varchar, 6, '0')",
    "place": "case when colour = 'red' or not finer then street_code else community_code end",
    "rule": "case when usual < 1 then 'threshold' else 'baseline' end",
    "value": "case when usual < 1 then 1"
    " else ceil(baseline + sigmas * sqrt(baseline) + 2 * chance(i, 'value')) end",
    "unit": "case when colour = 'red' then district else street end || '社会治理中心'",
    "case_number": "case when dispatched_at is not null then case_number end",
    "escalated": "colour <> 'blue' and signed_at > sign_due_at and chance(i, 'escalate') < 0.8",
    "left_open_reason": f"case when left_ and answered_at is not null"
    f" then pick(i, 'reason', {list(REASONS)}) end",
    "left_open_until": "case when left_ and answered_at is not null then review end",
    "left_open_by": "case when left_ and answered_at is not null"
    " then district || '社会治理中心' end",
}
