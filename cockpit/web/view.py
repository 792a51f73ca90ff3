"""What a page of a place shows, before it becomes a picture.

A view holds tallies, no text and no colours; whoever draws it divides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from cockpit.answers.snapshot import Snapshot
from cockpit.answers.tally import Step, Tallies
from cockpit.model import judgement
from cockpit.model.counting import Counted
from cockpit.model.gap import Gap
from cockpit.model.judgement import Change, Rank
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Metric, Tally
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.model.warnings import COLOURS
from cockpit.web.urls import State

BURNING = tuple(f"warnings_open_{colour}" for colour in COLOURS)
"""The metrics of open warnings by colour, the gravest first: an overview asks for those there are,
whether or not they have a tile.
"""

Note = Literal["", "few", "hidden", "blank", "pseudo"]
Course = tuple[tuple[date, Tally], ...]
"""A metric along time: the first day of each step, and what counts in it."""


@dataclass(frozen=True)
class Group:
    """Metrics that a page shows together, and the day that their data speak for."""

    subject: str
    metrics: tuple[Counted, ...]
    as_of: date | None


@dataclass(frozen=True)
class Row:
    """A child: what it counted and what the time before, its rank among its peers, and why it has
    none (empty where it has).
    """

    place: Place
    tallies: Tallies
    note: Note
    then: Tallies
    rank: Rank | None


@dataclass(frozen=True)
class View:
    """A place over a period, with one metric chosen. ``then`` and whatever ends in it is empty
    where nothing is compared.
    """

    snapshot: Snapshot
    state: State
    place: Place
    path: tuple[Place, ...]
    as_of: date
    period: Period
    before: Period | None
    """What the period is held against."""
    groups: tuple[Group, ...]
    metrics: tuple[Counted, ...]
    chosen: Counted
    columns: tuple[Counted, ...]
    here: Tallies
    then: Tallies
    rows: tuple[Row, ...]
    apart: Tallies
    apart_then: Tallies
    ranks: Mapping[str, Rank]
    """Where the place stands among its peers, by metric."""
    gap: Gap | None
    """How far the chosen metric is from its target, by child; what lies in none is ``""``."""
    step: Step
    courses: Mapping[str, Course]
    sparks: Mapping[str, Course]
    """The courses, of a few days more where they would be too short to be seen."""
    trend_then: Course
    sources: tuple[Mapping[str, Any], ...]
    asked_for: str
    """The code in the address: another one where that place of before has a successor."""
    seen: Cleared

    @property
    def metric(self) -> Metric:
        """The chosen metric."""
        return self.chosen.metric

    @property
    def trend(self) -> Course:
        """The chosen metric along time."""
        return self.courses.get(self.metric.name, ())

    @property
    def moved(self) -> bool:
        """Whether the address named a place of before, whose successor this is."""
        return self.seen.asked is None and self.asked_for != self.place.code

    @property
    def finest(self) -> int:
        """The rung below which there is none."""
        return len(LEVELS) - 1

    def change(self, metric: Metric, now: Tally, then: Tallies) -> Change | None:
        """How a metric differs from what it was in the time before, where that is known."""
        before = then.get(metric.name)
        return judgement.change(metric, now, before) if before else None
