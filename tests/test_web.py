"""Pages, as a browser asks for them: their numbers are those of `ask`, their words complete."""

from __future__ import annotations

import ast
import json
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

import cockpit.web
from cockpit.answers import snapshot as snapshots
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.counting import Counted
from cockpit.model.metric import Metric, Tally
from cockpit.model.period import NAMED, Period
from cockpit.record.store import Record
from cockpit.settings import PROJECT, Settings
from cockpit.web import charts, desk, numbers
from cockpit.web.charts import script
from cockpit.web.pages import place as place_page
from cockpit.web.subject import day_of, headlines
from cockpit.web.subject import metrics as metrics_of
from cockpit.web.urls import FIRST, LANGUAGES, LAST, State, read
from cockpit.web.words import WORDS
from tests import pages, signed
from tests import town as towns
from tests.asked import ask

ASSETS = [
    path
    for path in (PROJECT / "assets").iterdir()
    if path.is_file() and path != script.SMALL  # Plotly's own, not ours
]
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


@pytest.fixture(scope="module")
def client(demo: Settings) -> FlaskClient:
    return signed.client(demo, use_cookies=False)


@pytest.fixture(scope="module")
def small(town: Settings) -> FlaskClient:
    return signed.client(town, use_cookies=False)


@pytest.fixture(scope="module")
def snapshot(demo: Settings) -> Iterator[Snapshot]:
    with Snapshots(demo.snapshots).current() as opened:
        yield opened


def metrics(snapshot: Snapshot) -> tuple[Counted, ...]:
    return metrics_of(snapshot, "cases")


def addresses(snapshot: Snapshot, many: int) -> Iterator[State]:
    """Addresses of places of every level, over all kinds of periods, on any metric of the cases."""
    dice = random.Random(7)
    names = [one.metric.name for one in metrics(snapshot)]
    for number in range(many):
        level = number % 5
        places = [place for place in snapshot.tree.places if place.rung == level]
        since = day_of(snapshot) - timedelta(days=dice.randrange(500))
        until = since + timedelta(days=dice.randrange(400))
        own = number % 3 == 0
        yield State(
            place=dice.choice(places).code,
            period="" if own else dice.choice(NAMED),
            since=since if own else None,
            until=until if own else None,
            metric=dice.choice(names),
            language=dice.choice(LANGUAGES),
            subject="cases",
        )


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────


def tally(told: dict[str, Any]) -> Tally:
    return Tally(told["numerator"], told["denominator"], told["answered"], told["left_open"])


def cell(metric: Metric, told: dict[str, Any], language: str) -> str:
    """What a cell of the table says, without its mark."""
    counted = tally(told)
    said = numbers.value(metric, counted)
    parts = numbers.parts(counted) if told["value"] is not None else ""
    if told["left_open"] and counted.denominator is not None:
        left = (
            f"留白 {told['left_open']:,}"
            if language == "zh"
            else f"{told['left_open']:,} left open"
        )
        parts = f"{parts}\n{left}"
    return f"{said}\n{parts}" if parts else said


def unmarked(said: str) -> str:
    return re.sub("^[✓✕○]\\xa0", "", said)


def test_every_number_of_a_page_is_that_of_ask(client: FlaskClient, snapshot: Snapshot) -> None:
    for state in addresses(snapshot, 20):
        tree = pages.page(client, state.href())
        place, period = snapshot.tree.place(state.place), state.over(day_of(snapshot))
        for one in metrics(snapshot):
            told = ask(snapshot, one.metric.name, place, period)
            tile = pages.the(tree, data_metric=one.metric.name)
            value = pages.the(tile, cls="tile-value")
            full = value["props"].get("title") or pages.text(pages.the(value, cls="number"))
            assert full == numbers.value(one.metric, tally(told)), (state, one.metric.name)
            if one.metric.denominator:
                said = pages.text(pages.the(tile, cls="tile-parts"))
                assert said.startswith(numbers.parts(tally(told)))
                assert (f"{told['left_open']:,}" in said.split()[3:]) == bool(told["left_open"])
        columns = [one.metric.name for one in headlines(snapshot, "cases")]
        if state.metric not in columns:
            columns.insert(0, state.metric)
        for number, name in enumerate(columns if snapshot.tree.below(place) else ()):
            metric = snapshot.metric(name).metric
            told = ask(snapshot, name, place, period, children=True)

            def shown(row: pages.Node, number: int = number) -> str:
                cells = [
                    c for c in pages.every(row, tag="Td") if c not in pages.every(row, cls="change")
                ]
                return unmarked(pages.text(cells[number]))

            for child in told["below"]:
                row = pages.the(tree, data_code=child["place"])
                assert shown(row) == cell(metric, child, state.language), (state, name)
            apart, total = pages.the(tree, cls="apart"), pages.the(tree, cls="total")
            assert shown(apart) == cell(metric, told["unplaced"], state.language)
            assert shown(total) == cell(metric, told, state.language)


