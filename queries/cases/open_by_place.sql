/*
title    = "未结案件在哪里"
title_en = "Where the open cases are"
asks     = "哪里积压的案件最多、最久?"
asks_en  = "Where are most cases open, and longest?"
chart    = "stacked"
x        = "place"
y        = ["week", "month", "longer"]
enters   = "case when closed_at is not null or not was_closed then reported_at end"
leaves   = "closed_at"
labels   = { place = ["地方", "Place"], week = ["7 天内", "Up to 7 days"], month = ["8–30 天", "8 to 30 days"], longer = ["30 天以上", "Over 30 days"] }
counts   = ["week", "month", "longer"]
order    = 70
standard = "分档为本系统默认,非官方 [D]"
meaning  = "期末仍未结案的案件,按地方和从上报起的天数;等了 30 天以上的多的排在前。"
meaning_en = "Cases open at the period's end, by place and days since the report; most of over 30 days first."
*/
select
    place,
    count(*) filter (where days <= 7) as week,
    count(*) filter (where days between 8 and 30) as month,
    count(*) filter (where days > 30) as longer
from (
    select place, place_order, as_of()::date - reported_at::date as days
    from cases_here
    where not void and not refused
)
group by place, place_order
order by longer desc, month desc, place_order
