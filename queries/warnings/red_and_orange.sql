/*
title    = "未销号的红橙预警"
title_en = "Red and orange warnings still open"
asks     = "眼下最该过问的是哪几条?"
asks_en  = "Which ones want a call now?"
chart    = "table"
enters   = "raised_at"
leaves   = "case when false_alarm then coalesce(judged_at, cleared_at) else cleared_at end"
labels   = { colour = ["颜色", "Colour"], place = ["地方", "Place"], topic = ["专题", "Topic"], enterprise = ["企业", "Enterprise"], value = ["数值", "Value"], baseline = ["基线", "Usual"], raised_on = ["生成", "Raised"], step = ["停在", "Waits for"], late = ["超期天", "Days late"], unit = ["责任单位", "Unit"], "签收" = ["签收", "Signing"], "研判" = ["研判", "Judging"], "派单" = ["派单", "Dispatch"], "处置" = ["处置", "Handling"], "反馈" = ["反馈", "Feedback"], "复核" = ["复核", "Check"], "销号" = ["销号", "Clearing"], "留白" = ["留白", "Left open"] }
order    = 20
standard = "颜色与期限为本系统默认,非官方 [D]"
meaning  = "期末仍未销号的红色和橙色预警,红在前,久的在前,最多 50 条。停在哪一步:下一步该做的。"
meaning_en = "Red and orange warnings not cleared at the period's end, red first, longest first, at most 50, with the step they wait for. Colours and limits are ours, not official."
*/
select
    colour,
    place,
    topic,
    coalesce(enterprise, '–') as enterprise,
    value,
    baseline,
    raised_at::date as raised_on,
    case
        when left_open then '留白'
        when checked_at is not null then '销号'
        when answered_at is not null then '复核'
        when handled_at is not null then '反馈'
        when dispatched_at is not null then '处置'
        when judged_at is not null then '派单'
        when signed_at is not null then '研判'
        else '签收' end as step,
    case when clear_due_at < as_of() and not left_open then as_of()::date - clear_due_at::date end as late,
    unit
from warnings_here
where colour in ('red', 'orange')
order by colour = 'red' desc, raised_at, place_order, topic
limit 50
