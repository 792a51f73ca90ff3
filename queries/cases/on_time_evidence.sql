/*
title    = "按期率与旁证"
title_en = "On time, and what else should fit"
asks     = "按期率特别高的地方,返工、重复和用时说的是同一回事吗?"
asks_en  = "Where nearly all is on time, do rework, repeats and time taken say the same?"
chart    = "table"
clock    = "judged_at"
labels   = { place = ["地方", "Place"], due = ["应结", "Due"], on_time = ["按期 %", "In time, %"], rework = ["返工 %", "Rework, %"], repeats = ["重复 %", "Repeats, %"], self_closed = ["自结 %", "Self-closed, %"], exempt = ["免计 %", "Waived, %"], hours = ["均时", "Hours"] }
counts   = ["due"]
order    = 240
standard = "按期率超过 99.5% 时须看旁证 [D];需复核线索,不作处罚依据"
meaning  = "期限落在本期的案件,按地方:按期结案率及其旁证,按期率高的在前。自结:上报人自己结案;免计:申诉通过、不计超时;均时:上报到结案的平均自然小时。少于 50 件的地方不列(本系统默认);来源从不给出的旁证为空。只作复核线索。"
meaning_en = "Cases whose limit falls in the period, by place: closed on time, and what else should fit it, highest first. Waived: an appeal was granted. Hours: the mean by the clock from report to closing. Places with fewer than 50 are left out (ours); what no source tells is blank. A lead to look at, no verdict."
*/
with counted as (
    select
        place,
        place_order,
        count(*) as due,
        count(*) filter (where not overdue_raw or overdue_exempt) as on_time,
        count(*) filter (where rework_count > 0) as rework,
        count(rework_count) as told,
        count(repeat_of) as repeats,
        count(*) filter (where self_closed) as self_closed,
        count(*) filter (where overdue_exempt) as exempt,
        avg(epoch(closed_at - reported_at)) / 3600 as hours
    from cases_here
    where not void and not refused and not left_open and not on_hold
    group by place, place_order
)
select
    place,
    due,
    round(100 * on_time / due, 1) as on_time,
    round(100 * rework / nullif(told, 0), 1) as rework,
    case when sum(repeats) over () > 0 then round(100 * repeats / due, 1) end as repeats,
    case when sum(self_closed) over () > 0 then round(100 * self_closed / due, 1) end as self_closed,
    case when sum(exempt) over () > 0 then round(100 * exempt / due, 1) end as exempt,
    round(hours, 1) as hours
from counted
where due >= 50
order by 3 desc, due desc, place_order
