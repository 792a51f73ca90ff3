"""What every picture of a panel is drawn from, and what they have in common: rows in words, tones,
axes. A figure has no colour but tones; ``assets/cockpit.css`` paints each by day and by night.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

Figure = dict[str, Any]
Value = str | float | None

TONES: dict[str, str] = {
    # Okabe and Ito's, which most colour-blind people tell apart.
    "1": "rgb(0, 114, 178)",
    "2": "rgb(230, 159, 0)",
    "3": "rgb(0, 158, 115)",
    "4": "rgb(204, 121, 167)",
    "5": "rgb(86, 180, 233)",
    "6": "rgb(213, 94, 0)",
    "7": "rgb(110, 90, 160)",
    "8": "rgb(120, 120, 60)",
    "other": "rgb(130, 140, 150)",
    # Those of warnings, which mean something.
    "red": "rgb(200, 30, 40)",
    "orange": "rgb(235, 110, 10)",
    "yellow": "rgb(225, 185, 0)",
    "blue": "rgb(30, 95, 200)",
    "green": "rgb(45, 145, 70)",
}
"""Tone → the colour by which the style sheet knows it."""
MOST_SERIES = 8
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "solid", "dash", "dot")
LABEL = 22
"""Half-widths of a name at an axis: what is longer is cut, and told whole when pointed at."""
MOST_TICKS = 30
NARROW = 215.0
"""Pixels of a picture's ground on a phone, on which a legend has to find room."""
KEY = 45.0
"""Pixels of a legend's entry beside its word."""
LETTER = 7.0
"""Pixels of half a width."""
FEW = 6
"""Counts below this get a tick each."""


@dataclass(frozen=True)
class Measure:
    """One y: its name and a value for each row, None for a blank."""

    name: str
    values: tuple[float | None, ...]
    tone: str = ""


@dataclass(frozen=True)
class Rows:
    """A panel's answer in words, ready to be drawn. ``x`` are columns as long as the measures."""

    x: tuple[tuple[Value, ...], ...]
    y: tuple[Measure, ...]
    series: tuple[str, ...] = ()
    marks: tuple[tuple[str, float], ...] = ()
    kind: Literal["text", "number", "time"] = "text"
    """What the first x is; times are days written 2026-10-31."""
    counts: bool = True
    """Whether y counts rows: only such may be summed."""
    show: Callable[[float | None], str] = str
    """A value of y in words."""
    told: Callable[[Any], str] = str
    """A value of x in words."""
    percent: bool = False
    dates: str = "%m-%d"
    """How days are written at an axis."""
    other: str = "…"
    """The name of what is summed up."""
    tones: Mapping[str, str] = field(default_factory=dict)
    """Names that have a tone of their own."""
    x_title: str = ""
    y_title: str = ""


@dataclass(frozen=True)
class Drawing:
    """A figure, how high it wants to be (in rem), and how many it had to leave out."""

    figure: Figure
    height: float
    left_out: int = 0


@dataclass(frozen=True)
class Grid:
    """Values by name along, and by measure."""

    names: tuple[Value, ...]
    measures: tuple[Measure, ...]
    left_out: int = 0


def grid(rows: Rows) -> Grid:
    """The rows by their x, each series a measure of its own, in the order in which they come."""
    along = list(dict.fromkeys(rows.x[0]))
    if rows.kind == "time":
        along = span_of(along)
    elif rows.kind == "number":
        along = sorted(along, key=lambda number: float(number or 0))
    at = {name: number for number, name in enumerate(along)}
    found: dict[str, list[float | None]] = {}
    if rows.series:
        split = [(name, rows.y[0].values, number) for number, name in enumerate(rows.series)]
    else:
        split = [
            (measure.name, measure.values, number)
            for measure in rows.y
            for number in range(len(rows.x[0]))
        ]
    for name, values, number in split:
        cells = found.setdefault(name, [None] * len(along))
        value, spot = values[number], at[rows.x[0][number]]
        if value is not None:
            before = cells[spot]
            cells[spot] = value if before is None or not rows.counts else before + value
    kept, left = _few(found, rows)
    measures = tuple(
        Measure(name, tuple(values), _tone(name, number, rows))
        for number, (name, values) in enumerate(kept.items())
    )
    return Grid(tuple(along), measures, left)


def _few(
    found: Mapping[str, list[float | None]], rows: Rows
) -> tuple[dict[str, list[float | None]], int]:
    """No more series than can be told apart: of counts the largest, and the sum of the others."""
    if len(found) <= MOST_SERIES:
        return dict(found), 0
    if not rows.counts:
        first = list(found)[:MOST_SERIES]
        return {name: found[name] for name in first}, len(found) - MOST_SERIES
    order = sorted(found, key=lambda name: -total(found[name]))[: MOST_SERIES - 1]
    kept = {name: values for name, values in found.items() if name in order}
    rest = [values for name, values in found.items() if name not in order]
    kept[rows.other] = [add(each) for each in zip(*rest, strict=True)]
    return kept, len(rest)


