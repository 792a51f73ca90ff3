"""Pictures of panels: every kind drawn from anything, true to its rows, in Plotly's own schema."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go
import pytest

from cockpit.settings import PROJECT
from cockpit.web import charts, shapes
from cockpit.web.charts import script
from cockpit.web.charts.along import MOST_BARS
from cockpit.web.charts.along import MOST_STEPS as MOST_STEPS_ALONG
from cockpit.web.charts.drawing import (
    MOST_SERIES,
    TONES,
    Measure,
    Rows,
    legend_lines,
    short,
    span_of,
)
from cockpit.web.charts.parts import MOST_LEAVES, MOST_LINKS, MOST_STEPS
from cockpit.web.charts.spread import MOST_ALONG, MOST_DOWN, MOST_POINTS

LONG = "中华人民共和国浙江省杭州市西湖区翠苑街道翠苑一区社区居民委员会第三网格"
SERIES = ("heatmap", "sankey", "scatter")
NUMBERS = ("scatter", "distribution")


def show(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def rows(kind: str, many: int, names: str = "n{}", blanks: bool = False) -> Rows:
    """So many rows for a kind of picture; every third value a blank if wanted."""
    along: tuple[Any, ...] = tuple(names.format(number) for number in range(many))
    if kind in NUMBERS:
        along = tuple(float(number) for number in range(many))
    values = tuple(
        None if blanks and number % 3 == 0 else float(number % 17 + 1) for number in range(many)
    )
    return Rows(
        x=(along, along) if kind == "treemap" else (along,),
        y=(Measure("measure", values),),
        series=tuple(f"s{number % 5}" for number in range(many)) if kind in SERIES else (),
        marks=(("P50", 3.0), ("P90", 9.0)) if kind == "distribution" and many else (),
        kind="number" if kind in NUMBERS else "text",
        show=show,
        other="others",
    )


def numbers(node: Any) -> Iterator[float]:
    """Every number in a figure."""
    if isinstance(node, dict):
        for value in node.values():
            yield from numbers(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from numbers(value)
    elif isinstance(node, float | int) and not isinstance(node, bool):
        yield float(node)


SIZES = {
    "rows": lambda kind: rows(kind, 12),
    "one row": lambda kind: rows(kind, 1),
    "no rows": lambda kind: rows(kind, 0),
    "blanks": lambda kind: rows(kind, 12, blanks=True),
    "blanks alone": lambda kind: replace(
        rows(kind, 3), y=(Measure("measure", (None, None, None)),)
    ),
    "10,000 rows": lambda kind: rows(kind, 10_000),
    "long names": lambda kind: rows(kind, 12, LONG + " {} <b>&</b>"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", charts.KINDS)
def test_every_kind_is_drawn_from_anything(kind: str, size: str) -> None:
    drawing = charts.KINDS[kind](SIZES[size](kind))
    figure = json.loads(json.dumps(drawing.figure, allow_nan=False))
    go.Figure(figure)  # raises for what Plotly does not know
    assert all(math.isfinite(number) for number in numbers(figure))
    assert 5 <= drawing.height <= 45
    assert len(json.dumps(figure)) < 400_000
    if size != "10,000 rows":
        assert drawing.left_out == 0
    if size == "long names":
        said = json.dumps(figure, ensure_ascii=False)
        assert "<b>" not in said
        assert kind in (*NUMBERS, "scatter") or LONG in said


SMALL = {
    *("bar", "box", "contour", "heatmap", "histogram", "histogram2d", "histogram2dcontour"),
    *("image", "pie", "scatter", "scatterternary", "violin"),
}
"""What the small one of Plotly's scripts draws; tests/browser/test_panels.py asks it."""


def whole() -> set[str]:
    """What pages have drawn by the whole one."""
    told = (PROJECT / "assets" / "draw.js").read_text("utf-8")
    (named,) = re.findall(r"const WHOLE = (\[.*\]);", told)
    return set(json.loads(named))


def test_every_picture_is_drawn_by_one_of_plotlys_scripts() -> None:
    drawn = [make(size(kind)) for kind, make in charts.KINDS.items() for size in SIZES.values()]
    points, axes = [charts.Point("2026-01-01", 1.0, "one")], charts.Axes("%m", ",", target=1.0)
    figures = [
        *(drawing.figure for drawing in drawn),
        charts.line(points, axes, points),
        charts.bars(points, axes, points),
        {"data": [shapes.trace((((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)),), "a", "1", "a")]},
    ]
    needed = {trace["type"] for figure in figures for trace in figure["data"]} - SMALL
    assert needed == whole()


