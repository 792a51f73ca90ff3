"""What a page of a place is to show: asked of a snapshot once, before it becomes a picture.

A view holds tallies, no text and no colours; whoever draws it divides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, TypeVar

from cockpit.answers import tally
from cockpit.answers.cache import Cache, Key
from cockpit.answers.snapshot import Snapshot
from cockpit.answers.tally import Step, Tallies
from cockpit.model.counting import Counted
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Metric, Tally
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.web.urls import State

SUBJECT = "cases"
COLUMNS = (
    "reported",
    "closure",
    "on_time_closure",
    "open_cases",
    "overdue_open",
    "satisfaction",
)
"""What the table of children always shows, beside the metric that was chosen."""
DAILY, WEEKLY = 92, 731
"""Up to so many days a trend goes by day, or by week."""
AHEAD = 366
"""How many days past the as-of day a trend may reach."""
TALLY_BYTES = 300
"""About what a tally takes in memory."""

Verdict = Literal["reached", "missed", "few", ""]
Note = Literal["", "few", "blank", "pseudo"]
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """A child, what it counted, and why it is not ranked (empty where it is)."""

    place: Place
    tallies: Tallies
    note: Note


@dataclass(frozen=True)
class View:
    """A place over a period, with one metric chosen."""

    snapshot: Snapshot
    state: State
    place: Place
    path: tuple[Place, ...]
    as_of: date
    period: Period
    metrics: tuple[Counted, ...]
    chosen: Counted
    columns: tuple[Counted, ...]
    here: Tallies
    rows: tuple[Row, ...]
    apart: Tallies
    step: Step
    trend: tuple[tuple[date, Tally], ...]
    asked_for: str
    """The code in the address: another one where that place of before has a successor."""
    seen: Cleared

    @property
    def metric(self) -> Metric:
        """The chosen metric."""
        return self.chosen.metric

    @property
    def moved(self) -> bool:
        """Whether the address named a place of before, whose successor this is."""
        return self.seen.asked is None and self.asked_for != self.place.code

    @property
    def finest(self) -> int:
        """The rung below which there is none."""
        return len(LEVELS) - 1


def gather(asked: Asked) -> View:
    """Ask for everything that a page shows."""
    return View(
        snapshot=asked.snapshot,
        state=asked.state,
        place=asked.place,
        path=asked.path(),
        as_of=asked.as_of,
        period=asked.period,
        metrics=asked.metrics,
        chosen=asked.chosen,
        columns=asked.columns,
        here=asked.here(),
        rows=asked.rows(),
        apart=asked.below()[1],
        step=asked.step(),
        trend=asked.trend(),
        asked_for=asked.asked_for,
        seen=asked.seen,
    )


def day_of(snapshot: Snapshot) -> date:
    """The day on which the subject's periods end."""
    return snapshot.last_day(SUBJECT) or snapshot.published.date()


def metrics(snapshot: Snapshot) -> tuple[Counted, ...]:
    """The subject's metrics, in the order of its file."""
    return tuple(one for one in snapshot.counted.values() if one.metric.subject == SUBJECT)


def verdict(metric: Metric, counted: Tally) -> Verdict:
    """Whether the target is reached; empty where there is none or nothing was counted."""
    found = counted.value
    if metric.target is None or found is None:
        return ""
    if not enough(metric, counted):
        return "few"
    reached = found <= metric.target if metric.better == "down" else found >= metric.target
    return "reached" if reached else "missed"


def enough(metric: Metric, counted: Tally) -> bool:
    """Whether so much was counted that a rank and a verdict mean something."""
    return counted.denominator is None or counted.denominator >= metric.least


