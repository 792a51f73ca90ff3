"""The fact ``cases`` (事件): one row a case, with every stage of its life.

Stages after GB/T 30428.8 and the platform practice in the field notes: report, accept, verify
(before filing), file, dispatch, handle, check (after handling), close, visit.
"""

from __future__ import annotations

from cockpit.model.fact import (
    IS_LEFT_OPEN,
    LEFT_OPEN,
    PLACE,
    SOURCE,
    UPDATED,
    Check,
    Column,
    Derived,
    Fact,
    Step,
    due,
    flag,
    moment,
)
from cockpit.model.statuses import CASE_STATUSES

STAGES = (
    ("reported_at", "上报时间", "Reported", "事件被发现、上报。It was found and reported."),
    ("accepted_at", "受理时间", "Accepted", "受理员受理。The desk accepted it."),
    (
        "verified_at",
        "核实时间",
        "Verified",
        "立案前的现场核实(公众举报)。Seen on site before filing.",
    ),
    ("filed_at", "立案时间", "Filed", "值班长立案。The duty officer opened the file."),
    ("dispatched_at", "派遣时间", "Dispatched", "派给处置部门。Given to the unit that handles it."),
    ("handled_at", "处置完成时间", "Handled", "部门报告处置完成。The unit reports it done."),
    ("checked_at", "核查时间", "Checked", "处置后的现场核查。Seen on site after handling."),
    ("closed_at", "结案时间", "Closed", "结案。The file was closed."),
    ("visited_at", "回访时间", "Visited", "回访完成。The reporter was asked."),
)

DUES = (
    ("file_due_at", "立案期限", "Filing due", "应在此前立案。To be filed by then."),
    ("dispatch_due_at", "派遣期限", "Dispatch due", "应在此前派遣。To be dispatched by then."),
    ("handle_due_at", "处置期限", "Handling due", "应在此前处置完成。To be handled by then."),
    ("due_at", "结案期限", "Closing due", "应在此前结案。To be closed by then."),
)

PLATFORMS = ("综治工作", "市场监管", "综合执法", "便民服务")
CHANNELS = ("网格员", "公众", "视频", "热线", "上级交办", "网络", "其他")
SATISFACTION = ("非常满意", "满意", "不满意")


