"""Subjects: the folders of queries/ as pages know them, and the day that their data speak for."""

from __future__ import annotations

from datetime import date

from cockpit.answers.snapshot import Snapshot
from cockpit.model.cases import CASES
from cockpit.model.counting import Counted
from cockpit.model.facts import FACTS
from cockpit.web.words import WORDS, Words

LAST = 1000
"""Where a subject stands that says nothing of its order."""
SHOWN = 6
"""How many metrics of a subject stand on the overview where none says that it is to."""


def subjects(snapshot: Snapshot) -> tuple[str, ...]:
    """The subjects that have metrics, in the order that their files ask for."""
    known = {one.metric.subject for one in snapshot.counted.values()}
    orders = {one.name: one.order for one in snapshot.subjects}
    return tuple(sorted(known, key=lambda name: (orders.get(name, LAST), name)))


def metrics(snapshot: Snapshot, subject: str) -> tuple[Counted, ...]:
    """A subject's metrics, in the order of its file."""
    return tuple(one for one in snapshot.counted.values() if one.metric.subject == subject)


def headlines(snapshot: Snapshot, subject: str) -> tuple[Counted, ...]:
    """Those of them that stand on the overview."""
    mine = metrics(snapshot, subject)
    return tuple(one for one in mine if one.metric.headline) or mine[:SHOWN]


def facts(snapshot: Snapshot, subject: str) -> tuple[str, ...]:
    """The facts that a subject's metrics count."""
    return tuple(dict.fromkeys(one.metric.fact for one in metrics(snapshot, subject)))


def rows(snapshot: Snapshot, subject: str) -> int:
    """How many rows its facts have."""
    return sum(snapshot.standing(fact).rows for fact in facts(snapshot, subject))


def last_day(snapshot: Snapshot, subject: str) -> date | None:
    """The newest day that any of its facts speaks for."""
    days = [snapshot.last_day(fact) for fact in facts(snapshot, subject)]
    return max((day for day in days if day), default=None)


def day_of(snapshot: Snapshot, subject: str = "") -> date:
    """The day on which the periods of a subject's page end: on the overview (no subject) that of
    the cases where there are any, else the newest of the others.
    """
    if subject:
        return last_day(snapshot, subject) or snapshot.published.date()
    cases, *others = sorted(FACTS, key=lambda fact: fact != CASES.name)
    days = [snapshot.last_day(fact) for fact in others]
    newest = max((day for day in days if day), default=snapshot.published.date())
    return snapshot.last_day(cases) or newest


def title(snapshot: Snapshot, words: Words, name: str) -> str:
    """What a subject is called; one whose folder says nothing goes by its name."""
    if not name:
        return words("overview")
    found = {one.name: one for one in snapshot.subjects}.get(name)
    return words.subject(found) if found else name


def about(snapshot: Snapshot, words: Words, name: str) -> str:
    """What a subject is about, where that is known; else its title."""
    said = f"group_{name}"
    return words(said) if said in WORDS else title(snapshot, words, name)
