"""Working time: 工作时, 工作日, 紧急工作时 and 自然日, as SQL macros over plain arithmetic.

A calendar is an array, one entry a day, of the working days before it and whether it is one, so
that the time between two moments is two look-ups: cheap for ten million rows. The array is a
variable of the connection: as text in the macros it would be parsed at every use. Public
holidays and 调休 days come from the city's ``calendar.csv``; years that it does not name follow
the plain week. The hours of a working day are the city's configuration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from cockpit.model.mistakes import Mistake

FIRST = date(2005, 1, 1)
LAST = date(2045, 12, 31)
_EPOCH = date(1970, 1, 1)
_DAY_US = 86_400_000_000
KINDS = ("holiday", "workday")


@dataclass(frozen=True)
class Calendar:
    """The exceptions from the plain week, and the hours of a working day."""

    exceptions: Mapping[date, bool]
    hours: Sequence[tuple[time, time]] = (
        (time(8), time(12)),
        (time(14), time(18)),
    )

    def works(self, day: date) -> bool:
        """Whether a day is a working day."""
        return self.exceptions.get(day, day.weekday() < 5)

    @property
    def day_seconds(self) -> int:
        """Working seconds in a working day."""
        return sum(_seconds(end) - _seconds(start) for start, end in self.hours)

    @property
    def fingerprint(self) -> str:
        """Changes when a day or an hour does."""
        return hashlib.sha256(
            repr((sorted(self.exceptions.items()), self.hours)).encode()
        ).hexdigest()[:16]

    def macros(self) -> list[str]:
        """The SQL that gives a connection the working-time functions (run each, once a connection).

        ``work_hours(a, b)``      工作时: working hours between two moments
        ``work_days(a, b)``       工作日: working days begun after a, up to b
        ``clock_hours(a, b)``     紧急工作时: hours by the clock, nights and holidays count
        ``calendar_days(a, b)``   自然日: midnights between the two
        ``add_work_hours(t, n)``  the moment n working hours after t
        ``add_work_days(t, n)``   the same hour, n working days after t
        ``is_work_day(t)``        whether t lies on a working day
        Each is NULL where an argument is.
        """
        packed: list[int] = []
        numbered: list[int] = []
        for index in range((LAST - FIRST).days + 1):
            works = self.works(FIRST + timedelta(days=index))
            packed.append(2 * len(numbered) + works)
            if works:
                numbered.append(index)
        return [
            f"set variable work_calendar = {_listed(packed)}",
            f"set variable work_day_list = {_listed(numbered)}",
            "create or replace macro _day(t) as"
            f" (epoch_us(t::timestamp) // {_DAY_US} - {(FIRST - _EPOCH).days})::integer",
            "create or replace macro _second(t) as"
            f" (epoch_us(t::timestamp) % {_DAY_US} // 1000000)::integer",
            "create or replace macro _packed(i) as"
            " list_extract(getvariable('work_calendar'), i + 1)",
            "create or replace macro _work_day(n) as"
            " list_extract(getvariable('work_day_list'), n + 1)",
            "create or replace macro is_work_day(t) as _packed(_day(t)) % 2 = 1",
            f"create or replace macro _spent(s) as {self._spent()}",
            f"create or replace macro _gone(p, s) as (p // 2) * {self.day_seconds}"
            " + (p % 2) * _spent(s)",
            "create or replace macro _work_seconds(t) as _gone(_packed(_day(t)), _second(t))",
            "create or replace macro _upto(p) as (p + 1) // 2",
            "create or replace macro work_hours(a, b) as"
            " (_work_seconds(b) - _work_seconds(a)) / 3600",
            "create or replace macro work_days(a, b) as"
            " _upto(_packed(_day(b))) - _upto(_packed(_day(a)))",
            "create or replace macro clock_hours(a, b) as epoch(b - a) / 3600",
            "create or replace macro calendar_days(a, b) as date_diff('day', a, b)",
            "create or replace macro add_work_days(t, n) as t + to_days("
            "_work_day((_upto(_packed(_day(t))) - 1 + n)::integer) - _day(t))",
            f"create or replace macro _moment(d, s) as timestamp '{FIRST}'"
            f" + to_days(_work_day(d)) + to_seconds({self._second_of_day()})",
            "create or replace macro _after(s) as _moment("
            f"((s - 1) // {self.day_seconds})::integer, (s - 1) % {self.day_seconds} + 1)",
            "create or replace macro add_work_hours(t, n) as"
            " _after(_work_seconds(t) + (n * 3600)::integer)",
        ]

    def _spent(self) -> str:
        """SQL: working seconds of a working day that have gone by at second ``s`` of the day."""
        return " + ".join(
            f"greatest(0, least(s, {_seconds(end)}) - {_seconds(start)})"
            for start, end in self.hours
        )

    def _second_of_day(self) -> str:
        """SQL: the second of the day at which ``s`` working seconds have gone by; its inverse."""
        terms, gone = [f"s + {_seconds(self.hours[0][0])}"], 0
        for (start, end), (later, _) in zip(self.hours, self.hours[1:], strict=False):
            gone += _seconds(end) - _seconds(start)
            terms.append(f"(s > {gone})::integer * {_seconds(later) - _seconds(end)}")
        return f"({' + '.join(terms)})::integer"


def _listed(numbers: list[int]) -> str:
    """A list in SQL; as one text it is parsed a hundred times faster than as an expression."""
    return f"string_split('{','.join(map(str, numbers))}', ',')::integer[]"


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60


def read_exceptions(rows: Iterable[Mapping[str, str]], where: str) -> dict[date, bool]:
    """The rows of ``calendar.csv`` (date, kind, name, source) as day → is a working day."""
    days: dict[date, bool] = {}
    for line, row in enumerate(rows, start=2):
        try:
            day = date.fromisoformat(row["date"])
        except (KeyError, ValueError):
            raise Mistake(
                f"date is {row.get('date')!r}", where=f"{where}:{line}", write="Write 2026-10-01"
            ) from None
        if row.get("kind") not in KINDS:
            raise Mistake(
                f"kind is {row.get('kind')!r}",
                where=f"{where}:{line}",
                write=f"Write one of {', '.join(KINDS)}",
            )
        days[day] = row["kind"] == "workday"
    return days
