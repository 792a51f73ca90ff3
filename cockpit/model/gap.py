"""The gap to a yardstick, and who accounts for it: exact arithmetic on tallies, nothing else.

A place that counted ``n`` of ``d`` against a yardstick ``t`` is short by ``t·d − n``; where less is
better, by ``n − t·d``. A surplus is a shortfall below nought. Tallies add, so shortfalls do: those
of the children and of what lies in none of them make up that of the place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cockpit.model.metric import Metric, Tally


@dataclass(frozen=True)
class Part:
    """One of those that make up a place, and by how much it is short."""

    name: str
    short: Fraction


@dataclass(frozen=True)
class Gap:
    """How far a place is from the yardstick, and what each of its parts has to do with it."""

    yardstick: Fraction
    short: Fraction
    parts: tuple[Part, ...]
    """Those with the largest shortfall first; they add up to that of the place."""
    numerator: Fraction
    denominator: Fraction
    falling: bool
    """Less is better."""
    rows: bool
    """What is short is rows, of which there are no halves."""

    @property
    def missing(self) -> tuple[Part, ...]:
        """The parts that are short at all."""
        return tuple(part for part in self.parts if part.short > 0)

    def needed(self, short: Fraction) -> Fraction:
        """What it takes to close a shortfall: whole rows where rows are counted."""
        return Fraction(math.ceil(short)) if self.rows else short

    def reached(self, many: int) -> float:
        """The place's value once the first so many that are short have closed their shortfall."""
        done = sum((self.needed(part.short) for part in self.missing[:many]), Fraction(0))
        moved = self.numerator - done if self.falling else self.numerator + done
        return float(moved / self.denominator)


def gap(metric: Metric, here: Tally, parts: Mapping[str, Tally], rows: bool) -> Gap | None:
    """How far a place is from its target, or, where the metric has none, its parts from the
    place's own value. ``parts`` are its children and what lies in none of them, by name; ``rows``
    says that the numerator counts rows.

    None for a plain sum, a metric that prefers neither way, and where nothing was counted.
    """
    if here.value is None or here.denominator is None or not metric.better:
        return None
    numerator, denominator = Fraction(here.numerator), Fraction(here.denominator)
    own = numerator / denominator
    yardstick = own if metric.target is None else Fraction(str(metric.target))
    falling = metric.better == "down"

    def short(counted: Tally) -> Fraction:
        lacking = yardstick * Fraction(counted.denominator or 0) - Fraction(counted.numerator)
        return -lacking if falling else lacking

    found = [Part(name, short(counted)) for name, counted in parts.items()]
    return Gap(
        yardstick,
        short(here),
        tuple(sorted(found, key=lambda part: -part.short)),
        numerator,
        denominator,
        falling,
        rows,
    )


@dataclass(frozen=True)
class Share:
    """How much of a sum one part holds."""

    name: str
    numerator: int | Decimal
    share: float


def shares(here: Tally, parts: Mapping[str, Tally]) -> tuple[Share, ...]:
    """The parts that hold anything of a sum, the largest first."""
    if not here.numerator:
        return ()
    held = [
        Share(
            name, counted.numerator, float(Fraction(counted.numerator) / Fraction(here.numerator))
        )
        for name, counted in parts.items()
        if counted.numerator > 0
    ]
    return tuple(sorted(held, key=lambda one: -one.share))
