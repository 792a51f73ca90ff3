/*
title    = "校核纠错"
title_en = "Objections"
asks     = "谁的数据被提异议多,改得及时吗?"
asks_en  = "Whose data are objected to, and are they corrected in time?"
chart    = "table"
fact     = "share_requests"
labels   = { provider = ["提供单位", "Provider"], objections = ["校核申请", "Objections"], settled = ["已办结", "Settled"], corrected = ["核实有误", "Found wrong"], on_time = ["限期办结 %", "Settled in time, %"] }
counts   = ["objections", "settled", "corrected"]
order    = 170
standard = "限期办结校核数/校核申请数 [D]"
meaning  = "本期提出的校核申请按提供单位,多的在前,最多 100 个单位。及时的比例只看期限已到的。撤回、留白的不计。"
meaning_en = "Objections raised in the period by provider, most first, at most 100. The share in time looks at limits that have come. Withdrawn ones and those left open are outside."
*/
select
    provider,
    count(*) as objections,
    count(answered_at) as settled,
    count(*) filter (where granted) as corrected,
    round(100 * count(*) filter (where answer_due_at <= as_of() and answered_at <= answer_due_at)
        / nullif(count(*) filter (where answer_due_at <= as_of()), 0), 1) as on_time
from share_requests_here
where kind = '校核' and withdrawn_at is null and not left_open
group by provider
order by objections desc, provider
limit 100
