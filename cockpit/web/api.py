"""The addresses beside the pages: is it alive, what does it serve, one metric's tallies."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import flask
import orjson

from cockpit.answers import ask
from cockpit.answers.cache import Key
from cockpit.answers.snapshot import NoSnapshot, Snapshot
from cockpit.answers.tally import Step
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.period import Period, day
from cockpit.model.places import Place
from cockpit.people.gate import Refused, Scope, Viewer, gate
from cockpit.settings import PROJECT
from cockpit.web import search
from cockpit.web.desk import Desk
from cockpit.web.guard import note_view, viewer
from cockpit.web.menu import OFFICES
from cockpit.web.transfer import as_json
from cockpit.web.urls import FIRST, LAST, State
from cockpit.web.words import Words

STEPS: tuple[Step, ...] = ("day", "week", "month")
MOST_DAYS = 366 * 20
"""How many days an answer along time may span."""
YES, NO = ("", "1", "true", "yes", "on"), ("0", "false", "no", "off")


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of all of them."""
    here = flask.Blueprint("addresses", __name__)

    @here.get("/healthz")
    def healthz() -> flask.Response:
        return flask.Response("ok", mimetype="text/plain", headers={"Cache-Control": "no-store"})

    @here.get("/readyz")
    def readyz() -> flask.Response:
        try:
            with desk.current() as snapshot:
                snapshot.rows("select 1")
                return as_json(
                    {
                        "snapshot": snapshot.id,
                        "published": snapshot.published.isoformat(),
                        "age_seconds": round(age(snapshot)),
                    }
                )
        except NoSnapshot as nothing:
            return as_json({"snapshot": None, "error": nothing.found}, 503)

    @here.get("/api/version")
    def version() -> flask.Response:
        try:
            with desk.current() as snapshot:
                told: dict[str, Any] = {
                    "snapshot": snapshot.id,
                    "build": build(),
                    "published": snapshot.published.isoformat(),
                }
        except NoSnapshot:
            told = {"snapshot": None, "build": build(), "published": None}
        response = as_json(told)
        response.headers["Cache-Control"] = "no-cache"
        response.set_etag(f"{told['snapshot']}-{told['build']}")
        response.make_conditional(flask.request)
        return response

    @here.get("/api/ask")
    def asked() -> flask.Response:
        try:
            with desk.current() as snapshot:
                told = answer(desk, viewer(), snapshot, flask.request.args)
                rows = 1 + len(told.get("below", ())) + len(told.get("by", ()))
                note_view(told["place"], rows, path="/api/ask", metric=told["metric"])
                return as_json(told)
        except NoSnapshot as nothing:
            return as_json({"error": f"{nothing.found}. {nothing.write}"}, 503)
        except Refused as refused:
            note_view(flask.request.args.get("place", ""), why=refused.why, path="/api/ask")
            return as_json({"error": refused.text()}, 404 if refused.why == "unknown" else 403)
        except Mistake as mistake:
            return as_json({"error": mistake.text()}, 400)

    @here.get("/api/places")
    def places() -> flask.Response:
        words = Words(desk.language())
        try:
            with desk.current() as snapshot:
                return as_json(found(viewer(), snapshot, flask.request.args, words))
        except NoSnapshot as nothing:
            return as_json({"error": f"{nothing.found}. {nothing.write}"}, 503)
        except Refused as refused:
            note_view(flask.request.args.get("beside", ""), why=refused.why, path="/api/places")
            return as_json({"error": refused.text()}, 404 if refused.why == "unknown" else 403)
        except Mistake as mistake:
            return as_json({"error": mistake.text()}, 400)

    @here.get("/")
    def root() -> Any:
        if viewer().device is not None:
            return flask.redirect("/wall")
        rooms = [href for _, href, right in OFFICES if right in viewer().rights]
        if rooms and rooms[0] != "/":
            return flask.redirect(rooms[0])
        try:
            with desk.current() as snapshot:
                target = State(gate(viewer(), Scope(snapshot.tree)).place.code).href()
        except (NoSnapshot, Refused):
            return page()
        query = flask.request.query_string.decode("utf-8", "replace")
        return flask.redirect(f"{target}?{query}" if query else target)

    @here.get("/place/<path:code>")
    def place(code: str) -> Any:
        return page(), desk.knows(viewer(), code.removesuffix("/"))

    return here