def test_every_point_of_a_trend_is_that_of_ask(client: FlaskClient, snapshot: Snapshot) -> None:
    for state in addresses(snapshot, 20):
        tree = pages.page(client, state.href())
        graphs = pages.every(pages.the(tree, cls="trend"), tag="Graph")
        if not graphs:
            assert pages.every(pages.the(tree, cls="trend"), cls="nothing")
            continue
        trace = graphs[0]["props"]["figure"]["data"][0]
        place, period = snapshot.tree.place(state.place), state.over(day_of(snapshot))
        first = snapshot.standing("cases").first
        assert first is not None
        since = max(period.since or first.date(), first.date())
        until = period.until or day_of(snapshot)
        spans = {"按日": "day", "按周": "week", "按月": "month"}
        spans |= {"by day": "day", "by week": "week", "by month": "month"}
        step: Any = spans[pages.text(pages.every(pages.the(tree, cls="trend"), cls="quiet")[0])]
        told = ask(snapshot, state.metric, place, Period(since, until), step=step)
        assert trace["x"] == [point["since"] for point in told["by"]]
        assert trace["y"] == [point["value"] for point in told["by"]]


def test_nothing_counted_is_a_dash_and_not_nought(client: FlaskClient, snapshot: Snapshot) -> None:
    flows = [one.metric for one in metrics(snapshot) if not one.metric.stock]
    tree = pages.page(client, "/place/3301?since=2031-01-01&until=2031-01-31&subject=cases")
    for metric in flows:
        tile = pages.the(tree, data_metric=metric.name)
        assert pages.text(pages.the(tile, cls="number")) == "–"
        assert not pages.every(tile, cls="verdict")
    assert pages.text(pages.the(pages.the(tree, cls="trend"), cls="nothing"))


def test_the_town_can_be_checked_by_hand(small: FlaskClient) -> None:
    tree = pages.page(small, "/place/town?since=2026-01-01&until=2026-01-31&metric=on_time_closure")
    tile = pages.the(tree, data_metric="on_time_closure")
    assert pages.text(pages.the(tile, cls="number")) == "66.67%"
    assert pages.text(pages.the(tile, cls="tile-parts")) == "4 / 6 留白 1"
    rows = [row["props"]["data-code"] for row in pages.walk(tree) if "data-code" in row["props"]]
    assert rows == ["town/s", "town/n"]  # both too small to be ranked; the worse one first
    apart = pages.text(pages.every(pages.the(tree, cls="apart"), cls="chosen")[0])
    assert apart == "100.00%\n1 / 1"


