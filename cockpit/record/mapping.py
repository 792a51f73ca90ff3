"""A source's SELECT over the records of a file: every record becomes one row, no more, no less."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import duckdb

from cockpit.model.fact import Fact
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.source import Source
from cockpit.record.casts import literal, name
from cockpit.record.quarantine import NOTES

ORIGINAL = "_original"
"""The column that carries each record along, as it came."""


def mapped(con: duckdb.DuckDBPyConnection, source: Source, sql: str, columns: Sequence[str]) -> str:
    """SQL for the source's columns of every record that ``sql`` yields, and the record itself.
    Raises Mistake for a SELECT that would drop, double or look beyond records.
    """
    raw = [name(column) for column in columns if column not in NOTES]
    if len(raw) < len(columns):
        sql = f"select {', '.join(raw)} from ({sql})"
    if source.null:
        marks = ", ".join(literal(mark) for mark in source.null)
        raw = [f"case when trim({c}) not in ({marks}) then {c} end as {c}" for c in raw]
    tree = select_tree(con, source)
    chosen = tree["statements"][0]["node"]["select_list"]
    if not any(item["class"] == "STAR" and not item["columns"] for item in chosen):
        chosen.append(
            {
                "class": "COLUMN_REF",
                "type": "COLUMN_REF",
                "alias": "",
                "query_location": 0,
                "column_names": [ORIGINAL],
            }
        )
    back = con.execute("select json_deserialize_sql(?::json)", [json.dumps(tree)]).fetchall()
    listed = ", ".join([*raw, ORIGINAL])
    return f"with raw as (select {listed} from ({sql}) {ORIGINAL}) {back[0][0]}"


def select_tree(con: duckdb.DuckDBPyConnection, source: Source) -> dict[str, Any]:
    """A source's SELECT as DuckDB understands it. Raises Mistake for one that is no mapping."""
    tree = json.loads(con.execute("select json_serialize_sql(?)", [source.sql]).fetchall()[0][0])
    if tree["error"]:
        raise Mistake(f"not a SELECT: {tree['error_message']}", where=source.path)
    if len(tree["statements"]) != 1:
        raise Mistake("more than one statement", where=source.path, write="Write one SELECT")
    node = tree["statements"][0]["node"]
    if node["type"] != "SELECT_NODE" or node["from_table"].get("table_name") != "raw":
        raise _beyond("the SELECT does not read from raw alone", source)
    for word, there in (
        ("WITH", node["cte_map"]["map"]),
        ("WHERE", node["where_clause"]),
        ("GROUP BY", node["group_expressions"] or node["group_sets"]),
        ("HAVING", node["having"]),
        ("QUALIFY", node["qualify"]),
        ("USING SAMPLE", node["sample"]),
        ("DISTINCT, ORDER BY or LIMIT", node["modifiers"]),
    ):
        if there:
            raise _beyond(f"the SELECT has {word}", source)
    for part in _parts(node["select_list"]):
        if part.get("class") == "SUBQUERY":
            raise _beyond("the SELECT has another SELECT in it", source)
        if part.get("function_name") in ("unnest", "unlist"):
            raise _beyond("the SELECT has UNNEST", source)
    return tree  # type: ignore[no-any-return]


def columns_given(
    con: duckdb.DuckDBPyConnection, source: Source, fact: Fact, sql: str, where: str
) -> list[str]:
    """The fact's columns that the mapping fills. Raises Mistake for one that the file lacks, or
    that the fact does not have.
    """
    here = source.path or f"{where}:1"
    try:
        given = [row[0] for row in con.execute(f"describe {sql}").fetchall()]
    except duckdb.BinderException as error:
        raise _unbound(str(error), source, where) from None
    except duckdb.Error as error:
        raise Mistake(str(error).splitlines()[0], where=here) from None
    known = {column.name for column in fact.columns}
    given = [column for column in given if column != ORIGINAL]
    for column in given:
        if column.lower() not in known:
            raise Mistake(
                f"{fact.name} has no column {column!r}",
                where=here,
                write=did_you_mean(column.lower(), known),
            )
    given = [column.lower() for column in given]
    lacking = [c.name for c in fact.columns if c.required and c.name not in given]
    if lacking:
        raise Mistake(
            f"the column {lacking[0]!r} is missing, which {fact.name} requires",
            where=here,
            write=f"Found: {', '.join(given[:20])}",
        )
    return [column for column in given if column != "source"]


def _beyond(found: str, source: Source) -> Mistake:
    return Mistake(
        found,
        where=source.path,
        write="Every row of the file becomes one row: select … from raw, and no more",
    )


def _parts(tree: object) -> Iterator[dict[str, Any]]:
    """Every part of a tree that is an object, at any depth."""
    branches: Iterable[object] = tree if isinstance(tree, list) else ()
    if isinstance(tree, dict):
        yield tree
        branches = tree.values()
    for branch in branches:
        yield from _parts(branch)


def _unbound(error: str, source: Source, where: str) -> Mistake:
    """What a mapping asks for and the file has not; or what else is wrong with its words."""
    missing = re.search(r'Referenced column "(.+?)" not found', error)
    if missing is None:
        return Mistake(error.strip().splitlines()[0], where=source.path or where)
    found = re.search(r"Candidate bindings: (.*)", error)
    return Mistake(
        f"the column {missing[1]!r} is missing, which the source {source.name!r} reads",
        where=f"{where}:1",
        write=f"Nearest: {found[1]}" if found else "Is this the right --source?",
    )
