"""Lists of rows: their totals are the numbers they stand behind, every row comes once, and nothing
but declared names ever becomes SQL.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from cockpit.answers import lists, rows
from cockpit.answers.glimpse import Row, ref
from cockpit.answers.lists import Filter, Listed, Wanted
from cockpit.answers.small import FINEST
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.counting import PARTS
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.people.gate import CONSOLE, Scope, Viewer, gate
from cockpit.people.roles import Role
from cockpit.record import queries
from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import asked as tally
from tests import town as towns

KEY = "0" * 64
METRICS = [metric.name for metric in queries.metrics(Settings.shipped)]
PERIODS = (
    Period(),
    Period(date(2026, 9, 1), date(2026, 9, 30)),
    Period(date(2025, 11, 1), date(2026, 10, 31)),
    Period(date(2026, 10, 31), date(2026, 10, 31)),
    Period(until=date(2026, 6, 30)),
    Period(date(2030, 1, 1), date(2030, 1, 31)),
)


@pytest.fixture(scope="module")
def small(town: Settings) -> Iterator[Snapshot]:
    with Snapshots(town.snapshots).current() as snapshot:
        yield snapshot


@pytest.fixture(scope="module")
def big(demo: Settings) -> Iterator[Snapshot]:
    with Snapshots(demo.snapshots).current() as snapshot:
        yield snapshot


def cleared(snapshot: Snapshot, place: Place) -> Cleared:
    return gate(CONSOLE, Scope(snapshot.tree, place.code))


def listed(snapshot: Snapshot, place: Place, wanted: Wanted, *columns: str) -> Listed:
    return lists.page(snapshot, cleared(snapshot, place), wanted, KEY, columns)


def every(snapshot: Snapshot, place: Place, wanted: Wanted, *columns: str) -> list[Row]:
    """The rows of all pages."""
    found: list[Row] = []
    first = listed(snapshot, place, wanted, *columns)
    for number in range(1, first.pages + 1):
        found += listed(snapshot, place, replace(wanted, page=number), *columns).rows
    assert len(found) == first.total
    return found


# ── The law ──────────────────────────────────────────────────────────────────────────────────────


def hold(snapshot: Snapshot, name: str, place: Place, period: Period) -> None:
    """The rows behind each part of a metric are as many as it counts, or add up to it."""
    one = snapshot.metric(name)
    if FACTS[one.metric.fact].sensitive and place.rung == FINEST:
        return  # neither the number is told nor the rows
    told = tally.at(snapshot, [one], place, period)[name]
    for part in PARTS:
        if part == "denominator" and not one.metric.denominator:
            continue
        found = listed(snapshot, place, Wanted(one.metric.fact, period, name, part))
        counted = getattr(told, part)
        if part == "numerator" and not one.numerator_is_bool:
            assert (found.amount or 0) == counted, (name, place.code, period)
        elif part != "denominator" or one.denominator_is_bool:
            assert found.total == counted, (name, part, place.code, period)


@pytest.mark.parametrize("name", METRICS)
def test_a_list_has_as_many_rows_as_its_number_counts(big: Snapshot, name: str) -> None:
    dice = random.Random(name)
    levels = [[place for place in big.tree.places if place.rung == rung] for rung in range(5)]
    hold(big, name, big.tree.root, dice.choice(PERIODS))
    for period in dice.sample(PERIODS, 3):
        hold(big, name, dice.choice(dice.choice(levels[1:])), period)


@pytest.mark.parametrize("name", METRICS)
def test_and_so_in_a_town_that_can_be_added_up_in_ones_head(small: Snapshot, name: str) -> None:
    for place in small.tree.places:
        hold(small, name, place, Period(date(2026, 1, 1), date(2026, 1, 31)))


def test_the_rows_behind_a_number_are_the_right_ones(small: Snapshot) -> None:
    january = Period(date(2026, 1, 1), date(2026, 1, 31))

    def numbers(part: Any) -> set[str]:
        wanted = Wanted("cases", january, "on_time_closure", part)
        found = {row.ref for row in listed(small, small.tree.root, wanted).rows}
        known = small.rows(f"select number, {ref(FACTS['cases'])} from cases", {"key": KEY})
        return {number for number, ref in known if ref in found}

    assert numbers("numerator") == {"n1", "n3", "n5", "n7"}
    assert numbers("denominator") == {"n1", "n2", "n3", "n5", "n6", "n7"}
    assert numbers("left_open") == {"n4"}


@pytest.mark.parametrize(
    ("status", "metric"), [("open", "open_cases"), ("overdue", "overdue_open")]
)
def test_a_status_says_what_the_stock_of_that_name_says(
    big: Snapshot, status: str, metric: str
) -> None:
    for place in (big.tree.root, *random.Random(2).sample(big.tree.below(big.tree.root), 4)):
        told = tally.at(big, [big.metric(metric)], place, Period())[metric]
        assert listed(big, place, Wanted("cases", Period(), status=status)).total == told.numerator


@pytest.mark.parametrize("name", FACTS)
def test_every_status_of_every_fact_is_known_to_lists(big: Snapshot, name: str) -> None:
    fact = FACTS[name]
    total = listed(big, big.tree.root, Wanted(name, Period())).total
    assert total == big.standing(name).rows > 0
    for status in fact.statuses:
        wanted = Wanted(name, Period(), status=status.name)
        assert 0 <= listed(big, big.tree.root, wanted).total <= total
    badges = {row.badge for row in every(big, big.tree.root, Wanted(name, PERIODS[1]))}
    assert badges <= {*fact.badges, ""}


def test_the_law_that_excludes_is_a_list_of_its_own(big: Snapshot) -> None:
    root = big.tree.root

    def many(status: str) -> int:
        return listed(big, root, Wanted("datasets", Period(), status=status)).total

    assert many("excluded") == many("with_basis") + many("without_basis") > 0
    rows = every(big, root, Wanted("datasets", Period(), status="with_basis"))
    assert all(row.values["legal_basis"] for row in rows)


# ── Order, pages, filters ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fact", "column"),
    [
        ("warnings", "raised_at"),
        ("warnings", "colour"),
        ("warnings", "value"),
        ("warnings", "number"),
        ("warnings", "false_alarm"),
        ("warnings", "cleared_at"),
        ("datasets", "provider"),
        ("datasets", "legal_basis"),
    ],
)
@pytest.mark.parametrize("falling", [True, False])
def test_pages_have_every_row_once_and_in_order(
    big: Snapshot, fact: str, column: str, falling: bool
) -> None:
    wanted = Wanted(fact, Period(), sort=column, falling=falling)
    rows = every(big, big.tree.root, wanted, column)
    assert len({row.ref for row in rows}) == len(rows) == big.standing(fact).rows > lists.PAGE
    values = [row.values[column] for row in rows]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known, "blanks come last"
    encoded = [value.encode() if isinstance(value, str) else value for value in known]
    assert encoded == sorted(encoded, reverse=falling)


def test_every_column_can_be_sorted_by_but_where_a_case_was_seen(big: Snapshot) -> None:
    for name, fact in FACTS.items():
        for column in lists.sortable(fact):
            listed(big, big.tree.below(big.tree.root)[0], Wanted(name, PERIODS[1], sort=column))
    with pytest.raises(Mistake):
        listed(big, big.tree.root, Wanted("cases", Period(), sort="lon"))


@pytest.mark.parametrize(
    ("filters", "sql"),
    [
        ([Filter("channel", "is", "热线")], "channel = '热线'"),
        ([Filter("department", "is", None)], "department is null"),
        ([Filter("void", "is", True)], "void"),
        ([Filter("grade", "is", 3.0)], "grade = 3"),
        ([Filter("grade", "from", 2.0), Filter("grade", "to", 3.0)], "grade in (2, 3)"),
        (
            [Filter("closed_at", "is", date(2026, 9, 8))],
            "closed_at::date = date '2026-09-08'",
        ),
        (
            [
                Filter("reported_at", "from", date(2026, 9, 8)),
                Filter("reported_at", "to", date(2026, 9, 9)),
            ],
            "reported_at::date in (date '2026-09-08', date '2026-09-09')",
        ),
        ([Filter("left_open_until", "from", date(2026, 10, 1))], "left_open_until >= '2026-10-01'"),
        ([Filter("channel", "is", "'; drop table cases; --")], "false"),
        (
            [Filter("channel", "is", "热线"), Filter("void", "is", False)],
            "channel='热线' and not void",
        ),
    ],
    ids=str,
)
def test_filters_leave_what_they_say(big: Snapshot, filters: list[Filter], sql: str) -> None:
    place = big.tree.below(big.tree.root)[2]
    [(many,)] = big.rows(
        f"select count(*) from cases where pos between {place.lo} and {place.hi} and {sql}"
    )
    wanted = Wanted("cases", Period(), filters=tuple(filters))
    assert listed(big, place, wanted).total == many


def test_a_period_holds_whole_days(big: Snapshot) -> None:
    place = big.tree.below(big.tree.root)[0]
    day = date(2026, 9, 8)
    rows = every(big, place, Wanted("cases", Period(day, day)), "reported_at")
    assert rows
    for row in rows:
        moment = row.values["reported_at"]
        assert datetime.combine(day, time()) <= moment <= datetime.combine(day, time.max)


def test_what_is_found_is_what_is_shown_or_a_whole_number(big: Snapshot) -> None:
    root = big.tree.root
    [(number,)] = big.rows(
        "select number from cases where title like '%工地扬尘%' order by number limit 1"
    )

    def found(what: str) -> int:
        return listed(big, root, Wanted("cases", Period(), find=what)).total

    assert found(number) == 1
    assert found(number[:-1]) == 0, "no number is guessed digit by digit"
    [(many,)] = big.rows("select count(*) from cases where contains(title, '工地扬尘')")
    assert found("工地扬尘") == many > 0
    assert found("%") == found("' or true --") == 0
    datasets = Wanted("datasets", Period(), find="食品许可")
    assert listed(big, root, datasets).total > 0


def test_of_very_many_rows_it_is_said_that_there_are_more(
    big: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST", 200)
    found = listed(big, big.tree.root, Wanted("cases", Period(), page=99))
    assert (found.total, found.more, found.pages) == (200, True, 4)
    assert len(found.rows) == lists.PAGE
    assert listed(big, big.tree.root, Wanted("cases", Period(), "handling_hours")).amount is None


# ── Who may see what ─────────────────────────────────────────────────────────────────────────────


@runs(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_row_lies_outside_the_viewers_place(big: Snapshot, data: st.DataObject) -> None:
    root = data.draw(st.sampled_from(big.tree.places))
    viewer = Viewer(Role.LEADER, root.code)
    inside = data.draw(st.sampled_from(big.tree.places[root.lo : root.hi + 1]))
    seen = gate(viewer, Scope(big.tree, inside.code))
    fact = FACTS[data.draw(st.sampled_from(sorted(FACTS)))]
    wanted = Wanted(
        fact.name,
        data.draw(st.sampled_from(PERIODS)),
        status=data.draw(st.sampled_from(["", *(status.name for status in fact.statuses)])),
        sort=data.draw(st.sampled_from(lists.sortable(fact))),
        find=data.draw(st.sampled_from(["", "工地", "共享", "第1网格"])),
    )
    for row in lists.page(big, seen, wanted, KEY).rows:
        assert inside.lo <= row.place.lo <= inside.hi


def test_a_sensitive_row_keeps_its_grid_to_itself(tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        towns.send(
            record,
            "warnings.csv",
            "number,place,topic,colour,raised_at\n"
            "w1,town/n/e/1/a,命案,red,2026-01-05\nw2,town/n/e/1/a,电诈,blue,2026-01-06\n"
            "w3,town/n/e/1,访源,blue,2026-01-07\n",
            "warnings",
        )
        towns.publish(record)
    with Snapshots(settings.snapshots).current() as snapshot:
        wanted = Wanted("warnings", Period(), sort="topic")

        def seen(code: str) -> list[tuple[str, str]]:
            rows = listed(snapshot, snapshot.tree.place(code), wanted, "topic", "place").rows
            return sorted((row.values["topic"], row.place.name) for row in rows)

        assert seen("town/n/e/1") == [("命案", "Elm1"), ("电诈", "Elm1a"), ("访源", "Elm1")]
        assert seen("town/n/e/1/a") == [("电诈", "Elm1a")]
        whole = listed(snapshot, snapshot.tree.root, wanted, "topic", "place").rows
        codes = {row.values["topic"]: row.values["place"] for row in whole}
        assert codes == {"命案": None, "电诈": "town/n/e/1/a", "访源": None}
        by_topic = {row.values["topic"]: row.ref for row in whole}
        grid = cleared(snapshot, snapshot.tree.place("town/n/e/1/a"))
        assert rows.place(snapshot, grid, "warnings", by_topic["命案"], KEY) is None
        assert rows.place(snapshot, grid, "warnings", by_topic["电诈"], KEY) is not None
        for name in ("sort", "filters"):
            asked = {"sort": "place", "filters": (Filter("place", "is", "town/n/e/1/a"),)}[name]
            with pytest.raises(Mistake):
                listed(snapshot, snapshot.tree.root, replace(wanted, **{name: asked}))  # type: ignore[arg-type]


def test_a_display_gets_no_rows_even_of_what_it_may_count(big: Snapshot) -> None:
    seen = gate(Viewer(Role.DISPLAY), Scope(big.tree))
    with pytest.raises(Mistake, match="see_rows"):
        lists.page(big, seen, Wanted("cases", Period()), KEY)


EVIL = ("number; drop table cases", "1=1", "pos", "r.phone", "", "*", "phone", "lon", "'", "nix")


def test_each_row_has_a_mark_of_its_own_that_tells_nothing(big: Snapshot) -> None:
    wanted = Wanted("warnings", Period(), "warnings_raised", "numerator")

    def marks(place: Place) -> list[str]:
        display = Viewer(Role.DISPLAY, place.code)
        return list(lists.marks(big, gate(display, Scope(big.tree, place.code)), wanted, KEY))

    whole = marks(big.tree.root)
    assert len(whole) == len(set(whole)) == listed(big, big.tree.root, wanted).total > 50
    parts = [mark for place in big.tree.below(big.tree.root) for mark in marks(place)]
    assert len(parts) == len(set(parts))
    assert set(parts) <= set(whole)
    other = lists.marks(big, cleared(big, big.tree.root), wanted, "1" * 64)
    assert not set(other) & set(whole)  # a home of its own has marks of its own


@pytest.mark.parametrize("name", EVIL)
def test_only_declared_names_become_sql(big: Snapshot, name: str) -> None:
    nothing = Wanted("cases", Period())
    filtered = Filter(name, "is", "x")
    asked = [replace(nothing, filters=(filtered,))]
    if name:
        asked += [replace(nothing, fact=name), replace(nothing, metric=name)]
        asked += [replace(nothing, status=name)]
        asked += [] if name == "phone" else [replace(nothing, sort=name)]
    for wanted in asked:
        with pytest.raises(Mistake):
            listed(big, big.tree.root, wanted)


def test_a_part_that_is_none_is_refused(big: Snapshot) -> None:
    for wanted in (
        Wanted("cases", Period(), "closure", "n); drop table cases"),  # type: ignore[arg-type]
        Wanted("cases", Period(), "reported", "denominator"),
        Wanted("warnings", Period(), "closure", "numerator"),
    ):
        with pytest.raises(Mistake):
            listed(big, big.tree.root, wanted)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("INTEGER", "1.5"),
        ("INTEGER", "x"),
        ("DOUBLE", "nan"),
        ("DOUBLE", "1e999"),
        ("DATE", "2026-13-01"),
        ("TIMESTAMP", "now()"),
        ("BOOLEAN", "maybe"),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(Mistake):
        lists.read(kind, text)


def test_an_address_of_a_row_tells_nothing_and_is_made_by_the_home_alone(big: Snapshot) -> None:
    place = big.tree.below(big.tree.root)[0]
    mine = every(big, place, Wanted("warnings", Period()))
    theirs = lists.page(big, cleared(big, place), Wanted("warnings", Period()), "1" * 64).rows
    refs = {row.ref for row in mine}
    assert refs
    assert not refs & {row.ref for row in theirs}
    [(numbers,)] = big.rows("select list(number) from warnings")
    assert not any(number in ref for number in numbers for ref in refs)
