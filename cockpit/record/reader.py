"""What a file becomes once it is opened: a relation of text columns, one row a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cockpit.model.mistakes import Mistake

LONGEST = 8 << 20
"""Characters of the longest line, and of the longest record."""

Lines = Callable[[Sequence[int]], Sequence[int]]
"""From the numbers of some records (0 is the first), in order, to their line numbers in the file
as it came."""
Tell = Callable[[float, int], None]
"""Told of the share of a file that is read (0 … 1) and the rows found in it."""


class Doubt(Exception):
    """A file that was read fast is not what it seemed: it is to be read anew, the sure way."""


class Torn(NamedTuple):
    """A part of a file that is no record: the line it begins on, its text and what is wrong."""

    line: int
    text: str
    reason: str
    fields: tuple[str, ...] = ()
    """What could be told apart, in the order of the columns."""
    columns: tuple[str, ...] = ()
    """The columns of its fields, where they are not the file's."""


@dataclass(frozen=True)
class Reader:
    """A file ready to be read: SQL for its records as text, and how to find one again."""

    sql: str
    columns: tuple[str, ...]
    path: Path
    lines: Lines
    torn: tuple[Torn, ...] = ()
    sure: Callable[[Tell], Reader] | None = None
    """Reads the same file slowly and forgivingly; None where nothing is surer than this."""
    misfit: Mistake | None = None
    """What is likely wrong with the file if its columns are not those that its source reads."""
    again: tuple[tuple[int, int], ...] = ()
    """The rows of quarantine that come again in it: their receipt and line there."""


def column_names(header: Sequence[str], where: str) -> tuple[str, ...]:
    """The columns that a header names; a blank one is named by its number. Raises Mistake."""
    names = tuple(name.strip() or f"column{number}" for number, name in enumerate(header, 1))
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise Mistake(f"column {name!r} stands twice", where=where, write="Name columns apart")
        seen.add(name.lower())
    return names


def ordinal(records: Sequence[int]) -> Sequence[int]:
    """Where a file has no lines, a record's own number, from 1."""
    return [record + 1 for record in records]


def look_up(lines: Sequence[int]) -> Lines:
    """Where the line of every record is known already."""
    return lambda records: [lines[record] for record in records]


def words(error: BaseException, path: Path, where: str) -> str:
    """What a library says of a file, in one line and under the file's own name."""
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return first.replace(str(path), where)[:200]
