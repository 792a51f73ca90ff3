"""What a metric is: a numerator and maybe a denominator about ONE row of a fact, and its clock.

The author writes about one row; the engine adds and divides once. What a metric counted adds up
along places and days because every row contributes on its own, at a moment of its own:

* a flow counts a row on the day of its ``clock``;
* a stock counts a row from the day it ``enters`` to the day it ``leaves``.

So a metric is a few *contributions*: (clock, sign). The cube, and the difference that a changed
row makes to it, are made from those.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal, NamedTuple

from cockpit.model.facts import FACTS
from cockpit.model.header import identity
from cockpit.model.mistakes import Mistake, did_you_mean

UNITS = ("count", "percent", "hours", "days", "times")


@dataclass(frozen=True)
class Metric:
    """One entry of a ``metrics.toml``. The fields up to ``sensitive`` are its keys."""

    title: str
    numerator: str
    """SQL about one row: true or false, or a number."""
    meaning: str
    title_en: str = ""
    meaning_en: str = ""
    fact: str = ""
    """The fact whose rows it counts; left out, the subject's own."""
    denominator: str = ""
    """SQL about one row; left out, the metric is a plain sum."""
    clock: str = ""
    """A column, or SQL that gives a moment: the row counts on that day (a flow)."""
    enters: str = ""
    """With it the metric is a stock: the moment from which a row counts."""
    leaves: str = ""
    """The moment from which a row of a stock no longer counts; NULL while it stays."""
    unit: Literal["count", "percent", "hours", "days", "times"] = "count"
    better: Literal["up", "down", ""] = ""
    target: float | None = None
    least: int = 1
    """Below this denominator there is no rank and no colour."""
    standard: str = ""
    """Where the formula comes from."""
    owner: str = ""
    needs: tuple[str, ...] = ()
    """Columns without which a row of it says nothing: rows of a source that does not give them do
    not count.
    """
    headline: bool = False
    """Whether it stands on the overview; a subject's own page shows all its metrics."""
    sensitive: bool = False
    """Whether small counts are hidden at the lowest level; left out, what the fact says."""
    name: str = ""
    subject: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", tuple(self.needs))  # files and snapshots have lists

    @property
    def stock(self) -> bool:
        """Whether it counts what stands at a moment, not what happened in a stretch of time."""
        return bool(self.enters)

    @property
    def contributions(self) -> tuple[tuple[str, int], ...]:
        """(clock, sign): when a row counts, and whether it comes or goes."""
        if not self.stock:
            return ((self.clock, 1),)
        if not self.leaves:
            return ((self.enters, 1),)
        # Nothing leaves that never came, and nothing before it came.
        leaves = (
            f"case when ({self.enters}) is not null and ({self.leaves}) is not null"
            f" then greatest(({self.leaves}), ({self.enters})) end"
        )
        return ((self.enters, 1), (leaves, -1))


_SET_BY_FILE = {"name", "subject", "path"}
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "target": ((int, float), "target = 0.95"),
    "least": ((int, float), "least = 5"),
    "needs": ((list,), 'needs = ["closed_at"]'),
    "headline": ((bool,), "headline = true"),
    "sensitive": ((bool,), "sensitive = true"),
}
"""Keys that are no text: what they may be, and what to write."""
_REQUIRED = ("title", "numerator", "meaning")


def read_metrics(subject: str, text: str, where: str) -> dict[str, Metric]:
    """Read one ``metrics.toml``. Raises Mistake with file, line and what to write."""
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        spot = re.search(r"line (\d+), column (\d+)", str(error))
        at = f"{where}:{spot[1]}:{spot[2]}" if spot else where
        raise Mistake(f"not TOML: {error}", where=at) from None
    return {name: _metric(subject, name, entry, text, where) for name, entry in entries.items()}


