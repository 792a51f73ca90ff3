/*
title    = "不同意及理由"
title_en = "Refused, and why"
asks     = "申请为什么没有获得同意?"
asks_en  = "Why were requests refused?"
chart    = "table"
fact     = "share_requests"
clock    = "answered_at"
labels   = { reason = ["理由", "Reason"], sharing_class = ["共享属性", "Class"], kind = ["申请类型", "Kind"], refused = ["不同意", "Refused"], providers = ["涉及单位", "Providers"], example = ["例如", "For example"] }
counts   = ["refused"]
order    = 150
standard = "不同意须说明理由;无条件共享不得自设条件 [V]"
meaning  = "本期答复为不同意的申请,按理由和共享属性。无条件共享类而被拒的排在最前:它们本不该有条件。没有写理由的显示未填。"
meaning_en = "Requests answered with no in the period, by reason and class. Those for data shared without conditions come first: there should be none."
*/
select
    reason,
    sharing_class,
    kind,
    count(*) as refused,
    count(distinct provider) as providers,
    min(provider) as example
from share_requests_here
where granted = false
group by reason, sharing_class, kind
order by (sharing_class = '无条件共享' and kind <> '校核') desc, refused desc, reason, sharing_class, kind
