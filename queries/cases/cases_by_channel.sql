/*
title      = "各渠道上报"
title_en   = "Cases by channel"
asks       = "本期的事件从哪些渠道来?"
asks_en    = "By which channels did the period's cases come in?"
meaning    = "本期上报的案件按渠道计数,含作废与不予受理;来源没有写渠道的列为未填。"
meaning_en = "Cases reported in the period by channel, void and refused ones included; where the source names no channel they stand apart."
standard   = "GB/T 30428.4 上报数 [2]"
chart      = "bars"
x          = "channel"
y          = "reported"
labels     = { reported = ["上报数", "Reported"] }
order      = 30
counts     = ["reported"]
*/
select channel, count(*) as reported
from cases_here
group by channel
order by channel is null, reported desc, channel
