"""The cube: per fact, place and day the parts of every metric, each by its own clock, down to the
leaf, as sheets of running totals. What is counted adds, so a change is a sheet more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from cockpit import disk
from cockpit.model.allowed import FUNCTIONS, Allowed, allow
from cockpit.model.counting import (
    DIGITS,
    NUMBER,
    Clock,
    Counted,
    clocks,
    count,
    count_left,
    part_types,
)
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Metric
from cockpit.model.mistakes import Mistake
from cockpit.model.places import Tree
from cockpit.model.select import PARSE, look_at_one
from cockpit.model.sheet import HALF, UPPER, Cells, Sheet, make, numbered, pack

PARTS = ("numerator", "denominator", "clock", "enters", "leaves")
"""What of a metric is SQL."""
OWN = "select function_name from duckdb_functions() where not internal and function_type = 'macro'"


def weigh(con: duckdb.DuckDBPyConnection, metric: Metric, may: Allowed) -> Counted:
    """Bind a metric to its fact's columns. Raises Mistake for SQL that does not fit one row, or
    uses what it may not.
    """
    fact = FACTS[metric.fact]
    for part in PARTS:
        _look(con, metric, part, may)
    kinds = {part: _bind(con, fact, metric, part) for part in PARTS}
    return Counted(
        metric,
        kinds["numerator"] == "BOOLEAN",
        not metric.denominator or kinds["denominator"] == "BOOLEAN",
    )


def allowed(con: duckdb.DuckDBPyConnection) -> Allowed:
    """What an expression may use here: what only calculates, and the city's working time."""
    own = {str(name) for (name,) in con.execute(OWN).fetchall()}
    public = {name for name in own if not name.startswith("_")}
    return allow(con.execute(FUNCTIONS).fetchall(), (), public)


def _look(con: duckdb.DuckDBPyConnection, metric: Metric, part: str, may: Allowed) -> None:
    """Whether an expression keeps to the row before it: the writer's connection could read files
    and everything else. Raises Mistake.
    """
    sql = getattr(metric, part)
    if not sql:
        return
    try:
        tree = json.loads(con.execute(PARSE, [f"select {sql}"]).fetchall()[0][0])
    except duckdb.FatalException:
        raise
    except duckdb.Error as error:
        raise Mistake(str(error).splitlines()[0], where=_where(metric, part)) from None
    look_at_one(tree, sql, lambda _: _where(metric, part), may)


def _where(metric: Metric, part: str) -> str:
    return f"{metric.path} [{metric.name}] {part}"


def _bind(con: duckdb.DuckDBPyConnection, fact: Fact, metric: Metric, part: str) -> str:
    """The type of one expression of a metric over one row of its fact."""
    sql = getattr(metric, part)
    if not sql:
        return ""
    where = _where(metric, part)
    moment = part in ("clock", "enters", "leaves")
    try:
        # A sum around it makes DuckDB itself refuse an aggregate: they cannot be nested.
        con.execute(f"describe select max(({sql})) from {fact.name}")
        kind = str(con.execute(f"describe select ({sql}) as it from {fact.name}").fetchall()[0][1])
    except duckdb.FatalException:
        raise
    except duckdb.Error as error:
        raise Mistake(f"{str(error).strip().splitlines()[0]} in {sql!r}", where=where) from None
    if moment and not kind.startswith(("TIMESTAMP", "DATE")):
        raise Mistake(f"{sql!r} is {kind}, no moment", where=where, write='clock = "closed_at"')
    if not moment and kind.startswith(("VARCHAR", "TIMESTAMP", "DATE")):
        raise Mistake(f"{sql!r} is {kind}", where=where, write="true or false, or a number")
    return kind


def fingerprint(fact: Fact, counted: Sequence[Counted], city: str) -> str:
    """Changes when the same rows would give other parts, or other files."""
    mine = [
        (m.name, m.numerator, m.denominator, m.clock, m.enters, m.leaves, *one.lacking)
        for one in counted
        if (m := one.metric).fact == fact.name
    ]
    derived = [(d.name, d.sql) for d in fact.derived]
    text = repr((city, mine, derived, fact.month, fact.names, duckdb.__version__))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plant(con: duckdb.DuckDBPyConnection, tree: Tree) -> None:
    """The temporary table ``steps``: each place, its rung, whether it has children (so that rows
    can lie in it and in none of them), and the place above.
    """
    steps = [
        (
            place.lo,
            place.rung,
            bool(tree.below(place)),
            tree.by_code[place.parent].lo if place.parent else None,
        )
        for place in tree.places
    ]
    con.execute(
        "create or replace temp table steps (pos integer, rung tinyint, own boolean, up integer)"
    )
    fill_table(con, "steps", steps)


