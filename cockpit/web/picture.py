"""A panel's answer in words: as a picture, a table, or a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from cockpit.answers.panel import Answer
from cockpit.model.binding import MOMENTS, NUMBERS, plain
from cockpit.model.panel import Panel
from cockpit.model.warnings import COLOURS
from cockpit.web import charts, numbers
from cockpit.web.charts import Measure, Rows
from cockpit.web.elements import Element, core, element
from cockpit.web.words import Words

LISTED, LISTED_DAYS = 100, 400
"""Rows of a table in a page; more where they are days, which a chart draws all."""
YEAR = timedelta(days=366)
STRETCH = 1.5
"""So far a figure may grow where a card beside it is higher."""


def picture(panel: Panel, said: Answer, words: Words) -> tuple[Element, int]:
    """What the card shows, and how many it leaves out."""
    if not said.rows and panel.chart != "number":
        return element("P", "–", cls="nothing"), 0
    if panel.chart == "number":
        return number(panel, said, words), 0
    if panel.chart == "table":
        return table(panel, said, words), 0
    drawing = charts.KINDS[panel.chart](rows(panel, said, words))
    drawn = element(
        "Div",
        core(
            "Graph",
            id=f"panel-{panel.name}",
            figure=drawing.figure,
            config=charts.CONFIG,
            responsive=True,
            className="picture",
        ),
        role="img",
        aria_label=words(
            "panel_says",
            panel=words.panel(panel),
            asks=words.asks(panel),
            n=numbers.whole(len(said.rows)),
        ),
        cls="panel-figure",
        style={
            "flex": f"1 0 {drawing.height:g}rem",
            "maxHeight": f"{drawing.height * STRETCH:g}rem",
        },
    )
    return drawn, drawing.left_out


def rows(panel: Panel, said: Answer, words: Words) -> Rows:
    """An answer as a picture takes it."""
    types = {name: plain(kind) for name, kind in said.columns}
    first = types[panel.x[0]]
    kind = "time" if first in MOMENTS else "number" if first in NUMBERS else "text"
    if panel.chart in ("treemap", "funnel", "sankey", "heatmap"):
        kind = "text" if kind != "number" or panel.chart != "heatmap" else kind
    kept = said.rows
    if kind != "text":
        at = [name for name, _ in said.columns].index(panel.x[0])
        kept = tuple(row for row in kept if row[at] is not None)
    columns = dict(zip(types, zip(*kept, strict=True), strict=True)) if kept else {}

    def column(name: str) -> tuple[Any, ...]:
        return columns.get(name, ())

    def texts(name: str) -> tuple[str, ...]:
        return tuple(text(panel, name, types[name], value, words) for value in column(name))

    if kind == "time":
        along: tuple[Any, ...] = tuple(value.isoformat()[:10] for value in column(panel.x[0]))
    elif kind == "number":
        along = tuple(_float(value) for value in column(panel.x[0]))
    else:
        along = texts(panel.x[0])
    days = sorted(set(along)) if kind == "time" else []
    monthly = len(days) > 1 and all(day.endswith("-01") for day in days)
    return Rows(
        x=(along, *(texts(name) for name in panel.x[1:])),
        y=tuple(
            Measure(words.label(panel, name), tuple(_float(value) for value in column(name)))
            for name in panel.y
        ),
        series=texts(panel.series) if panel.series else (),
        marks=tuple(
            (words.label(panel, name), value)
            for name in panel.marks
            for value in [next((v for v in map(_float, column(name)) if v is not None), None)]
            if value is not None
        ),
        kind=kind,  # type: ignore[arg-type]
        counts=panel.unit == "count",
        show=lambda value: measured(panel.unit, value),
        told=lambda value: _told(kind, monthly, value, words),
        percent=panel.unit == "percent",
        dates=words("axis_month" if monthly or _long(days) else "axis_day"),
        other=words("panel_rest"),
        tones={words.value(colour): colour for colour in (*COLOURS, "green")},
        x_title=words.label(panel, panel.x[0]),
        y_title=words.label(panel, panel.y[0]),
    )


def _long(days: Sequence[str]) -> bool:
    """Whether days reach so far that one without its year may be any of several."""
    return bool(days) and date.fromisoformat(days[-1]) - date.fromisoformat(days[0]) > YEAR


def _told(kind: str, monthly: bool, value: Any, words: Words) -> str:
    if kind == "time" and value is not None:
        day = date.fromisoformat(value)
        return numbers.month(day, words.language) if monthly else numbers.day(day, words.language)
    return f"{value:,g}" if isinstance(value, float) else str(value)


def text(panel: Panel, name: str, kind: str, value: Any, words: Words) -> str:
    """A value of a column in words, one that counts nothing."""
    if value is None:
        return words("unplaced" if name == "place" else "panel_unfilled")
    if isinstance(value, bool):
        return words("panel_yes" if value else "panel_no")
    if isinstance(value, datetime):
        return numbers.moment(value, words.language)
    if isinstance(value, date):
        return numbers.day(value, words.language)
    if kind in NUMBERS:
        return numbers.whole(value)
    if value in panel.labels:
        return words.label(panel, value)
    return words.value(str(value))


def measured(unit: str, value: float | None) -> str:
    """A measure in words, a dash for a blank."""
    if value is None:
        return numbers.BLANK
    if unit == "percent":
        return numbers.percent(value)
    return numbers.whole(value) if unit == "count" else f"{value:,.1f}"


def _float(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if abs(number) < float("inf") else None


def cell(panel: Panel, name: str, kind: str, value: Any, words: Words, finely: bool = False) -> str:
    """A value of a column in words; ``finely`` where any of the column's has a fraction."""
    if kind in NUMBERS:
        if name in panel.y:
            return measured(panel.unit, _float(value))
        if finely and value is not None:
            return f"{value:,.1f}"
        return numbers.BLANK if value is None else numbers.whole(value)
    return text(panel, name, kind, value, words)


