"""Whether a panel fits: its SELECT, its clock and its columns, tried on facts without a row.

Nothing here talks to DuckDB itself; ``ask`` does, on a connection of its own in which the empty
tables of ``EMPTY`` are, and which can read nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cockpit.model import here
from cockpit.model.allowed import FUNCTIONS, Allowed, allow
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.here import Window
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.panel import CHARTS, Bound, Columns, Panel
from cockpit.model.select import PARSE, Looked, look, look_at_one

Ask = Callable[..., list[tuple[Any, ...]]]
"""Runs SQL, with values for its question marks. Raises Unfit for what DuckDB refuses."""

SCHEMA = "kept"
EMPTY = (
    f"create schema {SCHEMA}",
    *(
        f"create table {SCHEMA}.{fact.name} (pos integer, "
        + ", ".join(f"{name} {kind}" for name, kind in fact.typed)
        + ")"
        for fact in FACTS.values()
    ),
    "attach ':memory:' as snap",
    f"create table snap.ladder ({here.LADDER})",
    *here.MACROS,
)
"""Statements that make the empty tables."""
WORDS = {"BOOLEAN", "VARCHAR"}
NUMBERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
}
MOMENTS = {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
_NOTHING = Window(0, 0, 0, False, None, None, date(2000, 1, 1), date(2000, 1, 1))
_LINE = re.compile(r"\n\nLINE (\d+):")
_OWN_MACRO = re.compile(r"create or replace macro (\w+)\(")


class Unfit(Exception):
    """What DuckDB says about SQL that does not fit, in full."""


def head(panel: Panel, looked: Looked, window: Window, tables: Mapping[str, str]) -> str:
    """What stands before a panel's SQL: one line, so that the SQL begins on the second."""
    return f"{here.relations(panel, looked, window, tables)}select "


def tables(schema: str) -> dict[str, str]:
    """Where the facts' rows stand if all are in one schema."""
    return {name: f"{schema}.{name}" for name in FACTS}


def body(panel: Panel) -> str:
    """The panel's SQL as a relation."""
    return f" from (\n{panel.sql}\n)"


def allowed(ask: Ask, macros: tuple[str, ...]) -> Allowed:
    """What panels may use; ``macros`` are the statements that made the cockpit's own."""
    own = {
        found[1] for found in map(_OWN_MACRO.match, (*macros, *here.MACROS)) if found is not None
    }
    public = {name for name in own if not name.startswith("_")}
    return allow(ask(FUNCTIONS), here.RELATIONS, public)


def look_at(ask: Ask, panel: Panel, may: Allowed) -> Looked:
    """What a panel reads, all of its SQL looked at. Raises Mistake."""
    for key in ("clock", "enters", "leaves"):
        sql = getattr(panel, key)
        if sql:
            tree = parsed(ask, f"select {sql}")
            look_at_one(tree, sql, lambda _, key=key: panel.at(key), may)  # type: ignore[misc]
    return look(parsed(ask, panel.sql), panel.sql, panel.at_sql, may)


def bind(
    ask: Ask, panel: Panel, may: Allowed, schema: str = SCHEMA, *, shown: bool = True
) -> Bound:
    """Look at a panel and try it on nothing; what is ``shown`` needs words for its columns. Raises
    Mistake with file and line.
    """
    found = look_at(ask, panel, may)
    _moments(ask, panel, schema)
    query = head(panel, found, _NOTHING, tables(schema)) + "*" + body(panel)
    try:
        columns = tuple((str(row[0]), str(row[1])) for row in ask(f"describe {query}"))
    except Unfit as unfit:
        raise said(panel, str(unfit)) from None
    bound = Bound(panel, columns, found.reads)
    _types(bound)
    _parts(bound)
    if shown:
        _names(bound)
    return bound


def said(panel: Panel, text: str) -> Mistake:
    """What DuckDB says of a panel's SQL, with the line of the file that it means."""
    line = _LINE.search(text)
    words, _, near = text.partition("\n\nLINE ")[0].partition("\nCandidate bindings: ")
    words = re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", words.partition("\n")[0]).rstrip("!")
    where = panel.at_sql(max(1, int(line[1]) - 1)) if line else panel.path
    return Mistake(words, where=where, write=f"Perhaps {near.splitlines()[0]}" if near else None)


