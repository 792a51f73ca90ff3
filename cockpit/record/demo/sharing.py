"""The demo city's catalogue of data and the requests to share it."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from cockpit.model.places import Place
from cockpit.model.sharing import DATASETS, SHARE_REQUESTS, WAYS
from cockpit.record.demo.chance import create, fill

_SECRETS = "《中华人民共和国保守国家秘密法》"

# Bureau, the law that may keep its data back, how often it does (in a hundred), what it lists.
BUREAUS = (
    ("公安局", _SECRETS, 18,
     "常住户籍 居住登记 机动车登记 驾驶证 旅馆业许可 保安单位 养犬登记 道路事故"),
    ("民政局", "《中华人民共和国未成年人保护法》", 6,
     "婚姻登记 社会组织 低保对象 养老机构 殡葬服务 地名地址 救助站 志愿服务"),
    ("人社局", _SECRETS, 4,
     "社保参保 就业登记 职业资格 劳动仲裁 欠薪线索 人才引进 技能培训 公共招聘"),
    ("市场监管局", _SECRETS, 3,
     "市场主体登记 食品许可 特种设备 行政处罚 消费投诉 计量器具 知识产权 广告监测"),
    ("卫健委", "《中华人民共和国精神卫生法》", 15,
     "医疗机构 执业医师 出生证明 预防接种 传染病监测 血液供应 托育机构 家庭医生"),
    ("教育局", "《中华人民共和国未成年人保护法》", 8,
     "学校名录 学籍 教师资格 校车 民办培训 学区划分 体质监测 食堂检查"),
    ("税务局", "《中华人民共和国税收征收管理法》", 22,
     "纳税人登记 纳税信用 发票开具 欠税公告 社保缴费 出口退税 税收优惠 涉税文书"),
    ("统计局", "《中华人民共和国统计法》", 18,
     "经济普查 人口抽样 规上企业 价格监测 固定投资 能源消费 劳动工资 社情民意"),
    ("城管局", _SECRETS, 1,
     "市政部件 占道许可 停车泊位 垃圾清运 户外广告 渣土运输 公厕 共享单车"),
    ("住建局", _SECRETS, 2,
     "施工许可 房屋安全 物业企业 工程竣工 公租房 老旧小区 燃气用户 扬尘监测"),
    ("规资局", _SECRETS, 12,
     "不动产登记 土地出让 规划许可 地灾隐患 基准地价 测绘成果 林权 矿权"),
    ("应急局", _SECRETS, 4,
     "危化企业 安全检查 避灾场所 应急物资 事故调查 防汛预案 森林火险 救援队伍"),
    ("消防支队", _SECRETS, 5,
     "重点单位 火灾警情 消防设施 微型消防站 隐患整改 公众聚集场所 水源 出警记录"),
    ("司法局", _SECRETS, 6,
     "人民调解 法律援助 公证办理 律师机构 行政复议 司法鉴定 普法活动 执法证件"),
    ("信访局", _SECRETS, 8,
     "信访事项 初信初访 重复信访 联合接访 网上信访 满意评价 积案化解 领导包案"),
    ("数据局", _SECRETS, 1,
     "政务目录 接口调用 证照 公共信用 一网通办 工单 网格基础 数据质检"),
    ("交通局", _SECRETS, 2,
     "公交线路 营运车辆 出租汽车 道路养护 水路运输 汽车维修 超限治理 共享停车"),
    ("水利局", _SECRETS, 3,
     "水位 雨量 水库 取水许可 河长巡河 山塘 堤防 农村供水"),
    ("环境局", _SECRETS, 3,
     "空气质量 排污许可 环境投诉 水质断面 危险废物 噪声监测 环评批复 执法检查"),
    ("农业局", _SECRETS, 2,
     "农村集体 宅基地 农机 动物检疫 农产品抽检 合作社 高标准农田 农药经营"),
    ("残联", "《中华人民共和国残疾人保障法》", 8,
     "残疾人证 康复服务 辅具 就业扶持 无障碍改造 托养 两项补贴 助残组织"),
    ("供电公司", _SECRETS, 4,
     "用电户数 用电量 停电计划 充电桩 异常用电 光伏并网 线路巡检 空置房用电"),
)  # fmt: skip
VARIANTS = ("基本信息", "办理记录")  # the city lists each item twice
BRANCHES = 10  # the first so many bureaus have an office in each district
BRANCH_ITEMS = 2  # and list so many items there

CYCLE_DAYS = {
    "实时": 1, "每日": 1, "每周": 7, "每旬": 10, "每月": 31, "每季度": 92, "每年": 366,
}  # fmt: skip
GRADES = ("一般数据1级", "一般数据2级", "一般数据2级", "一般数据3级", "一般数据4级", "重要数据")
REFUSALS = ("申请用途与履职无关", "数据项超出必要范围", "使用场景不明确", "数据尚未归集,暂无法提供")
REASONS = ("数据标准修订中", "机构职责调整,归属待明确", "与上级系统对接方案待定")

REQUESTS = 4_000
ASKED_BY_CITY, ASKED_BY_DISTRICT = 0.15, 0.6  # of all requests, added up; streets ask the rest
LISTED_BEFORE = 365  # days before the first day; most of the catalogue is that old


def make_datasets(con: duckdb.DuckDBPyConnection, root: Place, first: date, until: date) -> None:
    """Create ``demo_datasets``: what the city's bureaus list and what their district offices do."""
    create(con, DATASETS)
    bureaus = ", ".join(
        f"({n}, '{name}', '{law}', {withheld} / 100.0, string_split('{items}', ' '))"
        for n, (name, law, withheld, items) in enumerate(BUREAUS)
    )
    con.execute(f"""
        create or replace temp table gen_provider as
        with bureau as (
            from (values {bureaus}) as bureaus(id, bureau, law, withheld, items)
        ), seat as (
            select '{root.code}' as code, '{root.name}' as seat, true as whole,
                false as no_basis, false as never_called
            union all
            select district_code, any_value(district), false, bool_or(no_basis),
                bool_or(never_called)
            from gen_leaf where district_code <> '{root.code}' group by district_code
        )
        select *, seat || bureau as provider from seat, bureau where whole or id < {BRANCHES}
    """)
    fill(con, DATASETS, _entries(first, until), _DATASET, until)


