"""The rungs, widest first. A city may use only some of them; a new rung is one more line here."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.model.mistakes import Mistake, did_you_mean


@dataclass(frozen=True)
class Level:
    """One rung: its name in files and code, its words on the screen, and whose brain it is."""

    name: str
    title: str
    title_en: str
    plural_en: str
    brain: str


LEVELS = (
    Level("city", "市", "City", "Cities", "城市大脑"),
    Level("district", "区县", "District", "Districts", "中脑"),
    Level("street", "街镇", "Street", "Streets", "小脑"),
    Level("community", "村社", "Community", "Communities", "微脑"),
    Level("grid", "网格", "Grid", "Grids", "网格"),
)

LEAF = LEVELS[-1]


def rung(name: str) -> int:
    """The number of a level, 0 for the widest. Raises Mistake for a word that is no level."""
    for number, level in enumerate(LEVELS):
        if level.name == name:
            return number
    known = [level.name for level in LEVELS]
    raise Mistake(f"{name!r} is no level", write=did_you_mean(name, known))
