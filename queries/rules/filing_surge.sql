/*
title      = "案件激增"
title_en   = "A surge of cases"
meaning    = "近七天上报的案件，与此前十二周的周均相比。"
meaning_en = "Cases reported in the last seven days, against the weekly mean of the twelve weeks before."
topic      = "案件激增"
fact       = "cases"
clock      = "reported_at"
period     = "7d"
least      = 10
standard   = "本系统默认，非官方"

[limits]
district  = { yellow = 1.3, orange = 1.6, red = 2.0 }
street    = { yellow = 1.5, orange = 2.0, red = 3.0 }
community = { blue = 2.0, yellow = 3.0, orange = 5.0 }
grid      = { blue = 3.0, yellow = 5.0 }
*/
-- cases_here holds the seven days; all time gives what is usual before them.
with usual as (
    select place_code, count(*) / 12.0 as weekly
    from cases_all_time_here
    where reported_at >= period_start() - interval 84 day
        and reported_at < period_start()
        and not void
    group by place_code
)
select
    place,
    place_code,
    count(*) as value,
    any_value(weekly) as baseline
from cases_here
left join usual using (place_code)
where not void
group by place, place_code
order by value desc, place_code
