"""Over which days one looks, and with which they are compared."""

from __future__ import annotations

from datetime import date

from cockpit.model.period import COMPARISONS, NAMED, compared
from cockpit.web import numbers
from cockpit.web.elements import Element, element
from cockpit.web.view import View
from cockpit.web.words import Words


def days(view: View, words: Words) -> Element:
    """The choice of a period and of a comparison, and which days these are."""
    state = view.state
    return element(
        "Div",
        _choice(words("period"), words(f"period_{state.period or 'own'}"), _periods(view, words)),
        _choice(words("compare"), words(f"compare_{state.compare}"), _comparisons(view, words)),
        element(
            "P",
            element("Span", span(view, words)),
            element("Span", against(view, words), cls="against"),
            cls="span",
        ),
        cls="periods",
    )


def span(view: View, words: Words) -> str:
    """The days looked at, in words."""
    if view.period.since is None and view.period.until is None:
        return words("span_all")
    since, until = view.period.since, view.period.until or view.as_of
    if since is None:
        return words("span_until", until=numbers.day(until, words.language))
    said = stretch(since, until, words)
    return f"{said} · {words('span_days', n=(until - since).days + 1)}"


def against(view: View, words: Words) -> str | None:
    """The days they are compared with, in words; None where they are not to be compared."""
    state = view.state
    if state.compare == "none":
        return None
    before = compared(view.period, state.period, state.compare)
    if before is None or before.since is None or before.until is None:
        return words("compared_nothing")
    return words("compared", span=stretch(before.since, before.until, words))


def stretch(since: date, until: date, words: Words) -> str:
    """Days from one to another, in words."""
    last = numbers.day(until, words.language)
    if since == until:
        return last
    first = (
        numbers.short_day(since, words.language)
        if words.language == "en" and since.year == until.year
        else numbers.day(since, words.language)
    )
    return words("span", since=first, until=last)


def _choice(name: str, chosen: str, choices: Element) -> Element:
    """On a desk all choices stand side by side; on a phone they unfold from the one that holds."""
    return element(
        "Div",
        element(
            "Button",
            element("Span", name, cls="quiet"),
            element("Span", chosen),
            type="button",
            cls="button unfold",
            data_unfold="",
            aria_expanded="false",
        ),
        choices,
        cls="choice",
    )


def _periods(view: View, words: Words) -> Element:
    state = view.state
    return element(
        "Div",
        *(
            element(
                "A",
                words(f"period_{name}"),
                href=state.href(period=name, since=None, until=None),
                aria_current="true" if state.period == name else None,
                data_stay="",
            )
            for name in NAMED
        ),
        _own(view, words),
        cls="choices",
        role="group",
        aria_label=words("period"),
        title=words("period_ends"),
    )


def _comparisons(view: View, words: Words) -> Element:
    state = view.state
    return element(
        "Div",
        *(
            element(
                "A",
                words(f"compare_{how}"),
                href=state.href(compare=how),
                aria_current="true" if state.compare == how else None,
                title=words(f"compare_{how}_meaning"),
                data_stay="",
            )
            for how in COMPARISONS
        ),
        cls="compare",
        role="group",
        aria_label=words("compare"),
    )


def _own(view: View, words: Words) -> Element:
    """Two days of one's own choice: the form's answer is an address like any other. Dash has no
    field for a day that is the browser's own, so ``assets/address.js`` puts it there.
    """
    state = view.state

    def day(name: str, value: object) -> Element:
        field = element("Span", cls="day", data_day=name, data_value=str(value or ""))
        return element("Label", words(name), field)

    return element(
        "Details",
        element(
            "Summary",
            words("period_own"),
            aria_current="true" if not state.period else None,
        ),
        element(
            "Form",
            day("since", view.period.since),
            day("until", view.period.until),
            element("Button", words("show"), type="submit", cls="button strong"),
            action=state.href(period="", since=None, until=None),
            method="get",
        ),
        cls="own fold",
    )
