"""Panels as cards: each a question, its picture or table, and everything by which it defends
itself.

A page brings the headings of all its panels. Their answers come a group at a time, as each comes
near to what is seen (``assets/near.js``): the group's panels are asked side by side.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from cachetools import TTLCache

from cockpit.answers import panel as answers
from cockpit.answers.crew import Crew
from cockpit.answers.panel import ALLOWANCE, MOST_ROWS, Answer, Slow
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.model.panel import Bound, Broken, Panel
from cockpit.people.roles import Right
from cockpit.web import charts, numbers
from cockpit.web.asked import Asked
from cockpit.web.elements import Child, Element, element
from cockpit.web.picture import picture, table
from cockpit.web.taking import EXPORT
from cockpit.web.urls import ROOM
from cockpit.web.words import Words

log = logging.getLogger("cockpit.panels")

GROUP = 6
"""How many panels come together."""
RESERVED: dict[str, float] = {"table": 18.0, "number": 3.0, "treemap": 20.0}
ROOM_KEPT = 16.0
"""How much height, in rem, is kept for a picture that is to come."""
GRACE = 2.0
"""Seconds in which what was stopped ought to have ended."""
REST = 60.0
"""Seconds for which a panel that was too slow is left alone."""
BROKEN = {"panel": "panel_broken", "metric": "metric_broken", "rule": "rule_broken"}
"""What is said of a file that is wrong, by what it was to be."""
CELL_BYTES = 60
"""About what a value takes in memory."""


@dataclass(frozen=True)
class Trouble:
    """Why a panel has no answer."""

    word: str
    """Which of the words says it."""
    message: str


Outcome = Answer | Trouble

_resting: TTLCache[tuple[str, str, str], Trouble] = TTLCache(4096, REST)
"""By snapshot, panel and place."""
_lock = threading.Lock()
_crew: Crew[Outcome] = Crew(ALLOWANCE + GRACE)


def section(asked: Asked, words: Words, near: Collection[int] | None = None) -> Element | None:
    """The panels of the subject that is looked at, in their order; None where it has none.

    ``near`` are the groups that come with their answers, all of them if it is None.
    """
    subject = asked.state.subject
    groups = [
        element(
            "Div",
            *(
                group(asked, number, words)
                if near is None or number in near
                else [_awaited(one, words) for one in mine]
            ),
            id={"panels": number, "of": address(asked)},
            cls="panel-group",
            data_near=HERE if near is None or number in near else "",
        )
        for number, mine in enumerate(_groups(asked))
    ]
    if Right.SEE_CATALOG in asked.seen.rights:
        groups += [_broken(one, words) for one in asked.snapshot.broken if one.subject == subject]
    if not groups:
        return None
    return element(
        "Section",
        element("H2", words("panels"), cls="group-title"),
        element("Div", *groups, cls="panels"),
        cls="panels-section",
        aria_label=words("panels"),
    )


def may_see(asked: Asked, panel: Panel) -> bool:
    """Whether it is shown to this viewer: drafts are for analysts alone."""
    return not panel.draft or Right.SEE_CATALOG in asked.seen.rights


HERE = "here"
"""What the attribute ``data-near`` of a group says once its answers were asked for."""


def address(asked: Asked) -> str:
    """The address that panels answer for: whichever metric is chosen is nothing to them."""
    return asked.state.href(metric="")


def near(asked: Asked, said: str) -> tuple[int, ...]:
    """The groups that a browser says it has, if they are of the page that is asked for."""
    numbers, _, of = said.partition(" ")
    if of != address(asked) or not re.fullmatch(r"\d{1,3}(,\d{1,3}){0,99}", numbers):
        return ()
    return tuple(sorted({int(number) for number in numbers.split(",")}))


def _groups(asked: Asked) -> list[list[Bound]]:
    subject = asked.state.subject
    mine = [
        one
        for one in asked.snapshot.panels.values()
        if one.panel.subject == subject and may_see(asked, one.panel)
    ]
    mine.sort(key=lambda one: (one.panel.order, one.panel.name))
    return [mine[at : at + GROUP] for at in range(0, len(mine), GROUP)]


def _group(asked: Asked, number: int) -> list[Bound]:
    """The panels of a group; none for a number that no group has."""
    groups = _groups(asked)
    return groups[number] if 0 <= number < len(groups) else []


def names(asked: Asked, number: int) -> list[str]:
    """The names of a group's panels."""
    return [one.panel.name for one in _group(asked, number)]


