/*
title    = "每日预警"
title_en = "Warnings along time"
asks     = "预警是多了还是少了,颜色是重了还是轻了?"
asks_en  = "Are warnings becoming more, or graver?"
chart    = "stacked"
x        = "day"
y        = "warnings"
series   = "colour"
labels   = { day = ["日期", "Day"], warnings = ["预警数", "Warnings"] }
counts   = ["warnings"]
order    = 50
standard = "颜色为本系统默认,非官方 [D]"
meaning  = "本期生成的预警按日、按颜色;超过 92 天的期间按月。"
meaning_en = "Warnings raised in the period by day and colour, by month where it is longer than 92 days. The scale is ours, not official."
*/
select
    date_trunc(case when coalesce(period_end(), as_of()::date) - coalesce(period_start(), date '1900-01-01') <= 92
        then 'day' else 'month' end, raised_at)::date as day,
    colour,
    count(*) as warnings
from warnings_here
group by day, colour
order by list_position(['red', 'orange', 'yellow', 'blue'], colour), day
