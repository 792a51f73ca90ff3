/*
title    = "各环节走到多少件"
title_en = "How far cases have come"
asks     = "本期上报的案件,各走到了哪一步?"
asks_en  = "Of the cases reported in the period, how many have come how far?"
chart    = "funnel"
x        = "stage"
y        = "cases"
labels   = { stage = ["环节", "Stage"], cases = ["件数", "Cases"], "上报" = ["上报", "Reported"], "受理" = ["受理", "Accepted"], "立案" = ["立案", "Filed"], "派遣" = ["派遣", "Dispatched"], "处置" = ["处置", "Handled"], "核查" = ["核查", "Checked"], "结案" = ["结案", "Closed"], "回访" = ["回访", "Visited"] }
counts   = ["cases"]
order    = 10
standard = "七个环节:信息收集 → 案卷建立 → 任务派遣 → 任务处理 → 处理反馈 → 核实结案 → 综合评价 [V]"
meaning  = "走到后一步的,前面各步也算走过(自报自结的没有派遣)。作废和不予受理的停在它们停下的地方。来源从不给出的环节不列。"
meaning_en = "Who came to a later step has passed the earlier ones (self-closed cases are never dispatched). Void and refused ones stand where they stopped. A step that no source tells of is left out."
*/
with passed as (
    select
        count(*) as reported,
        count(coalesce(accepted_at, filed_at, dispatched_at, handled_at, checked_at, closed_at)) as accepted,
        count(coalesce(filed_at, dispatched_at, handled_at, checked_at, closed_at)) as filed,
        count(coalesce(dispatched_at, handled_at, checked_at, closed_at)) as dispatched,
        count(coalesce(handled_at, checked_at, closed_at)) as handled,
        count(coalesce(checked_at, closed_at)) as checked,
        count(closed_at) as closed,
        count(visited_at) filter (where closed_at is not null) as visited,
        bool_or(accepted_at is not null) as tells_accepted,
        bool_or(filed_at is not null) as tells_filed,
        bool_or(dispatched_at is not null) as tells_dispatched,
        bool_or(handled_at is not null) as tells_handled,
        bool_or(checked_at is not null) as tells_checked
    from cases_here
),
steps as (
    select unnest([
        {nth: 1, stage: '上报', cases: reported, told: reported > 0},
        {nth: 2, stage: '受理', cases: accepted, told: tells_accepted},
        {nth: 3, stage: '立案', cases: filed, told: tells_filed},
        {nth: 4, stage: '派遣', cases: dispatched, told: tells_dispatched},
        {nth: 5, stage: '处置', cases: handled, told: tells_handled},
        {nth: 6, stage: '核查', cases: checked, told: tells_checked},
        {nth: 7, stage: '结案', cases: closed, told: closed > 0},
        {nth: 8, stage: '回访', cases: visited, told: visited > 0}
    ], recursive := true)
    from passed
)
select stage, cases
from steps
where told
order by nth
