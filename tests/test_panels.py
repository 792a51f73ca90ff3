"""Panels: every shipped one works on every level, every wrong one is told, and none escapes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit import settings as environment
from cockpit.answers.crew import Crew
from cockpit.answers.panel import MOST_ROWS, Answer, Slow, fault, run
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.facts import FACTS
from cockpit.model.here import RELATIONS, columns
from cockpit.model.masking import masked
from cockpit.model.mistakes import Mistake
from cockpit.model.panel import Bound, read_panel
from cockpit.model.period import Period, named
from cockpit.model.places import Place
from cockpit.record import queries
from cockpit.record.checks import check_all
from cockpit.record.panels import Bindery, bindery, shelf
from cockpit.record.store import Record
from cockpit.settings import PROJECT, Settings
from tests import town as towns
from tests.asked import ask, cleared
from tests.drawer import CALLS, ESCAPES, HEADER, HEAVY, RIGHT, SQL, STATEMENTS

JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))
SHIPPED = [panel.name for panel in queries.panels(Settings.shipped)[0]]
ALWAYS = 'title="a"\nasks="a?"\nlabels={a=["a","a"]}\n'
TABLE = f'/*\n{ALWAYS}chart="table"\n*/\n'


@pytest.fixture(scope="module")
def small(town: Settings) -> Iterator[Snapshot]:
    with Snapshots(town.snapshots).current() as snapshot:
        yield snapshot


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """A home into which nothing has come yet."""
    home = environment.read({}, home=tmp_path_factory.mktemp("empty") / "home")
    with Record(home) as record:
        towns.publish(record)
    with Snapshots(home.snapshots).current() as snapshot:
        yield snapshot


def bound(bench: Bindery, sql: str, header: str = TABLE, subject: str = "cases") -> Bound:
    return bench.bind(read_panel(subject, "c", header + sql, "c.sql"))


def told(bench: Bindery, sql: str, header: str = TABLE) -> str:
    """What the author of a wrong panel reads."""
    with pytest.raises(Mistake) as caught:
        bound(bench, sql, header)
    return caught.value.text()


def asked(
    snapshot: Snapshot,
    panel: Bound,
    place: str = "",
    period: Period = JANUARY,
    as_of: date = date(2026, 1, 31),
    **more: Any,
) -> Answer:
    where = snapshot.tree.place(place) if place else snapshot.tree.root
    return run(snapshot, panel, cleared(snapshot, where), period, as_of, **more)


def chain(snapshot: Snapshot) -> list[Place]:
    """A place of every level, one below the other."""
    places = [snapshot.tree.root]
    while snapshot.tree.below(places[-1]):
        places.append(max(snapshot.tree.below(places[-1]), key=lambda each: each.hi - each.lo))
    return places


# ── The files ────────────────────────────────────────────────────────────────────────────────────


def test_the_shipped_panels_are_right_and_say_what_they_are() -> None:
    found = shelf([Settings.shipped], ())
    assert [one.message for one in found.broken if "work_" not in one.message] == []
    for name in SHIPPED:
        panel = next(one for one in queries.panels(Settings.shipped)[0] if one.name == name)
        for word in ("title", "title_en", "asks", "asks_en", "meaning", "meaning_en"):
            assert getattr(panel, word), (name, word)
        assert panel.asks_en.endswith("?"), name


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("home", ["city", "small", "empty"])
def test_a_shipped_panel_works_on_every_level(
    name: str, home: str, request: pytest.FixtureRequest
) -> None:
    snapshot: Snapshot = request.getfixturevalue(home)
    panel = snapshot.panels[name]
    as_of = snapshot.last_day(panel.panel.fact) or date(2026, 1, 31)
    for place in chain(snapshot):
        for period in (
            named("30d", as_of),
            named("all", as_of),
            Period(date(1900, 1, 1), date(1900, 1, 1)),
        ):
            answer = asked(snapshot, panel, place.code, period, as_of)
            assert fault(panel.panel, answer) is None
            assert not answer.cut


@pytest.mark.parametrize(("old", "new", "words"), HEADER + SQL)
def test_a_wrong_file_is_told(bench: Bindery, old: str | None, new: str, words: str) -> None:
    wrong = RIGHT.split("-- a comment\n", 1)[0] + new if old is None else RIGHT.replace(old, new, 1)
    assert wrong != RIGHT
    with pytest.raises(Mistake) as caught:
        bench.bind(read_panel("cases", "c", wrong, "c.sql"))
    assert words in caught.value.text()
    assert len(caught.value.text()) < 400


def test_the_drawer_is_full_and_the_right_one_is_right(bench: Bindery) -> None:
    assert len(HEADER + SQL) >= 40
    assert bench.bind(read_panel("cases", "c", RIGHT, "c.sql")).columns == (
        ("place", "VARCHAR"),
        ("many", "BIGINT"),
    )


@pytest.mark.parametrize("name", ["1st", "Panel", "a-b", "a b", "名"])
def test_a_file_has_a_plain_name(name: str) -> None:
    with pytest.raises(Mistake, match="is no name for a panel"):
        read_panel("cases", name, RIGHT, f"{name}.sql")


def test_a_subject_that_is_no_fact_names_one() -> None:
    with pytest.raises(Mistake, match="names no fact, and the subject 'fires' is none"):
        read_panel("fires", "a", RIGHT, "a.sql")
    fires = RIGHT.replace("x   ", 'fact = "warnings"\nx   ')
    assert read_panel("fires", "a", fires, "a.sql").fact == "warnings"


def test_one_broken_file_spoils_no_other(tmp_path: Path) -> None:
    for folder in ("cases", "fires", "sources", "rules", "walls"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cases" / "good.sql").write_text(RIGHT, "utf-8")
    (tmp_path / "cases" / "bad.sql").write_text("select 1", "utf-8")
    (tmp_path / "cases" / "latin.sql").write_bytes(RIGHT.encode("gb18030"))
    (tmp_path / "cases" / "wrong.sql").write_text(RIGHT.replace("count(", "cuont("), "utf-8")
    (tmp_path / "fires" / "good.sql").write_text(RIGHT, "utf-8")
    (tmp_path / "fires" / "subject.toml").write_text('titel = "火"', "utf-8")
    (tmp_path / "rules" / "rule.sql").write_text("x", "utf-8")
    found = shelf([tmp_path], ())
    assert [one.panel.name for one in found.panels] == ["good"]
    assert {(one.subject, one.name) for one in found.broken} == {
        ("cases", "bad"),
        ("cases", "latin"),
        ("cases", "wrong"),
        ("fires", "good"),
        ("fires", "subject.toml"),
        ("rules", "rule"),
    }
    assert [one.name for one in found.subjects] == ["cases", "fires"]


def test_the_same_name_stands_once(tmp_path: Path) -> None:
    for folder in ("cases", "fires"):
        (tmp_path / folder).mkdir()
        text = RIGHT.replace("x   ", 'fact = "cases"\nx   ')
        (tmp_path / folder / "good.sql").write_text(text, "utf-8")
    (broken,) = shelf([tmp_path], ()).broken
    assert "panel 'good' stands in" in broken.message


def test_the_deployments_own_folder_is_read_besides_the_shipped_one(tmp_path: Path) -> None:
    """As if they were one: a subject may stand in both, a name only once."""
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for folder in (shipped / "cases", own / "cases", own / "fires"):
        folder.mkdir(parents=True)
    for folder in (shipped, own):
        (folder / "cases" / "subject.toml").write_text('title = "事"', "utf-8")
    metric = '[{}]\ntitle="a"\nmeaning="a"\nnumerator="true"\nclock="reported_at"\n'
    (shipped / "cases" / "metrics.toml").write_text(metric.format("one"), "utf-8")
    (own / "cases" / "metrics.toml").write_text(metric.format("two"), "utf-8")
    (shipped / "cases" / "good.sql").write_text(RIGHT, "utf-8")
    (own / "cases" / "more.sql").write_text(RIGHT, "utf-8")
    (own / "fires" / "good.sql").write_text(RIGHT.replace("x   ", 'fact = "cases"\nx   '), "utf-8")
    found = shelf([shipped, own], ())
    assert [one.panel.name for one in found.panels] == ["good", "more"]
    assert [one.name for one in found.subjects] == ["cases", "fires"]
    panel, subject = sorted(found.broken, key=lambda one: one.name)
    assert "panel 'good' stands in" in panel.message
    assert str(own / "fires" / "good.sql") in panel.message
    assert "subject 'cases' stands in" in subject.message
    assert "Keep one of the two files" in subject.message
    assert [one.name for one in queries.metrics(shipped, own)] == ["one", "two"]
    chosen = Settings(home=tmp_path, shipped=shipped, queries=own)
    told = [each.text() for each in check_all(chosen, [own / "fires" / "good.sql"]).mistakes]
    assert [f"stands in {shipped / 'cases' / 'good.sql'} too" in each for each in told] == [True]
    assert Settings(home=tmp_path).own == tmp_path / "queries"


def test_no_folder_is_no_panel(tmp_path: Path) -> None:
    assert shelf([tmp_path / "nowhere"], ()).panels == ()


# ── What it reads ────────────────────────────────────────────────────────────────────────────────


def test_the_town_by_place_adds_up(bench: Bindery, small: Snapshot) -> None:
    panel = bound(
        bench,
        "select place, place_code, place_order, count(*) as a from cases_here group by all"
        " order by place_order nulls last",
        TABLE.replace("labels={", 'labels={place_order=["b","b"], '),
    )
    assert asked(small, panel).rows == (
        ("North", "town/n", 1, 5),
        ("South", "town/s", 2, 3),
        (None, None, None, 1),
    )
    assert asked(small, panel, "town/s").rows == (("Ash", "town/s/a", 1, 2), (None, None, None, 1))
    assert asked(small, panel, "town/n/e/1/a").rows == (("Elm1a", "town/n/e/1/a", 1, 3),)


def test_two_of_one_name_are_told_apart(bench: Bindery, tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    places = settings.city / "places.csv"
    places.write_text(places.read_text("utf-8").replace(",South,", ",North,"), "utf-8")
    with Record(settings) as record:
        towns.send(record, "cases.csv", towns.CASES)
        towns.publish(record)
    panel = bound(bench, "select place, count(*) as a from cases_here group by all order by all")
    with Snapshots(settings.snapshots).current() as snapshot:
        assert [row[0] for row in asked(snapshot, panel).rows] == [
            "North town/n",
            "North town/s",
            None,
        ]


def test_a_panel_counts_what_its_metric_counts(bench: Bindery, city: Snapshot) -> None:
    """A flow by its clock, and a stock, at random places over random days."""
    clock, stock = city.metric("filed").metric, city.metric("open_cases").metric
    flow = bound(
        bench,
        f"select count(*) filter (where {clock.numerator}) as a from cases_here",
        f'/*\n{ALWAYS}chart="number"\ny="a"\nclock="{clock.clock}"\n*/\n',
    )
    stands = bound(
        bench,
        f"select count(*) filter (where {stock.numerator}) as a from cases_here",
        f'/*\n{ALWAYS}chart="number"\ny="a"\nenters="{stock.enters}"\nleaves="{stock.leaves}"\n*/\n',
    )
    dice = random.Random(3)
    as_of = city.last_day("cases")
    assert as_of is not None
    for number in range(40):
        place = dice.choice([each for each in city.tree.places if each.rung == number % 5])
        since = as_of - timedelta(days=dice.randrange(500))
        period = Period(since, since + timedelta(days=dice.randrange(200)))
        period = Period() if number % 10 == 0 else period
        for panel, metric in ((flow, clock.name), (stands, stock.name)):
            ((found,),) = asked(city, panel, place.code, period, as_of).rows
            assert found == ask(city, metric, place, period)["numerator"], (place.code, period)


def test_the_children_of_a_place_and_what_lies_in_none_are_all_of_it(
    bench: Bindery, city: Snapshot
) -> None:
    panel = bound(bench, "select place_code, count(*) as a from cases_here group by all")
    whole = bound(bench, "select count(*) as a from cases_here")
    as_of = date(2026, 10, 31)
    period = named("year", as_of)
    for place in chain(city):
        parts = dict(asked(city, panel, place.code, period, as_of).rows)
        ((total,),) = asked(city, whole, place.code, period, as_of).rows
        assert sum(parts.values()) == total
        for child in city.tree.below(place)[:5]:
            ((one,),) = asked(city, whole, child.code, period, as_of).rows
            assert parts.get(child.code, 0) == one


def test_private_columns_are_masked_and_a_point_is_a_key(bench: Bindery, city: Snapshot) -> None:
    private = [column for column in FACTS["cases"].columns if column.privacy]
    listed = ", ".join(f"max({column.name}) as {column.name}" for column in private)
    as_of = date(2026, 10, 31)
    panel = bound(bench, f"select {listed}, 1 as a from cases_here")
    ((*shown, _),) = asked(city, panel, "", named("all", as_of), as_of).rows
    masks = ", ".join(f"max({masked(column)})" for column in private)
    assert tuple(shown) == city.rows(f"select {masks} from cases")[0]
    for column, value in zip(private, shown, strict=True):
        if column.privacy != "free_text":
            same = f"select count(*) from cases where {column.name} = ?"
            assert city.rows(same, [value])[0][0] == 0, column.name
    points = bound(
        bench,
        "select count(distinct point) as a, any_value(point) as b from cases_here",
        TABLE.replace("labels={", 'labels={b=["b","b"],'),
    )
    ((many, one),) = asked(city, points, "", named("all", as_of), as_of).rows
    assert many == city.rows("select count(distinct address) from cases")[0][0]
    assert len(one) == 12


def test_other_facts_are_read_by_their_own_month(bench: Bindery, city: Snapshot) -> None:
    as_of = date(2026, 10, 31)
    period = named("quarter", as_of)
    panel = bound(
        bench,
        "select (select count(*) from warnings_here) as a, (select count(*) from"
        " cases_all_time_here) as b, (select count(*) from datasets_here) as c",
        TABLE.replace("labels={", 'labels={b=["b","b"],c=["b","b"],'),
    )
    ((warnings, cases, datasets),) = asked(city, panel, "", period, as_of).rows
    between = f"between '{period.since}' and '{as_of} 23:59:59'"
    assert warnings == city.rows(f"select count(*) from warnings where raised_at {between}")[0][0]
    assert datasets == city.rows(f"select count(*) from datasets where listed_at {between}")[0][0]
    assert cases == city.rows("select count(*) from cases")[0][0]


def test_a_panel_knows_its_time_and_not_the_wall_clocks(bench: Bindery, small: Snapshot) -> None:
    panel = bound(
        bench,
        "select as_of() as a, period_start() as b, period_end() as c",
        TABLE.replace("labels={", 'labels={b=["b","b"],c=["b","b"],'),
    )
    end = datetime(2026, 1, 31, 23, 59, 59, 999999)
    assert asked(small, panel).rows == ((end, JANUARY.since, JANUARY.until),)
    assert asked(small, panel, period=Period()).rows == ((end, None, None),)
    until = Period(None, date(2026, 1, 9))
    assert asked(small, panel, period=until).rows == ((end.replace(day=9), None, until.until),)
    later = Period(None, date(2027, 1, 9))
    assert asked(small, panel, period=later).rows == ((end, None, later.until),)


def test_working_time_is_the_citys(bench: Bindery, city: Snapshot) -> None:
    with bindery(tuple(city.about["macros"])) as opened:
        panel = bound(
            opened,
            "select work_hours(timestamp '2026-10-09 08:00', timestamp '2026-10-12 09:00') as a,"
            " work_days(timestamp '2026-10-09', timestamp '2026-10-12') as b",
            TABLE.replace("labels={", 'labels={b=["b","b"],'),
        )
    ((hours, days),) = asked(city, panel).rows
    ((expected,),) = city.rows(
        "select work_hours(timestamp '2026-10-09 08:00', timestamp '2026-10-12 09:00')"
    )
    assert (hours, days >= 1) == (expected, True)


def test_rows_and_texts_are_cut_at_their_limit(bench: Bindery, small: Snapshot) -> None:
    many = asked(small, bound(bench, f"select a from range({MOST_ROWS + 1}) t(a)"))
    assert (len(many.rows), many.cut) == (MOST_ROWS, True)
    just = asked(small, bound(bench, f"select a from range({MOST_ROWS}) t(a)"))
    assert (len(just.rows), just.cut) == (MOST_ROWS, False)
    long = asked(small, bound(bench, "select string_agg('x', '') as a from range(9999)"))
    assert len(long.rows[0][0]) == 500


def test_the_order_is_the_authors(bench: Bindery, small: Snapshot) -> None:
    panel = bound(bench, "select a from range(5000) t(a) order by hash(a)")
    expected = small.rows("select a from range(5000) t(a) order by hash(a)")
    assert list(asked(small, panel).rows) == expected


def test_every_relation_has_the_columns_that_it_says(bench: Bindery) -> None:
    for name in RELATIONS:
        fact = FACTS[name.removesuffix("_here").removesuffix("_all_time")]
        listed = ", ".join(f"count({column}) as {column}" for column, _ in columns(fact))
        header = TABLE.replace("labels={", 'labels={place_order=["b","b"],point=["p","p"],')
        header = header.replace("labels={", 'labels={spot=["s","s"],')
        if not any(column == "point" for column, _ in columns(fact)):
            header = header.replace('point=["p","p"],', "")
        header = header.replace('a=["a","a"]', "").replace("],}", "]}")
        assert bound(bench, f"select {listed} from {name}", header).reads == (name,)


def test_values_that_the_select_writes_may_have_labels(bench: Bindery) -> None:
    header = TABLE.replace("labels={", 'labels={"周一"=["周一","Monday"],')
    assert bound(bench, "select '周一' as a", header)
    assert "which the SELECT does not give" in told(bench, "select '周二' as a", header)


FORMS = [
    "select address from cases_here",
    "select c.address from cases_here c",
    "select upper(address) as address from cases_here where place is not null",
    "select * from cases_here",
    "select c.* exclude (title) from cases_here c",
    "from cases_here",
    "select columns('addr.*') from cases_here",
    "select t.a.address as address from (select cases_here as a from cases_here) t",
    "select t.address from (select unnest(cases_here) from cases_here) t",
    "select address from (from cases_here) group by all",
    "select a as address from (from cases_here) t(p, q, r, s, t, u, v, w, x, a)",
    "select count(*) as number from cases_here join cases_all_time_here using (address)",
    "select count(*) as number from cases_here natural join cases_all_time_here",
    "select address, count(*) as number from cases_here group by 1",
    "select #10::varchar as address from cases_here",
    "select place as address, count(distinct point) as number from cases_here group by all",
    "select max(place_code) as address, max(place_order) as number from cases_here",
    "select address from cases_here order by phone, reporter, number",
    "select any_value(address) filter (where phone is not null) as address from cases_here",
    "select first(address order by reporter, number) as address from cases_here",
    "select row_number() over (partition by place order by address, number) as number"
    " from cases_here",
    "with a as (select address as b from cases_here) select b as address from a",
    "select address from cases_here where exists (select 1 from cases_all_time_here x"
    " where x.phone = cases_here.phone)",
    "select v as address from (select title, address from cases_here)"
    " unpivot (v for n in (title, address))",
    "select Address from Cases_Here where PHONE is not null",
]


@pytest.mark.parametrize("sql", FORMS)
def test_what_costs_something_is_left_out_only_where_nobody_asks(
    bench: Bindery, city: Snapshot, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    every = ", ".join(f'{name}=["a","a"]' for name, _ in columns(FACTS["cases"]))
    header = f'/*\ntitle="a"\nasks="a?"\nchart="table"\nlabels={{{every}}}\n*/\n'
    monkeypatch.setattr("cockpit.model.binding._parts", lambda bound: None)
    panel = bound(bench, f"select * from ({sql}) order by all", header)
    period, as_of = named("30d", date(2026, 10, 31)), date(2026, 10, 31)
    inner = bound(bench, sql, header)
    mine = sorted(asked(city, inner, "330106", period, as_of).rows, key=repr)
    monkeypatch.setattr("cockpit.model.select.Looked.uses", lambda looked, column: True)
    assert mine == sorted(asked(city, inner, "330106", period, as_of).rows, key=repr)
    assert any(value is not None for row in mine for value in row)
    assert panel.reads == inner.reads


def test_the_shipped_panels_say_the_same_whatever_is_left_out(
    city: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def every() -> dict[str, list[str]]:
        as_of = date(2026, 10, 31)
        return {
            name: sorted(map(repr, asked(city, one, "330110", named("30d", as_of), as_of).rows))
            for name, one in city.panels.items()
        }

    found = every()
    monkeypatch.setattr("cockpit.model.select.Looked.uses", lambda looked, column: True)
    assert every() == found


# ── Escapes ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("end", ESCAPES)
def test_nothing_else_is_read(bench: Bindery, end: str) -> None:
    df = [1]
    assert df
    said = told(bench, f"select 1 as a {end}")
    assert said.startswith("c.sql:7: ")


@pytest.mark.parametrize("call", CALLS)
def test_only_what_calculates_is_called(bench: Bindery, call: str) -> None:
    for sql in (f"select {call} as a", f"select 1 as a from cases_here where {call} is null"):
        said = told(bench, sql)
        assert any(w in said for w in ("allowed", "no function", "clock", "schema")), said


@pytest.mark.parametrize("sql", STATEMENTS)
def test_one_select_and_nothing_else(bench: Bindery, sql: str) -> None:
    assert told(bench, sql).startswith("c.sql:")


def test_a_checked_panel_is_looked_at_again_before_it_runs(bench: Bindery, small: Snapshot) -> None:
    panel = bound(bench, "select 1 as a")
    text = TABLE + "select count(*) as a from cases"
    slipped = Bound(read_panel("cases", "c", text, "c.sql"), panel.columns, panel.reads)
    with pytest.raises(Mistake, match="'cases' is nothing that may be read"):
        asked(small, slipped)


def test_a_clock_does_not_open_the_wall_between_places(bench: Bindery, small: Snapshot) -> None:
    header = f'/*\n{ALWAYS}chart="table"\nclock="if(true, reported_at, null)"\n*/\n'
    panel = bound(bench, "select count(*) as a from cases_here", header)
    assert asked(small, panel, "town/s/a").rows == ((2,),)


@pytest.mark.parametrize("sql", HEAVY)
def test_what_takes_too_long_is_stopped(bench: Bindery, city: Snapshot, sql: str) -> None:
    began = time.monotonic()
    with pytest.raises(Slow, match=r"it was stopped after 0\.3 s"):
        asked(city, bound(bench, sql), allowance=0.3)
    assert time.monotonic() - began < 5
    assert asked(city, bound(bench, "select 1 as a")).rows == ((1,),)


GLUTTON = """
import sys
from pathlib import Path
from cockpit.answers.snapshot import Snapshots
from tests import test_panels as t

