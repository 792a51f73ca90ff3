/*
title    = "可用率"
title_en = "Usable rows"
asks     = "谁提供的数据质检不过的多?"
asks_en  = "Whose data fail the quality check?"
chart    = "bars"
fact     = "datasets"
x        = "provider"
y        = "usable"
unit     = "percent"
enters   = "listed_at"
leaves   = "retired_at"
labels   = { provider = ["提供单位", "Provider"], usable = ["可用率", "Usable"], bad_rows = ["不合格行", "Failed rows"], checked_rows = ["质检行", "Checked rows"], entries = ["目录", "Entries"] }
order    = 110
standard = "质检合格行数/质检行数 [D]"
meaning  = "期末在用目录的数据,按最近一次质检,各提供单位合格行的比例,最低的 20 个。留白的不计。"
meaning_en = "Rows that passed the last check in the entries in use at the period's end, by provider: the 20 lowest. Those left open are outside."
*/
select
    provider,
    sum(rows_good) / sum(rows_total) as usable,
    (sum(rows_total) - sum(rows_good))::bigint as bad_rows,
    sum(rows_total)::bigint as checked_rows,
    count(*) as entries
from datasets_here
where not left_open and rows_total > 0
group by provider
order by usable, checked_rows desc, provider
limit 20
