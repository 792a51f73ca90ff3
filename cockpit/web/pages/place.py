"""The page of a place: its tiles, the chosen metric along time, the places one level down."""

from __future__ import annotations

from datetime import date

from cockpit.model.metric import Metric, Tally
from cockpit.web import cards, charts, frame, map, numbers, table
from cockpit.web.elements import Child, Element, core, element
from cockpit.web.view import SUBJECT, View
from cockpit.web.words import Words


def build(view: View, words: Words) -> Element:
    """The whole page."""
    name = words.place(view.place, str(view.snapshot.about["name_en"]))
    return frame.page(
        words,
        words("title", place=name, product=words("product")),
        *_notices(view, words),
        cards.tiles(view, words),
        map.card(view, words),
        element(
            "Div",
            element("Div", _trend(view, words), cls="beside"),
            _below(view, words),
            cls="columns" if view.rows else "columns leaf",
        ),
        bar=frame.bar(view, words),
        snapshot=view.snapshot,
        switch=frame.language_switch(view.state, words),
        address=view.state.href(),
    )


def _notices(view: View, words: Words) -> list[Element]:
    said = []
    if view.seen.asked is not None:
        said.append(words("cut", code=view.asked_for, place=view.place.name))
    if view.moved:
        said.append(words("moved", code=view.asked_for, place=view.place.name))
    if view.state.wrong:
        said.append(words("wrong", what=", ".join(view.state.wrong)))
    if not view.snapshot.standing(SUBJECT).rows:
        said.append(words("no_rows"))
    return [element("P", text, cls="notice", role="status") for text in said]


def _trend(view: View, words: Words) -> Element:
    title = words("trend", metric=words.metric(view.metric))
    step, goal = words(f"by_{view.step}"), cards.goal(words, view.metric)
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
            element("H2", title, id="trend-title"),
            element("Span", step, cls="quiet"),
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
    points = [
        charts.Point(
            when.isoformat(),
            counted.value,
            f"{label(view, words, when)}<br>{_told(metric, counted)}",
        )
        for when, counted in view.trend
    ]
    axes = charts.Axes(
        dates=words("axis_day" if view.step == "day" else "axis_month"),
        values=".0%" if metric.unit == "percent" else ",~r",
        target=metric.target,
        whole=metric.unit == "count",
    )
    kind = charts.bars if metric.unit == "count" and not metric.stock else charts.line
    return kind(points, axes)


def label(view: View, words: Words, when: date) -> str:
    """A step of the trend in words."""
    if view.step == "month":
        return numbers.month(when, words.language)
    day = numbers.day(when, words.language)
    return words("week_of", day=day) if view.step == "week" else day


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
    ratio = bool(view.chosen.metric.denominator)
    rows = []
    for when, counted in view.trend:
        cells = [
            element("Th", label(view, words, when), scope="row"),
            element("Td", numbers.value(view.metric, counted)),
        ]
        if ratio:
            cells.append(element("Td", numbers.parts(counted), cls="parts"))
        rows.append(element("Tr", *cells))
    heads = [words("when"), words("value"), *([words("counts")] if ratio else [])]
    return element(
        "Details",
        element("Summary", words("as_table")),
        element(
            "Div",
            element(
                "Table",
                element("Thead", element("Tr", *(element("Th", h, scope="col") for h in heads))),
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


def _below(view: View, words: Words) -> Element:
    if not view.rows:
        return _leaf(view, words)
    rungs = sorted({row.place.rung for row in view.rows})
    levels = " / ".join(words.level(rung, many=True) for rung in rungs)
    order = "below_order" if view.metric.better else "below_order_plain"
    return element(
        "Section",
        element(
            "Div",
            element("H2", words("below", level=levels), id="below-title"),
            element("Span", words(order, metric=words.metric(view.metric)), cls="quiet"),
            cls="card-head",
        ),
        table.children(view, words),
        cls="card below",
        aria_labelledby="below-title",
    )


def _leaf(view: View, words: Words) -> Element:
    finest = view.place.rung == view.finest
    return element(
        "Section",
        element(
            "H2",
            words("leaf", level=words.level(view.place.rung)) if finest else words("childless"),
        ),
        element("P", words("leaf_meaning" if finest else "childless_meaning")),
        cls="card note",
    )
