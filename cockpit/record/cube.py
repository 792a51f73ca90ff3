"""The cube: per fact, place and day the parts of every metric, each by its own clock, down to the
leaf. Its rows are contributions that add, so a change is a few rows more.

``own`` rows count what lies at a place itself and in none of its children (未落格); the other rows
count everything below a place, so a page reads as many rows as it shows days.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import duckdb
import pyarrow as pa

from cockpit.model.allowed import FUNCTIONS, Allowed, allow
from cockpit.model.counting import DEEP, Clock, Counted, clocks, count, count_left, part_types
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Metric
from cockpit.model.mistakes import Mistake
from cockpit.model.places import Tree
from cockpit.model.select import PARSE, look_at_one

PARTS = ("numerator", "denominator", "clock", "enters", "leaves")
"""What of a metric is SQL."""
OWN = "select function_name from duckdb_functions() where not internal and function_type = 'macro'"
LAYOUT = 3
"""Goes up when snapshots are laid out anew: what an older cockpit wrote is then written again."""


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
        (m.name, m.numerator, m.denominator, m.clock, m.enters, m.leaves)
        for m in (one.metric for one in counted)
        if m.fact == fact.name
    ]
    derived = [(d.name, d.sql) for d in fact.derived]
    text = repr((LAYOUT, city, mine, derived, fact.month, fact.names, duckdb.__version__))
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


def declaration(parts: dict[str, str]) -> str:
    """The columns of a fact's cube."""
    listed = ", ".join(f"{part} {kind}" for part, kind in parts.items())
    return f"own boolean, rung tinyint, pos integer, day date, {listed}"


def deep_declaration(clock: Clock, parts: Mapping[str, str]) -> str:
    """The columns of what one clock counts on the deep rungs."""
    listed = ", ".join(f"{part} {parts[part]}" for part in clock.parts)
    return f"rung tinyint, pos integer, day date, {listed}"


def members(clocks: Sequence[Clock]) -> list[Counted]:
    """The metrics that some clocks count, each once."""
    return list({one.metric.name: one for clock in clocks for one, _ in clock.counted}.values())


@contextmanager
def of_many(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """While in the block, a join builds its table of what stands behind the word, which is what
    ``fill`` wants where many rows are counted: DuckDB expects few rows of a grouping, and would
    build it of the millions that come and not of the places.
    """
    con.execute("set disabled_optimizers = 'build_side_probe_side'")
    try:
        yield
    finally:
        with suppress(duckdb.FatalException):  # what went wrong first says more
            con.execute("reset disabled_optimizers")


def fill(
    con: duckdb.DuckDBPyConnection,
    clocks: Sequence[Clock],
    rows: str,
    into: str,
    weight: str = "",
    deep: str = "",
) -> None:
    """Count ``rows`` (a relation with the fact's columns, ``pos`` and maybe a weight) and add what
    was counted to the table ``into``: first where the rows lie, then rung by rung upwards.

    The clocks are counted apart: grouped together, each of the many sums of each cell would be held
    and touched at once, which takes five times as long and all of the memory. On the deep rungs
    they stay apart, in the tables whose names ``deep`` begins, if it is given; above, they are
    joined. What is left open is little, so it is not joined but stands in rows of its own.
    """
    parts = part_types(members(clocks))
    typed = ", ".join(f"{part} {kind}" for part, kind in parts.items())
    con.execute(f"create or replace temp table aside (pos integer, day date, {typed})")
    pieces: dict[str, Clock] = {}
    for number, clock in enumerate(clocks):
        name = f"piece_{number}"
        counted = count(clock, rows, ["pos"], weight)
        _lay_down(con, name, counted, _some(parts, clock.parts), into, deep and f"{deep}_{number}")
        pieces[name] = clock
        con.execute(f"insert into aside by name {count_left(clock, rows, ['pos'], weight)}")
    left = _some(parts, [one.parts[-1] for one in members(clocks)])
    _lay_down(con, "left_open", f"select pos, day, {', '.join(left)} from aside", left, into, "")
    keys = " union all ".join(f"select pos, day from {name}" for name in pieces)
    joins = "".join(f" left join {name} using (pos, day)" for name in pieces)
    con.execute(
        f"create or replace temp table cells as select s.rung, pos, day, {_joined(pieces)}"
        f" from (select distinct pos, day from ({keys}) order by pos, day)"
        f" join steps s using (pos){joins}"
    )
    con.execute("insert into cells by name select * exclude up from left_open")
    for name in (*pieces, "aside", "left_open"):
        con.execute(f"drop table {name}")
    _roll_up(con, parts, into)


def _some(parts: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: parts[name] for name in names}


def _lay_down(
    con: duckdb.DuckDBPyConnection,
    name: str,
    counted: str,
    parts: Mapping[str, str],
    into: str,
    deep: str,
) -> None:
    """Put down what was counted where it lies in a place and in none of its children, and rung by
    rung what lies in places of the deep rungs. What lies in places above those, all that came up
    included, is then in the temporary table ``name``.
    """
    sums = ", ".join(f"sum({part})::{kind} as {part}" for part, kind in parts.items())
    con.execute(
        f"create or replace temp table {name} as select s.rung, s.own, s.up, c.*"
        f" from ({counted}) c join steps s using (pos)"
    )
    con.execute(
        f"insert into {into} by name select * exclude up from {name} where own order by pos, day"
    )
    for rung in range(len(LEVELS) - 1, DEEP - 1, -1):
        own = "" if deep else "false as own, "
        con.execute(
            f"insert into {deep or into} by name select {own}rung, pos, day, {', '.join(parts)}"
            f" from {name} where rung = {rung} order by pos, day"
        )
        con.execute(
            f"create or replace temp table {name} as select s.rung, s.up, c.* from (select"
            f" if(rung = {rung}, up, pos) as pos, day, {sums} from {name} group by all"
            ") c join steps s using (pos)"
        )


def _joined(pieces: Mapping[str, Clock]) -> str:
    """SQL of every part over the joined pieces; a stock's parts come from two of them."""
    holders: dict[str, list[str]] = {}
    for name, clock in pieces.items():
        for part in clock.parts:
            holders.setdefault(part, []).append(f"coalesce({name}.{part}, 0)")
    left = {one.parts[-1] for clock in pieces.values() for one, _ in clock.counted}
    return ", ".join(
        [f"{' + '.join(held)} as {part}" for part, held in holders.items()]
        + [f"null::bigint as {part}" for part in sorted(left)]
    )


def _roll_up(con: duckdb.DuckDBPyConnection, parts: dict[str, str], into: str) -> None:
    """From ``cells`` (what lies at each place above the deep rungs, theirs included) to everything
    below each place.
    """
    listed = ", ".join(parts)
    sums = ", ".join(f"sum({part})::{kind} as {part}" for part, kind in parts.items())
    rolled: list[str] = []
    for rung in range(DEEP - 1, -1, -1):
        name = f"rolled_{rung}"
        here = f"select pos, day, {listed} from cells where rung = {rung}"
        if rolled:
            lower = "".join(
                f" union all select up.pos, t.day, {', '.join(f't.{part}' for part in parts)}"
                f" from {lower} t join steps s using (pos) join steps up on up.pos = s.up"
                f" where up.rung = {rung}"
                for lower in rolled
            )
            here = (
                f"select pos, day, {sums} from ({here}{lower}) group by pos, day order by pos, day"
            )
        con.execute(f"create or replace temp table {name} as {here}")
        rolled.append(name)
        con.execute(f"insert into {into} select false, {rung}, * from {name}")
    for name in (*rolled, "cells"):
        con.execute(f"drop table {name}")
