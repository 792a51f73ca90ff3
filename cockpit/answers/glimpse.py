"""What may be seen of one row, in a list or on a page of its own: SQL for its opaque address, its
place, the status beside it, and its columns with what is private masked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cockpit.answers.small import FINEST
from cockpit.answers.snapshot import Snapshot
from cockpit.model.fact import Column, Fact
from cockpit.model.masking import masked
from cockpit.model.mistakes import Mistake
from cockpit.model.places import Place
from cockpit.model.scope import Cleared

SEE_ROWS, REVEAL = "see_rows", "reveal"
REF = re.compile(r"\d{8}-[0-9a-f]{20}")
"""A row's address: its day, so that it is found fast, and a tag that only this home can make."""


@dataclass(frozen=True)
class Row:
    """One row as it may be seen: its address, its place (of a sensitive one not the grid), the
    status beside it, its columns.
    """

    ref: str
    place: Place
    badge: str
    values: Mapping[str, Any]
    amount: Decimal | None = None
    """What it adds to the metric whose rows are listed, where that is a number."""


def shown(fact: Fact, columns: Sequence[str]) -> str:
    """SQL of what a Row is made of; binds what ``about`` gives."""
    badges = " ".join(f"when {fact.status(name).sql} then '{name}'" for name in fact.badges)
    asked = ", ".join(_shown(fact, name) for name in columns)
    return f"{ref(fact)}, r.pos, {is_sensitive(fact)}, case {badges} else '' end, {asked}"


def _shown(fact: Fact, name: str) -> str:
    if name == "place" and fact.sensitive:
        return f"case when not {is_sensitive(fact)} then r.place end"
    column = declared_column(fact, name)
    return masked(column, f"r.{name}") if column is not None else f"r.{name}"


def is_sensitive(fact: Fact) -> str:
    """SQL: whether a row is about something of which one row in a grid points at people."""
    return "coalesce(list_contains($sensitive, r.topic), false)" if fact.sensitive else "false"


def kept_back(fact: Fact, place: Place) -> str:
    """SQL, as a further condition, of the rows that a place on the lowest rung has no list of: how
    many there are is hidden there, and so they are.
    """
    if not fact.sensitive or place.rung != FINEST:
        return ""
    return f" and not {is_sensitive(fact)}"


def ref(fact: Fact) -> str:
    """SQL of a row's address."""
    return f"strftime({fact.month}, '%Y%m%d') || '-' || {tag(fact)}"


def tag(fact: Fact) -> str:
    """SQL of the secret half of it."""
    return f"left(sha256(concat_ws(chr(31), $key, {', '.join(fact.key)})), 20)"


def row(snapshot: Snapshot, columns: Sequence[str], found: Sequence[Any]) -> Row:
    """A Row from what ``shown`` selected, and maybe an amount."""
    address, pos, sensitive, badge, *rest = found
    place = snapshot.tree.places[pos]
    if sensitive and place.rung == FINEST and place.parent is not None:
        place = snapshot.tree.by_code[place.parent]
    values = dict(zip(columns, rest, strict=False))
    adds = rest[len(columns)] if len(rest) > len(columns) else None
    return Row(address, place, badge, values, adds)


def about(snapshot: Snapshot, fact: Fact, key: str) -> dict[str, Any]:
    """What ``shown`` binds."""
    return {
        "key": key,
        "as_of": snapshot.standing(fact.name).as_of,
        "sensitive": list(fact.sensitive),
    }


def bound(sql: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A query with those of the values that it names: DuckDB refuses any other."""
    named = set(re.findall(r"\$([a-z_0-9]+)", sql))
    return sql, {name: value for name, value in values.items() if name in named}


def allow(seen: Cleared, right: str) -> None:
    """Raises Mistake where the gate cleared this for somebody without the right."""
    if right not in seen.rights:
        raise Mistake(f"this takes the right to {right}")


def declared_column(fact: Fact, name: str) -> Column | None:
    """The declared column of that name; a derived one has none."""
    return next((column for column in fact.columns if column.name == name), None)
