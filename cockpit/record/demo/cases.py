"""The demo city's cases: drawn by chance, then led through their life, batch by batch.

Draws are left joins throughout: DuckDB keeps their written order, each a look-up by one wheel.
"""

from __future__ import annotations

from datetime import date

import duckdb

from cockpit.model.cases import CASES
from cockpit.record.demo.chance import SLOTS, create, fill
from cockpit.record.demo.planted import months_back
from cockpit.record.demo.points import number
from cockpit.record.demo.worktime import Worktime

BATCH = 4 * 122_880  # cases made at a time, whole row groups of DuckDB: bounds the memory
SLOW_MONTHS = 6

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
SPOTS = (
    "东门", "西门", "南门", "北侧道路", "菜场旁", "公交站旁", "小学门口", "文化礼堂旁", "沿街商铺",
    "停车场", "口袋公园", "主路路口", "河道边", "垃圾房旁", "快递驿站旁", "幼儿园对面",
)  # fmt: skip
REASONS = (
    "权属争议,待部门会商", "涉历史遗留问题,需分步处置", "规划调整中,暂不具备处置条件",
    "已进入诉讼程序", "当事人长期外出,暂无法核实", "整治资金待落实",
)  # fmt: skip

_SPOT = f"pick(spot_key, 'spot', {list(SPOTS)})"
_SEEN = "chance(i, 'coded') >= 0.011 and chance(spot_key, 'seen') < 0.86"


def make_cases(con: duckdb.DuckDBPyConnection, worktime: Worktime, until: date) -> None:
    """Create ``demo_cases`` and fill it, batch by batch, in the order of time."""
    create(con, CASES)
    [(days,)] = con.execute("select list((first, n) order by day) from gen_days").fetchall()
    batches: list[list[int]] = []
    for first, n in days:
        if not batches or first + n - batches[-1][0] > BATCH:
            batches.append([first, first])
        batches[-1][1] = first + n
    for first, last in batches:
        _bear(con, first, last)
        fill(con, CASES, _life(worktime, until), _COLUMNS, until)


def _bear(con: duckdb.DuckDBPyConnection, first: int, last: int) -> None:
    """Make ``gen_born``, one row a case of a batch: when and where it was reported.

    Both steps are tables: rows are made by one thread but scanned by all, and with the true number
    of rows before it DuckDB looks places up from cases, not cases from places.
    """
    con.execute(f"""
        create or replace temp table gen_row as
        select *, first + k as i, (k + chance(i, 'time')) / n as share from (
            select *, unnest(range(n)) as k from gen_days
            where first >= {first} and first + n <= {last})
    """)
    con.execute(f"""
        create or replace temp table gen_born as
        with clocked as (
            -- Times of a day come in the order of its cases, each in its share of the rhythm.
            select s.*, floor(r.second + r.width * (share * {SLOTS} % 1))::integer as second
            from gen_row s
            left join gen_rhythm r on r.grp = rests and r.slot = floor(share * {SLOTS})::integer
        )
        select i, k, day, stamp, month, strain, point, repeat_of,
            day + to_seconds(second) as reported_at,
            case when second < 21600 or second >= 79200 then 0
                when second < 64800 then 1 else 2 end as band,
            coalesce(p.leaf, l.id) as leaf, p.category as usual
        from clocked
        left join gen_repeat p using (i)
        left join gen_district_wheel d on d.grp = month_number and d.slot = spin(i, 'district')
        left join gen_leaf_wheel l on l.slot = fine_spin(i, 'leaf') and l.grp = 2 * d.id
            + (silenced and d.id = (select min(district_id) from gen_leaf where silent))::integer
    """)


