/*
title    = "未来七天到期"
title_en = "Falling due in the next seven days"
asks     = "接下来几天,哪些未结案件要到期?"
asks_en  = "How many open cases fall due in the days to come?"
chart    = "bars"
x        = "day"
y        = "cases"
enters   = "case when closed_at is not null or not was_closed then reported_at end"
leaves   = "closed_at"
labels   = { day = ["到期日", "Due on"], cases = ["件数", "Cases"] }
counts   = ["cases"]
order    = 80
meaning  = "期末仍未结案的案件中,结案期限落在随后七天里的,按到期日。留白、挂账中的不计。"
meaning_en = "Of the cases open at the period's end, those whose limit lies in the seven days after it. Left-open and held ones are outside."
*/
select due_at::date as day, count(*) as cases
from cases_here
where not void and not refused and not left_open and not on_hold
    and due_at > as_of() and due_at < as_of() + interval 7 day
group by day
order by day
