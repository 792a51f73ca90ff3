/*
title    = "涉及企业"
title_en = "Enterprises"
asks     = "哪些企业的预警还没销号?"
asks_en  = "Which enterprises have open warnings?"
chart    = "table"
enters   = "raised_at"
leaves   = "case when false_alarm then coalesce(judged_at, cleared_at) else cleared_at end"
labels   = { enterprise = ["企业", "Enterprise"], topic = ["专题", "Topic"], colour = ["最重颜色", "Gravest colour"], place = ["地方", "Place"], since = ["最早生成", "Raised first"], warnings = ["未销号", "Open"] }
counts   = ["warnings"]
order    = 120
standard = "企业名称为公开登记信息;只列企业,不列个人 [D]"
meaning  = "期末仍未销号、涉及企业的预警,按企业和专题,颜色重的在前。"
meaning_en = "Warnings about enterprises not cleared at the period's end, by enterprise and topic, gravest first. Enterprises as publicly registered, never persons."
*/
select
    enterprise,
    topic,
    ['red', 'orange', 'yellow', 'blue'][min(list_position(['red', 'orange', 'yellow', 'blue'], colour))] as colour,
    place,
    min(raised_at)::date as since,
    count(*) as warnings
from warnings_here
where enterprise is not null
group by enterprise, topic, place, place_order
order by min(list_position(['red', 'orange', 'yellow', 'blue'], warnings_here.colour)), since, enterprise, topic
limit 100
