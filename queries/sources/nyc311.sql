/*
fact     = "cases"
title    = "纽约 311 诉求"
title_en = "New York 311 service requests"
note     = '''The city folder: cockpit new city DIR --from FILE --name "New York" --timezone America/New_York --level "district=nullif(borough,'Unspecified')" --level "street=nullif(community_board,'0 Unspecified')"'''
*/
-- Most closing times are dates only: such a case counts as closed at the end of that day.
select
    unique_key as number,
    concat_ws('/', nullif(borough, 'Unspecified'), nullif(community_board, '0 Unspecified')) as place,
    descriptor as title,
    incident_address as address,
    '便民服务' as domain,
    complaint_type as category,
    descriptor as subcategory,
    case open_data_channel_type
        when 'PHONE' then '热线'
        when 'ONLINE' then '网络'
        when 'MOBILE' then '公众'
        else '其他'
    end as channel,
    agency_name as department,
    created_date as reported_at,
    case
        when try_cast(closed_date as timestamp) = date_trunc('day', try_cast(closed_date as timestamp))
            then (try_cast(closed_date as timestamp) + interval 86399 second)::varchar
        else closed_date
    end as closed_at,
    due_date as due_at,
    longitude as lon,
    latitude as lat
from raw
