"""How often what analysts made is opened: a number for each panel and metric and day, so that what
nobody opens can be retired. Who opened it is not kept here; that is the audit's.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from cockpit.people.state import State, Unavailable
from cockpit.people.tables import opens

EVERY = 30.0
"""Seconds between two times that what was counted is written."""
KEPT = 400
"""Days for which it is kept."""

log = logging.getLogger("cockpit.opens")


class Opens:
    """The count of one process. Adding costs nothing; a thread of its own writes now and then."""

    def __init__(self, state: State, now: Callable[[], datetime]):
        self.state, self.now = state, now
        self._lock = threading.Lock()
        self._counted: Counter[tuple[date, str, str]] = Counter()
        self._timer: threading.Timer | None = None
        self._registered = False

    def add(self, kind: str, names: Iterable[str]) -> None:
        """Somebody opened these."""
        today = self.now().date()
        with self._lock:
            self._counted.update((today, kind, name[:200]) for name in names)
            if not self._counted or self._timer is not None:
                return
            self._timer = threading.Timer(EVERY, self.flush)
            self._timer.daemon = True
            self._timer.start()
            if not self._registered:
                self._registered = True
                atexit.register(self.flush)

    def flush(self) -> None:
        """Write what was counted; where that fails, with the next."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
        if not counted:
            return
        try:
            with self.state.write() as connection:
                self._write(connection, counted)
        except Unavailable:
            log.warning("what was opened is not written: the state database does not answer")
            with self._lock:
                self._counted.update(counted)

    def _write(self, connection: Connection, counted: Counter[tuple[date, str, str]]) -> None:
        insert: Any = sqlite.insert if self.state.is_sqlite else postgresql.insert
        rows = [
            {"day": day, "kind": kind, "name": name, "times": times}
            for (day, kind, name), times in counted.items()
        ]
        put = insert(opens)
        added = {"times": opens.c.times + put.excluded.times}
        connection.execute(
            put.on_conflict_do_update(index_elements=["day", "kind", "name"], set_=added), rows
        )
        before = self.now().date() - timedelta(days=KEPT)
        connection.execute(delete(opens).where(opens.c.day < before))

    def within(self, days: int) -> dict[tuple[str, str], int]:
        """How often each kind and name was opened in so many days, today among them."""
        self.flush()
        since = self.now().date() - timedelta(days=days - 1)
        asked = (
            select(opens.c.kind, opens.c.name, func.sum(opens.c.times))
            .where(opens.c.day >= since)
            .group_by(opens.c.kind, opens.c.name)
        )
        with self.state.read() as connection:
            return {(kind, name): int(times) for kind, name, times in connection.execute(asked)}