def _life(work: Worktime, until: date) -> str:
    """SQL: the cases of ``gen_born`` with all that ever becomes of them.

    A limit to close adds to the limit to handle: 1 工作日, 4 工作时 or 2 紧急工作时.
    """
    slow = months_back(until, SLOW_MONTHS - 1)
    day = work.day
    return f"""
    with drawn as (
        select b.*, p.* exclude (id, pos, code, pace), p.pace as place_pace, p.code as leaf_code,
            c.* exclude (id, mix, pace), c.pace as category_pace, channel, opening,
            coalesce(1000000000000 + point, i) as spot_key,
            h.id = 0 as patrolled, h.id in (1, 3, 5) as called, unit = '紧急工作时' as urgent,
            chance(i, 'rework') as rework_chance
        from gen_born b
        left join gen_leaf p on p.id = leaf
        left join gen_category_wheel w on w.grp = 6 * b.month + 2 * band + p.urban::integer
            and w.slot = spin(i, 'category')
        left join gen_category c on c.id = coalesce(usual, w.id)
        left join gen_channel_wheel v on v.grp = c.mix and v.slot = spin(i, 'channel')
        left join gen_channel h on h.id = case
            when self_closing and chance(i, 'own') < 0.5 then 0 else v.id end
    ), fate as (
        -- What becomes of it: refused, void, closed by its finder, or handed out to a unit.
        select *, case
            when called and chance(i, 'refuse') < 0.04 then 'refused'
            when chance(i, 'void') < case when void then 0.09 else 0.006 end then 'void'
            when patrolled and chance(i, 'self') < case
                when self_closing then 0.9 when grade = 1 then 0.3 else 0.03 end then 'self'
            else 'handed' end as fate
        from drawn
    ), handed as (
        select *, fate = 'self' as self_closed,
            fate = 'handed' and unit = '工作日' and worth > 1
                and chance(i, 'left') < case when left_open then 0.36 else 0.014 end as left_,
            (fate = 'handed' and chance(i, 'extend') < 0.03)::integer as extension_count,
            case when fate = 'handed' and not urgent and chance(i, 'hold') < 0.006
                then 5 + floor(55 * chance(i, 'hold days')) else 0 end::integer as hold_days,
            case when fate <> 'handed' or rework_chance >= 0.025 then 0
                when rework_chance < 0.004 then 2 else 1 end as rework_count
        from fate
    ), paced as (
        -- The share of its limit that handling takes; above 1 it is late.
        select *,
            0.3 * strain * place_pace * category_pace * pace(i, 'pace', 0.4)
                * case when saturated then 0.3 else 1 end
                * case when slow_street and day >= date '{slow}'
                    then 2.5 ** (1 + date_diff('month', date '{slow}', day)) else 1 end
                * (1 + 0.4 * rework_count) * (1 + 0.9 * extension_count) as took,
            case when fate = 'handed' and not saturated and chance(i, 'stuck') < 0.022
                then 2 + floor(110 * chance(i, 'stuck days') ** 1.5) else 0 end as stuck_days,
            case when urgent or hour(reported_at) >= 7 then reported_at
                else day + minutes(420 + 45 * chance(i, 'desk')) end as opened
        from handed
    ), accepted as (
        select *, case when fate <> 'refused' then opened + minutes(1 + 14 * chance(i, 'accept'))
            end as accepted_at
        from paced
    ), verified as (
        select *, case when called and not urgent then accepted_at
            + minutes(15 + 90 * chance(i, 'verify')) end as verified_at
        from accepted
    ), filed as (
        select *, coalesce(verified_at, accepted_at) + minutes(2 + 25 * chance(i, 'file'))
            as filed_at
        from verified
    ), dispatched as (
        select *, case when not self_closed then filed_at
            + minutes(2 + 30 * chance(i, 'dispatch') ** 2) end as dispatched_at
        from filed
    ), limited as (
        -- Seconds: by the clock where it is urgent, else of working time.
        select *, coalesce(dispatched_at, filed_at) as started,
            worth * case unit when '工作日' then {day} else 3600 end as allowed,
            case unit when '工作日' then {day} when '工作时' then 14400 else 7200 end as to_check,
            hold_days * {day} as held
        from dispatched
    ), spent as (
        select *, (greatest(300, took * allowed + stuck_days * {day}) + held)::bigint as spent,
            allowed * (1 + extension_count) + held as handle_within
        from limited
    ), timed as (
        select s.*, cal.before + cal.works::integer - 1 as workday,
            {work.axis("started", "cal")} as start,
            spent + (to_check * (0.1 + 0.75 * chance(i, 'check')))::bigint as checked_after,
            handle_within + to_check as close_within
        from spent s left join gen_calendar cal on cal.day = started::date
    ), stamped as (
        select timed.*,
            {_due(work, "handle_within", "w1")} as handle_due,
            {_due(work, "close_within", "w2")} as due,
            case when self_closed then started + minutes(3 + 40 * chance(i, 'handle'))
                when urgent then started + to_seconds(spent)
                else {work.moment("start + spent", "w3")} end as handled,
            case when self_closed then null
                when urgent then started + to_seconds(checked_after)
                else {work.moment("start + checked_after", "w4")} end as checked
        from timed
        left join gen_workdays w1 on not urgent and w1.n = {_key(work, "handle_within")}
        left join gen_workdays w2 on not urgent and w2.n = {_key(work, "close_within")}
        left join gen_workdays w3 on not urgent and w3.n = {work.workday("start + spent")}
        left join gen_workdays w4 on not urgent and w4.n = {work.workday("start + checked_after")}
    ), done as (
        select *, coalesce(checked, handled)
            + minutes(1 + case when self_closed then 7 else 25 end * chance(i, 'close')) as done,
            case when left_ then review(i, reported_at) end as review
        from stamped
    ), massed as (
        -- Mass closing: what is done early in a month counts for the one before; what is done
        -- late waits for its last day.
        select *, case
                when not month_end or self_closed then null
                when day(done) <= 10 and started < date_trunc('month', done) - interval 1 day
                    then date_trunc('month', done)
                when day(done) >= 22 and started < last_day(done) and chance(i, 'mass') < 0.3
                    then date_trunc('month', done) + interval 1 month
                end - minutes(400 + 140 * chance(i, 'mass hour')) as massed
        from done
    ), closed as (
        select *, case
            when fate in ('refused', 'void') then null
            when left_ then case when chance(i, 'reviewed') < 0.88
                then review + minutes(540 + 480 * chance(i, 'review hour')) end
            else coalesce(massed, done) end as closed_at
        from massed
    )
    select *,
        case when fate in ('refused', 'void') or left_ and closed_at is null then null
            when left_ or massed is not null then least(handled, closed_at - minutes(6))
            else handled end as handled_at,
        case when fate in ('refused', 'void') or left_ and closed_at is null then null
            when left_ or massed is not null then least(checked, closed_at - minutes(2))
            else checked end as checked_at,
        coalesce(closed_at > due, false) as late,
        case when chance(i, 'visit') < case when chosen_visits then 0.25 else 0.62 end
            then closed_at::date + 1 + floor(3 * chance(i, 'visit day'))::integer
                + minutes(540 + 500 * chance(i, 'visit hour')) end as visited_at
    from closed
    """