CASES = Fact(
    name="cases",
    title="事件",
    title_en="Cases",
    meaning="一行一件:从上报到结案、回访的全过程。"
    "One row a case, from report to closing and visit.",
    key=("source", "number"),
    month="reported_at",
    columns=(
        SOURCE,
        Column(
            "number",
            "VARCHAR",
            "来源编号",
            "Number",
            "来源系统里的编号,原样保存。The number in its own system, kept as it came.",
            required=True,
            privacy="number",
        ),
        PLACE,
        Column("title", "VARCHAR", "标题", "Title", "事件简述。In short.", privacy="free_text"),
        Column("address", "VARCHAR", "事发位置", "Address", "事发位置。Where.", privacy="address"),
        Column("reporter", "VARCHAR", "上报人", "Reporter", "上报人姓名。Name.", privacy="name"),
        Column("phone", "VARCHAR", "联系电话", "Phone", "联系电话。Phone.", privacy="phone"),
        Column(
            "standard_ref",
            "VARCHAR",
            "分类标准",
            "Standard",
            "分类所依的标准,随件保存,如 GB/T 47678.5-2026。The standard its category belongs to.",
        ),
        Column("domain", "VARCHAR", "领域", "Domain", "领域,如 城市管理。Domain of governance."),
        Column("category", "VARCHAR", "类别", "Category", "类别代码或名称。Code or name."),
        Column("subcategory", "VARCHAR", "小类", "Subcategory", "小类代码或名称。Code or name."),
        Column(
            "platform",
            "VARCHAR",
            "平台",
            "Platform",
            "基层治理四平台之一。One of the four platforms.",
            allowed=PLATFORMS,
        ),
        Column("channel", "VARCHAR", "渠道", "Channel", "上报渠道。How it came.", allowed=CHANNELS),
        Column(
            "grade",
            "INTEGER",
            "事件级别",
            "Grade",
            "1 网格自办 2 村社 3 街镇 4 区县(可配置)。Who handles it, 1 grid to 4 district.",
            least=1,
            most=4,
        ),
        Column(
            "department", "VARCHAR", "处置部门", "Department", "处置部门。The unit that handles."
        ),
        *(moment(*each, required=each is STAGES[0]) for each in STAGES),
        *(due(*each) for each in DUES),
        flag("refused", "不予受理", "Refused", "不予受理。It was not accepted."),
        flag("void", "作废", "Void", "立案后作废。Filed, then declared void."),
        Column(
            "rework_count",
            "INTEGER",
            "返工次数",
            "Reworks",
            "核查不通过的次数。How often the check failed.",
            unit="times",
            least=0,
        ),
        Column(
            "extension_count",
            "INTEGER",
            "延期次数",
            "Extensions",
            "批准延期的次数。How often its limit was extended.",
            unit="times",
            least=0,
        ),
        flag("on_hold", "挂账中", "On hold", "挂账中,时钟暂停。Its clock stands still now."),
        Column(
            "hold_hours",
            "DOUBLE",
            "挂账工作时",
            "Hours on hold",
            "处置期间挂账的工作时。Working hours on hold while it was handled.",
            unit="working hours",
            least=0,
        ),
        flag("self_closed", "自报自结", "Self-closed", "上报人自己结案。Its reporter closed it."),
        flag("forced_close", "强制结案", "Forced close", "强制结案。Closed by order."),
        flag(
            "overdue_exempt",
            "不计超时",
            "Overdue waived",
            "超时申诉通过,统计不计超时;原始超时仍可见。"
            "An appeal was granted: not counted as overdue, the raw fact stays.",
        ),
        Column(
            "verdict",
            "BOOLEAN",
            "来源判定按期",
            "On time by its source",
            "来源自己的按期判定;只给判定、不给期限的来源用它。"
            "The source's own verdict, for sources that give one and no limit.",
        ),
        Column(
            "satisfaction",
            "VARCHAR",
            "满意度",
            "Satisfaction",
            "回访所得的满意度。What the visit found.",
            allowed=SATISFACTION,
        ),
        Column(
            "repeat_of",
            "VARCHAR",
            "重复于",
            "Repeats",
            "同一问题的前一件编号。The number of the earlier case about the same thing.",
            privacy="number",
        ),
        *LEFT_OPEN,
        Column(
            "lon",
            "DOUBLE",
            "经度",
            "Longitude",
            "事发点经度。Degrees east.",
            unit="degree",
            least=-180,
            most=180,
            privacy="coordinate",
        ),
        Column(
            "lat",
            "DOUBLE",
            "纬度",
            "Latitude",
            "事发点纬度。Degrees north.",
            unit="degree",
            least=-90,
            most=90,
            privacy="coordinate",
        ),
        UPDATED,
    ),
    derived=(
        IS_LEFT_OPEN,
        Derived(
            "judged_at",
            "TIMESTAMP",
            "coalesce(due_at, case when verdict is not null then reported_at end)",
            "应结案时间",
            "Judged at",
            "结案期限;只有来源判定而无期限时用上报时间。"
            "The closing limit; the report where there is a verdict and no limit.",
        ),
        Derived(
            "overdue_raw",
            "BOOLEAN",
            "case when due_at is not null then not coalesce(closed_at <= due_at, false)"
            " else not verdict end",
            "原始超期",
            "Not on time (raw)",
            "未在期限内结案,不看申诉。Not closed within its limit, appeals aside.",
        ),
        Derived(
            "was_closed",
            "BOOLEAN",
            "closed_at is not null or verdict is not null",
            "已结案",
            "Closed",
            "有结案时间,或来源已作判定。It has a closing time or a verdict.",
        ),
    ),
    checks=(
        *(
            Check(
                f"{later} < {earlier}",
                later,
                f"{later} lies before {earlier}",
            )
            for earlier, later in (
                ("reported_at", "accepted_at"),
                ("reported_at", "filed_at"),
                ("reported_at", "dispatched_at"),
                ("dispatched_at", "handled_at"),
                ("reported_at", "closed_at"),
                ("reported_at", "visited_at"),
            )
        ),
        Check("(lon is null) <> (lat is null)", "lon", "lon and lat come together or not at all"),
    ),
    heading="title",
    listed=(
        "number",
        "title",
        "subcategory",
        "channel",
        "department",
        "reported_at",
        "due_at",
        "closed_at",
    ),
    search=("number", "title"),
    statuses=CASE_STATUSES,
    badges=("refused", "void", "left_open", "on_hold", "overdue", "open", "late", "closed"),
    steps=(
        Step("reported_at"),
        Step("accepted_at"),
        Step("verified_at"),
        Step("filed_at", "file_due_at", ("accepted_at", "reported_at")),
        Step("dispatched_at", "dispatch_due_at", ("filed_at", "reported_at")),
        Step("handled_at", "handle_due_at", ("dispatched_at", "filed_at", "reported_at")),
        Step("checked_at"),
        Step("closed_at", "due_at", ("dispatched_at", "filed_at", "reported_at")),
        Step("visited_at"),
    ),
)
