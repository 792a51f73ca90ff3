/*
title    = "专题走势"
title_en = "Topics along time"
asks     = "哪个专题的预警在抬头?"
asks_en  = "Which topic is on the rise?"
chart    = "heatmap"
x        = "since"
series   = "topic"
y        = "warnings"
labels   = { since = ["起始(月-日)", "From (month-day)"], topic = ["专题", "Topic"], warnings = ["预警数", "Warnings"] }
counts   = ["warnings"]
order    = 70
meaning  = "到期末为止的 52 周,每 4 周一格,按专题的预警数;最后一格到期末为止。与所选期间的开始无关。"
meaning_en = "The 52 weeks up to the period's end in steps of four weeks, warnings by topic; the last step ends with the period. Where the period begins plays no part."
*/
with counted as (
    select (as_of()::date - raised_at::date) // 28 as back, topic, count(*) as warnings
    from warnings_all_time_here
    where raised_at < as_of() and as_of()::date - raised_at::date < 364
    group by all
)
select
    strftime(as_of()::date - 27 - 28 * back::integer, '%m-%d') as since,
    topic,
    warnings
from (select distinct topic from counted)
cross join (select unnest(range(13)) as back)
left join counted using (back, topic)
order by topic, back desc
