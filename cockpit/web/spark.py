"""A metric along time as a line the size of a word: an image that needs no request of its own."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

WIDTH, HEIGHT, EDGE = 96, 28, 3
COLOUR = "#5b8ec4"
"""Reads on light and on dark ground: an image knows nothing of the page around it."""


def image(values: Sequence[float | None]) -> str:
    """The address of the image, or nothing where there are not two values to be joined. A blank is
    a gap; the last value has a dot.
    """
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    least, most = min(value for _, value in known), max(value for _, value in known)
    across = (WIDTH - 2 * EDGE) / (len(values) - 1)
    up = (HEIGHT - 2 * EDGE) / (most - least) if most > least else 0.0

    def spot(at: int, value: float) -> str:
        height = (value - least) * up if up else HEIGHT / 2 - EDGE
        return f"{EDGE + at * across:.0f} {HEIGHT - EDGE - height:.0f}"

    # A value between two blanks is a line of no length, which round ends make a dot.
    path, before = "", -2
    for at, value in known:
        path += f"L{spot(at, value)}" if at == before + 1 else f"M{spot(at, value)}h0"
        before = at
    x, y = spot(*known[-1]).split()
    drawn = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' fill='none'"
        f" stroke='{COLOUR}' stroke-width='1.5' stroke-linejoin='round' stroke-linecap='round'>"
        f"<path d='{path}'/><circle cx='{x}' cy='{y}' r='2' fill='{COLOUR}'/></svg>"
    )
    return f"data:image/svg+xml,{quote(drawn, safe=SAFE)}"


SAFE = " ='/:.,()"
"""What of it may stand in an address as it is."""
