"""The only door to figures: plain dicts in Plotly's schema, one function a kind.

A figure carries no colours of its own: ``assets/cockpit.css`` paints it, so light and dark need
no second figure. A blank is a gap, never a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Figure = dict[str, Any]

CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "showTips": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}
"""How every chart behaves: it is read, not edited; a page scrolls under a finger."""
FEW = 6
"""Counts below this get a tick each."""
FAINT = 0.5
"""How much is seen of what stands behind."""


@dataclass(frozen=True)
class Point:
    """One step of a series: when, its value (None is a blank), and what is said of it."""

    at: str
    value: float | None
    says: str


@dataclass(frozen=True)
class Axes:
    """How the axes are written: tick formats, and the line to be reached if there is one."""

    dates: str
    values: str
    target: float | None = None
    whole: bool = False
    """Values are counts: no ticks between them, and the axis begins at nought."""


def line(points: Sequence[Point], axes: Axes, before: Sequence[Point] = ()) -> Figure:
    """A value along time, broken where nothing was counted; that of another time faint behind."""
    trace = _series(points) | {
        "type": "scatter",
        "mode": "lines+markers",
        "connectgaps": False,
        "cliponaxis": False,
        "line": {"width": 2},
        "marker": {"size": 5},
    }
    return {
        "data": [trace, *_before(before), *_target(points, axes)],
        "layout": _layout([*points, *before], axes),
    }


def bars(points: Sequence[Point], axes: Axes, before: Sequence[Point] = ()) -> Figure:
    """A count along time, one bar a step; that of another time as a faint line."""
    trace = _series(points) | {"type": "bar"}
    return {
        "data": [trace, *_before(before), *_target(points, axes)],
        "layout": _layout([*points, *before], axes) | {"bargap": 0.3},
    }


def _before(points: Sequence[Point]) -> list[Figure]:
    if not points:
        return []
    return [
        _series(points)
        | {
            "type": "scatter",
            "mode": "lines",
            "connectgaps": False,
            "cliponaxis": False,
            "opacity": FAINT,
            "line": {"width": 2},
        }
    ]


def _series(points: Sequence[Point]) -> Figure:
    return {
        "x": [point.at for point in points],
        "y": [point.value for point in points],
        "customdata": [point.says for point in points],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverlabel": {"align": "left"},
    }


def _target(points: Sequence[Point], axes: Axes) -> list[Figure]:
    if axes.target is None or not points:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [points[0].at, points[-1].at],
            "y": [axes.target, axes.target],
            "line": {"width": 1.5, "dash": "dash"},
            "hoverinfo": "skip",
        }
    ]


def _layout(points: Sequence[Point], axes: Axes) -> Figure:
    bottom, top = _reach(points, axes)
    layout: Figure = {
        "autosize": True,
        "showlegend": False,
        "hovermode": "closest",
        "hoverdistance": 40,
        "dragmode": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "font": {"family": "inherit", "size": 12},
        "xaxis": {
            "type": "date",
            "tickformat": axes.dates,
            "fixedrange": True,
            "showgrid": False,
            "automargin": True,
            "nticks": 8,
            "ticks": "outside",
            "ticklen": 4,
        },
        "yaxis": {
            "tickformat": axes.values,
            "fixedrange": True,
            "automargin": True,
            "zeroline": False,
            "nticks": 6,
            "range": [bottom, top],
        },
    }
    if axes.whole and top < FEW:
        layout["yaxis"]["dtick"] = 1
    return layout


def _reach(points: Sequence[Point], axes: Axes) -> tuple[float, float]:
    """From where to where the values go, the target included, with some air."""
    known = [point.value for point in points if point.value is not None]
    if axes.target is not None:
        known.append(axes.target)
    if not known:
        return 0.0, 1.0
    bottom, top = min(known), max(known)
    if axes.whole:
        return min(0.0, bottom), max(top * 1.08, 1.0)
    air = (top - bottom) * 0.12 or abs(top) * 0.1 or 1.0
    if min(known) >= 0:
        bottom = max(0.0, bottom - air)
    return bottom, top + air
