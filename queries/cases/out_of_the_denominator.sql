/*
title    = "移出分母的"
title_en = "Taken out of the denominator"
asks     = "哪里作废、不予受理、留白、挂账的偏多?"
asks_en  = "Where is much declared void, refused, left open or put on hold?"
chart    = "stacked"
x        = "place"
y        = ["voided", "not_accepted", "put_aside", "held"]
unit     = "percent"
labels   = { place = ["地方", "Place"], voided = ["作废", "Void"], not_accepted = ["不予受理", "Refused"], put_aside = ["留白", "Left open"], held = ["挂账中", "On hold"], cases = ["上报", "Reported"] }
counts   = ["cases"]
order    = 180
standard = "作废率、留白占比;留白上限 5% 为本系统默认 [D]。需复核线索,不作处罚依据"
meaning  = "本期上报的案件中,不进结案率分母的各占多少;每件只算一类。留白超过 5% 宜复核(本系统默认,非官方)。少于 20 件的地方不列;哪里都没有的一类为空,四类都没有则此面板为空。只作复核线索。"
meaning_en = "Of the cases reported in the period, what stays out of the closure rate, each case in one kind only. Over 5 % left open wants a look (ours, not official). Places with fewer than 20 cases are left out; a kind that is nowhere is blank, and the panel is empty where all four are. A lead to look at, no verdict."
*/
with counted as (
    select
        place,
        place_order,
        count(*) filter (where void) as void,
        count(*) filter (where refused and not void) as refused,
        count(*) filter (where left_open and not refused and not void) as left_open,
        count(*) filter (where on_hold and not left_open and not refused and not void) as on_hold,
        count(*) as cases
    from cases_here
    group by place, place_order
    having count(*) >= 20
)
select
    place,
    case when sum(void) over () > 0 then void / cases end as voided,
    case when sum(refused) over () > 0 then refused / cases end as not_accepted,
    case when sum(left_open) over () > 0 then left_open / cases end as put_aside,
    case when sum(on_hold) over () > 0 then on_hold / cases end as held,
    cases
from counted
qualify sum(void + refused + left_open + on_hold) over () > 0
order by (void + refused + left_open + on_hold) / cases desc, place_order
