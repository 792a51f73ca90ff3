/*
title    = "逾期未更新"
title_en = "Renewals overdue"
asks     = "哪些数据过了约定的时间还没更新?"
asks_en  = "Which data are past the day they were to be renewed?"
chart    = "table"
fact     = "datasets"
enters   = "renew_due_at"
leaves   = "retired_at"
labels   = { name = ["目录名称", "Dataset"], provider = ["提供单位", "Provider"], cycle = ["频率", "Cycle"], renewed = ["最近更新", "Renewed"], due = ["应更新", "Due"], days = ["逾期天", "Days late"], place = ["地方", "Place"] }
order    = 100
standard = "谁提供,谁负责数据质量 [V]"
meaning  = "期末已过应更新时间而未更新的目录,逾期久的在前,最多 300 个。留白的不列。"
meaning_en = "Entries past their renewal day at the period's end, longest overdue first, at most 300. Those left open are outside."
*/
select
    name,
    provider,
    cycle,
    renewed_at::date as renewed,
    renew_due_at::date as due,
    as_of()::date - renew_due_at::date as days,
    place
from datasets_here
where not left_open and renew_due_at < as_of()
order by renew_due_at, provider, name, number
limit 300
