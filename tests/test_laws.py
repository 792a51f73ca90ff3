"""The laws of adding, over every metric, level and period: what no number may break."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.answers.tally import Step
from cockpit.model.counting import Counted, clocks, count, count_left, part_types
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Metric, Tally
from cockpit.model.mistakes import Mistake
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.record import queries
from cockpit.record.cube import allowed, weigh
from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import asked as tally
from tests import town as towns
from tests.asked import ask

METRICS = [metric.name for metric in queries.metrics(Settings.shipped)]
JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))
PERIODS = (
    Period(),
    Period(date(2026, 9, 1), date(2026, 9, 30)),
    Period(date(2025, 11, 1), date(2026, 10, 31)),
    Period(date(2026, 10, 31), date(2026, 10, 31)),
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


def some_places(snapshot: Snapshot, level: str, many: int) -> list[Place]:
    """Places of a level with something below them, the same ones at every run."""
    places = [p for p in snapshot.tree.places if p.level == level and snapshot.tree.below(p)]
    return random.Random(level).sample(places, min(many, len(places)))


def added(tallies: list[Tally]) -> Tally:
    total, *rest = tallies
    for one in rest:
        total += one
    return total


@pytest.mark.parametrize("period", PERIODS, ids=str)
@pytest.mark.parametrize("level", [level.name for level in LEVELS[:-1]])
def test_children_and_unplaced_add_up_to_the_parent(
    big: Snapshot, level: str, period: Period
) -> None:
    metrics = list(big.counted.values())
    for place in some_places(big, level, 4):
        whole = tally.at(big, metrics, place, period)
        children, apart = tally.below(big, metrics, place, period)
        for name in whole:
            parts = [tallies[name] for tallies in children.values()]
            assert added([*parts, apart[name]]) == whole[name], (place.code, name)
        (found,) = tally.around(big, metrics, place, period)
        assert (found.here, found.below, found.apart) == (whole, children, apart)


@pytest.mark.parametrize("level", [level.name for level in LEVELS])
def test_what_is_asked_at_once_is_what_is_asked_apart(big: Snapshot, level: str) -> None:
    metrics = list(big.counted.values())
    places = [place for place in big.tree.places if place.level == level]
    for place in random.Random(3).sample(places, min(2, len(places))):
        assert tally.around(big, metrics, place, *PERIODS) == tuple(
            tally.around(big, metrics, place, period)[0] for period in PERIODS
        )
        for period, found in zip(PERIODS, tally.around(big, metrics, place, *PERIODS), strict=True):
            assert found.here == tally.at(big, metrics, place, period)
            if place.parent is None:
                assert found.beside == {}
                continue
            family, _ = tally.below(big, metrics, big.tree.place(place.parent), period)
            assert found.beside == {
                code: tallies
                for code, tallies in family.items()
                if big.tree.place(code).rung == place.rung
            }


@pytest.mark.parametrize("name", METRICS)
def test_the_unplaced_are_somewhere_in_the_demo(big: Snapshot, name: str) -> None:
    """Else the law above would hold for want of anything to break it."""
    if big.metric(name).metric.fact != "cases":
        return
    _, apart = tally.below(big, [big.metric(name)], big.tree.root, Period())
    assert apart[name].answered >= 0
    many = [
        tally.below(big, [big.metric("reported")], place, Period())[1]["reported"].answered
        for place in some_places(big, "district", 13)
    ]
    assert sum(many) > 0


def tallied(one: Counted, parts: Mapping[str, Any]) -> Tally:
    """A metric's tally, from sums that DuckDB made of its parts."""
    numerator, denominator, answered, left_open = (
        parts[part] or 0 if part else None for part in one.tally_parts
    )
    return Tally(numerator, denominator, int(answered), int(left_open))


