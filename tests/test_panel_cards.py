"""Panels on their pages, and the verbs of those who write them."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cockpit import settings as environment
from cockpit.answers import panel as answers
from cockpit.answers.cache import Cache
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.mistakes import Mistake
from cockpit.people.gate import CONSOLE, Scope, Viewer, gate
from cockpit.people.roles import Role
from cockpit.record import drafts
from cockpit.record.store import Record
from cockpit.record.worker import Worker
from cockpit.settings import PROJECT, Settings
from cockpit.web import charts, panels, picture
from cockpit.web.asked import Asked
from cockpit.web.urls import State
from cockpit.web.words import Words
from tests import pages, signed
from tests import town as towns
from tests.drawer import RIGHT

ZH, EN = Words("zh"), Words("en")
LEADER = Viewer(Role.LEADER, name="somebody")
METRIC = """
[{name}]
title = "上报"
numerator = "true"
clock = "reported_at"
fact = "cases"
meaning = "…"
"""


@pytest.fixture(scope="module")
def snapshot(demo: Settings) -> Iterator[Snapshot]:
    with Snapshots(demo.snapshots).current() as opened:
        yield opened


def look(
    snapshot: Snapshot,
    subject: str = "cases",
    place: str = "",
    viewer: Viewer = CONSOLE,
    **state: Any,
) -> Asked:
    seen = gate(viewer, Scope(snapshot.tree, place))
    return Asked(snapshot, Cache(), State(seen.place.code, subject=subject, **state), seen)


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Record]:
    """The town with three files of its own: a good panel, a broken one, one that never ends."""
    folder = tmp_path / "queries" / "cases"
    folder.mkdir(parents=True)
    (folder / "metrics.toml").write_text(METRIC.format(name="reported"), "utf-8")
    (folder / "good.sql").write_text(RIGHT, "utf-8")
    (folder / "bad.sql").write_text(RIGHT.replace("count(", "cuont("), "utf-8")
    (folder / "endless.sql").write_text(
        RIGHT.split("-- a comment")[0]
        + "with recursive t(place, many) as (select 'x', 1 union all select 'x', many + 1 from t)"
        " select place, sum(many) as many from t group by all",
        "utf-8",
    )
    town = towns.found(tmp_path)
    settings = environment.read({}, home=town.home, city=town.city, shipped=tmp_path / "queries")
    with Record(settings) as record:
        towns.send(record, "cases.csv", towns.CASES)
        towns.publish(record)
        yield record


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers.run, "__defaults__", (0.2,))


# ── Cards ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("subject", ["cases", "warnings", "sharing"])
def test_every_panel_of_a_subject_is_a_card_in_order(
    snapshot: Snapshot, subject: str, words: Words
) -> None:
    mine = [one.panel for one in snapshot.panels.values() if one.panel.subject == subject]
    section = panels.section(look(snapshot, subject), words)
    assert section is not None
    cards = pages.every(section, tag="Article")
    empty = {
        node["props"]["data-panel"]
        for node in pages.every(section, tag="Article")
        if pages.every(node, cls="nothing")
    }
    in_order = sorted(mine, key=lambda one: (one.order, one.name))
    ordered = sorted(
        in_order, key=lambda one: (in_order.index(one) // panels.GROUP, one.name in empty)
    )
    assert [card["props"]["data-panel"] for card in cards] == [one.name for one in ordered]
    for panel, card in zip(ordered, cards, strict=True):
        said = pages.text(card)
        assert words.panel(panel) in said
        assert words.asks(panel) in said
        assert panel.sql in said
        assert words("panel_as_of", day="")[:2] in said
        graphs = pages.every(card, tag="Graph")
        assert bool(graphs) == (panel.chart in charts.KINDS and panel.name not in empty)
        if graphs:
            assert pages.every(card, role="img")[0]["props"]["aria-label"]
            assert pages.every(card, cls="twin")
        if words is EN:
            title = pages.text(pages.the(card, tag="H3"))
            assert not re.search(r"[\u4e00-\u9fff]", title), title


def test_a_subject_without_panels_has_no_section(town: Settings, snapshot: Snapshot) -> None:
    asked = look(snapshot)
    asked.state = State("3301", subject="")
    assert panels.section(asked, ZH) is None


def test_the_picture_the_table_and_the_answer_say_the_same(snapshot: Snapshot) -> None:
    asked = look(snapshot)
    panel = snapshot.panels["cases_by_channel"]
    (said,) = panels.answered([(asked, panel)])
    assert isinstance(said, answers.Answer)
    drawn = picture.rows(panel.panel, said, EN)
    assert drawn.x[0] == tuple(EN.value(channel) for channel in said.column("channel"))
    assert drawn.y[0].values == tuple(map(float, said.column("reported")))
    card = panels.card(asked, panel, said, EN)
    cells = [pages.text(cell) for cell in pages.every(card, tag="Td")]
    assert cells == [f"{value:,}" for value in said.column("reported")]
    assert "Grid worker" in pages.text(card)


@pytest.mark.parametrize(
    ("last", "dates"), [(date(2026, 12, 30), "%-d %b"), (date(2027, 12, 30), "%b %Y")]
)
def test_days_over_more_than_a_year_are_written_with_it(
    snapshot: Snapshot, last: date, dates: str
) -> None:
    panel = snapshot.panels["closing_by_day"].panel
    days = ((date(2026, 1, 2), 3, 2), (last, 2, 2))
    said = answers.Answer(
        (("day", "DATE"), ("closed", "BIGINT"), ("in_time", "BIGINT")), days, False, 1
    )
    assert picture.rows(panel, said, EN).dates == dates


def test_unplaced_and_unfilled_are_said_so(snapshot: Snapshot) -> None:
    panel = snapshot.panels["cases_by_channel"].panel
    assert picture.text(panel, "place", "VARCHAR", None, ZH) == "未落格"
    assert picture.text(panel, "channel", "VARCHAR", None, ZH) == "未填"
    assert picture.text(panel, "void", "BOOLEAN", True, ZH) == "是"
    assert picture.text(panel, "colour", "VARCHAR", "red", ZH) == "▲ 红"
    assert picture.measured("percent", 0.12345) == "12.35%"
    assert picture.measured("count", None) == "–"
    assert picture.measured("hours", 12.34) == "12.3"
    assert picture._float(float("nan")) is None


def test_a_page_is_light_and_its_panels_come_as_they_are_near(demo: Settings) -> None:
    client = signed.client(demo, "analyst", use_cookies=False)
    zipped = {"Accept-Encoding": "gzip"}
    for subject in ("cases", "warnings", "sharing"):
        tree = pages.page(client, f"/place/3301?subject={subject}&metric=closure")
        titles = [pages.text(title) for title in pages.every(tree, tag="H3")]
        assert not pages.having(tree, lambda node: "data-panel" in node["props"])
        groups = pages.every(tree, data_near="")
        told: list[str] = []
        for group in groups:
            answer = pages.panels(client, group, zipped)
            assert answer.status_code == 200
            assert len(answer.data) < 60_000
            ((_, found),) = pages.opened(answer)["response"].items()
            told += [pages.text(each) for each in pages.every(found["children"], tag="H3")]
        assert told
        assert set(told) <= set(titles)
        answer = pages.post(client, f"/place/3301?subject={subject}", zipped)
        assert len(answer.data) < 60_000


def test_a_page_that_is_asked_for_again_brings_the_panels_that_were_there(demo: Settings) -> None:
    client = signed.client(demo, "leader", use_cookies=False)
    address = "/place/330106?subject=cases&period=quarter"

    def groups(address: str, near: str) -> list[str]:
        answer = pages.post(client, address, {"X-Near": near})
        tree = answer.get_json()["response"]["page"]["children"]
        return [one["props"]["data-near"] for one in pages.every(tree, cls="panel-group")]

    assert groups(address, "")[:3] == ["", "", ""]
    assert groups(address, f"0,2 {address}")[:3] == ["here", "", "here"]
    assert groups(f"{address}&metric=closure", f"1 {address}")[:3] == ["", "here", ""]
    assert groups("/place/330109?subject=cases&period=quarter", f"1 {address}")[:2] == ["", ""]
    for odd in ("x", "1", f"1,,2 {address}", f"-1 {address}", f"9999 {address}", f"99 {address}"):
        assert set(groups(address, odd)) == {""}


def test_panels_are_for_who_may_see_their_place(demo: Settings) -> None:
    client = signed.client(demo, "leader", "330106", use_cookies=False)
    tree = pages.page(client, "/place/330106?subject=cases")
    first = pages.every(tree, cls="panel-group")[0]
    assert "data-panel" in pages.panels(client, first).text
    id = first["props"]["id"]
    for of, number in (
        ("/place/330109?subject=cases", 0),
        ("/place/nowhere?subject=cases", 0),
        ("/place/330106?subject=cases", 99),
        ("/place/330106?subject=cases", "x"),
        ("/place/330106", 0),
        ("/people", 0),
    ):
        first["props"]["id"] = {**id, "of": of, "panels": number}
        answer = pages.panels(client, first)
        assert answer.status_code == 200
        assert "data-panel" not in answer.text


def test_an_answer_is_kept_for_who_sees_the_same(snapshot: Snapshot) -> None:
    asked = look(snapshot)
    panel = snapshot.panels["closing_by_day"]
    first, second = (panels.answered([(asked, panel)])[0] for _ in range(2))
    assert first is second
    other = look(snapshot, viewer=LEADER)
    other.cache = asked.cache
    assert panels.answered([(other, panel)])[0] is not first
    weeks = look(snapshot, period="7d")
    weeks.cache = asked.cache
    assert panels.answered([(weeks, panel)])[0] is not first


def test_small_counts_of_sensitive_topics_are_hidden_at_the_finest(tmp_path: Path) -> None:
    """Two grids of a community, 3 and 6 warnings: neither is told there, nor on their own pages."""
    settings = towns.found(tmp_path)
    lines = ["number,place,topic,colour,raised_at"]
    for grid, many in (("a", 3), ("b", 6)):
        lines += [
            f"{grid}{n},town/n/e/1/{grid},电诈,{'red' if n else 'blue'},2026-01-0{n + 1} 09:00"
            for n in range(many)
        ]
    with Record(settings) as record:
        towns.send(record, "warnings.csv", "\n".join(lines) + "\n", by="warnings")
        towns.publish(record)
    with Snapshots(settings.snapshots).current() as snapshot:
        panel = snapshot.panels["warnings_by_place"]

        def at(code: str) -> tuple[answers.Answer, str]:
            asked = look(snapshot, "warnings", code, period="all")
            (said,) = panels.answered([(asked, panel)])
            assert isinstance(said, answers.Answer)
            return said, pages.text(panels.card(asked, panel, said, ZH))

        def told(said: answers.Answer) -> list[Any]:
            return [value for name in panel.panel.counts for value in said.column(name)]

        for code in ("town/n/e/1", "town/n/e/1/a", "town/n/e/1/b"):
            said, card = at(code)
            assert said.hidden
            assert not any(value is not None and 0 < value < 5 for value in told(said))
            assert ZH("panel_hidden") in card
            assert "<" in card
        for code in ("town/n/e", "town"):
            said, card = at(code)
            assert not said.hidden
            assert sum(value or 0 for value in told(said)) == 9
            assert ZH("panel_hidden") not in card


# ── What is broken, and what is slow ─────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("hasty")
def test_a_broken_or_slow_panel_is_a_card_for_analysts_and_absent_for_others(
    hamlet: Record, caplog: pytest.LogCaptureFixture
) -> None:
    with Snapshots(hamlet.settings.snapshots).current() as snapshot:
        for viewer, shown in ((CONSOLE, ["endless", "good", "bad"]), (LEADER, ["good"])):
            asked = look(snapshot, viewer=viewer, period="all")
            section = panels.section(asked, ZH)
            names = [card["props"]["data-panel"] for card in pages.every(section, tag="Article")]
            assert sorted(names) == sorted(shown)
            assert asked.fleeting
        said = pages.text(panels.section(look(snapshot, period="all"), ZH))
        assert "bad.sql:10: there is no function cuont(). Did you mean 'count'?" in said
        assert "it was stopped after 0.2 s" in said
    assert "panel endless is slow" in caplog.text


def test_a_draft_is_seen_by_analysts_alone_until_it_is_published(hamlet: Record) -> None:
    folder = hamlet.settings.shipped / "cases"
    (folder / "endless.sql").unlink()
    draft = RIGHT.replace(
        "title", 'author = "somebody"\nsaved = "2026-01-05"\ndraft = true\ntitle', 1
    )
    (folder / "good.sql").write_text(draft, "utf-8")
    worker = Worker(hamlet)
    for told, leaders in ((draft, []), (draft.replace("draft = true\n", ""), ["good"])):
        (folder / "good.sql").write_text(told, "utf-8")
        worker.publish()
        with Snapshots(hamlet.settings.snapshots).current() as snapshot:
            for viewer, shown in ((CONSOLE, ["bad", "good"]), (LEADER, leaders)):
                section = panels.section(look(snapshot, viewer=viewer, period="all"), ZH)
                cards = pages.every(section, tag="Article") if section else []
                assert sorted(card["props"]["data-panel"] for card in cards) == shown
                said = pages.text(section)
                assert (ZH("panel_draft") in said) == (not leaders and viewer == CONSOLE)
                assert ("somebody 2026-01-05" in said) == ("good" in shown)


@pytest.mark.usefixtures("hasty")
def test_a_slow_panel_rests_before_it_is_tried_again(
    hamlet: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Snapshots(hamlet.settings.snapshots).current() as snapshot:
        (first,) = panels.answered([(look(snapshot), snapshot.panels["endless"])])
        assert isinstance(first, panels.Trouble)
        monkeypatch.setattr(answers, "run", None)  # would raise
        (second,) = panels.answered([(look(snapshot), snapshot.panels["endless"])])
        assert second is first


@pytest.mark.usefixtures("hasty")
def test_a_page_with_trouble_is_not_kept(hamlet: Record) -> None:
    client = signed.client(hamlet.settings, "analyst", use_cookies=False)
    desk = client.application.extensions["page"].desk
    for _ in range(2):
        tree = pages.page(client, "/place/town?subject=cases&period=all")
        (group,) = pages.every(tree, cls="panel-group")
        assert "endless" in pages.panels(client, group).text
    kept = [key.query for key in desk.cache._kept]
    assert "panel" in kept
    assert "panels" not in kept


def test_the_worker_publishes_anew_when_a_panel_changes(
    hamlet: Record, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    worker = Worker(hamlet)
    first, _ = worker.publish()
    assert "panel bad is broken" in caplog.text
    assert worker.publish() == (first, None)
    folder = hamlet.settings.shipped / "cases"
    assert not worker._is_publish_due()
    (folder / "bad.sql").write_text(RIGHT, "utf-8")
    assert worker._is_publish_due()
    second, _ = worker.publish()
    assert second is not None
    assert first is not None
    assert second > first
    with Snapshots(hamlet.settings.snapshots).current() as snapshot:
        assert set(snapshot.panels) == {"bad", "good", "endless"}
        assert snapshot.broken == ()
    (folder / "subject.toml").write_text('title = "事"\ntitle_en = "Things"', "utf-8")
    assert worker._is_publish_due()
    worker.publish()
    (folder / "good.sql").unlink()
    assert worker._is_publish_due()
    worker.publish()
    with Snapshots(hamlet.settings.snapshots).current() as snapshot:
        assert set(snapshot.panels) == {"bad", "endless"}
        assert [(one.name, one.title) for one in snapshot.subjects] == [("cases", "事")]


def test_only_the_metrics_decide_about_counting(hamlet: Record) -> None:
    worker = Worker(hamlet)
    worker.publish()
    before = json.loads((hamlet.settings.snapshots / "00000001.json").read_text("utf-8"))
    (hamlet.settings.shipped / "cases" / "bad.sql").unlink()
    id, _ = worker.publish()
    after = json.loads((hamlet.settings.snapshots / f"{id}.json").read_text("utf-8"))
    assert after["files"] == before["files"]
    assert after["cubes"] == before["cubes"]


# ── The verbs ────────────────────────────────────────────────────────────────────────────────────


def cockpit(folder: Path, *words: object, home: Path | None = None, expect: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "cockpit", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
        env={
            **os.environ,
            "COLUMNS": "200",
            "COCKPIT_SHIPPED": str(folder),
            "COCKPIT_QUERIES": str(folder),
            "COCKPIT_HOME": str(home or folder / "home"),
        },
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_new_files_pass_the_check_and_are_not_written_over(tmp_path: Path, town: Settings) -> None:
    (tmp_path / "cases").mkdir()
    cockpit(tmp_path, "new", "metric", "mine", "--subject", "cases")
    cockpit(tmp_path, "new", "panel", "first", "--subject", "cases")
    cockpit(tmp_path, "new", "source", "system")
    cockpit(tmp_path, "new", "subject", "fires", "--fact", "warnings")
    said = cockpit(tmp_path, "check", home=town.home)
    assert "6 file entries are right, 0 wrong" in said
    assert "2 panels, 14 times at places of every level" in said
    assert "there is such a file already" in cockpit(
        tmp_path, "new", "panel", "first", "--subject", "cases", expect=1
    )
    mine = Settings(shipped=tmp_path, queries=tmp_path)
    for write, why in (
        (partial(drafts.metric, mine, "mine", "cases"), "there is a metric 'mine' already"),
        (partial(drafts.subject, mine, "fires", "cases"), "'fires' is taken"),
        (partial(drafts.subject, mine, "sources", "cases"), "'sources' is taken"),
        (partial(drafts.panel, mine, "x", "fire"), "no subject 'fire'. Known: cases, fires"),
        (
            partial(drafts.panel, mine, "x", "fires"),
            "the subject 'fires' is no fact. Say which",
        ),
        (partial(drafts.panel, mine, "X-1", "cases"), "'X-1' is no name"),
        (partial(drafts.source, mine, "x", "case"), "'case' is no fact. Did you mean 'cases'?"),
    ):
        with pytest.raises(Mistake) as caught:
            write()
        assert why in caught.value.text()


def test_check_tells_all_faults_at_once_and_as_json(tmp_path: Path, town: Settings) -> None:
    cases = tmp_path / "cases"
    cases.mkdir()
    (tmp_path / "sources").mkdir()
    (cases / "metrics.toml").write_text(
        METRIC.format(name="good") + METRIC.format(name="bad").replace('"true"', '"tru"'), "utf-8"
    )
    (cases / "fine.sql").write_text(RIGHT, "utf-8")
    (cases / "wrong.sql").write_text(RIGHT.replace("cases_here", "cases"), "utf-8")
    (cases / "twice.sql").write_text(
        RIGHT.replace("group by place", "group by place, reported_at"), "utf-8"
    )
    (cases / "endless.sql").write_text(
        RIGHT.replace("from cases_here", "from cases_here, range(1000000000) t(n)"), "utf-8"
    )
    (cases / "subject.toml").write_text("order = 'x'", "utf-8")
    (tmp_path / "sources" / "s.sql").write_text(
        '/*\nfact = "cases"\n*/\nselect a as nomber from raw', "utf-8"
    )
    (tmp_path / "lonely").mkdir()
    (tmp_path / "lonely" / "alone.sql").write_text(RIGHT.replace("x   ", 'fact = "cases"\nx   '))
    told = json.loads(cockpit(tmp_path, "check", "--json", home=town.home, expect=1))
    found = {
        (Path(each["file"]).name, each["line"]): (each["found"], each["write"])
        for each in told["mistakes"]
    }
    assert told["good"] == 4
    assert found["wrong.sql", 11][0].startswith("'cases' is nothing that may be read here")
    assert found["twice.sql", 5][0].startswith("North stands in more than one row (at Town")
    assert "it was stopped after 3 s (at Town" in found["endless.sql", None][0]
    assert found["metrics.toml", 11][0].startswith('Binder Error: Referenced column "tru"')
    assert found["subject.toml", None] == ("order is 'x'", "order = 10")
    assert found["s.sql", None] == (
        "cases has no column 'nomber'",
        "Did you mean 'number'?",
    )
    assert found["alone.sql", None][0] == "the subject 'lonely' has no metrics, so it is no page"
    assert len(found) == 7
    only = json.loads(
        cockpit(tmp_path, "check", "--json", cases / "fine.sql", tmp_path / "sources", expect=1)
    )
    assert (only["good"], len(only["mistakes"]), only["ran"]) == (1, 1, 0)
    gone = cockpit(tmp_path, "check", tmp_path / "nowhere.sql", expect=1)
    assert "nowhere.sql: is not there" in gone


# ── The README ───────────────────────────────────────────────────────────────────────────────────


def test_the_readmes_panels_work_as_they_stand(tmp_path: Path, town: Settings) -> None:
    """Each example of the README, put where it says, passes the check and runs."""
    text = (PROJECT / "queries" / "README.md").read_text("utf-8")
    (tmp_path / "cases").mkdir()
    shutil.copy(PROJECT / "queries" / "cases" / "metrics.toml", tmp_path / "cases")
    examples = re.findall(r"```sql\n(/\*.*?)```", text, re.DOTALL)
    found = [example for example in examples if "chart" in example]
    assert len(found) >= 2
    for number, example in enumerate(found):
        (tmp_path / "cases" / f"readme_{number}.sql").write_text(example, "utf-8")
    assert ", 0 wrong." in cockpit(tmp_path, "check", home=town.home)
