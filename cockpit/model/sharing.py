"""The facts of data sharing (数据共享): ``datasets`` and ``share_requests``.

Terms after 《政务数据共享条例》 (in force 2025-08-01): three classes of sharing; only what a law
forbids may stay out, and the basis is stated in the catalogue.
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
    moment,
)
from cockpit.model.statuses import DATASET_STATUSES, REQUEST_STATUSES

CLASSES = ("无条件共享", "有条件共享", "不予共享")
CYCLES = ("实时", "每日", "每周", "每旬", "每月", "每季度", "每年")
WAYS = ("系统对接", "联机查询", "在线浏览", "调用服务", "下载", "拷贝")

DATASETS = Fact(
    name="datasets",
    title="数据目录",
    title_en="Datasets",
    meaning="一行一个目录项:谁提供、怎样共享、是否真的在用。"
    "One row an entry of the catalogue: who provides it, how it is shared, whether it is used.",
    key=("source", "number"),
    month="listed_at",
    columns=(
        SOURCE,
        Column(
            "number",
            "VARCHAR",
            "目录编号",
            "Number",
            "目录编号。Number in the catalogue.",
            required=True,
        ),
        PLACE,
        Column("name", "VARCHAR", "目录名称", "Name", "目录名称。Its name.", required=True),
        Column("provider", "VARCHAR", "提供单位", "Provider", "提供单位。Who provides it."),
        Column(
            "sharing_class",
            "VARCHAR",
            "共享属性",
            "Sharing class",
            "三类共享属性之一。One of the three classes.",
            required=True,
            allowed=CLASSES,
        ),
        Column(
            "legal_basis",
            "VARCHAR",
            "不予共享依据",
            "Legal basis",
            "不予共享所依的法律、行政法规或国务院决定;无依据者仍在分母。"
            "The law that forbids sharing; without one the entry stays in the denominator.",
        ),
        Column("way", "VARCHAR", "共享方式", "Way", "共享方式。How it is shared.", allowed=WAYS),
        Column(
            "cycle", "VARCHAR", "更新频率", "Cycle", "更新频率。How often renewed.", allowed=CYCLES
        ),
        Column(
            "security_class", "VARCHAR", "数据分级", "Security class", "数据分类分级。Its class."
        ),
        moment("listed_at", "编目时间", "Listed", "编入目录。It was listed.", required=True),
        moment("collected_at", "归集时间", "Collected", "归集、挂接。"),
        moment("shared_at", "共享时间", "Shared", "实际共享。Shared."),
        moment("renewed_at", "更新时间", "Renewed", "数据最近更新。"),
        due("renew_due_at", "应更新时间", "Renewal due", "按频率应更新的时间。"),
        moment("called_at", "最近调用", "Last called", "最近被调用。"),
        moment("retired_at", "下线时间", "Retired", "目录下线。"),
        Column(
            "rows_total",
            "DOUBLE",
            "数据行数",
            "Rows",
            "质检的行数。Rows that were checked.",
            unit="rows",
            least=0,
        ),
        Column(
            "rows_good",
            "DOUBLE",
            "合格行数",
            "Good rows",
            "质检合格的行数。Rows that passed.",
            unit="rows",
            least=0,
        ),
        *LEFT_OPEN,
        UPDATED,
    ),
    derived=(IS_LEFT_OPEN,),
    checks=(
        Check("shared_at < listed_at", "shared_at", "shared_at lies before listed_at"),
        Check("retired_at < listed_at", "retired_at", "retired_at lies before listed_at"),
        Check("rows_good > rows_total", "rows_good", "rows_good is more than rows_total"),
    ),
    heading="name",
    listed=(
        "number",
        "name",
        "provider",
        "sharing_class",
        "legal_basis",
        "way",
        "cycle",
        "shared_at",
        "renewed_at",
        "called_at",
    ),
    search=("number", "name", "provider"),
    statuses=DATASET_STATUSES,
    badges=("retired", "left_open", "with_basis", "without_basis", "unshared", "shared"),
    steps=(
        Step("listed_at"),
        Step("collected_at"),
        Step("shared_at"),
        Step("renewed_at"),
        Step("called_at"),
        Step("retired_at"),
    ),
)

SHARE_REQUESTS = Fact(
    name="share_requests",
    title="共享申请",
    title_en="Share requests",
    meaning="一行一次共享申请、回流申请或校核纠错。"
    "One row a request to share, to send data back down, or to correct data.",
    key=("source", "number"),
    month="asked_at",
    columns=(
        SOURCE,
        Column("number", "VARCHAR", "申请编号", "Number", "申请编号。Its number.", required=True),
        PLACE,
        Column("dataset", "VARCHAR", "目录编号", "Dataset", "所申请的目录编号。Its number."),
        Column(
            "kind",
            "VARCHAR",
            "申请类型",
            "Kind",
            "共享、回流或校核。Share, send back down, or correct.",
            allowed=("共享", "回流", "校核"),
            default="'共享'",
        ),
        Column("asker", "VARCHAR", "申请单位", "Asker", "申请单位。Who asks."),
        Column("provider", "VARCHAR", "提供单位", "Provider", "提供单位。Who is asked."),
        Column(
            "sharing_class",
            "VARCHAR",
            "共享属性",
            "Sharing class",
            "申请时目录的共享属性。The class of the entry when it was asked for.",
            allowed=CLASSES,
        ),
        moment("asked_at", "申请时间", "Asked", "提出申请。It was asked.", required=True),
        moment("answered_at", "答复时间", "Answered", "答复。Answered."),
        moment("provided_at", "提供时间", "Provided", "数据已提供。"),
        moment("withdrawn_at", "撤回时间", "Withdrawn", "申请撤回。"),
        due("answer_due_at", "答复期限", "Answer due", "答复期限(可配置)。"),
        due("provide_due_at", "提供期限", "Provision due", "提供期限(可配置)。"),
        Column(
            "granted", "BOOLEAN", "同意", "Granted", "是否同意;未答复为空。NULL until answered."
        ),
        Column(
            "reason",
            "VARCHAR",
            "不同意理由",
            "Reason",
            "不同意的理由。Why not.",
        ),
        *LEFT_OPEN,
        UPDATED,
    ),
    derived=(IS_LEFT_OPEN,),
    checks=tuple(
        Check(f"{name} < asked_at", name, f"{name} lies before asked_at")
        for name in ("answered_at", "provided_at", "withdrawn_at")
    ),
    heading="asker",
    listed=(
        "number",
        "dataset",
        "kind",
        "asker",
        "provider",
        "sharing_class",
        "asked_at",
        "answer_due_at",
        "answered_at",
        "granted",
        "provided_at",
    ),
    search=("number", "dataset", "asker", "provider"),
    statuses=REQUEST_STATUSES,
    badges=(
        "withdrawn",
        "left_open",
        "overdue",
        "open",
        "declined",
        "provided",
        "unprovided",
        "answered",
    ),
    steps=(
        Step("asked_at"),
        Step("answered_at", "answer_due_at", ("asked_at",)),
        Step("provided_at", "provide_due_at", ("answered_at",)),
        Step("withdrawn_at"),
    ),
)
