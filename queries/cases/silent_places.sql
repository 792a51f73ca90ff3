/*
title    = "多久没有上报"
title_en = "How long nothing was reported"
asks     = "哪里很久没有任何上报?"
asks_en  = "Where has nothing been reported for long?"
chart    = "table"
labels   = { place = ["地方", "Place"], last = ["最近一次上报", "Last report"], days = ["至期末天数", "Days up to the period's end"], cases = ["此前上报", "Reported before"], usual = ["按以往本应有", "Would be usual"] }
counts   = ["cases"]
order    = 250
standard = "零报告列单走访,不列单处罚 [D]"
meaning  = "各地方到期末为止最近一次上报。按以往本应有:照它从有数据以来的平均,这些天里本该有多少件,多的在前,最多列 30 个。7 天以内的不列(本系统默认)。从未上报过的地方不在内。列出是为走访,不为处罚。"
meaning_en = "The last report of each place up to the period's end. Would be usual: how many there should have been since, going by its mean since the data begin; most first, at most 30. Within 7 days is left out (ours). Places that never reported are not here. Listed for a visit, not for punishment."
*/
with told as (
    select place, place_order, min(reported_at) as first_day, max(reported_at) as last_day, count(*) as cases
    from cases_all_time_here
    where reported_at < as_of() and place is not null
    group by place, place_order
),
quiet as (
    select *, as_of()::date - last_day::date as days, as_of()::date - min(first_day::date) over () + 1 as told_for
    from told
)
select place, last_day::date as last, days, cases, round(cases * days / told_for, 1) as usual
from quiet
where days > 7
order by usual desc, days desc, place_order
limit 30
