/*
title    = "更新及时率"
title_en = "Renewed in time"
asks     = "数据按约定的频率更新了吗?"
asks_en  = "Are the data renewed as often as was promised?"
chart    = "bars"
fact     = "datasets"
x        = "cycle"
y        = "in_time"
unit     = "percent"
enters   = "collected_at"
leaves   = "retired_at"
labels   = { cycle = ["更新频率", "Cycle"], in_time = ["更新及时率", "Renewed in time"], late = ["逾期未更新", "Overdue"], entries = ["已归集目录", "Collected entries"] }
order    = 90
standard = "按约定频率更新的资源数/资源总数 [D]"
meaning  = "期末在用、已归集的目录中,应更新时间还没过的比例,按更新频率。没有应更新时间的和留白的不计。"
meaning_en = "Of the collected entries in use at the period's end, the share whose next renewal is not overdue, by cycle. Entries without such a day and those left open are outside."
*/
select
    cycle,
    count(*) filter (where renew_due_at >= as_of()) / count(*) as in_time,
    count(*) filter (where renew_due_at < as_of()) as late,
    count(*) as entries
from datasets_here
where renew_due_at is not null and not left_open
group by cycle
order by list_position(['实时', '每日', '每周', '每旬', '每月', '每季度', '每年'], cycle)
