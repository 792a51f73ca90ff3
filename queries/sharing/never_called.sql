/*
title    = "共享了没人用"
title_en = "Shared but never used"
asks     = "哪些数据共享以后从未被调用?"
asks_en  = "Which shared data has nobody ever called?"
chart    = "table"
fact     = "datasets"
enters   = "shared_at"
leaves   = "retired_at"
labels   = { name = ["目录名称", "Dataset"], provider = ["提供单位", "Provider"], way = ["共享方式", "Way"], since = ["共享日", "Shared on"], days = ["天数", "Days"], place = ["地方", "Place"] }
order    = 80
standard = "已共享而从未被调用 [D]"
meaning  = "期末已共享、从未被调用的目录,共享久的在前,最多 300 个。共享不满 30 日的不列。"
meaning_en = "Entries shared at the period's end and never called, longest first, at most 300; those shared less than 30 days ago are left out."
*/
select name, provider, way, shared_at::date as since, as_of()::date - shared_at::date as days, place
from datasets_here
where called_at is null and shared_at < as_of() - interval 30 day
order by shared_at, provider, name, number
limit 300
