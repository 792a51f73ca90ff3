"""The laws of the demo city: the same every time, within every declaration, and telling."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cockpit.model.calendar import Calendar, read_exceptions
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.places import Tree, plant
from cockpit.record.demo import PLANTED, Planted, generate, grids, stand
from cockpit.record.demo import cases as making
from cockpit.record.demo.categories import CATEGORIES, CLASSES
from cockpit.record.demo.chance import seed_macros
from cockpit.record.demo.days import MOST_A_YEAR, count_days, first_day

HANGZHOU = Path(__file__).parent.parent / "data" / "hangzhou"
UNTIL = date(2026, 10, 31)
CASES = 120_000

Connect = Callable[[], duckdb.DuckDBPyConnection]


def rows(name: str) -> list[dict[str, str]]:
    with (HANGZHOU / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def city() -> Tree:
    places = rows("places.csv")
    return plant([*places, *grids(plant(places), seed=7)])


@pytest.fixture(scope="module")
def connect() -> Connect:
    calendar = Calendar(read_exceptions(rows("calendar.csv"), "calendar.csv"))

    def connected() -> duckdb.DuckDBPyConnection:
        con = duckdb.connect()
        for macro in calendar.macros():
            con.execute(macro)
        return con

    return connected


@pytest.fixture(scope="module")
def con(connect: Connect, city: Tree) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as con:
        generate(con, city, cases=CASES, seed=7, until=UNTIL)
        yield con


def one(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    [(value,)] = con.execute(sql).fetchall()
    return value


def broken(con: duckdb.DuckDBPyConnection, fact: Fact, until: date) -> dict[str, object]:
    """Every law of a fact's declaration that its demo rows break, with how many break it."""
    end = f"timestamp '{until} 23:59:59'"
    laws = {f"{c.name} is required": f"{c.name} is not null" for c in fact.columns if c.required}
    for column in fact.columns:
        name = column.name
        if column.allowed:
            laws[f"{name} is allowed"] = f"{name} is null or {name} in {column.allowed!r}"
        if column.least is not None:
            laws[f"{name} is not too small"] = f"coalesce({name} >= {column.least}, true)"
        if column.most is not None:
            laws[f"{name} is not too large"] = f"coalesce({name} <= {column.most}, true)"
        if column.default is not None:
            laws[f"{name} says something"] = f"{name} is not null"
        if column.happened:
            laws[f"{name} has happened"] = f"coalesce({name} <= {end}, true)"
    laws |= {check.reason: f"not coalesce({check.broken}, false)" for check in fact.checks}
    names = list(laws)
    counts = ", ".join(f"count(*) filter (where not ({laws[name]}))" for name in names)
    [found] = con.execute(f"select {counts} from demo_{fact.name}").fetchall()
    return {name: count for name, count in zip(names, found, strict=True) if count}


def contents(con: duckdb.DuckDBPyConnection) -> list[object]:
    return [
        one(con, f"select sum(hash(row, rowid)::hugeint) from demo_{name} row") for name in FACTS
    ]


def test_grids_are_nested_in_communities_with_three_more_digits(city: Tree) -> None:
    found = [place for place in city.places if place.level == "grid"]
    communities = [place for place in city.places if place.level == "community"]
    assert all(len(g.code) == 15 and g.code.isdigit() for g in found)
    assert all(g.parent == g.code[:12] for g in found)
    assert {g.parent for g in found} == {community.code for community in communities}
    assert {len(city.below(community)) for community in communities} == {3, 4, 5, 6}
    assert {grid.kind for grid in found} == {"demo"}


