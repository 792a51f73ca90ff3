/*
title    = "使用率"
title_en = "In use"
asks     = "共享了的数据,有人用吗?"
asks_en  = "Is what is shared being used?"
chart    = "stacked"
fact     = "datasets"
x        = "place"
y        = ["recent", "idle", "never"]
unit     = "percent"
enters   = "shared_at"
leaves   = "retired_at"
labels   = { place = ["地方", "Place"], recent = ["30 日内有调用", "Called within 30 days"], idle = ["更早有调用", "Called before that"], never = ["从未调用", "Never called"], entries = ["已共享", "Shared"] }
order    = 70
standard = "使用率:30 日内被调用资源数/已共享资源数 [D]"
meaning  = "期末已共享的目录,按最近一次调用:30 日内(使用率)、更早、从未。目录只记最近一次调用,回看以前的期间时,“30 日内”含其后的调用。"
meaning_en = "Entries shared at the period's end by their last call: within 30 days (the rate of use), before that, never. The catalogue keeps the last call only, so for periods long past the first kind holds later calls too."
*/
select
    place,
    count(*) filter (where called_at >= as_of() - interval 30 day) / count(*) as recent,
    count(*) filter (where called_at < as_of() - interval 30 day) / count(*) as idle,
    count(*) filter (where called_at is null) / count(*) as never,
    count(*) as entries
from datasets_here
where not left_open
group by place, place_order
order by never desc, recent, place_order
