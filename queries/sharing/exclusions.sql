/*
title    = "依法不予共享清单"
title_en = "Kept back by law"
asks     = "哪些目录依法不予共享,依据是什么?"
asks_en  = "Which entries does a law keep from being shared, and which law?"
chart    = "table"
fact     = "datasets"
enters   = "listed_at"
leaves   = "retired_at"
labels   = { name = ["目录名称", "Dataset"], provider = ["提供单位", "Provider"], basis = ["依据", "Basis"], listed = ["编目日", "Listed"], place = ["地方", "Place"] }
order    = 30
standard = "不予共享须有法律、行政法规或国务院决定为依据 [V]"
meaning  = "期末在用、列为不予共享并写明依据的目录。只有它们不进共享率的分母。"
meaning_en = "Entries in use at the period's end that are kept back with a law cited. They alone leave the denominator of the sharing rate."
*/
select name, provider, legal_basis as basis, listed_at::date as listed, place
from datasets_here
where sharing_class = '不予共享' and legal_basis is not null
order by provider, name, number
limit 1000
