/*
title    = "停在哪一步"
title_en = "Where the open ones wait"
asks     = "没销号的预警,停在闭环的哪一步?"
asks_en  = "At which step of the loop do the open warnings wait?"
chart    = "stacked"
x        = "step"
y        = "warnings"
series   = "colour"
enters   = "raised_at"
leaves   = "case when false_alarm then coalesce(judged_at, cleared_at) else cleared_at end"
labels   = { step = ["等待", "Waits for"], warnings = ["预警数", "Warnings"], "签收" = ["签收", "Signing"], "研判" = ["研判", "Judging"], "派单" = ["派单", "Dispatch"], "处置" = ["处置", "Handling"], "反馈" = ["反馈", "Feedback"], "复核" = ["复核", "Check"], "销号" = ["销号", "Clearing"], "留白" = ["留白", "Left open"] }
counts   = ["warnings"]
order    = 30
standard = "生成 → 签收 → 研判 → 派单 → 处置 → 反馈 → 复核 → 销号 [D]"
meaning  = "期末仍未销号的预警,按下一步该做的和颜色;留白的另列。颜色为本系统默认,非官方。"
meaning_en = "Warnings not cleared at the period's end, by the step they wait for and colour; those left open stand apart. The scale is ours, not official."
*/
with waiting as (
    select
        colour,
        case
            when left_open then 8
            when checked_at is not null then 7
            when answered_at is not null then 6
            when handled_at is not null then 5
            when dispatched_at is not null then 4
            when judged_at is not null then 3
            when signed_at is not null then 2
            else 1 end as nth
    from warnings_here
)
select
    ['签收', '研判', '派单', '处置', '反馈', '复核', '销号', '留白'][nth] as step,
    colour,
    count(waiting.colour) as warnings
from (select unnest(range(1, 9)) as nth)
cross join (select unnest(['red', 'orange', 'yellow', 'blue']) as colour)
left join waiting using (nth, colour)
where exists (from waiting)
group by nth, colour
order by nth, list_position(['red', 'orange', 'yellow', 'blue'], colour)
