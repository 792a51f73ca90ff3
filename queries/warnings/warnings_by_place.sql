/*
title    = "预警在哪里"
title_en = "Where the warnings are"
asks     = "哪里的预警最多、最重?"
asks_en  = "Where are the most and the gravest warnings?"
chart    = "stacked"
x        = "place"
y        = "warnings"
series   = "colour"
labels   = { place = ["地方", "Place"], warnings = ["预警数", "Warnings"] }
counts   = ["warnings"]
order    = 60
standard = "颜色为本系统默认,非官方 [D]"
meaning  = "本期生成的预警按地方和颜色,多的在前。给地方、专题和企业定色,不给人定色。"
meaning_en = "Warnings raised in the period by place and colour, most first. Places, topics and enterprises have a colour, persons never. The scale is ours, not official."
*/
select place, colour, count(*) as warnings
from warnings_here
group by place, place_order, colour
order by sum(count(*)) over (partition by place_order) desc, place_order,
    list_position(['red', 'orange', 'yellow', 'blue'], colour)
