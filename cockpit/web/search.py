"""Finding a place by what people type: its name, its pinyin in full or by initials, its code.

A search looks at the viewer's part of the city and at nothing else, so neither what it finds nor
how long it takes tells anything of the rest.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, islice
from typing import Literal

from cockpit.model.levels import LEVELS
from cockpit.model.places import Place, Tree

MOST = 12
"""How many places are suggested."""
AROUND = 24
"""In how many places that fit its beginning the rest of a search is looked for."""
LONGEST = 40
"""Characters of a search that are looked at."""
BAR = "|"

Field = Literal["name", "code", "sounds", "initials"]
PATTERNS: tuple[tuple[Field, str], ...] = (
    ("name", "\n{}\n"),
    ("code", "\n{}\n"),
    ("sounds", "\n|{}|"),
    ("name", "\n{}"),
    ("code", "\n{}"),
    ("sounds", "\n|{}"),
    ("initials", "\n{}"),
    ("name", "{}"),
    ("sounds", "|{}"),
    ("initials", "{}"),
    ("code", "{}"),
)
"""How a place fits, the best first: in full, from its beginning, from a syllable on, within. Of two
that fit alike the wider place comes first.
"""


class Rung:
    """The places of one level, a line each in a text for every way to type them."""

    def __init__(self, places: Sequence[Place]):
        self.places = places
        self.numbers = [place.lo for place in places]
        lines: dict[Field, list[str]] = {
            "name": [folded(place.name) for place in places],
            "code": [folded(place.code) for place in places],
            "sounds": [_sounds(place.pinyin.split()) for place in places],
            "initials": [_initials(place.pinyin.split()) for place in places],
        }
        self.texts = {field: "\n".join(["", *each, ""]) for field, each in lines.items()}
        self.starts = {
            field: [0, *accumulate(len(line) + 1 for line in each)] for field, each in lines.items()
        }

    def find(self, root: Place, field: Field, pattern: str) -> Iterator[Place]:
        """The places within a root whose line has the pattern, in the order of the walk."""
        first = bisect_left(self.numbers, root.lo)
        last = bisect_right(self.numbers, root.hi)
        text, starts = self.texts[field], self.starts[field]
        end = starts[last] + 1
        spot = text.find(pattern, starts[first], end)
        while spot >= 0:
            line = bisect_right(starts, spot) - 1
            yield self.places[line]
            spot = text.find(pattern, starts[line + 1], end)


class Finder:
    """All places of a city, ready to be found."""

    def __init__(self, tree: Tree):
        self.tree = tree
        self.rungs = [
            Rung([place for place in tree.places if place.rung == number])
            for number in range(len(LEVELS))
        ]

    def find(self, root: Place, asked: str, most: int = MOST) -> tuple[Place, ...]:
        """The places within ``root`` that fit best, at most so many. What comes before the last
        word, or before the last name, may be of places around: 西湖 翠苑, xihu cy, 西湖区翠苑街道.
        """
        asked = asked[:LONGEST].strip()
        found = dict.fromkeys(islice(self._retired(root, asked), most))
        found |= dict.fromkeys(islice(self._direct(root, folded(asked)), most))
        if found:
            return tuple(found)[:most]
        for head, tail in _splits(asked):
            for around in islice(self._direct(root, folded(head)), AROUND):
                inside = self.find(around, tail, most)
                found |= dict.fromkeys(place for place in inside if place is not around)
            if found:
                return tuple(found)[:most]
        return ()

    def _retired(self, root: Place, code: str) -> Iterator[Place]:
        """Today's place of a code of before."""
        place = self.tree.find(code) if code in self.tree.retired else None
        if place is not None and root.lo <= place.lo <= root.hi:
            yield place

    def _direct(self, root: Place, word: str) -> Iterator[Place]:
        if not word:
            return
        seen = set()
        for field, pattern in PATTERNS:
            for rung in self.rungs[root.rung :]:
                for place in rung.find(root, field, pattern.format(word)):
                    if place.lo not in seen:
                        seen.add(place.lo)
                        yield place


@lru_cache(2)
def finder(tree: Tree) -> Finder:
    """The finder of a city, made once for as long as its tree is in service."""
    return Finder(tree)


def folded(text: str) -> str:
    """Text as it is compared: no blanks, no wide forms, no capitals; ü is v, as on keyboards."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v").replace(BAR, "")
    return "".join(plain.split())


def _splits(asked: str) -> Iterator[tuple[str, str]]:
    """Where what was typed may go from a place around to the place that is meant."""
    head, _, tail = asked.partition(" ")
    if tail:
        yield head, tail
    elif not asked.isascii():
        yield from ((asked[:cut], asked[cut:]) for cut in range(len(asked) - 1, 1, -1))


def _sounds(syllables: Sequence[str]) -> str:
    """A pinyin from each of its syllables on, so that only what begins with one is found."""
    known = [folded(each) for each in syllables]
    told = ("".join(known[start:]) for start in range(len(known)))
    return BAR.join(["", *told, ""]) if known else ""


def _initials(syllables: Sequence[str]) -> str:
    return "".join(folded(each)[:1] for each in syllables)
