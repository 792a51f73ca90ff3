/*
title    = "复发"
title_en = "Warnings that came back"
asks     = "哪些专题的预警销了又来?"
asks_en  = "Which topics come back to the same place?"
chart    = "bars"
x        = "topic"
y        = "share"
unit     = "percent"
labels   = { topic = ["专题", "Topic"], share = ["复发率", "Came back"], again = ["复发", "Came back, warnings"], warnings = ["预警数", "Warnings"] }
counts   = ["again", "warnings"]
order    = 80
standard = "复发率:同专题、同地 30 日内再次预警 [D]"
meaning  = "本期生成的预警中,同一地方、同一专题在此前 30 日内已有过预警的比例。误报不计,也不算前一条。"
meaning_en = "Of the warnings raised in the period, the share that follows one of the same topic at the same place within 30 days. False alarms are outside, also as the earlier one. The 30 days are ours."
*/
with ordered as (
    select
        topic,
        raised_at,
        lag(raised_at) over (partition by topic, spot order by raised_at) as before
    from warnings_all_time_here
    where not false_alarm
)
select
    topic,
    count(*) filter (where before > raised_at - interval 30 day) / count(*) as share,
    count(*) filter (where before > raised_at - interval 30 day) as again,
    count(*) as warnings
from ordered
where raised_at >= coalesce(period_start(), date '1900-01-01')
    and raised_at < coalesce(period_end(), as_of()::date) + 1
group by topic
order by share desc, warnings desc, topic
