"""Over which days one looks, and with which they are compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cockpit.model.period import COMPARISONS, NAMED, Period, compared
from cockpit.web import numbers
from cockpit.web.elements import Element, element
from cockpit.web.urls import State
from cockpit.web.words import Words

Href = Callable[..., str]
"""The address of this page, with what is named in it changed."""


def days(
    state: State, period: Period, as_of: date, words: Words, href: Href, *, compares: bool = True
) -> Element:
    """The choice of a period, of a comparison where the page ``compares``, and which days these
    are.
    """
    chosen = words(f"period_{state.period or 'own'}")
    before = against(state, period, words) if compares else None
    return element(
        "Div",
        _choice(words("period"), chosen, _periods(state, period, words, href)),
        _choice(words("compare"), words(f"compare_{state.compare}"), _ways(state, words, href))
        if compares
        else None,
        element(
            "P",
            element("Span", span(period, as_of, words)),
            element("Span", before, cls="against") if compares else None,
            cls="span",
        ),
        cls="periods",
    )


def span(period: Period, as_of: date, words: Words) -> str:
    """The days of a period, in words."""
    if period.since is None and period.until is None:
        return words("span_all")
    until = period.until or as_of
    if period.since is None:
        return words("span_until", until=numbers.day(until, words.language))
    said = stretch(period.since, until, words)
    return f"{said} · {words('span_days', n=(until - period.since).days + 1)}"


def against(state: State, period: Period, words: Words) -> str | None:
    """The days it is compared with, in words; None where it is not to be compared."""
    if state.compare == "none":
        return None
    before = compared(period, state.period, state.compare)
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


def _periods(state: State, period: Period, words: Words, href: Href) -> Element:
    return element(
        "Div",
        *(
            element(
                "A",
                words(f"period_{name}"),
                href=href(period=name, since=None, until=None),
                aria_current="true" if state.period == name else None,
                data_stay="",
            )
            for name in NAMED
        ),
        _own(state, period, words, href),
        cls="choices",
        role="group",
        aria_label=words("period"),
        title=words("period_ends"),
    )


def _ways(state: State, words: Words, href: Href) -> Element:
    return element(
        "Div",
        *(
            element(
                "A",
                words(f"compare_{how}"),
                href=href(compare=how),
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


def _own(state: State, period: Period, words: Words, href: Href) -> Element:
    """Two days of one's own choice: the form's answer is an address like any other. Dash has no
    field for a day that is the browser's own, so ``assets/address.js`` puts it there.
    """

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
            day("since", period.since),
            day("until", period.until),
            element("Button", words("show"), type="submit", cls="button strong"),
            action=href(period="", since=None, until=None),
            method="get",
        ),
        cls="own fold",
    )
