"""Maps: every child is on them with its own number, in an ordered class, and nobody else's is."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.judgement import verdict
from cockpit.model.metric import Metric, Tally
from cockpit.model.shape import Shape
from cockpit.record.store import Record
from cockpit.settings import Settings
from cockpit.web import map, shapes
from cockpit.web.shades import Scale, scale
from cockpit.web.subject import day_of, metrics
from cockpit.web.urls import LANGUAGES, State
from cockpit.web.words import Words
from tests import pages, signed
from tests import town as towns
from tests.asked import ask
from tests.test_boundaries import NORTH, collection, feature, into
from tests.test_cells import rings_around


@pytest.fixture(scope="module")
def client(demo: Settings) -> FlaskClient:
    return signed.client(demo, use_cookies=False)


@pytest.fixture(scope="module")
def snapshot(demo: Settings) -> Iterator[Snapshot]:
    with Snapshots(demo.snapshots).current() as opened:
        yield opened


ROOMS = ("words", "brief", "mark")
"""What there may be room for, the most first."""


def drawn(tree: pages.Node) -> pages.Node:
    """The card of the map."""
    return pages.the(tree, cls="map")


def links(tree: pages.Node) -> dict[str, pages.Node]:
    """The links over the shapes, by place."""
    found = pages.every(pages.the(drawn(tree), cls="cells"), tag="A")
    return {urlsplit(a["props"]["href"]).path.removeprefix("/place/"): a["props"] for a in found}


def traces(tree: pages.Node) -> dict[str, Any]:
    """The shapes, by what style sheet and script know them by."""
    figure = pages.the(drawn(tree), tag="Graph")["props"]["figure"]
    return {trace["uid"]: trace for trace in figure["data"]}


# ── What is on it ────────────────────────────────────────────────────────────────────────────────


def test_every_child_is_on_the_map_with_the_number_of_ask(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    dice = random.Random(5)
    names = [one.metric.name for one in metrics(snapshot, "cases")]
    for number in range(12):
        places = [p for p in snapshot.tree.places if p.rung == number % 4]
        since = day_of(snapshot) - timedelta(days=dice.randrange(400))
        state = State(
            dice.choice(places).code,
            period="" if number % 2 else "all",
            since=since if number % 2 else None,
            metric=dice.choice(names),
            language=LANGUAGES[number % 2],
        )
        tree, words = pages.page(client, state.href()), Words(state.language)
        place, period = snapshot.tree.place(state.place), state.over(day_of(snapshot))
        told = ask(snapshot, state.metric, place, period, children=True)
        found, known = links(tree), traces(tree)
        assert set(found) == {child["place"] for child in told["below"]}
        assert {each["data-cell"] for each in found.values()} == set(known)
        metric = snapshot.metric(state.metric).metric
        for child in told["below"]:
            counted = Tally(
                child["numerator"], child["denominator"], child["answered"], child["left_open"]
            )
            said = found[child["place"]]["aria-label"]
            assert child["name"] in said
            assert map.numbers.value(metric, counted) in said
            if metric.denominator:
                assert (map.numbers.parts(counted) in said) == (counted.value is not None)
                left = words("left_open", n=f"{counted.left_open:,}")
                assert (left in said) == bool(counted.left_open)
            hover = known[found[child["place"]]["data-cell"]]["text"]
            assert all(line in said for line in hover.split("<br>"))
        if told["unplaced"]["answered"]:
            left = pages.text(pages.the(drawn(tree), cls="left-out"))
            assert ("未落格" if state.language == "zh" else "Unplaced") in left


def test_all_five_levels_have_a_map(client: FlaskClient, snapshot: Snapshot) -> None:
    grid = snapshot.tree.places[-1]
    for place in snapshot.tree.path(grid):
        tree = pages.page(client, f"/place/{place.code}")
        around = place if place is not grid else snapshot.tree.place(place.parent or "")
        assert set(links(tree)) == {child.code for child in snapshot.tree.below(around)}
        assert pages.text(pages.the(drawn(tree), cls="tag")) == "示意图"
        here = [each for each in links(tree).values() if each.get("aria-current")]
        assert len(here) == (place is grid)


def test_a_leaf_is_outlined_among_its_siblings_last_and_on_top(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    grid = snapshot.tree.places[-2]
    tree = pages.page(client, f"/place/{grid.code}?period=all")
    uids = list(traces(tree))
    assert [uid.endswith("-here") for uid in uids] == [False] * (len(uids) - 1) + [True]
    assert links(tree)[grid.code]["data-cell"] == uids[-1]


def test_the_map_ends_where_the_viewers_city_ends(demo: Settings, snapshot: Snapshot) -> None:
    grid = snapshot.tree.places[-1]
    path = snapshot.tree.path(grid)
    alone = signed.client(demo, root=grid.code)
    assert set(links(pages.page(alone, f"/place/{grid.code}"))) == {grid.code}
    beside = signed.client(demo, root=path[-2].code)
    siblings = {place.code for place in snapshot.tree.below(path[-2])}
    assert set(links(pages.page(beside, f"/place/{grid.code}"))) == siblings
    upper = signed.client(demo, root=path[1].code)
    for place in path[1:]:
        for code in links(pages.page(upper, f"/place/{place.code}")):
            assert path[1].lo <= snapshot.tree.place(code).lo <= path[1].hi


def test_links_keep_the_state_and_the_table_says_the_same(client: FlaskClient) -> None:
    tree = pages.page(client, "/place/330109?period=quarter&metric=reported&lang=en")
    found = links(tree)
    kept = "?period=quarter&metric=reported&lang=en"
    assert {each["href"] for each in found.values()} == {f"/place/{c}{kept}" for c in found}
    twin = pages.the(drawn(tree), cls="twin")
    assert {a["props"]["href"] for a in pages.every(twin, tag="A")} == {
        each["href"] for each in found.values()
    }


def test_nothing_counted_is_blank_on_the_map(client: FlaskClient) -> None:
    tree = pages.page(client, "/place/3301?since=2031-01-01&until=2031-01-31&metric=closure")
    assert all(uid.startswith("blank") for uid in traces(tree))
    assert all("–" in each["aria-label"] for each in links(tree).values())
    assert pages.text(pages.the(drawn(tree), cls="legend")).endswith("– 没有可计的数 13 处")


def test_pseudo_units_are_hatched_and_in_no_class(client: FlaskClient, snapshot: Snapshot) -> None:
    tree = pages.page(client, "/place/330109?period=all&metric=reported")
    hatched = {uid for uid, trace in traces(tree).items() if "fillpattern" in trace}
    pseudo = {code for code, each in links(tree).items() if each["data-cell"] in hatched}
    assert pseudo == snapshot.unranked & set(links(tree))
    assert len(pseudo) == 5


def test_a_figure_is_small_whole_numbers_and_has_no_colours(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    """The city's map, and that of the place with the most children."""
    most = max(snapshot.tree.places, key=lambda place: len(snapshot.tree.below(place)))
    for code in ("3301", most.code):
        card = drawn(pages.page(client, f"/place/{code}?period=all"))
        assert len(gzip.compress(orjson.dumps(card))) < 15_000
        figure = pages.the(card, tag="Graph")["props"]["figure"]
        for trace in figure["data"]:
            assert all(isinstance(number, int) for number in trace["x"] + trace["y"])
        written = json.dumps(figure)
        assert not re.search(r'#[0-9a-f]{3}|rgb\(|"(fill|line)?color"', written)


