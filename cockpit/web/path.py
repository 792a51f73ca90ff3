"""Where one is: the way from the viewer's root, and on each rung the door to the places beside."""

from __future__ import annotations

from cockpit.model.places import Place
from cockpit.web.elements import Child, Element, element
from cockpit.web.view import View
from cockpit.web.words import Words


def path(view: View, words: Words) -> Element:
    """The way down to the place; each rung leads there, or to one of its siblings."""
    return element(
        "Nav",
        element("Ol", *(_rung(view, words, place) for place in view.path)),
        aria_label=words("path"),
        cls="path",
    )


def heading(view: View, words: Words) -> Element:
    """The place's name, its level and brain, and in English how the name is said."""
    return element("H1", _name(view, words, view.place), element("Small", _kind(view, words)))


def _rung(view: View, words: Words, place: Place) -> Element:
    here = place.code == view.place.code
    return element(
        "Li",
        element(
            "A",
            element("Span", _name(view, words, place)),
            element("Small", words.brain(place)) if not here else None,
            href=view.state.href(place=place.code),
            aria_current="page" if here else None,
        ),
        _siblings(view, words, place),
    )


def _siblings(view: View, words: Words, place: Place) -> Child:
    """The door to the places beside one, which are asked for when it is opened."""
    tree = view.snapshot.tree
    if place.parent is None or place.lo == view.seen.root.lo:
        return None
    if len(tree.below(tree.by_code[place.parent])) < 2:
        return None
    name = words("siblings", place=_name(view, words, place))
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


def _name(view: View, words: Words, place: Place) -> str:
    return words.place(place, str(view.snapshot.about["name_en"]))


def _kind(view: View, words: Words) -> str:
    said = words.brain(view.place)
    if words.language == "en" and view.place.pinyin and view.place.parent is not None:
        said = f"{view.place.pinyin.title()} · {said}"
    return said
