"""Pictures of what a whole is made of, and of what goes where: tree maps, funnels, flows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cockpit.web.charts.drawing import (
    MOST_SERIES,
    TONES,
    Drawing,
    Figure,
    Rows,
    add,
    hover,
    layout,
    names_axis,
    safe,
    short,
    values_axis,
)

MOST_LEAVES = 150
"""Leaves of a tree map that can still be seen; the sum of the others is one more."""
MOST_LINKS = 60
MOST_STEPS = 20
APART = 0.25
"""The share of a funnel that lies between its steps."""


def treemap(rows: Rows) -> Drawing:
    """Areas within areas, as large as their values; a blank has none."""
    paths: dict[tuple[str, ...], float] = {}
    for number, value in enumerate(rows.y[0].values):
        path = tuple(str(column[number]) for column in rows.x)
        if value is not None and value > 0:
            paths[path] = paths.get(path, 0.0) + value
    order = sorted(paths, key=lambda path: -paths[path])
    rest = order[MOST_LEAVES:]
    leaves = {path: paths[path] for path in order[:MOST_LEAVES]}
    if rest and rows.counts:
        leaves[(rows.other,)] = sum(paths[path] for path in rest)
    sums: dict[tuple[str, ...], float] = {}
    for path, value in leaves.items():
        for depth in range(1, len(path) + 1):
            sums[path[:depth]] = sums.get(path[:depth], 0.0) + value
    tops = list(dict.fromkeys(path[0] for path in sums))
    tones = {
        name: rows.tones.get(name, "other" if name == rows.other else str(number % MOST_SERIES + 1))
        for number, name in enumerate(tops)
    }
    whole = rows.y[0].name
    areas = {(): sum(leaves.values()), **sums}
    colours = ["rgba(0, 0, 0, 0)"]
    for path in sums:
        share = 0.38 if path in leaves else 0.1
        colours.append(TONES[tones[path[0]]].replace("rgb", "rgba").replace(")", f", {share})"))
    ids = {path: str(number) for number, path in enumerate(areas)}
    trace: Figure = {
        "type": "treemap",
        "ids": list(ids.values()),
        "labels": [safe(path[-1] if path else whole) for path in areas],
        "parents": [ids[path[:-1]] if path else "" for path in areas],
        "values": list(areas.values()),
        "branchvalues": "total",
        "text": [safe(rows.show(value)) for value in areas.values()],
        "textinfo": "label+text",
        "customdata": [
            f"{safe(' › '.join(path))}<br>{safe(whole)}: {safe(rows.show(value))}"
            for path, value in areas.items()
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {
            "colors": colours,
            "depthfade": False,
            "line": {"width": 0},
            "pad": {"t": 22, "l": 2, "r": 2, "b": 2},
        },
        "tiling": {"pad": 2},
        "pathbar": {"visible": False},
    }
    figure = {
        "data": [trace] if leaves else [],
        "layout": layout(
            margin={"l": 0, "r": 0, "t": 0, "b": 0}, uniformtext={"minsize": 10, "mode": "hide"}
        ),
    }
    return Drawing(figure, 20.0, len(rest))


def funnel(rows: Rows) -> Drawing:
    """Steps that fewer and fewer come to, each with its share of the first."""
    names, values = rows.x[0][:MOST_STEPS], rows.y[0].values[:MOST_STEPS]
    first = next((value for value in values if value), None)
    told = [
        safe(rows.show(value))
        + (f" · {value / first:.1%}" if value is not None and first and rows.counts else "")
        for value in values
    ]
    trace: Figure = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(names))),
        "base": [-(value or 0.0) / 2 for value in values],
        "text": told,
        "textposition": "auto",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "cliponaxis": False,
        "marker": {"color": TONES["1"], "opacity": 0.4},
        **hover(
            [
                f"{safe(name)}<br>{safe(rows.y[0].name)}: {text}"
                for name, text in zip(names, told, strict=True)
            ]
        ),
    }
    listed = names_axis(names) | {"range": [len(names) - 0.4, -0.6]}
    across = values_axis(rows, [values])
    across |= {"showticklabels": False, "showgrid": False, "zeroline": False}
    half = (add([across["range"][1]]) or 1.0) / 2
    across["range"] = [-half, half]
    figure = {
        "data": [trace],
        "layout": layout(xaxis=across, yaxis=listed, bargap=APART, shapes=_between(values)),
    }
    return Drawing(figure, max(7.0, 1.0 + 2.1 * len(names)), len(rows.x[0]) - len(names))


def _between(values: Sequence[float | None]) -> list[Figure]:
    """What leads from each step of a funnel to the next."""
    paths = []
    for number, (above, below) in enumerate(pairwise(values)):
        if above is not None and below is not None:
            top, bottom = number + 0.5 - APART / 2, number + 0.5 + APART / 2
            paths.append(
                f"M{-above / 2},{top} L{above / 2},{top}"
                f" L{below / 2},{bottom} L{-below / 2},{bottom} Z"
            )
    return [
        {
            "type": "path",
            "path": path,
            "layer": "below",
            "fillcolor": TONES["other"],
            "opacity": 0.12,
            "line": {"width": 0},
        }
        for path in paths
    ]


def sankey(rows: Rows) -> Drawing:
    """What goes from where to where, each way as broad as its value."""
    links: dict[tuple[str, str], float] = {}
    for start, end, value in zip(rows.x[0], rows.series, rows.y[0].values, strict=True):
        if value is not None and value > 0:
            links[str(start), end] = links.get((str(start), end), 0.0) + value
    order = sorted(links, key=lambda link: -links[link])
    shown = [link for link in links if link in set(order[:MOST_LINKS])]
    starts = list(dict.fromkeys(start for start, _ in shown))
    ends = list(dict.fromkeys(end for _, end in shown))
    tones = {name: rows.tones.get(name, str(n % MOST_SERIES + 1)) for n, name in enumerate(starts)}

    def sum_of(at: int, name: str) -> str:
        return rows.show(sum(links[link] for link in shown if link[at] == name))

    trace: Figure = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": {
            "label": [short(name, 18) for name in (*starts, *ends)],
            "color": [
                *(TONES[tones[name]] for name in starts),
                *(TONES[rows.tones.get(name, "other")] for name in ends),
            ],
            "customdata": [
                *(f"{safe(name)}: {safe(sum_of(0, name))}" for name in starts),
                *(f"{safe(name)}: {safe(sum_of(1, name))}" for name in ends),
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
            "pad": 10,
            "thickness": 12,
            "line": {"width": 0},
        },
        "link": {
            "source": [starts.index(start) for start, _ in shown],
            "target": [len(starts) + ends.index(end) for _, end in shown],
            "value": [links[link] for link in shown],
            "color": [
                TONES[tones[start]].replace("rgb", "rgba").replace(")", ", 0.35)")
                for start, _ in shown
            ],
            "customdata": [
                f"{safe(start)} → {safe(end)}<br>{safe(rows.show(links[start, end]))}"
                for start, end in shown
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    }
    figure = {"data": [trace], "layout": layout(margin={"l": 4, "r": 4, "t": 8, "b": 8})}
    height = max(10.0, 2.2 * max(len(starts), len(ends), 1))
    return Drawing(figure, min(height, 32.0), len(order) - len(shown))
