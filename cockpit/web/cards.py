"""Tiles: a metric's value, and everything by which it defends itself. Nothing is divided here."""

from __future__ import annotations

from cockpit.model.counting import Part
from cockpit.model.metric import Metric, Tally
from cockpit.web import numbers
from cockpit.web.elements import Child, Element, element
from cockpit.web.listing import behind
from cockpit.web.view import View, verdict
from cockpit.web.words import Words

MARKS = {"reached": "✓", "missed": "✕", "few": "○", "": ""}
"""A verdict's shape: its colour is never alone."""


def tiles(view: View, words: Words) -> Element:
    """Every metric of the subject, in groups by what kind of number it is."""
    groups: dict[str, list[Metric]] = {}
    for one in view.metrics:
        groups.setdefault(_group(one.metric), []).append(one.metric)
    return element(
        "Section",
        *(
            element(
                "Div",
                element("H2", words(f"group_{name}"), cls="group-title"),
                element(
                    "Div",
                    *(_tile(view, words, metric) for metric in groups[name]),
                    cls="tiles",
                ),
                cls=f"group group-{name}",
            )
            for name in ("target", "stock", "count", "other")
            if name in groups
        ),
        cls="groups",
        aria_label=words("metrics"),
    )


def _group(metric: Metric) -> str:
    if metric.target is not None:
        return "target"
    if metric.stock:
        return "stock"
    return "count" if metric.unit == "count" else "other"


def _tile(view: View, words: Words, metric: Metric) -> Element:
    counted = view.here[metric.name]
    chosen = metric.name == view.metric.name
    return element(
        "Article",
        element(
            "H3",
            element(
                "A",
                words.metric(metric),
                href=view.state.href(metric=metric.name),
                aria_current="true" if chosen else None,
                cls="tile-link",
                data_stay="",
            ),
            cls="tile-title",
        ),
        element(
            "P",
            element("Span", numbers.short(metric, counted, words.language), cls="number"),
            _unit(words, metric, counted),
            cls="tile-value",
            title=_in_full(metric, counted, words),
        ),
        _parts(words, metric, counted),
        _target(words, metric, counted),
        about(view, words, metric),
        cls="tile chosen" if chosen else "tile",
        data_metric=metric.name,
    )


def _unit(words: Words, metric: Metric, counted: Tally) -> Child:
    unit = words(f"unit_{metric.unit}")
    return element("Span", unit, cls="unit") if unit and counted.value is not None else None


def _in_full(metric: Metric, counted: Tally, words: Words) -> str | None:
    full = numbers.value(metric, counted)
    return full if full != numbers.short(metric, counted, words.language) else None


def _parts(words: Words, metric: Metric, counted: Tally) -> Child:
    if counted.denominator is None:
        return None
    left = None
    if counted.left_open:
        left = element(
            "Span",
            words("left_open", n=numbers.whole(counted.left_open)),
            cls="left-open",
            title=words("left_open_meaning"),
        )
    return element("P", element("Span", numbers.parts(counted)), left, cls="tile-parts")


def _target(words: Words, metric: Metric, counted: Tally) -> Child:
    if metric.target is None:
        return None
    found = verdict(metric, counted)
    said = words("few", n=metric.least) if found == "few" else words(found) if found else ""
    return element(
        "P",
        element("Span", f"{MARKS[found]} {said}", cls=f"verdict {found}") if found else None,
        element("Span", words("goal", target=goal(words, metric)), cls="goal"),
        cls="tile-target",
    )


def goal(words: Words, metric: Metric) -> str:
    """A metric's target with its direction, or nothing where it has none."""
    if metric.target is None:
        return ""
    way = "target_down" if metric.better == "down" else "target_up"
    return words(way, target=numbers.target(metric))


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
        (words("numerator"), element("Code", metric.numerator)),
    ]
    if metric.denominator:
        pairs.append((words("denominator"), element("Code", metric.denominator)))
    if metric.stock:
        pairs.append((words("enters"), _clock(words, metric, metric.enters)))
        pairs.append((words("leaves"), _clock(words, metric, metric.leaves)))
    else:
        pairs.append((words("clock"), _clock(words, metric, metric.clock)))
    if metric.target is not None:
        pairs.append((words("target"), goal(words, metric)))
    if metric.denominator and metric.least > 1:
        pairs.append((words("least"), words("least_meaning", n=metric.least)))
    if metric.standard:
        pairs.append((words("standard"), metric.standard))
    standing = view.snapshot.standing(metric.fact)
    rows = words("fact_rows", fact=words.fact(metric.fact), rows=numbers.whole(standing.rows))
    pairs.append((words("fact"), rows))
    if standing.as_of:
        pairs.append((words("as_of"), numbers.moment(standing.as_of, words.language)))
    pairs.append((words("snapshot"), view.snapshot.id))
    inside: list[Element] = []
    for term, said in pairs:
        inside += (element("Dt", term), element("Dd", said))
    return element("Dl", *inside, cls="definition")


def _rows(view: View, words: Words, metric: Metric, counted: Tally) -> list[tuple[str, Child]]:
    """Where the rows behind the number are, for who may see rows."""
    if "see_rows" not in view.seen.rights:
        return []
    parts: list[Part] = ["numerator"]
    parts += ["denominator"] if metric.denominator else []
    parts += ["left_open"] if counted.left_open else []
    links = (
        element("A", words(f"part_{part}"), href=behind(view.state, metric.fact, metric.name, part))
        for part in parts
    )
    return [(words("rows_behind"), element("Span", *links, cls="behind"))]


def _now(words: Words, metric: Metric, counted: Tally) -> str:
    said = numbers.value(metric, counted)
    if counted.denominator is not None:
        said = f"{numbers.parts(counted)} = {said}"
    if counted.left_open:
        said = f"{said} · {words('left_open', n=numbers.whole(counted.left_open))}"
    return said


def _clock(words: Words, metric: Metric, sql: str) -> Child:
    if not sql:
        return words("stands_open")
    return element("Span", words.column(metric.fact, sql), " ", element("Code", sql))
