/*
fact     = "cases"
title    = "堪萨斯城 311 坑洼"
title_en = "Kansas City 311 potholes"
format   = "csv"
note     = '''The city folder: cockpit new city DIR --from FILE --name "Kansas City" --timezone America/Chicago --level "district=\"COUNCIL DISTRICT\"" --level "street=nullif(NEIGHBORHOOD,'')"'''
*/
-- Date and 12-hour time stand in two columns. The closing time is a date only (end of that day),
-- and some resolved cases lack it. The city gives no limit, and judges by its own time frame: its
-- verdict on every resolved case counts.
select
    "CASE ID" as number,
    concat_ws('/', "COUNCIL DISTRICT", nullif(NEIGHBORHOOD, '')) as place,
    "STREET ADDRESS" as address,
    '便民服务' as domain,
    CATEGORY as category,
    "TYPE" as subcategory,
    case SOURCE when 'PHONE' then '热线' when 'WEB' then '网络' else '其他' end as channel,
    "WORK GROUP" as department,
    try_strptime("CREATION DATE" || ' ' || "CREATION TIME", '%m/%d/%y %I:%M %p') as reported_at,
    try_strptime("CLOSED DATE", '%m/%d/%y') + interval 86399 second as closed_at,
    case when STATUS = 'RESOL' then "EXCEEDED EST TIMEFRAME" = 'N' end as verdict,
    LONGITUDE as lon,
    LATITUDE as lat
from raw