def fill_table(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Fill a table from rows in the order of its columns."""
    names = [row[0] for row in con.execute(f"describe {table}").fetchall()]
    frame = pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})
    con.register("filling", frame)
    con.execute(f"insert into {table} select * from filling")
    con.unregister("filling")


def fact_clocks(counted: Sequence[Counted]) -> dict[str, tuple[Clock, ...]]:
    """The clocks of every fact that any metric counts."""
    return {name: clocks(name, counted) for name in FACTS}


@contextmanager
def of_many(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """While in the block, a join builds its table of what stands behind the word, which is what
    ``count_up`` wants where many rows are counted: DuckDB expects few rows of a grouping, and would
    build it of the millions that come and not of the places.
    """
    con.execute("set disabled_optimizers = 'build_side_probe_side'")
    try:
        yield
    finally:
        with suppress(duckdb.FatalException):  # what went wrong first says more
            con.execute("reset disabled_optimizers")


def count_up(
    con: duckdb.DuckDBPyConnection,
    clocks: Sequence[Clock],
    chunks: Sequence[str],
    weight: str = "",
    tell: Callable[[float], None] = lambda share: None,
) -> Iterator[Sheet]:
    """What the clocks count in some rows at every place, a sheet for each, and what is left open,
    which is little, in one for all. ``chunks`` are relations with the fact's columns, ``pos`` and
    maybe a weight; they are counted one after another, so that memory stays what one takes.
    """
    aside: list[Cells] = []
    for number, clock in enumerate(clocks):
        tell(number / len(clocks))
        types = part_types([one for one, _ in clock.counted])
        parts = {part: types[part] for part in clock.parts}
        left = {part: kind for part, kind in types.items() if part not in parts}
        yield from make(
            clock.sql,
            [_cells(con, count(clock, rows, ["pos"], weight), parts) for rows in chunks],
        )
        aside += [_cells(con, count_left(clock, rows, ["pos"], weight), left) for rows in chunks]
    yield from make("left open", aside)


def _cells(con: duckdb.DuckDBPyConnection, counted: str, parts: Mapping[str, str]) -> Cells:
    """What was counted at places, and so below each place."""
    found: dict[str, Any] = con.execute(_rolled_up(counted, parts)).fetchnumpy()
    values = {
        part: (found[part], found[part + UPPER]) if kind == NUMBER else found[part]
        for part, kind in parts.items()
    }
    return found["number"], found["day"], values


def _rolled_up(counted: str, parts: Mapping[str, str]) -> str:
    """SQL: from what lies at places (``pos``, day, parts) to what lies below each place, rung by
    rung upwards, and what lies in places and in none of their children; in a sheet's order.
    """
    sums = ", ".join(f"sum({part})::{kind} as {part}" for part, kind in parts.items())
    listed = ", ".join(parts)
    stages = [f"lying as materialized (select s.*, c.* exclude (pos) from ({counted}) c {_STEPS})"]
    told = [f"select {numbered(own=True)} as number, day, {listed} from lying where own"]
    last = "lying"
    for rung in range(len(LEVELS) - 1, -1, -1):
        told.append(f"select {numbered()} as number, day, {listed} from {last} where rung = {rung}")
        if rung:
            raised = (
                f"select if(rung = {rung}, up, pos) as pos, day, {sums} from {last} group by all"
            )
            last = f"over_{rung}"
            stages.append(
                f"{last} as materialized (select s.*, c.* exclude (pos) from ({raised}) c {_STEPS})"
            )
    return (
        f"with {', '.join(stages)} select number, ({_ORDINAL})::integer as day, {_whole(parts)}"
        f" from ({' union all '.join(told)}) where {' or '.join(f'{part} <> 0' for part in parts)}"
        " order by number, day"
    )


_STEPS = "join steps s using (pos)"
_ORDINAL = (
    f"case when day > date '{date.max}' then {date.max.toordinal()}"
    f" when day < date '{date.min}' then {date.min.toordinal()}"
    f" else day - date '{date.min}' + {date.min.toordinal()} end"
)
"""A day as Python counts them; one that Python does not know as the nearest that it does."""


def _whole(parts: Mapping[str, str]) -> str:
    """Sums as whole numbers: those with digits behind the point in two halves."""
    listed = []
    for part, kind in parts.items():
        if kind != NUMBER:
            listed.append(f"{part}::integer as {part}")  # no more than there are rows
            continue
        raw, half = f"({part} * {10**DIGITS})::hugeint", 1 << HALF
        listed.append(f"({raw} % {half})::bigint as {part}")
        listed.append(f'({raw} // {half})::bigint as "{part}{UPPER}"')
    return ", ".join(listed)


def write(folder: Path, fact: str, sheets: Iterable[Sheet]) -> str:
    """Write a file of sheets, named by its content; gives the name."""
    aside, content = disk.aside(folder / fact), hashlib.sha256()
    with aside.open("wb") as opened:
        for piece in pack(sheets):
            content.update(piece)
            opened.write(piece)
    name = f"{fact}-{content.hexdigest()[:16]}.sheets"
    disk.settle(aside, folder / name)
    return name
