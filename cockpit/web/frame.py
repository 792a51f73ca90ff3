"""What stands around every page: its head, the bar of a place (where one is, over which days, on
which subject), and the table of keys.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from cockpit.answers.snapshot import Snapshot
from cockpit.web.days import days
from cockpit.web.days import span as days_of
from cockpit.web.elements import Child, Element, element
from cockpit.web.header import header
from cockpit.web.keys import keys
from cockpit.web.path import heading, path
from cockpit.web.tabs import tabs
from cockpit.web.urls import State, read
from cockpit.web.view import View
from cockpit.web.words import LANGUAGES, Words

ME = "\x01me\x01"
"""Stands for the menu of who looks: a page is kept for all who may see the same."""


def page(
    words: Words,
    title: str,
    *content: Child,
    bar: Child = None,
    snapshot: Snapshot | None = None,
    switch: str = "?",
    address: str = "",
    shared: bool = True,
    search: bool = True,
) -> Element:
    """A whole page: what a browser shows as its title, the bar, the content.

    ``switch`` is the address of the same page in the other language. A page that is ``shared`` is
    kept for many and gets the menu of each who looks.
    """
    where = urlsplit(address)
    state = read(where.path, where.query)
    return element(
        "Div",
        element("A", words("skip"), href="#content", cls="skip"),
        header(
            words,
            snapshot,
            state.subject if state else "",
            switch,
            me=ME if shared else None,
            search=search,
        ),
        element("P", words("offline"), cls="offline", role="status"),
        element("Main", bar, *content, id="content", tabIndex="-1"),
        keys(words, snapshot),
        element("P", cls="unseen", role="status", data_renewed=words("renewed")),
        lang=LANGUAGES[words.language],
        data_title=title,
        data_address=address,
        data_snapshot=snapshot.id if snapshot is not None else "" if shared else None,
        cls="page",
    )


def bar(view: View, words: Words) -> Element:
    """The path from the root, the place's name, the choice of days, the subjects."""
    state = view.state
    return element(
        "Div",
        element(
            "Div",
            path(view.path, view.snapshot, words, lambda code: state.href(place=code)),
            heading(view.place, view.snapshot, words),
            cls="where",
        ),
        days(state, view.period, view.as_of, words, state.href),
        tabs(state, view.snapshot, words),
        cls="bar",
    )


def span(view: View, words: Words) -> str:
    """The days looked at, in words."""
    return days_of(view.period, view.as_of, words)


def language_switch(state: State, words: Words) -> str:
    """The same page in the other language."""
    return state.href(language=next(each for each in LANGUAGES if each != words.language))