def test_words_lie_on_their_shape_where_there_is_room_for_them(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    for code in ("3301", "330109", "330106109", "330106109002"):
        tree = pages.page(client, f"/place/{code}?period=all&metric=on_time_closure")
        figure = pages.the(drawn(tree), tag="Graph")["props"]["figure"]
        width, height = (figure["layout"][axis]["range"][1] for axis in ("xaxis", "yaxis"))
        shown = traces(tree)
        for item in pages.every(pages.the(drawn(tree), cls="cells"), tag="Li"):
            style, link = item["props"]["style"], pages.the(item, tag="A")
            trace = shown[link["props"]["data-cell"]]
            shape: Shape = (tuple(zip(trace["x"][:-1], trace["y"][:-1], strict=True)),)
            x = float(style["left"].removesuffix("%")) * width / 100
            y = (100 - float(style["top"].removesuffix("%"))) * height / 100
            needs = [shapes.COMMON / float(style[f"--{name}"]) for name in ROOMS]
            assert needs == sorted(needs, reverse=True)
            for name, need in zip(ROOMS, needs, strict=True):
                lines = pages.text(pages.the(link, cls=f"cell-{name}")).split("\n")
                pixel = width / need
                high = shapes.LINE * len(lines) * pixel
                wide = max(len(re.findall("[\u4e00-\u9fff]", line)) for line in lines) * 12 * pixel
                for across in (-0.48, 0, 0.48):
                    for upward in (-0.48, 0, 0.48):
                        spot = (x + across * wide, y + upward * high)
                        assert rings_around(spot, shape) == 1, (code, lines)


# ── Classes ──────────────────────────────────────────────────────────────────────────────────────

CHINESE = Words("zh")
COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=30)


def rate(better: Any = "up", target: float | None = 0.95, unit: Any = "percent") -> Metric:
    return Metric(
        "a", "true", "b", denominator="true", better=better, target=target, least=5, unit=unit
    )


def named(scaled: Scale, part: float, whole: int = 1000) -> str:
    return scaled.shade(Tally(round(part * whole), whole, whole), False).name


