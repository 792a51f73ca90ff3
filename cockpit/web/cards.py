"""Tiles: a metric's value, and everything by which it defends itself. Nothing is divided here."""

from __future__ import annotations

from cockpit.model.judgement import verdict
from cockpit.model.metric import Metric, Tally
from cockpit.model.warnings import COLOURS
from cockpit.web import definition, numbers, remarks, spark, subject
from cockpit.web.elements import Child, Element, element
from cockpit.web.view import BURNING, Group, View
from cockpit.web.words import Words

ACROSS = 6
"""How many tiles stand beside each other on a desk."""


def tiles(view: View, words: Words) -> Element:
    """Every metric shown: on the overview a group for each subject, on a subject's page groups by
    what kind of number a metric is.
    """
    return element(
        "Section",
        *[
            group
            for each in view.groups
            for group in (
                _kinds(view, words, each) if view.state.subject else [_subject(view, words, each)]
            )
        ],
        cls="groups" if view.state.subject else "groups overview",
        aria_label=words("metrics"),
    )


def _subject(view: View, words: Words, group: Group) -> Element:
    """A subject's metrics; where none of them counted anything here, that is all that is said."""
    name = group.subject
    blank = all(view.here[one.metric.name].value is None for one in group.metrics)
    heading = element(
        "H2",
        element(
            "A",
            subject.about(view.snapshot, words, name),
            href=view.state.href(subject=name, metric=_kept(view, name)),
        ),
        _own_day(view, words, group),
        cls="group-title",
    )
    if blank and view.chosen not in group.metrics:
        body = element("P", words("group_blank"), cls="quiet")
    else:
        body = _row(view, words, [one.metric for one in group.metrics])
    return element("Div", heading, body, cls=f"group group-{name}")


def _kept(view: View, subject: str) -> str:
    """The chosen metric, where a subject's page has it too."""
    return view.state.metric if view.metric.subject == subject else ""


def _own_day(view: View, words: Words, group: Group) -> Child:
    """Until when a group's data speak, where it is another day than the page's."""
    if group.as_of is None or group.as_of == view.as_of:
        return None
    day = numbers.day(group.as_of, words.language)
    return element("Small", words("group_as_of", day=day))


def _kinds(view: View, words: Words, group: Group) -> list[Element]:
    kinds: dict[str, list[Metric]] = {}
    for one in group.metrics:
        kinds.setdefault(_kind(one.metric), []).append(one.metric)
    return [
        element(
            "Div",
            element("H2", words(f"group_{kind}"), cls="group-title"),
            _row(view, words, kinds[kind]),
            cls=f"group group-{kind}",
            style={"--many": str(min(len(kinds[kind]), ACROSS))},
        )
        for kind in ("target", "stock", "count", "other")
        if kind in kinds
    ]


def _kind(metric: Metric) -> str:
    if metric.target is not None:
        return "target"
    if metric.stock:
        return "stock"
    return "count" if metric.unit == "count" else "other"


def _row(view: View, words: Words, metrics: list[Metric]) -> Element:
    return element("Div", *(_tile(view, words, metric) for metric in metrics), cls="tiles")


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
        _spark(view, words, metric),
        _line(_parts(view, words, metric, counted), _rank(view, words, metric)),
        _line(_target(words, metric, counted), _change(view, words, metric, counted)),
        definition.about(view, words, metric),
        cls="tile chosen" if chosen else "tile",
        data_metric=metric.name,
    )


def _line(*said: Child) -> Child:
    return element("Div", *said, cls="tile-row") if any(said) else None


def _unit(words: Words, metric: Metric, counted: Tally) -> Child:
    said = remarks.unit(words, metric)
    return element("Span", said, cls="unit") if said and counted.value is not None else None


def _in_full(metric: Metric, counted: Tally, words: Words) -> str | None:
    full = numbers.value(metric, counted)
    return full if full != numbers.short(metric, counted, words.language) else None


def _spark(view: View, words: Words, metric: Metric) -> Child:
    course = view.sparks.get(metric.name, ())
    source = spark.image([counted.value for _, counted in course])
    if not source:
        return None
    known = [counted for _, counted in course if counted.value is not None]
    return element(
        "Img",
        src=source,
        alt=words(
            "spark",
            since=numbers.day(course[0][0], words.language),
            least=numbers.value(metric, min(known, key=lambda one: one.value or 0)),
            most=numbers.value(metric, max(known, key=lambda one: one.value or 0)),
        ),
        cls="spark",
    )


def _parts(view: View, words: Words, metric: Metric, counted: Tally) -> Child:
    ratio, left = counted.denominator is not None, counted.left_open
    said = numbers.parts(counted) if ratio else words("rows_behind") if counted.numerator else ""
    href = remarks.rows_href(view, metric, "denominator" if ratio else "numerator")
    if href and (counted.denominator or counted.numerator):
        parts = element("A", said, href=href, title=words("rows_behind") if ratio else None)
    elif ratio:
        parts = element("Span", said)
    else:
        return None
    return element(
        "P",
        parts,
        element(
            "Span",
            words("left_open", n=numbers.whole(left)),
            cls="left-open",
            title=words("left_open_meaning"),
        )
        if ratio and left
        else None,
        cls="tile-parts",
    )


def _target(words: Words, metric: Metric, counted: Tally) -> Child:
    if metric.target is None:
        return None
    found, goal = verdict(metric, counted), remarks.goal(words, metric)
    said_goal = words("goal", target=goal)
    said = words("few", n=metric.least) if found == "few" else words(found) if found else ""
    return element(
        "P",
        element("Span", f"{remarks.MARKS[found]} {said}", cls=f"verdict {found}")
        if found
        else None,
        # Beside a verdict the sign says enough.
        element("Span", goal if found else said_goal, cls="goal", title=said_goal),
        cls="tile-target",
    )


def _change(view: View, words: Words, metric: Metric, counted: Tally) -> Child:
    changed = view.change(metric, counted, view.then)
    if changed is None:
        return None
    return element(
        "P",
        element(
            "Span",
            remarks.change(words, changed),
            cls=f"change {changed.verdict}".strip(),
            title=remarks.was(view, words, metric),
        ),
        cls="tile-change",
    )


def _rank(view: View, words: Words, metric: Metric) -> Child:
    rank = view.ranks.get(metric.name)
    return element("P", remarks.peers(words, rank), cls="tile-rank") if rank else None


def burning(view: View, words: Words) -> Child:
    """The open warnings by colour, the gravest first, or nothing where none are known."""
    known = [view.here[name] for name in BURNING if name in view.here]
    if not any(counted.answered or counted.hidden for counted in known):
        return None
    chips = []
    for colour, name in zip(COLOURS, BURNING, strict=True):
        counted = view.here.get(name)
        if counted is not None:
            shape, word = words.value(colour).split(" ", 1)
            chip = element(
                "A",
                element("Span", shape, cls="shape", aria_hidden="true"),
                f" {word} ",
                element("Strong", numbers.count(counted)),
                href=view.state.href(subject="warnings", metric=name),
            )
            cls = f"colour-{colour}" if counted.numerator else f"colour-{colour} none"
            chips.append(element("Li", chip, cls=cls))
    return element("Ul", *chips, cls="burning", aria_label=words("burning"))
