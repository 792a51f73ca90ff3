/*
title    = "自报自结"
title_en = "Closed by who reported"
asks     = "哪里自己上报、自己结案的占比高?"
asks_en  = "Where are cases closed by those who reported them?"
chart    = "bars"
x        = "place"
y        = "share"
unit     = "percent"
clock    = "closed_at"
labels   = { place = ["地方", "Place"], share = ["自报自结占比", "Self-closed"], self_closed = ["自报自结", "Self-closed cases"], cases = ["结案", "Closed"] }
counts   = ["self_closed", "cases"]
order    = 190
standard = "自行处置数/结案数 [2];需复核线索,不作处罚依据"
meaning  = "本期结案的案件中,由上报人自己结案的比例。少于 5 件的地方不列;哪里都没有的,此面板为空。只作复核线索。"
meaning_en = "Of the cases closed in the period, the share closed by their own reporter. Places with fewer than 5 are left out; empty where there is none anywhere. A lead to look at, no verdict."
*/
select
    place,
    count(*) filter (where self_closed) / count(*) as share,
    count(*) filter (where self_closed) as self_closed,
    count(*) as cases
from cases_here
where not void and not left_open
group by place, place_order
having count(*) >= 5
qualify sum(count(*) filter (where self_closed)) over () > 0
order by share desc, place_order
