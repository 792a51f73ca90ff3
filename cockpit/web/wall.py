"""Walls: the page of one, which a script keeps alive for weeks, and what its scenes say.

The page is plain and has no renderer but its own (``assets/wall*.js``): it must not grow.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import flask

from cockpit.answers.snapshot import NoSnapshot
from cockpit.model.mistakes import Mistake
from cockpit.people.gate import Refused, Scope, Viewer, gate
from cockpit.web import forms, scenes
from cockpit.web.api import build
from cockpit.web.charts import script
from cockpit.web.desk import Desk
from cockpit.web.guard import note_view, viewer
from cockpit.web.transfer import as_json
from cockpit.web.words import LANGUAGES, Words

SAID = (
    *("wall_waits", "wall_lost", "wall_lost_net", "wall_lost_slow", "wall_lost_fault"),
    *("wall_lost_right", "wall_picture_of", "wall_red_new", "wall_held"),
    *("wall_seconds", "wall_minutes", "wall_hours", "wall_days", "wall_nothing"),
    *("wall_test", "wall_test_meaning", "wall_test_least", "wall_test_number", "wall_burning"),
    *("as_of", "published", "link", "link_up", "link_lost"),
    *("now", "minutes", "hours", "days", "fresh", "ageing", "old"),
)
"""The words that the script says."""
AGAIN = 60
"""Seconds after which a page is loaded anew whose scripts did not come."""
DISTANCE, HEIGHT = (1.0, 60.0), (0.2, 20.0)
"""Metres that are believed: from where one looks, and how high the wall is."""


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of a wall that is looked at by who is signed in."""
    here = flask.Blueprint("wall", __name__)

    @here.get("/wall/<name>/<path:place>")
    def look(name: str, place: str) -> Any:
        return page(desk, viewer(), name, place)

    @here.get("/api/wall/<name>/<path:place>")
    def data(name: str, place: str) -> flask.Response:
        path, words = f"/api/wall/{name}", Words(desk.language())
        try:
            with desk.current() as snapshot:
                seen = gate(viewer(), Scope(snapshot.tree, place))
                if name not in snapshot.walls:
                    return as_json({"error": words("wall_unknown")}, 404)
                note_view(place, 1 + len(snapshot.tree.below(seen.place)), path=path)
                wall = snapshot.walls[name]
                told = scenes.written(desk, viewer(), snapshot, wall, seen, words)
        except NoSnapshot as nothing:
            return as_json({"error": f"{nothing.found}. {nothing.write}"}, 503)
        except Refused as refused:
            note_view(place, why=refused.why, path=path)
            return as_json({"error": refused.text()}, 404 if refused.why == "unknown" else 403)
        except Mistake as mistake:
            return as_json({"error": mistake.text()}, 400)
        return as_json(told)

    return here


def page(
    desk: Desk,
    viewer: Viewer,
    name: str,
    place: str,
    device: str | None = None,
) -> flask.Response:
    """The page of a wall for a place. With a ``device``, the name of a paired display, it reports
    where it stands and does what it is told from afar (``POST /api/beat``). ``distance`` and
    ``height`` in the address are metres: from where the wall is read, and how high it is.
    """
    given = flask.request.args
    words = Words(desk.language())
    try:
        with desk.current() as snapshot:
            gate(viewer, Scope(snapshot.tree, place))
            known = snapshot.walls
    except NoSnapshot:
        known = {}
    except Refused as refused:
        note_view(place, why=refused.why, path=f"/wall/{name}")
        status = 404 if refused.why == "unknown" else 403
        return _said(words, status, "wall_refused", words("wall_refused_meaning"))
    if known and name not in known:
        meaning = words("wall_unknown_meaning", known=", ".join(sorted(known)))
        return _said(words, 404, "wall_unknown", meaning)
    shown = flask.render_template(
        "wall.html",
        words=words,
        lang=LANGUAGES[words.language],
        language=words.language,
        asset=forms.asset(),
        plotly=script.WHOLE,
        build=build(),
        wall=name,
        place=quote(place, safe="/"),
        device=device,
        distance=_metres(given.get("distance", ""), DISTANCE) or "",
        height=_metres(given.get("height", ""), HEIGHT) or "",
        said=json.dumps({word: words(word) for word in SAID}, ensure_ascii=False),
    )
    response = flask.make_response(shown)
    response.headers["Cache-Control"] = "no-store"
    # A page whose scripts did not come is asked for again; the script that came stops that.
    response.headers["Refresh"] = str(AGAIN)
    return response


def _said(words: Words, status: int, word: str, meaning: str) -> flask.Response:
    return forms.page(
        "said",
        words,
        words(word),
        status=status,
        meaning=meaning,
        link=(words("go_on"), "/"),
    )


def _metres(given: str, between: tuple[float, float]) -> float | None:
    """Metres from an address; what cannot be is none."""
    try:
        found = float(given)
    except ValueError:
        return None
    return found if between[0] <= found <= between[1] else None