def _metric(subject: str, name: str, entry: object, text: str, where: str) -> Metric:
    known = {field.name: field for field in fields(Metric) if field.name not in _SET_BY_FILE}

    def spot(key: str = "") -> str:
        return f"{where}:{line_of(text, name, key)}"

    if not isinstance(entry, dict):
        raise Mistake(f"{name!r} stands outside any metric", where=spot(), write=f"[{name}]")
    identity(name, "metric", spot(), "Small letters, digits and _, such as on_time_closure")
    for key, value in entry.items():
        if key not in known:
            raise Mistake(f"unknown key {key!r}", where=spot(key), write=did_you_mean(key, known))
        wanted, write = _KINDS.get(key, ((str,), f'{key} = "…"'))
        if type(value) not in wanted:
            raise Mistake(f"{key} is {value!r}", where=spot(key), write=write)
    for key in _REQUIRED:
        if key not in entry:
            raise Mistake(f"[{name}] has no {key}", where=spot(), write=f'{key} = "…"')
    values = {"fact": subject, **entry}
    if values["fact"] not in FACTS:
        raise Mistake(
            f"{values['fact']!r} is no fact",
            where=spot("fact"),
            write=f'fact = "…". {did_you_mean(str(values["fact"]), FACTS)}',
        )
    columns = [column for column in FACTS[values["fact"]].names if column != "source"]
    for column in values.get("needs", ()):
        if column not in columns:
            raise Mistake(
                f"needs names {column!r}, which is no column of {values['fact']}",
                where=spot("needs"),
                write=did_you_mean(str(column), columns),
            )
    if values.get("unit", "count") not in UNITS:
        raise Mistake(
            f"unit is {values['unit']!r}",
            where=spot("unit"),
            write=did_you_mean(str(values["unit"]), UNITS),
        )
    if values.get("better", "") not in ("up", "down", ""):
        raise Mistake(f"better is {values['better']!r}", where=spot("better"), write='"up"')
    if bool(values.get("clock")) == bool(values.get("enters")):
        raise Mistake(
            f"[{name}] needs either clock (a flow) or enters and leaves (a stock)",
            where=spot(),
            write='clock = "closed_at"',
        )
    if values.get("leaves") and not values.get("enters"):
        raise Mistake(f"[{name}] leaves but never enters", where=spot("leaves"), write="enters")
    values.setdefault("sensitive", bool(FACTS[values["fact"]].sensitive))
    return Metric(**values, name=name, subject=subject, path=where)


def line_of(text: str, name: str, key: str) -> int:
    """The line on which a key of a metric stands; that of its name where it has no such key."""
    section = re.search(rf"^[ \t]*\[\s*\"?{re.escape(name)}\"?\s*\]", text, re.MULTILINE)
    start = section.end() if section else 0
    found = re.compile(rf"^[ \t]*{re.escape(key)}\s*=", re.MULTILINE).search(text, start)
    upto = found.start() if key and found else (section.start() if section else 0)
    return text[:upto].count("\n") + 1


class Tally(NamedTuple):
    """What a metric counted for a place and a period. Tallies add; only ``value`` divides. A page
    makes thousands of them, and nothing is made faster than a tuple.
    """

    numerator: int | Decimal
    denominator: int | Decimal | None
    """None for a plain sum."""
    answered: int
    """How many rows had something to say."""
    left_open: int = 0
    """Rows that are left open (留白): outside both, counted here."""
    hidden: str = ""
    """What is told instead ("<5") where the numbers are hidden (``answers/small.py``): then there
    are none here.
    """

    @property
    def value(self) -> float | None:
        """The metric's value, or None where nothing was counted: blank is not zero."""
        if not self.answered:
            return None
        if self.denominator is None:
            return float(self.numerator)
        return float(self.numerator / self.denominator) if self.denominator else None

    def __add__(self, other: Tally) -> Tally:  # type: ignore[override]
        """Raises ValueError where one of the two is hidden: then their sum is not known."""
        if self.hidden or other.hidden:
            raise ValueError("a hidden tally cannot be added")
        mine, theirs = self.denominator, other.denominator
        return Tally(
            self.numerator + other.numerator,
            None if mine is None or theirs is None else mine + theirs,
            self.answered + other.answered,
            self.left_open + other.left_open,
        )
