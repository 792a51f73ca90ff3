"""The page of a place: its overview, or one of its subjects. What the page says in a sentence, its
tiles, where a call is needed, the chosen metric along time, the places one level down.
"""

from __future__ import annotations

from collections.abc import Collection

from cockpit.web import call, cards, frame, gist, map, panels, remarks, table, trend
from cockpit.web.asked import Asked, gather
from cockpit.web.elements import Child, Element, element
from cockpit.web.taking import links
from cockpit.web.view import View
from cockpit.web.words import Words


def build(asked: Asked, words: Words, near: Collection[int] = ()) -> Element:
    """The whole page; of its panels the groups that are ``near``, the others as they come near."""
    view = gather(asked)
    name = words.place(view.place, str(view.snapshot.about["name_en"]))
    return frame.page(
        words,
        words("title", place=name, product=words("product")),
        *_notices(view, words),
        gist.card(view, words),
        *(_subject(asked, view, words, near) if view.state.subject else _overview(view, words)),
        links(view.state.href(), view.seen, words),
        bar=frame.bar(view, words),
        snapshot=view.snapshot,
        switch=frame.language_switch(view.state, words),
        address=view.state.href(),
    )


def _overview(view: View, words: Words) -> list[Child]:
    """The essentials beside each other: tiles to the left, map and calls to the right. Where one
    subject alone has tiles, the trend stands below them.
    """
    tiles, along = cards.tiles(view, words), trend.card(view, words)
    few = len(view.groups) == 1
    return [
        element(
            "Div",
            element("Div", tiles, along, cls="lead") if few else tiles,
            element("Div", map.card(view, words), call.card(view, words), cls="aside"),
            cls="essentials",
        ),
        _below(view, words) if few else _closer(view, words, along),
    ]


def _subject(asked: Asked, view: View, words: Words, near: Collection[int]) -> list[Child]:
    """Every metric of the subject, then the chosen one in all its aspects."""
    return [
        cards.tiles(view, words),
        _closer(
            view, words, map.card(view, words), trend.card(view, words), call.card(view, words)
        ),
        panels.section(asked, words, near),
    ]


def _closer(view: View, words: Words, *beside: Child) -> Element:
    return element(
        "Div",
        element("Div", *beside, cls="beside"),
        _below(view, words),
        cls="columns" if view.rows else "columns leaf",
    )


def _notices(view: View, words: Words) -> list[Element]:
    said = []
    if view.seen.asked is not None:
        said.append(words("cut", code=view.asked_for, place=view.place.name))
    if view.moved:
        said.append(words("moved", code=view.asked_for, place=view.place.name))
    if view.state.wrong:
        said.append(words("wrong", what=", ".join(view.state.wrong)))
    if _hides(view):
        said.append(words("hidden_meaning"))
    facts = dict.fromkeys(one.metric.fact for one in view.metrics)
    if not any(view.snapshot.standing(fact).rows for fact in facts):
        said.append(words("no_rows", facts=words("and").join(words.fact(fact) for fact in facts)))
    return [element("P", text, cls="notice", role="status") for text in said]


def _hides(view: View) -> bool:
    """Whether a number is hidden anywhere on the page."""
    all_ = (view.here, view.apart, *(row.tallies for row in view.rows))
    return any(counted.hidden for tallies in all_ for counted in tallies.values())


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
    counted = view.here[view.metric.name]
    href = remarks.rows_href(view, view.metric) if counted.numerator else None
    return element(
        "Section",
        element(
            "H2",
            words("leaf", level=words.level(view.place.rung)) if finest else words("childless"),
        ),
        element("P", words("leaf_meaning" if finest else "childless_meaning")),
        element("P", element("A", words("rows_behind"), href=href)) if href else None,
        cls="card note",
    )
