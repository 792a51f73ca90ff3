/*
title    = "签收不及时"
title_en = "Signed for late"
asks     = "哪里的预警没有按时签收?"
asks_en  = "Where are warnings not signed for in time?"
chart    = "bars"
x        = "place"
y        = "share"
unit     = "percent"
clock    = "sign_due_at"
labels   = { place = ["地方", "Place"], share = ["未及时签收", "Not in time"], late = ["迟签", "Late"], unsigned = ["至今未签", "Not at all"], due = ["应签收", "Due"] }
counts   = ["late", "unsigned", "due"]
order    = 90
standard = "1 − 签收及时率 [D];期限为本系统默认,非官方"
meaning  = "签收期限落在本期、且已到的预警中,没有在期限内签收的比例。留白的不计。"
meaning_en = "Of the warnings to be signed for in the period whose limit has come, the share not signed in time. Those left open are outside. Limits are ours, not official."
*/
select
    place,
    count(*) filter (where signed_at is null or signed_at > sign_due_at) / count(*) as share,
    count(*) filter (where signed_at > sign_due_at) as late,
    count(*) filter (where signed_at is null) as unsigned,
    count(*) as due
from warnings_here
where not left_open and sign_due_at <= as_of()
group by place, place_order
order by share desc, due desc, place_order
