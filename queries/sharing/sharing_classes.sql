/*
title    = "三类共享属性"
title_en = "The three classes"
asks     = "目录里无条件、有条件、不予共享各有多少,共享了多少?"
asks_en  = "How many entries are in each class, and how many of them are shared?"
chart    = "stacked"
fact     = "datasets"
x        = "sharing_class"
y        = ["shared", "waiting", "with_basis", "without_basis"]
enters   = "listed_at"
leaves   = "retired_at"
labels   = { sharing_class = ["共享属性", "Class"], shared = ["已共享", "Shared"], waiting = ["未共享", "Not shared yet"], with_basis = ["不予共享,有依据", "Kept back, law cited"], without_basis = ["不予共享,无依据", "Kept back, none cited"] }
order    = 10
standard = "三类共享属性;不予共享须写明依据。《政务数据共享条例》[V]"
meaning  = "期末在用的目录按共享属性和是否已实际共享。无依据的不予共享仍在共享率的分母里。"
meaning_en = "Entries in use at the period's end by class and whether they are really shared. What is kept back without a law stays in the denominator of the sharing rate."
*/
select
    sharing_class,
    count(*) filter (where shared_at is not null) as shared,
    count(*) filter (where shared_at is null and sharing_class <> '不予共享') as waiting,
    count(*) filter (where shared_at is null and sharing_class = '不予共享' and legal_basis is not null) as with_basis,
    count(*) filter (where shared_at is null and sharing_class = '不予共享' and legal_basis is null) as without_basis
from datasets_here
group by sharing_class
order by list_position(['无条件共享', '有条件共享', '不予共享'], sharing_class)
