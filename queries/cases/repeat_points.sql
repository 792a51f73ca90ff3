/*
title    = "反复上报的点位"
title_en = "Places that come back"
asks     = "哪些点位同一类事反复上报?"
asks_en  = "Where is the same thing reported again and again?"
chart    = "table"
labels   = { place = ["地方", "Place"], subcategory = ["小类", "Subcategory"], address = ["位置", "Address"], repeats = ["重复", "Repeats"], first = ["最早", "First"], last = ["最近", "Last"], open = ["未结", "Open"] }
counts   = ["repeats", "open"]
order    = 160
standard = "同址同类重复 2 次以上;次数为本系统默认,非官方 [D]"
meaning  = "本期在同一位置、同一小类重复上报 2 次及以上的点位,最多列 50 个;来源注明重复于前一件的才算重复,来源都不注明的,第二件起算重复。位置脱敏到社区,没有位置的案件不在内。"
meaning_en = "Addresses where one subcategory was reported again at least twice in the period, at most 50. A repeat is a case that names an earlier one; where no source does, every one after the first. The address is shown down to the community; cases without one are not here. The number two is ours."
*/
with named as (
    select point, subcategory, place, address, reported_at, not (was_closed or void or refused) as open, 0 as less
    from cases_here
    where repeat_of is not null
    union all
    -- The key of an address is dear: no row is read where sources name repeats.
    select * from (
        select point, subcategory, place, address, reported_at, not (was_closed or void or refused), 1
        from cases_here
        limit (select case when exists (from cases_here where repeat_of is not null) then 0 else 1000000000 end)
    )
)
select
    any_value(place) as place,
    any_value(address) as address,
    subcategory,
    count(*) - max(less) as repeats,
    min(reported_at)::date as first,
    max(reported_at)::date as last,
    count(*) filter (where open) as open
from named
where point is not null
group by point, subcategory
having repeats >= 2
order by repeats desc, last desc, subcategory, point
limit 50
