/*
title    = "未结案件已等多久"
title_en = "How long open cases have waited"
asks     = "没结的案件,各等了多少天?"
asks_en  = "How many days have the open cases waited?"
chart    = "stacked"
x        = "age"
y        = ["in_time", "overdue", "aside"]
enters   = "case when closed_at is not null or not was_closed then reported_at end"
leaves   = "closed_at"
labels   = { age = ["已等天数", "Days waited"], in_time = ["期限内", "Within the limit"], overdue = ["已超期", "Past the limit"], aside = ["留白或挂账", "Left open or on hold"] }
counts   = ["in_time", "overdue", "aside"]
order    = 50
standard = "分档为本系统默认,非官方 [D]"
meaning  = "期末仍未结案的案件,按从上报起的天数分档。没有期限的算期限内,都没有期限的不列超期。分档为本系统默认,非官方。"
meaning_en = "Cases open at the period's end by days since the report. One without a limit is within it; where none has one nothing is said of overdue. The bands are ours, not official."
*/
with open_now as (
    select
        as_of()::date - reported_at::date as days,
        case when left_open or on_hold then 'aside' when due_at < as_of() then 'overdue' else 'in_time' end as state,
        due_at
    from cases_here
    where not void and not refused
),
banded as (
    select
        state,
        due_at,
        case when days <= 3 then 1 when days <= 7 then 2 when days <= 15 then 3
            when days <= 30 then 4 when days <= 90 then 5 else 6 end as band
    from open_now
)
select
    ['0–3', '4–7', '8–15', '16–30', '31–90', '> 90'][band] as age,
    count(*) filter (where state = 'in_time') as in_time,
    case when sum(count(due_at)) over () > 0 then count(*) filter (where state = 'overdue') end as overdue,
    count(*) filter (where state = 'aside') as aside
from banded
group by band
order by band
