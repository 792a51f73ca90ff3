"""One metric's tallies as the shell and the API give them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cockpit.answers import tally
from cockpit.answers.snapshot import Snapshot, Standing
from cockpit.model.metric import Metric, Tally
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.scope import Cleared


def ask(
    snapshot: Snapshot,
    metric: str,
    seen: Cleared,
    period: Period,
    *,
    children: bool = False,
    step: tally.Step | None = None,
) -> dict[str, Any]:
    """The tally of a metric for a place and period, with ``below`` and ``unplaced`` where the
    children are asked for, and ``by`` where a step along time is. Where there is nothing below a
    place its rows are all its own, and nothing could be unplaced: None.
    """
    counted = snapshot.metric(metric)
    about = counted.metric
    answer = {
        "metric": metric,
        **named(seen.place),
        "since": _day(period.since),
        "until": _day(period.until),
        **parts(tally.at(snapshot, [counted], seen, period)[metric]),
        "snapshot": snapshot.id,
        "as_of": _day(snapshot.standing(about.fact).as_of),
    }
    if children:
        found, apart = tally.below(snapshot, [counted], seen, period)
        there = snapshot.tree.below(seen.place)
        answer["below"] = [{**named(child), **parts(found[child.code][metric])} for child in there]
        answer["unplaced"] = parts(apart[metric]) if there else None
    if step:
        answer["by"] = [
            {"since": _day(start), **parts(tallies[metric])}
            for start, tallies in tally.by(snapshot, [counted], seen, period, step)
        ]
    return answer


def stretch(period: Period, standing: Standing) -> str:
    """A period as the shell prints it; of all days, those that there are rows of."""
    if period.since and period.until:
        return f"{period.since} – {period.until}"
    if period.since or period.until:
        return f"from {period.since} on" if period.since else f"up to {period.until}"
    if standing.first is None or standing.last is None:
        return "all days"
    return f"all days (rows of {standing.first:%Y-%m-%d} – {standing.last:%Y-%m-%d})"


def named(place: Place) -> dict[str, str]:
    """A place as answers name it."""
    return {"place": place.code, "name": place.name}


def parts(counted: Tally) -> dict[str, Any]:
    """A tally as answers give it; ``value`` is None where nothing was counted. Where its numbers
    are hidden all are None, and ``hidden`` says what is told instead.
    """
    if counted.hidden:
        nothing = dict.fromkeys(("numerator", "denominator", "value", "answered", "left_open"))
        return {**nothing, "hidden": counted.hidden}
    return {
        "numerator": _plain(counted.numerator),
        "denominator": _plain(counted.denominator),
        "value": counted.value,
        "answered": counted.answered,
        "left_open": counted.left_open,
    }


def shown(metric: Metric, value: float | None, hidden: str = "") -> str:
    """A value as the shell prints it; nothing counted is a dash."""
    if hidden:
        return hidden
    if value is None:
        return "–"
    if metric.unit == "percent":
        return f"{value:.2%}"
    return f"{value:,.1f}" if metric.unit != "count" else f"{value:,.0f}"


def _plain(number: int | Decimal | None) -> int | float | None:
    return float(number) if isinstance(number, Decimal) else number


def _day(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()
