/*
title    = "哪类事突然多了"
title_en = "What has become more"
asks     = "和上一段同样长的时间相比,哪类事增加最多?"
asks_en  = "Compared with the stretch of time before, what has grown most?"
chart    = "bars"
x        = "subcategory"
y        = ["now", "before"]
labels   = { subcategory = ["小类", "Subcategory"], category = ["大类", "Category"], now = ["本期", "This period"], before = ["上一段", "Before"], more = ["增加", "More by"] }
counts   = ["now", "before"]
order    = 120
standard = "环比,两段同样长 [D]"
meaning  = "本期上报数与紧挨着的上一段同样长时间相比,增加最多的 12 个小类(没有小类的按大类)。没有开始日的期间没有上一段,不列。"
meaning_en = "The twelve subcategories (categories where there is none) that grew most against the stretch of the same length just before. A period without a beginning has none before it."
*/
with counted as (
    select
        coalesce(subcategory, category) as kind,
        any_value(category) as category,
        count(*) filter (where reported_at >= period_start()) as now,
        count(*) filter (where reported_at < period_start()) as before
    from cases_all_time_here
    where reported_at < coalesce(period_end(), as_of()::date) + 1
        and reported_at >= period_start()
            - (coalesce(period_end(), as_of()::date) - period_start() + 1)::integer
    group by kind
)
select kind as subcategory, category, now, before, now - before as more
from counted
where now > before
order by more desc, now desc, kind
limit 12
