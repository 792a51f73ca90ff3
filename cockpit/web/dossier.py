"""Lists of rows and a row's page for one viewer: cleared by the gate, kept like all answers, and in
the audit with how many rows were shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import orjson

from cockpit.answers import glimpse, lists, rows, tally
from cockpit.answers.cache import Cache, Key
from cockpit.answers.lists import Listed
from cockpit.answers.rows import Whole
from cockpit.answers.snapshot import Snapshot
from cockpit.model.counting import Counted
from cockpit.model.metric import Tally
from cockpit.model.mistakes import Mistake
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.people import accounts
from cockpit.people.audit import What
from cockpit.people.gate import Refused, Scope, Viewer, gate
from cockpit.people.registry import Registry
from cockpit.people.roles import Right
from cockpit.settings import Settings
from cockpit.web import listing
from cockpit.web.elements import Element
from cockpit.web.listing import ROW, ROWS, Listing
from cockpit.web.subject import day_of
from cockpit.web.urls import State
from cockpit.web.urls import read as read_state
from cockpit.web.words import Words


class Open(Protocol):
    """What a desk has open."""

    settings: Settings
    registry: Registry
    cache: Cache


@dataclass(frozen=True)
class Shown:
    """A list as it is to be drawn: the address, what was found, and the metric behind it, if any,
    with what it counts here.
    """

    snapshot: Snapshot
    seen: Cleared
    listing: Listing
    period: Period
    as_of: date
    listed: Listed
    metric: Counted | None
    here: Tally | None
    cut: str
    """The code in the address where it lies above what is the viewer's."""

    @property
    def place(self) -> Place:
        """The place whose rows these are."""
        return self.seen.place

    @property
    def path(self) -> tuple[Place, ...]:
        """From where this viewer's city begins down to the place."""
        return within(self.snapshot, self.seen, self.place)


@dataclass(frozen=True)
class Single:
    """One row as it is to be drawn."""

    snapshot: Snapshot
    seen: Cleared
    state: State
    whole: Whole
    yellow: float

    @property
    def path(self) -> tuple[Place, ...]:
        """From where this viewer's city begins down to where the row lies."""
        return within(self.snapshot, self.seen, self.whole.row.place)

    @property
    def may_reveal(self) -> bool:
        """Whether this viewer may see what is masked, for a reason."""
        return glimpse.REVEAL in self.seen.rights


def within(snapshot: Snapshot, seen: Cleared, place: Place) -> tuple[Place, ...]:
    """The way to a place, from the viewer's root on."""
    return tuple(step for step in snapshot.tree.path(place) if step.lo >= seen.root.lo)


def leads_here(pathname: str) -> bool:
    """Whether a path is one of a list or of a row."""
    return pathname.startswith((ROWS, ROW))


def key(registry: Registry) -> str:
    """The secret that rows' addresses are made with."""
    return registry.key.mac("rows", "")


def clear(viewer: Viewer, snapshot: Snapshot, pathname: str, search: str) -> Cleared | None:
    """What the gate clears of an address; None where it leads nowhere. Raises Refused."""
    if pathname.startswith(ROW):
        if listing.read_row(pathname) is None:
            return None
        return gate(viewer, Scope(snapshot.tree, right=Right.SEE_ROWS))
    asked = listing.read(pathname, search)
    if asked is None:
        return None
    return gate(viewer, Scope(snapshot.tree, asked.state.place, Right.SEE_ROWS, cut=True))


def status(desk: Open, viewer: Viewer, snapshot: Snapshot, pathname: str) -> int:
    """The status with which the page of an address is sent."""
    try:
        seen = clear(viewer, snapshot, pathname, "")
    except Refused as refused:
        return 404 if refused.why == "unknown" else 403
    row = listing.read_row(pathname)
    if seen is None or (row and not rows.place(snapshot, seen, *row, key(desk.registry))):
        return 404
    return 200


