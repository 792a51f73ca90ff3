/*
title    = "专题与颜色"
title_en = "Topics and colours"
asks     = "哪个专题的预警多、颜色重、还没销号?"
asks_en  = "Which topics have many warnings, grave ones, and open ones?"
chart    = "table"
labels   = { topic = ["专题", "Topic"], red = ["▲ 红", "▲ Red"], orange = ["◆ 橙", "◆ Orange"], yellow = ["● 黄", "● Yellow"], blue = ["■ 蓝", "■ Blue"], raised = ["合计", "All"], open = ["未销号", "Open"], false_alarms = ["误报", "False alarms"] }
counts   = ["red", "orange", "yellow", "blue", "raised", "open", "false_alarms"]
order    = 10
standard = "颜色为本系统默认,非官方;红最重 [D]"
meaning  = "本期生成的预警,按专题和颜色;未销号指到现在仍未销号、也未判为误报的。红橙多的排在前。"
meaning_en = "Warnings raised in the period by topic and colour. Open: neither cleared nor judged false by now. Most red and orange first. The scale is ours, not official."
*/
select
    topic,
    count(*) filter (where colour = 'red') as red,
    count(*) filter (where colour = 'orange') as orange,
    count(*) filter (where colour = 'yellow') as yellow,
    count(*) filter (where colour = 'blue') as blue,
    count(*) as raised,
    count(*) filter (where cleared_at is null and not (false_alarm and judged_at is not null)) as open,
    count(*) filter (where false_alarm) as false_alarms
from warnings_here
group by topic
order by red + orange desc, raised desc, topic
