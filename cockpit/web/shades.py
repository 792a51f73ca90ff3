"""In which shade a number is shown: a few ordered classes, by how far it is from its target, or
among its siblings where there is none. Never the colours of warnings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.model.judgement import enough, verdict
from cockpit.model.metric import Metric, Tally
from cockpit.web import numbers, remarks
from cockpit.web.words import Words

CLASSES = 5
"""How many classes numbers without a target make."""
BARS = "▁▃▅▆█"
NEAR, SHORT = 0.5, 2.0
"""A target of 95 % allows 5 of 100 to miss it. Half as many again are near it, up to twice as many
more are short of it, and what is worse is far from it.
"""
LEAST_MARGIN = 0.05
"""What a target of 100 % is taken to allow, to tell near from far."""
MARGIN = 0.2
"""The same of what is no share, as a part of the target."""


@dataclass(frozen=True)
class Shade:
    """One class: its name in the style sheet, its mark, its word, and which values are in it."""

    name: str
    mark: str
    word: str
    span: str = ""


@dataclass(frozen=True)
class Scale:
    """The classes of a metric, the best or the fewest first, and those outside the order."""

    metric: Metric
    ordered: tuple[Shade, ...]
    edges: tuple[float, ...]
    """Where one class ends and the next begins; a value on an edge is in the first of the two."""
    outside: dict[str, Shade]

    def shade(self, counted: Tally, pseudo: bool) -> Shade:
        """The class of one number."""
        value = counted.value
        if pseudo:
            return self.outside["pseudo"]
        if counted.hidden:
            return self.outside["hidden"]
        if value is None:
            return self.outside["blank"]
        if not enough(self.metric, counted):
            return self.outside["few"]
        if self.metric.target is not None:
            if verdict(self.metric, counted) == "reached":
                return self.ordered[0]
            worse = 1 if self.metric.better == "down" else -1
            past = sum(value * worse > edge * worse + 1e-12 for edge in self.edges[1:])
            return self.ordered[1 + past]
        return self.ordered[sum(value > edge for edge in self.edges)]


def scale(words: Words, metric: Metric, counted: Sequence[tuple[Tally, bool]]) -> Scale:
    """The classes for some siblings' numbers, each with whether it is a pseudo-unit's."""
    outside = {
        "few": Shade("few", remarks.MARKS["few"], words("few", n=metric.least)),
        "hidden": Shade("hidden", "<", words("hidden_note")),
        "blank": Shade("blank", numbers.BLANK, words("shade_blank")),
        "pseudo": Shade("pseudo", "▨", words("pseudo")),
    }
    if metric.target is not None:
        return _by_target(words, metric, metric.target, outside)
    values = sorted(
        one.value
        for one, pseudo in counted
        if one.value is not None and not pseudo and enough(metric, one)
    )
    return _by_rank(words, metric, values, outside)


def _by_target(words: Words, metric: Metric, target: float, outside: dict[str, Shade]) -> Scale:
    if metric.unit != "percent":
        margin = MARGIN * abs(target)
    elif metric.better == "down":
        margin = max(target, LEAST_MARGIN / 5)
    else:
        margin = max(1 - target, LEAST_MARGIN)
    worse = 1 if metric.better == "down" else -1
    edges = tuple(target + worse * margin * part for part in (0, NEAR, SHORT))
    told = [numbers.bare(metric, edge) for edge in edges]
    beyond = "> " if metric.better == "down" else "< "
    missed = remarks.MARKS["missed"]
    ordered = (
        Shade("reached", remarks.MARKS["reached"], words("reached"), remarks.goal(words, metric)),
        Shade("near", missed, words("shade_near"), _span(words, *told[:2])),
        Shade("short", missed * 2, words("shade_short"), _span(words, *told[1:])),
        Shade("far", missed * 3, words("shade_far"), beyond + told[2]),
    )
    return Scale(metric, ordered, edges, outside)


def _by_rank(words: Words, metric: Metric, values: list[float], outside: dict[str, Shade]) -> Scale:
    """Classes of about as many places each; who counts the same is in the same."""
    distinct = sorted(set(values))
    many = min(CLASSES, len(distinct))
    edges = sorted({values[len(values) * part // many - 1] for part in range(1, many)})
    edges = [edge for edge in edges if edge < distinct[-1]]
    ordered = []
    for number in range(len(edges) + 1 if values else 0):
        low = next(v for v in distinct if not number or v > edges[number - 1])
        high = edges[number] if number < len(edges) else distinct[-1]
        told = numbers.bare(metric, low), numbers.bare(metric, high)
        step = 2 if not edges else round(number * (CLASSES - 1) / len(edges))
        span = told[0] if low == high else _span(words, *told)
        ordered.append(Shade(f"step{step + 1}", BARS[step], "", span))
    return Scale(metric, tuple(ordered), tuple(edges), outside)


def _span(words: Words, first: str, last: str) -> str:
    return words("shade_span", first=first, last=last)
