"""What each source gives: the columns of its fact that its files have had.

A blank in a column that a source gives says something: not so, not yet. Where it gives no such
column a blank says nothing, and whoever counts it as nought makes a number up. So a metric names
the columns that it needs, and rows of a source without them do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import duckdb

from cockpit.model.counting import Counted
from cockpit.model.fact import Column, Fact
from cockpit.model.facts import FACTS


def note(
    con: duckdb.DuckDBPyConnection, fact: Fact, source: str, columns: Iterable[str], receipt: int
) -> None:
    """Remember the columns that a file of a source has. A number in none of its rows is not given:
    who counts writes 0.
    """
    known = _known(con, fact.name).get(source, set())
    new = [fact.column(name) for name in columns if name not in known]
    _keep(con, fact, source, [c.name for c in new if not _is_blank(con, fact, c, receipt)])


def _is_blank(con: duckdb.DuckDBPyConnection, fact: Fact, column: Column, receipt: int) -> bool:
    if column.type not in ("INTEGER", "DOUBLE"):
        return False
    found = con.execute(
        f"select 1 from {fact.name} where receipt = ? and {column.name} is not null limit 1",
        [receipt],
    )
    return not found.fetchall()


def recall(con: duckdb.DuckDBPyConnection) -> None:
    """Of sources whose files came before this was remembered: what their rows say, a yes in a flag.
    One that gave a column and never said anything in it is known for it from its next file on.
    """
    sources = con.execute(
        "select distinct source, fact from receipts where refused is null and accepted > 0"
        " and not exists (from given g where g.source = receipts.source and g.fact = receipts.fact)"
    ).fetchall()
    for source, name in sources:
        fact = FACTS[name]
        columns = [column for column in fact.columns if column.name != "source"]
        said = ", ".join(f"count(*) filter (where {_says(column)}) > 0" for column in columns)
        (found,) = con.execute(
            f"select {said} from {fact.name} where source = ?", [source]
        ).fetchall()
        told = [column.name for column, says in zip(columns, found, strict=True) if says]
        _keep(con, fact, source, told)


def _says(column: Column) -> str:
    return f"{column.name} <> {column.default}" if column.default else f"{column.name} is not null"


def judged(con: duckdb.DuckDBPyConnection, counted: Sequence[Counted]) -> list[Counted]:
    """The metrics, each with the sources that do not give what it needs."""
    known = {name: _known(con, name) for name in FACTS}
    return [replace(one, lacking=_lacking(one, known[one.metric.fact])) for one in counted]


def _lacking(one: Counted, known: Mapping[str, set[str]]) -> tuple[str, ...]:
    fact = FACTS[one.metric.fact]
    needs = [fact.told_by(column) for column in one.metric.needs]
    return tuple(
        sorted(
            source
            for source, columns in known.items()
            if any(columns.isdisjoint(need) for need in needs)
        )
    )


def _known(con: duckdb.DuckDBPyConnection, fact: str) -> dict[str, set[str]]:
    """The columns that each source of a fact gives."""
    found: dict[str, set[str]] = {}
    for source, column in con.execute(
        'select source, "column" from given where fact = ?', [fact]
    ).fetchall():
        found.setdefault(source, set()).add(column)
    return found


def _keep(con: duckdb.DuckDBPyConnection, fact: Fact, source: str, columns: Sequence[str]) -> None:
    con.execute("insert into given select ?, ?, unnest(?::varchar[])", [source, fact.name, columns])
