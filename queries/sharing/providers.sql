/*
title    = "提供单位"
title_en = "Providers"
asks     = "哪个单位的目录编了没归集、归集了没共享、共享了没人用?"
asks_en  = "Whose entries are listed but not collected, collected but not shared, shared but not used?"
chart    = "table"
fact     = "datasets"
enters   = "listed_at"
leaves   = "retired_at"
labels   = { provider = ["提供单位", "Provider"], listed = ["目录", "Listed"], collected = ["归集", "Collected"], shared = ["共享", "Shared"], used = ["在用", "In use"], by_law = ["依法不予", "By law"], no_basis = ["无依据", "No law"], rate = ["共享率 %", "Shared, %"] }
order    = 60
standard = "编目 → 归集 → 共享 → 调用 [D]"
meaning  = "期末在用的目录按提供单位和走到的一步;在用:30 日内有调用。共享率低的在前,最多 200 个单位。留白的不进共享率。"
meaning_en = "Entries in the catalogue at the period's end by provider and how far they have come; in use: called within 30 days; lowest sharing rate first, at most 200. Those left open are outside the rate."
*/
with counted as (
    select
        provider,
        count(*) as listed,
        count(*) filter (where collected_at < as_of()) as collected,
        count(*) filter (where shared_at < as_of()) as shared,
        count(*) filter (where shared_at < as_of() and called_at >= as_of() - interval 30 day) as used,
        count(*) filter (where sharing_class = '不予共享' and legal_basis is not null) as by_law,
        count(*) filter (where sharing_class = '不予共享' and legal_basis is null) as no_basis,
        count(*) filter (where not left_open and not (sharing_class = '不予共享' and legal_basis is not null)) as due,
        count(*) filter (where not left_open and not (sharing_class = '不予共享' and legal_basis is not null)
            and shared_at < as_of()) as made
    from datasets_here
    group by provider
)
select provider, listed, collected, shared, used, by_law, no_basis, round(100 * made / nullif(due, 0), 1) as rate
from counted
order by rate, listed desc, provider
limit 200
