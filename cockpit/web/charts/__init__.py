"""The only door to figures: plain dicts in Plotly's schema, one function a kind.

A figure carries no colours of its own but tones, which ``assets/cockpit.css`` paints, so light and
dark need no second figure. A blank is a gap, never a zero.
"""

from collections.abc import Callable

from cockpit.web.charts import along, parts, spread
from cockpit.web.charts.drawing import Drawing, Measure, Rows, span_of
from cockpit.web.charts.trend import CONFIG, Axes, Figure, Point, bars, line

KINDS: dict[str, Callable[[Rows], Drawing]] = {
    "bars": along.bars,
    "stacked": along.stacked,
    "line": along.line,
    "area": along.area,
    "heatmap": spread.heatmap,
    "treemap": parts.treemap,
    "funnel": parts.funnel,
    "scatter": spread.scatter,
    "distribution": spread.distribution,
    "sankey": parts.sankey,
}
"""The pictures that a panel may choose; a table and a number are no figures."""

__all__ = [
    "CONFIG",
    "KINDS",
    "Axes",
    "Drawing",
    "Figure",
    "Measure",
    "Point",
    "Rows",
    "bars",
    "line",
    "span_of",
]
