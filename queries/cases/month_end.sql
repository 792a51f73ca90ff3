/*
title    = "月末集中结案"
title_en = "Closed in masses at the month's end"
asks     = "哪里的案件赶在月末三天结?"
asks_en  = "Where are cases closed in the last three days of the month?"
chart    = "bars"
x        = "place"
y        = "share"
unit     = "percent"
clock    = "closed_at"
labels   = { place = ["地方", "Place"], share = ["月末三天占比", "Last three days"], last_days = ["月末三天结案", "Closed in them"], cases = ["结案", "Closed"] }
counts   = ["last_days", "cases"]
order    = 200
standard = "月末三天结案数/结案数 [D];需复核线索,不作处罚依据"
meaning  = "本期结案的案件中,在各月最后三天结案的比例;均匀时约为一成。期间宜含整月。少于 20 件的地方不列。只作复核线索。"
meaning_en = "Of the cases closed in the period, the share closed on the last three days of a month; about a tenth where closing is even. Best read over whole months. Places with fewer than 20 are left out. A lead to look at, no verdict."
*/
select
    place,
    count(*) filter (where at_the_end) / count(*) as share,
    count(*) filter (where at_the_end) as last_days,
    count(*) as cases
from (select place, place_order, day(last_day(closed_at)) - day(closed_at) < 3 as at_the_end from cases_here)
group by place, place_order
having count(*) >= 20
order by share desc, place_order
