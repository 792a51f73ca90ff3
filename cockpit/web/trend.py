"""The chosen metric along time: the picture, a sentence for whoever does not see it, the table."""

from __future__ import annotations

from datetime import date
from itertools import zip_longest

from cockpit.model.metric import Metric, Tally
from cockpit.web import charts, frame, numbers, remarks
from cockpit.web.elements import Child, Element, core, element, heads
from cockpit.web.view import View
from cockpit.web.words import Words


def card(view: View, words: Words) -> Element:
    """The trend of the chosen metric, that of the time before faint behind it."""
    goal = remarks.goal(words, view.metric)
    known = [(when, counted) for when, counted in view.trend if counted.value is not None]
    body: list[Child]
    if known:
        body = [
            element(
                "Div",
                core(
                    "Graph",
                    id="trend",
                    figure=figure(view, words),
                    config=charts.CONFIG,
                    responsive=True,
                    className="graph",
                ),
                role="img",
                aria_label=_sentence(view, words, known),
                cls="figure",
            ),
            _twin(view, words),
        ]
    else:
        body = [element("P", words("no_trend"), cls="nothing")]
    return element(
        "Section",
        element(
            "Div",
            element("H2", words("trend", metric=words.metric(view.metric)), id="trend-title"),
            element("Span", words(f"by_{view.step}"), cls="quiet"),
            element("Span", words("trend_then"), cls="then-key") if _then_known(view) else None,
            element("Span", words("goal", target=goal), cls="goal-key") if goal else None,
            cls="card-head",
        ),
        element("P", words.meaning(view.metric), cls="card-note"),
        *body,
        cls="card trend",
        aria_labelledby="trend-title",
    )


def figure(view: View, words: Words) -> charts.Figure:
    """The trend as a figure: bars where rows are counted as they come, else a line."""
    metric = view.metric

    def point(at: date, when: date, counted: Tally) -> charts.Point:
        said = f"{label(view, words, when)}<br>{_told(metric, counted)}"
        return charts.Point(at.isoformat(), counted.value, said)

    points = [point(when, when, counted) for when, counted in view.trend]
    # Held against each other step by step: what was then stands where its step is now.
    before = [
        point(now, when, counted)
        for (now, _), (when, counted) in zip(view.trend, view.trend_then, strict=False)
    ]
    axes = charts.Axes(
        dates=words("axis_day" if view.step == "day" else "axis_month"),
        values=".0%" if metric.unit == "percent" else ",~r",
        target=metric.target,
        whole=metric.unit == "count",
    )
    kind = charts.bars if metric.unit == "count" and not metric.stock else charts.line
    return kind(points, axes, before if _then_known(view) else ())


def label(view: View, words: Words, when: date) -> str:
    """A step of the trend in words."""
    if view.step == "month":
        return numbers.month(when, words.language)
    day = numbers.day(when, words.language)
    return words("week_of", day=day) if view.step == "week" else day


def _then_known(view: View) -> bool:
    return any(counted.value is not None for _, counted in view.trend_then)


def _told(metric: Metric, counted: Tally) -> str:
    parts = numbers.parts(counted)
    said = numbers.value(metric, counted)
    return f"{said} ({parts})" if parts else said


def _sentence(view: View, words: Words, known: list[tuple[date, Tally]]) -> str:
    """The chart for whoever does not see it."""
    lowest = min(known, key=lambda step: step[1].value or 0)[1]
    highest = max(known, key=lambda step: step[1].value or 0)[1]
    return words(
        "trend_says",
        place=view.place.name,
        metric=words.metric(view.metric),
        span=frame.span(view, words),
        step=words(f"by_{view.step}"),
        n=len(known),
        least=numbers.value(view.metric, lowest),
        most=numbers.value(view.metric, highest),
        last=numbers.value(view.metric, known[-1][1]),
    )


def _twin(view: View, words: Words) -> Element:
    """The same as a table."""
    ratio, compared = bool(view.chosen.metric.denominator), _then_known(view)
    rows = []
    for (when, counted), then in zip_longest(view.trend, view.trend_then if compared else ()):
        cells = [
            element("Th", label(view, words, when), scope="row"),
            element("Td", numbers.value(view.metric, counted)),
        ]
        if ratio:
            cells.append(element("Td", numbers.parts(counted), cls="parts"))
        if compared:
            said = _then(view, words, *then) if then else numbers.BLANK
            cells.append(element("Td", said, cls="parts"))
        rows.append(element("Tr", *cells))
    titles = [words("when"), words("value")]
    titles += [words("counts")] if ratio else []
    titles += [words("trend_then")] if compared else []
    return element(
        "Details",
        element("Summary", words("as_table")),
        element(
            "Div",
            element(
                "Table",
                heads(*titles),
                element("Tbody", *rows),
                aria_labelledby="trend-title",
            ),
            cls="scroll",
            tabIndex="0",
            role="region",
            aria_labelledby="trend-title",
        ),
        cls="twin",
    )


def _then(view: View, words: Words, when: date, counted: Tally) -> str:
    said = numbers.value(view.metric, counted)
    return words("then_point", day=label(view, words, when), value=said)