def test_the_worst_come_first_and_the_unranked_last(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    xiaoshan = "330109"
    assert snapshot.unranked & {p.code for p in snapshot.tree.below(snapshot.tree.place(xiaoshan))}
    tree = pages.page(client, f"/place/{xiaoshan}?period=all&metric=on_time_closure")
    rows = [row for row in pages.walk(tree) if "data-code" in row["props"]]
    ranked = [row for row in rows if not row["props"].get("className")]
    values = [
        float(unmarked(pages.text(pages.every(row, cls="chosen")[0])).split("%")[0])
        for row in ranked
    ]
    assert values == sorted(values)
    assert rows[: len(ranked)] == ranked
    kinds = [snapshot.tree.place(row["props"]["data-code"]).kind for row in ranked]
    ranks = [pages.text(pages.the(row, cls="rank")) for row in rows]
    assert ranks == [
        # The best of its kind is the first; who is alone of its kind has no rank.
        str(1 + sum(v > value and k == kind for v, k in zip(values, kinds, strict=True)))
        if kinds.count(kind) > 1
        else ""
        for value, kind in zip(values, kinds, strict=True)
    ] + [""] * (len(rows) - len(ranked))
    marked = {r["props"]["data-code"] for r in rows if r["props"].get("className") == "pseudo"}
    assert marked == snapshot.unranked & {row["props"]["data-code"] for row in rows}


def test_a_blank_is_a_gap_in_a_figure() -> None:
    points = [charts.Point(f"2026-01-0{n}", v, "") for n, v in ((1, 0.5), (2, None), (3, 0.0))]
    for kind in (charts.line, charts.bars):
        figure = kind(points, charts.Axes("%d", ".0%", target=0.9))
        assert figure["data"][0]["y"] == [0.5, None, 0.0]
        assert figure["data"][0].get("connectgaps", False) is False
        bottom, top = figure["layout"]["yaxis"]["range"]
        assert bottom <= 0 < 0.9 < top


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (0, "0", "0"),
        (99_999, "99,999", "99,999"),
        (123_456, "12.35万", "123,456"),
        (2_345_678, "234.57万", "2.35M"),
        (123_456_789, "1.23亿", "123.46M"),
    ],
)
def test_long_counts_are_told_shortly_in_each_language(number: int, zh: str, en: str) -> None:
    metric = Metric("a", "true", "b")
    assert numbers.short(metric, Tally(number, None, 1), "zh") == zh
    assert numbers.short(metric, Tally(number, None, 1), "en") == en


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────

DAYS = st.dates(FIRST, LAST)
CODES = st.one_of(st.from_regex(r"[0-9]{4,15}", fullmatch=True), st.text(min_size=1)).filter(
    lambda code: not code.endswith("/")
)
STATES = st.one_of(
    st.builds(State, place=CODES, period=st.sampled_from(NAMED)),
    st.builds(
        lambda place, days, metric, language: State(
            place, "", min(days), max(days), metric, language
        ),
        CODES,
        st.tuples(DAYS, DAYS),
        st.from_regex(r"[a-z][a-z0-9_]*", fullmatch=True),
        st.sampled_from(LANGUAGES),
    ),
)


@given(STATES)
def test_an_address_says_all_of_a_state(state: State) -> None:
    path, _, query = state.href().partition("?")
    assert read(path, f"?{query}") == state


@given(st.text(), st.text())
def test_any_address_is_read(path: str, search: str) -> None:
    state = read(f"/place/{path}", search)
    assert state is not None
    state.over(date(2026, 10, 31))


def test_what_an_address_gets_wrong_is_told_and_passed_over(client: FlaskClient) -> None:
    plain = pages.page(client, "/place/3301")
    tree = pages.page(client, "/place/3301?since=soon&metric=none&period=ever&lang=zh")
    notice = pages.text(pages.the(tree, cls="notice"))
    assert all(word in notice for word in ("since", "metric", "period"))
    assert [pages.text(t) for t in pages.every(tree, cls="tile-value")] == [
        pages.text(t) for t in pages.every(plain, cls="tile-value")
    ]


def test_links_keep_the_state_and_change_one_thing(client: FlaskClient) -> None:
    tree = pages.page(client, "/place/330110?period=quarter&metric=closure&lang=en")
    links = [node["props"]["href"] for node in pages.every(tree, tag="A")]
    assert "/place/3301?period=quarter&metric=closure&lang=en" in links
    assert "/place/330110?period=quarter&metric=reported&lang=en" in links
    assert "/place/330110?period=7d&metric=closure&lang=en" in links
    assert "/place/330110?period=quarter&metric=closure&lang=zh" in links


