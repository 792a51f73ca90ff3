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
with counted as (
    select place, place_order, colour, count(*) as warnings
    from warnings_here
    group by all
),
places as (
    select place, place_order, sum(warnings) as every
    from counted
    group by place, place_order
)
select places.place, colours.colour, warnings
from places
cross join (select unnest(['red', 'orange', 'yellow', 'blue']) as colour) as colours
left join counted on counted.colour = colours.colour and counted.place_order is not distinct from places.place_order
order by every desc, places.place_order, list_position(['red', 'orange', 'yellow', 'blue'], colours.colour)
