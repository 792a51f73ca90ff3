/*
title      = "每日结案"
title_en   = "Closed by day"
asks       = "每天结了多少案,其中多少是按期的?"
asks_en    = "How many cases were closed each day, and how many of them in time?"
meaning    = "按结案日计数,作废的不计。按期:结案时间不晚于结案期限,或来源判定按期,申诉通过的算按期;没有期限也没有判定的不算按期。没有结案的日子、都没有期限的按期数是空的。"
meaning_en = "By the day of closing, void cases left out. In time: closed no later than the closing limit, by its source's verdict, or with a granted appeal; with neither limit nor verdict it is not in time. A day on which nothing was closed is a gap, and so is what was in time where no case has a limit."
standard   = "GB/T 30428.4 结案数、按期结案数 [2]"
chart      = "line"
x          = "day"
y          = ["closed", "in_time"]
labels     = { day = ["结案日", "Day"], closed = ["结案", "Closed"], in_time = ["按期结案", "In time"] }
clock      = "closed_at"
order      = 40
counts     = ["closed", "in_time"]
*/
select
    closed_at::date as day,
    count(*) as closed,
    case when sum(count(overdue_raw)) over () > 0
        then count(*) filter (where not overdue_raw or overdue_exempt) end as in_time
from cases_here
where not void
group by day
order by day
