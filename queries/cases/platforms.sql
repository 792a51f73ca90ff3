/*
title    = "四平台"
title_en = "The four platforms"
asks     = "四个平台各接了多少,办得怎样?"
asks_en  = "How much did each of the four platforms get, and how did it go?"
chart    = "stacked"
x        = "platform"
y        = ["on_time", "late", "open", "outside"]
labels   = { platform = ["平台", "Platform"], on_time = ["按期结案", "Closed on time"], late = ["超期结案", "Closed late"], open = ["未结", "Open"], outside = ["作废、不予受理", "Void or refused"] }
counts   = ["on_time", "late", "open", "outside"]
order    = 130
standard = "基层治理四平台:综治工作、市场监管、综合执法、便民服务 [V]"
meaning  = "本期上报的案件按平台和现在的结果。没有期限、也没有来源判定的结案算按期。来源不分平台的,此面板为空。"
meaning_en = "Cases reported in the period by platform and what became of them. One closed without a limit or a verdict counts as on time. Empty where the source knows no platforms."
*/
select
    platform,
    count(*) filter (where not void and not refused and was_closed and not late) as on_time,
    count(*) filter (where not void and not refused and was_closed and late) as late,
    count(*) filter (where not void and not refused and not was_closed) as open,
    count(*) filter (where void or refused) as outside
from (
    select platform, void, refused, was_closed, coalesce(overdue_raw and not overdue_exempt, false) as late
    from cases_here
)
group by platform
qualify count(platform) over () > 0
order by count(*) desc, platform
