"""``cases_here`` and its like: the relations that a panel reads, as SQL over the facts' tables.

They hold what a viewer may see of a place and a period, and nothing else is in a panel's reach.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.levels import LEVELS
from cockpit.model.masking import masked
from cockpit.model.panel import Panel
from cockpit.model.places import Tree
from cockpit.model.select import Looked

HERE, ALL_TIME = "_here", "_all_time_here"
RELATIONS = tuple(f"{name}{end}" for name in FACTS for end in (HERE, ALL_TIME))
"""Everything that a panel may read."""
PLACE_COLUMNS = (("place", "VARCHAR"), ("place_code", "VARCHAR"), ("place_order", "BIGINT"))
POINT = "point"
"""An opaque key of a row's address: the same address has the same key."""
SPOT = (("spot", "INTEGER"),)
"""The number of a row's own place, whatever the level on the screen: for what comes back to it."""
MACROS = (
    "create or replace macro as_of() as getvariable('as_of')::timestamp",
    "create or replace macro period_start() as getvariable('period_start')::date",
    "create or replace macro period_end() as getvariable('period_end')::date",
)
"""The functions that tell a panel its time; ``times`` sets what they give."""

_DEPTHS = range(1, len(LEVELS))
LADDER = ", ".join(
    [
        "pos integer, up integer, name varchar, code varchar",
        *(f"name_{d} varchar, code_{d} varchar, order_{d} bigint" for d in _DEPTHS),
    ]
)
"""SQL: the columns of a table of the places: itself, or for one on the lowest rung the place above;
what it is called; and what the place of each depth in which it lies is called among its siblings.
"""


def ladder(tree: Tree) -> list[tuple[object, ...]]:
    """The rows of that table."""
    called: dict[str, tuple[object, ...]] = {}
    for place in tree.places:
        # Two of one name and parent are told apart by their codes.
        children = tree.below(place)
        names = Counter(child.name for child in children)
        for number, child in enumerate(children, 1):
            name = f"{child.name} {child.code}" if names[child.name] > 1 else child.name
            called[child.code] = name, child.code, number
    found = []
    for place in tree.places:
        path = tree.path(place)
        lowest = place.rung == len(LEVELS) - 1
        above = path[-2] if lowest and len(path) > 1 else place
        steps = [called[path[d].code] if d < len(path) else (None,) * 3 for d in _DEPTHS]
        found.append((place.lo, above.lo, place.name, place.code, *chain(*steps)))
    return found


@dataclass(frozen=True)
class Window:
    """What is looked at: places by their numbers, days, and the day on which stocks are counted.

    ``depth`` says how many places the chosen one lies in, ``leaf`` whether nothing lies below it;
    ``salt`` is a secret that makes points opaque.
    """

    lo: int
    hi: int
    depth: int
    leaf: bool
    since: date | None
    until: date | None
    stands: date | None
    as_of: date
    salt: str = ""


def times(window: Window) -> str:
    """Statements that set what ``as_of()``, ``period_start()`` and ``period_end()`` give."""
    end = min(window.as_of, window.until or window.as_of)
    return (
        f"set variable as_of = timestamp '{end} 23:59:59.999999';"
        f"set variable period_start = {_day(window.since)};"
        f"set variable period_end = {_day(window.until)}"
    )


def relations(panel: Panel, looked: Looked, window: Window, tables: Mapping[str, str]) -> str:
    """The head of a query: each relation that is read, and the places, in one line.

    ``tables`` says where a fact's rows stand, whose ``pos`` is the number of their place;
    ``snap.ladder`` is the ``LADDER``.
    """
    parts = []
    for name in looked.reads:
        fact = FACTS[fact_of(name)]
        test = "" if name.endswith(ALL_TIME) else _test(panel, fact, window)
        rows = _rows(fact, looked, window, tables[fact.name], test)
        parts.append(f"{name} as not materialized ({rows})")
    return f"with {', '.join(parts)} " if parts else ""


