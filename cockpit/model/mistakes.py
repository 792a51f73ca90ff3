"""Mistakes in people's files and words: where, what was found, what to write instead.

A ``Mistake`` is the only error that reaches a user as text; anything else is a fault of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class Mistake(Exception):
    """Something a person can mend: says where it stands, what was found and what to write."""

    def __init__(self, found: str, *, where: str | Path | None = None, write: str | None = None):
        self.found = found
        self.where = None if where is None else str(where)
        self.write = write
        self.column = 0
        """The column on the line that ``where`` names, from 1; 0 where it is not known."""
        super().__init__(self.text())

    def text(self) -> str:
        """The whole message, one line."""
        parts = [self.found if self.where is None else f"{self.where}: {self.found}"]
        if self.write:
            parts.append(self.write)
        return ". ".join(part.rstrip(".") for part in parts) + "."


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A closing hint: the nearest known word, or the list of known words where it is short."""
    words = sorted(set(known))
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    if not words:
        return "There are none."
    shown = ", ".join(words[:12]) + (" …" if len(words) > 12 else "")
    return f"Known: {shown}"
