"""What stands around every page: the product's name, freshness, language, theme; and the bar of a
place: where one is, and over which days.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from cockpit.answers.snapshot import Snapshot
from cockpit.model.period import NAMED
from cockpit.web import numbers
from cockpit.web.elements import Child, Element, element
from cockpit.web.urls import State
from cockpit.web.view import SUBJECT, View
from cockpit.web.words import LANGUAGES, Words

NAME = "\x01viewer\x01"
"""Stands for the name of who looks: a page is kept for all who may see the same."""
FRESH_HOURS, OLD_HOURS = 26, 72
"""Data older than the first are ageing, older than the second old."""


def page(
    words: Words,
    title: str,
    *content: Child,
    bar: Child = None,
    snapshot: Snapshot | None = None,
    switch: str = "?",
    address: str = "",
    shared: bool = True,
) -> Element:
    """A whole page: what a browser shows as its title, the bar, the content.

    ``switch`` is the address of the same page in the other language. A page that is ``shared`` is
    kept for many and gets the name of each who looks.
    """
    return element(
        "Div",
        element("A", words("skip"), href="#content", cls="skip"),
        _header(words, snapshot, switch, shared),
        element("Main", bar, *content, id="content", tabIndex="-1"),
        lang=LANGUAGES[words.language],
        data_title=title,
        data_address=address,
        cls="page",
    )


def _header(words: Words, snapshot: Snapshot | None, switch: str, shared: bool) -> Element:
    other = next(each for each in LANGUAGES if each != words.language)
    return element(
        "Header",
        element(
            "Div",
            element("A", words("product"), href="/", cls="product"),
            _demo(words) if snapshot is not None and snapshot.demo else None,
            cls="brand",
        ),
        _freshness(words, snapshot) if snapshot is not None else None,
        element(
            "Div",
            element("A", NAME, href="/account", cls="button me", title=words("account"))
            if shared
            else None,
            element(
                "A",
                words("language"),
                href=switch,
                cls="button",
                lang=LANGUAGES[other],
                title=words("language_meaning"),
                data_stay="",
            ),
            element(
                "Button",
                element("Span", "", cls="theme-mark", aria_hidden="true"),
                type="button",
                cls="button theme",
                data_theme="",
                aria_label=words("theme"),
                title=words("theme"),
            ),
            cls="switches",
        ),
        cls="header",
    )


def _demo(words: Words) -> Element:
    return element("Strong", words("demo"), cls="demo", title=words("demo_meaning"))


def _freshness(words: Words, snapshot: Snapshot) -> Element:
    """Until when the data speak, and when they were published; a script tells how long ago."""
    zone = ZoneInfo(str(snapshot.about["timezone"]))
    as_of = snapshot.standing(SUBJECT).as_of
    ages = {
        "data_words": "|".join(
            words(word) for word in ("now", "minutes", "hours", "days", "fresh", "ageing", "old")
        ),
        "data_limits": f"{FRESH_HOURS}|{OLD_HOURS}",
    }

    def since(when: datetime, state: bool) -> Element:
        epoch = int(when.replace(tzinfo=zone).timestamp())
        return element(
            "Span", data_age=str(epoch), data_judged="" if state else None, cls="age", **ages
        )

    return element(
        "Div",
        element(
            "Span",
            element("Span", words("as_of"), cls="quiet"),
            element("Time", numbers.moment(as_of, words.language), date_time=as_of.isoformat()),
            since(as_of, True),
            cls="clock",
        )
        if as_of
        else None,
        element(
            "Span",
            element("Span", words("published"), cls="quiet"),
            since(snapshot.published, False),
            cls="clock",
            title=numbers.moment(snapshot.published, words.language),
        ),
        cls="freshness",
        role="group",
        aria_label=words("freshness"),
    )


def bar(view: View, words: Words) -> Element:
    """The path from the root, the place's name, and the choice of days."""
    name = words.place(view.place, str(view.snapshot.about["name_en"]))
    return element(
        "Div",
        element(
            "Div",
            _path(view, words),
            element("H1", name, element("Small", _kind(view, words))),
            cls="where",
        ),
        _periods(view, words),
        cls="bar",
    )


def _kind(view: View, words: Words) -> str:
    """Level and brain, and in English how the name is said."""
    said = words.brain(view.place)
    if words.language == "en" and view.place.pinyin and view.place.parent is not None:
        said = f"{view.place.pinyin.title()} · {said}"
    return said


def _path(view: View, words: Words) -> Element:
    steps = []
    for place in view.path:
        here = place.code == view.place.code
        steps.append(
            element(
                "Li",
                element(
                    "A",
                    element("Span", words.place(place, str(view.snapshot.about["name_en"]))),
                    element("Small", words.brain(place)),
                    href=view.state.href(place=place.code),
                    aria_current="page" if here else None,
                ),
            )
        )
    return element("Nav", element("Ol", *steps), aria_label=words("path"), cls="path")


def _periods(view: View, words: Words) -> Element:
    state = view.state
    choices = [
        element(
            "A",
            words(f"period_{name}"),
            href=state.href(period=name, since=None, until=None),
            aria_current="true" if state.period == name else None,
            data_stay="",
        )
        for name in NAMED
    ]
    return element(
        "Div",
        element(
            "Div",
            *choices,
            _own(view, words),
            cls="choices",
            role="group",
            aria_label=words("period"),
            title=words("period_ends"),
        ),
        element("P", span(view, words), cls="span"),
        cls="periods",
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
        cls="own",
    )


def span(view: View, words: Words) -> str:
    """The days looked at, in words."""
    if view.period.since is None and view.period.until is None:
        return words("span_all")
    since, until = view.period.since, view.period.until or view.as_of
    last = numbers.day(until, words.language)
    if since is None:
        return words("span_until", until=last)
    first = (
        numbers.short_day(since, words.language)
        if words.language == "en" and since.year == until.year
        else numbers.day(since, words.language)
    )
    said = words("span", since=first, until=last)
    return f"{said} · {words('span_days', n=(until - since).days + 1)}"


def language_switch(state: State, words: Words) -> str:
    """The same page in the other language."""
    return state.href(language=next(each for each in LANGUAGES if each != words.language))
