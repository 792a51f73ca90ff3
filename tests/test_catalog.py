"""The catalogue and the preview: what there is, where it comes from, whether anybody looks, and a
file as it stands on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from cockpit import settings as environment
from cockpit.answers import trial
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.period import named
from cockpit.model.wall import Scene, Wall
from cockpit.people.gate import CONSOLE, Scope, gate
from cockpit.people.opens import KEPT, Opens
from cockpit.people.registry import Registry
from cockpit.people.state import Unavailable
from cockpit.record.store import Record
from cockpit.settings import Settings
from cockpit.web import catalog
from cockpit.web.words import Words
from tests import pages, signed
from tests import town as towns
from tests.drawer import RIGHT

ZH = Words("zh")
METRICS = """
[reported]
title = "上报"
title_en = "Reported"
numerator = "true"
clock = "reported_at"
meaning = "上报的。"
[on_time]
title = "按期"
numerator = "closed_at <= due_at"
denominator = "closed_at is not null"
clock = "due_at"
unit = "percent"
owner = "审计科"
meaning = "按期结案的。"
[wrong]
title = "错"
numerator = "closed_at <= duo_at"
clock = "due_at"
meaning = "写错的。"
"""
LATE = RIGHT.replace("count(*)", "count(*) filter (closed_at  <=\n due_at)")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The town with files of its own: two good metrics and a wrong one, two panels, one wrong."""
    tmp_path = tmp_path_factory.mktemp("catalog")
    folder = tmp_path / "queries" / "cases"
    folder.mkdir(parents=True)
    (folder / "metrics.toml").write_text(METRICS, "utf-8")
    (folder / "good.sql").write_text(RIGHT, "utf-8")
    (folder / "late.sql").write_text(LATE.replace("各地数量", "各地按期"), "utf-8")
    (folder / "bad.sql").write_text(RIGHT.replace("count(", "cuont("), "utf-8")
    (tmp_path / "queries" / "walls").mkdir()
    town = towns.found(tmp_path)
    found = environment.read({}, home=town.home, city=town.city, shipped=tmp_path / "queries")
    with Record(found) as record:
        towns.send(record, "cases.csv", towns.CASES)
        towns.publish(record)
    return found


@pytest.fixture(scope="module")
def snapshot(settings: Settings) -> Iterator[Snapshot]:
    with Snapshots(settings.snapshots).current() as opened:
        yield opened


@pytest.fixture(scope="module")
def analyst(settings: Settings) -> FlaskClient:
    return signed.client(settings, "analyst", use_cookies=False)


@pytest.fixture(scope="module")
def leader(settings: Settings) -> FlaskClient:
    return signed.client(settings, "leader", use_cookies=False)


def listed(client: FlaskClient, query: str = "") -> list[str]:
    """The names in the catalogue's table, in their order."""
    tree = pages.page(client, f"/catalog{query}")
    return [pages.text(node) for node in pages.every(tree, cls="entry-name")]


# ── The catalogue ────────────────────────────────────────────────────────────────────────────────


def test_the_catalogue_lists_all_there_is_and_what_is_broken(analyst: FlaskClient) -> None:
    assert sorted(listed(analyst)) == ["bad", "good", "late", "on_time", "reported", "wrong"]
    said = pages.text(pages.page(analyst, "/catalog"))
    assert said.count(f"✕ {ZH('catalog_wrong')}") == 2
    assert "审计科" in said


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=按期", ["late", "on_time"]),
        ("?q=REPORTED", ["reported"]),
        ("?q=审计科 按期", ["on_time"]),
        ("?q=nothing_of_that", []),
        ("?kind=panel", ["bad", "good", "late"]),
        ("?kind=metric&subject=cases", ["on_time", "reported", "wrong"]),
        ("?kind=rule", []),
        ("?subject=fires", []),
        ("?kind=nonsense&fact=nonsense", ["bad", "good", "late", "on_time", "reported", "wrong"]),
    ],
)
def test_it_is_cut_by_words_kind_and_subject(
    analyst: FlaskClient, query: str, names: list[str]
) -> None:
    assert sorted(listed(analyst, query)) == names


