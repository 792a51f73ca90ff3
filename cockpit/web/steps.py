"""The time line of a row: the steps of its life, each with its limit and its light."""

from __future__ import annotations

from cockpit.model.lights import Walked
from cockpit.web import cells, numbers
from cockpit.web.dossier import Single
from cockpit.web.elements import Child, Element, element
from cockpit.web.words import Words

LIGHTS = {"green": "●", "yellow": "▲", "red": "✕"}
"""A light's shape: its colour is never alone."""


def steps(single: Single, words: Words) -> Element:
    """All steps, and what the lights mean."""
    whole = single.whole
    lit = any(step.pace is not None for step in whole.steps)
    yellow = f"{single.yellow * 100:g}"
    return element(
        "Section",
        element("H2", words("row_steps"), id="steps-title"),
        element("P", words("row_steps_meaning", yellow=yellow), cls="card-note") if lit else None,
        element(
            "Ol",
            *(_step(single, words, step) for step in whole.steps),
            cls="steps",
        ),
        cls="card",
        aria_labelledby="steps-title",
    )


def _step(single: Single, words: Words, step: Walked) -> Element:
    fact = single.whole.fact.name
    light = step.light(single.yellow)
    state = "done" if step.at else "skipped" if step.skipped else "waits"
    when = (
        element("Time", cells.said(step.at, words), date_time=step.at.isoformat())
        if step.at
        else element("Span", words("row_skipped" if step.skipped else "row_waits"), cls="quiet")
    )
    limit: list[Child] = []
    if step.due is not None:
        limit.append(element("Span", words("row_due", when=cells.said(step.due, words))))
    if step.pace is not None and not step.skipped:
        limit.append(element("Span", _pace(words, step)))
    return element(
        "Li",
        element(
            "Span",
            LIGHTS[light] if light else "○" if state != "done" else "✓",
            cls=f"light {light or state}",
            role="img",
            aria_label=words(f"light_{light}") if light else None,
            title=words(f"light_{light}") if light else None,
            aria_hidden=None if light else "true",
        ),
        element(
            "Div",
            element("Strong", words.column(fact, step.column)),
            when,
            cls="step-head",
        ),
        element("P", *limit, cls="step-limit") if limit else None,
        cls=f"step {state}",
        data_step=step.column,
    )


def _pace(words: Words, step: Walked) -> str:
    assert step.pace is not None
    share = step.share
    return words(
        "row_spent" if step.at else "row_running",
        spent=f"{max(0.0, step.pace.spent):,.1f}",
        allowed=f"{step.pace.allowed:,.1f}",
        unit=words("row_work_hours" if step.pace.by_calendar else "row_hours"),
        share=f"{share:.0%}" if share is not None else numbers.BLANK,
    )
