"""How a list is cut: the states its rows may be in, what is filtered, and the forms that add more.
Every choice is an address.
"""

from __future__ import annotations

from cockpit.answers.lists import filterable
from cockpit.model.fact import Column
from cockpit.web import cells
from cockpit.web.dossier import Shown
from cockpit.web.elements import Child, Element, element
from cockpit.web.listing import written
from cockpit.web.words import Words

SIGNS = {"is": "rows_is", "from": "rows_since", "to": "rows_until"}


def states(shown: Shown, words: Words) -> Element:
    """The states, of which one may be chosen."""
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


def filters(shown: Shown, words: Words) -> Element:
    """What is filtered, each to be taken away again, and what may be added."""
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