def test_an_entry_tells_formula_columns_and_lineage(analyst: FlaskClient) -> None:
    tree = pages.page(analyst, "/catalog/metric/on_time")
    said = pages.text(tree)
    assert "closed_at <= due_at" in said
    assert "9 行" in said  # of the fact
    assert "cases" in said
    lineage = pages.the(tree, cls="lineage")
    links = [node["props"]["href"] for node in pages.every(lineage, tag="A")]
    assert links == ["/catalog/panel/late", "/catalog/metric/on_time", "/catalog?fact=cases"]
    tree = pages.page(analyst, "/catalog/panel/late")
    links = [node["props"]["href"] for node in pages.every(tree, tag="A")]
    assert "/preview/late" in links
    assert "/catalog/metric/on_time" in links
    assert "from cases_here" in pages.text(tree)


def test_an_entry_that_is_broken_says_what_is_wrong(analyst: FlaskClient) -> None:
    assert "there is no function cuont()" in pages.text(pages.page(analyst, "/catalog/panel/bad"))
    assert 'Referenced column "duo_at"' in pages.text(pages.page(analyst, "/catalog/metric/wrong"))


@pytest.mark.parametrize("path", ["/catalog/panel/none", "/catalog/metric/good", "/preview/none"])
def test_what_there_is_not_is_not_found(analyst: FlaskClient, path: str) -> None:
    assert analyst.get(path).status_code == 404
    said = pages.text(pages.page(analyst, path))
    assert ZH("catalog_lost") in said or ZH("preview_lost") in said


def test_a_wrong_metric_or_panel_is_a_card_for_analysts_and_absent_for_leaders(
    analyst: FlaskClient, leader: FlaskClient
) -> None:
    said = pages.text(pages.page(analyst, "/place/town?subject=cases&period=all"))
    assert ZH("metric_broken") in said
    assert ZH("panel_broken") in said
    said = pages.text(pages.page(leader, "/place/town?subject=cases&period=all"))
    assert "broken" not in said
    assert "duo_at" not in said
    assert ZH("metric_broken") not in said


def test_a_wall_that_names_a_panel_is_where_it_is_shown(snapshot: Snapshot) -> None:
    scene = Scene("all", "?", "beside", metrics=("on_time_closure",), pictures=("late",))
    snapshot.walls["hall"] = Wall("大厅", scenes=(scene,), name="hall")
    try:
        found = {one.name: one for one in catalog.entries(snapshot, {}, ZH)}
        assert found["late"].walls == ("hall",)
        assert found["on_time"].walls == ()  # part of a longer name
        assert not found["late"].is_unused
        assert found["good"].is_unused
    finally:
        del snapshot.walls["hall"]


# ── How often it is opened ───────────────────────────────────────────────────────────────────────


def opened(settings: Settings) -> dict[tuple[str, str], int]:
    registry = Registry(settings)
    try:
        return registry.opens.within(30)
    finally:
        registry.close()


def test_what_is_opened_again_is_added_up_on_both_databases(home: Path, store: str) -> None:
    registry = Registry(Settings(home=home, state=store))
    try:
        for names in (["one"], ["one", "two"]):
            registry.opens.add("panel", names)
            registry.opens.flush()
        assert registry.opens.within(30) == {("panel", "one"): 2, ("panel", "two"): 1}
    finally:
        registry.close()


def test_what_comes_into_view_and_what_is_chosen_is_counted(settings: Settings) -> None:
    client = signed.client(settings, "leader", use_cookies=False)
    opens = client.application.extensions["page"].desk.registry.opens
    opens.flush()
    before = opened(settings)
    address = "/place/town?subject=cases"
    pages.page(client, f"{address}&metric=on_time")
    pages.page(client, f"{address}&metric=nonsense")
    group = {"props": {"id": {"panels": 0, "of": address}}}
    pages.panels(client, group)
    pages.panels(client, group)
    opens.flush()
    after = opened(settings)
    assert {
        key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key)
    } == {
        ("metric", "on_time"): 1,
        ("panel", "good"): 2,
        ("panel", "late"): 2,
    }
    names = listed(signed.client(settings, "analyst", use_cookies=False), "?unused=1")
    assert names == ["reported"]


