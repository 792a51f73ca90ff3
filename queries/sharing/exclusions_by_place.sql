/*
title    = "不予共享在哪里"
title_en = "Where entries are kept back"
asks     = "哪里不予共享多,又有多少说不出依据?"
asks_en  = "Where is much kept back, and how much of it without a law?"
chart    = "stacked"
fact     = "datasets"
x        = "place"
y        = ["with_basis", "without_basis"]
unit     = "percent"
enters   = "listed_at"
leaves   = "retired_at"
labels   = { place = ["地方", "Place"], with_basis = ["有依据", "Law cited"], without_basis = ["无依据", "None cited"], entries = ["在用目录", "Entries"] }
order    = 50
standard = "不予共享须写明依据 [V]"
meaning  = "期末在用的目录中不予共享的比例,按地方,无依据的多的在前。"
meaning_en = "Of the entries in use at the period's end, the share kept back, by place, most without a law first."
*/
select
    place,
    count(*) filter (where sharing_class = '不予共享' and legal_basis is not null) / count(*) as with_basis,
    count(*) filter (where sharing_class = '不予共享' and legal_basis is null) / count(*) as without_basis,
    count(*) as entries
from datasets_here
group by place, place_order
order by without_basis desc, with_basis desc, place_order
