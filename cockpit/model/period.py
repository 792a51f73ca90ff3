"""A stretch of days, as the URL and the shell name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.model.mistakes import Mistake

NAMED = ("today", "7d", "30d", "month", "quarter", "year", "all")


@dataclass(frozen=True)
class Period:
    """From ``since`` to ``until``, both days included; None is open."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since > self.until:
            raise Mistake(
                f"the period ends ({self.until}) before it begins ({self.since})",
                write="Swap since and until",
            )

    @property
    def days(self) -> int | None:
        """How many days it has, or None where it is open."""
        if self.since is None or self.until is None:
            return None
        return (self.until - self.since).days + 1


def day(text: str | None, name: str = "day") -> date | None:
    """A date from text; None for none. Raises Mistake for what is no date."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistake(f"{name} is {text!r}", write="Write a date such as 2026-10-01") from None


def named(word: str, as_of: date) -> Period:
    """今日, 近7天, 近30天, 本月, 本季, 本年: stretches that end on the as-of day."""
    starts = {
        "today": as_of,
        "7d": as_of - timedelta(days=6),
        "30d": as_of - timedelta(days=29),
        "month": as_of.replace(day=1),
        "quarter": as_of.replace(month=(as_of.month - 1) // 3 * 3 + 1, day=1),
        "year": as_of.replace(month=1, day=1),
        "all": None,
    }
    if word not in starts:
        raise Mistake(f"{word!r} is no period", write=f"Known: {', '.join(NAMED)}")
    return Period(starts[word], as_of if word != "all" else None)
