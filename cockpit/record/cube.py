"""The cube: per fact, place and day the parts of every metric, each by its own clock, down to one
level above the leaf. Its rows are contributions that add, so a change is a few rows more.

``own`` rows count what lies at a place itself and in none of its children (未落格); the other rows
count everything below a place, so a page reads as many rows as it shows days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa

from cockpit.model.counting import Clock, Counted, clocks, count, count_left, part_types
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Metric
from cockpit.model.mistakes import Mistake
from cockpit.model.places import Tree

DEEPEST = len(LEVELS) - 2
"""The lowest rung that the cube keeps; below it, rows are counted."""


def weigh(con: duckdb.DuckDBPyConnection, metrics: Iterable[Metric]) -> list[Counted]:
    """Bind every metric to its fact's columns. Raises Mistake for SQL that does not fit one row."""
    counted = []
    for metric in metrics:
        fact = FACTS[metric.fact]
        for part in ("numerator", "denominator", "clock", "enters", "leaves"):
            _bind(con, fact, metric, part)
        counted.append(
            Counted(
                metric,
                _bind(con, fact, metric, "numerator") == "BOOLEAN",
                not metric.denominator or _bind(con, fact, metric, "denominator") == "BOOLEAN",
            )
        )
    return counted


def _bind(con: duckdb.DuckDBPyConnection, fact: Fact, metric: Metric, part: str) -> str:
    """The type of one expression of a metric over one row of its fact."""
    sql = getattr(metric, part)
    if not sql:
        return ""
    where = f"{metric.path} [{metric.name}] {part}"
    moment = part in ("clock", "enters", "leaves")
    try:
        # A sum around it makes DuckDB itself refuse an aggregate: they cannot be nested.
        con.execute(f"describe select max(({sql})) from {fact.name}")
        kind = str(con.execute(f"describe select ({sql}) as it from {fact.name}").fetchall()[0][1])
    except duckdb.Error as error:
        raise Mistake(f"{str(error).strip().splitlines()[0]} in {sql!r}", where=where) from None
    if moment and not kind.startswith(("TIMESTAMP", "DATE")):
        raise Mistake(f"{sql!r} is {kind}, no moment", where=where, write='clock = "closed_at"')
    if not moment and kind.startswith(("VARCHAR", "TIMESTAMP", "DATE")):
        raise Mistake(f"{sql!r} is {kind}", where=where, write="true or false, or a number")
    return kind


def fingerprint(fact: Fact, counted: Sequence[Counted], city: str) -> str:
    """Changes when the same rows would give other parts."""
    mine = [
        (m.name, m.numerator, m.denominator, m.clock, m.enters, m.leaves)
        for m in (one.metric for one in counted)
        if m.fact == fact.name
    ]
    derived = [(d.name, d.sql) for d in fact.derived]
    text = repr((city, mine, derived, fact.month, fact.names, duckdb.__version__))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plant(con: duckdb.DuckDBPyConnection, tree: Tree) -> None:
    """Temporary tables of the tree: ``bases`` (pos → the cube's place it is counted at) and
    ``steps`` (each of those places, its rung, whether rows can lie in it and in no child of it,
    and the place above).
    """
    bases, steps = [], []
    for place in tree.places:
        base = place
        while base.rung > DEEPEST and base.parent is not None:
            base = tree.by_code[base.parent]
        bases.append((place.lo, base.lo))
        if base is place:
            own = place.rung < DEEPEST and bool(tree.below(place))
            up = tree.by_code[place.parent].lo if place.parent else None
            steps.append((place.lo, place.rung, own, up))
    con.execute("create or replace temp table bases (pos integer, base integer)")
    con.execute(
        "create or replace temp table steps (pos integer, rung tinyint, own boolean, up integer)"
    )
    fill_table(con, "bases", bases)
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


def members(clocks: Sequence[Clock]) -> list[Counted]:
    """The metrics that some clocks count, each once."""
    return list({one.metric.name: one for clock in clocks for one, _ in clock.counted}.values())


def fill(
    con: duckdb.DuckDBPyConnection,
    clocks: Sequence[Clock],
    rows: str,
    into: str,
    weight: str = "",
) -> None:
    """Count ``rows`` (a relation with the fact's columns, ``pos`` and maybe a weight) into the
    empty table ``into``: clock by clock at the cube's own places, then rung by rung upwards.

    The clocks are counted apart and joined: grouped together, each of the many sums of each cell
    would be held and touched at once, which takes five times as long and all of the memory.
    """
    parts = part_types(members(clocks))
    based = f"(select r.*, b.base from {rows} r join bases b using (pos))"
    pieces: list[str] = []
    holders: dict[str, list[str]] = {part: [] for part in parts}
    for clock in clocks:
        for select in (count, count_left):
            name = f"piece_{len(pieces)}"
            counted = select(clock, based, ["base"], weight)
            con.execute(f"create or replace temp table {name} as {counted}")
            for part, *_ in con.execute(f"describe {name}").fetchall()[2:]:
                holders[part].append(name)
            pieces.append(name)
    listed = ", ".join(
        f"{' + '.join(f'coalesce({name}.{part}, 0)' for name in holders[part])} as {part}"
        for part in parts
    )
    con.execute(
        "create or replace temp table cells as"
        f" select s.rung, s.own, k.base as pos, k.day, {listed} from (select distinct base, day from ("
        + " union all ".join(f"select base, day from {name}" for name in pieces)
        + ") order by base, day) k join steps s on s.pos = k.base"
        + "".join(f" left join {name} using (base, day)" for name in pieces)
    )
    for name in pieces:
        con.execute(f"drop table {name}")
    _roll_up(con, parts, into)


def _roll_up(con: duckdb.DuckDBPyConnection, parts: dict[str, str], into: str) -> None:
    """From ``cells`` (what lies at each of the cube's places) to everything below each place."""
    listed = ", ".join(parts)
    sums = ", ".join(f"sum({part})::{kind} as {part}" for part, kind in parts.items())
    con.execute(
        f"insert into {into} select true, rung, pos, day, {listed} from cells"
        " where own order by pos, day"
    )
    for rung in range(DEEPEST, -1, -1):
        here = f"select pos, day, {listed} from cells where rung = {rung}"
        if rung < DEEPEST:
            lower = ", ".join(f"t.{part}" for part in parts)
            here = (
                f"select pos, day, {sums} from ({here} union all select up.pos, t.day, {lower}"
                f" from {into} t join steps s using (pos) join steps up on up.pos = s.up"
                f" where not t.own and t.rung > {rung} and up.rung = {rung})"
                " group by pos, day order by pos, day"
            )
        con.execute(f"insert into {into} select false, {rung}, * from ({here})")
    con.execute("drop table cells")
