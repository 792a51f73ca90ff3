"""Who asks: the viewer of the request at hand."""

from __future__ import annotations

from cockpit.people.gate import CONSOLE, Viewer


def viewer() -> Viewer:
    """The viewer of this request."""
    return CONSOLE
