/*
title    = "共享率走势"
title_en = "The sharing rate along time"
asks     = "离“法无禁止皆共享”还有多远?"
asks_en  = "How far is it still to sharing all that no law forbids?"
chart    = "line"
fact     = "datasets"
x        = "month"
y        = ["shared", "collected"]
unit     = "percent"
labels   = { month = ["月份", "Month"], shared = ["共享率", "Shared"], collected = ["归集率", "Collected"], entries = ["在用目录", "Entries"] }
order    = 20
standard = "已实际共享/(全部 − 有法定依据的不予共享)[D]"
meaning  = "到期末为止的 24 个月,各月末在用的目录中当时已共享、已归集的比例:后来才共享的,以前各月不算。共享属性和依据按现在的目录。留白的不计。"
meaning_en = "The 24 months up to the period's end: of the entries in use at the end of each month, the share that was shared, and collected, by then. Classes and bases as the catalogue has them now. Those left open are outside."
*/
with months as (
    select unnest(range(24)) as back
),
ends as (
    select
        (date_trunc('month', as_of()::date) - to_months(back::integer))::date as month,
        least(as_of(), date_trunc('month', as_of()::date) - to_months(back::integer) + interval 1 month) as upto
    from months
)
select
    month,
    count(*) filter (where shared_at < upto and not lawful) / nullif(count(*) filter (where not lawful), 0) as shared,
    count(*) filter (where collected_at < upto) / count(*) as collected,
    count(*) as entries
from ends
join (
    select *, sharing_class = '不予共享' and legal_basis is not null as lawful
    from datasets_all_time_here
    where not left_open
) on listed_at < upto and (retired_at is null or retired_at >= upto)
group by month
order by month
