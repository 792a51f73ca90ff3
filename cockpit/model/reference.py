"""What the declarations of the facts give people: CSV templates and the reference of columns."""

from __future__ import annotations

from cockpit.model.fact import Column, Fact
from cockpit.model.facts import FACTS, fact


def template(name: str) -> str:
    """The header line of a fact's own CSV. Raises Mistake for a name that is no fact."""
    return ",".join(c.name for c in fact(name).columns if c.name != "source") + "\n"


def reference() -> str:
    """Every fact and column, as Markdown."""
    head = (
        "# 事实与字段 Facts and columns\n\n"
        "由声明生成,勿手改。Generated from the declarations by `cockpit new reference`;"
        " a test keeps it in step.\n"
    )
    return head + "".join(_section(one) for one in FACTS.values())


def _section(one: Fact) -> str:
    lines = [
        f"\n## {one.name} {one.title}\n",
        f"{one.meaning}\n",
        f"Key: {', '.join(one.key)}. File of a snapshot: the month of {one.month}.\n",
        "| column | 名称 | type | meaning | allowed |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(column) for column in one.columns]
    lines += [
        f"| {d.name} | {d.title} | {d.type}, derived | {d.meaning} | `{_cell(d.sql)}` |"
        for d in one.derived
    ]
    lines += [f"\nRefused: {check.reason}." for check in one.checks]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _row(column: Column) -> str:
    marks = [column.type, *(["required"] if column.required else [])]
    marks += [column.unit] if column.unit else []
    marks += [f"masked: {column.privacy}"] if column.privacy else []
    bounds = [f"≥ {column.least:g}"] if column.least is not None else []
    bounds += [f"≤ {column.most:g}"] if column.most is not None else []
    allowed = ", ".join([*column.allowed, *bounds])
    if column.default:
        allowed += f"{'; ' if allowed else ''}default {column.default}"
    return f"| {column.name} | {column.title} | {', '.join(marks)} | {column.meaning} | {allowed} |"
