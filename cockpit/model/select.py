"""Whether a SELECT keeps to its own: one statement, the relations and functions that it may use.

DuckDB parses; here its tree is walked. What is not known to be harmless is refused, so a kind of
SQL that a later DuckDB adds is refused until somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cockpit.model.allowed import BARE, CLOCKS, TABLE_FUNCTIONS, Allowed
from cockpit.model.levels import LEVELS
from cockpit.model.mistakes import Mistake, did_you_mean

Tree = Mapping[str, Any]
Spot = Callable[[int], str]
"""Where a line of the SQL stands in its file, 1 being the first."""

PARSE = "select json_serialize_sql(?)"
"""The question that gives DuckDB's tree of a text."""
EXPRESSIONS = {
    "BETWEEN",
    "CASE",
    "CAST",
    "COLLATE",
    "COLUMN_REF",
    "COMPARISON",
    "CONJUNCTION",
    "CONSTANT",
    "FUNCTION",
    "LAMBDA",
    "LAMBDA_REF",
    "OPERATOR",
    "POSITIONAL_REFERENCE",
    "STAR",
    "SUBQUERY",
    "TYPE",
    "WINDOW",
}
NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
REFERENCES = {
    "BASE_TABLE",
    "JOIN",
    "SUBQUERY",
    "TABLE_FUNCTION",
    "EXPRESSION_LIST",
    "EMPTY",
    "PIVOT",
}
MODIFIERS = {"ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"}
ORDERS = {"ASCENDING", "DESCENDING", "ORDER_DEFAULT", "INVALID"}
LEVEL_WORDS = {level.name for level in LEVELS} | {level.title for level in LEVELS}
LONGEST = 20_000
"""Characters of a SELECT."""
NOWHERE = 18446744073709551615
"""What DuckDB says where it does not know the spot."""


@dataclass(frozen=True)
class Looked:
    """What a SELECT was seen to read: relations, and names of columns, or whole rows."""

    reads: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    whole: bool = False
    """Whether it takes rows as they are, so that any column may be meant."""

    def uses(self, column: str) -> bool:
        """Whether the SELECT may need a column."""
        return self.whole or column in self.names


@dataclass
class Walk:
    """One walk over one tree, and what was met on it."""

    sql: str
    spot: Spot
    allowed: Allowed
    reads: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    """Names of columns that no table's name stands before."""
    tables: set[str] = field(default_factory=set)
    whole: bool = False

    def looked(self) -> Looked:
        """All that was met. A table's name among the columns is the row as a whole."""
        whole = self.whole or bool(self.alone & self.tables)
        return Looked(tuple(sorted(self.reads)), frozenset(self.names), whole)

    def wrong(self, node: Tree, found: str, write: str = "") -> Mistake:
        """What is wrong with a node of the tree, and where."""
        told = Mistake(found, where=self.spot(self.line(node)), write=write or None)
        told.column = self.column(node)
        return told

    def line(self, node: Tree) -> int:
        """The line of the SQL on which a node stands; the first where DuckDB does not say."""
        at = node.get("query_location", NOWHERE)
        if not isinstance(at, int) or at == NOWHERE:
            return 1
        return self.sql.encode()[:at].count(b"\n") + 1

    def column(self, node: Tree) -> int:
        """The column on that line, from 1; 0 where DuckDB does not say."""
        at = node.get("query_location", NOWHERE)
        if not isinstance(at, int) or at == NOWHERE:
            return 0
        return column(self.sql, at)

    def go(self, node: Any, names: frozenset[str] = frozenset()) -> None:
        """Look at a part of the tree; ``names`` are those that a WITH gave to a SELECT."""
        if isinstance(node, list):
            for each in node:
                self.go(each, names)
            return
        if not isinstance(node, dict):
            return
        if "class" in node:
            self._expression(node, names)
        elif isinstance(node.get("type"), str):
            names = self._node(node, names)
        for key, value in node.items():
            if key == "cte_map":
                continue
            own = node.get("type") == "RECURSIVE_CTE_NODE" and key == "right"
            self.go(value, names | {_low(node["cte_name"])} if own else names)

    def _node(self, node: Tree, names: frozenset[str]) -> frozenset[str]:
        kind = node["type"]
        self.whole |= kind == "PIVOT" or node.get("ref_type") in ("NATURAL", "POSITIONAL")
        self.whole |= bool(node.get("column_name_alias"))
        self.tables.add(_low(str(node.get("alias", ""))))
        self.names |= {_low(str(each)) for each in node.get("using_columns") or ()}
        if node.get("sample") is not None:
            raise self.wrong(node, "a sample is another one each time", "Read all the rows")
        if kind == "BASE_TABLE":
            self._table(node, names)
        elif kind == "TABLE_FUNCTION":
            self._table_function(node)
        elif kind not in NODES | REFERENCES | MODIFIERS | ORDERS:
            word = kind.removesuffix("_NODE").removesuffix("_QUERY").removesuffix("_REF").lower()
            raise self.wrong(node, f"{word} has no place here", "One SELECT, nothing else")
        for entry in (node.get("cte_map") or {}).get("map", ()):
            # A name holds from the next one on: DuckDB takes it for a table until then.
            self.go(entry["value"], names)
            names |= {_low(entry["key"])}
        return names

    def _table(self, node: Tree, names: frozenset[str]) -> None:
        self.tables.add(_low(node["table_name"]))
        path = node["qualified_name"]["path"] if "qualified_name" in node else []
        name = node["table_name"]
        whole = ".".join(path) or name
        known = self.allowed.relations
        if len(path) <= 1 and not node["schema_name"] and not node["catalog_name"]:
            if _low(name) in names:
                return
            if _low(name) in known:
                self.reads.add(_low(name))
                return
        hint = did_you_mean(name, {*known, *names})
        if f"{name}_here" in known:
            hint = f"Write {name}_here: the rows of the place and period on the screen"
        raise self.wrong(node, f"{whole!r} is nothing that may be read here", hint)

    def _table_function(self, node: Tree) -> None:
        name = node["function"]["function_name"]
        if _low(name) not in TABLE_FUNCTIONS:
            known = ", ".join(sorted(self.allowed.relations)[:4])
            raise self.wrong(node, f"{name}() may not be read here", f"Read {known} …")

    def _expression(self, node: Tree, names: frozenset[str]) -> None:
        kind = node["class"]
        if kind == "PARAMETER":
            raise self.wrong(
                node,
                "nothing is filled in here",
                "The relations hold the place and period already; times are as_of(),"
                " period_start() and period_end()",
            )
        if kind not in EXPRESSIONS:
            raise self.wrong(node, f"{kind.lower()} has no place here", "Write it another way")
        self._level(node, str(node.get("alias", "")))
        if kind == "LAMBDA" and sum(each.get("class") == kind for each in _below(node)) > 1:
            raise self.wrong(node, "a lambda stands in another", "Unnest, and join or aggregate")
        if kind == "FUNCTION":
            self._function(node, names)
        elif kind in ("STAR", "POSITIONAL_REFERENCE"):
            self.whole = True
        elif kind == "COLUMN_REF":
            for each in node["column_names"]:
                self._level(node, each)
                self.names.add(_low(each))
            if len(node["column_names"]) == 1:
                self.alone.add(_low(node["column_names"][0]))
                if _low(node["column_names"][0]) in BARE:
                    self._refuse(node, node["column_names"][0])
        elif kind == "CONSTANT" and (node.get("literal") or {}).get("kind") == "STRING":
            self._level(node, node["literal"]["text"])

    def _level(self, node: Tree, word: str) -> None:
        if _low(word) in LEVEL_WORDS:
            raise self.wrong(
                node,
                f"{word!r} is a level, and this runs on every level",
                "place is the name one level down, whichever that is",
            )

    def _function(self, node: Tree, names: frozenset[str]) -> None:
        name = node["function_name"]
        low = _low(name)
        if node["schema"] or node["catalog"]:
            raise self.wrong(node, f"{name}() is written with a schema", f"Write {name}()")
        if low in self.allowed.functions:
            return
        if low in self.allowed.known:
            self._refuse(node, name)
        if node.get("is_operator"):
            return
        raise self.wrong(
            node, f"there is no function {name}()", did_you_mean(low, self.allowed.functions)
        )

    def _refuse(self, node: Tree, name: str) -> None:
        low = _low(name)
        if low in CLOCKS:
            raise self.wrong(
                node,
                f"{name} looks at the clock on the wall",
                "Write as_of(): until when the data speak",
            )
        raise self.wrong(node, f"{name} is not allowed here", "Functions that only calculate are")


