"""Where one is: the way from the viewer's root, and on each rung the door to the places beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.answers.snapshot import Snapshot
from cockpit.model.places import Place
from cockpit.web.elements import Child, Element, element
from cockpit.web.words import Words

ANY = "{place}"
"""Stands for the code of a place in the address that leads to the same page of any place."""


def path(
    places: Sequence[Place],
    snapshot: Snapshot,
    words: Words,
    href: Callable[[str], str],
    *,
    within: bool = False,
) -> Element:
    """The way down these places, of which the first is where the viewer's city begins; ``href`` is
    the address of this page for the place of a code. What is looked at is the last place, or
    something ``within`` it.
    """
    rungs = (
        element(
            "Li",
            _link(place, snapshot, words, href, here=place is places[-1] and not within),
            _siblings(place, snapshot, words) if place is not places[0] else None,
        )
        for place in places
    )
    return element(
        "Nav", element("Ol", *rungs), aria_label=words("path"), cls="path", data_there=href(ANY)
    )


def heading(place: Place, snapshot: Snapshot, words: Words) -> Element:
    """The place's name, its level and brain, and in English how the name is said."""
    said = words.brain(place)
    if words.language == "en" and place.pinyin and place.parent is not None:
        said = f"{place.pinyin.title()} · {said}"
    return element("H1", _name(place, snapshot, words), element("Small", said))


def _link(
    place: Place, snapshot: Snapshot, words: Words, href: Callable[[str], str], here: bool
) -> Element:
    return element(
        "A",
        element("Span", _name(place, snapshot, words)),
        element("Small", words.brain(place)) if not here else None,
        href=href(place.code),
        aria_current="page" if here else None,
    )


def _siblings(place: Place, snapshot: Snapshot, words: Words) -> Child:
    """The door to the places beside one, which are asked for when it is opened."""
    tree = snapshot.tree
    if place.parent is None or len(tree.below(tree.by_code[place.parent])) < 2:
        return None
    name = words("siblings", place=_name(place, snapshot, words))
    return element(
        "Button",
        element("Span", "", aria_hidden="true"),
        type="button",
        cls="siblings",
        data_beside=place.code,
        aria_haspopup="dialog",
        aria_label=name,
        title=name,
    )


def _name(place: Place, snapshot: Snapshot, words: Words) -> str:
    return words.place(place, str(snapshot.about["name_en"]))
