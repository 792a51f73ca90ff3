"""A fact's cube as it is read: sums of its sheets, and tallies from the sums. No query is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from typing import Any

import numpy as np

from cockpit.model.counting import DIGITS, NUMBER, Counted, part_types
from cockpit.model.metric import Tally
from cockpit.model.sheet import Sheet, Stretch, bounds

EXACT = Context(prec=60)
"""More digits than any sum has."""
Table = list[list[Any]]
"""Places by stretches."""


class Cube:
    """All that was counted of one fact; its numbers are those of ``model/sheet.py``."""

    def __init__(self, sheets: Sequence[Sheet]):
        self.sheets = sheets

    def tallies(
        self, metrics: Sequence[Counted], numbers: Sequence[int], stretches: Sequence[Stretch]
    ) -> dict[str, list[list[Tally]]]:
        """What the metrics count, by name: place by place, in one stretch after another."""
        sums = self._sums(part_types(metrics), numbers, stretches)
        blank: Table = [[0] * len(stretches)] * len(numbers)
        whole: Table = [[None] * len(stretches)] * len(numbers)
        told = {}
        for one in metrics:
            n, d, a, left = one.tally_parts
            four = (
                sums.get(n, blank),
                sums.get(d, blank) if d else whole,
                sums.get(a, blank),
                sums.get(left, blank),
            )
            told[one.metric.name] = [list(map(Tally, *rows)) for rows in zip(*four, strict=True)]
        return told

    def days(
        self, metrics: Sequence[Counted], numbers: Sequence[int], stretch: Stretch
    ) -> tuple[date, date] | None:
        """The first and the last day on which anything of the metrics lies at these places."""
        parts, who, days = part_types(metrics), np.array(numbers), bounds([stretch])
        spans = [
            span
            for sheet in self.sheets
            if any(part in parts for part in sheet.fields) and (span := sheet.days(who, days))
        ]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    def _sums(
        self, types: Mapping[str, str], numbers: Sequence[int], stretches: Sequence[Stretch]
    ) -> Mapping[str, Table]:
        """By part; ``types`` says which parts are wanted, and of what type each is."""
        added: dict[str, Any] = {}
        who, days = np.array(numbers), bounds(stretches)
        for sheet in self.sheets:
            for part, values in sheet.sums(types, who, days).items():
                added[part] = added[part] + values if part in added else values
        return {
            part: [list(map(_exact, row)) for row in values.tolist()]
            if types[part] == NUMBER
            else values.tolist()
            for part, values in added.items()
        }


def _exact(scaled: int) -> int | Decimal:
    """A sum of numbers, exact: whole where it is whole."""
    whole, rest = divmod(scaled, 10**DIGITS)
    return EXACT.scaleb(Decimal(scaled), -DIGITS) if rest else whole