@pytest.mark.parametrize(
    ("metric", "values"),
    [
        (rate(), {"reached": 0.95, "near": 0.925, "short": 0.85, "far": 0.849}),
        (rate(target=1.0), {"reached": 1.0, "near": 0.975, "short": 0.9, "far": 0.899}),
        (rate("down", 0.02), {"reached": 0.02, "near": 0.03, "short": 0.06, "far": 0.061}),
        (rate("down", 20.0, "hours"), {"reached": 20, "near": 22, "short": 28, "far": 28.1}),
    ],
)
def test_classes_by_target_end_where_the_legend_says(
    metric: Metric, values: dict[str, float]
) -> None:
    scaled = scale(CHINESE, metric, [])
    assert [shade.name for shade in scaled.ordered] == list(values)
    for name, value in values.items():
        assert named(scaled, value) == name
    spans = [shade.span for shade in scaled.ordered]
    for before, after in pairwise(spans[1:]):
        assert before.split(" – ")[1] == after.split()[-1 if after.startswith(("<", ">")) else 0]


@given(st.integers(0, 1000), st.integers(0, 1000), st.sampled_from(["up", "down"]))
def test_a_better_value_is_in_no_worse_class(one: int, other: int, better: str) -> None:
    metric = rate(better, 0.9 if better == "up" else 0.1)
    scaled = scale(CHINESE, metric, [])
    order = [shade.name for shade in scaled.ordered]
    good, bad = (max, min) if better == "up" else (min, max)
    first, last = (order.index(named(scaled, pick(one, other) / 1000)) for pick in (good, bad))
    assert first <= last
    reached = verdict(metric, Tally(one, 1000, 1000)) == "reached"
    assert (named(scaled, one / 1000) == "reached") == reached


@given(COUNTS)
def test_classes_of_counts_are_even_ordered_and_fair(counts: list[int]) -> None:
    metric = Metric("a", "true", "b")
    tallies = [(Tally(count, None, 1), False) for count in counts]
    scaled = scale(CHINESE, metric, tallies)
    order = [shade.name for shade in scaled.ordered]
    assert 1 <= len(order) <= min(5, len(set(counts)))
    assert order == sorted(order)
    classes = [order.index(scaled.shade(counted, False).name) for counted, _ in tallies]
    for count, at in zip(counts, classes, strict=True):
        for other, there in zip(counts, classes, strict=True):
            assert count != other or at == there
            assert count >= other or at <= there
    assert set(classes) == set(range(len(order)))
    for at, shade in enumerate(scaled.ordered):
        mine = [count for count, there in zip(counts, classes, strict=True) if there == at]
        first, _, last = shade.span.partition(" – ")
        assert (int(first), int(last or first)) == (min(mine), max(mine))


def test_what_cannot_be_judged_is_outside_the_order() -> None:
    for metric in (rate(), rate(target=None)):
        scaled = scale(CHINESE, metric, [(Tally(1, 10, 10), False), (Tally(9, 10, 10), False)])
        assert scaled.shade(Tally(0, 0, 0), False).name == "blank"
        assert scaled.shade(Tally(4, 4, 4), False).name == "few"
        assert scaled.shade(Tally(9, 10, 10), True).name == "pseudo"
        assert scaled.shade(Tally(0, 0, 0), True).name == "pseudo"
        marks = [shade.mark for shade in (*scaled.ordered, *scaled.outside.values())]
        assert len(set(marks)) == len(marks)
        assert all(marks)


def test_the_style_sheet_paints_every_class_and_not_as_warnings() -> None:
    css = (Settings().shipped.parent / "assets" / "cockpit.css").read_text("utf-8")
    names = [shade.name for shade in scale(CHINESE, rate(), []).ordered]
    names += [f"step{number}" for number in range(1, 6)]
    for name in names:
        assert f".on-{name} " in css
        assert f'[class*=" trace{name}"]' in css


# ── Boundaries ───────────────────────────────────────────────────────────────────────────────────


def test_a_city_with_boundaries_has_its_real_shapes(tmp_path: Any) -> None:
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        towns.send(record, "cases.csv", towns.CASES)
        island = [[lon + 0.5, lat] for lon, lat in NORTH]
        into(
            settings,
            collection(feature("town/n", NORTH, island, kind="MultiPolygon")),
            datum="gcj02",
        )
        towns.publish(record)
    client = signed.client(settings)
    tree = pages.page(client, "/place/town?period=all")
    assert set(links(tree)) == {"town/n"}
    (trace,) = traces(tree).values()
    assert trace["x"].count(None) == 1
    card = drawn(tree)
    assert not pages.every(card, cls="tag")
    assert "GCJ-02" in pages.text(pages.the(card, cls="card-note"))
    left = pages.the(card, cls="left-out")
    assert [a["props"]["href"] for a in pages.every(left, tag="A")] == ["/place/town/s?period=all"]
    below = drawn(pages.page(client, "/place/town/n?period=all"))
    assert pages.text(pages.the(below, cls="tag")) == "示意图"
    assert "free" not in pages.the(below, cls="ground")["props"]["className"]
