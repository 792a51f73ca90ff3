"""A panel's file, tried: the address of a preview, and all that it shows.

/preview/<panel>?place=…&period=…&as=leader&look=phone&theme=dark
… &frame=1        the card alone, as it stands on a page of that width
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode

from cockpit.answers import trial as trials
from cockpit.answers.cache import Cache
from cockpit.answers.panel import Answer
from cockpit.answers.snapshot import Snapshot
from cockpit.answers.trial import File, Step
from cockpit.model.mistakes import Mistake
from cockpit.people.gate import Scope, Viewer, gate
from cockpit.people.roles import Right, Role
from cockpit.settings import PROJECT
from cockpit.web.asked import Asked
from cockpit.web.catalog import PREVIEW
from cockpit.web.panels import may_see
from cockpit.web.urls import ROOM, State
from cockpit.web.urls import read as read_state

ROLES = (Role.ANALYST, Role.LEADER, Role.DISPLAY)
"""As whom a panel may be looked at: never as somebody who sees another place."""
LOOKS = ("desk", "phone", "wall")
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Trial:
    """What is tried: which panel, where and when, as whom, and how it is to look."""

    name: str
    state: State
    role: Role = Role.ANALYST
    look: str = "desk"
    theme: str = ""
    framed: bool = False

    def href(self, **changes: Any) -> str:
        """The address of this trial, or of one that differs in what is named; what is no field of
        its own is one of the state's.
        """
        ours = {name: value for name, value in changes.items() if name in _OURS}
        theirs = {name: value for name, value in changes.items() if name not in _OURS}
        trial = replace(self, **ours, state=replace(self.state, **theirs))
        asked = {
            "place": trial.state.place,
            "as": trial.role.value if trial.role is not Role.ANALYST else "",
            "look": trial.look if trial.look != LOOKS[0] else "",
            "theme": trial.theme,
            "frame": "1" if trial.framed else "",
        }
        own = urlencode({name: value for name, value in asked.items() if value})
        rest = trial.state.href().partition("?")[2]
        query = "&".join(filter(None, (own, rest)))
        return f"{PREVIEW}{quote(trial.name, safe='')}" + (f"?{query}" if query else "")


_OURS = ("name", "role", "look", "theme", "framed")


@dataclass(frozen=True)
class Tried:
    """What came of it."""

    trial: Trial
    asked: Asked
    file: File
    answer: Answer | None
    mistake: Mistake | None
    steps: Sequence[Step]
    ran: bool
    """Whether the plan was run, so that it has rows and times."""
    published: str
    """same, differs or unpublished."""

    @property
    def is_seen(self) -> bool:
        """Whether the role would see the card."""
        bound = self.file.bound
        analyst = Right.SEE_CATALOG in self.asked.seen.rights
        return analyst or bool(bound and self.answer and may_see(self.asked, bound.panel))


def read(pathname: str, search: str) -> Trial | None:
    """What an address wants tried; None where it is none of a preview."""
    if not pathname.startswith(PREVIEW):
        return None
    asked = {name: values[-1] for name, values in parse_qs(search.removeprefix("?")).items()}
    place = quote(asked.get("place", ""), safe="/")
    state = read_state(f"{ROOM}{place}", search)
    if state is None:
        return None
    return Trial(
        unquote(pathname.removeprefix(PREVIEW)),
        replace(state, subject="", metric="", compare="none"),
        next((role for role in ROLES if role == asked.get("as")), Role.ANALYST),
        asked["look"] if asked.get("look") in LOOKS else LOOKS[0],
        asked["theme"] if asked.get("theme") in THEMES else "",
        asked.get("frame") == "1",
    )


def run(snapshot: Snapshot, cache: Cache, viewer: Viewer, trial: Trial, path: Path) -> Tried:
    """Read the file and try it as that role, at a place of the viewer's. Raises Refused."""
    gate(viewer, Scope(snapshot.tree, trial.state.place, Right.SEE_CATALOG, cut=True))
    seen = gate(replace(viewer, role=trial.role), Scope(snapshot.tree, trial.state.place, cut=True))
    found = trials.read(snapshot, path, shown(path))
    state = replace(trial.state, place=seen.place.code)
    trial = replace(trial, state=state)
    asked = Asked(snapshot, cache, replace(state, subject=path.parent.name), seen)
    answer, mistake, steps, ran = None, found.mistake, tuple[Step, ...](), False
    if found.bound is not None:
        args = (snapshot, found.bound, seen, asked.period, asked.as_of)
        answer, mistake = trials.tried(*args)
        if answer is not None and not trial.framed:
            try:
                steps, ran = trials.plan(*args)
            except Mistake:
                steps, ran = (), False  # it was too slow only this time
    before = trials.published(snapshot, trial.name)
    said = "unpublished" if not isinstance(before, str) else "differs"
    return Tried(
        trial,
        asked,
        found,
        answer,
        mistake,
        steps,
        ran,
        "same" if before == found.text else said,
    )


def shown(path: Path) -> str:
    """A file as its author calls it."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
