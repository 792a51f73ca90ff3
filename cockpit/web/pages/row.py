"""The page of one row: the steps of its life with their limits, what is marked about it, its
columns with what is private masked, and what hangs together with it.
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.answers.glimpse import Row
from cockpit.answers.rows import Kin
from cockpit.model.facts import FACTS
from cockpit.model.sharing import CLASSES
from cockpit.web import cells, frame, numbers, steps
from cockpit.web.dossier import Single
from cockpit.web.elements import Child, Element, element
from cockpit.web.listing import Listing, row_href
from cockpit.web.path import path
from cockpit.web.urls import State
from cockpit.web.words import LANGUAGES, Words

KEPT_BACK = CLASSES[-1]
REASONS = ("handle", "contact", "petition", "inspect", "other")
"""For what one may see what is masked."""
LEAST_WHY, MOST_WHY = 4, 200
"""Letters in which it is to be said."""
APART = ("pos", "left_open_reason", "left_open_until", "left_open_by", "left_open")
"""Columns that have a place of their own on the page."""


def build(single: Single, words: Words) -> Element:
    """The whole page."""
    whole = single.whole
    fact, row = whole.fact, whole.row
    number = cells.said(row.values["number"], words)
    title = words("row_title", fact=words.fact(fact.name), number=number)
    other = next(each for each in LANGUAGES if each != words.language)
    here = row_href(fact.name, row.ref, single.state)
    return frame.page(
        words,
        words("title", place=title, product=words("product")),
        element(
            "Div",
            element(
                "Div",
                _marks(single, words),
                steps.steps(single, words),
                _kin(single, words),
                cls="row-main",
            ),
            element(
                "Div",
                _left_open(single, words),
                _level(single, words),
                _basis(single, words),
                _about(single, words),
                cls="row-aside",
            ),
            cls="row-page",
        ),
        bar=_bar(single, words, title),
        snapshot=single.snapshot,
        switch=row_href(fact.name, row.ref, _spoken(single, other)),
        address=here,
    )


def _spoken(single: Single, language: str) -> State:
    return replace(single.state, language=language)


def _bar(single: Single, words: Words, title: str) -> Element:
    whole = single.whole
    row = whole.row
    heading = cells.said(row.values[whole.fact.heading], words)
    return element(
        "Div",
        element(
            "Div",
            path(
                single.path,
                single.snapshot,
                words,
                lambda code: _list(single, code),
                within=True,
            ),
            element("H1", heading, element("Small", title)),
            element(
                "P",
                _colour(row, words),
                cells.badge(whole.fact.name, row, words),
                *(
                    cells.mark(whole.fact.name, name, words)
                    for name in whole.statuses
                    if name not in whole.fact.badges
                ),
                cls="marks",
            ),
            cls="where",
        ),
        element(
            "A",
            words("row_list", fact=words.fact(whole.fact.name)),
            href=_list(single, row.place.code),
            cls="button",
        ),
        cls="bar",
    )


def _colour(row: Row, words: Words) -> Child:
    """A warning's colour, with its shape and word."""
    colour = row.values.get("colour")
    return element("Span", words.value(colour), cls=f"badge colour-{colour}") if colour else None


def _list(single: Single, code: str) -> str:
    """The list of such rows of a place."""
    state = replace(single.state, place=code, metric="", subject="")
    return Listing(state, single.whole.fact.name).href()


def _marks(single: Single, words: Words) -> Child:
    """What must be said of a row in a sentence."""
    values, statuses = single.whole.row.values, single.whole.statuses
    told = []
    if "on_hold" in statuses:
        told.append(words("row_paused"))
    if "exempt" in statuses:
        told.append(
            words(
                "row_exempt",
                due=cells.said(values["due_at"], words),
                closed=cells.said(values["closed_at"], words),
            )
        )
    if not told:
        return None
    return element(
        "Div", *(element("P", text) for text in told), cls="notice", aria_label=words("row_flags")
    )


# ── What stands beside ───────────────────────────────────────────────────────────────────────────


def _left_open(single: Single, words: Words) -> Child:
    whole = single.whole
    values, fact = whole.row.values, whole.fact.name
    if not values["left_open"]:
        return None
    as_of = single.snapshot.as_of(fact)
    until = values["left_open_until"]
    past = until is not None and as_of is not None and until < as_of
    return element(
        "Section",
        element("H2", words("row_left_open")),
        element("P", words("row_left_open_meaning"), cls="card-note"),
        _pairs(
            single,
            words,
            ["left_open_reason", "left_open_until", "left_open_by"],
        ),
        element("P", words("row_review_due"), cls="missed") if past else None,
        cls="card left-open-card",
    )


