"""Neighbourhoods: what is read from their files is what the months' files say, for every panel and
list, and they go when their months do.
"""

import threading
from pathlib import Path

import pytest

from cockpit.answers import lists, nearby, panel
from cockpit.answers.lists import Wanted
from cockpit.answers.nearby import MOST
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.facts import FACTS
from cockpit.model.period import Period
from cockpit.people.gate import CONSOLE, Scope, gate
from cockpit.record.publish import current, manifest
from cockpit.record.store import Record
from cockpit.record.worker import Worker
from cockpit.settings import Settings
from tests import hamlet
from tests.test_snapshots import cases, publish

KEY = "0" * 64
WIDTHS = (MOST, 2_000, 200)
"""Rows of a neighbourhood: the whole demo city, about a street, about a community."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return hamlet.found(tmp_path, keep=2)


def opened(settings: Settings) -> Snapshot:
    """The snapshot in service, of which nothing is known yet."""
    id = current(settings.snapshots)
    assert id is not None
    return Snapshot(settings.snapshots, id)


def told(snapshot: Snapshot, fact: str, code: str) -> list[str]:
    """Every row of a fact in a place, as a list and all its columns see it."""
    place = snapshot.tree.by_code[code]
    table = nearby.table(snapshot, fact, place)
    columns = ", ".join(("pos", *FACTS[fact].names))
    sql = f"select {columns} from {table} where pos between {place.lo} and {place.hi} order by all"
    return [repr(row) for row in snapshot.rows(sql)]


def laid_out(settings: Settings) -> set[str]:
    """The files of neighbourhoods that there are."""
    return {
        str(path.relative_to(settings.snapshots / "nearby"))
        for path in (settings.snapshots / "nearby").glob("*/*")
    }


@pytest.mark.parametrize("most", WIDTHS)
@pytest.mark.parametrize("subject", ["cases", "warnings", "sharing"])
def test_a_panel_says_the_same_wherever_its_rows_are_read(
    demo: Settings, subject: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = opened(demo)
    tree = snapshot.tree
    street = next(place for place in tree.places if place.level == "street")
    places = [tree.below(tree.root)[3], street, tree.below(street)[0]]
    period, as_of = Period(until=snapshot.last_day("cases")), snapshot.last_day("cases")
    assert as_of is not None
    shown = [one for one in snapshot.panels.values() if one.panel.subject == subject]
    assert shown
    for place in places:
        seen = gate(CONSOLE, Scope(tree, place.code))
        for one in shown:
            monkeypatch.setattr(nearby, "MOST", -1)
            far = panel.run(snapshot, one, seen, period, as_of)
            monkeypatch.setattr(nearby, "MOST", most)
            near = panel.run(snapshot, one, seen, period, as_of)
            assert (near.columns, near.rows) == (far.columns, far.rows), one.panel.name
    snapshot.close()


def test_a_neighbourhood_is_the_widest_place_around_that_has_not_too_many_rows(
    demo: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = opened(demo)
    tree = snapshot.tree
    place = next(each for each in tree.places if each.level == "community")
    path = {each.level: each for each in tree.path(place)}
    many = {
        level: snapshot.rows(
            f"select count(*) from cases where pos between {each.lo} and {each.hi}"
        )[0][0]
        for level, each in path.items()
    }
    assert many["city"] > many["district"] > many["street"] > many["community"] > 0
    for level, each in path.items():
        monkeypatch.setattr(nearby, "MOST", many[level])
        assert f"/{each.lo}.parquet" in nearby.table(snapshot, "cases", place)
    monkeypatch.setattr(nearby, "MOST", many["community"] - 1)
    assert nearby.table(snapshot, "cases", place) == "memory.main.cases"
    snapshot.close()


@pytest.mark.parametrize("fact", FACTS)
def test_a_list_says_the_same_wherever_its_rows_are_read(
    demo: Settings, fact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = opened(demo)
    place = snapshot.tree.below(snapshot.tree.root)[3]
    seen = gate(CONSOLE, Scope(snapshot.tree, place.code))
    found = {}
    for most in (-1, MOST):
        monkeypatch.setattr(nearby, "MOST", most)
        near = nearby.table(snapshot, fact, place)
        assert nearby.table(snapshot, fact, place, made=True) == near
        assert ("parquet" in near) == (most == MOST)
        found[most] = lists.page(snapshot, seen, Wanted(fact, Period()), KEY)
    assert found[-1] == found[MOST]
    assert found[MOST].total
    snapshot.close()


def test_what_came_and_went_since_the_months_were_written_is_in_it(
    record: Record, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file stays as it is while only differences are published, and is read with them."""
    monkeypatch.setattr("cockpit.record.publish.MOST_CHANGED", 100.0)
    worker = Worker(record)
    publish(worker, cases(0, 40))
    snapshot = opened(settings)
    assert len(told(snapshot, "cases", "town")) == 40
    snapshot.close()
    before = laid_out(settings)
    assert len(before) == 1
    header, changed = cases(0, 3, closed=False).split("\n", 1)
    publish(worker, f"{header}\n{changed.replace('2026-01-20', '2026-01-28')}")
    publish(worker, cases(40, 44))
    snapshot = opened(settings)
    rows = told(snapshot, "cases", "town")
    assert len(rows) == 44
    assert sum("2026, 1, 28" in row for row in rows) == 3
    for code in ("town/n", "town/n/e/1", "town/s/a"):
        near = told(snapshot, "cases", code)
        monkeypatch.setattr(nearby, "MOST", -1)
        assert near == told(snapshot, "cases", code)
        monkeypatch.setattr(nearby, "MOST", MOST)
    snapshot.close()
    assert laid_out(settings) == before


