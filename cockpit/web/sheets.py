"""What is taken along, as sheets of plain values: a page's numbers, a list's rows, a panel's
answer.

Nothing is divided or masked here: values are those of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cockpit.answers.panel import Answer
from cockpit.model.judgement import verdict
from cockpit.model.metric import Metric, Tally
from cockpit.model.panel import Panel
from cockpit.web import cells, numbers
from cockpit.web.days import span as days_of
from cockpit.web.dossier import Shown
from cockpit.web.view import View
from cockpit.web.words import Words

Value = str | int | float | date | datetime | None


class Share(float):
    """A number that is shown as a percentage."""


@dataclass(frozen=True)
class Sheet:
    """A table: its name, the heads of its columns, its rows."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def of_place(view: View, words: Words) -> list[Sheet]:
    """The page of a place: its metrics, the places below, the chosen metric along time, and what
    every metric means.
    """
    return [metrics(view, words), below(view, words), trend(view, words), definitions(view, words)]


def metrics(view: View, words: Words) -> Sheet:
    """Every metric that the page shows, for the place itself."""
    rows = []
    for one in view.metrics:
        metric, counted = one.metric, view.here[one.metric.name]
        then = view.then.get(metric.name)
        judged = verdict(metric, counted)
        rows.append(
            (
                words.metric(metric),
                *_told(metric, counted),
                words(f"unit_{metric.unit}") or None,
                _number(metric, metric.target),
                words(judged) if judged in ("reached", "missed") else None,
                _number(metric, then.value) if then and not then.hidden else None,
                counted.left_open if counted.denominator is not None else None,
                view.snapshot.as_of(metric.fact),
            )
        )
    heads = ("metric", "value", "numerator", "denominator", "unit", "target", "verdict")
    more = ("value_then", "left_open_count", "as_of")
    return Sheet(words("metrics"), _heads(words, *heads, *more), tuple(rows))


def below(view: View, words: Words) -> Sheet:
    """The places one level down as the page ranks them, what lies in none of them, and all."""
    chosen = [one.metric for one in view.columns]
    heads: list[str] = [words("place"), words("place_number"), words("rank_head")]
    for metric in chosen:
        title = words.metric(metric)
        heads.append(title)
        if metric.denominator:
            heads += [f"{title} · {words('numerator')}", f"{title} · {words('denominator')}"]

    def told(tallies: Any) -> Iterator[Value]:
        for metric in chosen:
            value, numerator, denominator = _told(metric, tallies[metric.name])
            yield value
            if metric.denominator:
                yield numerator
                yield denominator

    rows: list[tuple[Value, ...]] = []
    for row in view.rows:
        rank = row.rank.place if row.rank else None
        rows.append((words.place(row.place), row.place.code, rank, *told(row.tallies)))
    if view.rows:
        rows.append((words("unplaced"), None, None, *told(view.apart)))
    rows.append((words("total"), view.place.code, None, *told(view.here)))
    return Sheet(words("below_sheet"), tuple(heads), tuple(rows))


def trend(view: View, words: Words) -> Sheet:
    """The chosen metric along time."""
    metric = view.metric
    heads = _heads(words, "since", "value", "numerator", "denominator")
    rows = tuple((when, *_told(metric, counted)) for when, counted in view.trend)
    return Sheet(words("trend_sheet"), (heads[0], words.metric(metric), *heads[2:]), rows)


def definitions(view: View, words: Words) -> Sheet:
    """What every metric means, and how it is counted."""
    heads = ("metric", "meaning", "numerator", "denominator", "clock", "target", "least")
    rows = tuple(
        (
            words.metric(metric),
            words.meaning(metric),
            metric.numerator,
            metric.denominator or None,
            metric.clock or f"{metric.enters} → {metric.leaves or '…'}",
            _number(metric, metric.target),
            metric.least if metric.denominator else None,
            metric.standard or None,
            words.fact(metric.fact),
        )
        for metric in (one.metric for one in view.metrics)
    )
    return Sheet(words("definitions_sheet"), _heads(words, *heads, "standard", "fact"), rows)


def of_rows(shown: Shown, words: Words) -> Sheet:
    """A list of rows, masked as on the page."""
    fact = shown.listing.declared
    columns = list(shown.listed.rows[0].values) if shown.listed.rows else list(fact.listed)
    adds = any(row.amount is not None for row in shown.listed.rows)
    heads = [words.column(fact.name, name) for name in columns]
    heads += [words("rows_state"), words("rows_where"), *([words("rows_adds")] if adds else [])]
    rows = tuple(
        (
            *(_plain(row.values[name], words) for name in columns),
            words.status(fact.name, row.badge) if row.badge else None,
            cells.where(shown.snapshot, row.place, shown.place),
            *([None if row.amount is None else float(row.amount)] if adds else []),
        )
        for row in shown.listed.rows
    )
    return Sheet(words.fact(fact.name), tuple(heads), rows)


def of_panel(panel: Panel, answer: Answer, words: Words) -> Sheet:
    """A panel's answer: what is hidden on the page is hidden here."""
    names = [name for name, _ in answer.columns]
    hidden = answer.hidden or ("",) * len(answer.rows)
    rows = tuple(
        tuple(
            told if told and value is None and name in panel.counts else _plain(value, words)
            for name, value in zip(names, row, strict=True)
        )
        for row, told in zip(answer.rows, hidden, strict=True)
    )
    return Sheet(words.panel(panel), tuple(words.label(panel, name) for name in names), rows)


def about(pairs: Sequence[tuple[str, Value]], words: Words) -> Sheet:
    """Whose, when, and of what."""
    return Sheet(words("about_sheet"), _heads(words, "about_sheet", "value"), tuple(pairs))


def span(view: View, words: Words) -> str:
    """The days of a page, in words."""
    return days_of(view.period, view.as_of, words)


def _heads(words: Words, *names: str) -> tuple[str, ...]:
    return tuple(words(name) for name in names)


def _told(metric: Metric, counted: Tally) -> tuple[Value, Value, Value]:
    """Value, numerator, denominator; what is hidden is told by a word and nothing else."""
    if counted.hidden:
        return numbers.value(metric, counted), None, None
    if counted.denominator is None:
        return _number(metric, counted.value), None, None
    return (
        _number(metric, counted.value),
        _exact(counted.numerator),
        _exact(counted.denominator),
    )


def _number(metric: Metric, value: float | None) -> Value:
    if value is None:
        return None
    if metric.unit == "percent":
        return Share(value)
    return int(value) if float(value).is_integer() else round(value, 4)


def _exact(number: int | Decimal) -> int | float:
    return float(number) if isinstance(number, Decimal) else number


def _plain(value: Any, words: Words) -> Value:
    if value is None or (isinstance(value, int | float | date) and not isinstance(value, bool)):
        return value
    if isinstance(value, Decimal):
        return float(value)
    return cells.said(value, words)
