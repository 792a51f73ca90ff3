/*
title    = "申请答复用时(工作日)"
title_en = "How long answers take (working days)"
asks     = "各类申请要等几个工作日,赶得上期限吗?"
asks_en  = "How many working days do requests wait, and are the limits kept?"
chart    = "table"
fact     = "share_requests"
labels   = { kind = ["类型", "Kind"], sharing_class = ["共享属性", "Class"], asked = ["申请", "Asked"], limit_days = ["期限", "Limit"], p50 = ["中位", "Median"], p90 = ["九成", "90 %"], on_time = ["及时 %", "In time, %"] }
counts   = ["asked"]
order    = 130
standard = "期限随数据而来,各地可配置;《政务数据共享条例》所定天数待核原文"
meaning  = "本期提出的申请,按类型和共享属性:答复期限与实际用的工作日。及时的比例只看期限已到的。撤回、留白的不计。"
meaning_en = "Requests of the period by kind and class: the limit and the working days it took. The share in time looks at limits that have come. Withdrawn ones and those left open are outside."
*/
select
    kind,
    sharing_class,
    count(*) as asked,
    median(work_days(asked_at, answer_due_at)) as limit_days,
    median(work_days(asked_at, answered_at)) as p50,
    round(quantile_cont(work_days(asked_at, answered_at), 0.9), 1) as p90,
    round(100 * count(*) filter (where answer_due_at <= as_of() and answered_at <= answer_due_at)
        / nullif(count(*) filter (where answer_due_at <= as_of()), 0), 1) as on_time
from share_requests_here
where withdrawn_at is null and not left_open
group by kind, sharing_class
order by list_position(['共享', '回流', '校核'], kind),
    list_position(['无条件共享', '有条件共享', '不予共享'], sharing_class)
