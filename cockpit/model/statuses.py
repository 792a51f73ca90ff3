"""How the rows of each fact may stand (状态): open, overdue, left open, closed, and the like.

They are what lists are cut by and what stands beside a row. The stocks among them say what the
metrics of the same name say as of now.
"""

from __future__ import annotations

from cockpit.model.fact import Status

CASE_STATUSES = (
    Status("open", "未结", "Open", "not void and not refused and not was_closed", True, "warn"),
    Status(
        "overdue",
        "超期未结",
        "Overdue and open",
        "not void and not refused and not left_open and not on_hold and closed_at is null"
        " and due_at::date <= $as_of::date",
        True,
        "bad",
    ),
    Status("left_open", "留白未结", "Left open", "left_open and not was_closed", True, "warn"),
    Status("on_hold", "挂账中", "On hold", "on_hold and not was_closed", True, "warn"),
    Status("closed", "已结案", "Closed", "was_closed and not void and not refused", tone="good"),
    Status(
        "late",
        "超期结案",
        "Closed late",
        "closed_at > due_at and not overdue_exempt",
        tone="bad",
    ),
    Status("exempt", "不计超时", "Overdue waived", "overdue_exempt and overdue_raw"),
    Status("rework", "返工", "Reworked", "rework_count > 0", tone="warn"),
    Status("extended", "延期", "Extended", "extension_count > 0"),
    Status("self_closed", "自报自结", "Self-closed", "self_closed"),
    Status("forced", "强制结案", "Forced close", "forced_close", tone="warn"),
    Status("repeated", "重复问题", "Repeats", "repeat_of is not null"),
    Status("unsatisfied", "不满意", "Not satisfied", "satisfaction = '不满意'", tone="bad"),
    Status("refused", "不予受理", "Refused", "refused"),
    Status("void", "作废", "Void", "void"),
)

WARNING_STATUSES = (
    Status(
        "open",
        "未销号",
        "Open",
        "case when false_alarm then coalesce(judged_at, cleared_at) else cleared_at end is null",
        True,
        "warn",
    ),
    Status(
        "unsigned",
        "未签收",
        "Not signed for",
        "signed_at is null and cleared_at is null and not false_alarm",
        True,
        "bad",
    ),
    Status(
        "overdue",
        "超期未销号",
        "Overdue and open",
        "not false_alarm and not left_open and cleared_at is null"
        " and clear_due_at::date <= $as_of::date",
        True,
        "bad",
    ),
    Status(
        "left_open", "留白未销号", "Left open", "left_open and cleared_at is null", True, "warn"
    ),
    Status("signed_late", "签收超时", "Signed late", "signed_at > sign_due_at", tone="bad"),
    Status("answered_late", "反馈超时", "Answered late", "answered_at > answer_due_at", tone="bad"),
    Status("escalated", "已升级", "Escalated", "escalated", tone="warn"),
    Status("false_alarm", "误报", "False alarm", "false_alarm"),
    Status("cleared", "已销号", "Cleared", "cleared_at is not null", tone="good"),
)

DATASET_STATUSES = (
    Status(
        "excluded",
        "不予共享",
        "Kept back",
        "sharing_class = '不予共享' and retired_at is null",
        True,
        "warn",
    ),
    Status(
        "with_basis",
        "不予共享(有依据)",
        "Kept back, a law cited",
        "sharing_class = '不予共享' and legal_basis is not null and retired_at is null",
        True,
    ),
    Status(
        "without_basis",
        "不予共享(无依据)",
        "Kept back, no law cited",
        "sharing_class = '不予共享' and legal_basis is null and retired_at is null",
        True,
        "bad",
    ),
    Status(
        "shared",
        "已共享",
        "Shared",
        "shared_at is not null and retired_at is null",
        True,
        "good",
    ),
    Status(
        "unshared",
        "应共享未共享",
        "To be shared, and not",
        "shared_at is null and retired_at is null and not left_open"
        " and not (sharing_class = '不予共享' and legal_basis is not null)",
        True,
        "bad",
    ),
    Status(
        "never_called",
        "共享后从未调用",
        "Shared, never called",
        "shared_at is not null and called_at is null and retired_at is null",
        True,
        "warn",
    ),
    Status(
        "stale",
        "更新逾期",
        "Renewal overdue",
        "renew_due_at < $as_of and retired_at is null",
        True,
        "bad",
    ),
    Status("left_open", "留白", "Left open", "left_open and retired_at is null", True, "warn"),
    Status("retired", "已下线", "Retired", "retired_at is not null"),
)

REQUEST_STATUSES = (
    Status(
        "open",
        "未答复",
        "Not answered",
        "answered_at is null and withdrawn_at is null",
        True,
        "warn",
    ),
    Status(
        "overdue",
        "超期未答复",
        "Answer overdue",
        "answered_at is null and withdrawn_at is null and not left_open"
        " and answer_due_at::date <= $as_of::date",
        True,
        "bad",
    ),
    Status(
        "unprovided",
        "同意未提供",
        "Granted, not provided",
        "granted and provided_at is null and withdrawn_at is null and kind <> '校核'",
        True,
        "warn",
    ),
    Status(
        "left_open",
        "留白未答复",
        "Left open",
        "left_open and answered_at is null and withdrawn_at is null",
        True,
        "warn",
    ),
    Status("answered_late", "超期答复", "Answered late", "answered_at > answer_due_at", tone="bad"),
    Status("declined", "不同意", "Declined", "granted = false", tone="warn"),
    Status("provided", "已提供", "Provided", "provided_at is not null", tone="good"),
    Status("answered", "已答复", "Answered", "answered_at is not null", tone="good"),
    Status("withdrawn", "已撤回", "Withdrawn", "withdrawn_at is not null"),
)
