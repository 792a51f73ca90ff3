"""The overview and the pages of subjects: every number is that of `ask`, every judgement that of an
independent computation, and what is said in words is never nonsense.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from cockpit.answers.cache import Cache
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.metric import Metric
from cockpit.model.period import COMPARISONS, NAMED, Period, compared
from cockpit.model.places import Place
from cockpit.record.store import Record
from cockpit.settings import Settings
from cockpit.web import spark
from cockpit.web.asked import Asked, gather
from cockpit.web.subject import day_of, headlines, subjects
from cockpit.web.urls import LANGUAGES, State
from tests import asked, pages, signed
from tests import town as towns
from tests.asked import ask


@pytest.fixture(scope="module")
def client(demo: Settings) -> FlaskClient:
    return signed.client(demo, use_cookies=False)


@pytest.fixture(scope="module")
def snapshot(demo: Settings) -> Iterator[Snapshot]:
    with Snapshots(demo.snapshots).current() as opened:
        yield opened


def overviews(snapshot: Snapshot, many: int, seed: int = 5) -> Iterator[State]:
    """Overviews of places of every level, over all kinds of periods and comparisons."""
    dice = random.Random(seed)
    names = [one.metric.name for each in subjects(snapshot) for one in headlines(snapshot, each)]
    for number in range(many):
        places = [place for place in snapshot.tree.places if place.rung == number % 5]
        since = day_of(snapshot) - timedelta(days=dice.randrange(20, 300))
        own = number % 3 == 2
        yield State(
            place=dice.choice(places).code,
            period="" if own else dice.choice(NAMED[1:]),
            since=since if own else None,
            until=since + timedelta(days=dice.randrange(60)) if own else None,
            metric=dice.choice(names),
            language=dice.choice(LANGUAGES),
            compare=COMPARISONS[number % 2],
        )


def shown(snapshot: Snapshot, tree: pages.Node) -> Iterator[tuple[Metric, pages.Node]]:
    """The tiles of a page, with their metrics."""
    for tile in pages.every(tree, cls="tile"):
        yield snapshot.metric(tile["props"]["data-metric"]).metric, tile


def known(metric: Metric, told: dict[str, Any]) -> bool:
    """Whether something, and not too little, was counted."""
    enough = told["denominator"] is None or told["denominator"] >= metric.least
    return told["value"] is not None and enough


def first_day(snapshot: Snapshot, metric: Metric) -> date:
    first = snapshot.standing(metric.fact).first
    assert first is not None
    return first.date()


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────


def test_tiles_say_what_ask_says_now_and_then(client: FlaskClient, snapshot: Snapshot) -> None:
    changes = 0
    for state in overviews(snapshot, 10):
        tree = pages.page(client, state.href())
        place, period = snapshot.tree.place(state.place), state.over(day_of(snapshot))
        before = compared(period, state.period, state.compare)
        for metric, tile in shown(snapshot, tree):
            now = ask(snapshot, metric.name, place, period)
            value = pages.the(tile, cls="tile-value")
            said = value["props"].get("title") or pages.text(pages.the(value, cls="number"))
            assert number(said) == rounded(metric, now["value"]), (state, metric.name)
            if metric.denominator:
                parts = pages.text(pages.the(tile, cls="tile-parts")).replace(",", "").split()
                assert [float(parts[0]), float(parts[2])] == pytest.approx(
                    [now["numerator"], now["denominator"]], abs=0.05
                )
                assert (str(now["left_open"]) in parts[3:]) == bool(now["left_open"])
            found = pages.every(tile, cls="change")
            if before is None or (before.since or date.max) < first_day(snapshot, metric):
                assert not found
                continue
            then = ask(snapshot, metric.name, place, before)
            assert bool(found) == (known(metric, now) and known(metric, then)), metric.name
            if found:
                changes += 1
                assert pages.text(found[0]) == change(metric, now, then, state.language)
                assert found[0]["props"]["className"].split()[1:] == verdict(metric, now, then)
    assert changes > 20


def number(said: str) -> float | None:
    """What a tile says, as a number."""
    plain = said.replace(",", "")
    if plain == "–":
        return None
    return round(float(plain.rstrip("%")) / (100 if plain.endswith("%") else 1), 6)


def rounded(metric: Metric, value: float | None) -> float | None:
    if value is None:
        return None
    return round(float(f"{value * 100:.2f}") / 100 if metric.unit == "percent" else value, 6)


def change(metric: Metric, now: dict[str, Any], then: dict[str, Any], language: str) -> str:
    """A change in words, worked out from two answers."""
    here, there = now["value"], then["value"]
    if metric.unit == "percent":
        much, unit = f"{abs(here - there) * 100:.2f}", {"zh": " 个百分点", "en": " pp"}[language]
    elif there:
        much, unit = f"{abs(here / there - 1) * 100:.1f}", "%"
    else:
        much, unit = f"{here:,.0f}" if float(here).is_integer() else f"{here:,.1f}", ""
    if not float(much.replace(",", "")):
        return {"zh": "● 持平", "en": "● unchanged"}[language]
    rose = here > there
    words = {
        "up": {True: ("变好", "better"), False: ("变差", "worse")},
        "down": {True: ("变差", "worse"), False: ("变好", "better")},
        "": {True: ("增加", "more"), False: ("减少", "fewer")},
    }[metric.better][rose]
    return f"{'▲' if rose else '▼'} {much}{unit} {words[language == 'en']}"


def verdict(metric: Metric, now: dict[str, Any], then: dict[str, Any]) -> list[str]:
    said = change(metric, now, then, "en")
    return {"better": ["better"], "worse": ["worse"], "unchanged": ["same"]}.get(
        said.split()[-1], []
    )


def test_a_rank_is_the_place_among_true_peers(client: FlaskClient, snapshot: Snapshot) -> None:
    dice = random.Random(3)
    tree, ranked = snapshot.tree, 0
    for rung in (1, 2, 2, 3, 3, 4):
        place = dice.choice([each for each in tree.places if each.rung == rung])
        parent = tree.place(str(place.parent))
        period = State(place.code, period="quarter").over(day_of(snapshot))
        page = pages.page(client, f"/place/{place.code}?period=quarter&lang=en")
        for metric, tile in shown(snapshot, page):
            told = ask(snapshot, metric.name, parent, period, children=True)["below"]
            values = {
                each["place"]: each["value"]
                for each in told
                if known(metric, each) and peer(snapshot, tree.place(each["place"]), place)
            }
            standing = pages.every(tile, cls="tile-rank")
            found = [
                pages.text(each) for row in standing for each in pages.every(row, cls="peer-rank")
            ]
            if place.code not in values or not metric.better or len(values) < 2:
                assert found == [], (place.code, metric.name)
                continue
            mine = values[place.code]
            ahead = [
                v for v in values.values() if (v > mine if metric.better == "up" else v < mine)
            ]
            assert found == [f"No. {len(ahead) + 1} of {len(values)}"], (place.code, metric.name)
            ranked += 1
    assert ranked > 10


def peer(snapshot: Snapshot, other: Place, place: Place) -> bool:
    alike = (other.rung, other.kind, other.parent) == (place.rung, place.kind, place.parent)
    return alike and other.code not in snapshot.unranked


def test_who_may_not_see_the_siblings_is_told_no_rank(demo: Settings) -> None:
    client = signed.client(demo, root="330110")
    assert not pages.every(pages.page(client, "/place/330110?period=year"), cls="peer-rank")
    assert pages.every(pages.page(client, "/place/330110010?period=year"), cls="peer-rank")


def test_a_statistical_unit_has_no_rank(client: FlaskClient, snapshot: Snapshot) -> None:
    code = min(snapshot.unranked)
    assert not pages.every(pages.page(client, f"/place/{code}?period=year"), cls="peer-rank")


def test_a_trend_has_the_time_before_behind_it(client: FlaskClient, snapshot: Snapshot) -> None:
    city = snapshot.tree.root
    for metric in ("on_time_closure", "reported", "open_cases"):
        tree = pages.page(client, f"/place/{city.code}?metric={metric}")
        now, then, *_ = pages.the(tree, id="trend")["props"]["figure"]["data"]
        told = ask(snapshot, metric, city, Period(date(2026, 9, 2), date(2026, 10, 1)), step="day")
        assert then["y"] == [point["value"] for point in told["by"]]
        assert then["x"] == now["x"]
        assert len(then["x"]) == 30
        assert "2026年9月2日" in then["customdata"][0]
    alone = pages.page(client, f"/place/{city.code}?metric=reported&compare=none")
    assert len(pages.the(alone, id="trend")["props"]["figure"]["data"]) == 1


def test_nothing_is_compared_with_days_before_the_data_begin(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    first = first_day(snapshot, snapshot.metric("reported").metric)
    for since, compares in ((first + timedelta(days=9), False), (first + timedelta(days=10), True)):
        until = since + timedelta(days=9)
        tree = pages.page(client, f"/place/3301?since={since}&until={until}")
        tile = pages.the(tree, data_metric="reported")
        assert bool(pages.every(tile, cls="change")) is compares
    for address in ("/place/3301?period=all", "/place/3301?compare=none"):
        assert not pages.every(pages.page(client, address), cls="change")


# ── Where a call is needed ───────────────────────────────────────────────────────────────────────


def test_the_places_to_call_account_for_the_gap(client: FlaskClient, snapshot: Snapshot) -> None:
    city, period = snapshot.tree.root, Period(date(2026, 9, 1), date(2026, 9, 30))
    for name, target in (("on_time_closure", Fraction(19, 20)), ("rework", Fraction(1, 50))):
        address = f"/place/3301?since=2026-09-01&until=2026-09-30&metric={name}&subject=cases"
        card = pages.the(pages.page(client, f"{address}&lang=en"), cls="call")
        told = ask(snapshot, name, city, period, children=True)
        falling = name == "rework"
        short = {}
        for part in (*told["below"], {"place": "", **told["unplaced"]}):
            lacking = target * part["denominator"] - part["numerator"]
            short[part["place"]] = -lacking if falling else lacking
        ordered = sorted(
            ((code, need) for code, need in short.items() if need > 0), key=lambda one: -one[1]
        )
        lines = pages.every(card, tag="Li")
        assert len(lines) == min(6, len(ordered))
        assert ordered
        done = 0
        for number_, (line, (code, need)) in enumerate(zip(lines, ordered, strict=False), 1):
            assert short[line["props"]["data-call"]] == need
            needed = -(-need // 1)
            said = pages.text(pages.the(line, tag="Strong"))
            assert said.split()[0] == str(needed), (name, code)
            done += -needed if falling else needed
            reached = [pages.text(each) for each in pages.every(line, cls="reach")]
            if number_ <= 3:
                value = float((told["numerator"] + done) / told["denominator"])
                assert reached == [f"then {value:.2%} in all"]
            else:
                assert reached == []
        whole = target * told["denominator"] - told["numerator"]
        whole = -whole if falling else whole
        assert sum(short.values()) == whole
        note = pages.text(pages.the(card, cls="card-note"))
        assert (f" {-(-whole // 1)} case" in note) == (whole > 0), note


def test_the_places_to_call_are_links_that_keep_the_state(client: FlaskClient) -> None:
    tree = pages.page(client, "/place/3301?period=year&metric=on_time_closure&compare=year")
    links = [a["props"]["href"] for a in pages.every(pages.the(tree, cls="call"), tag="A")]
    assert links
    for link in links:
        path, _, query = link.partition("?")
        assert re.fullmatch(r"/place/3301\d\d", path)
        assert query == "period=year&compare=year&metric=on_time_closure"


def test_a_count_says_who_holds_most_of_it(client: FlaskClient, snapshot: Snapshot) -> None:
    tree = pages.page(client, "/place/3301?metric=open_cases&lang=en")
    told = ask(
        snapshot, "open_cases", snapshot.tree.root, Period(None, day_of(snapshot)), children=True
    )
    held = sorted((each["numerator"] for each in told["below"]), reverse=True)
    shares = [pages.text(pages.the(line, tag="Strong")) for line in pages.every(tree, tag="Li")
              if "data-call" in line["props"]]  # fmt: skip
    assert shares == [f"{each / told['numerator']:.2%} of all" for each in held[:6]]


def test_the_finest_place_has_nobody_to_call(client: FlaskClient, snapshot: Snapshot) -> None:
    grid = next(place for place in snapshot.tree.places if place.rung == 4)
    assert not pages.every(pages.page(client, f"/place/{grid.code}"), cls="call")


# ── Words ────────────────────────────────────────────────────────────────────────────────────────

NONSENSE = re.compile(
    r"None|nan|inf|\{|\}|–|，，|。。|、。|，。|, ?,|\.\.|\s\s|^[，。,.]|\(\)|（）"
)


def said(tree: pages.Node) -> str:
    return pages.text(pages.the(tree, cls="gist-words"))


def test_the_sentence_is_never_nonsense(client: FlaskClient, snapshot: Snapshot) -> None:
    seen, few = set(), 0
    for state in overviews(snapshot, 20, seed=11):
        for subject in ("", "cases"):
            tree = pages.page(client, replace(state, subject=subject).href())
            sentence = said(tree)
            seen.add(sentence)
            assert not NONSENSE.search(sentence), sentence
            if re.search("不作评价|too few to be judged", sentence):
                few += 1
                for card in pages.every(tree, cls="call"):
                    note = pages.text(pages.the(card, cls="card-note"))
                    assert not re.search("达到|has reached", note), (sentence, note)
            assert sentence.endswith("。" if state.language == "zh" else "."), sentence
            if state.language == "en":
                plain = sentence
                for place in snapshot.tree.places:
                    plain = plain.replace(place.name, "") if place.name in plain else plain
                assert plain.isascii(), sentence
    assert len(seen) > 20
    assert few


def test_the_sentence_says_what_the_tiles_say(client: FlaskClient, snapshot: Snapshot) -> None:
    tree = pages.page(client, "/place/3301?subject=cases&metric=on_time_closure&period=year")
    sentence = said(tree)
    verdicts = [pages.text(each).split()[1] for each in pages.every(tree, cls="verdict")]
    judged, reached = [v for v in verdicts if v in ("达标", "未达标")], verdicts.count("达标")
    assert f"{len(judged)} 项有目标的指标，{reached} 项达标" in sentence
    tile = pages.the(tree, data_metric="on_time_closure")
    assert f"按期结案率 {pages.text(pages.the(tile, cls='number'))}" in sentence
    first = pages.text(pages.every(pages.the(tree, cls="call"), tag="A")[0])
    assert first in sentence


def test_where_nothing_was_counted_the_page_says_so_and_nothing_else(client: FlaskClient) -> None:
    for subject in ("", "&subject=cases"):
        address = f"/place/3301?since=1990-01-01&until=1990-01-31{subject}"
        assert said(pages.page(client, address)) == "本处本期没有可计的数。"
        english = pages.page(client, f"{address}&lang=en")
        assert said(english) == "Nothing was counted here in this period."


# ── What is shown ────────────────────────────────────────────────────────────────────────────────


def test_the_overview_shows_headlines_and_a_subject_all(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    def names(address: str) -> set[str]:
        tiles = pages.every(pages.page(client, address), cls="tile")
        return {tile["props"]["data-metric"] for tile in tiles}

    on_top = {one.metric.name for each in subjects(snapshot) for one in headlines(snapshot, each)}
    assert names("/place/3301") == on_top
    assert names("/place/3301?metric=handling_hours") == {*on_top, "handling_hours"}
    of_cases = {n for n, one in snapshot.counted.items() if one.metric.subject == "cases"}
    assert names("/place/3301?subject=cases") == of_cases


def test_an_unknown_subject_is_told_and_leads_to_the_overview(client: FlaskClient) -> None:
    tree = pages.page(client, "/place/3301?subject=weather&period=year")
    assert "subject" in pages.text(pages.the(tree, cls="notice"))
    plain = pages.page(client, "/place/3301?period=year")
    assert [pages.text(t) for t in pages.every(tree, cls="tile")] == [
        pages.text(t) for t in pages.every(plain, cls="tile")
    ]


def test_a_definition_tells_of_the_time_before_the_peers_and_what_is_left_out(
    client: FlaskClient,
) -> None:
    tree = pages.page(client, "/place/330110?metric=on_time_closure&compare=year")
    tile = pages.the(tree, data_metric="on_time_closure")
    told = pages.text(pages.the(tile, cls="definition"))
    for words in (
        "同比：2025年10月2日 至 2025年10月31日 为",
        "同类排名 第",
        "留白",
        "demo，最近收到",
    ):
        assert words in told, told


def test_a_chosen_tile_chooses_for_table_trend_and_call(client: FlaskClient) -> None:
    tree = pages.page(client, "/place/3301?metric=satisfaction")
    for card in ("trend", "below", "call"):
        assert "满意率" in pages.text(pages.the(tree, cls=card))
    assert pages.the(tree, cls="chosen", tag="Article")["props"]["data-metric"] == "satisfaction"


WARNINGS = """number,place,topic,colour,raised_at,sign_due_at,signed_at,cleared_at
w1,town/n/e,电诈,red,2026-03-01 09:00,2026-03-01 09:30,2026-03-01 09:10,
w2,town/n/o,火灾,orange,2026-03-02 09:00,2026-03-02 11:00,2026-03-02 12:00,
w3,town/n/o,火灾,orange,2026-03-03 09:00,2026-03-03 11:00,2026-03-03 10:00,2026-03-04 10:00
"""
COLOURS = "".join(
    f"""
