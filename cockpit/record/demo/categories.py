"""What cases are about, and how each kind of case behaves.

Names and codes are those of the city's ``categories.csv`` (GB/T 47678.5-2026, GB/T 31000-2015 and
the local lists); weights, seasons, hours and limits are the demo's own, after common practice.
"""

from __future__ import annotations

import duckdb

from cockpit.record.demo.chance import wheel

GB = "GB/T 47678.5-2026"
GB_SOCIAL = "GB/T 31000-2015"
LOCAL = "local"

# Code: standard, domain, name, platform, who handles it in a street and in a district, channels.
CLASSES: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "01": (GB, "城市管理", "市政公用设施", "综合执法", "综合行政执法队", "城市管理局", "patrol"),
    "02": (GB, "城市管理", "交通设施", "综合执法", "综合行政执法队", "交警大队", "patrol"),
    "04": (GB, "城市管理", "园林绿化设施", "综合执法", "公共服务办公室", "园林绿化中心", "patrol"),
    "06": (GB, "城市管理", "市容环境类", "综合执法", "综合行政执法队", "城市管理局", "patrol"),
    "07": (GB, "城市管理", "宣传广告类", "综合执法", "综合行政执法队", "城市管理局", "patrol"),
    "08": (GB, "城市管理", "施工管理类", "综合执法", "区域发展办公室", "住建局", "voice"),
    "09": (GB, "城市管理", "街面秩序类", "综合执法", "综合行政执法队", "综合行政执法局", "patrol"),
    "10": (GB, "城市管理", "其他事项类", "综合执法", "应急管理站", "应急管理局", "voice"),
    "L1": (LOCAL, "社会治理", "综治工作", "综治工作", "社会治理中心", "社会治理中心", "social"),
    "L2": (LOCAL, "市场监管", "市场监管", "市场监管", "市场监管所", "市场监督管理局", "voice"),
    "L3": (LOCAL, "综合执法", "综合执法", "综合执法", "综合行政执法队", "综合行政执法局", "patrol"),
    "L4": (LOCAL, "便民服务", "便民服务", "便民服务", "便民服务中心", "政务服务中心", "voice"),
    "Z6": (GB_SOCIAL, "社会治理", "社会治安", "综治工作", "社会治理中心", "公安分局", "social"),
    "Z8": (GB_SOCIAL, "社会治理", "校园及周边安全", "综治工作", "社会治理中心", "教育局", "social"),
    "Z9": (GB_SOCIAL, "社会治理", "护路护线", "综治工作", "社会治理中心", "社会治理中心", "social"),
}