def fits(bound: Bound) -> None:
    """Whether the columns of a panel are such as its chart draws. Raises Mistake."""
    _types(bound)
    _parts(bound)


def caret(text: str) -> int:
    """The column that DuckDB points at, from 1; 0 where it points at none."""
    found = re.search(r"\n(?P<head>LINE \d+: )(?P<said>[^\n]*)\n(?P<before> *)\^", text)
    if found is None or found["said"].startswith("..."):
        return 0
    return len(found["before"]) - len(found["head"]) + 1


def plain(kind: str) -> str:
    """A type without what stands in brackets."""
    return kind.partition("(")[0]


def parsed(ask: Ask, sql: str) -> Mapping[str, Any]:
    """DuckDB's tree of a text."""
    found: Mapping[str, Any] = json.loads(ask(PARSE, [sql])[0][0])
    return found


def _moments(ask: Ask, panel: Panel, schema: str) -> None:
    for key in ("clock", "enters", "leaves"):
        sql = getattr(panel, key)
        if not sql:
            continue
        try:
            kind = str(ask(f"describe select ({sql}) from {schema}.{panel.fact} f")[0][1])
            ask(f"describe select max(({sql})) from {schema}.{panel.fact} f")
        except Unfit as unfit:
            mistake = said(panel, str(unfit))
            raise Mistake(mistake.found, where=panel.at(key), write=mistake.write) from None
        if plain(kind) not in MOMENTS:
            raise Mistake(
                f"{sql!r} is {kind}, no moment", where=panel.at(key), write='clock = "closed_at"'
            )


def _types(bound: Bound) -> None:
    for name, kind in bound.columns:
        if plain(kind) not in WORDS | NUMBERS | MOMENTS or kind.endswith("]"):
            raise Mistake(
                f"column {name!r} is {kind}",
                where=bound.panel.at_sql(1),
                write="Give text, a number, true or false, a date or a moment",
            )


def _parts(bound: Bound) -> None:
    """Whether the header's columns are there, and of a kind that the chart can draw."""
    panel, types = bound.panel, dict(bound.columns)
    named = {
        "x": panel.x,
        "y": panel.y,
        "series": (panel.series,) if panel.series else (),
        "marks": panel.marks,
        "counts": panel.counts,
        "labels": tuple(panel.labels),
    }
    for key, names in named.items():
        for name in names:
            word = key == "labels" and f"'{name}'" in panel.sql  # what the SELECT itself writes
            if name not in types and not word:
                raise Mistake(
                    f"{key} is {name!r}, which the SELECT does not give",
                    where=panel.at(key),
                    write=did_you_mean(name, types),
                )
    numbers = {"y": panel.y, "marks": panel.marks, "counts": panel.counts}
    if CHARTS[panel.chart].numbers:
        numbers["x"] = panel.x
    for key, names in numbers.items():
        for name in names:
            if plain(types[name]) not in NUMBERS:
                raise Mistake(
                    f"{key} is {name!r}, which is {types[name]} and no number",
                    where=panel.at(key),
                    write="count(*), sum(…) or ::double give numbers",
                )


def _names(bound: Bound) -> None:
    """Whether every column has a name for the screen."""
    panel = bound.panel
    facts: tuple[Fact, ...] = tuple(FACTS.values())
    known = {name for fact in facts for name in fact.names} | {"place", "place_code"}
    if len(panel.y) == 1:
        known.add(panel.y[0])
    for name, _ in bound.columns:
        if name not in panel.labels and name not in known:
            raise Mistake(
                f"column {name!r} has no label",
                where=panel.at("labels"),
                write=f'Add to labels: {name} = ["…", "…"]',
            )


def given(columns: Columns, limit: int) -> str:
    """The columns of a panel as they are fetched: no text longer than ``limit``."""
    return ", ".join(
        f"left({_quoted(name)}, {limit}) as {_quoted(name)}" if kind == "VARCHAR" else _quoted(name)
        for name, kind in columns
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
