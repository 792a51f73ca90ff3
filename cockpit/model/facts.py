"""FACTS: every fact the record keeps, by name. A new fact is one more entry here."""

from __future__ import annotations

from cockpit.model.cases import CASES
from cockpit.model.fact import Fact
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.sharing import DATASETS, SHARE_REQUESTS
from cockpit.model.warnings import WARNINGS

FACTS: dict[str, Fact] = {fact.name: fact for fact in (CASES, WARNINGS, DATASETS, SHARE_REQUESTS)}


def fact(name: str) -> Fact:
    """The fact of that name. Raises Mistake for a name that is none."""
    if name not in FACTS:
        raise Mistake(f"{name!r} is no fact", write=did_you_mean(name, FACTS))
    return FACTS[name]