def page() -> Any:
    """The HTML that every page begins with."""
    return flask.current_app.extensions["page"].index()


def answer(
    desk: Desk, viewer: Viewer, snapshot: Snapshot, given: Mapping[str, str]
) -> dict[str, Any]:
    """One metric's tallies, as the shell gives them. Raises Mistake, or Refused."""
    seen = gate(viewer, Scope(snapshot.tree, given.get("place", "")))
    known = ("metric", "place", "since", "until", "below", "by")
    for name in given:
        if name not in known:
            raise Mistake(f"{name!r} is no parameter", write=did_you_mean(name, known))
    if "metric" not in given:
        raise Mistake("no metric is named", write=f"Known: {', '.join(snapshot.counted)}")
    metric = snapshot.metric(given["metric"])
    period = Period(_day(given, "since"), _day(given, "until"))
    children = _yes(given, "below")
    step = _step(given.get("by", ""))
    if step and (period.days or 0) > MOST_DAYS:
        raise Mistake(f"{period.days} days are too many to go by {step}", write="Ask for 20 years")
    said = (metric.metric.name, str(children), step or "")
    key = Key.of(snapshot.id, seen, period, "ask", said)
    return desk.cache.get(
        key,
        lambda: ask.ask(snapshot, metric.metric.name, seen, period, children=children, step=step),
        lambda told: len(orjson.dumps(told)) * 6,
    )


def found(
    viewer: Viewer, snapshot: Snapshot, given: Mapping[str, str], words: Words
) -> dict[str, Any]:
    """Places by what was typed (``q``), or all those beside one (``beside``), as far as they are
    the viewer's. Raises Mistake, or Refused.
    """
    for name in given:
        if name not in ("q", "beside", "lang"):
            raise Mistake(f"{name!r} is no parameter", write="Known: q, beside, lang")
    tree = snapshot.tree
    seen = gate(viewer, Scope(tree, given.get("beside", "")))
    if "q" in given:
        places = search.finder(tree).find(seen.root, given["q"], search.MOST + 1)
    elif seen.place.parent is None or seen.place == seen.root:
        places = ()
    else:
        places = tree.below(tree.by_code[seen.place.parent])

    def said(place: Place) -> dict[str, str]:
        told = {
            "code": place.code,
            "name": words.place(place, str(snapshot.about["name_en"])),
            "pinyin": place.pinyin,
            "href": State(place.code).href(),
        }
        if "q" in given:
            above = [one.name for one in tree.path(place)[:-1] if one.lo > seen.root.lo]
            told |= {"said": words.brain(place), "path": " › ".join(above)}
        return told

    most = search.MOST if "q" in given else len(places)
    return {"places": [said(place) for place in places[:most]], "more": len(places) > most}


def age(snapshot: Snapshot) -> float:
    """Seconds since it was published."""
    return time.time() - snapshot.epoch(snapshot.published)


@lru_cache(1)
def build() -> str:
    """Changes when the code or the assets do: a page that stays open can know that it is old."""
    digest = blake2b(digest_size=6)
    for folder in ("cockpit", "assets"):
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in (".py", ".css", ".js", ".svg"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _day(given: Mapping[str, str], name: str) -> Any:
    found = day(given.get(name), name)
    if found and not FIRST <= found <= LAST:
        raise Mistake(f"{name} is {found}", write=f"Write a day from {FIRST} to {LAST}")
    return found


def _step(word: str) -> Step | None:
    if not word:
        return None
    for step in STEPS:
        if step == word:
            return step
    raise Mistake(f"by is {word!r}", write=did_you_mean(word, STEPS))


def _yes(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "0").lower()
    if value not in YES + NO:
        raise Mistake(f"{name} is {value!r}", write="Write 1 or 0")
    return value in YES
