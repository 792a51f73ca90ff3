"""The tree of places: five levels as intervals.

A walk of the tree numbers the places; ``lo`` and ``hi`` bracket everything below one, so "below X"
is ``pos between lo and hi``: two integers, any depth. Retired places stand outside the tree and
lead, through their successor, to a place of today.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cockpit.model.levels import LEVELS, rung
from cockpit.model.mistakes import Mistake, did_you_mean

COLUMNS = (
    "code",
    "name",
    "level",
    "parent",
    "kind",
    "population",
    "valid_from",
    "valid_to",
    "successor",
    "lon",
    "lat",
    "pinyin",
)


@dataclass(frozen=True)
class Place:
    """A place of today: ``lo`` is its own number, ``hi`` that of the last place below it."""

    code: str
    name: str
    rung: int
    parent: str | None
    lo: int
    hi: int
    kind: str = ""
    population: int | None = None
    valid_from: date | None = None
    lon: float | None = None
    lat: float | None = None
    pinyin: str = ""

    @property
    def level(self) -> str:
        """The name of its level."""
        return LEVELS[self.rung].name


class Tree:
    """All places of a city, by code, in the order of the walk (so ``pos`` is the index)."""

    def __init__(self, places: Iterable[Place], retired: Mapping[str, str] | None = None):
        self.places = tuple(places)
        self.retired = dict(retired or {})
        self.by_code = {place.code: place for place in self.places}
        self._below: dict[str, list[Place]] = {}
        for place in self.places:
            if place.parent is not None:
                self._below.setdefault(place.parent, []).append(place)

    def __contains__(self, code: str) -> bool:
        return self.find(code) is not None

    @property
    def root(self) -> Place:
        """The widest place."""
        return self.places[0]

    def place(self, code: str) -> Place:
        """The place of that code; a retired code leads to its successor. Raises Mistake."""
        found = self.find(code)
        if found is None:
            raise Mistake(f"there is no place {code!r}", write=did_you_mean(code, self.by_code))
        return found

    def called(self, text: str) -> Place:
        """The place of that code or, where only one has it, of that name. Raises Mistake."""
        found = self.find(text)
        if found is not None:
            return found
        named = [place for place in self.places if place.name == text]
        if len(named) == 1:
            return named[0]
        if not named:
            raise Mistake(
                f"there is no place {text!r}",
                write=f"Write its code or its whole name. {did_you_mean(text, self._known)}",
            )
        codes = ", ".join(f"{place.code} in {self.path(place)[-2].name}" for place in named[:6])
        more = ", …" if len(named) > 6 else ""
        raise Mistake(
            f"{len(named)} places are called {text!r}", write=f"Write the code: {codes}{more}"
        )

    @cached_property
    def _known(self) -> list[str]:
        """Names and codes of the upper places: of all there are too many to guess among."""
        upper = [place for place in self.places if place.rung < 3]
        return [*(place.name for place in upper), *(place.code for place in upper)]

    def find(self, code: str) -> Place | None:
        """The place of that code, or of its successor, if there is one."""
        return self.by_code.get(self._today(code))

    def below(self, place: Place) -> tuple[Place, ...]:
        """Its children, in the order of the file."""
        return tuple(self._below.get(place.code, ()))

    def path(self, place: Place) -> tuple[Place, ...]:
        """From the root down to the place itself."""
        steps = [place]
        while steps[-1].parent is not None:
            steps.append(self.by_code[steps[-1].parent])
        return tuple(reversed(steps))

    def resolve(self, code: str | None) -> Place:
        """The deepest known place that a code speaks of: itself, its successor, an ancestor.

        Ancestors are prefixes: the parts before a ``/``, or the first digits of the code, as many
        as a known code has. A code of which nothing is known stands for the whole city.
        """
        text = (code or "").strip()
        while text:
            found = self.find(text)
            if found is not None:
                return found
            if "/" in text:
                text = text.rpartition("/")[0]
            else:
                shorter = [length for length in self._lengths if length < len(text)]
                text = text[: shorter[-1]] if shorter and text[0].isdigit() else ""
        return self.root

    @cached_property
    def _lengths(self) -> list[int]:
        known = [code for code in (*self.by_code, *self.retired) if code.isdigit()]
        if any("/" in code for code in self.by_code):
            return []
        return sorted({len(code) for code in known})

    def _today(self, code: str) -> str:
        seen = set()
        while code not in self.by_code and code in self.retired and code not in seen:
            seen.add(code)
            code = self.retired[code]
        return code

    @cached_property
    def fingerprint(self) -> str:
        """Changes when any number, code, name or successor does."""
        digest = hashlib.sha256()
        for place in self.places:
            digest.update(repr(place).encode())
        digest.update(repr(sorted(self.retired.items())).encode())
        return digest.hexdigest()[:16]


def plant(rows: Iterable[Mapping[str, str | None]], where: str = "places.csv") -> Tree:
    """Build the tree from rows of ``places.csv`` (see COLUMNS). Raises Mistake for a row that
    cannot stand: a code twice, an unknown level or parent, two roots, a child that is not lower.
    """
    today: dict[str, dict[str, str]] = {}
    retired: dict[str, str] = {}
    below: dict[str, list[str]] = {}
    roots: list[str] = []
    lines: dict[str, int] = {}
    for line, raw in enumerate(rows, start=2):
        row = {key: (value or "").strip() for key, value in raw.items()}
        spot = f"{where}:{line}"
        code = row.get("code", "")
        if not code:
            raise Mistake("a place without a code", where=spot, write="Give it a code")
        if code in lines:
            raise Mistake(f"code {code!r} stands twice", where=spot, write="Keep one of them")
        lines[code] = line
        if row.get("valid_to"):
            retired[code] = row.get("successor", "")
            continue
        try:
            rung(row.get("level", ""))
        except Mistake as mistake:
            raise Mistake(mistake.found, where=spot, write=mistake.write) from None
        today[code] = row
        if row.get("parent"):
            below.setdefault(row["parent"], []).append(code)
        else:
            roots.append(code)
    if len(roots) != 1:
        raise Mistake(
            f"{len(roots)} places have no parent ({', '.join(roots[:5])})",
            where=where,
            write="Exactly one place, the widest, has an empty parent",
        )
    for code, row in today.items():
        parent = row.get("parent")
        if parent and parent not in today:
            raise Mistake(
                f"parent {parent!r} of {code!r} is not in the file",
                where=f"{where}:{lines[code]}",
                write=did_you_mean(parent, today),
            )
        if parent and rung(today[parent]["level"]) >= rung(row["level"]):
            raise Mistake(
                f"{code!r} ({row['level']}) stands below {parent!r} ({today[parent]['level']})",
                where=f"{where}:{lines[code]}",
                write="A child's level is lower than its parent's",
            )
    order: list[tuple[str, int]] = []
    last: dict[str, int] = {}
    stack = [(roots[0], False)]
    while stack:
        code, done = stack.pop()
        if done:
            last[code] = len(order) - 1
            continue
        order.append((code, len(order)))
        stack.append((code, True))
        stack.extend((child, False) for child in reversed(below.get(code, ())))
    places = [_place(today[code], number, last[code], where) for code, number in order]
    return Tree(places, {old: new for old, new in retired.items() if new})


def _place(row: Mapping[str, str], lo: int, hi: int, where: str) -> Place:
    def number(name: str) -> float | None:
        text = row.get(name, "")
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            raise Mistake(
                f"{name} of {row['code']!r} is {text!r}", where=where, write="Write a number"
            ) from None

    population = number("population")
    since = row.get("valid_from", "")
    if since and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", since):
        raise Mistake(
            f"valid_from of {row['code']!r} is {since!r}", where=where, write="2021-04-09"
        )
    return Place(
        code=row["code"],
        name=row.get("name") or row["code"],
        rung=rung(row["level"]),
        parent=row.get("parent") or None,
        lo=lo,
        hi=hi,
        kind=row.get("kind", ""),
        population=None if population is None else int(population),
        valid_from=date.fromisoformat(since) if since else None,
        lon=number("lon"),
        lat=number("lat"),
        pinyin=row.get("pinyin", ""),
    )
