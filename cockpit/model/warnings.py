"""The fact ``warnings`` (预警): one row a warning about a place, a topic or an enterprise.

Never about a person. The loop: raised, signed, judged, dispatched, handled, fed back, checked,
cleared (生成→签收→研判→派单→处置→反馈→复核→销号).
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
    Fact,
    Step,
    due,
    flag,
    moment,
)
from cockpit.model.statuses import WARNING_STATUSES

COLOURS = ("red", "orange", "yellow", "blue")

SENSITIVE = ("访源", "黄赌毒", "交通亡人", "命案", "外来人口异动")
"""Topics in which a count of one or two in a grid points at people (ours, not official)."""

LOOP = (
    ("raised_at", "生成时间", "Raised", "预警生成。The warning was raised."),
    ("signed_at", "签收时间", "Signed for", "责任单位签收。The unit in charge took it."),
    ("judged_at", "研判时间", "Judged", "研判完成。It was weighed."),
    ("dispatched_at", "派单时间", "Dispatched", "派单、关联案件。Given out, cases linked."),
    ("handled_at", "处置时间", "Handled", "处置完成。Handled."),
    ("answered_at", "反馈时间", "Fed back", "处置结果反馈。The outcome was reported."),
    ("checked_at", "复核时间", "Checked", "上级复核。The level above looked."),
    ("cleared_at", "销号时间", "Cleared", "销号。Struck off."),
)

DUES = (
    ("sign_due_at", "签收期限", "Signing due", "应在此前签收。To be signed for by then."),
    ("answer_due_at", "反馈期限", "Feedback due", "应在此前反馈。To be answered by then."),
    ("clear_due_at", "销号期限", "Clearing due", "应在此前销号。To be cleared by then."),
)

WARNINGS = Fact(
    name="warnings",
    title="预警",
    title_en="Warnings",
    meaning="一行一条预警:对地方、专题或企业,不对个人。"
    "One row a warning about a place, a topic or an enterprise, never a person.",
    key=("source", "number"),
    month="raised_at",
    columns=(
        SOURCE,
        Column(
            "number",
            "VARCHAR",
            "预警编号",
            "Number",
            "来源系统里的编号。The number in its own system.",
            required=True,
            privacy="number",
        ),
        PLACE,
        Column("topic", "VARCHAR", "专题", "Topic", "预警专题,如 电诈。", required=True),
        Column(
            "colour",
            "VARCHAR",
            "颜色",
            "Colour",
            "预警颜色,红最高(本系统默认,非官方)。Red is the highest; ours, not official.",
            required=True,
            allowed=COLOURS,
        ),
        Column(
            "enterprise",
            "VARCHAR",
            "企业",
            "Enterprise",
            "所涉企业名称(公开登记信息)。The enterprise concerned, as publicly registered.",
        ),
        Column("rule", "VARCHAR", "规则", "Rule", "生成它的规则。The rule that raised it."),
        Column("value", "DOUBLE", "数值", "Value", "触发时的数值。The value that set it off."),
        Column("baseline", "DOUBLE", "基线", "Baseline", "同口径的基线。What is usual."),
        Column("case_number", "VARCHAR", "关联案件", "Case", "关联案件编号。", privacy="number"),
        Column("unit", "VARCHAR", "责任单位", "Unit", "负责闭环的单位。Who is to close the loop."),
        *(moment(*each, required=each is LOOP[0]) for each in LOOP),
        *(due(*each) for each in DUES),
        flag("false_alarm", "误报", "False alarm", "研判为误报。Judged to be a false alarm."),
        flag("escalated", "已升级", "Escalated", "逾期升级。It went one level up."),
        *LEFT_OPEN,
        UPDATED,
    ),
    derived=(IS_LEFT_OPEN,),
    checks=tuple(
        Check(f"{name} < raised_at", name, f"{name} lies before raised_at") for name, *_ in LOOP[1:]
    ),
    sensitive=SENSITIVE,
    heading="topic",
    listed=(
        "number",
        "topic",
        "colour",
        "value",
        "baseline",
        "unit",
        "raised_at",
        "signed_at",
        "clear_due_at",
        "cleared_at",
    ),
    search=("number", "topic", "enterprise"),
    statuses=WARNING_STATUSES,
    badges=("false_alarm", "left_open", "overdue", "unsigned", "open", "cleared"),
    steps=(
        Step("raised_at"),
        Step("signed_at", "sign_due_at", ("raised_at",)),
        Step("judged_at"),
        Step("dispatched_at"),
        Step("handled_at"),
        Step("answered_at", "answer_due_at", ("raised_at",)),
        Step("checked_at"),
        Step("cleared_at", "clear_due_at", ("raised_at",)),
    ),
)
