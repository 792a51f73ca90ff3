"""Lists of a fact's rows: what is behind a number, page by page, with what is private masked.

Names in the SQL come from the fact's declaration alone and values are bound, so whatever an address
says can be no more than a value. A private column is masked before anything is sorted or searched
by it: neither the order of a list nor what it finds tells more than what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from cockpit.answers import nearby, tally
from cockpit.answers.glimpse import (
    SEE_ROWS,
    Row,
    about,
    allow,
    bound,
    declared_column,
    kept_back,
    row,
    shown,
    tag,
)
from cockpit.answers.snapshot import Snapshot
from cockpit.model.counting import PARTS, Counted, Part, amount, behind
from cockpit.model.fact import Fact, Type
from cockpit.model.facts import fact as declared
from cockpit.model.masking import masked
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.period import Period
from cockpit.model.scope import Cleared

PAGE = 50
MOST = 100_000
"""Rows that a list counts and leafs through; of more it is said that there are more."""
BLANK = "–"
"""The value by which rows are asked for that have none in a column."""

Compared = Literal["is", "from", "to"]
Value = str | bool | float | date | datetime | None


@dataclass(frozen=True)
class Filter:
    """A test of one column: equal to a value (None: blank), or from or up to one, it included."""

    column: str
    how: Compared
    value: Value


@dataclass(frozen=True)
class Wanted:
    """What list is asked for.

    The rows behind ``part`` of ``metric`` if that is named, else those whose own moment lies in the
    period; of these the ones that stand as ``status`` says, pass the filters, and are found.
    """

    fact: str
    period: Period
    metric: str = ""
    part: Part = "denominator"
    status: str = ""
    filters: tuple[Filter, ...] = ()
    find: str = ""
    sort: str = ""
    """A column; empty is the fact's own moment."""
    falling: bool = True
    page: int = 1


@dataclass(frozen=True)
class Listed:
    """A page of a list. ``total`` is exact unless there are ``more`` than could be counted;
    ``amount`` is what all of its rows add up to, where each adds a number.
    """

    rows: tuple[Row, ...]
    total: int
    more: bool
    amount: Decimal | None

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-min(self.total, MOST) // PAGE))


def sortable(fact: Fact) -> tuple[str, ...]:
    """Columns that a list can be sorted by: all but those that are left out of lists."""
    left_out = {column.name for column in fact.columns if column.privacy == "coordinate"}
    left_out |= {"place"} if fact.sensitive else set()
    return tuple(name for name in fact.names if name not in left_out)


def filterable(fact: Fact) -> dict[str, Type]:
    """Columns that a list can be cut by, and their types: none that is private, nor the place, for
    which one goes there.
    """
    private = {"place", *(column.name for column in fact.columns if column.privacy)}
    return {name: kind for name, kind in fact.typed if name not in private}