def test_a_page_that_renews_itself_counts_nothing(settings: Settings) -> None:
    client = signed.client(settings, "leader", use_cookies=False)
    before = opened(settings)
    client.environ_base["HTTP_X_RENEWAL"] = "1"
    pages.page(client, "/place/town?subject=cases&metric=on_time")
    client.application.extensions["page"].desk.registry.opens.flush()
    assert opened(settings) == before


def test_counts_of_many_processes_add_and_old_days_go(home: Path) -> None:
    now = datetime(2026, 3, 1, 9, tzinfo=UTC)
    registry = Registry(Settings(home=home))
    one, other = (Opens(registry.state, lambda: now) for _ in range(2))
    for count in (one, other, one):
        count.add("panel", ["a", "b", "a"])
    one.flush()
    other.flush()
    assert one.within(30) == {("panel", "a"): 6, ("panel", "b"): 3}
    now += timedelta(days=29)
    assert one.within(30) == {("panel", "a"): 6, ("panel", "b"): 3}
    now += timedelta(days=1)
    assert one.within(30) == {}
    assert one.within(KEPT)
    now += timedelta(days=KEPT)
    one.add("panel", ["c"])
    assert one.within(10 * KEPT) == {("panel", "c"): 1}
    registry.close()


def test_what_could_not_be_written_is_written_later(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(Settings(home=home))

    def refuse() -> None:
        raise Unavailable("it is away")

    with monkeypatch.context() as patch:
        patch.setattr(registry.state, "write", refuse)
        registry.opens.add("metric", ["a"])
        registry.opens.flush()
    registry.opens.add("metric", ["a"])
    assert registry.opens.within(1) == {("metric", "a"): 2}
    registry.close()


# ── The preview ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(settings: Settings) -> Iterator[Path]:
    """The deployment's own folder, empty again afterwards."""
    mine = settings.own / "cases"
    mine.mkdir(parents=True, exist_ok=True)
    yield mine
    for path in mine.iterdir():
        path.unlink()


def preview(client: FlaskClient, name: str, query: str = "") -> str:
    return pages.text(pages.page(client, f"/preview/{name}?period=all{query}"))


def test_a_file_is_tried_before_it_is_published(analyst: FlaskClient, folder: Path) -> None:
    path = folder / "fresh.sql"
    path.write_text(RIGHT, "utf-8")
    said = preview(analyst, "fresh")
    assert ZH("preview_unpublished") in said
    assert "North" in said
    assert ZH("preview_plan_run") in said
    first = analyst.get("/preview/fresh/print").get_json()["print"]
    path.write_text(RIGHT.replace("count(*)", "7 * count(*)"), "utf-8")
    assert analyst.get("/preview/fresh/print").get_json()["print"] != first
    assert "35" in preview(analyst, "fresh").split()  # five cases in the north
    path.unlink()
    assert analyst.get("/preview/fresh/print").get_json()["print"] == ""
    assert ZH("preview_same") in preview(analyst, "late")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("count(", "cuont(", ["第 10 行第 15 列", "there is no function cuont()", "'count'", "^"]),
        ("order by many", "order by mny", ["第 13 行第 10 列", 'column "mny"', "▶  13"]),
        ("from cases_here", "from cases", ["第 11 行第 6 列", "Write cases_here"]),
        ('"bars"', '"bar"', ["第 4 行", "chart is 'bar'"]),
        ('title  = "各地数量"', "title = 各", ["第 2 行第 9 列", "not TOML"]),
        ("group by place", "group by place, reported_at", ["stands in more than one row"]),
    ],
)
def test_a_fault_is_told_with_line_and_column(
    analyst: FlaskClient, folder: Path, old: str, new: str, words: list[str]
) -> None:
    (folder / "slip.sql").write_text(RIGHT.replace(old, new), "utf-8")
    said = preview(analyst, "slip")
    for each in words:
        assert each in said


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"/*\n*/" + b"x" * 300_000])
def test_whatever_stands_in_a_file_is_a_page(
    analyst: FlaskClient, folder: Path, content: bytes
) -> None:
    (folder / "odd.sql").write_bytes(content)
    assert ZH("preview_fault") in preview(analyst, "odd")