@pytest.mark.parametrize("name", METRICS)
def test_the_cube_and_the_rows_agree(big: Snapshot, name: str) -> None:
    one = big.metric(name)
    fact = one.metric.fact
    if not big.standing(fact).rows:
        return
    parts = part_types([one])
    for level in LEVELS:
        for place in random.Random(2).sample(
            [p for p in big.tree.places if p.level == level.name], 1
        ):
            rows = f"(select * from {fact} where pos between {place.lo} and {place.hi})"
            counted = " union all by name ".join(
                f"({select(clock, rows, [])})"
                for clock in clocks(fact, [one])
                for select in (count, count_left)
            )
            for until in (date(2026, 6, 30), date(2100, 1, 1)):
                sums = ", ".join(f"sum({part})" for part in parts)
                (found,) = big.rows(f"select {sums} from ({counted}) where day <= ?", [until])
                by_rows = tallied(one, dict(zip(parts, found, strict=True)))
                by_cube = tally.at(big, [one], place, Period(until=until))[name]
                assert by_rows == by_cube, (place.code, until)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_steps_of_a_flow_add_up_and_a_stock_ends_where_it_stands(
    big: Snapshot, name: str, step: Step
) -> None:
    period = Period(date(2026, 8, 3), date(2026, 10, 18))
    one = big.metric(name)
    for place in (big.tree.root, *some_places(big, "street", 1)):
        steps = [tallies[name] for _, tallies in tally.by(big, [one], place, period, step)]
        whole = tally.at(big, [one], place, period)[name]
        if not steps:
            assert not whole.answered
        elif one.metric.stock:
            assert steps[-1] == whole
        else:
            assert added(steps) == whole


@pytest.mark.parametrize("name", METRICS)
def test_a_rate_leaves_out_what_is_left_open(big: Snapshot, name: str) -> None:
    metric = big.metric(name).metric
    if not metric.denominator or not big.standing(metric.fact).rows:
        return
    found = big.rows(
        f"select count(*) from {metric.fact} where left_open and ({metric.denominator})"
    )
    assert found == [(0,)]


@pytest.mark.parametrize("name", METRICS)
def test_nothing_counted_is_blank_not_zero(big: Snapshot, name: str) -> None:
    before = Period(date(1999, 1, 1), date(1999, 12, 31))
    assert ask(big, name, big.tree.root, before)["value"] is None


@pytest.mark.parametrize("name", METRICS)
def test_rates_lie_between_zero_and_one(big: Snapshot, name: str) -> None:
    if big.metric(name).metric.unit != "percent":
        return
    for level in LEVELS:
        for place in random.Random(1).sample(
            [p for p in big.tree.places if p.level == level.name], 1
        ):
            value = ask(big, name, place, Period())["value"]
            assert value is None or 0 <= value <= 1


def test_the_town_by_head(small: Snapshot) -> None:
    town = small.tree.root
    found = ask(small, "on_time_closure", town, JANUARY, children=True)
    # n1 n3 n5 n7 in time, n2 late, n6 open; n4 left open, n8 due in February, n9 void
    assert (found["numerator"], found["denominator"], found["left_open"]) == (4, 6, 1)
    north, south = found["below"]
    assert (north["numerator"], north["denominator"], north["left_open"]) == (2, 3, 1)
    assert (south["numerator"], south["denominator"]) == (1, 2)
    apart = found["unplaced"]
    assert (apart["numerator"], apart["denominator"]) == (1, 1)
    assert ask(small, "on_time_closure", town, Period())["denominator"] == 7


def test_a_rate_is_not_the_average_of_rates(small: Snapshot) -> None:
    found = ask(small, "on_time_closure", small.tree.root, JANUARY, children=True)
    rates = [child["value"] for child in found["below"]] + [found["unplaced"]["value"]]
    assert rates == [2 / 3, 1 / 2, 1]
    assert found["value"] == 4 / 6 != sum(rates) / 3


def test_stocks_stand_at_the_end_of_each_day(small: Snapshot) -> None:
    root = small.tree.root
    standing = {
        day: ask(small, "open_cases", root, Period(until=date(2026, 1, day)))["value"]
        for day in (4, 5, 9, 10, 11, 12, 25, 31)
    }
    # void n9 never counts; n4 stays open; n5 closes on the 10th, n2 and n3 on the 12th
    assert standing == {4: None, 5: 2, 9: 5, 10: 5, 11: 5, 12: 3, 25: 3, 31: 3}
    overdue = {
        day: ask(small, "overdue_open", root, Period(until=date(2026, 1, day)))["value"]
        for day in (9, 10, 12, 19, 20)
    }
    assert overdue == {9: None, 10: 1, 12: 0, 19: 0, 20: 1}


def test_a_place_that_was_dissolved_lives_on_in_its_successor(small: Snapshot) -> None:
    assert small.tree.place("town/old").code == "town/n/e"
    assert small.tree.resolve("town/old/7").code == "town/n/e"


def test_every_level_is_asked_the_same_way(small: Snapshot) -> None:
    codes = ["town", "town/n", "town/n/e", "town/n/e/1", "town/n/e/1/a"]
    found = [ask(small, "reported", small.tree.place(code), Period())["value"] for code in codes]
    assert found == [9, 5, 4, 4, 3]