def fact_of(relation: str) -> str:
    """The fact that a relation is about."""
    return relation.removesuffix(HERE).removesuffix(ALL_TIME.removesuffix(HERE))


def columns(fact: Fact) -> tuple[tuple[str, str], ...]:
    """What ``<fact>_here`` has: the fact's columns, its place one level down, its point."""
    own = tuple((name, kind) for name, kind in fact.typed if name != "place")
    point = ((POINT, "VARCHAR"),) if _address(fact) else ()
    return (*PLACE_COLUMNS, *SPOT, *own, *point)


def _rows(fact: Fact, looked: Looked, window: Window, table: str, test: str) -> str:
    """The rows of a fact. What costs something is left out where the panel has no use for it, for
    DuckDB does not always see that: masks, points, and the places.
    """
    private = {column.name: column for column in fact.columns if column.privacy}
    listed = []
    for name, kind in fact.typed:
        if name in private and not looked.uses(name):
            listed.append(f"null::{kind} as {name}")
        elif name in private:
            listed.append(f"{masked(private[name], f'f.{name}')} as {name}")
        elif name != "place":
            listed.append(f"f.{name}")
    address = _address(fact)
    if address and looked.uses(POINT):
        listed.append(f"left(md5({_text(window.salt)} || f.{address}), 12) as {POINT}")
    elif address:
        listed.append(f"null::varchar as {POINT}")
    rows, pos = f"{table} f", "f.pos"
    if fact.sensitive:
        # What is sensitive is told as lying in the place above its grid, and in none of its grids:
        # who could list it by grid could count it.
        topics = ", ".join(_text(topic) for topic in fact.sensitive)
        rows += f" join {_places(window)} q on q.pos = f.pos"
        pos = f"if(coalesce(f.topic in ({topics}), false), q.up, f.pos)"
    placed = fact.sensitive or any(looked.uses(name) for name, _ in PLACE_COLUMNS)
    if placed:
        rows += f" join {_places(window)} p on p.pos = {pos}"
    where = [
        f"p.{name}" if placed else f"null::{kind.lower()} as {name}" for name, kind in PLACE_COLUMNS
    ]
    return (
        f"select {', '.join(where)}, {'p' if placed else 'f'}.pos as spot, {', '.join(listed)}"
        f" from {rows}"
        f" where f.pos between {window.lo} and {window.hi}{test}"
    )


def _address(fact: Fact) -> str:
    return next((column.name for column in fact.columns if column.privacy == "address"), "")


def _places(window: Window) -> str:
    """Every place from the chosen one down, with the one below it that it lies in: the chosen one
    where nothing lies below.
    """
    if window.leaf:
        named = "name as place, code as place_code, 1::bigint as place_order"
    else:
        child = window.depth + 1
        named = f"name_{child} as place, code_{child} as place_code, order_{child} as place_order"
    within = f"pos between {window.lo} and {window.hi}"
    return f"(select pos, up, {named} from snap.ladder where {within})"


def _test(panel: Panel, fact: Fact, window: Window) -> str:
    """The rows of the period, as a further condition."""
    if fact.name == panel.fact and panel.stands:
        if window.stands is None:
            return " and false"
        after = _day(window.stands + timedelta(days=1))
        test = f" and ({panel.enters}) < {after}"
        if panel.leaves:
            test += f" and coalesce(({panel.leaves}) >= {after}, true)"
        return test
    clock = f"({panel.clock})" if fact.name == panel.fact and panel.clock else f"f.{fact.month}"
    if window.since is None and window.until is None:
        return f" and {clock} is not null"
    test = ""
    if window.since is not None:
        test += f" and {clock} >= {_day(window.since)}"
    if window.until is not None:
        test += f" and {clock} < {_day(window.until + timedelta(days=1))}"
    return test


def _day(day: date | None) -> str:
    return "null::date" if day is None else f"date '{day}'"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
