/*
title    = "误报"
title_en = "False alarms"
asks     = "哪条规则、哪个专题误报多,该改了?"
asks_en  = "Which rule and topic raise false alarms and want work?"
chart    = "table"
clock    = "judged_at"
labels   = { rule = ["规则", "Rule"], topic = ["专题", "Topic"], judged = ["已研判", "Judged"], false_alarms = ["误报", "False alarms"], share = ["误报率 %", "False, %"] }
counts   = ["judged", "false_alarms"]
order    = 110
standard = "误报数/研判数 [D]"
meaning  = "本期研判的预警,按规则和专题,误报多的在前。少于 5 条不算比率。留白的不计。"
meaning_en = "Warnings judged in the period, by rule and topic, most false ones first. No share under 5. Those left open are outside."
*/
select
    rule,
    topic,
    count(*) as judged,
    count(*) filter (where false_alarm) as false_alarms,
    case when count(*) >= 5 then round(100 * count(*) filter (where false_alarm) / count(*), 1) end as share
from warnings_here
where not left_open
group by rule, topic
order by false_alarms desc, judged desc, rule, topic
