"""A wall's own addresses: the code by which it is paired, then its picture, and its beat."""

from __future__ import annotations

import json
from typing import Any

import flask
import segno

from cockpit.answers.snapshot import NoSnapshot
from cockpit.people import displays, pairings
from cockpit.web import forms, wall
from cockpit.web.api import build
from cockpit.web.desk import Desk
from cockpit.web.guard import caller, display, name, secret, viewer
from cockpit.web.transfer import as_json
from cockpit.web.words import LANGUAGES, Words

WAITING = "pairing"
"""The cookie of a display that waits to be approved."""
LONGEST_BEAT = 16 << 10
"""Bytes of a beat; a wall's own has some hundreds."""
PATIENCE = 60
"""Seconds after which a display asks again that was given no code, or no picture."""


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of all of them."""
    here = flask.Blueprint("pairing", __name__)
    registry = desk.registry

    @here.get("/wall", endpoint="wall")
    def look() -> Any:
        words, found = Words(desk.language()), display()
        if found is not None:
            response = wall.page(desk, viewer(), found.wall, found.place, found.name)
            if response.status_code != 200:  # its wall or place is gone: it may come back
                response.headers["Refresh"] = str(PATIENCE)
            return response
        shown = flask.render_template(
            "pairing.html",
            words=words,
            lang=LANGUAGES[words.language],
            asset=forms.asset(),
            secret=secret(),
            office=f"{desk.address()}/displays",
        )
        response = flask.make_response(shown)
        response.headers["Cache-Control"] = "no-store"
        return response

    @here.post("/api/pair")
    def pair() -> flask.Response:
        """How a display waits: what it shows meanwhile, then its credential as a cookie."""
        if display() is not None:
            return as_json({"state": "paired"})
        cookie, where = name(desk, WAITING), caller()
        token = flask.request.cookies.get(cookie, "")
        found = pairings.look_at(registry, token)
        if found is not None and found.display is not None:
            flask.g.fresh_credential = pairings.fetch(registry, found, where.address)
            if flask.g.fresh_credential:
                return as_json({"state": "paired"})
            found = None  # it was used meanwhile, or is revoked again
        if found is None:
            try:
                token, found = pairings.begin(registry, where.address, where.agent)
            except pairings.Crowded:
                return as_json({"state": "crowded", "seconds": PATIENCE}, 429)
        response = as_json(
            {
                "state": "waits",
                "code": pairings.shown(found.code),
                "seconds": round((found.expires - registry.now()).total_seconds()),
                "picture": picture(f"{desk.address()}/displays?code={found.code}"),
            }
        )
        response.set_cookie(
            cookie,
            token,
            max_age=round(pairings.GOOD.total_seconds()),
            httponly=True,
            secure=desk.settings.secure,
            samesite="Strict",
            path="/",
        )
        return response

    @here.post("/api/beat")
    def beat() -> flask.Response:
        """What a display tells of itself every few seconds, and what it is to show."""
        found = display()
        assert found is not None, "the guard lets nobody else here"
        told = body()
        if told is None:
            return as_json({"error": "this is no beat of a display"}, 400)
        token = flask.g.credential
        flask.g.fresh_credential = displays.beat(registry, found, token, told, caller().address)
        try:
            with desk.current() as snapshot:
                current: str | None = snapshot.id
        except NoSnapshot:
            current = None
        urgent = found.urgent(registry.now())
        return as_json(
            {
                "snapshot": current,
                "build": build(),
                "name": found.name,
                "wall": found.wall,
                "place": found.place,
                "scene": None if found.forced is None else found.forced - 1,
                "blank": found.blank,
                "message": urgent and {"text": urgent[0], "until": urgent[1].isoformat()},
            }
        )

    return here


def body() -> dict[str, Any] | None:
    """What a display sent, if it is a JSON object of a sensible size."""
    if (flask.request.content_length or 0) > LONGEST_BEAT:
        return None
    try:
        told = json.loads(flask.request.get_data())
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def picture(address: str) -> str:
    """An address as a picture that phones read, as a data URL; grey, for it stands in the dark."""
    made = segno.make(address, error="m")
    return str(made.svg_data_uri(scale=8, border=3, dark="#0b1016", light="#c9d2dc"))