[warnings_open_{colour}]
title = "{colour}"
numerator = "colour = '{colour}'"
enters = "raised_at"
leaves = "cleared_at"
better = "down"
meaning = "…"
"""
    for colour in ("red", "orange", "yellow", "blue")
)
SIGNED = """
[signed_on_time]
title = "签收及时率"
numerator = "signed_at <= sign_due_at"
denominator = "true"
clock = "sign_due_at"
unit = "percent"
better = "up"
target = 0.95
headline = true
meaning = "…"

[dull]
title = "不在总览"
numerator = "true"
clock = "raised_at"
meaning = "…"
"""


@pytest.fixture
def mixed(tmp_path: Path) -> Settings:
    """The town, whose cases end in January, with warnings of March."""
    folder = tmp_path / "queries"
    for subject in ("cases", "warnings", "sources"):
        (folder / subject).mkdir(parents=True)
    shipped = (Settings.shipped / "cases" / "metrics.toml").read_text("utf-8")
    (folder / "cases" / "metrics.toml").write_text(shipped, "utf-8")
    (folder / "warnings" / "metrics.toml").write_text(SIGNED + COLOURS, "utf-8")
    settings = replace(towns.found(tmp_path), shipped=folder)
    with Record(settings) as record:
        towns.send(record, "cases.csv", towns.CASES)
        towns.send(record, "warnings.csv", WARNINGS, "warnings")
        towns.publish(record)
    return settings


def test_each_group_says_until_when_its_data_speak(mixed: Settings) -> None:
    client = signed.client(mixed)
    tree = pages.page(client, "/place/town?lang=zh")
    titles = [pages.text(title) for title in pages.every(tree, cls="group-title")]
    assert titles == ["事件闭环", "五色预警 数据截至 2026年3月4日"]
    # The period ends with the cases: no warning was raised yet.
    assert "没有可计的数" in pages.text(pages.the(tree, cls="group-warnings"))
    assert not pages.every(tree, cls="burning")
    mine = pages.page(client, "/place/town?subject=warnings")
    assert "2026年3月4日" in pages.text(pages.the(mine, cls="span"))
    tile = pages.the(mine, data_metric="signed_on_time")
    assert pages.text(pages.the(tile, cls="tile-parts")) == "2 / 3"


def test_open_warnings_are_told_by_colour_shape_word_and_number(mixed: Settings) -> None:
    client = signed.client(mixed)
    tree = pages.page(client, "/place/town?since=2026-03-01&until=2026-03-31")
    chips = pages.every(pages.the(tree, cls="burning"), tag="A")
    assert [pages.text(chip).split() for chip in chips] == [
        ["▲", "红", "1"],
        ["◆", "橙", "1"],
        ["●", "黄", "0"],
        ["■", "蓝", "0"],
    ]
    assert "subject=warnings" in chips[0]["props"]["href"]
    assert said(tree).endswith("未销号预警 2 条，其中红 1、橙 1。")
    day_before = pages.page(client, "/place/town?since=2026-03-01&until=2026-03-01&lang=en")
    assert said(day_before).endswith("1 warning open, of them 1 red.")
    south = pages.page(client, "/place/town/s?since=2026-03-01&until=2026-03-31")
    assert not pages.every(south, cls="burning")


def test_only_subjects_that_the_city_has_anything_of_are_on_the_overview(town: Settings) -> None:
    tree = pages.page(signed.client(town), "/place/town")
    assert [node["props"]["className"] for node in pages.every(tree, cls="group")] == [
        "group group-cases"
    ]


def test_a_page_asks_each_fact_twice_and_once_more_for_the_time_before(mixed: Settings) -> None:
    with Snapshots(mixed.snapshots).current() as snapshot:
        state = State("town/n", metric="closure")
        one = Asked(
            snapshot, Cache(), state, asked.cleared(snapshot, snapshot.tree.place("town/n"))
        )
        gather(one)  # the tree and what is never ranked are read once for a snapshot
        queries: list[str] = []

        def watched(sql: str, values: object = None) -> list[tuple[Any, ...]]:
            queries.append(sql)
            return Snapshot.rows(snapshot, sql, values)

        snapshot.rows = watched  # type: ignore[method-assign]
        gather(Asked(snapshot, Cache(), state, one.seen))
        assert len(queries) <= 2 * 2 + 1, queries


# ── Lines the size of a word ─────────────────────────────────────────────────────────────────────


def drawn(values: list[float | None]) -> list[str]:
    """The joined stretches of an image."""
    source = unquote(spark.image(values)).removeprefix("data:image/svg+xml,")
    path = ElementTree.fromstring(source)[0].attrib["d"]
    return [stretch for stretch in path.split("M") if stretch]


def test_a_spark_joins_what_is_known_and_leaves_gaps() -> None:
    assert len(drawn([1.0, 2.0, 3.0])) == 1
    assert [stretch.count("L") for stretch in drawn([1.0, 2.0, None, 3.0, None, 1.0, 2.0])] == [
        1,
        0,
        1,
    ]
    assert len(drawn([5.0, 5.0])) == 1


@pytest.mark.parametrize("values", [[], [1.0], [None, None], [None, 2.0, None]])
def test_one_value_is_no_line(values: list[float | None]) -> None:
    assert spark.image(values) == ""


def test_the_highest_is_on_top_and_the_latest_has_the_dot() -> None:
    (line,) = drawn([0.0, 1.0])
    heights = [int(spot.split()[1]) for spot in line.replace("h0", "").split("L")]
    assert heights == [spark.HEIGHT - spark.EDGE, spark.EDGE]
    source = unquote(spark.image([0.0, 1.0])).removeprefix("data:image/svg+xml,")
    dot = ElementTree.fromstring(source)[1]
    assert (dot.attrib["cx"], dot.attrib["cy"]) == (str(spark.WIDTH - spark.EDGE), str(spark.EDGE))


# ── What is looked at where nothing is chosen ────────────────────────────────────────────────────


def test_a_metric_that_has_nothing_to_say_here_is_not_the_one_looked_at(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    told = 0
    for place in random.Random(2).sample([p for p in snapshot.tree.places if p.rung == 4], 12):
        state = State(place.code, period="today")
        view = gather(Asked(snapshot, Cache(), state, asked.cleared(snapshot, place)))
        blank = view.here[view.metric.name].value is None
        assert blank == all(view.here[one.metric.name].value is None for one in view.metrics)
        told += view.metric.name != "closure"
        tree = pages.page(client, state.href())
        assert pages.the(tree, cls="chosen")["props"]["data-metric"] == view.metric.name
    assert told > 3


def test_a_single_day_has_a_spark_of_the_week_that_ends_with_it(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    city, day = snapshot.tree.root, date(2026, 10, 20)
    week = Period(date(2026, 10, 14), day)
    tree = pages.page(client, f"/place/{city.code}?since={day}&until={day}&lang=en")
    for name in ("reported", "open_cases"):
        told = ask(snapshot, name, city, week, step="day")["by"]
        least, most = (f"{pick(each['value'] for each in told):,.0f}" for pick in (min, max))
        (drawn,) = pages.every(pages.the(tree, data_metric=name), cls="spark")
        assert drawn["props"]["src"] == spark.image([each["value"] for each in told])
        assert "14 Oct 2026" in drawn["props"]["alt"]
        assert least in drawn["props"]["alt"]
        assert most in drawn["props"]["alt"]
