/*
title    = "期初 + 上报 − 结案 = 期末"
title_en = "Open then + reported − closed = open now"
asks     = "本期多办结了,还是多积压了?"
asks_en  = "Was more closed in the period than came in?"
chart    = "bars"
x        = "item"
y        = "cases"
labels   = { item = ["项目", "Item"], cases = ["件数", "Cases"], "期初未结" = ["期初未结", "Open at the start"], "上报" = ["上报", "Reported"], "结案" = ["结案", "Closed"], "期末未结" = ["期末未结", "Open at the end"] }
counts   = ["cases"]
order    = 20
standard = "存量 = 期初 + 上报 − 结案 [D]"
meaning  = "期初未结加本期上报,减本期结案,等于期末未结,一件不差。作废、不予受理的四项都不计;没有开始日的期间,期初为零。来源只给判定、不给结案时间的,视为上报时即结。"
meaning_en = "Open at the start plus reported less closed is open at the end, to the case. Void and refused ones are in none of the four; a period without a beginning starts from nothing. Where a source gives a verdict and no time, the case counts as closed when it was reported."
*/
with stood as (
    -- Two plain tests, so that files whose cases were all closed before are not read.
    select reported_at, closed_at
    from cases_all_time_here
    where closed_at >= coalesce(period_start(), date '1900-01-01')
        and reported_at < coalesce(period_end(), as_of()::date) + 1
        and not void and not refused
    union all
    select reported_at, case when was_closed then reported_at end
    from cases_all_time_here
    where closed_at is null and (not was_closed or reported_at >= coalesce(period_start(), date '1900-01-01'))
        and reported_at < coalesce(period_end(), as_of()::date) + 1
        and not void and not refused
),
counted as (
    select
        count(*) filter (where reported_at < period_start()) as before,
        count(*) filter (where reported_at >= coalesce(period_start(), date '1900-01-01')) as came,
        count(*) filter (where closed_at < coalesce(period_end(), as_of()::date) + 1) as went,
        count(*) as any_at_all
    from stood
)
select unnest(['期初未结', '上报', '结案', '期末未结']) as item,
    unnest([before, came, went, before + came - went]) as cases
from counted
where any_at_all > 0
