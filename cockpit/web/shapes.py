"""The figure of a map: polygons in a plain plot, and where on them there is room for words.

Like every figure it carries no colours: the style sheet paints a trace by the ``uid`` it was given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cockpit.model.shape import Shape, bounds, chords

SIDE = 1000
"""The longer side of a map; coordinates are whole numbers."""
FORMAT = 4 / 3
"""Width to height of a map that may have any."""
EDGE = 6
"""Kept free around it, for its outline."""
SCAN = 12
"""Level lines on which room for words is looked for."""
ALMOST = 0.92
"""Of the best room for words, so much is as good, if it is nearer to the middle."""
NEVER = 100_000.0
"""Pixels that no map is wide."""
LINE = 15.0
"""Pixels of a line of text, and of a Chinese character with the air around it."""
LETTER = 7.0
"""Pixels of a letter or digit."""
HATCHES = {"pseudo": "/", "few": ".", "hidden": "."}
"""Shades that are told by a pattern."""


@dataclass(frozen=True)
class Room:
    """Where words go on a shape, in parts of a hundred of the map, and how many pixels wide the
    map must be for them.
    """

    left: float
    top: float
    wide: int


@dataclass(frozen=True)
class Sheet:
    """A map's frame: how shapes in their own plane come to lie on it."""

    left: float
    bottom: float
    across: float
    upward: float
    """By what lengths are multiplied; the same as ``across`` but for what is free."""
    width: int
    height: int

    def drawn(self, shape: Shape) -> Shape:
        """A shape in the sheet's whole numbers, without what is too small for them."""
        rings = []
        for ring in shape:
            corners: list[tuple[int, int]] = []
            for x, y in ring:
                corner = (
                    round((x - self.left) * self.across) + EDGE,
                    round((y - self.bottom) * self.upward) + EDGE,
                )
                if not corners or corner != corners[-1]:
                    corners.append(corner)
            if len(set(corners)) > 2:
                rings.append(tuple(corners))
        return tuple(rings)


def sheet(shapes: Mapping[str, Shape], free: bool) -> Sheet:
    """The frame that just holds all shapes. What is ``free`` fills one of the usual format: it is
    drawn out or pressed together for that, which leaves areas like each other.
    """
    left, bottom, right, top = bounds(tuple(ring for shape in shapes.values() for ring in shape))
    wide, high = right - left, top - bottom
    width, height = SIDE, round(SIDE / FORMAT)
    if not free:
        scale = (SIDE - 2 * EDGE) / max(wide, high)
        width, height = (round(length * scale) + 2 * EDGE for length in (wide, high))
    return Sheet(left, bottom, (width - 2 * EDGE) / wide, (height - 2 * EDGE) / high, width, height)


def trace(shape: Shape, uid: str, shade: str, says: str) -> dict[str, Any]:
    """One place: its outline, filled, and what is said of it under the pointer."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for ring in shape:
        if xs:
            xs.append(None)
            ys.append(None)
        xs += [x for x, _ in (*ring, ring[0])]
        ys += [y for _, y in (*ring, ring[0])]
    found: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "fill": "toself",
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": says,
        "uid": uid,
        "line": {"width": 1},
    }
    if shade in HATCHES:
        found["fillpattern"] = {"shape": HATCHES[shade], "size": 9, "solidity": 0.15}
    return found


def figure(on: Sheet, traces: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The whole map."""
    hidden = {"visible": False, "fixedrange": True}
    return {
        "data": list(traces),
        "layout": {
            "autosize": True,
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "font": {"family": "inherit", "size": 12},
            "hoverlabel": {"align": "left"},
            "xaxis": {**hidden, "range": [0, on.width]},
            "yaxis": {**hidden, "range": [0, on.height]},
        },
    }


# ── Room for words ───────────────────────────────────────────────────────────────────────────────


class Scanned:
    """A drawn shape as the boxes that lie between two of its level lines."""

    def __init__(self, on: Sheet, shape: Shape):
        self.on = on
        left, bottom, right, top = bounds(shape)
        self.middle = (left + right) / 2, (bottom + top) / 2
        step = (top - bottom) / SCAN
        levels = [bottom + step * (number + 0.5) for number in range(SCAN)]
        stretches = [
            max(chords(shape, y), key=lambda chord: chord[1] - chord[0], default=(0.0, 0.0))
            for y in levels
        ]
        self.boxes: list[tuple[float, float, float, float]] = []
        """Width, height and middle of each."""
        for first in range(SCAN):
            left, right = stretches[first]
            for last in range(first, SCAN):
                left, right = max(left, stretches[last][0]), min(right, stretches[last][1])
                if left >= right:
                    break
                x, y = (left + right) / 2, (levels[first] + levels[last]) / 2
                self.boxes.append((right - left, (last - first + 0.5) * step, x, y))

    def room(self, width: float, height: float) -> Room:
        """Where so many pixels have room: of what is almost the best, the middlemost."""
        fits = [min(w / width, h / height) for w, h, _, _ in self.boxes]
        best, spot = max(fits, default=0.0), self.middle
        far = math.inf
        for fit, (_, _, x, y) in zip(fits, self.boxes, strict=True):
            if fit >= ALMOST * best:
                off = abs(x - self.middle[0]) + abs(y - self.middle[1])
                if off < far:
                    far, found, spot = off, fit, (x, y)
        wide = min(self.on.width / found, NEVER) if far < math.inf else NEVER
        return Room(
            round(100 * spot[0] / self.on.width, 1),
            round(100 * (1 - spot[1] / self.on.height), 1),
            round(wide),
        )


def pixels(text: str) -> float:
    """About how wide a line of text is."""
    return sum(LINE * 0.8 if ord(letter) > 0x2E7F else LETTER for letter in text) + LETTER


def halved(name: str) -> tuple[str, ...]:
    """A long name on two lines."""
    if len(name) < 6:
        return (name,)
    middle = (len(name) + 1) // 2
    gap = name.find(" ", middle - 3, middle + 4)
    return (name[:middle], name[middle:]) if gap < 0 else (name[:gap], name[gap + 1 :])
