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
COMMON = 12.0
"""Pixels of the height of common letters, of which both lengths above are."""
SIGNS = 0x24FF
"""Signs and Chinese characters are beyond this letter, and as wide as they are high."""
HATCHES = {"pseudo": "/", "few": ".", "hidden": "."}
"""Shades that are told by a pattern."""


@dataclass(frozen=True)
class Room:
    """Where on the sheet words go, and how many pixels wide the map must be for them."""

    x: float
    y: float
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
    """A drawn shape by its level lines, and by the boxes that lie between two of them."""

    def __init__(self, on: Sheet, shape: Shape):
        self.on = on
        left, self.bottom, right, self.top = bounds(shape)
        self.middle = (left + right) / 2, (self.bottom + self.top) / 2
        step = (self.top - self.bottom) / SCAN
        self.levels = [self.bottom + step * (number + 0.5) for number in range(SCAN)]
        self.stretches = [
            max(chords(shape, y), key=lambda chord: chord[1] - chord[0], default=(0.0, 0.0))
            for y in self.levels
        ]
        self.boxes: list[tuple[float, float, float, float]] = []
        """Width, height and middle of each."""
        for first in range(SCAN):
            left, right = self.stretches[first]
            for last in range(first, SCAN):
                left = max(left, self.stretches[last][0])
                right = min(right, self.stretches[last][1])
                if left >= right:
                    break
                x, y = (left + right) / 2, (self.levels[first] + self.levels[last]) / 2
                self.boxes.append((right - left, (last - first + 0.5) * step, x, y))

    def room(self, lines: Sequence[str]) -> Room:
        """Where lines of text have room: of what is almost the best, the middlemost."""
        width, height = size(lines)
        fits = [min(w / width, h / height) for w, h, _, _ in self.boxes]
        best, far = max(fits, default=0.0), math.inf
        found, spot = 0.0, self.middle
        for fit, (_, _, x, y) in zip(fits, self.boxes, strict=True):
            if fit >= ALMOST * best:
                off = abs(x - self.middle[0]) + abs(y - self.middle[1])
                if off < far:
                    far, found, spot = off, fit, (x, y)
        return Room(*spot, self._wide(found))

    def room_at(self, room: Room, lines: Sequence[str]) -> Room:
        """How much room there is for other lines on a spot."""
        width, height = size(lines)
        fit = 2 * min(room.y - self.bottom, self.top - room.y) / height
        step = self.levels[1] - self.levels[0]
        for y, (left, right) in zip(self.levels, self.stretches, strict=True):
            beside = min(room.x - left, right - room.x)
            before = max(abs(y - room.y) - step, 0.0)  # what lies between two lines fits both
            fit = min(fit, 2 * max(before / height, beside / width))
        return Room(room.x, room.y, self._wide(fit))

    def _wide(self, fit: float) -> int:
        return round(min(self.on.width / fit, NEVER) if fit > 0 else NEVER)


def size(lines: Sequence[str]) -> tuple[float, float]:
    """About how many pixels wide and high lines of text are."""
    return max(map(pixels, lines)), LINE * len(lines)


def pixels(text: str) -> float:
    """About how wide a line of text is."""
    return sum(COMMON if ord(letter) > SIGNS else LETTER for letter in text) + LETTER


def letters(wide: int) -> str:
    """As what part of the map's width letters may be high, if it has to be so many pixels wide for
    common ones.
    """
    return f"{COMMON / wide:.5f}"


def halved(name: str) -> tuple[str, ...]:
    """A long name on two lines, broken between words or at a Chinese character."""
    spots = [
        at
        for at in range(1, len(name))
        if name[at] == " " or max(ord(name[at - 1]), ord(name[at])) > SIGNS
    ]
    if len(name) < 4 or not spots:
        return (name,)
    at = min(spots, key=lambda at: abs(at - (len(name) + 1) // 2))
    return name[:at], name[at:].lstrip()


def upright(name: str) -> tuple[str, ...]:
    """A short Chinese name from top to bottom, for a narrow shape; any other as it is."""
    short = len(name) < 5 and all(ord(letter) > SIGNS for letter in name)
    return tuple(name) if short else (name,)
