"""The page of a list: what rows these are, how they are cut and ordered, and the rows."""

from __future__ import annotations

from typing import Any

from cockpit.answers.lists import MOST, PAGE, Filter, Row, filterable, sortable
from cockpit.answers.small import FINEST
from cockpit.model.counting import PARTS, Part
from cockpit.model.fact import Column
from cockpit.model.metric import Tally
from cockpit.web import cells, frame, numbers
from cockpit.web.days import days
from cockpit.web.dossier import Shown
from cockpit.web.elements import Child, Element, element
from cockpit.web.listing import row_href, written
from cockpit.web.path import path
from cockpit.web.taking import links
from cockpit.web.words import LANGUAGES, Words

SIGNS = {"is": "rows_is", "from": "rows_since", "to": "rows_until"}


def build(shown: Shown, words: Words) -> Element:
    """The whole page."""
    asked = shown.listing
    name = words.place(shown.place, str(shown.snapshot.about["name_en"]))
    title = words("rows_title", place=name, fact=words.fact(asked.fact))
    other = next(each for each in LANGUAGES if each != words.language)
    return frame.page(
        words,
        words("title", place=title, product=words("product")),
        *_notices(shown, words),
        element(
            "Section",
            _what(shown, words),
            _states(shown, words),
            _filters(shown, words),
            cls="card asked",
            aria_label=words("rows_filters"),
        ),
        element(
            "Section",
            _count(shown, words),
            _table(shown, words) if shown.listed.rows else _nothing(words),
            _pager(shown, words),
            element("P", words("rows_masked"), cls="quiet"),
            links(asked.href(page=1), shown.seen, words) if shown.listed.rows else None,
            cls="card rows-card",
            aria_labelledby="rows-count",
        ),
        bar=_bar(shown, words, title),
        snapshot=shown.snapshot,
        switch=asked.href(language=other),
        address=asked.href(),
    )


def _notices(shown: Shown, words: Words) -> list[Element]:
    told = []
    if shown.seen.asked is not None:
        told.append(words("cut", code=shown.seen.asked.code, place=shown.place.name))
    if shown.listing.wrong:
        told.append(words("wrong", what=", ".join(shown.listing.wrong)))
    if shown.listing.declared.sensitive and shown.place.rung == FINEST:
        told.append(words("rows_kept_back"))
    return [element("P", text, cls="notice", role="status") for text in told]


# ── Where and when ───────────────────────────────────────────────────────────────────────────────


def _bar(shown: Shown, words: Words, title: str) -> Element:
    asked, state = shown.listing, shown.listing.state
    name = words.place(shown.place, str(shown.snapshot.about["name_en"]))
    return element(
        "Div",
        element(
            "Div",
            path(shown.path, shown.snapshot, words, lambda code: asked.href(place=code)),
            element(
                "H1",
                title,
                element(
                    "Small",
                    element(
                        "A",
                        words("to_root", place=name),
                        href=state.href(metric=state.metric),
                        cls="to-place",
                    ),
                ),
            ),
            cls="where",
        ),
        days(state, shown.period, shown.as_of, words, asked.href, compares=False)
        if not asked.stands
        else None,
        cls="bar",
    )


# ── What is asked ────────────────────────────────────────────────────────────────────────────────


def _what(shown: Shown, words: Words) -> Element:
    """Which rows these are: behind which number, by which clock."""
    asked = shown.listing
    if shown.metric is None or shown.here is None:
        by = (
            words("rows_stand", day=numbers.day(shown.as_of, words.language))
            if asked.stands
            else words("rows_by", column=words.column(asked.fact, asked.declared.month))
        )
        return element(
            "Div",
            element("H2", words("rows_all", fact=words.fact(asked.fact))),
            element("P", by, cls="quiet"),
            cls="what",
        )
    metric = shown.metric.metric
    clock = metric.enters if metric.stock else metric.clock
    return element(
        "Div",
        element("H2", words("rows_metric", metric=words.metric(metric))),
        element("P", words.meaning(metric), cls="quiet"),
        element(
            "Div",
            *(
                element(
                    "A",
                    element("Span", words(f"part_{part}")),
                    element("Strong", _many(shown.here, part)),
                    href=asked.href(part=part),
                    aria_current="true" if part == asked.part else None,
                    data_stay="",
                )
                for part in PARTS
                if part != "denominator" or metric.denominator
            ),
            element(
                "A",
                words("rows_all", fact=words.fact(asked.fact)),
                href=asked.href(part=None, metric=""),
                data_stay="",
            ),
            cls="parts-of",
            role="group",
            aria_label=words.metric(metric),
        ),
        element(
            "P",
            element("Span", words("clock" if not metric.stock else "enters"), cls="quiet"),
            " ",
            words.column(asked.fact, clock),
            cls="quiet",
        ),
        cls="what",
    )


def _many(counted: Tally, part: Part) -> str:
    if counted.hidden:
        return counted.hidden
    number = {
        "numerator": counted.numerator,
        "denominator": counted.denominator,
        "left_open": counted.left_open,
    }[part]
    return numbers.whole(number or 0)


def _states(shown: Shown, words: Words) -> Element:
    asked = shown.listing
    choices = [
        element(
            "A",
            words("audit_all"),
            href=asked.href(status=""),
            aria_current="true" if not asked.status else None,
            data_stay="",
        )
    ]
    choices += [
        element(
            "A",
            words.status(asked.fact, each.name),
            href=asked.href(status=each.name),
            aria_current="true" if each.name == asked.status else None,
            data_stay="",
        )
        for each in asked.declared.statuses
    ]
    return element(
        "Div",
        element("Span", words("rows_state"), cls="quiet"),
        *choices,
        cls="pills",
        role="group",
        aria_label=words("rows_state"),
    )


