"""What a page of a place is to show: asked of a snapshot, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar

from cockpit.answers import tally
from cockpit.answers.around import Around, around
from cockpit.answers.cache import Cache, Key
from cockpit.answers.snapshot import Snapshot
from cockpit.answers.tally import Step, Tallies
from cockpit.model import judgement
from cockpit.model.counting import Counted
from cockpit.model.gap import Gap, gap
from cockpit.model.judgement import Rank, enough
from cockpit.model.period import Period, compared
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.web.subject import day_of, headlines, last_day, metrics, rows, subjects
from cockpit.web.urls import State
from cockpit.web.view import BURNING, Course, Group, Note, Row, View

DAILY, WEEKLY = 92, 731
"""Up to so many days a trend goes by day, or by week."""
GLANCE = 7
"""Of how many days a course can be seen at a glance."""
AHEAD = 366
"""How many days past the as-of day a trend may reach."""
TALLY_BYTES = 300
"""About what a tally takes in memory."""

T = TypeVar("T")


def gather(asked: Asked) -> View:
    """Ask for everything that a page shows."""
    now, then = asked.now(), asked.then()
    return View(
        snapshot=asked.snapshot,
        state=asked.state,
        place=asked.place,
        path=asked.path(),
        as_of=asked.as_of,
        period=asked.period,
        before=asked.before,
        groups=asked.groups,
        metrics=asked.metrics,
        chosen=asked.chosen,
        columns=asked.columns,
        here=now.here,
        then=asked.held(then.here if then else {}),
        rows=asked.rows(),
        apart=now.apart,
        apart_then=asked.held(then.apart if then else {}),
        ranks=asked.ranks(),
        gap=asked.gap(),
        step=asked.step(asked.chosen.metric.fact),
        courses=asked.courses(),
        sparks=asked.sparks(),
        trend_then=asked.trend_then(),
        sources=asked.sources(),
        asked_for=asked.asked_for,
        seen=asked.seen,
    )


class Asked:
    """One state, put to one snapshot; ``state`` is what of it means something here."""

    def __init__(self, snapshot: Snapshot, cache: Cache, state: State, seen: Cleared):
        self.snapshot, self.cache, self.asked_for = snapshot, cache, state.place
        self.seen, self.place = seen, seen.place
        self.fleeting = False
        """Whether what was found may be other in a moment: then the page is not kept."""
        known = subjects(snapshot)
        self.subject = state.subject if state.subject in known else ""
        self.as_of = day_of(snapshot, self.subject)
        self.period = state.over(self.as_of)
        self.before = compared(self.period, state.period, state.compare)
        shown = (self.subject,) if self.subject else self._with_rows(known)
        candidates = {one.metric.name: one for each in shown for one in metrics(snapshot, each)}
        named = candidates.get(state.metric)
        self.groups = tuple(self._group(each, named) for each in shown)
        self.metrics = tuple(one for group in self.groups for one in group.metrics)
        self._named = named
        wrong = [
            *state.wrong,
            *(["subject"] if state.subject and not self.subject else []),
            *(["metric"] if state.metric and state.metric not in snapshot.counted else []),
        ]
        self.state = replace(
            state,
            place=self.place.code,
            subject=self.subject,
            metric=state.metric if named else "",
            wrong=tuple(wrong),
        )

    @cached_property
    def chosen(self) -> Counted:
        """The metric that map, ranking and trend are about: the one that is named, else the first
        with a target, but none that has nothing to say here while another has.
        """
        if self._named:
            return self._named
        here = self.now().here
        usual = [one for one in self.metrics if one.metric.target is not None]
        telling = (one for one in (*usual, *self.metrics) if here[one.metric.name].answered)
        return next(telling, (*usual, *self.metrics)[0])

    @cached_property
    def columns(self) -> tuple[Counted, ...]:
        """The metrics of the ranking."""
        columns = headlines(self.snapshot, self.chosen.metric.subject)
        return columns if self.chosen in columns else (self.chosen, *columns)

    def _with_rows(self, known: Sequence[str]) -> tuple[str, ...]:
        """The subjects that the city has anything of; where it has nothing at all, the first."""
        return tuple(each for each in known if rows(self.snapshot, each)) or tuple(known[:1])

    def _group(self, subject: str, named: Counted | None) -> Group:
        """A subject's own page shows all its metrics, the overview some and the one asked for."""
        mine = metrics(self.snapshot, subject)
        if not self.subject:
            shown = {one.metric.name for one in (*headlines(self.snapshot, subject), named) if one}
            mine = tuple(one for one in mine if one.metric.name in shown)
        return Group(subject, mine, last_day(self.snapshot, subject))

    @property
    def wanted(self) -> tuple[Counted, ...]:
        """Everything that is to be counted: what is shown, and what the words on top speak of."""
        burning = [] if self.subject else [self.snapshot.counted.get(name) for name in BURNING]
        return _once(*self.metrics, *filter(None, burning))

    def path(self) -> tuple[Place, ...]:
        """From where this viewer's city begins down to the place."""
        whole = self.snapshot.tree.path(self.place)
        return tuple(place for place in whole if place.lo >= self.seen.root.lo)

    def now(self) -> Around:
        """What is counted here and around."""
        return self._around()[0]

    def then(self) -> Around | None:
        """The same for the period that this one is held against."""
        return self._around()[1] if self.before else None

    def _around(self) -> tuple[Around, ...]:
        periods = [self.period, *([self.before] if self.before else [])]
        many = 2 * len(self.snapshot.tree.below(self.place)) + 2
        return self._kept(
            "around",
            lambda: around(self.snapshot, self.wanted, self.seen, *periods),
            lambda found: len(found) * many * len(self.wanted),
            (str(self.before), *(one.metric.name for one in self.wanted)),
        )

    def held(self, then: Tallies) -> Tallies:
        """Of what was counted in the time before, what can be compared: a fact whose data begin
        within that time was not whole in it.
        """
        return {
            name: counted
            for name, counted in then.items()
            if self._whole(self.snapshot.counted[name].metric.fact)
        }

    def _whole(self, fact: str) -> bool:
        first = self.snapshot.standing(fact).first
        since = self.before.since if self.before else None
        return first is not None and since is not None and first.date() <= since

    def rows(self) -> tuple[Row, ...]:
        """The children, the worst of the chosen metric first, the unranked last."""
        now, then = self.now().below, self.then()
        unranked, metric = self.snapshot.unranked, self.chosen.metric
        children = self.snapshot.tree.below(self.place)
        ranks: dict[str, Rank] = {}
        for kind in {(child.rung, child.kind) for child in children}:
            peers = [
                child
                for child in children
                if (child.rung, child.kind) == kind and child.code not in unranked
            ]
            ranks |= judgement.ranks(metric, {p.code: now[p.code][metric.name] for p in peers})
        found = [
            Row(
                child,
                now[child.code],
                self._note(child.code in unranked, now[child.code]),
                self.held(then.below[child.code]) if then else {},
                ranks.get(child.code),
            )
            for child in children
        ]
        return tuple(sorted(found, key=self._order))

    def ranks(self) -> dict[str, Rank]:
        """Where the place stands among its true peers, for each metric that prefers a way."""
        unranked, by_code = self.snapshot.unranked, self.snapshot.tree.by_code
        if self.place.code in unranked:
            return {}
        peers = {
            code: tallies
            for code, tallies in self.now().beside.items()
            if code not in unranked and by_code[code].kind == self.place.kind
        }
        found = {
            one.metric.name: judgement.ranks(
                one.metric, {code: tallies[one.metric.name] for code, tallies in peers.items()}
            ).get(self.place.code)
            for one in self.metrics
            if one.metric.better
        }
        return {name: rank for name, rank in found.items() if rank}

    def gap(self) -> Gap | None:
        """How far the place is from the chosen metric's target, and by whom."""
        if not self.snapshot.tree.below(self.place):
            return None
        now, name = self.now(), self.chosen.metric.name
        parts = {code: tallies[name] for code, tallies in now.below.items()}
        counts_rows = self.chosen.numerator_is_bool and self.chosen.denominator_is_bool
        return gap(self.chosen.metric, now.here[name], {**parts, "": now.apart[name]}, counts_rows)

    def step(self, fact: str) -> Step:
        """How finely a trend of a fact's metrics goes."""
        since, until = self._span(fact)
        days = (until - since).days + 1
        return "day" if days <= DAILY else "week" if days <= WEEKLY else "month"

    def courses(self) -> dict[str, Course]:
        """Every metric shown along time."""
        return {
            name: course
            for fact in dict.fromkeys(one.metric.fact for one in self.metrics)
            for name, course in self._courses(fact).items()
        }

    def _courses(self, fact: str) -> dict[str, Course]:
        mine = [one for one in self.metrics if one.metric.fact == fact]
        since, until = self._span(fact)
        if since > until:
            return {}
        return self._by(mine, Period(since, until), self.step(fact))

    def sparks(self) -> dict[str, Course]:
        """The same for a glance: of a few days alone no course can be seen, so the days before go
        along.
        """
        found: dict[str, Course] = {}
        for fact in dict.fromkeys(one.metric.fact for one in self.metrics):
            since, until = self._span(fact)
            if (until - since).days >= GLANCE - 1:
                found |= self._courses(fact)
                continue
            first = self.snapshot.standing(fact).first
            start = until - timedelta(days=GLANCE - 1)
            start = max(start, first.date()) if first else start
            if start <= until:
                mine = [one for one in self.metrics if one.metric.fact == fact]
                found |= self._by(mine, Period(start, until), "day")
        return found

    def trend_then(self) -> Course:
        """The chosen metric along the time before, as many steps as there are now."""
        fact, name = self.chosen.metric.fact, self.chosen.metric.name
        if self.before is None or not self._whole(fact):
            return ()
        then = self._by([self.chosen], self.before, self.step(fact)).get(name, ())
        return then[: len(self._courses(fact).get(name, ()))]

    def _by(self, asked: Sequence[Counted], period: Period, step: Step) -> dict[str, Course]:
        names = [one.metric.name for one in asked]

        def work_out() -> dict[str, Course]:
            steps = tally.by(self.snapshot, asked, self.seen, period, step)
            return {
                name: tuple((start, tallies[name]) for start, tallies in steps) for name in names
            }

        said = (str(period), step, *names)
        return self._kept("by", work_out, lambda found: sum(map(len, found.values())), said)

    def _span(self, fact: str) -> tuple[date, date]:
        """The period, cut to the days of which a fact's data can know."""
        first = self.snapshot.standing(fact).first
        start = first.date() if first else self.as_of
        until = min(self.period.until or self.as_of, self.as_of + timedelta(days=AHEAD))
        return max(self.period.since or start, start), until

    def sources(self) -> tuple[Mapping[str, Any], ...]:
        """Where the facts' rows came from, and when last."""
        key = Key(self.snapshot.id, "", "", None, None, "sources")
        return self.cache.get(
            key, lambda: tuple(self.snapshot.sources()), lambda found: len(found) * TALLY_BYTES
        )

    def _note(self, pseudo: bool, tallies: Tallies) -> Note:
        counted = tallies[self.chosen.metric.name]
        if pseudo:
            return "pseudo"
        if counted.hidden:
            return "hidden"
        if counted.value is None:
            return "blank"
        return "" if enough(self.chosen.metric, counted) else "few"

    def _order(self, row: Row) -> tuple[int, float]:
        value = row.tallies[self.chosen.metric.name].value
        notes: Sequence[Note] = ("", "few", "hidden", "blank", "pseudo")
        falling = self.chosen.metric.better != "up"
        return notes.index(row.note), (-value if falling else value) if value is not None else 0.0

    def key(self, query: str, parameters: tuple[str, ...] = (), language: str = "") -> Key:
        """The key of an answer about this place and period."""
        return Key.of(self.snapshot.id, self.seen, self.period, query, parameters, language)

    def _kept(
        self,
        query: str,
        work_out: Callable[[], T],
        tallies: Callable[[T], int],
        parameters: tuple[str, ...] = (),
    ) -> T:
        """An answer from the cache; ``tallies`` says how many it is made of."""
        key = self.key(query, parameters)
        return self.cache.get(key, work_out, lambda found: tallies(found) * TALLY_BYTES)


def _once(*counted: Counted) -> tuple[Counted, ...]:
    """Each metric once, in the order in which it first stands."""
    return tuple({one.metric.name: one for one in counted}.values())