def _level(single: Single, words: Words) -> Child:
    """A warning's value against what is usual."""
    values = single.whole.row.values
    value, baseline = values.get("value"), values.get("baseline")
    if value is None:
        return None
    top = max(value, baseline or 0) or 1

    def bar(name: str, number: float, cls: str) -> Element:
        return element(
            "Div",
            element("Span", words.column("warnings", name)),
            element(
                "Span",
                element("Span", style={"width": f"{100 * max(0, number) / top:.0f}%"}, cls=cls),
                cls="gauge",
                aria_hidden="true",
            ),
            element("Strong", numbers.whole(number)),
            cls="level",
        )

    return element(
        "Section",
        element("H2", words("row_level")),
        bar("value", value, f"fill {values['colour']}"),
        bar("baseline", baseline, "fill usual") if baseline is not None else None,
        element("P", words("row_times", times=f"{value / baseline:.1f}"), cls="quiet")
        if baseline
        else None,
        cls="card",
    )


def _basis(single: Single, words: Words) -> Child:
    """Why a dataset is kept back, and whether that is law."""
    values = single.whole.row.values
    if single.whole.fact.name != "datasets" or values["sharing_class"] != KEPT_BACK:
        return None
    law = values["legal_basis"]
    return element(
        "Section",
        element("H2", words("row_kept_back")),
        element("P", law or numbers.BLANK),
        element(
            "P",
            words("row_with_basis" if law else "row_without_basis"),
            cls="quiet" if law else "missed",
        ),
        cls="card",
    )


def _about(single: Single, words: Words) -> Element:
    """Every column that has no place of its own; what is private can be revealed."""
    fact = single.whole.fact
    dated = {step.column for step in fact.steps} | {step.due for step in fact.steps}
    names = [name for name in fact.names if name not in (*APART, *dated)]
    return element(
        "Section",
        element("H2", words("row_about")),
        _pairs(single, words, names),
        cls="card about-row",
        **_reveals(single, words),
    )


def _reveals(single: Single, words: Words) -> dict[str, str]:
    """What ``assets/reveal.js`` is told: the row, and the words of its window."""
    if not single.may_reveal:
        return {}
    reasons = "|".join(f"{name}={words(f'reason_{name}')}" for name in REASONS)
    return {
        "data_reveals": f"{single.whole.fact.name}/{single.whole.row.ref}",
        "data_reasons": reasons,
        "data_meaning": words("reveal_meaning"),
        "data_reason": words("reveal_reason"),
        "data_why": words("reveal_why"),
        "data_hint": words("reveal_why_hint"),
        "data_go": words("reveal_go"),
        "data_short": words("reveal_short"),
        "data_failed": words("reveal_failed", why="{why}"),
        "data_gone": words("reveal_gone"),
        "data_leave": words("close"),
    }


def _pairs(single: Single, words: Words, names: list[str]) -> Element:
    whole = single.whole
    inside: list[Element] = []
    for name in names:
        value = whole.row.values[name]
        if (value is None and name not in whole.hidden) or value is False:
            continue
        title = words("rows_where") if name == "place" else words.column(whole.fact.name, name)
        inside.append(element("Dt", title))
        left_out = value is None and name in whole.hidden
        shown: list[Child] = [words("row_hidden") if left_out else cells.said(value, words)]
        if name == "place":
            shown = [
                element(
                    "A",
                    cells.where(single.snapshot, whole.row.place, single.seen.root),
                    href=single.state.href(place=whole.row.place.code),
                )
            ]
        if name in whole.hidden and single.may_reveal:
            shown.append(
                element(
                    "Button",
                    words("reveal"),
                    type="button",
                    cls="plain reveal",
                    data_reveal=name,
                    aria_label=words("reveal_one", column=title),
                )
            )
        inside.append(element("Dd", *shown, data_column=name))
    return element("Dl", *inside, cls="definition")


# ── What hangs together ──────────────────────────────────────────────────────────────────────────


def _kin(single: Single, words: Words) -> Child:
    cards = [_kin_card(single, words, kin) for kin in single.whole.kin if kin.rows]
    return element("Div", *cards, cls="kin") if cards else None


def _kin_card(single: Single, words: Words, kin: Kin) -> Element:
    return element(
        "Section",
        element("H2", words(f"kin_{kin.what}")),
        element("Ol", *(_relative(single, words, kin.fact, row) for row in kin.rows)),
        cls="card",
    )


def _relative(single: Single, words: Words, fact: str, row: Row) -> Element:
    declared = FACTS[fact]
    this = row.ref == single.whole.row.ref and fact == single.whole.fact.name
    heading = cells.said(row.values.get(declared.heading), words)
    return element(
        "Li",
        element("Time", cells.said(row.values[declared.month], words), cls="quiet")
        if row.values.get(declared.month)
        else None,
        element("Strong", heading)
        if this
        else element("A", heading, href=row_href(fact, row.ref, single.state)),
        element("Span", cells.said(row.values["number"], words), cls="quiet"),
        cells.badge(fact, row, words),
        element("Span", words("row_this"), cls="quiet") if this else None,
        cls="relative",
        aria_current="true" if this else None,
    )
