/*
title    = "有条件共享的增减"
title_en = "Do conditions grow?"
asks     = "有条件共享的比例是不是越来越高?"
asks_en  = "Does the share of entries with conditions grow?"
chart    = "stacked"
fact     = "datasets"
x        = "month"
y        = ["free", "conditional", "withheld"]
labels   = { month = ["月份", "Month"], free = ["无条件共享", "Without conditions"], conditional = ["有条件共享", "With conditions"], withheld = ["不予共享", "Kept back"], share = ["有条件占比", "Share with conditions"] }
order    = 120
standard = "三类占比,留意有条件的增长 [D]"
meaning  = "到期末为止的 24 个月,各月末在用的目录按共享属性;属性按现在的目录。"
meaning_en = "The 24 months up to the period's end: entries in use at the end of each month by class, as the catalogue has it now."
*/
with ends as (
    select
        (date_trunc('month', as_of()::date) - to_months(back::integer))::date as month,
        least(as_of(), date_trunc('month', as_of()::date) - to_months(back::integer) + interval 1 month) as upto
    from (select unnest(range(24)) as back)
)
select
    month,
    count(*) filter (where sharing_class = '无条件共享') as free,
    count(*) filter (where sharing_class = '有条件共享') as conditional,
    count(*) filter (where sharing_class = '不予共享') as withheld,
    round(count(*) filter (where sharing_class = '有条件共享') / count(*), 4) as share
from ends
join datasets_all_time_here on listed_at < upto and (retired_at is null or retired_at >= upto)
group by month
order by month
