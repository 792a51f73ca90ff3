"""From metrics to SQL that counts: the one place where rows are turned into parts.

The parts of a metric are sums over rows: numerator ``n``, denominator ``d``, how many rows
answered ``a``, how many were left open ``l``. The cube and the difference that a changed row
makes use the SELECTs made here, so they cannot disagree about a formula.

Numbers are summed as DECIMAL(38, 4): exact, so the order in which rows arrive cannot show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cockpit.model.metric import Metric

NUMBER = "decimal(38, 4)"
DIGITS = 4
"""How many digits behind the point a number of that type has."""

Part = Literal["numerator", "denominator", "left_open"]
PARTS: tuple[Part, ...] = ("numerator", "denominator", "left_open")
"""What of a metric has rows of its own."""


@dataclass(frozen=True)
class Counted:
    """A metric, and which of its expressions are true-or-false rather than numbers."""

    metric: Metric
    numerator_is_bool: bool
    denominator_is_bool: bool
    lacking: tuple[str, ...] = ()
    """The sources that do not give what it needs: their rows do not count."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns it fills: name and part. ``a`` is left out where it equals ``d``."""
        name = self.metric.name
        if not self.metric.denominator:
            return (f"{name}_n", f"{name}_a", f"{name}_l")
        if self.denominator_is_bool:
            return (f"{name}_n", f"{name}_d", f"{name}_l")
        return (f"{name}_n", f"{name}_d", f"{name}_a", f"{name}_l")

    @property
    def tally_parts(self) -> tuple[str, str | None, str, str]:
        """The parts that are numerator, denominator (None for a plain sum), answered, left open."""
        name = self.metric.name
        answered = f"{name}_a" if f"{name}_a" in self.parts else f"{name}_d"
        return f"{name}_n", f"{name}_d" if self.metric.denominator else None, answered, f"{name}_l"


@dataclass(frozen=True)
class Clock:
    """A clock of a fact: a moment of each row, and the metrics that count by it."""

    sql: str
    counted: tuple[tuple[Counted, int], ...]
    """Each metric, with +1 where its rows come and −1 where they go."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts it fills; what is left open is counted apart."""
        return tuple(part for one, _ in self.counted for part in one.parts[:-1])


def clocks(fact: str, counted: Sequence[Counted]) -> tuple[Clock, ...]:
    """The clocks that the metrics of one fact count by, in the order of first use."""
    by_sql: dict[str, list[tuple[Counted, int]]] = {}
    for one in counted:
        if one.metric.fact == fact:
            for sql, sign in one.metric.contributions:
                by_sql.setdefault(sql, []).append((one, sign))
    return tuple(Clock(sql, tuple(members)) for sql, members in by_sql.items())


def part_types(counted: Sequence[Counted]) -> dict[str, str]:
    """Every part of some metrics, and the type its sums have."""
    typed = {}
    for one in counted:
        for part in one.parts:
            whole = part.endswith(("_a", "_l")) or (
                one.numerator_is_bool if part.endswith("_n") else one.denominator_is_bool
            )
            typed[part] = "bigint" if whole else NUMBER
    return typed


def count(clock: Clock, rows: str, group: Sequence[str], weight: str = "") -> str:
    """A SELECT of ``group``, day, and what the clock's metrics count: one row a group.

    ``rows`` is a relation with the fact's columns. ``weight`` names a column of it that is +1 or
    −1, for differences.
    """
    keys = ", ".join([*group, "day"])
    asked = ", ".join(part for one, sign in clock.counted for part in _parts(one, sign, weight))
    return (
        f"select {keys}, {asked} from (select *, {_day(clock)} as day from {rows})"
        " where day is not null group by all"
    )


def count_left(clock: Clock, rows: str, group: Sequence[str], weight: str = "") -> str:
    """The same for rows left open (留白): those that a metric would count, were they not."""
    keys = ", ".join([*group, "day"])
    asked = ", ".join(
        f"{_sum('', f'could_{one.metric.name} and not in_{one.metric.name}', sign, weight)}"
        f" as {one.metric.name}_l"
        for one, sign in clock.counted
    )
    inner, outer = (
        ", ".join(
            f"coalesce({_open(one)}, false) as {word}_{one.metric.name}" for one, _ in clock.counted
        )
        for word in ("in", "could")
    )
    return (
        f"select {keys}, {asked} from (select *, {outer} from"
        f" (select * replace (false as left_open), {inner}, {_day(clock)} as day"
        f" from {rows} where left_open)) where day is not null group by all"
    )