def test_the_small_script_is_of_the_same_plotly_as_the_whole_one() -> None:
    package = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    found = []
    for path in (script.SMALL, package):
        with path.open(encoding="utf-8") as opened:
            found += re.findall(r"plotly\.js .*\bv([\d.]+)$", opened.read(200), re.MULTILINE)
    assert len(found) == 2
    assert found[0] == found[1]
    assert (
        hashlib.sha256(script.SMALL.read_bytes()).hexdigest()
        == "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"
    )


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("bars", 10_000 - MOST_BARS + 1),
        ("stacked", 10_000 - MOST_BARS + 1),
        ("heatmap", 10_000 - MOST_ALONG),
        ("treemap", 10_000 - MOST_LEAVES),
        ("funnel", 10_000 - MOST_STEPS),
        ("scatter", 10_000 - MOST_POINTS),
        ("sankey", 10_000 - MOST_LINKS),
        ("distribution", 0),
        ("line", 10_000 - MOST_STEPS_ALONG),
        ("area", 10_000 - MOST_STEPS_ALONG),
    ],
)
def test_how_many_are_left_out_is_told(kind: str, left: int) -> None:
    assert charts.KINDS[kind](rows(kind, 10_000)).left_out == left
    assert MOST_DOWN >= 5


@pytest.mark.parametrize("kind", ["bars", "stacked", "treemap"])
def test_the_rest_of_counts_is_summed_and_of_rates_left(kind: str) -> None:
    many = rows(kind, 500)
    total = sum(many.y[0].values)  # type: ignore[arg-type]
    (trace,) = charts.KINDS[kind](many).figure["data"]
    if kind == "treemap":
        assert trace["values"][0] == total
        assert trace["labels"].count("others") == 1
        return
    assert sum(trace["x"]) == total
    assert len(trace["x"]) == MOST_BARS
    rates = replace(many, counts=False)
    (trace,) = charts.KINDS[kind](rates).figure["data"]
    assert trace["x"] == list(many.y[0].values[:MOST_BARS])


def test_the_largest_bars_stay_in_their_order() -> None:
    values = [float(number) for number in range(50)]
    values[3] = 1000.0
    many = replace(rows("bars", 50), y=(Measure("m", tuple(values)),))
    (trace,) = charts.KINDS["bars"](many).figure["data"]
    assert trace["x"][:2] == [1000.0, 32.0]
    assert trace["x"][-1] == sum(range(32)) - 3


def test_a_blank_is_a_gap_in_a_line_and_no_bar() -> None:
    for kind in ("line", "area", "bars"):
        (trace,) = charts.KINDS[kind](rows(kind, 6, blanks=True)).figure["data"]
        values = trace["x"] if kind == "bars" else trace["y"]
        assert [value is None for value in values] == [True, False, False] * 2
        assert not trace.get("connectgaps")
    (heat,) = charts.KINDS["heatmap"](rows("heatmap", 6, blanks=True)).figure["data"]
    assert sum(value is not None for line in heat["z"] for value in line) == 4


def test_days_of_which_nothing_is_known_are_gaps() -> None:
    days = ("2026-01-01", "2026-01-02", "2026-01-05")
    told = Rows(x=(days,), y=(Measure("m", (1.0, 2.0, 3.0)),), kind="time", show=show)
    (trace,) = charts.KINDS["line"](told).figure["data"]
    assert trace["x"] == [f"2026-01-0{day}" for day in range(1, 6)]
    assert trace["y"] == [1.0, 2.0, None, None, 3.0]
    assert span_of(["2026-01-01", "2026-03-01"]) == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert span_of(["2026-01-05", "2026-01-19"]) == ["2026-01-05", "2026-01-12", "2026-01-19"]
    assert span_of(["2026-01-05"]) == ["2026-01-05"]
    assert span_of([]) == []
    assert span_of(["1900-01-02", "2026-01-01"]) == ["1900-01-02", "2026-01-01"]


def test_series_are_measures_and_add_up() -> None:
    told = Rows(
        x=(("a", "a", "b", "b"),),
        y=(Measure("m", (1.0, 2.0, 3.0, None)),),
        series=("red", "x", "x", "x"),
        tones={"red": "red"},
        show=show,
    )
    first, second = charts.KINDS["stacked"](told).figure["data"]
    assert (first["name"], first["x"], first["marker"]["color"]) == ("red", [1, None], TONES["red"])
    assert (second["name"], second["x"]) == ("x", [2, 3])


def test_more_series_than_can_be_told_apart_are_summed() -> None:
    many = 30
    told = replace(
        rows("line", many),
        x=(("a",) * many,),
        series=tuple(f"s{number}" for number in range(many)),
    )
    drawing = charts.KINDS["line"](told)
    assert len(drawing.figure["data"]) == MOST_SERIES
    assert drawing.figure["data"][-1]["name"] == "others"
    assert drawing.left_out == many - MOST_SERIES + 1
    assert sum(trace["y"][0] for trace in drawing.figure["data"]) == sum(told.y[0].values)  # type: ignore[arg-type]


