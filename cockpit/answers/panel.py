"""Running a panel for a place and a period, within an allowance of time and rows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from cockpit.answers import nearby, small
from cockpit.answers.snapshot import Snapshot
from cockpit.limits import Alarm, alarm, memory
from cockpit.model import here, rule
from cockpit.model.binding import NUMBERS, body, given, head, look_at, plain, said
from cockpit.model.facts import FACTS
from cockpit.model.here import Window
from cockpit.model.mistakes import Mistake
from cockpit.model.panel import Bound, Columns, Panel
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.rule import Rule
from cockpit.model.scope import Cleared
from cockpit.model.select import Looked

ALLOWANCE = 3.0
"""Seconds that a panel may take."""
MOST_ROWS = 10_000
LONGEST = 500
"""Characters of a text: what is longer is cut."""
BESIDE = 512 << 20
"""Bytes that a panel may take beside what its DuckDB keeps."""
_PLACES = [name for name, _ in here.PLACE_COLUMNS]
"""What splits rows by the places one level down."""


@dataclass(frozen=True)
class Answer:
    """What a panel gave."""

    columns: Columns
    rows: tuple[tuple[Any, ...], ...]
    cut: bool
    """Whether there were more rows than are here."""
    milliseconds: float
    hidden: tuple[str, ...] = ()
    """For each row what is told instead of its numbers, where they say too much of single people
    (``small.py``), or nothing; empty where all may be told.
    """

    def column(self, name: str) -> list[Any]:
        """The values of a column (ValueError for a name that is none)."""
        at = [each for each, _ in self.columns].index(name)
        return [row[at] for row in self.rows]


class Slow(Mistake):
    """It took longer than it may, and was stopped."""


def run(
    snapshot: Snapshot,
    bound: Bound,
    seen: Cleared,
    period: Period,
    as_of: date,
    allowance: float = ALLOWANCE,
) -> Answer:
    """A panel's answer. Raises Slow, or Mistake for what DuckDB finds wrong on the way.

    ``as_of`` is the day on which the subject's periods end.
    """
    panel = bound.panel
    looking = window(snapshot, seen, period, as_of, panel.fact)
    cursor, bell = snapshot.cursor_at(here.times(looking)), Alarm()
    began = time.perf_counter()
    try:
        found = looked(snapshot, panel)
        question = statement(snapshot, bound, found, seen.place, looking)
        with (
            memory(snapshot.memory + BESIDE),
            alarm(allowance, cursor.interrupt) as bell,
        ):
            rows = cursor.execute(question).fetchall()
    except (duckdb.Error, RuntimeError, MemoryError) as error:
        if bell.rang:
            raise Slow(
                f"it was stopped after {allowance:g} s",
                where=panel.path,
                write="Read fewer rows, or fewer columns of them",
            ) from None
        raise said(panel, str(error) or "there is not enough memory for it") from None
    told, hidden = _veiled(snapshot, bound, found, seen.place, rows[:MOST_ROWS])
    return Answer(
        bound.columns,
        told,
        len(rows) > MOST_ROWS,
        (time.perf_counter() - began) * 1000,
        hidden,
    )


def window(snapshot: Snapshot, seen: Cleared, period: Period, as_of: date, fact: str) -> Window:
    """What of a snapshot is looked at."""
    place = seen.place
    return Window(
        lo=place.lo,
        hi=place.hi,
        depth=len(snapshot.tree.path(place)) - 1,
        leaf=not snapshot.tree.below(place),
        since=period.since,
        until=period.until,
        stands=period.until or snapshot.as_of(fact),
        as_of=as_of,
        salt=snapshot.secret,
    )


def statement(snapshot: Snapshot, bound: Bound, found: Looked, place: Place, where: Window) -> str:
    """The whole question as it is put to DuckDB."""
    facts = {here.fact_of(name) for name in found.reads}
    tables = {fact: nearby.table(snapshot, fact, place) for fact in facts}
    columns = given(bound.columns, LONGEST)
    limit = f" limit {MOST_ROWS + 1}"
    return head(bound.panel, found, where, tables) + columns + body(bound.panel) + limit


def looked(snapshot: Snapshot, panel: Panel) -> Looked:
    """What a panel reads, looked at once more before it runs: once for a text and a snapshot."""
    text = (panel.sql, panel.clock, panel.enters, panel.leaves)
    if text not in snapshot.looked:
        snapshot.looked[text] = look_at(snapshot.rows, panel, snapshot.may)
    return snapshot.looked[text]


def _veiled(
    snapshot: Snapshot, bound: Bound, found: Looked, place: Place, rows: list[tuple[Any, ...]]
) -> tuple[tuple[tuple[Any, ...], ...], tuple[str, ...]]:
    """The rows as they may be told: counts of a sensitive fact that are small are hidden where they
    are those of single places of the finest level.
    """
    panel = bound.panel
    if not panel.counts or not is_veiled(snapshot, bound, found, place):
        return tuple(rows), ()
    names = [name for name, _ in bound.columns]
    counts = [names.index(name) for name in panel.counts]
    others = [
        at
        for at, (name, kind) in enumerate(bound.columns)
        if plain(kind) in NUMBERS and name not in (*panel.counts, *panel.x, "place_order")
    ]
    told, hidden = small.veil_rows(rows, counts, others)
    return tuple(told), tuple(hidden) if any(hidden) else ()


def is_veiled(snapshot: Snapshot, bound: Bound, found: Looked, place: Place) -> bool:
    """Whether rows of a sensitive fact are told of single places of the finest level."""
    if not any(FACTS[here.fact_of(name)].sensitive for name in bound.reads):
        return False
    below = any(child.rung == small.FINEST for child in snapshot.tree.below(place))
    parted = below and any(found.uses(name) for name in (*_PLACES, "spot"))
    return parted or place.rung == small.FINEST


def fault(panel: Panel, answer: Answer) -> Mistake | None:
    """What is wrong with an answer that no SELECT alone shows, or None."""
    if panel.chart == "number" and len(answer.rows) > 1:
        return Mistake(
            f"a number is one row, and this gives {len(answer.rows)}",
            where=panel.at("chart"),
            write="Aggregate to one row",
        )
    if panel.chart in ("table", "number", "scatter"):
        return None
    names = (*panel.x, *((panel.series,) if panel.series else ()))
    keys = list(zip(*(answer.column(name) for name in names), strict=True))
    twice = next((key for key in keys if keys.count(key) > 1), None) if len(keys) < 500 else None
    if twice is not None:
        return Mistake(
            f"{', '.join(map(str, twice))} stands in more than one row",
            where=panel.at("x"),
            write=f"Group by {', '.join(names)}",
        )
    return None


def rule_fault(declared: Rule, answer: Answer) -> Mistake | None:
    """The same for a rule's answer."""
    return rule.fault(declared, answer.column("place_code"))