def tables(settings: Settings) -> tuple[object, ...]:
    """All the numbers of the snapshot in service, whatever files they lie in."""
    with Snapshots(settings.snapshots).current() as snapshot:
        metrics = list(snapshot.counted.values())
        return tuple(
            (place.code, tally.at(snapshot, metrics, place, period))
            for place in snapshot.tree.places
            for period in (Period(), JANUARY)
        )


def test_order_of_arrival_does_not_matter(tmp_path: Path) -> None:
    """Twelve versions of the town's cases, a line a file, in five orders: one truth."""
    head, *lines = towns.CASES.splitlines()
    head += ",updated_at"
    files = [f"{head}\n{line},2026-02-01 00:0{v}\n" for v in (0, 1) for line in lines]
    states = set()
    for seed in range(3):
        settings = towns.found(tmp_path / str(seed))
        order = files[:]
        random.Random(seed).shuffle(order)
        with Record(settings) as record:
            for number, text in enumerate(order):
                towns.send(record, f"{number}.csv", text)
                if number % 9 == seed:
                    towns.publish(record)
            towns.publish(record)
        states.add(repr(tables(settings)))
    assert len(states) == 1


def test_differences_and_counting_anew_agree(tmp_path: Path) -> None:
    """Publishing change by change gives what publishing once gives."""
    step_by_step, at_once = towns.found(tmp_path / "a"), towns.found(tmp_path / "b")
    changes = [
        towns.CASES,
        "number,place,reported_at,due_at,closed_at,updated_at\n"
        "n6,town/s/a/1/a,2026-01-09 09:00,2026-01-20 09:00,2026-02-20 09:00,2026-02-20 10:00\n",
        "number,place,reported_at,due_at,closed_at,updated_at\n"
        "n1,town/n/o/1/a,2026-01-05 09:00,2026-01-08 09:00,2026-01-09 09:00,2026-02-21 10:00\n"
        "n99,town/n,2026-03-05 09:00,2026-03-08 09:00,,2026-03-06 10:00\n",
    ]
    with Record(step_by_step) as record:
        for number, text in enumerate(changes):
            towns.send(record, f"{number}.csv", text)
            towns.publish(record)
    with Record(at_once) as record:
        for number, text in enumerate(changes):
            towns.send(record, f"{number}.csv", text)
        towns.publish(record)
    assert repr(tables(step_by_step)) == repr(tables(at_once))


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        towns.send(record, "a.csv", towns.CASES)
        towns.publish(record)
        before = repr(tables(settings))
        again = towns.send(record, "a.csv", towns.CASES)
        towns.publish(record)
    assert (again.read, again.repeated, again.changed) == (9, 9, 0)
    assert repr(tables(settings)) == before