def test_it_goes_with_the_last_snapshot_that_has_its_months(
    record: Record, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.record.publish.MOST_CHANGED", 0.0)
    worker = Worker(record)
    names = []
    for number in range(4):
        publish(worker, cases(number * 10, number * 10 + 10))
        snapshot = opened(settings)
        told(snapshot, "cases", "town")
        names.append(manifest(settings.snapshots, snapshot.id)["sets"]["cases"])
        snapshot.close()
    assert len({*names}) == 4
    publish(worker, cases(40, 50, month=2))
    assert laid_out(settings) == {f"{names[-1]}/0.parquet"}


def test_a_list_alone_makes_no_file(record: Record, settings: Settings) -> None:
    publish(Worker(record), cases(0, 40))
    snapshot = opened(settings)
    seen = gate(CONSOLE, Scope(snapshot.tree, "town/n"))
    assert lists.page(snapshot, seen, Wanted("cases", Period()), KEY).total > 0
    assert not laid_out(settings)
    snapshot.close()


def test_where_nothing_can_be_written_the_months_are_read(
    record: Record, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    publish(Worker(record), cases(0, 40))
    (settings.snapshots / "nearby").write_text("no folder")
    snapshot = opened(settings)
    assert len(told(snapshot, "cases", "town/n")) == len(told(snapshot, "cases", "town/n")) > 0
    assert [line.message[:35] for line in caplog.records] == ["the rows near town cannot be laid o"]
    snapshot.close()


def test_many_who_ask_at_once_find_one_file_whole(record: Record, settings: Settings) -> None:
    publish(Worker(record), cases(0, 400))
    snapshots = [opened(settings) for _ in range(2)]  # two processes, as far as they know
    expected = sorted(repr(row) for row in snapshots[0].rows("select pos, number from cases"))
    found, ready = list[list[str]](), threading.Barrier(8)

    def ask(snapshot: Snapshot) -> None:
        ready.wait()
        table = nearby.table(snapshot, "cases", snapshot.tree.root)
        rows = snapshot.rows(f"select pos, number from {table}")
        found.append(sorted(map(repr, rows)))

    threads = [threading.Thread(target=ask, args=(snapshots[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
    assert [name.endswith("/0.parquet") for name in laid_out(settings)] == [True]
    for snapshot in snapshots:
        snapshot.close()


def test_it_shows_nothing_that_the_place_does_not_have(town: Settings) -> None:
    """A file may hold more than the place; whoever reads it says which places are meant."""
    with Snapshots(town.snapshots).current() as snapshot:
        north = snapshot.tree.by_code["town/n"]
        assert "/0.parquet" in nearby.table(snapshot, "cases", north)
        seen = gate(CONSOLE, Scope(snapshot.tree, "town/n"))
        inside = {each.code for each in snapshot.tree.places if north.lo <= each.lo <= north.hi}
        listed = lists.page(snapshot, seen, Wanted("cases", Period()), KEY)
        assert listed.total > 0
        assert {row.place.code for row in listed.rows} <= inside