def test_lines_are_told_apart_without_colour() -> None:
    told = replace(
        rows("line", 3), y=tuple(Measure(f"m{n}", (1.0, 2.0, 3.0)) for n in range(MOST_SERIES))
    )
    traces = charts.KINDS["line"](told).figure["data"]
    assert len({trace["marker"]["symbol"] for trace in traces}) == MOST_SERIES
    assert len({trace["marker"]["color"] for trace in traces}) == MOST_SERIES


def test_bars_begin_at_nought() -> None:
    for kind in ("bars", "stacked", "line", "area"):
        layout = charts.KINDS[kind](rows(kind, 5)).figure["layout"]
        axis = layout["xaxis"] if kind in ("bars", "stacked") else layout["yaxis"]
        assert axis["range"][0] == 0


def test_names_are_cut_by_their_width_and_told_whole() -> None:
    assert short("短名") == "短名"
    assert short(LONG) == "中华人民共和国浙江省…"
    assert short("a" * 30) == "a" * 21 + "…"
    (trace,) = charts.KINDS["bars"](rows("bars", 3, LONG + "{}")).figure["data"]
    assert LONG in trace["customdata"][0]


def test_a_funnel_says_the_share_of_the_first_step() -> None:
    told = Rows(
        x=(("a", "b", "c"),), y=(Measure("m", (200.0, None, 50.0)),), counts=True, show=show
    )
    (trace,) = charts.KINDS["funnel"](told).figure["data"]
    assert trace["text"] == ["200 · 100.0%", "–", "50 · 25.0%"]


def test_a_funnel_stands_about_its_middle_and_narrows_from_step_to_step() -> None:
    told = replace(rows("funnel", 4), y=(Measure("m", (200.0, 100.0, None, 50.0)),))
    figure = charts.KINDS["funnel"](told).figure
    (trace,) = figure["data"]
    assert trace["x"] == [200, 100, None, 50]
    assert trace["base"] == [-100, -50, 0, -25]
    assert [each["path"] for each in figure["layout"]["shapes"]] == [
        "M-100.0,0.375 L100.0,0.375 L50.0,0.625 L-50.0,0.625 Z"
    ]


def test_what_flows_goes_from_left_to_right_even_in_circles() -> None:
    told = Rows(
        x=(("a", "b"),), y=(Measure("m", (1.0, 2.0)),), series=("b", "a"), kind="text", show=show
    )
    (trace,) = charts.KINDS["sankey"](told).figure["data"]
    assert trace["node"]["label"] == ["a", "b", "b", "a"]
    assert (trace["link"]["source"], trace["link"]["target"]) == ([0, 1], [2, 3])


def test_the_style_sheet_paints_every_tone_by_day_and_by_night() -> None:
    css = (PROJECT / "assets" / "cockpit.css").read_text("utf-8")
    for tone, colour in TONES.items():
        assert f'[style*="fill: {colour}"] {{ fill: var(--tone-{tone})' in css
        assert f'[style*="stroke: {colour}"] {{ stroke: var(--tone-{tone})' in css
        assert (
            len(re.findall(rf"--tone-{tone}:", css)) == 3
        )  # light, dark by choice, dark by system


def test_the_tones_differ_for_who_sees_no_red_or_no_green() -> None:
    """Okabe and Ito's palette, by the brightness and the blue that everybody sees."""
    for theme in _themes():
        seen = [_without_red_and_green(theme[str(number)]) for number in range(1, 7)]
        for at, one in enumerate(seen):
            for other in seen[at + 1 :]:
                assert math.dist(one, other) > 18


def _themes() -> list[dict[str, tuple[int, ...]]]:
    css = (PROJECT / "assets" / "cockpit.css").read_text("utf-8")
    found = re.findall(r"--tone-(\w+): #(\w{6})", css)
    third = len(found) // 3
    return [
        {tone: tuple(bytes.fromhex(value)) for tone, value in found[start : start + third]}
        for start in (0, third)
    ]


def _without_red_and_green(colour: tuple[int, ...]) -> tuple[float, float]:
    red, green, blue = colour
    return 0.5 * red + 0.5 * green, float(blue)


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        (["按期", "超期"], 1),
        (["Closed", "Open"], 1),
        (["无条件共享", "有条件共享", "不予共享"], 3),
        (["Called within 30 days", "Called before that", "Never called"], 3),
        (["按期", "超期", "未结", "作废"], 2),
    ],
)
def test_a_legend_is_given_the_lines_it_takes_on_a_phone(names: list[str], lines: int) -> None:
    assert legend_lines([Measure(name, ()) for name in names]) == lines
