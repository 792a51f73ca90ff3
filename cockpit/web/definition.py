"""Everything by which a number defends itself, one click away. Nothing is divided here."""

from __future__ import annotations

from cockpit.model.counting import Part
from cockpit.model.metric import Metric, Tally
from cockpit.web import numbers, remarks
from cockpit.web.elements import Child, Element, element
from cockpit.web.view import View
from cockpit.web.words import Words


def about(view: View, words: Words, metric: Metric) -> Element:
    """Everything by which a number defends itself, one click away."""
    name = words("about", metric=words.metric(metric))
    return element(
        "Details",
        element("Summary", element("Span", "i", aria_hidden="true"), aria_label=name, title=name),
        element(
            "Div",
            element("H4", name),
            definition(view, words, metric),
            element("Button", words("close"), type="button", cls="plain", data_close=""),
            cls="about-card",
        ),
        cls="about",
    )


def definition(view: View, words: Words, metric: Metric) -> Element:
    """A metric's meaning, formula, clock, target, standard, source and freshness."""
    counted = view.here[metric.name]
    pairs: list[tuple[str, Child]] = [
        (words("meaning"), words.meaning(metric)),
        (words("here_and_now"), _now(words, metric, counted)),
        *_rows(view, words, metric, counted),
    ]
    held = remarks.was(view, words, metric)
    if held:
        changed = view.change(metric, counted, view.then)
        pairs.append(
            (words("change"), f"{remarks.change(words, changed)} · {held}" if changed else held)
        )
    if metric.name in view.ranks:
        pairs.append((words("peers"), remarks.peers(words, view.ranks[metric.name])))
    pairs.append((words("numerator"), element("Code", metric.numerator)))
    if metric.denominator:
        pairs.append((words("denominator"), element("Code", metric.denominator)))
    if lacking := view.snapshot.metric(metric.name).lacking:
        needs = words("comma").join(words.column(metric.fact, name) for name in metric.needs)
        sources = words("comma").join(lacking)
        pairs.append((words("needs"), words("needs_lacking", columns=needs, sources=sources)))
    if metric.denominator or counted.left_open:
        left = words("left_out_meaning", n=numbers.whole(counted.left_open))
        pairs.append((words("left_out"), left))
    if metric.stock:
        pairs.append((words("enters"), _clock(words, metric, metric.enters)))
        pairs.append((words("leaves"), _clock(words, metric, metric.leaves)))
    else:
        pairs.append((words("clock"), _clock(words, metric, metric.clock)))
    if metric.target is not None:
        pairs.append((words("target"), remarks.goal(words, metric)))
    if metric.denominator and metric.least > 1:
        pairs.append((words("least"), words("least_meaning", n=metric.least)))
    if metric.standard:
        pairs.append((words("standard"), metric.standard))
    standing = view.snapshot.standing(metric.fact)
    rows = words("fact_rows", fact=words.fact(metric.fact), rows=numbers.whole(standing.rows))
    pairs.append((words("fact"), rows))
    if standing.as_of:
        pairs.append((words("as_of"), numbers.moment(standing.as_of, words.language)))
    arrived = [
        words(
            "source_arrived",
            source=source["source"],
            when=numbers.moment(source["last_arrived"], words.language),
        )
        for source in view.sources
        if source["fact"] == metric.fact
    ]
    if arrived:
        pairs.append((words("sources"), "\n".join(arrived)))
    pairs.append((words("snapshot"), view.snapshot.id))
    inside: list[Element] = []
    for term, told in pairs:
        inside += (element("Dt", term), element("Dd", told))
    return element("Dl", *inside, cls="definition")


def _rows(view: View, words: Words, metric: Metric, counted: Tally) -> list[tuple[str, Child]]:
    """Where the rows behind the number are, for who may see rows."""
    parts: list[Part] = ["numerator"]
    parts += ["denominator"] if metric.denominator else []
    parts += ["left_open"] if counted.left_open else []
    links = [
        element("A", words(f"part_{part}"), href=href)
        for part in parts
        if (href := remarks.rows_href(view, metric, part))
    ]
    return [(words("rows_behind"), element("Span", *links, cls="behind"))] if links else []


def _now(words: Words, metric: Metric, counted: Tally) -> str:
    said = numbers.value(metric, counted)
    if numbers.parts(counted):
        said = f"{numbers.parts(counted)} = {said}"
    if counted.left_open:
        said = f"{said} · {words('left_open', n=numbers.whole(counted.left_open))}"
    return said


def _clock(words: Words, metric: Metric, sql: str) -> Child:
    if not sql:
        return words("stands_open")
    return element("Span", words.column(metric.fact, sql), " ", element("Code", sql))
