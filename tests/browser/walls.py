"""What tests of walls share: a town whose rows come one by one, and how long a wall may take."""

from __future__ import annotations

import time

from playwright.sync_api import Error, Page

from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import town as towns

RECOVERS = 15
"""Seconds after the cause ends within which a wall is right again."""


class Town:
    """The town with a wall of its own, and rows that come."""

    def __init__(self, settings: Settings, record: Record):
        self.settings, self.record, self.sent, self.files = settings, record, 0, 0

    def case(self, reported: str = "") -> str:
        """One case more, published; gives the snapshot's id."""
        self.sent += 1
        reported = reported or f"2026-01-{10 + self.sent % 15} 09:00"
        case = {"number": f"x{self.sent}", "place": "town/s/a/1/a", "reported_at": reported}
        return self._send("cases", case)

    def red(self, number: str, cleared: str = "") -> str:
        """A red warning, published; one that is open is cleared first, in the same snapshot."""
        about = {"place": "town/s", "topic": "电诈", "colour": "red"}
        raised = {**about, "raised_at": "2026-01-20 09:00"}
        ended = {"number": cleared, **raised, "cleared_at": "2026-01-20 10:00"}
        return self._send("warnings", *([ended] if cleared else []), {"number": number, **raised})

    def _send(self, fact: str, *rows: dict[str, str]) -> str:
        self.files += 1
        told = towns.send(self.record, f"{fact}{self.files}.csv", towns.as_csv(rows), fact)
        assert told.changed == len(rows)
        return towns.publish(self.record)


def until(page: Page, test: str, forwards: float = 0.0) -> float:
    """Seconds of the page's clock until something is so in it."""
    began, gone = time.monotonic(), 0.0
    while not _is(page, test):
        assert time.monotonic() - began < 60, f"never: {test}"
        if forwards:
            page.clock.fast_forward(int(forwards * 1000))
            gone += forwards
        page.wait_for_timeout(100)
    return gone + time.monotonic() - began


def _is(page: Page, test: str) -> bool:
    try:
        return bool(page.evaluate(test))
    except Error:  # it is being loaded
        return False


def scene(page: Page) -> str:
    return str(page.evaluate("document.documentElement.dataset.scene"))


LOST = "document.documentElement.dataset.link === 'lost'"
UP = "document.documentElement.dataset.link === 'up'"
