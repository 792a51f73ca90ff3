"""Pages without numbers: nothing published yet, no such place, something went wrong."""

from __future__ import annotations

from cockpit.answers.snapshot import Snapshot
from cockpit.web import frame
from cockpit.web.elements import Child, Element, element
from cockpit.web.urls import State
from cockpit.web.words import Words

DEMO = "cockpit demo"
INGEST = "cockpit ingest cases.csv --source cases"


def empty(words: Words) -> Element:
    """Nothing is published yet: what to type."""
    return _page(
        words,
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


def lost(words: Words, snapshot: Snapshot, code: str | None, language: str) -> Element:
    """No such place (``code``), or no such page at all."""
    root = snapshot.tree.root
    return _page(
        words,
        words("lost") if code is None else words("lost_place", code=code),
        element("P", words("lost_meaning")),
        element(
            "P",
            element(
                "A",
                words("to_root", place=words.place(root, str(snapshot.about["name_en"]))),
                href=State(root.code, language=language).href(),
                cls="button strong",
            ),
        ),
        snapshot=snapshot,
    )


def broken(words: Words, number: str) -> Element:
    """A fault of ours; its story is in the log under that number."""
    return _page(
        words,
        words("broken"),
        element("P", words("broken_meaning", number=number)),
        element("P", element("A", words("again"), href="", cls="button strong", data_reload="")),
    )


def waiting(words: Words) -> Element:
    """What stands there until the first numbers come."""
    bone = element("Div", cls="bone")
    return frame.page(
        words,
        words("product"),
        element("P", words("loading"), cls="loading", role="status"),
        element("Div", *([bone] * 6), cls="tiles bones", aria_hidden="true"),
    )


def _page(words: Words, title: str, *content: Child, snapshot: Snapshot | None = None) -> Element:
    other = next(each for each in ("zh", "en") if each != words.language)
    return frame.page(
        words,
        words("title", place=title, product=words("product")),
        element("Section", element("H1", title), *content, cls="card plain-page"),
        snapshot=snapshot,
        switch=f"?lang={other}",
    )
