/*
title    = "满意与重复"
title_en = "Satisfied, and yet again"
asks     = "哪里人人说满意,事情却一再发生?"
asks_en  = "Where is everybody satisfied and yet the same thing comes back?"
chart    = "scatter"
x        = "repeats"
y        = "satisfied"
series   = "place"
unit     = "percent"
labels   = { place = ["地方", "Place"], repeats = ["重复上报占比 %", "Repeats, %"], satisfied = ["满意率", "Satisfied"], visits = ["有效回访", "Valid visits"], cases = ["上报", "Reported"] }
counts   = ["visits", "cases"]
order    = 220
standard = "(非常满意+满意)/有效回访数 [D];需复核线索,不作处罚依据"
meaning  = "本期上报的案件:满意率(有效回访中)对重复上报占比(注明重复于前一件的)。右上角最该看。有效回访少于 30 次的地方不列(本系统默认)。来源不注明重复的,此面板为空。"
meaning_en = "Cases reported in the period: the share satisfied, of valid visits, against the share that names an earlier case about the same thing. Look at the upper right. Places with fewer than 30 visits are left out (ours). Empty where the source names no repeats."
*/
select
    place,
    round(100 * count(repeat_of) / count(*), 1) as repeats,
    count(*) filter (where satisfaction <> '不满意') / count(satisfaction) as satisfied,
    count(satisfaction) as visits,
    count(*) as cases
from cases_here
where not left_open
group by place, place_order
having count(satisfaction) >= 30
qualify sum(count(repeat_of)) over () > 0
order by place_order