def _filters(shown: Shown, words: Words) -> Element:
    asked = shown.listing
    chips: list[Child] = []
    for each in asked.filters:
        value = cells.said(each.value, words)
        text = words(SIGNS[each.how], column=words.column(asked.fact, each.column), value=value)
        chips.append(_chip(text, asked.without(each), words))
    if asked.find:
        text = words("rows_is", column=words("rows_find"), value=asked.find)
        chips.append(_chip(text, asked.href(find=""), words))
    if len(chips) > 1:
        clear = asked.href(filters=(), find="")
        chips.append(element("A", words("rows_clear"), href=clear, cls="clear", data_stay=""))
    return element(
        "Div",
        *chips,
        _search(shown, words),
        _add(shown, words),
        cls="filters",
    )


def _chip(text: str, href: str, words: Words) -> Element:
    return element(
        "A",
        text,
        element("Span", "✕", aria_hidden="true"),
        href=href,
        cls="chip",
        title=words("rows_take_away", filter=text),
        aria_label=words("rows_take_away", filter=text),
        data_stay="",
    )


def _field(name: str, label: str, value: str = "", kind: str = "text") -> Element:
    """A labelled field; ``assets/address.js`` puts the browser's own there."""
    spot = element("Span", cls="day", data_day=name, data_value=value, data_kind=kind)
    return element("Label", element("Span", label), spot)


def _search(shown: Shown, words: Words) -> Element:
    return element(
        "Form",
        _field("q", words("rows_find"), shown.listing.find, "search"),
        element("Button", words("rows_apply"), type="submit", cls="button"),
        action=shown.listing.href(find=""),
        method="get",
        cls="find",
        role="search",
        title=words("rows_find_hint"),
    )


def _add(shown: Shown, words: Words) -> Element:
    """What may be added: a column's value or range, and the columns of which all values are
    known.
    """
    asked = shown.listing
    listed = filterable(asked.declared)
    chosen = {each.column: written(each.value) for each in asked.filters if each.how == "is"}
    options = [
        element("Option", words.column(asked.fact, name), value=name)
        for name in listed
        if name not in ("source", "place")
    ]
    return element(
        "Details",
        element("Summary", words("rows_filter"), cls="button"),
        element(
            "Form",
            *(
                _choice(asked.fact, column, chosen.get(column.name, ""), words)
                for column in asked.declared.columns
                if column.allowed
            ),
            element(
                "Label",
                element("Span", words("rows_column")),
                element(
                    "Select",
                    element("Option", words("rows_any"), value=""),
                    *options,
                    name="column",
                ),
            ),
            _field("value", words("rows_value")),
            _field("from", words("rows_from")),
            _field("to", words("rows_to")),
            element("Button", words("rows_apply"), type="submit", cls="button strong"),
            action=asked.href(page=1),
            method="get",
        ),
        cls="own add fold",
    )


def _choice(fact: str, column: Column, chosen: str, words: Words) -> Element:
    return element(
        "Label",
        element("Span", words.column(fact, column.name)),
        element(
            "Select",
            element("Option", words("rows_any"), value="", selected="" if not chosen else None),
            *(
                element(
                    "Option",
                    words.value(value),
                    value=value,
                    selected="selected" if value == chosen else None,
                )
                for value in column.allowed
            ),
            name=f"is.{column.name}",
        ),
    )


# ── The rows ─────────────────────────────────────────────────────────────────────────────────────


def _count(shown: Shown, words: Words) -> Element:
    listed = shown.listed
    total = words("rows_more" if listed.more else "rows_total", n=numbers.whole(listed.total))
    first = (shown.listing.page - 1) * PAGE + 1
    said: list[Child] = [element("H2", total, id="rows-count")]
    if listed.rows:
        last = first + len(listed.rows) - 1
        said.append(
            element(
                "Span",
                words("rows_shown", first=numbers.whole(first), last=numbers.whole(last)),
                cls="quiet",
            )
        )
    if listed.amount is not None:
        amount = words("rows_amount", n=numbers.whole(listed.amount))
        said.append(element("Span", amount, cls="quiet"))
    return element("Div", *said, cls="card-head")


def _nothing(words: Words) -> Element:
    return element(
        "Div",
        element("P", words("rows_none")),
        element("P", words("rows_none_meaning"), cls="quiet"),
        cls="nothing",
    )


def _table(shown: Shown, words: Words) -> Element:
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


def _pager(shown: Shown, words: Words) -> Child:
    asked, last = shown.listing, shown.listed.pages
    last = min(last, MOST // PAGE)
    if last < 2 and asked.page < 2:
        return None

    def link(word: str, page: int, on: bool) -> Element:
        if not on:
            return element("Span", words(word), cls="button off", aria_disabled="true")
        return element("A", words(word), href=asked.href(page=page), cls="button")

    return element(
        "Nav",
        link("rows_first", 1, asked.page > 1),
        link("rows_back", min(asked.page - 1, last), asked.page > 1),
        element("Span", words("rows_page", n=asked.page, all=numbers.whole(last)), cls="quiet"),
        link("rows_next", asked.page + 1, asked.page < last),
        cls="pager",
        aria_label=words("rows_pages"),
    )