def group(asked: Asked, number: int, words: Words) -> list[Element]:
    """The cards of a group with their answers; what has nothing to show stands small, at its end.
    Nothing for a number that no group has.
    """
    mine = _group(asked, number)
    outcomes = answered([(asked, one) for one in mine])
    asked.fleeting |= any(isinstance(said, Trouble) for said in outcomes)
    told = list(zip(mine, outcomes, strict=True))
    cards = [card(asked, one, said, words) for one, said in told if not _is_empty(one, said)]
    empty = [card(asked, one, said, words) for one, said in told if _is_empty(one, said)]
    if empty:
        nothing = element("P", words("panel_nothing"), cls="quiet")
        cards.append(element("Div", nothing, *empty, cls="panels empty"))
    return [each for each in cards if each is not None]


def _awaited(one: Bound, words: Words) -> Element:
    """What stands there until a panel's answer comes."""
    panel = one.panel
    height = RESERVED.get(panel.chart, ROOM_KEPT)
    return element(
        "Article",
        element("Div", element("H3", words.panel(panel)), cls="card-head"),
        element("P", words.asks(panel), cls="card-note"),
        element("Div", cls="awaited", style={"minHeight": f"{height:g}rem"}, aria_hidden="true"),
        element("P", words("panel_unprinted"), cls="unprinted"),
        cls=f"card panel panel-{panel.chart}",
        data_awaited=panel.name,
        aria_busy="true",
    )


def _is_empty(one: Bound, said: Outcome) -> bool:
    """Whether there is nothing to show."""
    return isinstance(said, Answer) and not said.rows and one.panel.chart != "number"


def answered(questions: Sequence[tuple[Asked, Bound]]) -> list[Outcome]:
    """Every panel's answer, or why it has none: asked side by side, each once."""
    found = _crew.ask([partial(_outcome, *each) for each in questions])
    return [
        said or _rest(*each, "it could not be stopped")
        for each, said in zip(questions, found, strict=True)
    ]


def _spot(asked: Asked, one: Bound) -> tuple[str, str, str]:
    return asked.snapshot.id, one.panel.name, asked.place.code


def _outcome(asked: Asked, one: Bound) -> Outcome:
    with _lock:
        resting = _resting.get(_spot(asked, one))
    if resting is not None:
        return resting
    try:
        return asked.cache.get(
            asked.key("panel", (one.panel.name, asked.as_of.isoformat())),
            lambda: answers.run(asked.snapshot, one, asked.seen, asked.period, asked.as_of),
            size,
        )
    except Slow as slow:
        return _rest(asked, one, slow.text())
    except Mistake as mistake:
        log.error("panel %s: %s", one.panel.name, mistake.text())
        return Trouble("panel_broken", mistake.text())


def _rest(asked: Asked, one: Bound, why: str) -> Trouble:
    """A panel that was too slow is not tried again there at once: others want the machine too."""
    log.warning("panel %s is slow: %s", one.panel.name, why)
    trouble = Trouble("panel_slow", why)
    with _lock:
        _resting[_spot(asked, one)] = trouble
    return trouble


def size(answer: Answer) -> int:
    """About how many bytes an answer takes."""
    return 1000 + len(answer.rows) * len(answer.columns) * CELL_BYTES


