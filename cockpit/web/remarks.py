"""What is remarked beside a number: its unit, target, change and rank, and where its rows are."""

from __future__ import annotations

from dataclasses import replace

from cockpit.model.counting import Part
from cockpit.model.judgement import Change, Rank
from cockpit.model.metric import Metric
from cockpit.people.roles import Right
from cockpit.web import numbers
from cockpit.web.days import stretch
from cockpit.web.elements import Element, element
from cockpit.web.listing import behind
from cockpit.web.view import View
from cockpit.web.words import Words

MARKS = {"reached": "✓", "missed": "✕", "few": "○", "": ""}
"""A verdict's shape: its colour is never alone."""
ARROWS = {"up": "▲", "down": "▼", "same": "●"}


def rows_href(view: View, metric: Metric, part: Part = "numerator") -> str | None:
    """Where the rows behind a number are listed, for who may see them. A list ends its periods on
    the day of its own fact: where a page ends them on another, the address names the days.
    """
    if Right.SEE_ROWS not in view.seen.rights:
        return None
    state, days = view.state, view.period
    if state.period and view.snapshot.last_day(metric.fact) != view.as_of and days.days:
        state = replace(state, period="", since=days.since, until=days.until)
    return behind(state, metric.fact, metric.name, part)


def unit(words: Words, metric: Metric) -> str:
    """The word after a metric's value: what is counted, or in what it is measured."""
    if metric.unit == "count" and metric.fact != "cases":
        return words(f"unit_{metric.fact}")
    return words(f"unit_{metric.unit}")


def change(words: Words, changed: Change, between: str = " ") -> str:
    """A change with its arrow and its word."""
    if changed.verdict == "same":
        return f"{ARROWS['same']} {words('same')}"
    word = changed.verdict or ("more" if changed.by > 0 else "fewer")
    return f"{ARROWS[changed.way]} {by(words, changed)}{between}{words(word)}"


def by(words: Words, changed: Change) -> str:
    """How much something changed, without its direction."""
    much = abs(changed.by)
    said = {
        "points": f"{much * 100:.2f}",
        "share": f"{much * 100:.1f}",
        "unit": numbers.whole(much),
    }
    return words(f"change_{changed.of}", n=said[changed.of])


def was(view: View, words: Words, metric: Metric) -> str | None:
    """What a metric counted in the time that this one is held against."""
    counted = view.then.get(metric.name)
    if view.before is None or counted is None:
        return None
    since, until = view.before.since, view.before.until
    if since is None or until is None:
        return None
    said, parts = numbers.value(metric, counted), numbers.parts(counted)
    return words(
        "change_was",
        than=words(f"than_{view.state.compare}"),
        span=stretch(since, until, words),
        value=f"{said} ({parts})" if parts and counted.value is not None else said,
    )


def peers(words: Words, rank: Rank) -> Element:
    """The rank among true peers."""
    return element(
        "Span",
        words("peer_rank", place=rank.place, among=rank.among),
        cls="peer-rank",
        title=words("peer_rank_meaning", among=rank.among),
    )


def goal(words: Words, metric: Metric) -> str:
    """A metric's target with its direction, or nothing where it has none."""
    if metric.target is None:
        return ""
    way = "target_down" if metric.better == "down" else "target_up"
    return words(way, target=numbers.target(metric))