def make_share_requests(
    con: duckdb.DuckDBPyConnection, root: Place, first: date, until: date
) -> None:
    """Create ``demo_share_requests``; a request's place is that of the asker, whose want it is."""
    create(con, SHARE_REQUESTS)
    fill(con, SHARE_REQUESTS, _asked(root, first, until), _REQUEST, until)


def _entries(first: date, until: date) -> str:
    """SQL: the entries of the catalogue and how they are kept until that day."""
    end = f"timestamp '{until} 18:00:00'"
    days = " ".join(f"when '{name}' then {days}" for name, days in CYCLE_DAYS.items())
    return f"""
    with entry as (
        select *, unnest(items) as item, unnest(range(len(items))) as nth from gen_provider
    ), entries as (
        select e.*, variant, row_number() over (order by code, id, nth, variant) as i
        from entry e, range({len(VARIANTS)}) variants(variant)
        where whole or (variant = 0 and nth < {BRANCH_ITEMS})
    ), classed as (
        select *, pick(i, 'cycle', {list(CYCLE_DAYS)}) as cycle, case
            when chance(i, 'class') < case when no_basis then 0.4 else withheld end then '不予共享'
            when chance(i, 'class') < 0.5 then '有条件共享' else '无条件共享' end as sharing_class,
            case when chance(i, 'old') < 0.7
                then date '{first}' - (1 + {LISTED_BEFORE} * chance(i, 'listed'))::integer
                else date '{first}'
                    + floor((date '{until}' - date '{first}') * chance(i, 'listed'))::integer
                end + minutes(510 + 540 * chance(i, 'hour')) as listed_at
        from entries
    ), collected as (
        select *, case cycle {days} end as days, case when chance(i, 'collect') < 0.93
            then listed_at + to_days((3 + 57 * chance(i, 'collecting'))::integer) end
            as collected_at
        from classed
    ), kept as (
        select *, case when chance(i, 'retire') < 0.03
                then listed_at + to_days((200 + 300 * chance(i, 'retired'))::integer) end
                as retired_at,
            case when sharing_class <> '不予共享' and chance(i, 'share') < 0.93
                then collected_at + to_days((1 + 44 * chance(i, 'sharing'))::integer) end
                as shared_at,
            least({end}, retired_at) as last
        from collected
    )
    select *, date '{until}' - 20 as recent,
        case when collected_at < last then greatest(collected_at, last - minutes(1440 * days
            * case when chance(i, 'stale') < 0.14 then 1.1 + 5 * chance(i, 'how stale')
                else chance(i, 'fresh') end)) end as renewed_at,
        case when shared_at < last
            and chance(i, 'never') >= case when never_called then 0.85 else 0.15 end
            then greatest(shared_at + minutes(60),
                last + minutes(1440 * 12 * ln(1 - chance(i, 'called')))) end as called_at
    from kept
    """