def behind(one: Counted, part: Part, rows: str, since: str, until: str) -> str:
    """A SELECT of the rows behind a part of a metric: those of the numerator, all that it counts,
    or those left open that it would count, were they not.

    ``since`` and ``until`` are SQL of the first and last day, empty where the period is open; a
    stock has its rows on the last day. Where the numerator is a number, whatever is counted makes
    it up, each row by its ``amount``.
    """
    within = _within(one, since, until)
    if part == "left_open":
        return (
            f"select * exclude (_in, _within) replace (true as left_open) from"
            f" (select * replace (false as left_open), coalesce({_open(one)}, false) as _in,"
            f" ({within}) as _within from {rows} where left_open)"
            f" where _within and not _in and coalesce({_open(one)}, false)"
        )
    tests = [f"coalesce({_open(one)}, false)", within]
    if part == "numerator" and one.numerator_is_bool:
        tests.append(f"coalesce(({one.metric.numerator}), false)")
    return f"select * from {rows} where {' and '.join(tests)}"


def amount(one: Counted) -> str:
    """SQL of what one row adds to a numerator that is a number; empty where rows are counted."""
    return "" if one.numerator_is_bool else f"(({one.metric.numerator})::decimal(18, 4))"


def _within(one: Counted, since: str, until: str) -> str:
    """SQL: whether a row counts in a period; of a stock, whether it has come by the end and not
    gone. Moments are held against the days' ends as they are, so that whole files can be passed by.
    """
    (came, _), *gone = one.metric.contributions
    tests = [f"({came}) is not null"]
    if since and not one.metric.stock:
        tests.append(f"({came}) >= {since}")
    if until:
        tests.append(f"({came}) < {until} + 1")
        tests += [f"coalesce(({leaves}) >= {until} + 1, true)" for leaves, _ in gone]
    return " and ".join(tests)


def _day(clock: Clock) -> str:
    return f"(({clock.sql})::date)"


def _open(one: Counted) -> str:
    """True where the row would be counted as things stand."""
    metric = one.metric
    if metric.denominator:
        test = f"({metric.denominator})" + ("" if one.denominator_is_bool else " <> 0")
    else:
        test = f"({metric.numerator})" + ("" if one.numerator_is_bool else " is not null")
    return _told(one) + test


def _told(one: Counted) -> str:
    """SQL before a test: that the row's source gives what the metric needs. Empty where all do."""
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in one.lacking)
    return f"source not in ({listed}) and " if listed else ""


def _times(sign: int, weight: str) -> str:
    """How much one row weighs, as SQL."""
    return f"{sign} * {weight}" if weight else f"{sign}"


def _sum(what: str, test: str, sign: int, weight: str) -> str:
    """The sum of ``what`` (empty: of rows) where ``test`` holds."""
    if not what:
        if not weight:
            return f"{sign} * count(*) filter (where {test})"
        return f"coalesce(sum({_times(sign, weight)}) filter (where {test}), 0)::bigint"
    return (
        f"coalesce(sum({_times(sign, weight)} * ({what})::decimal(18, 4))"
        f" filter (where {test}), 0)::{NUMBER}"
    )


def _parts(one: Counted, sign: int, weight: str) -> list[str]:
    metric, name = one.metric, one.metric.name
    numerator = f"({metric.numerator})"
    counts = _open(one) if metric.denominator else f"{_told(one)}{numerator} is not null"
    if one.numerator_is_bool:
        parts = [f"{_sum('', f'{counts} and {numerator}', sign, weight)} as {name}_n"]
    else:
        parts = [f"{_sum(numerator, counts, sign, weight)} as {name}_n"]
    if metric.denominator:
        what = "" if one.denominator_is_bool else f"({metric.denominator})"
        parts.append(f"{_sum(what, counts, sign, weight)} as {name}_d")
    if f"{name}_a" in one.parts:
        # A row that leaves a stock has still answered: nothing left is 0, nothing known is blank.
        parts.append(f"{_sum('', counts, max(sign, 0), weight)} as {name}_a")
    return parts
