"""Pictures of how values spread: heat maps, points, distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from cockpit.web.charts.drawing import (
    MOST_SERIES,
    TONES,
    Drawing,
    Figure,
    Measure,
    Rows,
    Value,
    add,
    hover,
    layout,
    names_axis,
    numbers_axis,
    safe,
    say,
    short,
    values_axis,
)

MOST_ALONG, MOST_DOWN = 60, 30
"""Columns and rows of a heat map that can still be seen."""
TOLD = 150
"""Cells up to which each says its value."""
MOST_BINS = 200
"""Bins that can still be seen; more are put together."""
MOST_POINTS = 2_000
NAMED_POINTS = 12
"""So many points say their name, where there is room."""
HEAT = ((0.0, "rgba(40, 135, 215, 0.07)"), (1.0, "rgba(40, 135, 215, 0.85)"))
"""One hue, the more of it the more there is: it lies on the page's ground by day and by night."""


def heatmap(rows: Rows) -> Drawing:
    """A value for each x and series; what is not known is a hole."""
    along = list(dict.fromkeys(rows.x[0]))
    if rows.kind == "number":
        along.sort(key=lambda number: float(number or 0))
    down = list(dict.fromkeys(rows.series))
    cells: dict[tuple[Value, str], float | None] = {}
    for x, y, value in zip(rows.x[0], rows.series, rows.y[0].values, strict=True):
        before = cells.get((x, y))
        cells[x, y] = add([before, value]) if rows.counts else value
    shown_along, shown_down = along[:MOST_ALONG], down[:MOST_DOWN]
    left = len(along) - len(shown_along) + len(down) - len(shown_down)
    values = [[cells.get((x, y)) for x in shown_along] for y in shown_down]
    says = [
        [
            f"{safe(rows.told(x))} · {safe(y)}<br>{safe(rows.y[0].name)}: {safe(rows.show(value))}"
            for x, value in zip(shown_along, line, strict=True)
        ]
        for y, line in zip(shown_down, values, strict=True)
    ]
    trace: Figure = {
        "type": "heatmap",
        "x": list(range(len(shown_along))),
        "y": list(range(len(shown_down))),
        "z": values,
        "customdata": says,
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
        "colorscale": [list(each) for each in HEAT],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    if rows.counts:
        trace["zmin"] = 0
    if 0 < len(shown_along) * len(shown_down) <= TOLD and len(shown_along) <= 14:
        trace |= {
            "text": [
                [safe(rows.show(value)) if value is not None else "" for value in line]
                for line in values
            ],
            "texttemplate": "%{text}",
        }
    step = max(1, -(-len(shown_along) // 12))
    spots = list(range(0, len(shown_along), step))
    named = names_axis(shown_along) | {
        "range": [-0.5, len(shown_along) - 0.5],
        "tickvals": spots,
        "ticktext": [short(rows.told(shown_along[spot]), 10) for spot in spots],
        "side": "top",
    }
    listed = names_axis(shown_down) | {"range": [len(shown_down) - 0.5, -0.5]}
    figure = {"data": [trace], "layout": layout(xaxis=named, yaxis=listed)}
    return Drawing(figure, max(8.0, 3.0 + 1.75 * len(shown_down)), left)


def scatter(rows: Rows) -> Drawing:
    """A point for each row, by two numbers."""
    xs, ys = rows.x[0][:MOST_POINTS], rows.y[0].values[:MOST_POINTS]
    names = rows.series[:MOST_POINTS] or ("",) * len(xs)
    says = [
        f"{safe(name) + '<br>' if name else ''}{safe(rows.x_title)}: {safe(_plain(x))}<br>"
        f"{safe(rows.y[0].name)}: {safe(rows.show(y))}"
        for x, y, name in zip(xs, ys, names, strict=True)
    ]
    trace: Figure = {
        "type": "scatter",
        "mode": "markers",
        "x": list(xs),
        "y": list(ys),
        "cliponaxis": False,
        "marker": {"size": 9, "color": TONES["1"], "opacity": 0.65},
        **hover(says),
    }
    wide, high = _reach(xs), _reach(ys)
    if rows.series:
        trace |= {
            "mode": "markers+text",
            "text": _apart(names, xs, ys, wide, high),
            "textposition": "top center",
        }
    across = numbers_axis(rows.x_title) | {"showgrid": True, "range": list(wide)}
    up = values_axis(rows, [ys]) | {"title": {"text": safe(rows.y_title)}, "range": list(high)}
    figure = {"data": [trace], "layout": layout(xaxis=across, yaxis=up)}
    return Drawing(figure, 18.0, max(0, len(rows.x[0]) - MOST_POINTS))


def _reach(values: Sequence[Value]) -> tuple[float, float]:
    """From where to where points lie, with some air: they are no lengths, so not from nought."""
    known = [float(value) for value in values if value is not None]
    if not known:
        return 0.0, 1.0
    air = (max(known) - min(known)) * 0.12 or abs(known[0]) * 0.1 or 1.0
    return min(known) - air, max(known) + air


def _apart(
    names: Sequence[str],
    xs: Sequence[Value],
    ys: Sequence[Value],
    wide: tuple[float, float],
    high: tuple[float, float],
) -> list[str]:
    """The names that can be written beside their points without lying on one another."""
    told: list[tuple[float, float]] = []
    shown = []
    for name, x, y in zip(names, xs, ys, strict=True):
        shown.append("")
        if x is None or y is None or len(told) == NAMED_POINTS:
            continue
        spot = (
            (float(x) - wide[0]) / (wide[1] - wide[0]),
            (float(y) - high[0]) / (high[1] - high[0]),
        )
        if all(abs(spot[0] - a) > 0.17 or abs(spot[1] - b) > 0.08 for a, b in told):
            told.append(spot)
            shown[-1] = short(name, 12)
    return shown


def distribution(rows: Rows) -> Drawing:
    """How many lie in each bin, from its lower edge on; the marks are lines across."""
    edges = [float(x) for x in rows.x[0] if x is not None]
    cells: dict[float, float | None] = {}
    for x, value in zip(rows.x[0], rows.y[0].values, strict=True):
        if x is not None:
            cells[float(x)] = add([cells.get(float(x)), value])
    width = min((after - before for before, after in pairwise(sorted(cells))), default=1.0)
    if len(cells) > MOST_BINS:
        cells, width = _broader(cells, width)
    shown = sorted(cells)
    measure = Measure(rows.y[0].name, tuple(cells[edge] for edge in shown))
    says = [
        say(rows, f"{_plain(edge)} – {_plain(edge + width)}", measure, value)
        for edge, value in zip(shown, measure.values, strict=True)
    ]
    up = values_axis(rows, [measure.values], 1.15 if rows.marks else 1.08)
    data: list[Figure] = [
        {
            "type": "bar",
            "x": [edge + width / 2 for edge in shown],
            "y": list(measure.values),
            "width": width * 0.92,
            "marker": {"color": TONES["1"]},
            **hover(says),
        }
    ]
    for number, (name, value) in enumerate(rows.marks):
        tone = TONES[str(number % MOST_SERIES + 2)] if number < MOST_SERIES - 1 else TONES["other"]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{safe(name)} {_plain(value)}",
                "x": [value, value],
                "y": [0, up["range"][1]],
                "line": {"width": 2, "color": tone, "dash": "dash" if number % 2 else "solid"},
                "hoverinfo": "skip",
                "showlegend": True,
            }
        )
    data[0]["showlegend"] = False
    across = numbers_axis(rows.x_title) | {
        "range": [min(edges), max(edges) + width] if edges else [0, 1],
    }
    figure = {
        "data": data,
        "layout": layout(xaxis=across, yaxis=up, showlegend=bool(rows.marks), bargap=0),
    }
    return Drawing(figure, 15.0)


def _broader(
    cells: dict[float, float | None], width: float
) -> tuple[dict[float, float | None], float]:
    """Fewer bins, each of several neighbours."""
    first = min(cells)
    broad = width * math.ceil(len(cells) / MOST_BINS)
    found: dict[float, float | None] = {}
    for edge, value in cells.items():
        start = first + math.floor((edge - first) / broad) * broad
        found[start] = add([found.get(start), value])
    return found, broad


def _plain(value: Value) -> str:
    return f"{value:,g}" if isinstance(value, float | int) else str(value)
