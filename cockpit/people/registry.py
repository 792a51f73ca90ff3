"""The registry: the open state database with its audit, key and clock. All of this room's work
begins with one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from cockpit.people.audit import Audit
from cockpit.people.keys import Key
from cockpit.people.opens import Opens
from cockpit.people.state import State
from cockpit.settings import Settings


def wall_clock() -> datetime:
    """The moment, with its zone."""
    return datetime.now(UTC)


class Registry:
    """What one process has open of people. Any thread may use it."""

    def __init__(self, settings: Settings, now: Callable[[], datetime] = wall_clock):
        self.settings, self.now = settings, now
        self.key = Key(settings.home)
        self.state = State(settings)
        self.audit = Audit(self.state, self.key, now)
        self.opens = Opens(self.state, now)

    def close(self) -> None:
        """Write what waits, and let go."""
        self.audit.flush()
        self.opens.flush()
        self.state.close()
