/*
title    = "类别构成"
title_en = "What cases are about"
asks     = "本期的案件都是些什么事?"
asks_en  = "What are the cases of the period about?"
chart    = "treemap"
x        = ["domain", "category", "subcategory"]
y        = "cases"
labels   = { domain = ["领域", "Domain"], category = ["大类", "Category"], subcategory = ["小类", "Subcategory"], cases = ["件数", "Cases"], overdue = ["其中超期", "Of them not on time"] }
counts   = ["cases", "overdue"]
order    = 110
standard = "领域 → 大类 → 小类,按案件所依标准 [2]"
meaning  = "本期上报的案件按类别的件数;超期指未在期限内结案的,没有期限的按来源的判定,都没有的为空。小类只列前 200 个,其余并入“其他”。"
meaning_en = "Cases reported in the period by category. Not on time: not closed within the limit, without one by the source's verdict; blank where there is neither. The 200 largest subcategories; the rest stand together."
*/
with grouped as (
    select
        domain, category, subcategory,
        count(*) as cases,
        case when count(judged_at) > 0
            then count(*) filter (where overdue_raw and judged_at < as_of()) end as overdue
    from cases_here
    group by all
),
ranked as (
    select *, row_number() over (order by cases desc, domain, category, subcategory) as nth
    from grouped
)
select
    domain,
    category,
    case when nth <= 200 then subcategory else '其他' end as subcategory,
    sum(cases)::bigint as cases,
    sum(overdue)::bigint as overdue
from ranked
group by all
order by cases desc, domain, category, subcategory
