"""Pages without numbers: nothing published yet, no such place, something went wrong."""

from __future__ import annotations

from cockpit.answers.snapshot import Snapshot
from cockpit.model.places import Place
from cockpit.people.gate import Refused, Viewer
from cockpit.people.roles import Right
from cockpit.web import frame
from cockpit.web.catalog import CATALOG
from cockpit.web.elements import Child, Element, element
from cockpit.web.urls import State
from cockpit.web.words import Words

DEMO = "cockpit demo"
INGEST = "cockpit ingest cases.csv --source cases"


def empty(words: Words) -> Element:
    """Nothing is published yet: what to type."""
    return _page(
        words,
        "empty",
        words("empty"),
        element("P", words("empty_meaning")),
        element(
            "Dl",
            element("Dt", words("empty_demo")),
            element("Dd", element("Code", DEMO)),
            element("Dt", words("empty_ingest")),
            element("Dd", element("Code", INGEST)),
            cls="commands",
        ),
        element("P", words("empty_waits"), cls="quiet", data_waits=""),
    )


def lost(words: Words, snapshot: Snapshot, root: Place, language: str) -> Element:
    """No such page."""
    return _nowhere(words, snapshot, root, language, words("lost"), words("lost_meaning"))


def no_row(words: Words, snapshot: Snapshot, root: Place, language: str) -> Element:
    """No such row, or none of this viewer's: which of the two is not told."""
    return _nowhere(words, snapshot, root, language, words("row_none"), words("row_none_meaning"))


def _nowhere(
    words: Words, snapshot: Snapshot, root: Place, language: str, title: str, meaning: str
) -> Element:
    return _page(
        words,
        "lost",
        title,
        element("P", meaning),
        element("P", words("lost_search"), cls="quiet"),
        _home(words, snapshot, root, language),
        snapshot=snapshot,
    )


def refused(
    words: Words,
    snapshot: Snapshot,
    viewer: Viewer,
    why: Refused,
    state: State | None,
    asks: bool = False,
) -> Element:
    """What the viewer may not see, or what is not there: what may be seen, and whom to ask."""
    root = snapshot.tree.find(viewer.root) if viewer.root else snapshot.tree.root
    totals = why.why == "right" and Right.SEE_DATA in viewer.rights and not asks
    word = "rows" if totals else why.why
    unknown = word == "unknown"
    return _page(
        words,
        "lost" if unknown else "refused",
        words(f"refused_{word}", code=state.place if state else ""),
        element("P", words(f"refused_{word}_meaning", place=root.name if root else "")),
        element("P", words("lost_search" if unknown else "refused_ask"), cls="quiet"),
        _home(words, snapshot, root, state.language if state else "")
        if root and word != "right"
        else None,
        snapshot=snapshot,
        search=word in ("unknown", "place", "rows"),
    )


def _home(words: Words, snapshot: Snapshot, root: Place, language: str) -> Element:
    name = words.place(root, str(snapshot.about["name_en"]))
    href = State(root.code, language=language).href()
    return element("P", element("A", words("to_root", place=name), href=href, cls="button strong"))


def no_panel(words: Words, snapshot: Snapshot, name: str) -> Element:
    """There is no such file."""
    return _page(
        words,
        "lost",
        words("preview_lost"),
        element("P", words("preview_lost_meaning", name=name[:40])),
        element("P", element("A", words("catalog_all"), href=CATALOG, cls="button strong")),
        snapshot=snapshot,
    )


def no_entry(words: Words, snapshot: Snapshot) -> Element:
    """The catalogue has no such entry."""
    return _page(
        words,
        "lost",
        words("catalog_lost"),
        element("P", element("A", words("catalog_all"), href=CATALOG, cls="button strong")),
        snapshot=snapshot,
    )


def broken(words: Words, number: str) -> Element:
    """A fault of ours; its story is in the log under that number."""
    return _page(
        words,
        "broken",
        words("broken"),
        element("P", words("broken_meaning", number=number)),
        element("P", element("A", words("again"), href="", cls="button strong", data_reload="")),
        shared=False,
    )


def silent(words: Words) -> Element:
    """Nothing is shown while nothing can be written down."""
    return _page(
        words,
        "broken",
        words("refused_audit"),
        element("P", words("refused_audit_meaning")),
        element("P", element("A", words("again"), href="", cls="button strong", data_reload="")),
        shared=False,
    )


def waiting(words: Words) -> Element:
    """What stands there until the first numbers come."""
    bone = element("Div", cls="bone")
    return frame.page(
        words,
        words("product"),
        element("P", words("loading"), cls="loading", role="status"),
        element(
            "Div",
            element("Div", cls="bone bar-bone"),
            *([bone] * 6),
            *([element("Div", cls="bone card-bone")] * 2),
            cls="tiles bones",
            aria_hidden="true",
        ),
        shared=False,
    )


def _page(
    words: Words,
    sign: str,
    title: str,
    *content: Child,
    snapshot: Snapshot | None = None,
    shared: bool = True,
    search: bool = True,
) -> Element:
    """One card with its sign: empty, lost, refused, broken."""
    other = next(each for each in ("zh", "en") if each != words.language)
    return frame.page(
        words,
        words("title", place=title, product=words("product")),
        element(
            "Section",
            element("Span", "", cls=f"sign sign-{sign}", aria_hidden="true"),
            element("H1", title),
            *content,
            cls="card plain-page",
        ),
        snapshot=snapshot,
        switch=f"?lang={other}",
        shared=shared,
        search=search,
    )