def test_a_changed_row_moves_every_number_it_touches(tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        towns.send(record, "a.csv", towns.CASES)
        towns.publish(record)
        towns.send(
            record,
            "b.csv",
            "number,place,reported_at,due_at,closed_at,updated_at\n"
            "n2,town/s/a/1/a,2026-01-05 10:00,2026-01-10 10:00,2026-01-10 09:00,2026-02-01\n",
        )
        towns.publish(record)
    with Snapshots(settings.snapshots).current() as snapshot:
        codes = ("town", "town/n", "town/n/e/1/a", "town/s", "town/s/a/1/a")
        found = {
            code: (part["numerator"], part["denominator"])
            for code in codes
            for part in [ask(snapshot, "on_time_closure", snapshot.tree.place(code), JANUARY)]
        }
    assert found == {
        "town": (5, 6),
        "town/n": (2, 2),
        "town/n/e/1/a": (1, 1),
        "town/s": (2, 3),
        "town/s/a/1/a": (1, 2),
    }


def test_a_fourth_metric_file_is_counted_by_being_added(tmp_path: Path, town: Settings) -> None:
    """A new metric changes the cube at the next publish, with no new data."""
    import shutil
    from dataclasses import replace

    home = tmp_path / "home"
    shutil.copytree(town.home, home)
    shutil.copytree(town.queries, tmp_path / "queries")
    (tmp_path / "queries" / "mine").mkdir()
    (tmp_path / "queries" / "mine" / "metrics.toml").write_text(
        '[elm]\ntitle = "榆树"\nfact = "cases"\nnumerator = "place like \'%/e/%\'"\n'
        'clock = "reported_at"\nmeaning = "x"\n',
        "utf-8",
    )
    settings = replace(town, home=home, shipped=tmp_path / "queries")
    with Record(settings) as record:
        towns.publish(record)
    with Snapshots(settings.snapshots).current() as snapshot:
        assert ask(snapshot, "elm", snapshot.tree.root, Period())["value"] == 4


def test_an_aggregate_in_a_metric_is_refused_by_duckdb_itself(town: Settings) -> None:
    con = duckdb.connect()
    con.execute("create table cases (closed_at timestamp)")
    metric = Metric("x", "avg(1)", "y", fact="cases", clock="closed_at", name="x", path="m.toml")
    with pytest.raises(Mistake, match=r"m\.toml \[x\] numerator: .*aggregate"):
        weigh(con, metric, allowed(con))


@pytest.mark.parametrize(
    "sql",
    [
        "(select count(*) from read_text('/etc/passwd'))",
        "(select count(*) from '/etc/passwd')",
        "exists (select 1 from datasets)",
        "closed_at < now()",
        "length(repeat('x', 1000000000)) > 0",
        "length(getenv('HOME')) > 0",
        "true) from cases; drop table cases; select (true",
        "true -- )",
        "1 from (select 1) t(closed_at) --",
    ],
)
@pytest.mark.parametrize("part", ["numerator", "denominator", "clock", "enters"])
def test_a_metric_keeps_to_its_row(sql: str, part: str) -> None:
    """The writer's own connection counts: it may read files, and everything else."""
    con = duckdb.connect()
    con.execute("create table cases (closed_at timestamp)")
    con.execute("create table datasets (number varchar)")
    parts = {"numerator": "true", "clock": "closed_at", part: sql}
    if part == "enters":
        del parts["clock"]
    metric = Metric("x", meaning="y", fact="cases", name="x", path="m.toml", **parts)  # type: ignore[arg-type]
    with pytest.raises(Mistake, match=rf"m\.toml \[x\] {part}: "):
        weigh(con, metric, allowed(con))
    assert con.execute("select count(*) from cases").fetchall() == [(0,)]


def test_days_add_to_the_period(small: Snapshot) -> None:
    root = small.tree.root
    days = [
        ask(small, "reported", root, Period(day, day))["numerator"]
        for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(31))
    ]
    assert sum(days) == 9


def test_a_stock_without_an_end_stands_at_the_as_of_day(tmp_path: Path) -> None:
    """What falls due after the day the data speak for is not overdue."""
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        towns.send(
            record,
            "a.csv",
            "number,place,reported_at,due_at\n"
            "1,town/n,2026-01-05,2026-01-08\n2,town/n,2026-01-10,2026-05-01\n",
        )
        towns.publish(record)
    with Snapshots(settings.snapshots).current() as snapshot:
        assert snapshot.as_of("cases") == date(2026, 1, 10)
        assert ask(snapshot, "overdue_open", snapshot.tree.root, Period())["value"] == 1
        later = Period(until=date(2026, 5, 1))
        assert ask(snapshot, "overdue_open", snapshot.tree.root, later)["value"] == 2


def test_what_never_entered_a_stock_does_not_leave_it(tmp_path: Path) -> None:
    """Boston closes cases that never had a limit."""
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        towns.send(
            record,
            "a.csv",
            "number,place,reported_at,due_at,closed_at\n"
            "1,town/n,2026-01-05,,2026-01-08\n2,town/n,2026-01-05,2026-01-06,\n"
            "3,town/n,2026-01-05,2026-01-09,2026-01-07\n",
        )
        towns.publish(record)
    with Snapshots(settings.snapshots).current() as snapshot:
        root = snapshot.tree.root
        standing = [
            ask(snapshot, "overdue_open", root, Period(until=date(2026, 1, day)))["value"]
            for day in (5, 6, 7, 8, 9)
        ]
    assert standing == [None, 1, 1, 1, 1]


@pytest.mark.parametrize("name", METRICS)
def test_no_stock_is_below_nothing(big: Snapshot, name: str) -> None:
    one = big.metric(name)
    if not one.metric.stock:
        return
    for level in LEVELS:
        places = [place for place in big.tree.places if place.level == level.name]
        for place in random.Random(4).sample(places, min(3, len(places))):
            for _, tallies in tally.by(big, [one], place, Period(), "week"):
                assert tallies[name].numerator >= 0, place.code


def test_a_city_that_ended_long_ago_opens_on_its_last_days(tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        towns.send(
            record,
            "a.csv",
            "number,place,reported_at,closed_at\n1,town/n,2011-12-31,2012-01-02\n"
            "2,town/n,2011-12-05,2019-10-31\n",
        )
        towns.publish(record)
    with Snapshots(settings.snapshots).current() as snapshot:
        assert snapshot.as_of("cases") == date(2019, 10, 31)
        assert snapshot.last_day("cases") == date(2011, 12, 31)
