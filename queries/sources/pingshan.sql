/*
fact     = "cases"
title    = "深圳坪山区民生诉求"
title_en = "Pingshan (Shenzhen) public requests"
format   = "csv"
null     = ["-"]
note     = '''The city folder: cockpit new city DIR --from FILE --name 坪山区 --level "street=nullif(STREET_NAME,'-')" --level "community=nullif(COMMUNITY_NAME,'-')"'''
*/
-- The source gives a verdict (archived in time or late) and no closing time: such rows are counted
-- by the verdict, on the clock there is, the day of report.
select
    REC_ID as number,
    concat_ws('/', STREET_NAME, COMMUNITY_NAME) as place,
    OCCUR_PLACE as address,
    MAIN_TYPE_NAME as category,
    SUB_TYPE_NAME as subcategory,
    case
        when EVENT_SRC_NAME in ('12345', '12319', '固话投诉') then '热线'
        when EVENT_SRC_NAME is not null then '网络'
    end as channel,
    DISPOSE_UNIT_NAME as department,
    CREATE_TIME as reported_at,
    case
        when INTIME_ARCHIVE_NUM = '1' then true
        when OVERTIME_ARCHIVE_NUM = '1' then false
    end as verdict
from raw