def test_the_same_seed_gives_the_same_city_on_any_threads_in_any_batches(
    connect: Connect, city: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for threads, batch in ((1, 100_000), (2, 6_000)):
        monkeypatch.setattr(making, "BATCH", batch)
        with connect() as con:
            con.execute(f"set threads = {threads}")
            generate(con, city, cases=10_000, seed=7, until=UNTIL)
            seen.append(contents(con))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_demo_table_has_the_columns_that_its_fact_declares(
    con: duckdb.DuckDBPyConnection, fact: Fact
) -> None:
    described = con.execute(f"describe demo_{fact.name}").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        (column.name, column.type) for column in fact.columns
    ]


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_every_row_keeps_every_declaration(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    assert broken(con, fact, UNTIL) == {}
    keys = ", ".join(fact.key)
    assert one(con, f"select count(*) - count(distinct ({keys})) from demo_{fact.name}") == 0
    assert one(con, f"select count(*) from demo_{fact.name} where source <> 'demo'") == 0


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_rows_lie_in_the_order_of_time(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    later = f"select {fact.month} < lag({fact.month}) over (order by rowid) as back"
    assert (
        one(con, f"select count(*) filter (where back) from ({later} from demo_{fact.name})") == 0
    )


@pytest.mark.parametrize("planted", PLANTED, ids=[planted.key for planted in PLANTED])
def test_what_is_planted_can_be_seen(
    con: duckdb.DuckDBPyConnection, city: Tree, planted: Planted
) -> None:
    place = stand(city)[planted.key]
    assert (place.code, place.level) == (planted.place, planted.level)
    value = one(con, planted.sql(place, UNTIL))
    assert isinstance(value, int | float)
    assert planted.holds(value), value


def test_there_are_as_many_rows_as_were_asked_for(con: duckdb.DuckDBPyConnection) -> None:
    counts = {name: one(con, f"select count(*) from demo_{name}") for name in FACTS}
    datasets = counts.pop("datasets")
    assert counts == {"cases": CASES, "warnings": 300, "share_requests": 4_000}
    assert isinstance(datasets, int)
    assert 550 < datasets < 700


@pytest.mark.parametrize("cases", [200_000, 20_000_000, 100_000_000])
def test_no_year_holds_more_than_ten_million_cases(connect: Connect, cases: int) -> None:
    first = first_day(cases, UNTIL)
    assert first <= date(2025, 1, 1)
    with connect() as con:
        seed_macros(con, seed=7)
        count_days(con, cases, first, UNTIL)
        years = con.execute("select year(day), sum(n) from gen_days group by all").fetchall()
    assert sum(n for _, n in years) == cases
    assert max(n for _, n in years) <= MOST_A_YEAR


def test_days_and_hours_have_their_rhythm(con: duckdb.DuckDBPyConnection) -> None:
    work, rest = con.execute("""
        select avg(n) filter (where is_work_day(day)), avg(n) filter (where not is_work_day(day))
        from (select reported_at::date as day, count(*) as n from demo_cases group by day)
    """).fetchall()[0]
    assert 1.3 < work / rest < 2
    hours = dict(
        con.execute("select hour(reported_at), count(*) from demo_cases group by all").fetchall()
    )
    assert min(hours[9], hours[10], hours[15]) > 1.5 * hours[12] > 10 * hours[3]
    snow = (
        "select list(distinct month(reported_at)) from demo_cases where subcategory like '%积雪%'"
    )
    assert set(one(con, snow)) <= {1, 2, 3, 12}


def test_a_leader_would_believe_the_picture(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("""
        create temp view judged as
        select *, coalesce(closed_at <= due_at, false)::integer as on_time from demo_cases
        where due_at < timestamp '2026-11-01' and not void and left_open_reason is null
    """)
    assert 0.88 < one(con, "select avg(on_time) from judged") < 0.97
    districts = con.execute("""
        select avg(on_time) from judged where length(place) >= 6 group by place[1:6] order by 1
    """).fetchall()
    assert len(districts) == 13
    assert districts[0][0] > 0.8
    assert districts[-2][0] - districts[1][0] > 0.04
    still = "closed_at is null and not void and not refused"
    assert 0.005 < one(con, f"select avg(({still})::integer) from demo_cases") < 0.04
    assert 0.55 < one(con, "select count(visited_at) / count(closed_at) from demo_cases") < 0.65
    assert 0.8 < one(con, "select avg((lon is not null)::integer) from demo_cases") < 0.9


def test_limits_follow_the_calendar(con: duckdb.DuckDBPyConnection) -> None:
    limits = ", ".join(
        f"('{CLASSES[kind[0]][2]}', '{kind[2]}', {kind[7]}, '{kind[8]}')" for kind in CATEGORIES
    )
    wrong = con.execute(f"""
        select number, unit, dispatched_at, handle_due_at
        from (from demo_cases where dispatched_at is not null and extension_count = 0
            and hold_hours = 0 using sample 2000 rows (reservoir, 1)) c
        join (values {limits}) as limits(category, subcategory, worth, unit)
            on c.category = limits.category and coalesce(c.subcategory, '') = limits.subcategory
        where handle_due_at <> case unit
            when '工作日' then add_work_days(dispatched_at, worth)
            when '工作时' then add_work_hours(dispatched_at, worth)
            else dispatched_at + to_hours(worth) end
    """).fetchall()
    assert wrong == []


def test_few_cases_lie_above_a_grid_and_fewer_in_places_nobody_knows(
    con: duckdb.DuckDBPyConnection, city: Tree
) -> None:
    codes = con.execute("select place, count(*) from demo_cases group by place").fetchall()
    wide = sum(n for code, n in codes if city.resolve(code).level in ("district", "street"))
    unknown = {code: n for code, n in codes if code not in city.by_code}
    assert 0.004 < wide / CASES < 0.008
    assert 0.0004 < sum(unknown.values()) / CASES < 0.0016
    assert all(city.resolve(code).code == code[:9] for code in unknown)
    assert not any(city.resolve(code) is city.root for code, _ in codes)


def test_a_repeat_names_an_earlier_case_at_the_same_address(con: duckdb.DuckDBPyConnection) -> None:
    total, right = con.execute("""
        select count(*), count(*) filter (where past.reported_at <= c.reported_at
            and past.address = c.address and past.subcategory = c.subcategory)
        from demo_cases c left join demo_cases past on past.number = c.repeat_of
        where c.repeat_of is not null
    """).fetchall()[0]
    assert total == right > 0.02 * CASES


def test_nobody_in_it_can_be_real(con: duckdb.DuckDBPyConnection) -> None:
    fake = "regexp_full_match(phone, '12[0-9]0000[0-9]{4}')"
    assert one(con, f"select count(*) from demo_cases where not {fake}") == 0
    named = "select count(*) from demo_warnings where enterprise not like '示例%有限公司'"
    assert one(con, named) == 0
    about = (
        "select list(distinct topic order by topic) from demo_warnings where enterprise is not null"
    )
    assert one(con, about) == ["企业信用风险", "企业经济犯罪"]


def test_requests_ask_for_entries_that_were_listed(con: duckdb.DuckDBPyConnection) -> None:
    assert one(con, """
        select count(*) from demo_share_requests q left join demo_datasets d on d.number = q.dataset
        where d.number is null or d.listed_at > q.asked_at
    """) == 0  # fmt: skip
    assert one(con, "select count(*) from demo_share_requests where provided_at < answered_at") == 0


def test_categories_are_those_of_the_city() -> None:
    known = {(row["standard_ref"], row["code"]): row["name"] for row in rows("categories.csv")}
    for klass, code, name, *_ in CATEGORIES:
        standard, domain, title, *_ = CLASSES[klass]
        assert known[standard, klass] == title
        assert known[standard, code] == (name or title)
        assert domain in {row["domain"] for row in rows("categories.csv")}


def test_another_city_with_other_codes_and_rungs_gets_its_demo(connect: Connect) -> None:
    until = date(2025, 6, 30)
    places = [{"code": "A", "name": "某市", "level": "city"}]
    for district in ("A/1", "A/2"):
        places.append({"code": district, "name": "某区", "level": "district", "parent": "A"})
        places += [
            {"code": f"{district}/{n}", "name": f"{n}号镇", "level": "street", "parent": district}
            for n in range(3)
        ]
    seen = []
    with connect() as con:
        for seed in (1, 2):
            generate(con, plant(places), cases=2_000, seed=seed, until=until)
            assert one(con, "select count(distinct place) from demo_cases") >= 6
            assert [broken(con, fact, until) for fact in FACTS.values()] == [{}] * len(FACTS)
            seen.append(contents(con))
    assert all(some != other for some, other in zip(*seen, strict=True)), "a seed makes a city"


def test_a_demo_leaves_nothing_else_behind(con: duckdb.DuckDBPyConnection) -> None:
    tables = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
    assert tables == {f"demo_{name}" for name in FACTS}
    macros = "select count(*) from duckdb_functions() where function_name in ('chance', 'office')"
    assert one(con, macros) == 0
