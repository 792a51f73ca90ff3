/*
title    = "预警在哪里"
title_en = "Where the warnings are"
asks     = "哪里的预警最多、最重?"
asks_en  = "Where are the most and the gravest warnings?"
chart    = "stacked"
x        = "place"
y        = ["red", "orange", "yellow", "blue"]
labels   = { place = ["地方", "Place"], red = ["红", "Red"], orange = ["橙", "Orange"], yellow = ["黄", "Yellow"], blue = ["蓝", "Blue"] }
counts   = ["red", "orange", "yellow", "blue"]
order    = 60
standard = "颜色为本系统默认,非官方 [D]"
meaning  = "本期生成的预警按地方和颜色,多的在前。给地方、专题和企业定色,不给人定色。"
meaning_en = "Warnings raised in the period by place and colour, most first. Places, topics and enterprises have a colour, persons never. The scale is ours, not official."
*/
select
    place,
    count(*) filter (where colour = 'red') as red,
    count(*) filter (where colour = 'orange') as orange,
    count(*) filter (where colour = 'yellow') as yellow,
    count(*) filter (where colour = 'blue') as blue
from warnings_here
group by place, place_order
order by count(*) desc, place_order
