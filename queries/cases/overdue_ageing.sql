/*
title    = "超期未结已超多久"
title_en = "How far overdue the open cases are"
asks     = "超期还没结的,超了多少天?"
asks_en  = "By how many days are the open cases past their limit?"
chart    = "bars"
x        = "late"
y        = "cases"
enters   = "due_at"
leaves   = "closed_at"
labels   = { late = ["超期天数", "Days past the limit"], cases = ["件数", "Cases"] }
counts   = ["cases"]
order    = 60
standard = "超期未结案数(存量)[2];分档为本系统默认,非官方 [D]"
meaning  = "期末已过期限而仍未结案的案件,按超期的天数分档。留白、挂账中的不计,与指标“超期未结”一致。分档为本系统默认,非官方。"
meaning_en = "Cases past their limit and open at the period's end, by days past it. Left-open and held ones are outside, as in the metric. The bands are ours, not official."
*/
with banded as (
    select case when days < 1 then 1 when days <= 3 then 2 when days <= 7 then 3
        when days <= 15 then 4 when days <= 30 then 5 else 6 end as band
    from (
        select as_of()::date - due_at::date as days
        from cases_here
        where not void and not refused and not left_open and not on_hold
    )
)
select ['0', '1–3', '4–7', '8–15', '16–30', '> 30'][band] as late, count(*) as cases
from banded
group by band
order by band
