"""The table of the places one level down. Nothing is divided here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.answers.tally import Tallies
from cockpit.model.judgement import verdict
from cockpit.model.metric import Metric, Tally
from cockpit.web import numbers, remarks
from cockpit.web.elements import Element, element
from cockpit.web.view import Row, View
from cockpit.web.words import Words


def children(view: View, words: Words) -> Element:
    """The places one level down, the worst first; then what lies in none of them; then all."""
    metrics = [one.metric for one in view.columns]
    heads = [element("Th", words("place"), scope="col", role="columnheader", cls="name")]
    for metric in metrics:
        chosen = metric.name == view.metric.name
        heads.append(
            element(
                "Th",
                element(
                    "A",
                    words.metric(metric),
                    href=view.state.href(metric=metric.name),
                    title=words("sort_by", metric=words.metric(metric)),
                    data_stay="",
                ),
                scope="col",
                role="columnheader",
                aria_sort=_sort(metric) if chosen else None,
                cls="chosen" if chosen else None,
            )
        )
        if chosen and view.then:
            heads.append(element("Th", words("change"), scope="col", role="columnheader"))
    apart = element(
        "Tr",
        _named(words("unplaced"), words("unplaced_meaning"), "apart-name"),
        *_cells(words, view, metrics, view.apart, view.apart_then),
        role="row",
        cls="apart",
    )
    total = element(
        "Tr",
        _named(words("total"), words("total_meaning"), ""),
        *_cells(words, view, metrics, view.here, view.then),
        role="row",
        cls="total",
    )
    return element(
        "Table",
        element("Thead", element("Tr", *heads, role="row"), role="rowgroup"),
        element(
            "Tbody",
            *(_row(words, view, metrics, row) for row in view.rows),
            apart,
            role="rowgroup",
        ),
        element("Tfoot", total, role="rowgroup"),
        role="table",
        cls="children",
        aria_labelledby="below-title",
    )


def _sort(metric: Metric) -> str:
    return "ascending" if metric.better == "up" else "descending"


def _row(words: Words, view: View, metrics: Sequence[Metric], row: Row) -> Element:
    notes = {"pseudo": "pseudo", "few": "too_few", "hidden": "hidden_note"}
    note = words(notes[row.note]) if row.note in notes else None
    name = element(
        "Th",
        element(
            "Span",
            str(row.rank.place) if row.rank else "",
            cls="rank",
            title=words("peer_rank", place=row.rank.place, among=row.rank.among)
            if row.rank
            else None,
        ),
        element("A", words.place(row.place), href=view.state.href(place=row.place.code)),
        element("Small", _aside(words, row, note)) if _aside(words, row, note) else None,
        scope="row",
        role="rowheader",
        cls="name",
    )
    return element(
        "Tr",
        name,
        *_cells(words, view, metrics, row.tallies, row.then),
        role="row",
        cls=row.note or None,
        data_code=row.place.code,
    )


def _aside(words: Words, row: Row, note: str | None) -> str:
    said = [row.place.pinyin.title()] if words.language == "en" and row.place.pinyin else []
    return " · ".join([*said, *([note] if note else [])])


def _named(name: str, meaning: str, cls: str) -> Element:
    return element(
        "Th",
        element("Span", "", cls="rank"),
        element("Span", name, cls=cls or None),
        element("Small", meaning),
        scope="row",
        role="rowheader",
        cls="name",
    )


def _cells(
    words: Words, view: View, metrics: Sequence[Metric], now: Tallies, then: Tallies
) -> Iterator[Element]:
    """A cell a metric, and after the chosen one how it changed."""
    for metric in metrics:
        yield _cell(words, view, metric, now[metric.name])
        if metric.name == view.metric.name and view.then:
            changed = view.change(metric, now[metric.name], then)
            yield element(
                "Td",
                remarks.change(words, changed, "\n") if changed else numbers.BLANK,
                role="cell",
                cls=f"change {changed.verdict}".strip() if changed else "change",
                data_label=words("change"),
            )


def _cell(words: Words, view: View, metric: Metric, counted: Tally) -> Element:
    """Value over numerator and denominator: the first line is set larger than the second."""
    said = numbers.value(metric, counted)
    found = verdict(metric, counted) if metric.target is not None else ""
    chosen = metric.name == view.metric.name
    if chosen and found in ("reached", "missed"):
        said = f"{remarks.MARKS[found]}\N{NO-BREAK SPACE}{said}"
    parts = numbers.parts(counted) if counted.value is not None else ""
    if counted.left_open and counted.denominator is not None:
        left = words("left_open", n=numbers.whole(counted.left_open))
        parts = words("beside", parts=parts, left_open=left)
    classes = [each for each in ("chosen" if chosen else "", found) if each]
    return element(
        "Td",
        f"{said}\n{parts}" if parts else said,
        role="cell",
        cls=" ".join(classes) or None,
        data_label=words.metric(metric),
    )
