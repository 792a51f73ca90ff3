/*
title    = "未结案件走势"
title_en = "Open cases along time"
asks     = "手上没办完的,是越来越多还是越来越少?"
asks_en  = "Is the pile of open cases growing or shrinking?"
chart    = "area"
x        = "day"
y        = "open"
labels   = { day = ["日期", "Day"], open = ["未结", "Open"] }
counts   = ["open"]
order    = 40
standard = "存量 = 期初 + 上报 − 结案 [D]"
meaning  = "每日(超过 92 天的期间为每月)末未结的件数,与指标“未结案件”一致。"
meaning_en = "Cases open at the end of each day, of each month where the period is longer than 92 days; the same as the metric."
*/
with stood as (
    -- Two plain tests, so that files whose cases were all closed before are not read.
    select reported_at, closed_at
    from cases_all_time_here
    where closed_at >= coalesce(period_start(), date '1900-01-01')
        and reported_at < coalesce(period_end(), as_of()::date) + 1
        and not void and not refused
    union all
    select reported_at, closed_at
    from cases_all_time_here
    where closed_at is null and not was_closed
        and reported_at < coalesce(period_end(), as_of()::date) + 1
        and not void and not refused
),
paired as (
    select
        greatest(reported_at::date, period_start()) as came,
        case when closed_at < coalesce(period_end(), as_of()::date) + 1 then closed_at::date end as went,
        count(*) as n
    from stood
    group by all
),
by_day as (
    select
        case when coalesce(period_end(), as_of()::date) - coalesce(period_start(), date '1900-01-01') <= 92
            then day else date_trunc('month', day)::date end as day,
        sum(n) as net
    from (
        select came as day, n from paired
        union all
        select went, -n from paired where went is not null
    )
    group by all
),
days as (
    select unnest(generate_series(
        min(day)::timestamp,
        least(as_of(), coalesce(period_end(), as_of()::date)::timestamp),
        case when coalesce(period_end(), as_of()::date) - coalesce(period_start(), date '1900-01-01') <= 92
            then interval 1 day else interval 1 month end
    ))::date as day
    from by_day
)
select day, sum(coalesce(net, 0)) over (order by day)::bigint as open
from days
left join by_day using (day)
order by day