def megabytes(key):
    told = Path("/proc/self/status").read_text()
    return int(told.split(key)[1].split()[0]) // 1024

with t.bindery(()) as bench, Snapshots(Path({snapshots!r}), memory="500MB").current() as snapshot:
    before = megabytes("VmRSS:")
    for sql in (
        "select len(range(1000000000)) as a",
        "select array_to_string(range(300000000), ',') as a",
        "select printf('%1000000000d', 1) as a",
        "with a as (select string_agg('xxxxxxxxxxxxxxxx', '') as s from range(4000000)),"
        " b as (select s || s || s || s as s from a) select length(s || s || s || s) as a"
        " from b, range(3000)",
        "select len(list(a)) as a from range(10000000000) t(a)",
        "select list_sum(list_transform(range(300000000), lambda a: a * 2)) as a",
    ):
        for _ in range(2):
            try:
                t.asked(snapshot, t.bound(bench, sql))
            except t.Mistake as mistake:
                print(mistake.text())
            else:
                sys.exit(f"it was let through: {{sql}}")
    print(t.asked(snapshot, t.bound(bench, "select 1 as a")).rows)
print(megabytes("VmHWM:") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has taken")
def test_a_glutton_fails_alone(town: Settings) -> None:
    """Texts and lists of gigabytes: a message each, and the process goes on."""
    done = subprocess.run(
        [sys.executable, "-c", GLUTTON.format(snapshots=str(town.snapshots))],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *mistakes, last, more = done.stdout.splitlines()
    assert len(mistakes) == 12
    assert all(each.startswith("c.sql") for each in mistakes), mistakes
    assert last == "((1,),)"
    assert int(more) < 1100


def test_one_that_hangs_holds_up_no_other() -> None:
    crew: Crew[int] = Crew(patience=0.3, many=1)
    hangs = [lambda: time.sleep(2) or 1, lambda: 2, lambda: 3]
    began = time.monotonic()
    assert crew.ask(hangs) == [None, 2, 3]
    assert time.monotonic() - began < 1.5
    with pytest.raises(ZeroDivisionError):
        crew.ask([lambda: 1 // 0])