def _due(work: Worktime, within: str, workdays: str) -> str:
    """SQL: the moment by which something is due, by the unit of its limit.

    In 工作日 it is the same hour some working days later, as the calendar's own macro has it.
    """
    return (
        f"case unit when '工作日' then started + to_days({workdays}.day - started::date)"
        f" when '工作时' then {work.moment('start + ' + within, workdays)}"
        f" else started + to_seconds({within}) end"
    )


def _key(work: Worktime, within: str) -> str:
    """SQL: the number of the working day on which it is due."""
    return (
        f"case unit when '工作日' then workday + {within} // {work.day}"
        f" else {work.workday('start + ' + within)} end"
    )


_COLUMNS = {
    "number": number("class", "stamp", "k"),
    "place": """case
        when point is not null or chance(i, 'coded') >= 0.011 then leaf_code
        when chance(i, 'coded') < 0.003 then district_code
        when chance(i, 'coded') < 0.005 then street_code
        when chance(i, 'coded') < 0.006
            then street_code || (990 + floor(10 * chance(i, 'unknown'))::integer)
        else community_code end""",
    "title": f"opening || community || coalesce(whose, {_SPOT})"
    " || coalesce(subcategory, category || '问题')",
    "address": "path || (1 + floor(120 * chance(spot_key, 'house')))::integer || '号('"
    f" || {_SPOT} || ')'",
    "reporter": f"""case channel
        when '网格员' then substr('{SURNAMES}', 1 + floor(20 * chance(leaf, 'worker'))::integer, 1)
            || '网格员'
        when '视频' then '视频巡查'
        when '上级交办' then '上级交办'
        else substr('{SURNAMES}', 1 + floor(20 * chance(i, 'surname') ** 1.3)::integer, 1)
            || case when chance(i, 'sex') < 0.5 then '女士' else '先生' end end""",
    # No number begins with 12: these belong to nobody.
    "phone": """case when called then (12000000000 + floor(10 * chance(i, 'phone'))::bigint
        * 100000000 + floor(10000 * chance(i, 'line'))::bigint)::varchar end""",
    "department": """case grade when 1 then community when 2 then community
        when 3 then street || office else district || bureau end""",
    "refused": "fate = 'refused'",
    "void": "fate = 'void'",
    "on_hold": "hold_days > 0 and filed_at is not null and handled_at is null",
    "hold_hours": "held / 3600",
    "forced_close": "closed_at is not null and late and took > 2 and chance(i, 'force') < 0.15",
    "overdue_exempt": "closed_at is not null and late and chance(i, 'appeal') < 0.06",
    "file_due_at": "case when accepted_at is not null then opened"
    " + minutes(case when called then 135 else 38 end) end",
    "dispatch_due_at": "case when not self_closed then filed_at + minutes(30) end",
    "handle_due_at": "case when filed_at is not null then handle_due end",
    "due_at": "case when filed_at is not null then due end",
    "verdict": "null",
    "satisfaction": """case
        when visited_at is null or chance(i, 'reached') < 0.08 then null
        when chance(i, 'glad') < case when chosen_visits then 0.002 else 0.03
            + 0.1 * late::integer + 0.05 * (repeat_of is not null)::integer
            + 0.04 * rework_count end then '不满意'
        when chance(i, 'glad') < 0.5 then '满意' else '非常满意' end""",
    "left_open_reason": f"case when left_ then pick(i, 'reason', {list(REASONS)}) end",
    "left_open_until": "review",
    "left_open_by": "case when left_ then street || '社会治理中心' end",
    "lon": f"case when {_SEEN} then round(lon + 0.002 * (chance(spot_key, 'lon') - 0.5), 6) end",
    "lat": f"case when {_SEEN} then round(lat + 0.002 * (chance(spot_key, 'lat') - 0.5), 6) end",
}
