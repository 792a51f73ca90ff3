/*
title    = "回访与满意"
title_en = "Who is visited, and who is satisfied"
asks     = "满意率高的地方,回访做得多吗?"
asks_en  = "Where satisfaction is high, are many visited?"
chart    = "scatter"
x        = "covered"
y        = "satisfied"
series   = "place"
unit     = "percent"
clock    = "closed_at"
labels   = { place = ["地方", "Place"], covered = ["回访覆盖率 %", "Visited, %"], satisfied = ["满意率", "Satisfied"], visits = ["有效回访", "Valid visits"], cases = ["结案", "Closed"] }
counts   = ["visits", "cases"]
order    = 230
standard = "回访数/结案数、(非常满意+满意)/有效回访数 [D];需复核线索,不作处罚依据"
meaning  = "本期结案的案件:满意率对回访覆盖率。左上角(回访少、人人满意)可能是选着回访。有效回访少于 30 次的地方不列(本系统默认)。只作复核线索。"
meaning_en = "Cases closed in the period: the share satisfied against the share visited. The upper left, few visits and all satisfied, may be visits that were chosen. Places with fewer than 30 valid visits are left out (ours). A lead to look at, no verdict."
*/
select
    place,
    round(100 * count(visited_at) / count(*), 1) as covered,
    count(*) filter (where satisfaction <> '不满意') / count(satisfaction) as satisfied,
    count(satisfaction) as visits,
    count(*) as cases
from cases_here
where not void and not left_open
group by place, place_order
having count(satisfaction) >= 30
order by covered, place_order