def page(
    snapshot: Snapshot,
    seen: Cleared,
    wanted: Wanted,
    key: str,
    columns: Sequence[str] = (),
    size: int = PAGE,
) -> Listed:
    """A page of a list, in an order that does not change while the snapshot does not.

    ``key`` is the secret that the rows' addresses are made with; ``columns`` are what is shown, the
    fact's ``listed`` if none are named; ``size`` is how many rows a page has. Raises Mistake for
    what the fact does not have.
    """
    allow(seen, SEE_ROWS)
    fact = declared(wanted.fact)
    if not snapshot.standing(fact.name).rows:
        return Listed((), 0, False, None)
    rows, values, adds = _chosen(snapshot, seen, fact, wanted)
    number = min(max(1, wanted.page), MOST // size)
    order = _order(fact, wanted)
    total, summed = _counted(snapshot, rows, values, adds)
    found = snapshot.rows(
        *bound(
            f"select {shown(fact, columns or fact.listed)}, {adds or 'null'} from"
            f" (select * from ({rows}) r order by {order} limit {size}"
            f" offset {(number - 1) * size}) r order by {order}",
            {**values, **about(snapshot, fact, key)},
        )
    )
    return Listed(
        tuple(row(snapshot, columns or fact.listed, each) for each in found),
        min(total, MOST),
        total > MOST,
        summed,
    )


def marks(snapshot: Snapshot, seen: Cleared, wanted: Wanted, key: str) -> tuple[str, ...]:
    """An opaque mark of each row of a list, the same in every snapshot: what is new is known by it.
    It says nothing of its row and is no address, so it takes no right to see rows.
    """
    fact = declared(wanted.fact)
    if not snapshot.standing(fact.name).rows:
        return ()
    rows, values, _ = _chosen(snapshot, seen, fact, wanted)
    found = snapshot.rows(
        *bound(
            f"select left({tag(fact)}, 12) as mark from ({rows}) order by mark",
            {**values, "key": key},
        )
    )
    return tuple(mark for (mark,) in found)


def _counted(
    snapshot: Snapshot, rows: str, values: Mapping[str, Any], adds: str
) -> tuple[int, Decimal | None]:
    """How many rows there are, up to one more than MOST, and what they add up to."""
    [(total, summed)] = snapshot.rows(
        *bound(
            f"select count(*), sum(adds) from"
            f" (select {adds or 'null'} as adds from ({rows}) limit {MOST + 1})",
            values,
        )
    )
    return int(total), summed if adds and total <= MOST else None


def _chosen(
    snapshot: Snapshot, seen: Cleared, fact: Fact, wanted: Wanted
) -> tuple[str, dict[str, Any], str]:
    """SQL of all the rows of a list, what it binds, and SQL of what a row adds to its metric."""
    place, period = seen.place, wanted.period
    # One list alone is not worth a file of its own, as a page of panels is.
    table = nearby.table(snapshot, fact.name, place, made=True)
    rows = (
        f"(select * from {table} r"
        f" where pos between {place.lo} and {place.hi}{kept_back(fact, place)})"
    )
    values: dict[str, Any] = about(snapshot, fact, "")
    adds, tests = "", []
    if wanted.metric:
        one = counted(snapshot, fact, wanted.metric, wanted.part)
        since, until = tally.stretch(snapshot, one, period)
        values |= {"since": since, "until": until}
        rows = f"({behind(one, wanted.part, rows, _day('since', since), _day('until', until))})"
        adds = amount(one) if wanted.part == "numerator" else ""
    elif not (wanted.status and _status(fact, wanted.status).stands):
        for name, day, test in (
            ("since", period.since, f"{fact.month} >= $since::date"),
            ("until", period.until, f"{fact.month} < $until::date + 1"),
        ):
            if day is not None:
                tests.append(test)
                values[name] = day
    if wanted.status:
        tests.append(f"({_status(fact, wanted.status).sql})")
    for number, each in enumerate(wanted.filters):
        tests.append(_test(fact, each, f"value_{number}"))
        values[f"value_{number}"] = each.value
    if wanted.find:
        tests.append(_found(fact, wanted.find))
        values["find"] = wanted.find
    where = f" where {' and '.join(tests)}" if tests else ""
    return f"select * from {rows}{where}", values, adds


def counted(snapshot: Snapshot, fact: Fact, name: str, part: str) -> Counted:
    """The metric whose rows are asked for. Raises Mistake where it has no such rows."""
    one = snapshot.metric(name)
    if one.metric.fact != fact.name:
        raise Mistake(f"{name} counts rows of {one.metric.fact}, not of {fact.name}")
    if part not in PARTS:
        raise Mistake(f"{part!r} is no part of a metric", write=did_you_mean(part, PARTS))
    if part == "denominator" and not one.metric.denominator:
        raise Mistake(f"{name} has no denominator", write="Ask for its numerator")
    return one


def _status(fact: Fact, name: str) -> Any:
    known = {status.name: status for status in fact.statuses}
    if name not in known:
        raise Mistake(f"{name!r} is no status of {fact.name}", write=did_you_mean(name, known))
    return known[name]


def _day(name: str, day: date | None) -> str:
    return f"${name}::date" if day is not None else ""


def _test(fact: Fact, test: Filter, name: str) -> str:
    known = filterable(fact)
    if test.column not in known:
        raise Mistake(
            f"{fact.name} cannot be cut by {test.column!r}", write=did_you_mean(test.column, known)
        )
    kind, column = known[test.column], test.column
    if test.value is None:
        return f"({column} is null and ${name} is null)"
    if kind in ("VARCHAR", "BOOLEAN") and test.how != "is":
        raise Mistake(f"{column} is no number and no day", write=f"Name one value of {column}")
    value = f"${name}::{'DATE' if kind == 'TIMESTAMP' else kind}"
    if kind != "TIMESTAMP":
        return f"{column} {_SIGNS[test.how]} {value}"
    ends = {"from": [f"{column} >= {value}"], "to": [f"{column} < {value} + 1"]}
    return " and ".join(ends.get(test.how, [*ends["from"], *ends["to"]]))


_SIGNS: dict[Compared, str] = {"is": "=", "from": ">=", "to": "<="}


def read(kind: Type, text: str) -> Value:
    """A value of a column's type from what somebody wrote. Raises Mistake."""
    if text == BLANK:
        return None
    if kind == "VARCHAR":
        return text
    if kind == "BOOLEAN":
        if text not in ("1", "0"):
            raise Mistake(f"{text!r} is neither yes nor no", write="Write 1 or 0")
        return text == "1"
    try:
        if kind in ("TIMESTAMP", "DATE"):
            return date.fromisoformat(text)
        number = float(text)
        if not -1e15 < number < 1e15 or (kind == "INTEGER" and number != int(number)):
            raise ValueError
        return number
    except ValueError:
        wanted = "a number" if kind in ("INTEGER", "DOUBLE") else "a day such as 2026-10-01"
        raise Mistake(f"{text!r} is not {wanted}", write=f"Write {wanted}") from None


def _found(fact: Fact, what: str) -> str:
    """SQL: whether ``$find`` is found in a row: in what is shown of it, or it is a whole number."""

    def within(text: str) -> str:
        # Chinese has no capitals, and to make ten million titles small takes seconds.
        cased = what.lower() != what.upper()
        return f"contains(lower({text}), lower($find))" if cased else f"contains({text}, $find)"

    tests = []
    for name in fact.search:
        column = declared_column(fact, name)
        if column is not None and column.privacy == "number":
            tests.append(f"{name} = $find")
            continue
        test = within(name)
        if column is not None and column.privacy:
            # What is found in the masked text stands in the whole one too, which costs less to ask.
            test = f"case when {test} then {within(masked(column))} end"
        tests.append(test)
    return f"({' or '.join(tests)})"


def _order(fact: Fact, wanted: Wanted) -> str:
    """SQL of an order in which no two rows are equal."""
    known = sortable(fact)
    name = wanted.sort or fact.month
    if name not in known:
        raise Mistake(f"{fact.name} cannot be sorted by {name!r}", write=did_you_mean(name, known))
    column = declared_column(fact, name)
    what = masked(column, f"r.{name}") if column is not None else f"r.{name}"
    ties = ", ".join(f"r.{each}" for each in fact.key)
    return f"{what} {'desc' if wanted.falling else 'asc'} nulls last, {ties}"
