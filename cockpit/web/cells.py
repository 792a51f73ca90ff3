"""What stands in a column of a row, as a reader meets it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from cockpit.answers.glimpse import Row
from cockpit.answers.snapshot import Snapshot
from cockpit.model.facts import FACTS
from cockpit.model.places import Place
from cockpit.web import numbers
from cockpit.web.elements import Element, element
from cockpit.web.words import Words

TONES = {"good": "✓", "warn": "▲", "bad": "✕", "": "○"}
"""A status's shape: its colour is never alone."""


def said(value: Any, words: Words) -> str:
    """A value in words; a blank is a dash."""
    if value is None or value == "":
        return numbers.BLANK
    if isinstance(value, bool):
        return words("rows_yes" if value else "rows_no")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int | float):
        return numbers.whole(value)
    return words.value(str(value))


def badge(fact: str, row: Row, words: Words) -> Element | None:
    """The status that stands beside a row."""
    return mark(fact, row.badge, words) if row.badge else None


def mark(fact: str, name: str, words: Words) -> Element:
    """A status with its shape and word."""
    tone = FACTS[fact].status(name).tone
    return element(
        "Span",
        element("Span", TONES[tone], aria_hidden="true"),
        f" {words.status(fact, name)}",
        cls=f"badge {tone}".strip(),
    )


def where(snapshot: Snapshot, place: Place, above: Place) -> str:
    """A place by the names from below another one down to it; that one's own name if it is it."""
    steps = [each for each in snapshot.tree.path(place) if each.lo > above.lo]
    return " ".join(each.name for each in steps) or place.name


def exact(value: Any) -> str:
    """A value as it was given, for who is to act on it."""
    return numbers.BLANK if value is None else str(value)
