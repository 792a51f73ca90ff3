/*
title    = "各环节按时率"
title_en = "On time, step by step"
asks     = "时间耽误在哪个环节?"
asks_en  = "At which step is time lost?"
chart    = "bars"
x        = "stage"
y        = "on_time"
unit     = "percent"
labels   = { stage = ["环节", "Step"], on_time = ["按时率", "On time"], made = ["按时", "In time"], due = ["应办", "Due"], "立案" = ["立案", "Filed"], "派遣" = ["派遣", "Dispatched"], "处置" = ["处置", "Handled"], "结案" = ["结案", "Closed"] }
counts   = ["made", "due"]
order    = 90
standard = "GB/T 30428.4 按时立案、按时派遣、按期处置、按期结案 [2]"
meaning  = "本期上报的案件,各环节期限已到的,其中在期限内完成的比例。作废、不予受理、留白、挂账中的不计。来源不给期限的环节不列。"
meaning_en = "Of the cases reported in the period whose limit for a step has come, the share that kept it. Void, refused, left-open and held cases are outside. A step without limits is left out."
*/
with counted as (
    select
        count(*) filter (where file_due_at <= as_of()) as file_due,
        count(*) filter (where file_due_at <= as_of() and filed_at <= file_due_at) as file_made,
        count(*) filter (where dispatch_due_at <= as_of()) as dispatch_due,
        count(*) filter (where dispatch_due_at <= as_of() and dispatched_at <= dispatch_due_at) as dispatch_made,
        count(*) filter (where handle_due_at <= as_of()) as handle_due,
        count(*) filter (where handle_due_at <= as_of() and handled_at <= handle_due_at) as handle_made,
        count(*) filter (where due_at <= as_of()) as close_due,
        count(*) filter (where due_at <= as_of() and (closed_at <= due_at or overdue_exempt)) as close_made
    from cases_here
    where not void and not refused and not left_open and not on_hold
),
steps as (
    select unnest([
        {nth: 1, stage: '立案', made: file_made, due: file_due},
        {nth: 2, stage: '派遣', made: dispatch_made, due: dispatch_due},
        {nth: 3, stage: '处置', made: handle_made, due: handle_due},
        {nth: 4, stage: '结案', made: close_made, due: close_due}
    ], recursive := true)
    from counted
)
select stage, made / due as on_time, made, due
from steps
where due > 0
order by nth
