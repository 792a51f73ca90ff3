"""A walk over random pages: every number on them is the one that ``ask`` gives for the same place,
days and metric.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.metric import Metric
from cockpit.model.period import COMPARISONS, NAMED, Period, compared
from cockpit.settings import Settings
from cockpit.web.subject import day_of, headlines, metrics, subjects
from cockpit.web.urls import LANGUAGES, State
from cockpit.web.urls import read as read_address
from cockpit.web.words import Words
from tests import pages, signed
from tests.asked import ask
from tests.test_overview import change, known

MANY = 15
AHEAD = timedelta(days=366)
"""So far past its data a trend goes."""


@pytest.fixture(scope="module")
def snapshot(demo: Settings) -> Iterator[Snapshot]:
    with Snapshots(demo.snapshots).current() as opened:
        yield opened


def states(snapshot: Snapshot) -> Iterator[State]:
    """Each level and each subject in turn, all else at random."""
    dice = random.Random(11)
    for number in range(MANY):
        subject = ("", *subjects(snapshot))[number % 4]
        shown = [subject] if subject else subjects(snapshot)
        choose = metrics if subject else headlines
        since = day_of(snapshot, subject) - timedelta(days=dice.randrange(20, 300))
        own = number % 3 == 2
        at = dice.choice([one for one in snapshot.tree.places if one.rung == number % 5])
        yield State(
            place=at.code,
            subject=subject,
            period="" if own else dice.choice(NAMED),
            since=since if own else None,
            until=since + timedelta(days=dice.randrange(90)) if own else None,
            metric=dice.choice(
                [one.metric.name for each in shown for one in choose(snapshot, each)]
            ),
            language=dice.choice(LANGUAGES),
            compare=dice.choice(COMPARISONS),
        )


def whole(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def value(metric: Metric, told: dict[str, Any]) -> str:
    """An answer as a page writes it."""
    if told.get("hidden"):
        return str(told["hidden"])
    if told["value"] is None:
        return "–"
    if metric.unit == "percent":
        return f"{told['value'] * 100:.2f}%"
    return whole(told["value"]) if metric.unit == "count" else f"{told['value']:,.1f}"


def parts(told: dict[str, Any]) -> str:
    if told["denominator"] is None:
        return ""
    return f"{whole(told['numerator'])} / {whole(told['denominator'])}"


def test_every_number_of_a_page_is_the_one_that_ask_gives(
    demo: Settings, snapshot: Snapshot
) -> None:
    client, compared_with = signed.client(demo, use_cookies=False), 0
    seen = dict.fromkeys(("tiles", "cells", "changes", "calls", "steps", "map", "rows"), 0)
    for state in states(snapshot):
        page = pages.page(client, state.href())
        here = Look(snapshot, client, state, page)
        for name in ("tiles", "cells", "calls", "steps", "map", "rows"):
            seen[name] += getattr(here, name)()
        seen["changes"] += here.changed
        compared_with += here.before is not None
    assert min(seen.values()) > 5, seen
    assert compared_with > 3
    assert seen["cells"] > 500


class Look:
    """One page and what is asked for beside it."""

    def __init__(
        self, snapshot: Snapshot, client: FlaskClient, state: State, page: pages.Node
    ) -> None:
        self.snapshot, self.client, self.state, self.page = snapshot, client, state, page
        self.place, self.words = snapshot.tree.place(state.place), Words(state.language)
        self.period = state.over(day_of(snapshot, state.subject))
        self.before = compared(self.period, state.period, state.compare)
        self.metric = snapshot.metric(state.metric).metric
        self.changed = 0
        first = snapshot.standing(self.metric.fact).first
        self.first = first.date() if first else None
        if self.before and not (
            self.first and self.before.since and self.first <= self.before.since
        ):
            self.before = None

    def tell(self, metric: str, period: Period, **more: Any) -> dict[str, Any]:
        return ask(self.snapshot, metric, self.place, period, **more)

    def tiles(self) -> int:
        """Value, numerator and denominator, what is left open."""
        found = pages.every(self.page, cls="tile")
        for tile in found:
            metric = self.snapshot.metric(tile["props"]["data-metric"]).metric
            told = self.tell(metric.name, self.period)
            spot = pages.the(tile, cls="tile-value")
            said = spot["props"].get("title") or pages.text(pages.the(spot, cls="number"))
            assert said == value(metric, told), (self.state, metric.name)
            if told["denominator"]:
                line = pages.text(pages.the(tile, cls="tile-parts"))
                assert line.startswith(parts(told))
                left = [pages.text(one) for one in pages.every(tile, cls="left-open")]
                count = whole(told["left_open"])
                assert left == ([self.words("left_open", n=count)] if told["left_open"] else [])
        return len(found)

    def cells(self) -> int:
        """Each place one level down, what lies in none, and all: every metric, and its change."""
        tables = pages.every(self.page, cls="children")
        if not tables:
            assert not self.snapshot.tree.below(self.place)
            return 0
        heads = [
            read_address(
                urlsplit(link["props"]["href"]).path, urlsplit(link["props"]["href"]).query
            )
            for head in pages.every(tables[0], tag="Thead")
            for link in pages.every(head, tag="A")
        ]
        names = [head.metric for head in heads if head]
        assert self.state.metric in names
        lines = {
            line["props"].get("data-code") or line["props"]["className"]: line
            for body in ("Tbody", "Tfoot")
            for part in pages.every(tables[0], tag=body)
            for line in pages.every(part, tag="Tr")
        }
        many = 0
        for name in names:
            metric = self.snapshot.metric(name).metric
            now = self.by_line(self.tell(name, self.period, children=True))
            assert set(lines) == set(now)
            then = {}
            if self.before and name == self.state.metric:
                then = self.by_line(self.tell(name, self.before, children=True))
            for code, line in lines.items():
                cells = [
                    cell
                    for cell in pages.every(line, tag="Td")
                    if "change" not in cell["props"].get("className", "").split()
                ]
                said = pages.text(cells[names.index(name)]).lstrip("✓✕×~ ").split("\n")
                assert said[0].strip() == value(metric, now[code]), (self.state, code, name)
                if now[code]["denominator"] and now[code]["value"] is not None:
                    assert said[1].startswith(parts(now[code]))
                many += 1
                if then:
                    self.judged(line, metric, now[code], then[code])
        return many

    def judged(
        self, line: pages.Node, metric: Metric, now: dict[str, Any], then: dict[str, Any]
    ) -> None:
        (cell,) = pages.every(line, cls="change")
        said = pages.text(cell).replace("\n", " ")
        if now.get("hidden") or then.get("hidden"):
            assert said == "–"
        elif known(metric, now) and known(metric, then):
            assert said == change(metric, now, then, self.state.language)
            self.changed += 1
        else:
            assert said == "–"

    @staticmethod
    def by_line(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
        lines = {each["place"]: each for each in told["below"]}
        return {**lines, "apart": told["unplaced"], "total": told}

    def calls(self) -> int:
        """The places to call, or who holds how much: each with its own value."""
        cards = pages.every(self.page, cls="call")
        lines = [one for card in cards for one in pages.every(card, tag="Li")]
        told = self.by_line(self.tell(self.metric.name, self.period, children=True))
        for line in lines:
            part = told[line["props"]["data-call"] or "apart"]
            said = value(self.metric, part) + (f" ({parts(part)})" if parts(part) else "")
            assert pages.text(pages.the(line, tag="Small")) == said
        return len(lines)

    def steps(self) -> int:
        """The trend: its line and its table."""
        card = pages.the(self.page, cls="trend")
        graphs = pages.every(card, tag="Graph")
        if not graphs:
            return 0
        head = pages.text(pages.the(card, cls="card-head"))
        step = next(one for one in ("day", "week", "month") if self.words(f"by_{one}") in head)
        assert self.first
        as_of = day_of(self.snapshot, self.state.subject)
        until = min(self.period.until or as_of, as_of + AHEAD)
        span = Period(max(self.period.since or self.first, self.first), until)
        told = self.tell(self.metric.name, span, step=step)["by"]
        now = next(one for one in graphs[0]["props"]["figure"]["data"] if "customdata" in one)
        lines = [one["y"] for one in graphs[0]["props"]["figure"]["data"]]
        assert [each["value"] for each in told] in lines, (self.state, now["y"])
        twin = pages.every(pages.the(card, cls="twin"), tag="Tbody")[0]
        rows = [pages.every(row, tag="Td") for row in pages.every(twin, tag="Tr")]
        for row, each in zip(rows, told, strict=False):
            assert pages.text(row[0]) == value(self.metric, each)
            if self.metric.denominator and each["value"] is not None:
                assert pages.text(row[1]) == parts(each)
        return len(told)

    def map(self) -> int:
        """What a shape of the map says of its place."""
        links = [
            link
            for cells in pages.every(self.page, cls="cells")
            for link in pages.every(cells, tag="A")
        ]
        told = self.by_line(self.tell(self.metric.name, self.period, children=True))
        many = 0
        for link in links:
            asked = urlsplit(link["props"]["href"])
            found = read_address(asked.path, asked.query)
            if found and found.place in told:
                assert value(self.metric, told[found.place]) in link["props"]["aria-label"]
                many += 1
        return many

    def rows(self) -> int:
        """A count leads to as many rows as it counts."""
        for tile in pages.every(self.page, cls="tile"):
            metric = self.snapshot.metric(tile["props"]["data-metric"]).metric
            told = self.tell(metric.name, self.period)
            links = [
                link
                for line in pages.every(tile, cls="tile-parts")
                for link in pages.every(line, tag="A")
            ]
            if not links or told["value"] is None:
                continue
            listed = pages.page(self.client, links[0]["props"]["href"])
            total = pages.text(pages.the(listed, id="rows-count"))
            count = told["denominator"] if told["denominator"] is not None else told["numerator"]
            digits = int("".join(filter(str.isdigit, total)))
            assert digits == count, (self.state, metric.name, total)
            return 1
        return 0


def test_the_walk_meets_every_level_and_subject(snapshot: Snapshot) -> None:
    walked = [replace(state) for state in states(snapshot)]
    assert {len(snapshot.tree.path(snapshot.tree.place(one.place))) for one in walked} == set(
        range(1, 6)
    )
    assert {one.subject for one in walked} == {"", *subjects(snapshot)}
