/*
title    = "多久没有上报"
title_en = "How long nothing was reported"
asks     = "哪里很久没有任何上报?"
asks_en  = "Where has nothing been reported for long?"
chart    = "table"
labels   = { place = ["地方", "Place"], last = ["最近一次上报", "Last report"], days = ["至期末天数", "Days up to the period's end"], cases = ["此前上报", "Reported before"] }
counts   = ["cases"]
order    = 250
standard = "零报告列单走访,不列单处罚 [D]"
meaning  = "各地方到期末为止最近一次上报,久的在前,最多列 30 个。7 天以内的不列。从未上报过的地方不在内。列出是为走访,不为处罚。"
meaning_en = "The last report of each place up to the period's end, longest ago first, at most 30; within 7 days is left out. Places that never reported are not here. Listed for a visit, not for punishment."
*/
select
    place,
    max(reported_at)::date as last,
    as_of()::date - max(reported_at)::date as days,
    count(*) as cases
from cases_all_time_here
where reported_at < as_of() and place is not null
group by place, place_order
having max(reported_at) < as_of() - interval 7 day
order by days desc, place_order
limit 30