_CELLS = dict.fromkeys(NUMBERS, "figure-cell") | dict.fromkeys(MOMENTS, "day-cell")
"""The class of a cell, by the type of its column."""


def number(panel: Panel, said: Answer, words: Words) -> Element:
    """The measures of the one row, large."""
    first = (
        dict(zip((name for name, _ in said.columns), said.rows[0], strict=True))
        if said.rows
        else {}
    )
    unit = words(f"unit_{panel.unit}")
    shown = []
    for name in panel.y:
        value = _float(first.get(name))
        shown.append(
            element(
                "P",
                element("Span", words.label(panel, name), cls="quiet")
                if len(panel.y) > 1
                else None,
                element("Span", measured(panel.unit, value), cls="number"),
                element("Span", unit, cls="unit") if unit and value is not None else None,
                cls="tile-value",
            )
        )
    return element("Div", *shown, cls="panel-numbers")


def table(panel: Panel, said: Answer, words: Words) -> Element:
    """The rows as a table."""
    types = [(name, plain(kind)) for name, kind in said.columns]
    days = bool(panel.x) and dict(types).get(panel.x[0]) in MOMENTS
    most = LISTED_DAYS if days else LISTED
    shown = [name for name, _ in types if name != "place_code" or "place" not in dict(types)]
    heads = [
        element(
            "Th",
            words.label(panel, name),
            scope="col",
            cls=_CELLS.get(kind),
        )
        for name, kind in types
        if name in shown
    ]
    finely = {
        name
        for at, (name, kind) in enumerate(types)
        if kind in NUMBERS and any(row[at] is not None and row[at] % 1 for row in said.rows[:most])
    }
    lines = []
    hidden = said.hidden or ("",) * len(said.rows)
    for row, instead in zip(said.rows[:most], hidden, strict=False):
        cells: list[Element] = []
        for (name, kind), value in zip(types, row, strict=True):
            if name in shown:
                veiled = instead if value is None and kind in NUMBERS else ""
                told = veiled or cell(panel, name, kind, value, words, name in finely)
                cells.append(
                    element("Td", told, cls=_CELLS.get(kind))
                    if cells
                    else element("Th", told, scope="row", cls=_CELLS.get(kind))
                )
        lines.append(element("Tr", *cells))
    cut = None
    if len(said.rows) > most:
        cut = element(
            "P",
            words("panel_table_cut", n=most, all=numbers.whole(len(said.rows))),
            cls="panel-note",
        )
    return element(
        "Div",
        element(
            "Div",
            element(
                "Table",
                element("Thead", element("Tr", *heads)),
                element("Tbody", *lines),
                aria_labelledby=f"title-{panel.name}",
            ),
            cls="scroll",
            tabIndex="0",
            role="region",
            aria_labelledby=f"title-{panel.name}",
        ),
        cut,
        cls="panel-rows",
    )
