"""Lights (灯): how much of its limit a step took. Up to 80 % is green, up to the whole of it
yellow, past it red. The 80 is ours, and a deployment's to change (``COCKPIT_YELLOW_PERCENT``).

A limit in working time is measured in working hours. Rows carry the moment that something is due
and not the unit it was set in, so it is read from the moment: a limit of whole working hours, or of
more than a day that ends on a working day, is one of working time; any other runs by the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Colour = Literal["green", "yellow", "red"]
_WHOLE = 2 / 3600
"""Hours by which a whole number of hours may miss: seconds are lost on the way."""


@dataclass(frozen=True)
class Pace:
    """What a step took of its limit, in hours: both by the city's calendar and by the clock."""

    worked: float | None
    """Working hours that went by."""
    working: float | None
    """Working hours of the limit."""
    ran: float
    ticking: float
    working_day: bool
    """Whether the limit ends on a working day."""

    @property
    def by_calendar(self) -> bool:
        """Whether the limit is one of working time."""
        if not self.working or self.worked is None:
            return False
        whole = abs(self.working - round(self.working)) < _WHOLE
        return whole or (self.ticking > 24 and self.working_day)

    @property
    def spent(self) -> float:
        """Hours that went by, of the kind that the limit is in."""
        return (self.worked or 0.0) if self.by_calendar else self.ran

    @property
    def allowed(self) -> float:
        """Hours of the limit."""
        return (self.working or 0.0) if self.by_calendar else self.ticking


@dataclass(frozen=True)
class Walked:
    """A step of one row: when it was done and due, since when its limit ran, up to when it is
    measured (it was done, or the data end), and how it went.

    ``pace`` is None where there is no limit, or nothing from which it could run. A step that never
    came though the row's life is over was ``skipped``.
    """

    column: str
    at: datetime | None
    due: datetime | None
    since: datetime | None
    until: datetime | None
    pace: Pace | None
    skipped: bool = False

    @property
    def late(self) -> bool:
        """Whether its limit was past before it was done, or is past now."""
        return self.until is not None and self.due is not None and self.until > self.due

    @property
    def share(self) -> float | None:
        """How much of its limit it took, 1 for all of it."""
        if self.pace is None or self.skipped or self.pace.allowed <= 0:
            return None
        return max(0.0, self.pace.spent / self.pace.allowed)

    def light(self, yellow: float = 0.8) -> Colour | None:
        """Its light, or None where there is no limit. Beyond the share ``yellow`` it is yellow."""
        if self.skipped or self.due is None:
            return None
        if self.late:
            return "red"
        return "green" if (self.share or 0.0) <= yellow else "yellow"
