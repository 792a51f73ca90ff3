"""The address of a list of rows, and of one row: everything that a list shows is in it.

    /rows/<fact>/<place>?…      a list: period, metric and part of it, state, filters, order, page
    /row/<fact>/<day>-<tag>?…   one row; the tag is opaque, so that no number stands in an address

What a form adds to a list comes as ``column`` with ``value``, ``from`` or ``to``; in every other
link it is ``is.<column>``, ``from.<column>`` or ``to.<column>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode

from cockpit.answers.glimpse import REF
from cockpit.answers.lists import (
    BLANK,
    MOST,
    PAGE,
    Compared,
    Filter,
    Value,
    Wanted,
    filterable,
    sortable,
)
from cockpit.answers.lists import read as read_value
from cockpit.model.counting import PARTS, Part
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.model.period import Period
from cockpit.web.urls import ROOM, State
from cockpit.web.urls import read as read_state

ROWS, ROW = "/rows/", "/row/"
LONGEST = 100
"""Letters that a value in an address may have."""
MOST_FILTERS = 12
HOWS: tuple[Compared, ...] = ("is", "from", "to")


@dataclass(frozen=True)
class Listing:
    """What list is looked at; its place, period and metric are those of ``state``. Without a
    ``part`` the metric is only carried along, and the list is of all the fact's rows.
    """

    state: State
    fact: str
    part: Part | None = None
    status: str = ""
    filters: tuple[Filter, ...] = ()
    find: str = ""
    sort: str = ""
    falling: bool = True
    page: int = 1
    wrong: tuple[str, ...] = ()

    @property
    def declared(self) -> Fact:
        """The fact whose rows are listed."""
        return FACTS[self.fact]

    @property
    def stands(self) -> bool:
        """Whether it lists how things stand now, so that no period cuts it."""
        return not self.part and bool(self.status) and self.declared.status(self.status).stands

    def wanted(self, period: Period) -> Wanted:
        """The question that this address asks."""
        return Wanted(
            self.fact,
            period,
            self.state.metric if self.part else "",
            self.part or "denominator",
            self.status,
            self.filters,
            self.find,
            self.sort,
            self.falling,
            self.page,
        )

    def href(self, **changes: Any) -> str:
        """The address of this list, or of one that differs in what is named. What changes but the
        page leads to the first page.
        """
        ours = {name: value for name, value in changes.items() if name in _OURS}
        theirs = {name: value for name, value in changes.items() if name not in _OURS}
        if changes and changes.keys() != {"language"}:
            ours.setdefault("page", 1)
        listing = replace(self, **ours, state=replace(self.state, **theirs))
        path, _, query = listing.state.href().partition("?")
        asked = [
            ("part", listing.part or ""),
            ("state", listing.status),
            *((f"{each.how}.{each.column}", written(each.value)) for each in listing.filters),
            ("q", listing.find),
            ("sort", f"{'-' if listing.falling else ''}{listing.sort}" if listing.sort else ""),
            ("page", str(listing.page) if listing.page > 1 else ""),
        ]
        own = urlencode([(name, value) for name, value in asked if value])
        query = "&".join(filter(None, [query, own]))
        place = path.removeprefix(ROOM)
        return f"{ROWS}{listing.fact}/{place}" + (f"?{query}" if query else "")

    def without(self, one: Filter) -> str:
        """The address of the list without one of its filters."""
        return self.href(filters=tuple(each for each in self.filters if each != one))

    def only(self, column: str, value: Value) -> str:
        """The address of the list with only the rows that have a value in a column."""
        others = (each for each in self.filters if each.column != column)
        return self.href(filters=(*others, Filter(column, "is", value)))


_OURS = ("fact", "part", "status", "filters", "find", "sort", "falling", "page")


def row_href(fact: str, ref: str, state: State) -> str:
    """The address of one row; period and language go along."""
    query = replace(state, place="", metric="", subject="").href().partition("?")[2]
    return f"{ROW}{quote(fact)}/{ref}" + (f"?{query}" if query else "")


@lru_cache(10_000)
def behind(state: State, fact: str, metric: str, part: Part) -> str:
    """The address of the rows behind a part of a metric, for the place and days of a page."""
    return Listing(replace(state, metric=metric), fact, part).href()


def written(value: Value) -> str:
    """A value as an address has it."""
    if value is None:
        return BLANK
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_row(pathname: str) -> tuple[str, str] | None:
    """Fact and tag of a row's address, or None where it is none."""
    fact, _, ref = pathname.removeprefix(ROW).partition("/")
    if not pathname.startswith(ROW) or fact not in FACTS or not REF.fullmatch(ref):
        return None
    return fact, ref


def read(pathname: str, search: str) -> Listing | None:
    """The list of an address, or None where the path leads to none."""
    if not pathname.startswith(ROWS):
        return None
    fact, _, place = pathname.removeprefix(ROWS).partition("/")
    if unquote(fact) not in FACTS:
        return None
    state = read_state(f"{ROOM}{place}", search)
    if state is None:
        return None
    asked = {
        name: values[-1]
        for name, values in parse_qs(search.removeprefix("?"), keep_blank_values=True).items()
    }
    return _listing(replace(state, wrong=()), FACTS[unquote(fact)], asked, list(state.wrong))


def _listing(state: State, fact: Fact, asked: Mapping[str, str], wrong: list[str]) -> Listing:
    part = next((each for each in PARTS if each == asked.get("part")), None)
    if asked.get("part") and (part is None or not state.metric):
        wrong.append("part")
        part = None
    status = asked.get("state", "")
    if status and status not in [each.name for each in fact.statuses]:
        wrong.append("state")
        status = ""
    find = asked.get("q", "").strip()
    if len(find) > LONGEST or not find.isprintable():
        wrong.append("q")
        find = ""
    sort = asked.get("sort", "")
    falling = sort.startswith("-")
    if sort and sort.removeprefix("-") not in sortable(fact):
        wrong.append("sort")
        sort, falling = "", True
    page = asked.get("page", "1")
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:9]) <= MOST // PAGE):
        wrong.append("page")
        page = "1"
    filters: list[Filter] = []
    for name, how, column, text in _asked_filters(asked):
        kind = filterable(fact).get(column)
        try:
            if kind is None or len(text) > LONGEST or len(filters) == MOST_FILTERS:
                raise Mistake(f"{name} means nothing here")
            if how != "is" and kind in ("VARCHAR", "BOOLEAN"):
                raise Mistake(f"{column} has no order")
            value = read_value(kind, text)
            if value is None and how != "is":
                raise Mistake("a blank has no order")
            filters.append(Filter(column, how, value))
        except Mistake:
            wrong.append(name)
    return Listing(
        state,
        fact.name,
        part,
        status,
        tuple(dict.fromkeys(filters)),
        find,
        sort.removeprefix("-"),
        falling or not sort,
        int(page),
        tuple(dict.fromkeys(wrong)),
    )


def _asked_filters(asked: Mapping[str, str]) -> Iterator[tuple[str, Compared, str, str]]:
    """What an address says of filters: as it was said, how to compare, the column, the value."""
    for how in HOWS:
        for name, text in asked.items():
            if name.startswith(f"{how}.") and text:
                yield name, how, name.removeprefix(f"{how}."), text
    given: tuple[tuple[str, Compared], ...] = (("value", "is"), ("from", "from"), ("to", "to"))
    for name, how in given:
        if asked.get("column") and asked.get(name):
            yield name, how, asked["column"], asked[name]
