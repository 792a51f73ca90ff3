/*
title    = "答复不及时"
title_en = "Answered late"
asks     = "哪里的申请没有按时得到答复?"
asks_en  = "Whose requests are not answered in time?"
chart    = "bars"
fact     = "share_requests"
x        = "place"
y        = "share"
unit     = "percent"
clock    = "answer_due_at"
labels   = { place = ["申请方所在地", "Asker's place"], share = ["未及时答复", "Not in time"], late = ["迟复", "Late"], unanswered = ["至今未答复", "Not at all"], due = ["应答复", "Due"] }
counts   = ["late", "unanswered", "due"]
order    = 140
standard = "1 − 答复及时率 [D]"
meaning  = "答复期限落在本期、且已到的申请(共享、回流、校核)中,没有在期限内得到答复的比例,按申请方所在地。撤回、留白的不计。"
meaning_en = "Of the requests of all kinds to be answered in the period whose limit has come, the share not answered in time, by the asker's place. Withdrawn ones and those left open are outside."
*/
select
    place,
    count(*) filter (where answered_at is null or answered_at > answer_due_at) / count(*) as share,
    count(*) filter (where answered_at > answer_due_at) as late,
    count(*) filter (where answered_at is null) as unanswered,
    count(*) as due
from share_requests_here
where withdrawn_at is null and not left_open and answer_due_at <= as_of()
group by place, place_order
order by share desc, due desc, place_order
