"""Chance without luck: uniform numbers that follow from a row's number, a word and the seed.

``chance(i, 'word')`` is a DOUBLE in [0, 1). The same seed gives the same city on any number of
threads, since nothing depends on the order in which rows are made. Word and seed are folded into
the row's number before hashing: DuckDB's hash of several arguments only XORs them together, so
two words would give numbers that follow from each other.

A *wheel* is a table of SLOTS slots a group, shared out by weight: one equality join draws by
weight, ``grp = … and slot = spin(i, 'word')``. Where there are thousands to draw from, a wheel of
FINE_SLOTS is turned by ``fine_spin``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb

from cockpit.model.fact import Fact

SLOTS = 1024
FINE_SLOTS = 32 * SLOTS
_SCALE = 1_000_000

_MACROS = {
    "chance(i, word)": "(hash(xor(i::ubigint, hash(word || ' {seed}'))) >> 11) / 2.0 ** 53",
    "spin(i, word)": f"floor(chance(i, word) * {SLOTS})::integer",
    "fine_spin(i, word)": f"floor(chance(i, word) * {FINE_SLOTS})::integer",
    # One of the values of a list, all alike.
    "pick(i, word, choices)": "choices[1 + floor(chance(i, word) * len(choices))::integer]",
    # Log-logistic with median 1: how long things take. A larger spread has longer tails.
    "pace(i, word, spread)": "(1 / (1 - chance(i, word)) - 1) ** spread",
    # Minutes, or a portion of an interval, as an interval of whole seconds.
    "minutes(n)": "to_seconds(floor(60 * (n))::bigint)",
    "portion(span, share)": "to_seconds(floor(epoch(span) * (share))::bigint)",
    # The day on which what is left open is reviewed: within 90 days.
    "review(i, day)": "day::date + 30 + floor(60 * chance(i, 'review'))::integer",
    # The same day in office hours, 8:30 to 17:30.
    "office(t)": "t::date + minutes(510) + portion(t - t::date, 0.375)",
}


def seed_macros(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Give the connection ``chance``, ``spin`` and what is built on them, for this seed."""
    for name, sql in _MACROS.items():
        con.execute(f"create or replace temp macro {name} as {sql.format(seed=seed)}")


def clear(con: duckdb.DuckDBPyConnection) -> None:
    """Take the helpers off the connection: these macros, and the tables called gen_…"""
    for (name,) in con.execute(
        "select table_name from duckdb_tables() where temporary and starts_with(table_name, 'gen_')"
    ).fetchall():
        con.execute(f"drop table {name}")
    for name in (*_MACROS, "gen_spent", "gen_clock"):
        con.execute(f"drop macro {name.partition('(')[0]}")


def wheel(
    con: duckdb.DuckDBPyConnection,
    name: str,
    weights: str | Iterable[tuple[int, int, float]],
    slots: int = SLOTS,
) -> None:
    """Build the temp table ``name`` (grp, slot, id) from (grp, id, weight): SQL, or the rows.

    Weights are counted in whole millionths, so that no order of adding changes a slot.
    """
    rows, lists = weights, None
    if not isinstance(weights, str):
        rows = "select unnest($1) as grp, unnest($2) as id, unnest($3)::double as weight"
        lists = [list(values) for values in zip(*weights, strict=True)]
    con.execute(
        f"""
        create or replace temp table {name} as
        with parts as (
            select grp, id, floor(weight * {_SCALE})::hugeint as part from ({rows})
        ), upto as (
            select grp, id, part, sum(part) over (partition by grp) as total,
                sum(part) over (partition by grp order by id) as upto
            from parts
        )
        select grp, id, unnest(range(
            ({slots} * (upto - part) // total)::bigint, ({slots} * upto // total)::bigint
        ))::integer as slot
        from upto where total > 0 order by grp, slot
        """,
        lists,
    )


def create(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    """The empty demo table of a fact: its declared columns, in order."""
    columns = ", ".join(f"{column.name} {column.type}" for column in fact.columns)
    con.execute(f"create or replace table demo_{fact.name} ({columns})")


def fill(
    con: duckdb.DuckDBPyConnection, fact: Fact, rows: str, columns: Mapping[str, str], until: date
) -> None:
    """Add rows to a demo table in the order of time.

    ``rows`` is SQL (it may begin with WITH) that knows the whole future and carries the row's
    number as ``i``; what it has happen after ``until`` is blanked here. Then ``columns`` gives the
    declared columns; one that is not named takes the expression of its own name, ``source`` is
    'demo', and ``updated_at`` the newest moment.
    """
    end = f"timestamp '{until} 23:59:59'"
    past = ", ".join(f"case when {m} <= {end} then {m} end as {m}" for m in fact.happened)
    named = {
        "source": "'demo'",
        "updated_at": f"greatest({', '.join(fact.happened)})",
        **columns,
    }
    chosen = ", ".join(f"{named.get(c.name, c.name)} as {c.name}" for c in fact.columns)
    con.execute(
        f"insert into demo_{fact.name} select {chosen}"
        f" from (select * replace ({past}) from ({rows})) order by {fact.month}, i"
    )