def test_the_period_ends_on_the_day_the_data_speak_for(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    assert day_of(snapshot) == date(2026, 10, 31)
    tree = pages.page(client, "/place/3301")
    assert "2026年10月2日 至 2026年10月31日" in pages.text(pages.the(tree, cls="span"))
    assert pages.text(pages.the(pages.page(client, "/place/3301?period=all"), cls="span"))


def test_five_pages_lead_from_city_to_grid(client: FlaskClient) -> None:
    address, levels = "/place/3301", []
    for _ in range(5):
        tree = pages.page(client, address)
        path = pages.the(tree, cls="path")
        levels.append(len(pages.every(path, tag="Li")))
        below = [node for node in pages.walk(tree) if "data-code" in node["props"]]
        if below:
            address = pages.the(below[0], tag="A")["props"]["href"]
    assert levels == [1, 2, 3, 4, 5]
    assert not below
    assert pages.text(pages.the(tree, cls="note"))


# ── Words ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", WORDS)
def test_a_word_says_the_same_in_both_languages(word: str) -> None:
    chinese, english = WORDS[word]
    assert bool(chinese) == bool(english) or word.startswith(("unit_", "brain_"))
    fields = [set(re.findall(r"\{(\w+)\}", each)) for each in (chinese, english)]
    assert fields[0] == fields[1]
    # The switch speaks the language it leads to.
    assert not CHINESE.search(english) or word in ("language", "language_meaning")


def test_every_word_is_used() -> None:
    folder = Path(cockpit.web.__file__).parent
    written = [*folder.rglob("*.py"), *folder.rglob("*.html")]
    code = "".join(
        path.read_text("utf-8")
        for path in written
        if path.parent.name != "words" or path.name == "__init__.py"
    )
    code = code.replace(code[code.index("WORDS: dict") : code.index("class Words")], "")
    made = ("brain_", "period_", "group_", "unit_", "by_", "refused_")
    made += ("role_", "right_", "what_", "outcome_", "password_")
    made += ("subject_", "compare_", "reason_", "light_", "part_", "kin_")
    made += ("n_", "one_", "than_", "way_", "change_", "export_", "kind_", "preview_")
    made += ("bench_column_", "bench_ended_", "chart_")
    for word in WORDS:
        used = re.search(rf"""["']{word}["']""", code) or word.startswith(made)
        assert used or word in ("reached", "missed", "better", "worse"), word


def test_no_word_stands_outside_the_catalogue() -> None:
    folder = Path(cockpit.web.__file__).parent
    for path in folder.rglob("*.py"):
        if path.parent.name == "words":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                line = f"{path}:{node.lineno} says {node.value!r}; give it an entry in words"
                assert id(node) in told or not CHINESE.search(node.value), line
    for path in ASSETS:
        assert not CHINESE.search(path.read_text("utf-8")), path


def test_an_english_page_is_english_but_for_names(client: FlaskClient, snapshot: Snapshot) -> None:
    names = {place.name for place in snapshot.tree.places}
    standards = {one.metric.standard for one in snapshot.counted.values()}
    formulas = {
        formula
        for metric in (one.metric for one in snapshot.counted.values())
        for formula in (metric.numerator, metric.denominator, metric.enters, metric.leaves)
    }
    for address in ("/place/3301?lang=en", "/place/330110?lang=en&metric=reported"):
        for node in pages.walk(pages.page(client, address)):
            for said in (node["props"].get(p) for p in ("children", "title", "aria-label")):
                if isinstance(said, str) and CHINESE.search(said):
                    switch = node["props"].get("lang") == "zh-CN"
                    known = said in names | standards | formulas
                    whole = said.replace("\n", "")  # on a map a name may stand upright
                    assert known or switch or any(name in whole for name in names), said


def test_the_language_is_of_the_address_then_as_remembered_then_the_default(
    demo: Settings,
) -> None:
    client = signed.client(demo)
    assert pages.page(client, "/place/3301")["props"]["lang"] == "zh-CN"
    assert pages.page(client, "/place/3301?lang=en")["props"]["lang"] == "en"
    assert pages.page(client, "/place/3301")["props"]["lang"] == "en"
    assert 'lang="en"' in client.get("/place/3301").text
    assert pages.page(client, "/place/3301?lang=zh")["props"]["lang"] == "zh-CN"


def test_demo_data_say_so_on_every_page(client: FlaskClient, small: FlaskClient) -> None:
    for address in ("/place/3301", "/place/nowhere", "/nothing"):
        assert pages.text(pages.the(pages.page(client, address), cls="demo")) == "演示数据"
    assert not pages.every(pages.page(small, "/place/town"), cls="demo")


def test_a_definition_says_where_a_number_comes_from(client: FlaskClient) -> None:
    tree = pages.page(client, "/place/3301")
    for name, words in (
        ("closure", ("due_at", "was_closed", "GB/T 30428.4", "≥ 97%", "00000001")),
        ("overdue_open", ("due_at", "closed_at", "2026年10月31日")),
    ):
        tile = pages.the(tree, data_metric=name)
        said = pages.text(pages.the(tile, cls="definition"))
        assert all(word in said for word in words), said


# ── States ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def nothing(home: Path) -> FlaskClient:
    return signed.client(Settings(home=home))


def test_an_empty_home_says_what_to_type(nothing: FlaskClient) -> None:
    for address in ("/", "/place/3301", "/place/3301?lang=en"):
        said = pages.text(pages.page(nothing, address))
        assert "cockpit demo" in said
        assert "cockpit ingest" in said
        assert nothing.get(address).status_code == 200


def test_an_unknown_place_is_a_kind_page(client: FlaskClient) -> None:
    tree = pages.page(client, "/place/999999")
    assert "999999" in pages.text(pages.the(tree, tag="H1"))
    assert "/place/3301" in [node["props"]["href"] for node in pages.every(tree, tag="A")]
    assert client.get("/place/999999").status_code == 404
    told = client.get("/api/ask?metric=closure&place=999999")
    assert (told.status_code, "there is no place '999999'" in told.json["error"]) == (404, True)
    assert client.get("/place/330110").status_code == 200


def test_a_place_of_before_leads_to_its_successor(small: FlaskClient) -> None:
    tree = pages.page(small, "/place/town/old")
    assert pages.text(pages.the(tree, tag="H1")).startswith("Elm")
    assert "town/old" in pages.text(pages.the(tree, cls="notice"))


def test_a_fault_of_ours_is_told_without_its_story(
    demo: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fall(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(place_page, "build", fall)
    client = signed.client(demo)
    said = pages.text(pages.page(client, "/place/3301"))
    number = re.search(r"[0-9a-f]{8}", said)
    assert number
    assert number[0] in caplog.text
    assert "secret" not in said
    assert "a secret" in caplog.text


def test_a_new_snapshot_is_a_new_page(tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    client = signed.client(settings)
    assert "cockpit demo" in pages.text(pages.page(client, "/place/town"))
    first, second = towns.CASES.split("n5,")
    seen = []
    with Record(settings) as record:
        for name, rows in (("a.csv", first), ("b.csv", towns.CASES)):
            towns.send(record, name, rows)
            towns.publish(record)
            tile = pages.the(pages.page(client, "/place/town?period=all"), data_metric="reported")
            seen.append(pages.text(pages.the(tile, cls="number")))
    assert seen == ["4", "9"]
    assert second


# ── The server ───────────────────────────────────────────────────────────────────────────────────


def test_a_page_is_one_data_request(client: FlaskClient) -> None:
    asked = client.get("/_dash-dependencies").get_json()
    panels = '{"of":["MATCH"],"panels":["MATCH"]}.children'  # of which a page's beginning has none
    assert [each["output"] for each in asked] == ["page.children", panels]
    assert [each["prevent_initial_call"] for each in asked] == [False, True]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
KEYS = st.sampled_from(["output", "outputs", "inputs", "changedPropIds", "state"])


@runs(deadline=None)
@given(body=JSON, key=KEYS)
def test_a_request_that_is_none_is_refused_without_a_trace(
    client: FlaskClient, body: Any, key: str
) -> None:
    good = pages.question("/place/3301", "")
    lacking = {name: value for name, value in good.items() if name != key}
    for wrong in (body, {**good, key: body}, lacking):
        answer = client.post(pages.UPDATE, json=wrong)
        assert answer.status_code in (200, 204, 400, 415), answer.text
        assert "Traceback" not in answer.text


@runs(deadline=None)
@given(pathname=JSON, search=JSON)
def test_any_address_gets_a_page(client: FlaskClient, pathname: Any, search: Any) -> None:
    answer = client.post(pages.UPDATE, json=pages.question(pathname, search))
    assert answer.status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null", b"[]"])
def test_a_body_that_is_no_json_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post(pages.UPDATE, data=body, content_type="application/json")
    assert answer.status_code == 400


def test_nothing_is_opened_before_the_first_request(
    demo: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def watched(*given: Any) -> Snapshot:
        opened.append(given)
        return Snapshot(*given)

    monkeypatch.setattr(snapshots, "Snapshot", watched)
    client = signed.client(demo)
    assert client.get("/healthz").text == "ok"
    assert not opened
    assert client.get("/readyz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert len(opened) == 1


@pytest.mark.parametrize(
    ("memory", "workers", "share"),
    [("25%", 2, "25%"), ("25%", 4, "15%"), ("80%", 1, "60%"), ("2GB", 8, "2GB")],
)
def test_all_processes_together_leave_room(memory: str, workers: int, share: str) -> None:
    assert desk.memory(Settings(memory=memory, workers=workers)) == share


def test_what_is_ours_is_kept_long_compressed_and_nothing_else_is_let_in(
    client: FlaskClient,
) -> None:
    index = client.get("/place/3301", headers={"Accept-Encoding": "gzip"})
    assert index.headers["Content-Encoding"] == "gzip"
    html = client.get("/place/3301").text
    policy = client.get("/place/3301").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert not re.search(r"\son\w+=", html)
    for address in re.findall(r'(?:src|href|data-whole)="([^"]+)"', html):
        assert address.startswith("/"), address
        if "?m=" in address or ".v" in address:
            with client.get(address, headers={"Accept-Encoding": "gzip"}) as answer:
                assert answer.status_code == 200
                assert "max-age=31536000" in answer.headers["Cache-Control"], address
                small = len(answer.data) < 1000
                assert small or answer.headers["Content-Encoding"] == "gzip"
                assert small or "Accept-Encoding" in answer.headers["Vary"]


def test_no_asset_names_another_host() -> None:
    for path in ASSETS:
        found = re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", path.read_text("utf-8"))
        assert set(found) <= {"http://www.w3.org"}, path


def test_the_root_leads_to_the_widest_place(client: FlaskClient, nothing: FlaskClient) -> None:
    answer = client.get("/?lang=en")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/place/3301?lang=en"
    assert nothing.get("/").status_code == 200
    assert pages.text(pages.the(pages.page(client, "/"), tag="H1")).startswith("杭州市")


def test_ready_says_what_is_served_and_how_old_it_is(
    client: FlaskClient, nothing: FlaskClient, demo: Settings
) -> None:
    told = client.get("/readyz").get_json()
    assert told["snapshot"] == "00000001"
    assert 0 <= told["age_seconds"] < 3600
    answer = nothing.get("/readyz")
    assert answer.status_code == 503
    assert str(demo.home) not in answer.text
    assert nothing.get("/healthz").status_code == 200


def test_the_version_is_small_and_asked_for_again_cheaply(
    client: FlaskClient, nothing: FlaskClient
) -> None:
    answer = client.get("/api/version")
    assert set(answer.get_json()) == {"snapshot", "build", "published"}
    assert len(answer.data) < 200
    again = client.get("/api/version", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert nothing.get("/api/version").get_json()["snapshot"] is None


# ── The API ──────────────────────────────────────────────────────────────────────────────────────


def test_the_api_says_what_ask_says(client: FlaskClient, snapshot: Snapshot) -> None:
    asked = "/api/ask?metric=on_time_closure&place=330110&since=2026-09-01&until=2026-09-30"
    period = Period(date(2026, 9, 1), date(2026, 9, 30))
    place = snapshot.tree.place("330110")
    plain = ask(snapshot, "on_time_closure", place, period)
    assert client.get(asked).get_json() == json.loads(json.dumps(plain))
    full = ask(snapshot, "on_time_closure", place, period, children=True, step="week")
    found = client.get(f"{asked}&below=1&by=week").get_json()
    assert found == json.loads(json.dumps(full))
    whole = client.get("/api/ask?metric=reported").get_json()
    assert whole["place"] == "3301"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "no metric is named"),
        ("metric=closur", "Did you mean 'closure'?"),
        ("metric=closure&since=soon", "since is 'soon'"),
        ("metric=closure&since=9999-12-31", "since is 9999-12-31"),
        ("metric=closure&since=2026-02-01&until=2026-01-01", "Swap since and until"),
        ("metric=closure&by=hour", "by is 'hour'"),
        ("metric=closure&below=maybe", "below is 'maybe'"),
        ("metric=closure&colour=red", "'colour' is no parameter"),
        ("metric=closure&by=day&since=1950-01-01&until=2026-01-01", "too many"),
    ],
)
def test_a_wrong_question_is_answered_in_words(client: FlaskClient, query: str, words: str) -> None:
    answer = client.get(f"/api/ask?{query}")
    assert answer.status_code == 400
    assert words in answer.get_json()["error"]