def listed(
    desk: Open,
    viewer: Viewer,
    snapshot: Snapshot,
    seen: Cleared,
    asked: Listing,
    words: Words,
    draw: Callable[[Shown, Words], Element],
) -> bytes:
    """A list as JSON."""
    cut = asked.state.place if seen.asked else ""
    asked = known(snapshot, replace(asked, state=replace(asked.state, place=seen.place.code)))
    as_of = snapshot.last_day(asked.fact) or day_of(snapshot)
    period = asked.state.over(as_of)

    def work_out() -> tuple[bytes, int]:
        shown = _shown(desk, snapshot, seen, asked, period, as_of, cut)
        return orjson.dumps(draw(shown, words)), len(shown.listed.rows)

    said = (asked.href(), cut, *asked.wrong)
    page, many = desk.cache.get(
        Key.of(snapshot.id, seen, period, "rows", said, words.language),
        work_out,
        lambda found: len(found[0]),
    )
    _note(desk, viewer, seen.place, many, {"rows": asked.href()[:300]})
    return page


def whole(desk: Open, snapshot: Snapshot, seen: Cleared, asked: Listing, size: int) -> Shown:
    """A list from its first row on, as far as ``size`` rows: what is taken along."""
    place = replace(asked.state, place=seen.place.code)
    asked = known(snapshot, replace(asked, state=place, page=1))
    as_of = snapshot.last_day(asked.fact) or day_of(snapshot)
    return _shown(desk, snapshot, seen, asked, asked.state.over(as_of), as_of, size=size)


def _shown(
    desk: Open,
    snapshot: Snapshot,
    seen: Cleared,
    asked: Listing,
    period: Period,
    as_of: date,
    cut: str = "",
    size: int = lists.PAGE,
) -> Shown:
    wanted = asked.wanted(period)
    columns = asked.declared.listed
    sorted_by = [asked.sort] if asked.sort and asked.sort not in columns else []
    found = lists.page(snapshot, seen, wanted, key(desk.registry), (*columns, *sorted_by), size)
    metric = snapshot.metric(wanted.metric) if wanted.metric else None
    here = tally.at(snapshot, [metric], seen, period)[wanted.metric] if metric else None
    return Shown(snapshot, seen, asked, period, as_of, found, metric, here, cut)


def known(snapshot: Snapshot, asked: Listing) -> Listing:
    """A list with what of its address means something in this snapshot."""
    if not asked.part:
        return asked
    try:
        lists.counted(snapshot, asked.declared, asked.state.metric, asked.part)
    except Mistake:
        return replace(asked, part=None, wrong=(*asked.wrong, "metric"))
    return asked


def single(
    desk: Open,
    viewer: Viewer,
    snapshot: Snapshot,
    seen: Cleared,
    pathname: str,
    search: str,
    words: Words,
    draw: Callable[[Single, Words], Element],
) -> bytes | None:
    """A row's page as JSON, or None where the viewer has no such row."""
    row = listing.read_row(pathname)
    state = read_state("/place/", search)
    if row is None or state is None:
        return None
    fact, ref = row

    def work_out() -> tuple[bytes, Place, int] | None:
        whole = rows.one(snapshot, seen, fact, ref, key(desk.registry))
        if whole is None:
            return None
        yellow = desk.settings.yellow_percent / 100
        page = draw(Single(snapshot, seen, state, whole, yellow), words)
        return orjson.dumps(page), whole.row.place, 1 + sum(len(kin.rows) for kin in whole.kin)

    found = desk.cache.get(
        Key.of(snapshot.id, seen, Period(), "row", (fact, ref, state.href()), words.language),
        work_out,
        lambda found: len(found[0]) if found else 100,
    )
    if found is None:
        return None
    page, place, many = found
    _note(desk, viewer, place, many, {"row": f"{fact}/{ref}"})
    return page


def note_refused(
    desk: Open, viewer: Viewer, place: str, why: str, pathname: str, what: What = What.ROWS
) -> None:
    """Write down that a list or a row is refused, or is not there for this viewer."""
    told = {"path": pathname[:300], "why": why}
    line = accounts.line(viewer, what, outcome="refused", place=place[:100], detail=told)
    desk.registry.audit.write(line)


def _note(desk: Open, viewer: Viewer, place: Place, many: int, detail: dict[str, str]) -> None:
    line = accounts.line(viewer, What.ROWS, place=place.code, rows=many, detail=detail)
    desk.registry.audit.write(line)
