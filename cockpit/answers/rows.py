"""One row of a fact, found by its address within what a viewer may see, and what hangs together
with it. A row that is somebody else's and one that does not exist are looked for in the same way
and found in the same way: not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from cockpit.answers import glimpse
from cockpit.answers.glimpse import Row
from cockpit.answers.snapshot import Snapshot
from cockpit.model.calendar import FIRST
from cockpit.model.fact import Column, Fact
from cockpit.model.facts import FACTS
from cockpit.model.facts import fact as declared
from cockpit.model.levels import rung
from cockpit.model.lights import Pace, Walked
from cockpit.model.masking import masked
from cockpit.model.mistakes import Mistake
from cockpit.model.places import Place
from cockpit.model.scope import Cleared

COMMUNITY = rung("community")
MOST_KIN = 50
"""Rows of a kind that are shown beside a row."""
REACH = timedelta(days=100)
"""Between a warning and the case that it led to there lie no more days than these."""


@dataclass(frozen=True)
class Kin:
    """Rows that hang together with a row: ``what`` says how, in a word of the catalogue."""

    what: str
    fact: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Whole:
    """A row with all its columns, masked, the statuses that are true of it, the steps of its life,
    and what hangs together with it. ``hidden`` are the columns of which something is masked.
    """

    fact: Fact
    row: Row
    statuses: tuple[str, ...]
    steps: tuple[Walked, ...]
    kin: tuple[Kin, ...]
    hidden: frozenset[str]


@dataclass(frozen=True)
class _Key:
    """Where a row is: with this it is found at once."""

    pos: int
    source: str
    number: str
    day: date


def one(snapshot: Snapshot, seen: Cleared, fact: str, ref: str, key: str) -> Whole | None:
    """The row of an address anywhere in what was cleared, or None."""
    glimpse.allow(seen, glimpse.SEE_ROWS)
    what = declared(fact)
    found = _find(snapshot, seen, what, ref, key)
    if found is None:
        return None
    private = [column for column in what.columns if column.privacy]
    hides = ", ".join(_hides(column) for column in private)
    statuses = ", ".join(f"coalesce(({status.sql}), false)" for status in what.statuses)
    *shown, hidden, true = _of(
        snapshot,
        what,
        found,
        f"{glimpse.shown(what, what.names)}, [{hides}], [{statuses}]",
        key,
    )
    row = glimpse.row(snapshot, what.names, shown)
    return Whole(
        what,
        row,
        tuple(each.name for each, holds in zip(what.statuses, true, strict=True) if holds),
        _walk(snapshot, what, row),
        tuple(_kin(snapshot, seen, what, found, key)),
        frozenset(c.name for c, hides in zip(private, hidden, strict=True) if hides),
    )


def _hides(column: Column) -> str:
    """SQL: whether a mask hides anything of a row: of a text it may not."""
    value = f"r.{column.name}"
    if column.privacy == "free_text":
        return f"{masked(column, value)} is distinct from {value}"
    return f"{value} is not null"


def revealed(snapshot: Snapshot, seen: Cleared, fact: str, ref: str, key: str, column: str) -> Any:
    """What one private column of a row really says. To be asked only once it is written down why.

    Raises Mistake where there is no such row in what was cleared, or the column hides nothing.
    """
    glimpse.allow(seen, glimpse.REVEAL)
    what = declared(fact)
    if column not in [each.name for each in what.columns if each.privacy]:
        raise Mistake(f"{column!r} of {fact} hides nothing")
    found = _find(snapshot, seen, what, ref, key)
    if found is None:
        raise Mistake(f"there is no such row of {fact}")
    return _of(snapshot, what, found, f"r.{column}")[0]


def place(snapshot: Snapshot, seen: Cleared, fact: str, ref: str, key: str) -> Place | None:
    """Where the row of an address lies, or None where there is none in what was cleared."""
    found = _find(snapshot, seen, declared(fact), ref, key)
    return snapshot.tree.places[found.pos] if found else None


def _find(snapshot: Snapshot, seen: Cleared, fact: Fact, ref: str, key: str) -> _Key | None:
    """The row of an address, in the place cleared and all below it."""
    if not glimpse.REF.fullmatch(ref) or not snapshot.standing(fact.name).rows:
        return None
    try:
        day = date(int(ref[:4]), int(ref[4:6]), int(ref[6:8]))
    except ValueError:
        return None
    rows = snapshot.rows(
        *glimpse.bound(
            f"select pos, source, number from {fact.name} r"
            f" where pos between {seen.place.lo} and {seen.place.hi}"
            f"{glimpse.kept_back(fact, seen.place)} and {_ON_DAY.format(fact.month)}"
            f" and {glimpse.tag(fact)} = $tag limit 1",
            {**glimpse.about(snapshot, fact, key), "day": day, "tag": ref.partition("-")[2]},
        )
    )
    if not rows:
        return None
    pos, source, number = rows[0]
    return _Key(pos, source, number, day)


def _of(snapshot: Snapshot, fact: Fact, row: _Key, asked: str, key: str = "") -> tuple[Any, ...]:
    """What is asked of a row that was found."""
    [found] = snapshot.rows(
        *glimpse.bound(
            f"select {asked} from {fact.name} r where pos = {row.pos} and source = $source"
            f" and number = $number and {_ON_DAY.format(fact.month)}",
            {
                **glimpse.about(snapshot, fact, key),
                "source": row.source,
                "number": row.number,
                "day": row.day,
            },
        )
    )
    return found


_ON_DAY = "{0} >= $day::date and {0} < $day::date + 1"


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────


def _walk(snapshot: Snapshot, fact: Fact, row: Row) -> tuple[Walked, ...]:
    """The steps of a row. One that is not done was skipped where a later one is, or all is over."""
    values, as_of = row.values, snapshot.standing(fact.name).as_of
    later = bool(row.badge) and not fact.status(row.badge).stands
    walked = []
    for step in reversed(fact.steps):
        at = values[step.column]
        walked.append(
            Walked(
                step.column,
                at,
                values[step.due] if step.due else None,
                next((values[name] for name in step.since if values[name] is not None), None),
                at or as_of,
                None,
                skipped=at is None and later,
            )
        )
        later = later or at is not None
    timed = [step for step in walked if step.since and step.due and step.until]
    spans = [(step.since, end) for step in timed for end in (step.until, step.due)]
    found = _worked(snapshot, spans)
    paces = {
        step.column: Pace(
            found[2 * number][0],
            found[2 * number + 1][0],
            _hours(step.since, step.until),
            _hours(step.since, step.due),
            found[2 * number + 1][1],
        )
        for number, step in enumerate(timed)
    }
    return tuple(replace(step, pace=paces.get(step.column)) for step in reversed(walked))


def _hours(start: Any, end: Any) -> float:
    return float((end - start).total_seconds() / 3600)


def _worked(snapshot: Snapshot, spans: Sequence[Any]) -> list[tuple[float | None, bool]]:
    """Working hours of each span, None beyond the calendar, and whether it ends on a working day.

    The calendar is looked up here: its macros carry the whole of it into a query each time they are
    named, which a few spans are not worth.
    """
    if not spans:
        return []
    [(calendar,)] = snapshot.rows("select getvariable('work_calendar')")

    def packed(moment: datetime) -> int | None:
        index = (moment.date() - FIRST).days
        return calendar[index] if 0 <= index < len(calendar) else None

    starts, ends = zip(*spans, strict=True)
    rows = snapshot.rows(
        "select (_gone(q, _second(b)) - _gone(p, _second(a))) / 3600, coalesce(q % 2 = 1, false)"
        " from (select unnest($a::timestamp[]) as a, unnest($b::timestamp[]) as b,"
        " unnest($p::integer[]) as p, unnest($q::integer[]) as q)",
        {
            "a": list(starts),
            "b": list(ends),
            "p": [packed(each) for each in starts],
            "q": [packed(each) for each in ends],
        },
    )
    return [(hours, works) for hours, works in rows]


# ── What hangs together ──────────────────────────────────────────────────────────────────────────


def _kin(snapshot: Snapshot, seen: Cleared, fact: Fact, row: _Key, key: str) -> list[Kin]:
    """Rows that hang together with a row, as far as the viewer may see them."""

    def rows(other: str, within: Place, test: str, **values: Any) -> tuple[Row, ...]:
        if not snapshot.standing(other).rows:
            return ()
        about = FACTS[other]
        lo, hi = max(within.lo, seen.place.lo), min(within.hi, seen.place.hi)
        found = snapshot.rows(
            *glimpse.bound(
                f"select {glimpse.shown(about, about.listed)} from {other} r"
                f" where pos between {lo} and {hi}{glimpse.kept_back(about, seen.place)} and {test}"
                f" order by r.{about.month}, r.source, r.number limit {MOST_KIN}",
                {**glimpse.about(snapshot, about, key), **values},
            )
        )
        return tuple(glimpse.row(snapshot, about.listed, each) for each in found)

    here, number = seen.place, row.number
    if fact.name == "cases":
        # A case says in which grid it lies, and a warning about a sensitive topic does not.
        test = f"r.case_number = $number and not {glimpse.is_sensitive(FACTS['warnings'])}"
        warned = rows("warnings", here, test, number=number)
        return [
            Kin("linked_warnings", "warnings", warned),
            Kin("repeats", "cases", _chain(snapshot, seen, row, rows)),
        ]
    if fact.name == "warnings":
        asked = f"if({glimpse.is_sensitive(fact)}, null, r.case_number), r.raised_at"
        case, raised = _of(snapshot, fact, row, asked)
        near = "r.number = $case and r.reported_at between $first and $last"
        times = {"first": raised - REACH, "last": raised + REACH}
        cases = rows("cases", here, near, case=case, **times) if case is not None else ()
        return [Kin("linked_cases", "cases", cases)]
    if fact.name == "datasets":
        requests = rows("share_requests", here, "r.dataset = $number", number=number)
        return [Kin("requests_about", "share_requests", requests)]
    (dataset,) = _of(snapshot, fact, row, "r.dataset")
    return [Kin("dataset_of", "datasets", rows("datasets", here, "r.number = $n", n=dataset))]


def _chain(snapshot: Snapshot, seen: Cleared, row: _Key, rows: Any) -> tuple[Row, ...]:
    """All cases about the same thing, first to last, if the row is one of several: those that the
    links from each to the one before lead to, in the community around it.
    """
    place = snapshot.tree.places[row.pos]
    around = next(
        (each for each in reversed(snapshot.tree.path(place)) if each.rung <= COMMUNITY), place
    )
    lo, hi = (around.lo, around.hi) if around.rung == COMMUNITY else (place.lo, place.lo)
    lo, hi = max(lo, seen.place.lo), min(hi, seen.place.hi)
    links = snapshot.rows(
        f"select number, repeat_of from cases where pos between {lo} and {hi}"
        " and source = $source and repeat_of is not null",
        {"source": row.source},
    )
    near: dict[str, set[str]] = {}
    for one, other in links:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    known, waiting = {row.number}, [row.number]
    while waiting:
        fresh = near.get(waiting.pop(), set()) - known
        known |= fresh
        waiting += fresh
    if len(known) < 2:
        return ()
    found: tuple[Row, ...] = rows(
        "cases",
        replace(place, lo=lo, hi=hi),
        "r.source = $source and list_contains($numbers, r.number)",
        source=row.source,
        numbers=sorted(known),
    )
    return found
