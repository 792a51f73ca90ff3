/*
title    = "处置部门"
title_en = "Departments"
asks     = "哪个部门手上案件多、超期多、返工多?"
asks_en  = "Which department has much in hand, much overdue, much sent back?"
chart    = "table"
labels   = { department = ["处置部门", "Department"], filed = ["立案", "Filed"], handled = ["处置", "Handled"], on_time = ["按期 %", "In time, %"], rework = ["返工 %", "Rework, %"], open = ["未结", "Open"], overdue = ["超期", "Overdue"] }
counts   = ["filed", "handled", "open", "overdue"]
order    = 140
standard = "GB/T 30428.4 按期处置数/应处置数、返工数/应结案数 [2]"
meaning  = "本期上报、已立案的案件按处置部门。按期处置率:处置期限已到的案件中在期限内处置的;少于 5 件不算比率。超期未结多的排在前,都没有期限的为空,只列前 100 个。来源不给立案时间的按上报计。"
meaning_en = "Cases reported in the period and filed, by department. On time: of those whose handling limit has come; no rate under 5. Most overdue first (blank where no case has a limit), the first 100. Where a source gives no filing time, by report."
*/
with grouped as (
    select
        department,
        count(*) as filed,
        count(handled_at) as handled,
        sum(count(handled_at)) over () > 0 as tells,
        count(*) filter (where counts and handle_due_at <= as_of()) as due,
        count(*) filter (where counts and handle_due_at <= as_of() and handled_at <= handle_due_at) as made,
        count(rework_count) filter (where counts) as told,
        count(*) filter (where counts and rework_count > 0) as again,
        count(*) filter (where not was_closed) as open,
        case when sum(count(due_at)) over () > 0
            then count(*) filter (where counts and not was_closed and due_at < as_of()) end as overdue
    from (select *, not left_open and not on_hold as counts from cases_here where not void and not refused)
    group by department
    qualify count(department) over () > 0
)
select
    department,
    filed,
    case when tells then handled end as handled,
    case when due >= 5 then round(100 * made / due, 1) end as on_time,
    case when told >= 5 then round(100 * again / told, 1) end as rework,
    open,
    overdue
from grouped
order by overdue desc, filed desc, department
limit 100
