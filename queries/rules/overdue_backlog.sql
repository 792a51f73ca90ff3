/*
title      = "超期积压"
title_en   = "A backlog past its limit"
meaning    = "手上未结案件里已经超期的比例；未结不足十件的地方不算。基线是上一级全部未结案件的比例。"
meaning_en = "Of the cases still open the share past its limit; places with fewer than ten are left out. The baseline is the share of the whole place above."
topic      = "超期积压"
fact       = "cases"
enters     = "case when closed_at is not null or not was_closed then reported_at end"
leaves     = "closed_at"
against    = "nothing"
unit       = "percent"
standard   = "本系统默认，非官方"

[limits]
district  = { yellow = 0.20, orange = 0.35, red = 0.50 }
street    = { yellow = 0.25, orange = 0.40, red = 0.60 }
community = { yellow = 0.40, orange = 0.60 }
*/
with standing as (
    select place, place_code, due_at < as_of() as late
    from cases_here
    where due_at is not null and not void and not refused and not left_open
),
whole as (
    select avg(late::integer) as share
    from standing
)
select
    place,
    place_code,
    case when count(*) >= 10 then avg(late::integer) end as value,
    any_value(share) as baseline
from standing, whole
group by place, place_code
order by value desc nulls last, place_code
