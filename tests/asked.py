"""The answers as whoever may see the whole city gets them: the functions of cockpit/answers, asked
with a place instead of what the gate cleared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cockpit.answers import ask as asking
from cockpit.answers import tally
from cockpit.answers.around import Around
from cockpit.answers.around import around as asking_around
from cockpit.answers.snapshot import Snapshot
from cockpit.model.counting import Counted
from cockpit.model.places import Place
from cockpit.model.scope import Cleared
from cockpit.people.gate import CONSOLE, Scope, gate


def cleared(snapshot: Snapshot, place: Place) -> Cleared:
    """A place, cleared for who may see all."""
    return gate(CONSOLE, Scope(snapshot.tree, place.code))


def ask(snapshot: Snapshot, metric: str, place: Place, *rest: Any, **more: Any) -> dict[str, Any]:
    return asking.ask(snapshot, metric, cleared(snapshot, place), *rest, **more)


def plain(metrics: Sequence[Counted]) -> list[Counted]:
    """The metrics with no topic of theirs being sensitive, so that the laws of adding meet all
    numbers; tests of what is hidden ask ``cockpit/answers`` themselves.
    """
    return [replace(one, metric=replace(one.metric, sensitive=False)) for one in metrics]


def at(snapshot: Snapshot, metrics: Any, place: Place, *rest: Any) -> tally.Tallies:
    return tally.at(snapshot, plain(metrics), cleared(snapshot, place), *rest)


def below(
    snapshot: Snapshot, metrics: Any, place: Place, *rest: Any
) -> tuple[dict[str, tally.Tallies], tally.Tallies]:
    return tally.below(snapshot, plain(metrics), cleared(snapshot, place), *rest)


def around(snapshot: Snapshot, metrics: Any, place: Place, *rest: Any) -> tuple[Around, ...]:
    return asking_around(snapshot, plain(metrics), cleared(snapshot, place), *rest)


def by(snapshot: Snapshot, metrics: Any, place: Place, *rest: Any) -> list[Any]:
    return tally.by(snapshot, plain(metrics), cleared(snapshot, place), *rest)
