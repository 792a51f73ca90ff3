/*
title    = "无依据不予共享清单"
title_en = "Kept back without a basis"
asks     = "哪些目录不予共享却说不出依据?"
asks_en  = "Which entries are kept back with no law cited?"
chart    = "table"
fact     = "datasets"
enters   = "listed_at"
leaves   = "retired_at"
labels   = { name = ["目录名称", "Dataset"], provider = ["提供单位", "Provider"], listed = ["编目日", "Listed"], place = ["地方", "Place"] }
order    = 40
standard = "不予共享须写明依据 [V]"
meaning  = "期末在用、列为不予共享而未写明依据的目录。它们仍在共享率的分母里,应补依据或改属性。"
meaning_en = "Entries in use at the period's end that are kept back with no law cited. They stay in the denominator; a basis or another class is wanted."
*/
select name, provider, listed_at::date as listed, place
from datasets_here
where sharing_class = '不予共享' and legal_basis is null
order by provider, name, number
limit 1000
