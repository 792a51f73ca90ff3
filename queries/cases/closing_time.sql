/*
title    = "结案用时分布"
title_en = "How long closing takes"
asks     = "一件案子从上报到结案,一般要多久?"
asks_en  = "How long does a case take from report to closing?"
chart    = "distribution"
x        = "hours"
y        = "cases"
marks    = ["p50", "p90"]
clock    = "closed_at"
labels   = { hours = ["小时", "Hours"], cases = ["件数", "Cases"], p50 = ["中位数(时)", "Median, h"], p90 = ["九成不超过(时)", "90 % within, h"] }
counts   = ["cases"]
order    = 100
standard = "中位数与 P90 同看,不用平均数 [D]"
meaning  = "本期结案的案件,从上报到结案的自然小时数,夜间和节假日都算。一格的宽随用时长短而定;中位数和 P90 精确到小时;超过 P98 的收在最后一格。作废、留白的不计。"
meaning_en = "Cases closed in the period, by hours by the clock from report to closing. Median and 90th percentile to the hour; what takes longer than the 98th stands in the last bin. Void and left-open cases are outside."
*/
with by_hour as (
    select floor(epoch(closed_at - reported_at) / 3600)::bigint as hour, count(*) as n
    from cases_here
    where not void and not left_open
    group by hour
),
running as (
    select hour, n, sum(n) over (order by hour) as upto, sum(n) over () as total
    from by_hour
),
marked as (
    select
        min(hour) filter (where upto >= 0.5 * total) as p50,
        min(hour) filter (where upto >= 0.9 * total) as p90,
        min(hour) filter (where upto >= 0.98 * total) as p98
    from running
),
sized as (
    select p50, p90, p98, (select min(size) from (select unnest([1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 720]) as size)
        where p98 / size <= 25 or size = 720) as size
    from marked
)
select least(hour, p98) // size * size as hours, sum(n)::bigint as cases, p50, p90
from by_hour, sized
group by all
order by hours