def card(
    asked: Asked, one: Bound, said: Outcome, words: Words, *, takes: bool = True
) -> Element | None:
    """One panel; one that has no answer is a card for analysts, and absent for others. With
    ``takes`` its rows may be taken along.
    """
    panel = one.panel
    if isinstance(said, Trouble):
        if Right.SEE_CATALOG not in asked.seen.rights:
            return None
        return _trouble(panel.name, words.panel(panel), words(said.word), said.message, words)
    drawn, left_out = picture(panel, said, words)
    return element(
        "Article",
        element(
            "Div",
            element("H3", words.panel(panel), id=f"title-{panel.name}"),
            element("Span", words("panel_draft"), title=words("panel_draft_meaning"), cls="draft")
            if panel.draft
            else None,
            _about(asked, panel, said, words),
            cls="card-head",
        ),
        element("P", words.asks(panel), cls="card-note"),
        drawn,
        element("P", words("panel_left_out", n=numbers.whole(left_out)), cls="panel-note")
        if left_out
        else None,
        element("P", words("panel_cut", n=numbers.whole(MOST_ROWS)), cls="panel-note")
        if said.cut
        else None,
        element("P", words("panel_hidden"), cls="panel-note") if said.hidden else None,
        _twin(panel, said, words) if panel.chart in charts.KINDS and said.rows else None,
        element(
            "P",
            element("Span", _clock(panel, words)),
            element("Span", words("panel_as_of", day=numbers.day(_until(asked), words.language))),
            _file(asked, panel, words) if takes else None,
            cls="panel-foot",
        ),
        cls=f"card panel panel-{panel.chart}",
        data_panel=panel.name,
        aria_labelledby=f"title-{panel.name}",
    )


def _file(asked: Asked, panel: Panel, words: Words) -> Element | None:
    """Its rows as a file, for who may take them along."""
    if Right.EXPORT not in asked.seen.rights:
        return None
    place = asked.state.href().removeprefix(ROOM)
    name = words("export_panel", panel=words.panel(panel))
    href = f"{EXPORT}csv/panel/{panel.name}/{place}"
    return element("A", "CSV", href=href, download="", aria_label=name, title=name)


def _until(asked: Asked) -> date:
    return min(asked.as_of, asked.period.until or asked.as_of)


def _clock(panel: Panel, words: Words) -> str:
    if panel.stands:
        return words("panel_stands")
    clock = panel.clock or FACTS[panel.fact].month
    return words("panel_clock", clock=words.column(panel.fact, clock))


def _twin(panel: Panel, said: Answer, words: Words) -> Element:
    """The same as a table."""
    return element(
        "Details", element("Summary", words("as_table")), table(panel, said, words), cls="twin"
    )


def _about(asked: Asked, panel: Panel, said: Answer, words: Words) -> Element:
    """Question, meaning, clock, SQL and standard, one click away."""
    name = words("panel_about", panel=words.panel(panel))
    pairs: list[tuple[str, Child]] = [(words("panel_question"), words.asks(panel))]
    if words.purpose(panel):
        pairs.append((words("meaning"), words.purpose(panel)))
    pairs.append((words("clock"), _clock(panel, words)))
    if panel.standard:
        pairs.append((words("standard"), panel.standard))
    if panel.owner:
        pairs.append((words("panel_owner"), panel.owner))
    if panel.author:
        pairs.append((words("panel_author"), f"{panel.author} {panel.saved}".strip()))
    standing = asked.snapshot.standing(panel.fact)
    told = words("fact_rows", fact=words.fact(panel.fact), rows=numbers.whole(standing.rows))
    pairs.append((words("fact"), told))
    pairs.append((words("snapshot"), asked.snapshot.id))
    pairs.append(
        (words("panel_took"), words("panel_took_ms", ms=numbers.whole(round(said.milliseconds))))
    )
    pairs.append((words("panel_sql"), element("Pre", element("Code", panel.sql), tabIndex="0")))
    inside: list[Element] = []
    for term, each in pairs:
        inside += (element("Dt", term), element("Dd", each))
    return element(
        "Details",
        element("Summary", element("Span", "i", aria_hidden="true"), aria_label=name, title=name),
        element(
            "Div",
            element("H4", name),
            element("Dl", *inside, cls="definition"),
            element("Button", words("close"), type="button", cls="plain", data_close=""),
            cls="about-card",
        ),
        cls="about",
    )


def trouble(name: str, message: str, words: Words) -> Element:
    """The card of a panel that is wrong, for analysts."""
    return _trouble(name, name, words("panel_broken"), message, words)


def _broken(one: Broken, words: Words) -> Element:
    return _trouble(one.name, one.name, words(BROKEN[one.kind]), one.message, words)


def _trouble(name: str, title: str, said: str, message: str, words: Words) -> Element:
    return element(
        "Article",
        element("Div", element("H3", title, id=f"title-{name}"), cls="card-head"),
        element("P", f"✕ {said}", cls="panel-trouble"),
        element("Pre", element("Code", message)),
        cls="card panel broken",
        data_panel=name,
        aria_labelledby=f"title-{name}",
    )