_LEFT = "chance(i, 'left') < 0.012"
_DATASET = {
    "number": "'M' || code || '-'"
    " || lpad((100 * (id + 1) + 2 * nth + variant + 1)::varchar, 4, '0')",
    "place": "code",
    "name": f"item || {list(VARIANTS)}[variant + 1]",
    "legal_basis": "case when sharing_class = '不予共享' and not no_basis"
    " and chance(i, 'basis') < 0.75 then law end",
    "way": f"case when shared_at is not null then pick(i, 'way', {list(WAYS)}) end",
    "security_class": f"pick(i, 'grade', {list(GRADES)})",
    "renew_due_at": "renewed_at + to_days(days)",
    "rows_total": "case when collected_at is not null"
    " then floor(10 ** (2.3 + 4 * chance(i, 'rows'))) end",
    "rows_good": "case when collected_at is not null"
    " then floor(rows_total * (1 - 0.15 * chance(i, 'good') ** 3)) end",
    "left_open_reason": f"case when {_LEFT} then pick(i, 'reason', {list(REASONS)}) end",
    "left_open_until": f"case when {_LEFT} then review(i, recent) end",
    "left_open_by": f"case when {_LEFT} then seat || '数据局' end",
}


def _asked(root: Place, first: date, until: date) -> str:
    """SQL: the requests, each for an entry that was listed by then, and how they were met."""
    return f"""
    with listed as (
        select number as dataset, provider, sharing_class, listed_at, place as provider_place,
            row_number() over (order by listed_at, number) as n
        from demo_datasets
    ), asked as (
        select i, office(add_work_days(timestamp '{first + timedelta(days=7)}'
            + to_seconds(floor(86400 * (date '{until}' - date '{first}' - 6)
                * ((i + chance(i, 'asked')) / {REQUESTS}) ** 0.85)::bigint), 0)) as asked_at,
            chance(i, 'from') as origin,
            pick(i, 'bureau', {[bureau[0] for bureau in BUREAUS[:BRANCHES]]}) as bureau,
            floor(chance(i, 'leaf') * (select count(*) from gen_leaf))::integer as leaf
        from range({REQUESTS}) rows(i)
    ), known as (
        select asked.*, n as listed from asked asof join listed on asked_at >= listed_at
    ), wanted as (
        select k.*, d.* exclude (n, listed_at), l.late_answers,
            case
                when chance(i, 'kind') < 0.14 then '校核'
                when chance(i, 'kind') < 0.36 and origin >= {ASKED_BY_CITY}
                    and provider_place = '{root.code}' then '回流'
                else '共享' end as kind,
            case when origin < {ASKED_BY_CITY} then '{root.code}'
                when origin < {ASKED_BY_DISTRICT} then l.district_code
                else l.street_code end as place,
            case when origin < {ASKED_BY_CITY} then '{root.name}' || bureau
                when origin < {ASKED_BY_DISTRICT} then l.district || bureau
                else l.street || '社会治理中心' end as asker
        from known k
        left join listed d on d.n = 1 + floor(chance(i, 'entry') ** 1.4 * listed)::bigint
        left join gen_leaf l on l.id = leaf
    ), due as (
        select *, add_work_days(asked_at,
                case when sharing_class = '无条件共享' and kind <> '校核' then 1 else 10 end)
                as answer_due_at,
            case when chance(i, 'withdraw') < 0.035
                then asked_at + minutes(20 + 600 * chance(i, 'withdrawn')) end as withdrawn_at,
            sharing_class <> '不予共享' and chance(i, 'grant')
                < case sharing_class when '无条件共享' then 0.985 else 0.88 end as grants
        from wanted
    ), answered as (
        select *, case when withdrawn_at is null and chance(i, 'ever') < 0.99 then greatest(
            asked_at + minutes(20), office(asked_at + portion(answer_due_at - asked_at,
                0.35 * pace(i, 'answer', 0.42) * case when late_answers
                    and origin >= {ASKED_BY_CITY} then 3.2 else 1 end))) end as answered_at
        from due
    ), promised as (
        select *, case when grants and kind <> '校核'
            then add_work_days(answered_at, 20) end as provide_due
        from answered
    )
    select *, case when provide_due is not null and chance(i, 'provided') < 0.97
        then greatest(answered_at + minutes(30), office(answered_at
            + portion(provide_due - answered_at, 0.4 * pace(i, 'provide', 0.4)))) end as provided_at
    from promised
    """


_LEFT_REQUEST = "answered_at is null and withdrawn_at is null and chance(i, 'left') < 0.1"
_REQUEST = {
    "number": "'Q' || strftime(asked_at, '%Y%m%d') || lpad((i + 1)::varchar, 6, '0')",
    "provide_due_at": "case when answered_at is not null then provide_due end",
    "granted": "case when answered_at is not null then grants end",
    "reason": f"""case when answered_at is null or grants then null
        when sharing_class = '不予共享' then '属不予共享目录'
        when kind = '校核' then '经核实数据无误' else pick(i, 'refusal', {list(REFUSALS)}) end""",
    "left_open_reason": f"case when {_LEFT_REQUEST} then pick(i, 'reason', {list(REASONS)}) end",
    "left_open_until": f"case when {_LEFT_REQUEST} then review(i, asked_at) end",
    "left_open_by": f"case when {_LEFT_REQUEST} then provider end",
}
