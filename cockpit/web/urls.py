"""The URL is the state: what a page shows, read from its address and written back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode

from cockpit.model.mistakes import Mistake
from cockpit.model.period import COMPARISONS, NAMED, Period, named

DEFAULT = "30d"
"""The period of an address that names none."""
LANGUAGES = ("zh", "en")
ROOM = "/place/"
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
"""Days beyond these are slips of the hand, and would cost a step each in a trend."""


@dataclass(frozen=True)
class State:
    """What is being looked at. ``period`` is empty where ``since`` or ``until`` say it;
    ``wrong`` are the parts of the address that mean nothing and were passed over.
    """

    place: str
    period: str = DEFAULT
    since: date | None = None
    until: date | None = None
    metric: str = ""
    language: str = ""
    wrong: tuple[str, ...] = ()
    subject: str = ""
    """A folder of queries/; empty is the overview."""
    compare: str = COMPARISONS[0]
    """With what the period is compared; the first where the address names nothing."""

    def over(self, as_of: date) -> Period:
        """The days meant. They end on the as-of day unless the address says otherwise: what is
        due tomorrow is not overdue. "All" has no end.
        """
        if self.period:
            return named(self.period, as_of)
        until = self.until or max(as_of, self.since or as_of)
        return Period(self.since, until)

    def href(self, **changes: Any) -> str:
        """The address of this state, or of one that differs in what is named."""
        state = replace(self, **changes) if changes else self
        query = _query(
            state.subject,
            state.period,
            state.since,
            state.until,
            state.compare,
            state.metric,
            state.language,
        )
        return f"{ROOM}{quote(state.place, safe='/')}" + (f"?{query}" if query else "")


@lru_cache(10_000)
def _query(
    subject: str,
    period: str,
    since: date | None,
    until: date | None,
    compare: str,
    metric: str,
    language: str,
) -> str:
    """What follows the place in an address. A page has hundreds of links, and few of these."""
    asked = {
        "subject": subject,
        "period": period if period != DEFAULT else "",
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
        "compare": compare if compare != COMPARISONS[0] else "",
        "metric": metric,
        "lang": language,
    }
    return urlencode({name: value for name, value in asked.items() if value})


def read(pathname: str, search: str) -> State | None:
    """The state of an address, or None where the path leads to no page of ours."""
    if not pathname.startswith(ROOM):
        return None
    place = unquote(pathname.removeprefix(ROOM)).removesuffix("/")
    asked = {
        name: values[-1]
        for name, values in parse_qs(search.removeprefix("?"), keep_blank_values=True).items()
    }
    return _state(place, asked)


def _state(place: str, asked: Mapping[str, str]) -> State:
    wrong = []

    def one_of(name: str, known: tuple[str, ...]) -> str:
        value = asked.get(name, "")
        if value and value not in known:
            wrong.append(name)
            return ""
        return value

    def day(name: str) -> date | None:
        text = asked.get(name, "")
        try:
            found = date.fromisoformat(text) if text else None
        except ValueError:
            found = date.min
        if found and not FIRST <= found <= LAST:
            wrong.append(name)
            return None
        return found

    since, until = day("since"), day("until")
    try:
        Period(since, until)
    except Mistake:
        wrong.append("since")
        since = until = None
    named_period = one_of("period", NAMED)
    return State(
        place=place,
        period="" if since or until else named_period or DEFAULT,
        since=since,
        until=until,
        metric=asked.get("metric", ""),
        language=one_of("lang", LANGUAGES),
        subject=asked.get("subject", ""),
        compare=one_of("compare", COMPARISONS) or COMPARISONS[0],
        wrong=tuple(wrong),
    )
