/*
title      = "上报骤降"
title_en   = "Reports dry up"
meaning    = "近三十天上报的案件，与此前一百八十天的三十天平均相比；平时不足十件的地方不算。突然没有上报，往往是通道断了，不是问题没了。"
meaning_en = "Cases reported in the last thirty days, against the mean of thirty days in the 180 before; places that usually have fewer than ten are left out. A place that falls silent has more often lost its channel than its problems."
topic      = "上报骤降"
fact       = "cases"
clock      = "reported_at"
period     = "30d"
when       = "below"
standard   = "本系统默认，非官方"

[limits]
district  = { yellow = 0.6, orange = 0.4, red = 0.2 }
street    = { yellow = 0.5, orange = 0.3, red = 0.1 }
community = { yellow = 0.3, orange = 0.1 }
*/
-- A place without a single case has no row in cases_here, so the usual ones lead.
with usual as (
    select place, place_code, count(*) / 6.0 as monthly
    from cases_all_time_here
    where reported_at >= period_start() - interval 180 day and reported_at < period_start()
    group by place, place_code
),
recent as (
    select place_code, count(*) as reported
    from cases_here
    group by place_code
)
select
    place,
    usual.place_code,
    coalesce(reported, 0) as value,
    case when monthly >= 10 then monthly end as baseline
from usual
left join recent on recent.place_code is not distinct from usual.place_code
order by value, usual.place_code
