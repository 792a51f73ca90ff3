"""A city's own boundaries, as all rooms know them: on which datum they may stand, and how a map
shows degrees.
"""

from __future__ import annotations

import math

from cockpit.model.shape import Shape

DATUMS = {"wgs84": "WGS-84", "gcj02": "GCJ-02"}
"""On which coordinates may stand. GCJ-02 is kept as it came: to turn it back is to guess."""


def narrow(latitude: float) -> float:
    """How much shorter a degree of longitude is there than one of latitude."""
    return math.cos(math.radians(latitude))


def flat(shape: Shape, latitude: float) -> Shape:
    """A shape in degrees as a map around that latitude shows it, in degrees of latitude."""
    shorter = narrow(latitude)
    return tuple(tuple((lon * shorter, lat) for lon, lat in ring) for ring in shape)
