/*
title    = "谁向谁要数据"
title_en = "Who asks whom"
asks     = "数据主要从哪些单位流向哪里?"
asks_en  = "From which providers to which places do the data flow?"
chart    = "sankey"
fact     = "share_requests"
x        = "provider"
series   = "place"
y        = "requests"
labels   = { provider = ["提供单位", "Provider"], place = ["申请方所在地", "Asker's place"], requests = ["申请", "Requests"], met = ["已提供", "Provided"] }
counts   = ["requests", "met"]
order    = 160
meaning  = "本期的共享、回流申请,从提供单位到申请方所在地,最多的 40 对。撤回的不计。"
meaning_en = "Requests of the period to share or send back, from provider to the asker's place: the 40 largest flows. Withdrawn ones are outside."
*/
select
    provider,
    place,
    count(*) as requests,
    count(provided_at) as met
from share_requests_here
where kind <> '校核' and withdrawn_at is null and provider is not null
group by provider, place, place_order
order by requests desc, provider, place_order
limit 40