class Asked:
    """One state, put to one snapshot; ``state`` is what of it means something here."""

    def __init__(self, snapshot: Snapshot, cache: Cache, state: State, seen: Cleared):
        self.snapshot, self.cache, self.asked_for = snapshot, cache, state.place
        self.seen, self.place = seen, seen.place
        self.as_of = day_of(snapshot)
        self.period = state.over(self.as_of)
        self.metrics = metrics(snapshot)
        known = {one.metric.name: one for one in self.metrics}
        usual = next((one for one in self.metrics if one.metric.target is not None), None)
        self.chosen = known.get(state.metric) or usual or self.metrics[0]
        name = self.chosen.metric.name
        self.columns = (
            *(() if name in COLUMNS else (self.chosen,)),
            *(known[each] for each in COLUMNS if each in known),
        )
        wrong = state.wrong
        if state.metric and state.metric not in known:
            wrong = (*wrong, "metric")
        self.state = replace(
            state,
            place=self.place.code,
            metric=state.metric if state.metric in known else "",
            wrong=wrong,
        )

    def path(self) -> tuple[Place, ...]:
        """From where this viewer's city begins down to the place."""
        whole = self.snapshot.tree.path(self.place)
        return tuple(place for place in whole if place.lo >= self.seen.root.lo)

    def here(self) -> Tallies:
        """What every metric counts for the place."""
        return self._around()[0]

    def below(self) -> tuple[dict[str, Tallies], Tallies]:
        """What every metric counts for each child, and for the rows in none of them."""
        return self._around()[1:]

    def _around(self) -> tuple[Tallies, dict[str, Tallies], Tallies]:
        many = len(self.snapshot.tree.below(self.place)) + 2
        return self._kept(
            "around",
            lambda: tally.around(self.snapshot, self.metrics, self.seen, self.period),
            many * len(self.metrics),
        )

    def rows(self) -> tuple[Row, ...]:
        """The children, the worst of the chosen metric first, the unranked last."""
        found, unranked = self.below()[0], self.snapshot.unranked
        children = [
            Row(child, found[child.code], self._note(child.code in unranked, found[child.code]))
            for child in self.snapshot.tree.below(self.place)
        ]
        return tuple(sorted(children, key=self._order))

    def step(self) -> Step:
        """How finely the trend goes."""
        since, until = self._span()
        days = (until - since).days + 1
        return "day" if days <= DAILY else "week" if days <= WEEKLY else "month"

    def trend(self) -> tuple[tuple[date, Tally], ...]:
        """The chosen metric along time."""
        since, until = self._span()
        if since > until:
            return ()
        step, name = self.step(), self.chosen.metric.name
        return self._kept(
            "by",
            lambda: tuple(
                (start, tallies[name])
                for start, tallies in tally.by(
                    self.snapshot, [self.chosen], self.seen, Period(since, until), step
                )
            ),
            WEEKLY // 7,
            (name, step),
        )

    def _span(self) -> tuple[date, date]:
        """The period, cut to the days of which the data can know."""
        first = self.snapshot.standing(SUBJECT).first
        start = first.date() if first else self.as_of
        until = min(self.period.until or self.as_of, self.as_of + timedelta(days=AHEAD))
        return max(self.period.since or start, start), until

    def _note(self, pseudo: bool, tallies: Tallies) -> Note:
        counted = tallies[self.chosen.metric.name]
        if pseudo:
            return "pseudo"
        if counted.value is None:
            return "blank"
        return "" if enough(self.chosen.metric, counted) else "few"

    def _order(self, row: Row) -> tuple[int, float]:
        value = row.tallies[self.chosen.metric.name].value
        notes: Sequence[Note] = ("", "few", "blank", "pseudo")
        falling = self.chosen.metric.better != "up"
        return notes.index(row.note), (-value if falling else value) if value is not None else 0.0

    def key(self, query: str, parameters: tuple[str, ...] = (), language: str = "") -> Key:
        """The key of an answer about this place and period."""
        return Key(
            self.snapshot.id,
            self.seen.view,
            self.place.code,
            self.period.since,
            self.period.until,
            query,
            parameters,
            language,
        )

    def _kept(
        self, query: str, work_out: Callable[[], T], many: int, parameters: tuple[str, ...] = ()
    ) -> T:
        return self.cache.get(self.key(query, parameters), work_out, lambda _: many * TALLY_BYTES)