# How a kind of case leans over the year (January to December).
SEASONS = {
    "flat": (1.0, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    "summer": (0.7, 0.7, 0.8, 0.9, 1.1, 1.3, 1.6, 1.6, 1.3, 1.0, 0.8, 0.7),
    "winter": (1.5, 1.2, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.9, 1.2, 1.5),
    "spring": (0.7, 0.8, 1.3, 1.5, 1.3, 1.0, 0.9, 0.9, 0.9, 1.0, 0.9, 0.7),
    "autumn": (0.8, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1.2, 1.4, 1.5, 1.1),
    "storm": (0.5, 0.5, 0.7, 0.8, 1.0, 1.6, 1.9, 2.2, 1.6, 0.8, 0.5, 0.5),
    "snow": (1.0, 0.7, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5),
    "school": (0.6, 0.5, 1.2, 1.2, 1.2, 1.2, 0.4, 0.3, 1.5, 1.2, 1.2, 1.1),
    "wages": (2.2, 1.2, 0.8, 0.8, 0.8, 0.9, 0.8, 0.8, 0.8, 0.9, 1.1, 1.8),
}

# How it leans over the day: night (22–6), day, evening (18–22).
BANDS = {
    "day": (0.2, 1.0, 0.6),
    "evening": (0.6, 0.7, 2.2),
    "night": (6.0, 0.6, 1.8),
    "any": (1.5, 1.0, 1.0),
}

# Where: densely built streets, and towns and villages.
GROUNDS = {"urban": (1.0, 0.3), "both": (1.0, 1.0), "rural": (0.4, 1.0)}

# Class, code, name, weight, season, band, ground, limit, its unit, grade (1 grid … 4 district).
CATEGORIES: tuple[tuple[str, str, str, float, str, str, str, int, str, int], ...] = (
    ("01", "01001", "供水井盖异常", 8, "storm", "day", "both", 2, "紧急工作时", 3),
    ("02", "02014", "交通信号灯异常", 5, "storm", "day", "urban", 2, "紧急工作时", 4),
    ("04", "04013", "绿地异常", 18, "spring", "day", "urban", 5, "工作日", 3),
    ("06", "06001", "私搭乱建", 12, "flat", "day", "both", 10, "工作日", 3),
    ("06", "06010", "暴露垃圾", 110, "summer", "day", "both", 4, "工作时", 1),
    ("06", "06011", "积存垃圾渣土", 45, "flat", "day", "both", 1, "工作日", 2),
    ("06", "06012", "道路不洁", 60, "autumn", "day", "both", 4, "工作时", 1),
    ("06", "06027", "油烟污染", 25, "summer", "evening", "urban", 2, "工作日", 3),
    ("06", "06028", "噪声扰民", 50, "summer", "night", "urban", 1, "工作日", 3),
    ("06", "06036", "乱堆杂物", 80, "flat", "day", "both", 1, "工作日", 1),
    ("06", "06042", "垃圾站(箱)满溢", 40, "summer", "day", "both", 4, "工作时", 1),
    ("06", "06045", "非法占绿毁绿", 12, "spring", "day", "urban", 5, "工作日", 2),
    ("07", "07001", "非法小广告", 70, "flat", "day", "urban", 1, "工作日", 1),
    ("07", "07003", "违规户外广告", 12, "flat", "day", "urban", 5, "工作日", 3),
    ("07", "07006", "违规牌匾标识", 10, "flat", "day", "urban", 5, "工作日", 3),
    ("08", "08001", "施工扰民", 16, "summer", "night", "urban", 4, "工作时", 3),
    ("08", "08004", "工地扬尘", 14, "autumn", "day", "both", 4, "工作时", 4),
    ("08", "08011", "渣土运输车辆未安装密闭装置", 8, "flat", "night", "both", 2, "紧急工作时", 4),
    ("09", "09001", "无照经营游商", 60, "summer", "evening", "urban", 4, "工作时", 2),
    ("09", "09005", "店外经营", 70, "flat", "evening", "urban", 4, "工作时", 2),
    ("09", "09006", "占道经营", 50, "flat", "evening", "both", 4, "工作时", 2),
    ("09", "09009", "机动车乱停放", 110, "flat", "any", "urban", 4, "工作时", 2),
    ("09", "09011", "共享单车乱象", 70, "autumn", "day", "urban", 4, "工作时", 1),
    ("09", "09012", "占用消防通道", 18, "winter", "any", "both", 4, "紧急工作时", 3),
    ("09", "09019", "占用无障碍通道", 6, "flat", "day", "urban", 4, "工作时", 2),
    ("10", "10001", "道路积雪、结冰", 30, "snow", "any", "both", 4, "紧急工作时", 3),
    ("10", "10002", "架空线缆脱落", 10, "storm", "any", "both", 4, "紧急工作时", 3),
    ("L1", "L101", "邻里纠纷", 45, "flat", "evening", "both", 5, "工作日", 2),
    ("L1", "L102", "婚姻家庭纠纷", 20, "winter", "evening", "both", 10, "工作日", 2),
    ("L1", "L103", "劳动争议", 16, "wages", "day", "both", 15, "工作日", 3),
    ("L1", "L104", "物业纠纷", 30, "flat", "day", "urban", 15, "工作日", 3),
    ("L1", "L105", "治安隐患", 22, "winter", "any", "both", 2, "工作日", 2),
    ("L1", "L106", "消防安全隐患", 40, "winter", "day", "both", 3, "工作日", 2),
    ("L2", "L201", "食品安全", 18, "summer", "day", "both", 5, "工作日", 3),
    ("L2", "L202", "特种设备安全", 10, "flat", "any", "urban", 4, "工作时", 3),
    ("L2", "L203", "消费投诉", 35, "autumn", "day", "both", 10, "工作日", 3),
    ("L2", "L204", "价格与计量", 6, "flat", "day", "both", 10, "工作日", 4),
    ("L2", "L205", "无证无照经营", 8, "flat", "day", "both", 5, "工作日", 3),
    ("L3", "L301", "违法建设", 12, "flat", "day", "rural", 20, "工作日", 4),
    ("L3", "L302", "生活垃圾分类", 55, "flat", "day", "both", 1, "工作日", 1),
    ("L3", "L303", "违规养犬", 25, "spring", "evening", "both", 2, "工作日", 2),
    ("L3", "L304", "环境污染", 14, "summer", "any", "rural", 5, "工作日", 4),
    ("L3", "L305", "安全生产隐患", 20, "flat", "day", "rural", 3, "工作日", 3),
    ("L4", "L401", "办事咨询", 45, "flat", "day", "both", 1, "工作日", 2),
    ("L4", "L402", "社会救助", 10, "winter", "day", "rural", 10, "工作日", 3),
    ("L4", "L403", "养老助残", 14, "flat", "day", "both", 5, "工作日", 2),
    ("L4", "L404", "水电气报修", 40, "storm", "any", "both", 4, "紧急工作时", 2),
    ("L4", "L405", "线下服务需求", 8, "flat", "day", "rural", 2, "工作日", 2),
    ("Z6", "Z6", "", 6, "flat", "night", "both", 2, "工作日", 3),
    ("Z8", "Z8", "", 10, "school", "day", "both", 3, "工作日", 3),
    ("Z9", "Z9", "", 4, "flat", "day", "rural", 3, "工作日", 3),
)

MIXES = ("patrol", "voice", "social")

# Channel, how its reports begin, and its weight in each of MIXES: where patrols, callers or
# go-betweens find most.
CHANNELS = (
    ("网格员", "巡查发现", (52, 18, 62)),
    ("公众", "市民反映", (10, 24, 12)),
    ("视频", "监控发现", (17, 2, 2)),
    ("热线", "来电反映", (10, 40, 14)),
    ("上级交办", "上级交办", (3, 4, 4)),
    ("网络", "网上反映", (7, 11, 5)),
    ("其他", "发现", (1, 1, 1)),
)


# Whose trouble it is, by class or by the end of the name; all else has a spot in the open.
WHOSE = {"L2": "商户", "L4": "居民", "纠纷": "居民", "争议": "居民"}


def lay_out(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``gen_category`` and ``gen_channel`` and the wheels that draw from them.

    ``gen_category_wheel``: groups are 6 × month + 2 × band + 1 where it is urban.
    ``gen_channel_wheel``: groups are the numbers of MIXES.
    """
    con.execute("""
        create or replace temp table gen_category (
            id integer, class varchar, standard_ref varchar, domain varchar, category varchar,
            subcategory varchar, platform varchar, office varchar, bureau varchar, mix integer,
            worth integer, unit varchar, grade integer, whose varchar, pace double)
    """)
    weights: list[tuple[int, int, float]] = []
    for number, kind in enumerate(CATEGORIES):
        code, _, name, weight, season, band, ground, worth, unit, grade = kind
        standard, domain, title, platform, office, bureau, mix = CLASSES[code]
        con.execute(
            "insert into gen_category"
            f" values ({', '.join('?' * 14)}, exp(chance({number}, 'kind') - 0.5))",
            [number, code, standard, domain, title, name or None, platform, office, bureau,
             MIXES.index(mix), worth, unit, grade, WHOSE.get(code) or WHOSE.get(name[-2:])],
        )  # fmt: skip
        weights += [
            (6 * month + 2 * part + (ground_number == 0), number, weight * a * b * c)
            for month, a in enumerate(SEASONS[season], 1)
            for part, b in enumerate(BANDS[band])
            for ground_number, c in enumerate(GROUNDS[ground])
        ]
    wheel(con, "gen_category_wheel", weights)
    con.execute(
        "create or replace temp table gen_channel as select * from (values "
        + ", ".join(f"({n}, '{c[0]}', '{c[1]}')" for n, c in enumerate(CHANNELS))
        + ") as channels(id, channel, opening)"
    )
    wheel(
        con,
        "gen_channel_wheel",
        ((m, n, weight) for n, c in enumerate(CHANNELS) for m, weight in enumerate(c[2])),
    )
