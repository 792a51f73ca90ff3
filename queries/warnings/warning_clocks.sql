/*
title    = "各色预警用时"
title_en = "How long each colour takes"
asks     = "各色预警签收、反馈、销号要多久,赶得上期限吗?"
asks_en  = "How long do signing, feedback and clearing take, and do they keep their limits?"
chart    = "table"
labels   = { colour = ["颜色", "Colour"], raised = ["预警数", "Raised"], sign_hours = ["签收中位(小时)", "Signed, median hours"], sign_on_time = ["签收及时 %", "Signed on time, %"], answer_hours = ["反馈中位(小时)", "Fed back, median hours"], answer_on_time = ["反馈及时 %", "Fed back on time, %"], clear_hours = ["销号中位(小时)", "Cleared, median hours"], clear_p90 = ["销号 P90(小时)", "Cleared, 90 % within"], clear_on_time = ["按期销号 %", "Cleared on time, %"] }
counts   = ["raised"]
order    = 100
standard = "期限为本系统默认,非官方 [D]"
meaning  = "本期生成的预警按颜色:从生成起的自然小时中位数和九成线;及时的比例只看期限已到的。误报、留白的不计。"
meaning_en = "Warnings raised in the period by colour: median hours by the clock since they were raised and the 90th percentile; the shares on time look at limits that have come. False alarms and those left open are outside. Limits are ours, not official."
*/
select
    colour,
    count(*) as raised,
    round(median(epoch(signed_at - raised_at)) / 3600, 1) as sign_hours,
    round(100 * count(*) filter (where sign_due_at <= as_of() and signed_at <= sign_due_at)
        / nullif(count(*) filter (where sign_due_at <= as_of()), 0), 1) as sign_on_time,
    round(median(epoch(answered_at - raised_at)) / 3600, 1) as answer_hours,
    round(100 * count(*) filter (where answer_due_at <= as_of() and answered_at <= answer_due_at)
        / nullif(count(*) filter (where answer_due_at <= as_of()), 0), 1) as answer_on_time,
    round(median(epoch(cleared_at - raised_at)) / 3600, 1) as clear_hours,
    round(quantile_cont(epoch(cleared_at - raised_at), 0.9) / 3600, 1) as clear_p90,
    round(100 * count(*) filter (where clear_due_at <= as_of() and cleared_at <= clear_due_at)
        / nullif(count(*) filter (where clear_due_at <= as_of()), 0), 1) as clear_on_time
from warnings_here
where not false_alarm and not left_open
group by colour
order by list_position(['red', 'orange', 'yellow', 'blue'], colour)
