"""A stretch of days, as the URL and the shell name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.model.mistakes import Mistake, did_you_mean

NAMED = ("today", "7d", "30d", "month", "quarter", "year", "all")
COMPARISONS = ("previous", "year", "none")
"""With what a period is compared: the one before it (环比), the year before (同比), nothing."""


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


def compared(period: Period, name: str, how: str) -> Period | None:
    """The stretch that a period is held against, or None where there is none.

    ``name`` is one of NAMED, or empty for days of one's own choice; ``how`` one of COMPARISONS.

    ``year`` (同比) is the same days a year before, 28 February for the 29th. ``previous`` (环比) is
    the stretch of the same kind before: as many days from the first of the month or quarter before,
    never past its end; the year before up to the same day; else as many days just before. A period
    that is open has none, nor one before which the calendar has no room.
    """
    if how not in COMPARISONS:
        raise Mistake(f"{how!r} is no comparison", write=did_you_mean(how, COMPARISONS))
    if name and name not in NAMED:
        raise Mistake(f"{name!r} is no period", write=did_you_mean(name, NAMED))
    since, until, days = period.since, period.until, period.days
    if how == "none" or since is None or until is None or days is None:
        return None
    try:
        if how == "year" or name == "year":
            return Period(_year_before(since), _year_before(until))
        last = since - timedelta(days=1)
        if name in ("month", "quarter"):
            first = named(name, last).since or last
            return Period(first, min(first + timedelta(days=days - 1), last))
        return Period(last - timedelta(days=days - 1), last)
    except (OverflowError, ValueError):
        return None


def _year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