def test_no_name_leads_out_of_the_folders(analyst: FlaskClient) -> None:
    for name in ("../../etc/passwd", "%2e%2e%2fsecret", "*", "metrics.toml", "好"):
        path = f"/preview/{quote(name, safe='')}"
        assert analyst.get(f"{path}/print").status_code in (200, 404)
        assert ZH("preview_lost") in pages.text(pages.page(analyst, path))


def test_who_would_not_see_the_card_is_said_so(analyst: FlaskClient, folder: Path) -> None:
    (folder / "rough.sql").write_text(RIGHT.replace("x   ", "draft = true\nx   "), "utf-8")
    assert ZH("preview_absent") not in preview(analyst, "rough")
    assert ZH("preview_absent") in preview(analyst, "rough", "&as=leader")
    assert ZH("preview_absent") in preview(analyst, "bad", "&as=leader")
    framed = pages.page(analyst, "/preview/rough?period=all&as=leader&frame=1")
    assert not pages.every(framed, tag="Article")


def test_a_preview_shows_nothing_past_the_analysts_own_place(settings: Settings) -> None:
    client = signed.client(settings, "analyst", "town/s", use_cookies=False)
    said = preview(client, "good")
    assert "Ash" in said
    assert "North" not in said
    cut = preview(client, "good", "&place=town&as=leader")
    assert "North" not in cut
    assert ZH("cut", code="town", place="South") in cut
    assert "North" not in preview(client, "good", "&place=town/n")


def test_a_frame_is_the_card_alone_in_the_light_that_was_asked_for(analyst: FlaskClient) -> None:
    tree = pages.page(analyst, "/preview/good?period=all&frame=1&theme=dark")
    assert [node["props"]["data-panel"] for node in pages.every(tree, tag="Article")] == ["good"]
    assert not pages.every(tree, tag="Header")
    assert 'data-theme="dark"' in analyst.get("/preview/good?frame=1&theme=dark").text
    assert "data-theme" not in analyst.get("/preview/good?theme=dark").text


def test_a_plan_tells_neither_the_secret_nor_what_is_hidden(demo: Settings) -> None:
    with Snapshots(demo.snapshots).current() as city:
        as_of = city.last_day("warnings")
        assert as_of is not None
        place = city.tree.root
        while city.tree.below(place):
            place = max(city.tree.below(place), key=lambda each: each.hi - each.lo)

        def steps(name: str, code: str) -> tuple[tuple[trial.Step, ...], bool]:
            seen = gate(CONSOLE, Scope(city.tree, code))
            return trial.plan(city, city.panels[name], seen, named("year", as_of), as_of)

        points, ran = steps("repeat_points", "")
        assert ran
        assert all(step.rows is not None for step in points)
        assert city.secret not in " ".join(step.about for step in points)
        grid, ran = steps("warnings_by_place", place.code)
        assert not ran
        assert [step.rows for step in grid] == [None] * len(grid)
        assert steps("warnings_by_place", "")[1]


def test_everything_shipped_is_in_the_catalogue(demo: Settings) -> None:
    with Snapshots(demo.snapshots).current() as city:
        found = catalog.entries(city, {}, ZH)
        shown = {(one.kind, one.name) for one in found}
        assert {("metric", name) for name in city.counted} <= shown
        assert {("panel", name) for name in city.panels} <= shown
        assert {("rule", "filing_surge"), ("rule", "overdue_backlog")} <= shown
        assert not [one.broken for one in found if one.broken]
        # Every metric names at least one column, and every panel a fact.
        assert all(catalog.columns_of(one.metric) for one in city.counted.values())
        assert all(catalog.facts_of(city, "panel", name) for name in city.panels)
        assert replace(found[0], opened=1).is_unused is False
