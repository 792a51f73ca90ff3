"""What stands on the analysts' bench for one viewer: the place and days of its address, what there
is to ask, what was asked before, and the drafts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from cockpit.answers.snapshot import Snapshot
from cockpit.model import here
from cockpit.model.facts import FACTS
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.people.gate import Scope, Viewer, gate
from cockpit.people.history import Past, past
from cockpit.people.roles import Right
from cockpit.settings import Settings
from cockpit.web.draft import Draft, drafts
from cockpit.web.subject import day_of
from cockpit.web.urls import ROOM, State
from cockpit.web.urls import read as read_state
from cockpit.web.words import Words

WORKBENCH = "/workbench"
KEYWORDS = (
    "select", "from", "where", "group by", "order by", "having", "limit", "distinct", "as", "and",
    "or", "not", "in", "is null", "is not null", "between", "like", "case", "when", "then", "else",
    "end", "join", "left join", "on", "using", "with", "union all", "filter", "over",
    "partition by", "asc", "desc", "nulls last", "count(*)", "count(", "sum(", "avg(", "min(",
    "max(", "median(", "quantile_cont(", "coalesce(", "date_trunc(", "date_diff(", "round(",
    "interval", "as_of()", "period_start()", "period_end()", "work_hours(", "work_days(",
    "clock_hours(", "calendar_days(", "add_work_hours(", "add_work_days(", "is_work_day(",
)  # fmt: skip
"""What is offered besides names of tables and columns; what else DuckDB calculates works too."""
OURS = (*(name for name, _ in (*here.PLACE_COLUMNS, *here.SPOT)), here.POINT)
"""Columns that no fact has."""
FIRST = "select place, count(*) as cases\nfrom cases_here\ngroup by place\norder by cases desc"
"""What stands in the editor of who has asked nothing yet."""


@dataclass(frozen=True)
class Bench:
    """The bench as it is to be drawn."""

    snapshot: Snapshot
    seen: Cleared
    state: State
    as_of: date
    past: Sequence[Past]
    drafts: Sequence[Draft]
    cut: str
    """The code in the address where it lies above what is the viewer's."""

    @property
    def place(self) -> Place:
        """The place whose rows are asked."""
        return self.seen.place

    @property
    def period(self) -> Period:
        """The days whose rows are asked."""
        return self.state.over(self.as_of)

    @property
    def path(self) -> tuple[Place, ...]:
        """From where this viewer's city begins down to the place."""
        whole = self.snapshot.tree.path(self.place)
        return tuple(step for step in whole if step.lo >= self.seen.root.lo)


def leads_here(pathname: str) -> bool:
    """Whether a path is the bench's."""
    return pathname == WORKBENCH or pathname.startswith(f"{WORKBENCH}/")


def read(pathname: str, search: str) -> State | None:
    """The place and days of an address of the bench."""
    place = pathname.removeprefix(WORKBENCH).removeprefix("/")
    return read_state(f"{ROOM}{place}", search)


def href(state: State, **changes: object) -> str:
    """The address of the bench at a place and over days, with what is named changed."""
    plain = replace(state, metric="", subject="", **changes)  # type: ignore[arg-type]
    return f"{WORKBENCH}/{plain.href().removeprefix(ROOM)}"


def clear(viewer: Viewer, snapshot: Snapshot, place: str, *, cut: bool) -> Cleared:
    """What the gate clears. Raises Refused."""
    return gate(viewer, Scope(snapshot.tree, place, Right.ASK_SQL, cut=cut))


def gather(settings: Settings, viewer: Viewer, snapshot: Snapshot, state: State) -> Bench:
    """All of it. Raises Refused."""
    seen = clear(viewer, snapshot, state.place, cut=True)
    return Bench(
        snapshot,
        seen,
        replace(state, place=seen.place.code),
        day_of(snapshot),
        _theirs(snapshot, seen.root, past(settings.home, viewer.account)),
        drafts(settings),
        state.place if seen.asked else "",
    )


def _theirs(snapshot: Snapshot, root: Place, asked: Sequence[Past]) -> list[Past]:
    """What was asked where the viewer may still look: whoever got another place meanwhile is not
    told the names of the one before.
    """
    found = [(one, snapshot.tree.find(one.place)) for one in asked]
    return [one for one, place in found if place and root.lo <= place.lo <= root.hi]


def address(code: str) -> str:
    """The path of the bench at a place."""
    return f"{WORKBENCH}/{quote(code, safe='/')}"


def tables(words: Words) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """What may be read: each relation, what it holds, and its columns with type and meaning."""
    found = []
    for name, fact in FACTS.items():
        titles = {one.name: (one.title, one.title_en) for one in fact.columns}
        titles |= {one.name: (one.title, one.title_en) for one in fact.derived}
        columns = [
            (column, kind.lower(), _meaning(column, titles, words))
            for column, kind in here.columns(fact)
        ]
        for end, word in ((here.HERE, "bench_here"), (here.ALL_TIME, "bench_all_time")):
            found.append((f"{name}{end}", words(word, fact=words.fact(name)), columns))
    return found


def _meaning(column: str, titles: dict[str, tuple[str, str]], words: Words) -> str:
    if column in OURS:
        return words(f"bench_column_{column}")
    return titles[column][0] if words.language == "zh" else titles[column][1]
