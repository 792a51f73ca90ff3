/*
fact     = "cases"
title    = "波士顿 311 诉求"
title_en = "Boston 311 service requests"
format   = "csv"
note     = '''The city folder: cockpit new city DIR --from FILE --name Boston --timezone America/New_York --level "district=try_cast(regexp_extract(ward,'[0-9]+') as int)" --level "street=nullif(trim(precinct),'')"'''
*/
-- Ward is written three ways ("Ward 3", "03", "3"): its number decides. Some precincts lie in two
-- wards, so a precinct's code carries its ward. The city's own verdict (ontime) is not mapped: it
-- is computed here from the target, and the tests compare the two.
select
    case_enquiry_id as number,
    concat_ws('/', try_cast(regexp_extract(ward, '[0-9]+') as int), nullif(trim(precinct), '')) as place,
    case_title as title,
    location as address,
    '便民服务' as domain,
    subject as category,
    type as subcategory,
    case source
        when 'Constituent Call' then '热线'
        when 'Employee Generated' then '其他'
        when 'Self Service' then '网络'
        when 'Citizens Connect App' then '公众'
        else '其他'
    end as channel,
    department,
    open_dt as reported_at,
    open_dt as accepted_at,
    target_dt as due_at,
    closed_dt as closed_at,
    longitude as lon,
    latitude as lat
from raw
