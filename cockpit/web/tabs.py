"""What one looks at: the overview, and a tab for every subject of which something is counted."""

from __future__ import annotations

from cockpit.answers.snapshot import Snapshot
from cockpit.web import subject
from cockpit.web.elements import Element, element
from cockpit.web.view import View
from cockpit.web.words import Words


def tabs(view: View, words: Words) -> Element:
    """A link for each. Another subject has other metrics, so the chosen one is left behind."""
    state = view.state
    letters = keys(view.snapshot)
    return element(
        "Nav",
        *(
            element(
                "A",
                element("Span", subject.title(view.snapshot, words, name)),
                href=state.href(subject=name, metric=state.metric if name == state.subject else ""),
                aria_current="page" if name == state.subject else None,
                data_key=letters.get(name),
            )
            for name in subjects(view.snapshot)
        ),
        aria_label=words("subjects"),
        cls="tabs",
    )


def subjects(snapshot: Snapshot) -> tuple[str, ...]:
    """The overview, which has no name of its own, and the subjects in the order of the tabs."""
    return ("", *subject.subjects(snapshot))


def keys(snapshot: Snapshot) -> dict[str, str]:
    """The letter that leads to each: its first, for whoever comes first; o is the overview's."""
    found: dict[str, str] = {}
    for name in subjects(snapshot):
        letter = name[:1].lower() or "o"
        if letter.isalpha() and letter not in found.values():
            found[name] = letter
    return found
