"""The table of a list; on a phone its rows are cards."""

from __future__ import annotations

from typing import Any

from cockpit.answers.glimpse import Row
from cockpit.answers.lists import Filter, filterable, sortable
from cockpit.web import cells, numbers
from cockpit.web.dossier import Shown
from cockpit.web.elements import Child, Element, element
from cockpit.web.listing import row_href
from cockpit.web.words import Words


def table(shown: Shown, words: Words) -> Element:
    """The rows of a page, their number first, then how they stand and where they lie."""
    asked = shown.listing
    columns = list(shown.listed.rows[0].values)
    heads = [_head(shown, words, columns[0])]
    heads.append(element("Th", words("rows_state"), scope="col", role="columnheader"))
    heads.append(element("Th", words("rows_where"), scope="col", role="columnheader"))
    heads += [_head(shown, words, name) for name in columns[1:]]
    adds = any(row.amount is not None for row in shown.listed.rows)
    if adds:
        heads.append(element("Th", words("rows_adds"), scope="col", role="columnheader"))
    return element(
        "Div",
        element(
            "Table",
            element("Thead", element("Tr", *heads, role="row"), role="rowgroup"),
            element(
                "Tbody",
                *(_row(shown, words, row, columns, adds) for row in shown.listed.rows),
                role="rowgroup",
            ),
            role="table",
            cls=f"rows {asked.fact}",
            aria_labelledby="rows-count",
        ),
        cls="wide",
        tabIndex="0",
        role="region",
        aria_labelledby="rows-count",
    )


def _head(shown: Shown, words: Words, name: str) -> Element:
    """A column's title; a click orders by it, another the other way round."""
    asked = shown.listing
    title = words.column(asked.fact, name)
    if name not in sortable(asked.declared):
        return element("Th", title, scope="col", role="columnheader")
    chosen = name == (asked.sort or asked.declared.month)
    times = dict(asked.declared.typed)[name] in ("TIMESTAMP", "DATE")
    falling = not asked.falling if chosen else times
    order = ("descending" if asked.falling else "ascending") if chosen else None
    return element(
        "Th",
        element(
            "A",
            title,
            href=asked.href(sort=name, falling=falling),
            title=words("rows_sort", column=title),
            data_stay="",
        ),
        scope="col",
        role="columnheader",
        aria_sort=order,
        cls="chosen" if chosen else None,
    )


def _row(shown: Shown, words: Words, row: Row, columns: list[str], adds: bool) -> Element:
    asked = shown.listing
    first, *rest = columns
    number = cells.said(row.values[first], words)
    more = [_cell(shown, words, row, name) for name in rest]
    if adds:
        more.append(
            element(
                "Td",
                numbers.whole(row.amount) if row.amount is not None else numbers.BLANK,
                role="cell",
                cls="figure-cell",
                data_label=words("rows_adds"),
            )
        )
    return element(
        "Tr",
        element(
            "Th",
            element(
                "A",
                number,
                href=row_href(asked.fact, row.ref, asked.state),
                title=words("rows_open", number=number),
            ),
            scope="row",
            role="rowheader",
        ),
        element(
            "Td", cells.badge(asked.fact, row, words), role="cell", data_label=words("rows_state")
        ),
        element(
            "Td",
            cells.where(shown.snapshot, row.place, shown.place),
            role="cell",
            cls="where-cell",
            data_label=words("rows_where"),
        ),
        *more,
        role="row",
        data_ref=row.ref,
    )


def _cell(shown: Shown, words: Words, row: Row, name: str) -> Element:
    asked, value = shown.listing, row.values[name]
    kind = dict(asked.declared.typed)[name]
    text = cells.said(value, words)
    inside: Child = text
    by_value = kind == "VARCHAR" and name in filterable(asked.declared) and bool(value)
    if by_value and Filter(name, "is", value) not in asked.filters:
        inside = element(
            "A",
            text,
            href=asked.only(name, value),
            title=words("rows_only", column=words.column(asked.fact, name), value=text),
            data_stay="",
        )
    return element(
        "Td",
        inside,
        role="cell",
        cls=_looks(name, kind, value) or None,
        data_label=words.column(asked.fact, name),
    )


def _looks(name: str, kind: str, value: Any) -> str:
    if value is None:
        return "blank-cell"
    if kind in ("TIMESTAMP", "DATE"):
        return "time-cell"
    if kind in ("INTEGER", "DOUBLE"):
        return "figure-cell"
    return f"colour-{value}" if name == "colour" else f"{name}-cell"
