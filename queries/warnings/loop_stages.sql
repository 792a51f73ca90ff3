/*
title    = "闭环走到多少条"
title_en = "How far warnings have come"
asks     = "本期生成的预警,闭环走到了哪一步?"
asks_en  = "Of the warnings raised in the period, how many have come how far?"
chart    = "funnel"
x        = "step"
y        = "warnings"
labels   = { step = ["环节", "Step"], warnings = ["预警数", "Warnings"], "生成" = ["生成", "Raised"], "签收" = ["签收", "Signed for"], "研判" = ["研判", "Judged"], "派单" = ["派单", "Dispatched"], "处置" = ["处置", "Handled"], "反馈" = ["反馈", "Fed back"], "复核" = ["复核", "Checked"], "销号" = ["销号", "Cleared"] }
counts   = ["warnings"]
order    = 40
standard = "生成 → 签收 → 研判 → 派单 → 处置 → 反馈 → 复核 → 销号 [D]"
meaning  = "走到后一步的,前面各步也算走过。误报到研判为止,不再计入派单以后。"
meaning_en = "Who came to a later step has passed the earlier ones. A false alarm ends when it is judged so and is in none of the later steps."
*/
with passed as (
    select
        count(*) as raised,
        count(coalesce(signed_at, judged_at, dispatched_at, handled_at, answered_at, checked_at, cleared_at)) as signed,
        count(coalesce(judged_at, dispatched_at, handled_at, answered_at, checked_at, cleared_at)) as judged,
        count(coalesce(dispatched_at, handled_at, answered_at, checked_at, cleared_at)) filter (where not false_alarm) as dispatched,
        count(coalesce(handled_at, answered_at, checked_at, cleared_at)) filter (where not false_alarm) as handled,
        count(coalesce(answered_at, checked_at, cleared_at)) filter (where not false_alarm) as answered,
        count(coalesce(checked_at, cleared_at)) filter (where not false_alarm) as checked,
        count(cleared_at) filter (where not false_alarm) as cleared
    from warnings_here
)
select
    unnest(['生成', '签收', '研判', '派单', '处置', '反馈', '复核', '销号']) as step,
    unnest([raised, signed, judged, dispatched, handled, answered, checked, cleared]) as warnings
from passed
where raised > 0
