"""What one looks at: the overview, and a tab for every subject."""

from __future__ import annotations

from cockpit.answers.snapshot import Snapshot
from cockpit.model.subject import Subject
from cockpit.web.elements import Element, element
from cockpit.web.urls import State
from cockpit.web.words import Words

OVERVIEW = ""
"""What an address that names no subject means."""


def tabs(state: State, snapshot: Snapshot, words: Words) -> Element:
    """A link for each. Another subject has other metrics, so the chosen one is left behind."""
    letters = keys(snapshot, words)
    return element(
        "Nav",
        *(
            element(
                "A",
                element("Span", words.subject(subject)),
                href=state.href(
                    subject=subject.name,
                    metric=state.metric if subject.name == state.subject else "",
                ),
                aria_current="page" if subject.name == state.subject else None,
                data_key=letters.get(subject.name),
            )
            for subject in subjects(snapshot, words)
        ),
        aria_label=words("subjects"),
        cls="tabs",
    )


def subjects(snapshot: Snapshot, words: Words) -> tuple[Subject, ...]:
    """The overview, and the subjects of which something is shown, in their own order."""
    shown = {one.metric.subject for one in snapshot.counted.values()}
    known = {one.name: one for one in snapshot.subjects}
    found = (known.get(name) or Subject(name, name) for name in shown)
    overview = Subject(OVERVIEW, words("overview"))
    return (overview, *sorted(found, key=lambda one: (one.order, one.name)))


def keys(snapshot: Snapshot, words: Words) -> dict[str, str]:
    """The letter that leads to each: its name's first, for whoever comes first; the overview's is
    that of its English name.
    """
    found: dict[str, str] = {}
    for subject in subjects(snapshot, words):
        letter = (subject.name or "overview")[0].lower()
        if letter.isalpha() and letter not in found.values():
            found[subject.name] = letter
    return found
