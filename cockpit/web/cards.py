"""Tiles: a metric's value, and everything by which it defends itself. Nothing is divided here."""

from __future__ import annotations

from dataclasses import replace

from cockpit.model.counting import Part
from cockpit.model.judgement import Change, Rank, verdict
from cockpit.model.metric import Metric, Tally
from cockpit.people.roles import Right
from cockpit.web import numbers, spark, subject
from cockpit.web.days import stretch
from cockpit.web.elements import Child, Element, element
from cockpit.web.listing import behind
from cockpit.web.view import BURNING, Group, View
from cockpit.web.words import Words

MARKS = {"reached": "✓", "missed": "✕", "few": "○", "": ""}
"""A verdict's shape: its colour is never alone."""
ARROWS = {"up": "▲", "down": "▼", "same": "●"}
ACROSS = 6
"""How many tiles stand beside each other on a desk."""
SHAPES = {"red": "▲", "orange": "◆", "yellow": "●", "blue": "■"}
"""A warning's shape, by its colour."""


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
        _parts(view, words, metric, counted),
        _target(words, metric, counted),
        _standing(view, words, metric, counted),
        about(view, words, metric),
        cls="tile chosen" if chosen else "tile",
        data_metric=metric.name,
    )


def unit(words: Words, metric: Metric) -> str:
    """The word after a metric's value: what is counted, or in what it is measured."""
    if metric.unit == "count" and metric.fact != "cases":
        return words(f"unit_{metric.fact}")
    return words(f"unit_{metric.unit}")


def _unit(words: Words, metric: Metric, counted: Tally) -> Child:
    said = unit(words, metric)
    return element("Span", said, cls="unit") if said and counted.value is not None else None


def _in_full(metric: Metric, counted: Tally, words: Words) -> str | None:
    full = numbers.value(metric, counted)
    return full if full != numbers.short(metric, counted, words.language) else None


def _spark(view: View, words: Words, metric: Metric) -> Child:
    course = view.courses.get(metric.name, ())
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
    href = rows_href(view, metric, "denominator" if ratio else "numerator")
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
    found = verdict(metric, counted)
    said = words("few", n=metric.least) if found == "few" else words(found) if found else ""
    return element(
        "P",
        element("Span", f"{MARKS[found]} {said}", cls=f"verdict {found}") if found else None,
        element("Span", words("goal", target=goal(words, metric)), cls="goal"),
        cls="tile-target",
    )


def _standing(view: View, words: Words, metric: Metric, counted: Tally) -> Child:
    """How it changed, and where it stands among its peers."""
    changed, rank = view.change(metric, counted, view.then), view.ranks.get(metric.name)
    if changed is None and rank is None:
        return None
    return element(
        "P",
        element(
            "Span",
            change(words, changed),
            cls=f"change {changed.verdict}".strip(),
            title=was(view, words, metric),
        )
        if changed
        else None,
        peers(words, rank) if rank else None,
        cls="tile-standing",
    )


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


def burning(view: View, words: Words) -> Child:
    """The open warnings by colour, the gravest first, or nothing where none are known."""
    known = [view.here[name] for name in BURNING if name in view.here]
    if not any(counted.answered for counted in known):
        return None
    return element(
        "Ul",
        *(
            element(
                "Li",
                element(
                    "A",
                    element("Span", SHAPES[colour], cls="shape", aria_hidden="true"),
                    f" {words(f'colour_{colour}')} ",
                    element("Strong", numbers.value(view.snapshot.counted[name].metric, counted)),
                    href=view.state.href(subject="warnings", metric=name),
                ),
                cls=f"colour-{colour}" if counted.numerator else f"colour-{colour} none",
            )
            for colour, name in zip(SHAPES, BURNING, strict=True)
            if (counted := view.here.get(name)) is not None
        ),
        cls="burning",
        aria_label=words("burning"),
    )


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
    held = was(view, words, metric)
    if held:
        changed = view.change(metric, counted, view.then)
        pairs.append((words("change"), f"{change(words, changed)} · {held}" if changed else held))
    if metric.name in view.ranks:
        pairs.append((words("peers"), peers(words, view.ranks[metric.name])))
    pairs.append((words("numerator"), element("Code", metric.numerator)))
    if metric.denominator:
        pairs.append((words("denominator"), element("Code", metric.denominator)))
    if metric.denominator or counted.left_open:
        left = words("left_out_meaning", n=numbers.whole(counted.left_open))
        pairs.append((words("left_out"), left))
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
