"""Blank is not zero: a source that does not tell of something has none of it, not nought.

Two desks in the town. The desk's own file tells of reworks, visits and who closed; the hotline's
has no such columns:

    d1  Elm1a  closed, sent back once, visited, closed by its reporter
    d2  Elm1b  closed                            h1  Elm1a   closed in time
    d3  South's own (no street known), open      h2  Ash1a   closed late
    d4  Elm1a  left open                         h3  Town's own (code unknown), open
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.counting import clocks, count, count_left
from cockpit.model.facts import FACTS
from cockpit.model.judgement import verdict
from cockpit.model.period import Period
from cockpit.record import queries
from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import asked, pages, signed
from tests import town as towns
from tests.test_lists import hold

METRICS = [metric.name for metric in queries.metrics(Settings.shipped)]
DESK = """\
number,place,reported_at,due_at,closed_at,rework_count,visited_at,left_open_reason,self_closed
d1,town/n/e/1/a,2026-01-05,2026-01-10,2026-01-09,1,2026-01-12,,true
d2,town/n/e/1/b,2026-01-05,2026-01-11,2026-01-10,0,,,
d3,town/s/x,2026-01-05,2026-01-12,,0,,,
d4,town/n/e/1/a,2026-01-05,2026-01-13,,0,,owner unclear,
"""
HOTLINE = """number,place,reported_at,due_at,closed_at
h1,town/n/e/1/a,2026-01-05,2026-01-10,2026-01-09
h2,town/s/a/1/a,2026-01-05,2026-01-10,2026-01-11
h3,elsewhere,2026-01-05,2026-01-10,
"""
LATER = """number,place,reported_at,due_at,closed_at,rework_count
h4,town/n/o/1/a,2026-01-06,2026-01-14,2026-01-13,2
"""
Files = Sequence[tuple[str, str]]
BOTH: Files = (("cases", DESK), ("hotline", HOTLINE))


def found(folder: Path, files: Files = (), each: bool = False) -> Settings:
    """A town with a mapping for the hotline, and some files published, once or file by file."""
    settings = towns.found(folder)
    mapping = settings.own / "sources" / "hotline.sql"
    mapping.parent.mkdir(parents=True)
    mapping.write_text('/*\nfact = "cases"\n*/\nselect * from raw\n', "utf-8")
    with Record(settings) as record:
        for number, (source, text) in enumerate(files):
            assert towns.send(record, f"{number}.csv", text, source).quarantined == 0
            if each:
                towns.publish(record)
        if files:
            towns.publish(record)
    return settings


@contextmanager
def opened(settings: Settings) -> Iterator[Snapshot]:
    with Snapshots(settings.snapshots).current() as snapshot:
        yield snapshot


def parts(snapshot: Snapshot, name: str, code: str = "town") -> tuple[object, ...]:
    """Numerator, denominator, answered, left open."""
    place = snapshot.tree.place(code)
    return tuple(asked.at(snapshot, [snapshot.metric(name)], place, Period())[name])[:4]


def all_parts(snapshot: Snapshot) -> dict[tuple[str, str], tuple[object, ...]]:
    return {
        (name, place.code): parts(snapshot, name, place.code)
        for name in METRICS
        for place in snapshot.tree.places
    }


def test_a_number_that_no_source_tells_of_is_blank_and_no_target_is_judged(tmp_path: Path) -> None:
    with opened(found(tmp_path, [("hotline", HOTLINE)])) as snapshot:
        for name in ("rework", "visit_coverage", "self_closed"):
            one = snapshot.metric(name)
            assert one.lacking == ("hotline",)
            told = asked.at(snapshot, [one], snapshot.tree.root, Period())[name]
            assert (told.value, told.denominator) == (None, 0)
            assert verdict(one.metric, told) == ""
        assert parts(snapshot, "closure") == (2, 3, 3, 0)
        assert parts(snapshot, "late_closure") == (1, 3, 3, 0)
        # Nobody said that a case is left open, so none is: it stands beside every rate as well.
        assert parts(snapshot, "left_open") == (0, None, 3, 0)


def test_the_page_shows_a_dash_and_says_whose_rows_do_not_count(tmp_path: Path) -> None:
    settings = found(tmp_path, [("hotline", HOTLINE)])
    address = "/place/town?subject=cases&period=all"
    tree = pages.page(signed.client(settings), address)
    tile = pages.the(tree, data_metric="rework")
    assert pages.text(pages.the(tile, cls="number")) == "–"
    assert not pages.every(tile, cls="verdict")
    told = pages.text(pages.the(tile, cls="definition"))
    assert "返工次数" in told
    assert "hotline" in told
    judged = [pages.text(each).split()[1] for each in pages.every(tree, cls="verdict")]
    assert "达标" not in judged


def test_rows_of_a_source_without_the_column_count_neither_above_nor_below(tmp_path: Path) -> None:
    with opened(found(tmp_path, BOTH)) as snapshot:
        assert snapshot.metric("rework").lacking == ("hotline",)
        assert parts(snapshot, "rework") == (1, 3, 3, 1)
        assert parts(snapshot, "rework", "town/n/e") == (1, 2, 2, 1)
        assert parts(snapshot, "rework", "town/s/a") == (0, 0, 0, 0)
        assert parts(snapshot, "visit_coverage") == (1, 2, 2, 0)
        assert parts(snapshot, "self_closed", "town/n/e/1/b") == (0, 1, 1, 0)
        assert snapshot.metric("closure").lacking == ()
        assert parts(snapshot, "closure") == (4, 6, 6, 1)


def test_children_lists_and_unplaced_agree_with_what_counts(tmp_path: Path) -> None:
    with opened(found(tmp_path, BOTH)) as snapshot:
        for name in METRICS:
            for place in snapshot.tree.places:
                hold(snapshot, name, place, Period())
                below, apart = asked.below(snapshot, [snapshot.metric(name)], place, Period())
                if below:
                    total = sum((each[name] for each in below.values()), apart[name])
                    assert tuple(total)[:4] == parts(snapshot, name, place.code)


def test_a_source_that_gives_the_column_later_is_counted_anew(tmp_path: Path) -> None:
    files = [*BOTH, ("hotline", LATER)]
    with opened(found(tmp_path / "a", files)) as at_once:
        assert at_once.metric("rework").lacking == ()
        assert at_once.metric("self_closed").lacking == ("hotline",)
        assert parts(at_once, "rework") == (2, 7, 7, 1)
        expected = all_parts(at_once)
    with opened(found(tmp_path / "b", files, each=True)) as step_by_step:
        assert all_parts(step_by_step) == expected


def test_differences_leave_out_the_same_rows_as_counting_anew(tmp_path: Path) -> None:
    more = [("hotline", HOTLINE.replace("h", "k")), ("cases", DESK.replace("\nd1", "\nd5"))]
    with opened(found(tmp_path / "a", [*BOTH, *more])) as at_once:
        expected = all_parts(at_once)
    with opened(found(tmp_path / "b", [*BOTH, *more], each=True)) as step_by_step:
        assert all_parts(step_by_step) == expected


@pytest.mark.parametrize(
    ("column", "cells", "name", "told"),
    [
        ("rework_count", (",", ","), "rework", (0, 0)),
        ("rework_count", (",", ",0"), "rework", (0, 2)),
        ("rework_count", (",", ",1"), "rework", (1, 2)),
        ("self_closed", (",", ","), "self_closed", (0, 2)),
        ("visited_at", (",", ","), "visit_coverage", (0, 2)),
    ],
)
def test_a_blank_flag_says_no_a_blank_moment_not_yet_and_a_blank_number_nothing(
    tmp_path: Path, column: str, cells: tuple[str, str], name: str, told: tuple[int, int]
) -> None:
    rows = "".join(
        f"{number},town,2026-01-05,2026-01-10,2026-01-09{cell}\n"
        for number, cell in enumerate(cells)
    )
    text = f"number,place,reported_at,due_at,closed_at,{column}\n{rows}"
    with opened(found(tmp_path, [("cases", text)])) as snapshot:
        assert parts(snapshot, name)[:2] == told


def test_what_stands_in_quarantine_gives_nothing(tmp_path: Path) -> None:
    settings = found(tmp_path, [("hotline", HOTLINE)])
    with Record(settings) as record:
        bad = "number,place,reported_at,rework_count,self_closed\nx,town,yesterday,3,true\n"
        assert towns.send(record, "bad.csv", bad, "hotline").quarantined == 1
        told = record.con.execute('select "column" from given where source = ?', ["hotline"])
        columns = {name for (name,) in told.fetchall()}
    assert columns == {"number", "place", "reported_at", "due_at", "closed_at"}


def test_a_refused_file_gives_nothing(tmp_path: Path) -> None:
    settings = found(tmp_path)
    with Record(settings) as record:
        assert towns.send(record, "bad.csv", "place,void\ntown,true\n", "hotline").refused
        assert record.one("select count(*) from given") == 0


def test_a_home_of_before_is_asked_what_its_rows_say(tmp_path: Path) -> None:
    settings = found(tmp_path, BOTH)
    with opened(settings) as before:
        expected = all_parts(before)
    with Record(settings) as record:
        record.con.execute("drop table given")
    with Record(settings) as record:
        told = record.con.execute('select source, "column" from given').fetchall()
        towns.publish(record)
    assert {column for source, column in told if source == "hotline"} == {
        *("number", "place", "reported_at", "due_at", "closed_at"),
    }
    assert {"rework_count", "visited_at", "self_closed", "left_open_reason"} < {
        column for source, column in told if source == "cases"
    }
    assert ("cases", "void") not in told  # never a yes in it
    with opened(settings) as after:
        assert all_parts(after) == expected
    with Record(settings) as record:  # asked once
        assert sorted(record.con.execute('select source, "column" from given').fetchall()) == (
            sorted(told)
        )


def test_where_all_sources_give_all_nothing_is_asked_of_a_row(city: Snapshot) -> None:
    assert {one.metric.needs for one in city.counted.values()} > {()}
    assert [name for name, one in city.counted.items() if one.lacking] == []
    for fact in FACTS:
        for clock in clocks(fact, list(city.counted.values())):
            for sql in (count(clock, fact, ["pos"]), count_left(clock, fact, ["pos"])):
                assert "source" not in sql


def test_who_never_tells_of_closing_has_no_closure_rate(tmp_path: Path) -> None:
    text = "number,place,reported_at,due_at\n1,town,2026-01-05,2026-01-10\n"
    with opened(found(tmp_path, [("cases", text), ("hotline", HOTLINE)])) as snapshot:
        for name in ("closure", "on_time_closure", "late_closure"):
            assert snapshot.metric(name).lacking == ("cases",)
            assert parts(snapshot, name)[1] == 3, name


def test_a_verdict_tells_of_closing_but_not_of_what_should_be_closed(tmp_path: Path) -> None:
    text = "number,place,reported_at,verdict\n1,town,2026-01-05,true\n2,town,2026-01-05,false\n"
    text += "3,town,2026-01-05,\n"
    with opened(found(tmp_path, [("cases", text)])) as snapshot:
        assert snapshot.metric("closure").lacking == ()
        assert parts(snapshot, "on_time_closure") == (1, 2, 2, 0)
        assert parts(snapshot, "closure") == (0, 0, 0, 0)
        assert parts(snapshot, "open_cases")[0] == 1
