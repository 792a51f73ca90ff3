"""The words of panels; ``words`` has them among all others."""

PANELS: dict[str, tuple[str, str]] = {
    "panels": ("专题分析", "Panels"),
    "panel_about": ("关于“{panel}”", "About “{panel}”"),
    "panel_rest": ("其他", "Others"),
    "panel_unfilled": ("未填", "Not filled in"),
    "panel_yes": ("是", "Yes"),
    "panel_no": ("否", "No"),
    "panel_clock": ("口径：{clock}", "By: {clock}"),
    "panel_stands": ("口径：期末存量", "Standing at the period's end"),
    "panel_as_of": ("截至 {day}", "as of {day}"),
    "panel_cut": (
        "结果超过 {n} 行，只取了前 {n} 行。",
        "There are more than {n} rows; only the first {n} are here.",
    ),
    "panel_hidden": (
        "敏感专题在最细一级的小数不显示：<5 为不足五，* 为防推算一并隐去。",
        "Small counts of sensitive topics are hidden at the finest level: <5 is under five, * is "
        "hidden so that nobody can work it out.",
    ),
    "panel_left_out": (
        "图中未单独画出 {n} 项，见下方表格。",
        "{n} more are not drawn one by one; see the table below.",
    ),
    "panel_table_cut": (
        "表格只列前 {n} 行，共 {all} 行。",
        "The table lists the first {n} of {all} rows.",
    ),
    "panel_nothing": ("本处本期没有可列的数", "Nothing to show here in this period"),
    "panel_unprinted": (
        "尚未载入：请用页面上的“打印”打印全部内容。",
        "Not loaded yet: print with the page's own button to have all of it.",
    ),
    "panel_says": (
        "{panel}：{asks} 图，{n} 行；其后是同样内容的表格。",
        "{panel}: {asks} A chart of {n} rows; the same as a table follows.",
    ),
    "panel_question": ("问题", "Question"),
    "panel_sql": ("查询", "Query"),
    "panel_owner": ("负责人", "Owner"),
    "panel_author": ("作者", "Written by"),
    "panel_draft": ("草稿", "Draft"),
    "panel_draft_meaning": (
        "只有分析员看得到；发布后领导可见。",
        "Only analysts see it until it is published.",
    ),
    "panel_took": ("用时", "Took"),
    "panel_took_ms": ("{ms} 毫秒", "{ms} ms"),
    "panel_broken": (
        "这个面板有错，只有分析员看得到这张卡片",
        "This panel is broken; only analysts see this card",
    ),
    "metric_broken": (
        "这个指标写得不对，仍按原来的写法计算；只有分析员看得到这张卡片",
        "This metric is wrong and is counted as it was before; only analysts see this card",
    ),
    "rule_broken": (
        "这条规则有错，不会运行；只有分析员看得到",
        "This rule is broken and will not run; only analysts see this",
    ),
    "panel_slow": (
        "这个面板太慢，已停下，只有分析员看得到这张卡片",
        "This panel was too slow and was stopped; only analysts see this card",
    ),
}
