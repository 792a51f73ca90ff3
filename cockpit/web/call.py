"""Where a call is needed: the places below that account for a metric's gap, and by how much."""

from __future__ import annotations

from fractions import Fraction

from cockpit.model.gap import Gap, Part, Share, shares
from cockpit.model.judgement import enough
from cockpit.model.metric import Tally
from cockpit.web import numbers, remarks
from cockpit.web.elements import Child, Element, element
from cockpit.web.view import View
from cockpit.web.words import Words

MOST = 6
"""How many places are listed."""
TOLD = 3
"""For how many of them it is told what the place would reach once they closed their shortfall."""


def card(view: View, words: Words) -> Element | None:
    """The card; there is none where no place lies below, nor for a share of which neither more nor
    less is better.
    """
    found, counted = view.gap, view.here[view.metric.name]
    ratio = counted.denominator is not None
    if not view.rows or (ratio and not view.metric.better):
        return None
    if found is not None:
        title, note, body = words("call"), gist(view, words, found), _missing(view, words, found)
    else:
        title = words("call" if ratio or view.metric.better == "down" else "made_of")
        body = [] if ratio else _holding(view, words)
        said = "call_share" if body else "call_blank"
        note = words(said, metric=words.metric(view.metric), n=_count(view, words, counted))
    return element(
        "Section",
        element("Div", element("H2", title, id="call-title"), cls="card-head"),
        element("P", note, cls="card-note"),
        *body,
        cls="card call",
        aria_labelledby="call-title",
    )


def gist(view: View, words: Words, found: Gap) -> str:
    """How far the place is from its target, or from what its places are held against."""
    metric = words.metric(view.metric)
    if view.metric.target is None:
        said = "call_mean" if found.missing else "call_level"
        return words(said, metric=metric, value=_count(view, words, view.here[view.metric.name]))
    target = numbers.target(view.metric)
    if found.short > 0:
        said = "call_over" if found.falling else "call_short"
        return words(said, metric=metric, target=target, n=amount(view, words, found, found.short))
    if not enough(view.metric, view.here[view.metric.name]):
        return words("call_few", metric=metric, n=view.metric.least)
    return words("call_reached" if found.missing else "call_none", metric=metric, target=target)


def amount(view: View, words: Words, found: Gap, short: Fraction) -> str:
    """A shortfall in rows, or in what the numerator adds up."""
    needed = found.needed(abs(short))
    if found.rows:
        return words.many(view.metric.fact, int(needed))
    return f"{numbers.whole(round(float(needed), 1))} {remarks.unit(words, view.metric)}".strip()


def parts(view: View) -> dict[str, Tally]:
    """What the chosen metric counts in each child, and in none of them."""
    name = view.metric.name
    return {row.place.code: row.tallies[name] for row in view.rows} | {"": view.apart[name]}


def holders(view: View) -> tuple[Share, ...]:
    """Of a plain sum: who holds how much of it, the most first."""
    return shares(view.here[view.metric.name], parts(view))


def named(view: View, words: Words, code: str) -> str:
    """A part of the place by name: a child, or what lies in none of them."""
    return words.place(view.snapshot.tree.by_code[code]) if code else words("unplaced")


def _missing(view: View, words: Words, found: Gap) -> list[Child]:
    parts = found.missing
    if not parts:
        return []
    most = parts[0].short
    listed = element(
        "Ol",
        *(
            _line(
                view,
                words,
                part.name,
                words(
                    "over_by" if found.falling else "short_by",
                    n=amount(view, words, found, part.short),
                ),
                float(part.short / most),
                _reached(view, words, found, number) if number <= TOLD else None,
            )
            for number, part in enumerate(parts[:MOST], start=1)
        ),
        cls="calls",
    )
    return [listed, _others(view, words, found, parts[MOST:])]


def _reached(view: View, words: Words, found: Gap, many: int) -> Element:
    value = numbers.number(view.metric, found.reached(many))
    return element(
        "Span",
        words("then_reached", value=value),
        cls="reach",
        title=words(
            "then_reached_meaning",
            place=words.place(view.place),
            metric=words.metric(view.metric),
            value=value,
        ),
    )


def _others(view: View, words: Words, found: Gap, rest: tuple[Part, ...]) -> Child:
    if not rest:
        return None
    needed = sum((found.needed(part.short) for part in rest), Fraction(0))
    said = words("others_short", n=len(rest), needed=amount(view, words, found, needed))
    return element("P", said, cls="quiet")


def _holding(view: View, words: Words) -> list[Child]:
    """Of a plain sum: who holds most of it, and how that changed."""
    tallies = parts(view)
    then = {row.place.code: row.then for row in view.rows} | {"": view.apart_then}
    held = holders(view)

    def changed(one: Share) -> Child:
        found = view.change(view.metric, tallies[one.name], then[one.name])
        if found is None:
            return None
        classes = f"change {found.verdict}".strip()
        return element("Span", remarks.change(words, found), cls=classes)

    return (
        [
            element(
                "Ol",
                *(
                    _line(
                        view,
                        words,
                        one.name,
                        words("share_of", share=numbers.percent(one.share)),
                        one.share / held[0].share,
                        changed(one),
                    )
                    for one in held[:MOST]
                ),
                cls="calls",
            )
        ]
        if held
        else []
    )


def _line(view: View, words: Words, code: str, said: str, length: float, more: Child) -> Element:
    """A place with its bar: which, how much, and what follows from it."""
    tallies = (
        next(row.tallies for row in view.rows if row.place.code == code) if code else view.apart
    )
    counted = tallies[view.metric.name]
    name = named(view, words, code)
    return element(
        "Li",
        element(
            "A",
            name,
            href=view.state.href(place=code),
        )
        if code
        else element("Span", name, title=words("unplaced_meaning")),
        element("Strong", said),
        element(
            "Span",
            element("Span", style={"width": f"{max(length, 0.01):.1%}"}),
            cls="length",
            aria_hidden="true",
        ),
        element("Small", _value(view, counted)),
        more,
        data_call=code,
    )


def _value(view: View, counted: Tally) -> str:
    said, parts = numbers.value(view.metric, counted), numbers.parts(counted)
    return f"{said} ({parts})" if parts else said


def _count(view: View, words: Words, counted: Tally) -> str:
    """A sum, in rows where rows are counted."""
    if view.chosen.numerator_is_bool and view.metric.unit == "count":
        return words.many(view.metric.fact, int(counted.numerator))
    return f"{numbers.value(view.metric, counted)} {remarks.unit(words, view.metric)}".strip()