def look(tree: Tree, sql: str, spot: Spot, allowed: Allowed) -> Looked:
    """What a SELECT reads, from DuckDB's tree of it. Raises Mistake."""
    if len(sql) > LONGEST:
        raise Mistake(
            f"it has {len(sql):,} characters",
            where=spot(1),
            write=f"At most {LONGEST:,}: make two of it",
        )
    if tree["error"]:
        _not_parsed(tree, sql, spot)
    if len(tree["statements"]) != 1:
        second = tree["statements"][1]["node"]
        walk = Walk(sql, spot, allowed)
        raise Mistake(
            f"there are {len(tree['statements'])} statements",
            where=spot(max(map(walk.line, _below(second)))),
            write="One SELECT, nothing else",
        )
    walk = Walk(sql, spot, allowed)
    walk.go(tree["statements"][0]["node"])
    return walk.looked()


def look_at_one(tree: Tree, sql: str, spot: Spot, allowed: Allowed) -> None:
    """The same for an expression about one row, parsed as ``select <expression>``."""
    if any(sign in sql for sign in ("--", "/*", ";")):
        raise Mistake(f"{sql!r} is more than an expression", where=spot(1), write="closed_at")
    look(tree, sql, spot, Allowed(frozenset(), allowed.functions, allowed.known))
    node = tree["statements"][0]["node"]
    if (
        node["type"] != "SELECT_NODE"
        or len(node["select_list"]) != 1
        or node["from_table"]["type"] != "EMPTY"
        or any(node.get(key) for key in ("where_clause", "group_expressions", "having", "qualify"))
        or node["modifiers"]
        or any(each.get("class") in ("SUBQUERY", "STAR") for each in _below(node))
    ):
        raise Mistake(f"{sql!r} is more than an expression", where=spot(1), write="closed_at")


def _not_parsed(tree: Tree, sql: str, spot: Spot) -> None:
    said = str(tree["error_message"])
    if tree.get("error_type") == "not implemented":
        raise Mistake("this is no SELECT", where=spot(1), write="One SELECT, nothing else")
    at = int(tree.get("position", 0))
    before = sql.encode()[:at].decode(errors="replace")
    hint = "The relations hold the place and period already: nothing is filled in"
    filled_in = any(sign in sql for sign in ("{{", "{%", "${"))
    told = Mistake(said, where=spot(before.count("\n") + 1), write=hint if filled_in else None)
    told.column = column(sql, at)
    raise told


def column(sql: str, at: int) -> int:
    """The column, from 1, of the byte ``at`` on its line."""
    before = sql.encode()[:at].decode(errors="replace")
    return len(before) - (before.rfind("\n") + 1) + 1


def _below(node: Any) -> Iterator[Tree]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _below(value)
    elif isinstance(node, list):
        for each in node:
            yield from _below(each)


def _low(name: str) -> str:
    return name.lower()
