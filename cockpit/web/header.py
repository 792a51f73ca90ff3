"""The head of every page: the product's name, the search for a place, how fresh the data are,
language, light and dark.
"""

from __future__ import annotations

from datetime import datetime

from cockpit.answers.snapshot import Snapshot
from cockpit.web import numbers
from cockpit.web.elements import Child, Element, element
from cockpit.web.search import MOST
from cockpit.web.subject import facts, rows, subjects
from cockpit.web.words import LANGUAGES, Words

FRESH_HOURS, OLD_HOURS = 26, 72
"""Data older than the first are ageing, older than the second old."""


def header(
    words: Words, snapshot: Snapshot | None, subject: str, switch: str, *, me: Child, search: bool
) -> Element:
    """The head. ``switch`` is the address of the same page in the other language, ``me`` the menu
    of who looks; who sees no places is offered no search.
    """
    return element(
        "Header",
        element(
            "Div",
            element("A", words("product"), href="/", cls="product"),
            _demo(words) if snapshot is not None and snapshot.demo else None,
            cls="brand",
        ),
        _search(words) if search and snapshot is not None else None,
        _freshness(words, snapshot, subject) if snapshot is not None else None,
        _switches(words, switch),
        me,
        cls="header",
    )


def _demo(words: Words) -> Element:
    return element("Strong", words("demo"), cls="demo", title=words("demo_meaning"))


def _search(words: Words) -> Element:
    """Where one may search: ``assets/places.js`` puts the field there and knows what to say."""
    return element(
        "Div",
        cls="search",
        role="search",
        data_search="",
        data_label=words("search"),
        data_hint=words("search_hint"),
        data_none=words("search_none"),
        data_more=words("search_more", n=MOST),
        data_lost=words("search_lost"),
        data_found=words("search_found", n="{n}"),
        data_filter=words("siblings_filter"),
        data_leave=words("close"),
    )


def _switches(words: Words, switch: str) -> Element:
    other = next(each for each in LANGUAGES if each != words.language)
    return element(
        "Div",
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
        element(
            "Button",
            element("Span", "?", aria_hidden="true"),
            type="button",
            cls="button ask-keys",
            data_keys="",
            aria_label=words("keys"),
            title=words("keys"),
        ),
        cls="switches",
    )


def _freshness(words: Words, snapshot: Snapshot, subject: str) -> Element:
    """Three clocks: until when the data speak, when they were published, when the server last
    answered. Scripts tell how long ago each was.
    """
    as_of = _as_of(snapshot, subject)
    published = snapshot.published
    told = (
        element(
            "Span",
            element("Span", words("as_of"), cls="quiet"),
            element(
                "Time",
                f"{_day(snapshot, as_of, words)} {as_of:%H:%M}",
                date_time=as_of.isoformat(),
            ),
            _age(words, snapshot, as_of, judged=True),
            cls="clock data",
        )
        if as_of
        else None,
        element(
            "Span",
            element("Span", words("published"), cls="quiet"),
            _age(words, snapshot, published),
            cls="clock published",
        ),
        element(
            "Span",
            element("Span", words("link"), cls="quiet"),
            _link(words),
            cls="clock link",
        ),
    )
    return element(
        "Details",
        element("Summary", *told),
        element("Div", _clocks(words, snapshot), cls="folded"),
        cls="freshness fold",
        title=words("freshness"),
    )


def _clocks(words: Words, snapshot: Snapshot) -> Element:
    """The same in full: what each kind of data speaks for, and what the clocks mean."""
    pairs: list[Child] = []
    for fact in snapshot.about["facts"]:
        as_of = snapshot.standing(fact).as_of
        if as_of is not None:
            pairs += (
                element("Dt", words("data_of", fact=words.fact(fact))),
                element(
                    "Dd",
                    element("Span", numbers.moment(as_of, words.language)),
                    _age(words, snapshot, as_of),
                ),
            )
    pairs += (
        element(
            "Dd",
            words("data_meaning", fresh=FRESH_HOURS, old=OLD_HOURS),
            cls="quiet",
        ),
        element("Dt", words("published")),
        element(
            "Dd",
            element("Span", numbers.moment(snapshot.published, words.language)),
            _age(words, snapshot, snapshot.published),
        ),
        element("Dd", words("published_meaning", id=snapshot.id), cls="quiet"),
        element("Dt", words("link")),
        element("Dd", _link(words), element("Span", data_link="age", cls="age", **_ages(words))),
        element("Dd", words("link_meaning"), cls="quiet"),
    )
    return element("Dl", *pairs)


def _day(snapshot: Snapshot, as_of: datetime, words: Words) -> str:
    """A day whose year is told where it is not the one in which it was published."""
    told = numbers.short_day if as_of.year == snapshot.published.year else numbers.day
    return told(as_of.date(), words.language)


def _as_of(snapshot: Snapshot, subject: str) -> datetime | None:
    """What the data of a subject speak for: where they are of several facts, the oldest."""
    shown = [subject] if subject else [each for each in subjects(snapshot) if rows(snapshot, each)]
    known = [snapshot.standing(fact).as_of for each in shown[:1] for fact in facts(snapshot, each)]
    return min((each for each in known if each), default=None)


def _link(words: Words) -> Element:
    return element(
        "Span", data_link="state", data_words=f"{words('link_up')}|{words('link_lost')}", cls="age"
    )


def _age(words: Words, snapshot: Snapshot, when: datetime, judged: bool = False) -> Element:
    return element(
        "Span",
        data_age=str(snapshot.epoch(when)),
        data_judged="" if judged else None,
        cls="age",
        **_ages(words),
    )


def _ages(words: Words) -> dict[str, str]:
    said = ("now", "minutes", "hours", "days", "fresh", "ageing", "old")
    return {
        "data_words": "|".join(words(word) for word in said),
        "data_limits": f"{FRESH_HOURS}|{OLD_HOURS}",
    }
