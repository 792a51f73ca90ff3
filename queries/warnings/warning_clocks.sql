/*
title    = "各色预警用时"
title_en = "How long each colour takes"
asks     = "各色预警签收、反馈、销号要多久,赶得上期限吗?"
asks_en  = "How long do signing, feedback and clearing take, and do they keep their limits?"
chart    = "table"
labels   = { colour = ["颜色", "Colour"], step = ["环节", "Step"], done = ["已办", "Done"], p50 = ["中位(时)", "Median, h"], p90 = ["九成(时)", "90 %, h"], on_time = ["及时 %", "In time, %"], "签收" = ["签收", "Signed for"], "反馈" = ["反馈", "Fed back"], "销号" = ["销号", "Cleared"] }
counts   = ["done"]
order    = 100
standard = "期限为本系统默认,非官方 [D]"
meaning  = "本期生成的预警按颜色和环节:从生成起的自然小时,中位数和九成线;及时的比例只看期限已到的。误报、留白的不计。"
meaning_en = "Warnings raised in the period by colour and step: hours by the clock since they were raised, median and 90th percentile; the shares on time look at limits that have come. False alarms and those left open are outside. Limits are ours, not official."
*/
with steps as (
    select colour, raised_at, unnest([
        {nth: 1, step: '签收', at_last: signed_at, due: sign_due_at},
        {nth: 2, step: '反馈', at_last: answered_at, due: answer_due_at},
        {nth: 3, step: '销号', at_last: cleared_at, due: clear_due_at}
    ], recursive := true)
    from warnings_here
    where not false_alarm and not left_open
)
select
    colour,
    step,
    count(at_last) as done,
    round(median(epoch(at_last - raised_at)) / 3600, 1) as p50,
    round(quantile_cont(epoch(at_last - raised_at), 0.9) / 3600, 1) as p90,
    round(100 * count(*) filter (where due <= as_of() and at_last <= due)
        / nullif(count(*) filter (where due <= as_of()), 0), 1) as on_time
from steps
group by colour, nth, step
order by list_position(['red', 'orange', 'yellow', 'blue'], colour), nth
