"""What a tally amounts to: judged by its target, by the time before, by its peers.

Where too little was counted there is no judgement; where nothing was, there is none either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cockpit.model.metric import Metric, Tally

Verdict = Literal["reached", "missed", "few", ""]


def enough(metric: Metric, counted: Tally) -> bool:
    """Whether so much was counted that a rank and a verdict mean something."""
    return counted.denominator is None or counted.denominator >= metric.least


def verdict(metric: Metric, counted: Tally) -> Verdict:
    """Whether the target is reached; empty where there is none or nothing was counted."""
    found = counted.value
    if metric.target is None or found is None:
        return ""
    if not enough(metric, counted):
        return "few"
    reached = found <= metric.target if metric.better == "down" else found >= metric.target
    return "reached" if reached else "missed"


@dataclass(frozen=True)
class Change:
    """How far a value lies from that of another time.

    ``by`` is in the metric's own unit (``points`` of a share for percentages), or, where ``of`` is
    ``share``, a share of the value of then. It is rounded as it is shown, so what shows as nothing
    is nothing.
    """

    by: float
    of: Literal["points", "share", "unit"]
    verdict: Literal["better", "worse", "same", ""]
    """Empty where it changed and the metric prefers neither way."""

    @property
    def way(self) -> Literal["up", "down", "same"]:
        """Where it went."""
        return "up" if self.by > 0 else "down" if self.by < 0 else "same"


def change(metric: Metric, now: Tally, then: Tally) -> Change | None:
    """From then to now: percentages in points, everything else as a share of then, or in its unit
    where then there was none. None where either is blank, or too little was counted.
    """
    here, there = now.value, then.value
    if here is None or there is None or not (enough(metric, now) and enough(metric, then)):
        return None
    of: Literal["points", "share", "unit"]
    if metric.unit == "percent":
        of, by = "points", round(here - there, 4)
    elif there:
        of, by = "share", round((here - there) / abs(there), 3)
    else:
        of, by = "unit", round(here, 1)
    if not by:
        return Change(0.0, of, "same")
    if not metric.better:
        return Change(by, of, "")
    return Change(by, of, "better" if (by > 0) == (metric.better == "up") else "worse")


@dataclass(frozen=True)
class Rank:
    """The how manieth of how many; equal values share a place, and the best is the first."""

    place: int
    among: int


def ranks(metric: Metric, peers: Mapping[str, Tally]) -> dict[str, Rank]:
    """Who of some peers stands where, the best first; the most first where neither is better.
    Those of whom nothing or too little is known have no rank, nor has one that is alone.
    """
    known = {
        name: counted.value
        for name, counted in peers.items()
        if counted.value is not None and enough(metric, counted)
    }
    if len(known) < 2:
        return {}
    falling = metric.better != "down"
    ordered = sorted(known.values(), reverse=falling)
    return {name: Rank(ordered.index(value) + 1, len(known)) for name, value in known.items()}
