"""Pictures along names or time: bars, stacked bars, lines, areas."""

from __future__ import annotations

from dataclasses import replace

from cockpit.web.charts.drawing import (
    DASHES,
    SYMBOLS,
    TONES,
    Drawing,
    Figure,
    Grid,
    Measure,
    Rows,
    Value,
    add,
    along_axis,
    grid,
    hover,
    layout,
    legend_lines,
    safe,
    say,
    total,
    values_axis,
)

MOST_BARS = 20
"""Bars beyond these are not drawn: of counts the largest are, and the sum of the others."""
MOST_STEPS = 1_500
"""Steps along a line that can still be seen."""
UPRIGHT = 15.0
"""Height in rem of what stands upright."""


def bars(rows: Rows) -> Drawing:
    """Bars: lying where they have names, upright along time and numbers."""
    return _bars(rows, "group")


def stacked(rows: Rows) -> Drawing:
    """Bars made of parts that add up."""
    return _bars(rows, "stack")


def line(rows: Rows) -> Drawing:
    """Lines, broken where there is a blank."""
    return _lines(rows, fill=False)


def area(rows: Rows) -> Drawing:
    """Lines above filled ground; several stand upon each other."""
    return _lines(rows, fill=True)


def _bars(rows: Rows, mode: str) -> Drawing:
    table = grid(rows)
    left = table.left_out
    lying = rows.kind == "text"
    if lying:
        table, more = _largest(table, rows)
        left += more
    alone = len(table.measures) == 1
    across: list[Value] = list(range(len(table.names))) if lying else list(table.names)
    data = []
    for measure in table.measures:
        trace: Figure = {
            "type": "bar",
            "name": safe(measure.name),
            "x": list(measure.values) if lying else across,
            "y": across if lying else list(measure.values),
            "marker": {"color": TONES[_own(table, rows) or measure.tone]},
            **hover(_says(rows, table, measure)),
        }
        if _own(table, rows):
            trace["marker"] = {"color": [TONES[rows.tones[str(name)]] for name in table.names]}
        if lying:
            trace["orientation"] = "h"
            if alone:
                trace |= {
                    "text": [safe(rows.show(value)) for value in measure.values],
                    "textposition": "outside",
                    "cliponaxis": False,
                }
        data.append(trace)
    heights = [measure.values for measure in table.measures]
    if mode == "stack":
        heights = [tuple(add(each) for each in zip(*heights, strict=True))] if heights else []
    measured = values_axis(rows, heights, 1.18 if lying and alone else 1.08)
    named = along_axis(rows, table.names)
    if lying:
        named |= {"range": [len(table.names) - 0.4, -0.6], "ticklabelstandoff": 6}
        if alone:
            measured |= {"showticklabels": False, "showgrid": False}
    figure = {
        "data": data,
        "layout": layout(
            barmode=mode,
            bargap=0.35 if lying else 0.25,
            bargroupgap=0.1,
            showlegend=not alone,
            xaxis=measured if lying else named,
            yaxis=named if lying else measured,
        ),
    }
    return Drawing(figure, _height(table, mode) if lying else UPRIGHT, left)


def _own(table: Grid, rows: Rows) -> str:
    """The first name's own tone where each has one, and there is one measure."""
    names = [str(name) for name in table.names]
    if len(table.measures) == 1 and names and all(name in rows.tones for name in names):
        return rows.tones[names[0]]
    return ""


def _height(table: Grid, mode: str) -> float:
    thick = 1.0 if mode == "stack" else max(1.0, 0.65 * len(table.measures))
    several = len(table.measures) > 1
    around = 3.5 + 1.25 * legend_lines(table.measures) if several else 0.5
    return max(6.0, around + len(table.names) * (thick + 0.6))


def _largest(table: Grid, rows: Rows) -> tuple[Grid, int]:
    """No more names than bars that can be read, in the order in which they came."""
    many = len(table.names)
    if many <= MOST_BARS:
        return table, 0
    room = MOST_BARS - 1 if rows.counts else MOST_BARS
    sizes = [
        total([measure.values[number] for measure in table.measures]) for number in range(many)
    ]
    order = sorted(range(many), key=lambda number: -sizes[number]) if rows.counts else range(many)
    kept = sorted(list(order)[:room])
    rest = [number for number in range(many) if number not in set(kept)]
    names = [table.names[number] for number in kept]
    measures = [
        replace(measure, values=tuple(measure.values[number] for number in kept))
        for measure in table.measures
    ]
    if rows.counts:
        names.append(rows.other)
        measures = [
            replace(one, values=(*one.values, add([whole.values[each] for each in rest])))
            for one, whole in zip(measures, table.measures, strict=True)
        ]
    return Grid(tuple(names), tuple(measures)), len(rest)


def _says(rows: Rows, table: Grid, measure: Measure) -> list[str]:
    return [
        say(rows, rows.told(name), measure, value)
        for name, value in zip(table.names, measure.values, strict=True)
    ]


def _lines(rows: Rows, fill: bool) -> Drawing:
    table, more = _last(grid(rows))
    several = len(table.measures) > 1
    across: list[Value] = (
        list(range(len(table.names))) if rows.kind == "text" else list(table.names)
    )
    data = []
    for number, measure in enumerate(table.measures):
        tone = TONES[measure.tone]
        trace: Figure = {
            "type": "scatter",
            "mode": "lines+markers",
            "name": safe(measure.name),
            "x": across,
            "y": list(measure.values),
            "connectgaps": False,
            "cliponaxis": False,
            "line": {"width": 2, "color": tone, "dash": DASHES[number % len(DASHES)]},
            "marker": {"size": 5, "color": tone, "symbol": SYMBOLS[number % len(SYMBOLS)]},
            **hover(_says(rows, table, measure)),
        }
        if fill:
            trace["fillcolor"] = tone.replace("rgb", "rgba").replace(")", ", 0.3)")
            trace |= {"stackgroup": "all"} if several else {"fill": "tozeroy"}
            trace["line"]["dash"] = "solid"
        data.append(trace)
    heights = [measure.values for measure in table.measures]
    if fill and several:
        heights = [tuple(add(each) for each in zip(*heights, strict=True))]
    named = along_axis(rows, table.names)
    figure = {
        "data": data,
        "layout": layout(showlegend=several, xaxis=named, yaxis=values_axis(rows, heights)),
    }
    return Drawing(figure, UPRIGHT + (1.5 if several else 0.0), table.left_out + more)


def _last(table: Grid) -> tuple[Grid, int]:
    """No more steps than can be seen: the last ones."""
    more = max(0, len(table.names) - MOST_STEPS)
    measures = tuple(replace(one, values=one.values[more:]) for one in table.measures)
    return Grid(table.names[more:], measures, table.left_out), more