def add(values: Sequence[float | None]) -> float | None:
    """A sum in which blanks do not count; of blanks alone, a blank."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def total(values: Sequence[float | None]) -> float:
    """The same as a number by which to sort."""
    return add(values) or 0.0


def _tone(name: str, number: int, rows: Rows) -> str:
    if name in rows.tones:
        return rows.tones[name]
    return "other" if name == rows.other else str(number % MOST_SERIES + 1)


def span_of(days: Sequence[Value]) -> list[Value]:
    """Days from the first to the last, those between them that are missing put in: a day of which
    nothing is known is a gap. They may be months or weeks apart.
    """
    known = sorted({date.fromisoformat(str(day)[:10]) for day in days if day is not None})
    if len(known) < 2:
        return [day.isoformat() for day in known]
    apart = {(after - before).days for before, after in pairwise(known)}
    if all(day.day == 1 for day in known) and min(apart) >= 28:
        found = [known[0]]
        while found[-1] < known[-1]:
            found.append((found[-1] + timedelta(days=32)).replace(day=1))
        return [day.isoformat() for day in found]
    step = 7 if all(gap % 7 == 0 for gap in apart) else 1
    many = (known[-1] - known[0]).days // step + 1
    if many > 10 * len(known) + 400:  # far apart: nobody would see the gaps
        return [day.isoformat() for day in known]
    return [(known[0] + timedelta(days=step * number)).isoformat() for number in range(many)]


def safe(text: object) -> str:
    """Text as Plotly takes it: it reads some HTML."""
    return html.escape(str(text), quote=False)


def short(text: object, limit: int = LABEL) -> str:
    """A name for an axis. Chinese characters are two half-widths each."""
    words, wide = str(text), 0
    for at, letter in enumerate(words):
        wide += halves(letter)
        if wide > limit:
            return safe(words[: max(1, at - 1)]) + "…"
    return safe(words)


def halves(text: str) -> int:
    """How many half-widths a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def legend_lines(measures: Sequence[Measure]) -> int:
    """How many lines a legend takes on a phone: columns are all as wide as the widest."""
    widths = [KEY + LETTER * halves(measure.name) for measure in measures]
    if sum(widths) <= NARROW:
        return 1
    return -(-len(widths) // max(1, int(NARROW // max(widths))))


def hover(says: Sequence[str]) -> Figure:
    """What is said where something is pointed at."""
    return {"customdata": list(says), "hovertemplate": "%{customdata}<extra></extra>"}


def say(rows: Rows, name: str, measure: Measure, value: float | None) -> str:
    """A value, and of what it is."""
    return f"{safe(name)}<br>{safe(measure.name)}: {safe(rows.show(value))}"


def layout(**more: Any) -> Figure:
    """What all figures have in common."""
    return {
        "autosize": True,
        "showlegend": False,
        "hovermode": "closest",
        "hoverdistance": 40,
        "dragmode": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 4, "r": 12, "t": 8, "b": 4},
        "font": {"family": "inherit", "size": 12},
        "hoverlabel": {"align": "left"},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.0,
            "yanchor": "bottom",
            "itemdoubleclick": False,
            "traceorder": "normal",
            "maxheight": 1,
        },
        **more,
    }


def values_axis(
    rows: Rows, measures: Sequence[Sequence[float | None]], room: float = 1.08
) -> Figure:
    """The axis of the measure: from nought, so that lengths can be compared."""
    known = [value for values in measures for value in values if value is not None]
    top, bottom = max([*known, 0.0]), min([*known, 0.0])
    top = top * room or (0.0 if bottom else 1.0)
    axis: Figure = {
        "tickformat": ".0%" if rows.percent else ",~r",
        "fixedrange": True,
        "automargin": True,
        "zeroline": bottom < 0,
        "nticks": 6,
        "range": [bottom * room, top],
    }
    if rows.counts and top < FEW:
        axis["dtick"] = 1
    return axis


def numbers_axis(title: str) -> Figure:
    """An axis of numbers that are no measure."""
    return {
        "title": {"text": safe(title)},
        "tickformat": ",~r",
        "fixedrange": True,
        "automargin": True,
        "zeroline": False,
        "showgrid": False,
        "nticks": 8,
    }


def names_axis(names: Sequence[Value]) -> Figure:
    """An axis of names: by their number, so that two that are cut alike stay two."""
    step = max(1, -(-len(names) // MOST_TICKS))
    return {
        "tickmode": "array",
        "tickvals": list(range(0, len(names), step)),
        "ticktext": [short(name) for name in names[::step]],
        "range": [-0.6, len(names) - 0.4],
        "fixedrange": True,
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
    }


def along_axis(rows: Rows, names: Sequence[Value]) -> Figure:
    """The axis of x: names, numbers, or days."""
    if rows.kind == "text":
        return names_axis(names)
    if rows.kind == "number":
        return numbers_axis(rows.x_title)
    return {
        "type": "date",
        "tickformat": rows.dates,
        "fixedrange": True,
        "showgrid": False,
        "automargin": True,
        "nticks": 7,
        "ticks": "outside",
        "ticklen": 4,
    }
