/*
title    = "每日上报与结案"
title_en = "Reported and closed along time"
asks     = "来的多,还是走的多?"
asks_en  = "Does more come in than goes out?"
chart    = "bars"
x        = "day"
y        = ["opened", "closed"]
labels   = { day = ["日期", "Day"], opened = ["上报", "Reported"], closed = ["结案", "Closed"] }
counts   = ["opened", "closed"]
order    = 30
meaning  = "超过 92 天的期间按月列。作废、不予受理的不计。来源不给结案时间的,没有结案可列。"
meaning_en = "By month where the period is longer than 92 days. Void and refused cases are outside. Where a source gives no closing time there is nothing closed to show."
*/
with moved as (
    select reported_at::date as on_day, count(*) as came, 0 as went
    from cases_here
    where not void and not refused
    group by on_day
    union all
    select closed_at::date, 0, count(*)
    from cases_all_time_here
    where closed_at >= coalesce(period_start(), date '1900-01-01')
        and closed_at < coalesce(period_end(), as_of()::date) + 1
        and not void and not refused
    group by closed_at::date
)
select
    case when coalesce(period_end(), as_of()::date) - coalesce(period_start(), date '1900-01-01') <= 92
        then on_day else date_trunc('month', on_day)::date end as day,
    sum(came)::bigint as opened,
    case when sum(sum(went)) over () > 0 then sum(went)::bigint end as closed
from moved
group by all
order by day
