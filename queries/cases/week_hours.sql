/*
title    = "一周里什么时候上报"
title_en = "When in the week cases come in"
asks     = "一周里哪些时段案件最多?"
asks_en  = "At which hours of the week do most cases come in?"
chart    = "heatmap"
x        = "hour"
series   = "weekday"
y        = "cases"
labels   = { hour = ["时", "Hour"], weekday = ["星期", "Day of the week"], cases = ["件数", "Cases"], "周一" = ["周一", "Monday"], "周二" = ["周二", "Tuesday"], "周三" = ["周三", "Wednesday"], "周四" = ["周四", "Thursday"], "周五" = ["周五", "Friday"], "周六" = ["周六", "Saturday"], "周日" = ["周日", "Sunday"] }
counts   = ["cases"]
order    = 150
meaning  = "本期上报的案件,按上报的星期和钟点。"
meaning_en = "Cases reported in the period, by the day of the week and the hour of the report."
*/
with counted as (
    select hour(reported_at) as hour, isodow(reported_at) as day, count(*) as cases
    from cases_here
    group by all
)
select hour, ['周一', '周二', '周三', '周四', '周五', '周六', '周日'][day] as weekday, cases
from (select unnest(range(24)) as hour)
cross join (select unnest(range(1, 8)) as day)
left join counted using (hour, day)
where exists (from counted)
order by day, hour
