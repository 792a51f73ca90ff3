"""What a city is: its names, its tree of places, its working time. A city is a folder."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.model.calendar import Calendar
from cockpit.model.places import Tree


@dataclass(frozen=True)
class City:
    """One city, read from its folder."""

    name: str
    name_en: str
    timezone: str
    edition: str
    tree: Tree
    calendar: Calendar
    unranked: frozenset[str] = frozenset()
    """Kinds of places that no ranking compares, such as statistical pseudo-units."""
    demo: bool = False
    """Whether anything about its places is made up."""

    @property
    def fingerprint(self) -> str:
        """Changes when a number computed from the same rows might."""
        return f"{self.tree.fingerprint}{self.calendar.fingerprint}"
