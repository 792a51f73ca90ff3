/*
title    = "留白台账"
title_en = "Left open: the register"
asks     = "哪些案件留白,谁负责,何时复核?"
asks_en  = "What is left open, by whom, and when is it looked at again?"
chart    = "table"
enters   = "case when left_open then reported_at end"
leaves   = "closed_at"
labels   = { place = ["地方", "Place"], reason = ["原因", "Reason"], owner = ["负责单位", "Owner"], until = ["复核日", "Review"], cases = ["件数", "Cases"], missed = ["已过", "Missed"] }
counts   = ["cases", "missed"]
order    = 170
standard = "留白:有原因、有负责人、有复核日(90 天内)[D]"
meaning  = "期末仍未结案的留白案件,按原因和负责单位。复核日:其中最近的一个;已过:复核日已过而仍未结的,多的排在前。"
meaning_en = "Cases left open and not closed at the period's end, by reason and owner. Those whose review day has passed come first."
*/
select
    place,
    left_open_reason as reason,
    left_open_by as owner,
    min(left_open_until) as until,
    count(*) as cases,
    count(*) filter (where left_open_until < as_of()::date) as missed
from cases_here
where not void and not refused
group by place, place_order, reason, owner
order by missed desc, cases desc, place_order, reason, owner
limit 500
