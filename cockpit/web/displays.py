"""The office of displays: approve a new one, see how each does, tell it what to show."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import flask
from cachetools import TTLCache

from cockpit.answers.snapshot import NoSnapshot, Snapshot
from cockpit.model.mistakes import Mistake
from cockpit.people import displays, pairings
from cockpit.people.audit import What
from cockpit.people.displays import Display
from cockpit.people.pairings import Pairing
from cockpit.web import forms
from cockpit.web.api import build
from cockpit.web.desk import Desk
from cockpit.web.guard import RENEWAL, no, note, session, viewer
from cockpit.web.offices import browser, known_place, moment
from cockpit.web.words import Words

MINUTES = (5, 15, 60, 240)
"""How long an urgent message may stand, to choose from."""
HOUR = 3600


@dataclass(frozen=True)
class City:
    """What an officer must know of the city: names of places and walls, and what is the newest."""

    places: dict[str, str]
    walls: dict[str, tuple[str, tuple[str, ...]]]
    """Of each wall the title and what its scenes ask."""
    snapshot: str

    def scenes(self, wall: str) -> tuple[str, ...]:
        """What the scenes of a wall ask."""
        return self.walls[wall][1] if wall in self.walls else ()


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of it."""
    here = flask.Blueprint("displays", __name__)
    registry = desk.registry

    def city(words: Words) -> City:
        try:
            with desk.current() as snapshot:
                named = {place.code: place.name for place in snapshot.tree.places}
                return City(named, walls_of(snapshot, words), snapshot.id)
        except NoSnapshot:
            return City({}, {}, "")

    def shown(form: str, words: Words, title: str, **values: Any) -> flask.Response:
        now = registry.now()
        return forms.page(
            form,
            words,
            title,
            city=city(words),
            now=now,
            build=build(),
            minutes=MINUTES,
            longest=displays.LONGEST_MESSAGE,
            moment=partial(moment, desk),
            browser=browser,
            ago=lambda when: ago(words, now - when),
            faults_of=faults_of,
            **values,
        )

    def page(
        status: int = 200,
        faults: tuple[str, ...] = (),
        notices: tuple[str, ...] = (),
        asking: Pairing | None = None,
        **values: Any,
    ) -> Any:
        words = Words(desk.language())
        return shown(
            "displays",
            words,
            words("office_displays"),
            status=status,
            faults=faults,
            notices=notices,
            displays=displays.listed(registry),
            asking=asking,
            code=pairings.shown(asking.code) if asking else "",
            address=f"{desk.address()}/wall",
            **{"given": {}, **values},
        )

    @here.route("/displays", endpoint="displays", methods=["GET", "POST"])
    def all_of_them() -> Any:
        if flask.request.method == "GET":
            looked_at("displays")
            code = flask.request.args.get("code", "").strip()
            try:
                return page(asking=pairings.waiting(registry, viewer(), code) if code else None)
            except Mistake as mistake:
                return page(400, (mistake.text(),))
        given = {key: value.strip() for key, value in flask.request.form.items()}
        words = Words(desk.language())
        try:
            if given.get("do") == "message":
                for each in displays.listed(registry):
                    displays.say(registry, viewer(), each, *message(given))
                return page(notices=(words("display_told"),))
            made = pairings.approve(
                registry,
                viewer(),
                given.get("code", ""),
                name=given.get("name", ""),
                wall=known_wall(desk, given.get("wall", "")),
                place=known_place(desk, given.get("place", "")),
            )
        except Mistake as mistake:
            asking = None
            if given.get("do") != "message":
                asking = pairings.shows(registry, given.get("code", ""))
            return page(400, (mistake.text(),), asking=asking, given=given)
        return page(notices=(words("display_approved", name=made.name),))

    def display_page(
        found: Display, status: int = 200, faults: tuple[str, ...] = (), notices: Any = ()
    ) -> Any:
        words = Words(desk.language())
        return shown(
            "display",
            words,
            found.name,
            status=status,
            faults=faults,
            notices=notices,
            display=found,
            urgent=found.urgent(registry.now()),
        )

    @here.route("/displays/<int(max=2147483647):id>", methods=["GET", "POST"])
    def display(id: int) -> Any:
        found = displays.by_id(registry, id)
        if found is None:
            return no("lost", 404)
        if flask.request.method == "GET":
            looked_at(found.name, found.place)
            return display_page(found)
        words, given = Words(desk.language()), flask.request.form
        try:
            match given.get("do", ""):
                case "rename":
                    displays.rename(registry, viewer(), found, given.get("name", ""))
                case "scene":
                    displays.force(registry, viewer(), found, number(given.get("scene", "")))
                case "blank":
                    displays.blank(registry, viewer(), found, True)
                case "light":
                    displays.blank(registry, viewer(), found, False)
                case "message":
                    displays.say(registry, viewer(), found, *message(given))
                case "quiet":
                    displays.say(registry, viewer(), found, "", 1)
                case "revoke":
                    displays.revoke(registry, viewer(), found)
                    return page(notices=(words("display_revoked", name=found.name),))
        except Mistake as mistake:
            return display_page(found, 400, (mistake.text(),))
        changed = displays.by_id(registry, id)
        if changed is None:  # revoked meanwhile, by another officer
            return no("lost", 404)
        return display_page(changed, notices=(words("display_told"),))

    return here


def looked_at(what: str, place: str = "") -> None:
    """Write down that an officer opened a page. One that keeps up by itself has a line an hour, so
    that none stands open unseen.
    """
    here = session()
    key = (here.hash if here else "", what)
    with _looking:
        if RENEWAL in flask.request.headers and key in _looked:
            return
        _looked[key] = True
    note(What.DISPLAY, place=place, detail={"looked at": what})


_looked: TTLCache[tuple[str, str], bool] = TTLCache(10_000, HOUR)
_looking = threading.Lock()


def walls_of(snapshot: Snapshot, words: Words) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The walls of a snapshot: of each its title and what its scenes ask."""
    return {
        name: (
            words.either(wall.title, wall.title_en),
            tuple(words.either(scene.asks, scene.asks_en) for scene in wall.scenes),
        )
        for name, wall in snapshot.walls.items()
    }


def known_wall(desk: Desk, name: str) -> str:
    """The name of a wall. Raises Mistake for one that is not there."""
    try:
        with desk.current() as snapshot:
            walls = snapshot.walls
    except NoSnapshot:
        return name
    if name not in walls:
        raise Mistake(f"there is no wall {name[:60]!r}", write=f"Known: {', '.join(walls)}")
    return name


def message(given: Any) -> tuple[str, int]:
    """An urgent message of a form, and its minutes."""
    return given.get("message", ""), number(given.get("minutes", "")) or 0


def number(text: str) -> int | None:
    """A number of a form; nothing, where none is chosen."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def ago(words: Words, past: timedelta) -> str:
    """How long ago, in words."""
    seconds = max(0, round(past.total_seconds()))
    for word, unit in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= unit:
            return words(word, n=seconds // unit)
    return words("now")


def faults_of(display: Display) -> str:
    """What went wrong on a display since it was loaded; none is nothing."""
    return "" if display.faults == "0" else display.faults
