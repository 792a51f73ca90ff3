"""The guard before every address: who asks, whether the address is theirs, whether the request is
their own will. What stands in no table here is refused.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote

import flask
from werkzeug.exceptions import RequestEntityTooLarge

from cockpit.people import accounts, displays, sessions
from cockpit.people.audit import What
from cockpit.people.displays import Display
from cockpit.people.gate import Viewer
from cockpit.people.registry import Registry
from cockpit.people.roles import Right
from cockpit.people.sessions import Session, Stage
from cockpit.people.signin import Caller, NotSignedIn
from cockpit.web.desk import Desk

log = logging.getLogger("cockpit.guard")

SESSION, DOOR, CSRF = "cockpit", "door", "_csrf_token"
"""The cookies: the session's token, what the forms of the entrance are tied to, and the session's
secret for requests, which Dash sends along as X-CSRFToken.
"""
DISPLAY = "display"
"""The cookie of a paired display's credential: no other site's request ever carries it."""
RENEWAL = "X-Renewal"
"""The header by which a page says that it takes up a newer snapshot by itself."""
MOST_BYTES = 256 << 10
"""The longest request that a page or form of ours makes is far shorter."""
SAFE = ("GET", "HEAD", "OPTIONS")

Need = Literal["anybody", "signed", "account", "display", "nobody"] | Right | Stage
DASH = "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>"
ACCESS: dict[str, Need] = {
    "addresses.healthz": "anybody",
    "addresses.readyz": "anybody",
    "addresses.version": "signed",
    "addresses.asked": Right.SEE_DATA,
    "addresses.places": Right.SEE_DATA,
    "addresses.root": "signed",
    "addresses.place": Right.SEE_DATA,
    "authors.catalog": Right.SEE_CATALOG,
    "authors.entry": Right.SEE_CATALOG,
    "authors.preview": Right.SEE_CATALOG,
    "authors.printed": Right.SEE_CATALOG,
    "reveal.rows": Right.SEE_ROWS,
    "reveal.row": Right.SEE_ROWS,
    "reveal.reveal": Right.REVEAL,
    "_dash_assets.static": "anybody",
    DASH: "anybody",
    "/_dash-layout": "signed",
    "/_dash-dependencies": "signed",
    "/_dash-update-component": Right.SEE_DATA,
    "/_reload-hash": "nobody",
    "/_favicon.ico": "anybody",
    "/": "signed",
    "/<path:path>": "signed",
    "exports.place": Right.EXPORT,
    "exports.rows": Right.EXPORT,
    "exports.panel": Right.EXPORT,
    "questions.workbench": Right.ASK_SQL,
    "questions.run": Right.ASK_SQL,
    "questions.cancel": Right.ASK_SQL,
    "questions.save": Right.ASK_SQL,
    "questions.publish": Right.ASK_SQL,
    "entrance.sign_in": "anybody",
    "entrance.link": "anybody",
    "entrance.oidc_begin": "anybody",
    "entrance.oidc_back": "anybody",
    "entrance.code": "code",
    "entrance.enrol": "enrol",
    "entrance.change": "change",
    "entrance.sign_out": "account",
    "offices.account": "account",
    "offices.own_password": "account",
    "offices.own_code": "account",
    "offices.own_sessions": "account",
    "offices.people": Right.MANAGE_PEOPLE,
    "offices.person": Right.MANAGE_PEOPLE,
    "offices.audit": Right.READ_AUDIT,
    "offices.audit_export": Right.READ_AUDIT,
    "offices.audit_verify": Right.READ_AUDIT,
    "offices.system": Right.OPERATE,
    "wall.look": Right.SEE_DATA,
    "wall.data": Right.SEE_DATA,
    "pairing.wall": "anybody",
    "pairing.pair": "anybody",
    "pairing.beat": "display",
    "displays.displays": Right.PAIR_DISPLAYS,
    "displays.display": Right.PAIR_DISPLAYS,
}
"""Who may reach each address, by Flask's name for it: anybody; whoever is signed in, as far as the
stage named (``code``, ``enrol``, ``change``), or is a paired display; who has an account; displays
alone; whose role has the right; nobody, where Dash has an address for its developers.
"""
WALLS = ("pairing.", "wall.")
"""Addresses at which a browser that is a display is one, whoever has signed in beside."""
ROWS = (Right.SEE_ROWS, Right.REVEAL)
"""Rights for want of which one still sees totals."""
STAGES: dict[str, str] = {
    "code": "entrance.code",
    "enrol": "entrance.enrol",
    "change": "entrance.change",
}


def viewer() -> Viewer:
    """The viewer of this request."""
    found: Viewer = flask.g.viewer
    return found


def session() -> Session | None:
    """The session of this request, if it has one."""
    found: Session | None = flask.g.get("session")
    return found


def display() -> Display | None:
    """The paired display that asks, if it is one."""
    found: Display | None = flask.g.get("display")
    return found


def caller() -> Caller:
    """From where this request comes."""
    found: Caller = flask.g.caller
    return found


def secret() -> str:
    """What a form of this request's page must bring along."""
    return _secrets()[0]


def _secrets() -> list[str]:
    """What shows that a request is the will of whom its cookies name: of the session, the display,
    or, where it has neither, of whoever stands at the door.
    """
    registry: Registry = flask.g.registry
    here, wall = session(), display()
    found = [] if here is None else [here.csrf]
    if wall is not None and (here is None or _is_wall()):
        found.append(registry.key.mac("display", str(wall.id)))
    return found or [registry.key.mac("door", flask.g.door)]


def _is_wall() -> bool:
    return (flask.request.endpoint or "").startswith(WALLS)


def stand(server: flask.Flask, desk: Desk) -> None:
    """Look at every request of a server before anything else does."""
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    server.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    server.config["MAX_FORM_PARTS"] = 100

    @server.before_request
    def look() -> Any:
        return _look(desk)

    @server.after_request
    def hand_out(response: flask.Response) -> flask.Response:
        return _hand_out(desk, response)


def _look(desk: Desk) -> Any:
    request, registry = flask.request, desk.registry
    flask.g.registry = registry
    flask.g.caller = Caller(
        desk.proxy.client(request.remote_addr or "", dict(request.headers)),
        request.headers.get("User-Agent", "")[:300],
    )
    flask.g.session = flask.g.display = None
    endpoint = request.endpoint
    if endpoint is None:
        return None  # Flask answers that there is no such address
    need = ACCESS.get(endpoint)
    if need is None:
        log.error("%s has no line in the table of the guard and is refused", endpoint)
        return no("refused_right", 403)
    if need == "nobody":
        return no("refused_right", 403)
    looks = not endpoint.startswith(("entrance.", *WALLS))
    if need == "anybody" and request.method in SAFE and looks:
        return None
    flask.g.session = _session(desk)
    flask.g.credential = request.cookies.get(name(desk, DISPLAY), "")
    flask.g.display = displays.look_up(desk.registry, flask.g.credential)
    flask.g.door = request.cookies.get(name(desk, DOOR), "")[:100] or secrets.token_urlsafe(24)
    here, wall = session(), display()
    if wall is not None and (here is None or _is_wall()):
        flask.g.viewer = wall.viewer(caller().address)
    elif here is not None:
        flask.g.viewer = here.viewer(caller().address)
    elif need != "anybody":
        return _to_sign_in()
    if request.method not in SAFE and not _is_own_will():
        return no("refused_forged", 400)
    return _refusal(need)


def _refusal(need: Need) -> Any:
    """What stands in the way of this request, or nothing."""
    if need == "anybody":
        return None
    here = session()
    if viewer().device is not None:
        if need in ("signed", "display") or need in viewer().rights:
            return None
    elif need == "display":
        return no("refused_signed_out", 401)
    elif flask.request.endpoint == "entrance.sign_out":
        return None
    elif here is not None and here.stage != "full":
        if need == here.stage:
            return None
        if _wants_page():
            return _by_way_of(STAGES[here.stage])
        return no("refused_signed_out", 401)
    elif need in STAGES:
        return flask.redirect("/")
    elif not isinstance(need, Right) or need in viewer().rights:
        return None
    return _refused(need)


def _refused(need: Need) -> Any:
    """Says, and notes, that a viewer has not the right."""
    place = str((flask.request.view_args or {}).get("code", flask.request.args.get("place", "")))
    note_view(place, why="right", path=flask.request.path)
    totals = Right.SEE_DATA in viewer().rights
    return no("refused_rows" if totals and need in ROWS else "refused_right", 403)


def _session(desk: Desk) -> Session | None:
    token = flask.request.cookies.get(name(desk, SESSION), "")
    found = sessions.look_up(desk.registry, token, used=not _by_itself())
    named = desk.proxy.named(flask.request.remote_addr or "", dict(flask.request.headers))
    if not named or (found and accounts.folded(found.account.name) == accounts.folded(named)):
        return found
    with desk.registry.state.read() as connection:
        account = accounts.find(connection, named)
    if account is None:
        return None
    try:
        flask.g.token = desk.entrance.let_in(account, caller(), "proxy")
    except NotSignedIn:
        return None
    return sessions.look_up(desk.registry, flask.g.token)


def _by_itself() -> bool:
    """Whether a page asks without anybody's doing: is there something newer, and then for it."""
    return flask.request.endpoint == "addresses.version" or RENEWAL in flask.request.headers


def _is_own_will() -> bool:
    """Whether a request that may change something comes from a page of ours: it brings along what
    no other site can know, and the browser does not say that another site sent it.
    """
    request = flask.request
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    try:
        given = request.headers.get("X-CSRFToken") or request.form.get("_csrf", "")
    except RequestEntityTooLarge:
        return False
    told = given.encode(errors="replace")
    return any(secrets.compare_digest(told, each.encode()) for each in _secrets())


def _wants_page() -> bool:
    return flask.request.method in SAFE and "text/html" in flask.request.headers.get("Accept", "")


def _to_sign_in() -> Any:
    if not _wants_page():
        return no("refused_signed_out", 401)
    return _by_way_of("entrance.sign_in")


def _by_way_of(endpoint: str) -> Any:
    """To a step of the entrance, which knows where somebody was going to."""
    asked = flask.request.full_path.rstrip("?")
    target = flask.url_for(endpoint)
    return flask.redirect(target if asked == "/" else f"{target}?next={quote(asked, safe='')}")


def no(word: str, status: int) -> Any:
    """A refusal: a page for who reads pages, else JSON."""
    answer: Callable[[str, int], Any] = flask.current_app.extensions["refusal"]
    return answer(word, status)


def name(desk: Desk, cookie: str) -> str:
    """A cookie's name: where the cockpit is reached by https, one that no other host can set."""
    return f"__Host-{cookie}" if desk.settings.secure else cookie


def local(address: str) -> str:
    """An address of ours, to go to after signing in; any other is the first page."""
    plain = address.replace("\\", "/")
    ours = plain.startswith("/") and not plain.startswith("//") and plain.isprintable()
    return address if ours else "/"


def _hand_out(desk: Desk, response: flask.Response) -> flask.Response:
    """The cookies of this request's session."""
    token = flask.g.get("token")
    secure = desk.settings.secure

    def cookie(name: str, value: str, readable: bool = False, **more: Any) -> None:
        chosen = {"samesite": "Lax", **more}
        response.set_cookie(name, value, secure=secure, httponly=not readable, path="/", **chosen)

    if token == "":
        response.delete_cookie(name(desk, SESSION), path="/", secure=secure, httponly=True)
        response.delete_cookie(CSRF, path="/", secure=secure)
    elif token:
        cookie(name(desk, SESSION), token)
    here = session() if token != "" else None
    if (here or display()) is not None and flask.request.cookies.get(CSRF) != secret():
        cookie(CSRF, secret(), readable=True)
    if flask.g.get("fresh_credential"):
        life = round(displays.LIFE.total_seconds())
        cookie(name(desk, DISPLAY), flask.g.fresh_credential, samesite="Strict", max_age=life)
    door = flask.g.get("door")
    if (
        here is None
        and display() is None
        and door
        and flask.request.cookies.get(name(desk, DOOR)) != door
    ):
        cookie(name(desk, DOOR), door)
    return response


def fresh(desk: Desk, token: str) -> None:
    """From here on this request's session is the one of the token."""
    flask.g.token = token
    flask.g.session = sessions.look_up(desk.registry, token) if token else None


def note(what: What, **more: Any) -> None:
    """Write down what the viewer of this request does, without waiting."""
    flask.g.registry.audit.write(accounts.line(viewer(), what, **more))


def note_view(place: str, rows: int = 0, why: str = "", **detail: str) -> None:
    """Write down that numbers or rows of a place are given out, or, with ``why``, that they are
    refused: each such answer has its line. Raises AuditUnavailable: then nothing is given out.
    """
    renewed = "yes" if RENEWAL in flask.request.headers else ""
    detail = {**detail, "why": why, "renewed": renewed}
    told = {key: value[:300] for key, value in detail.items() if value}
    outcome = "refused" if why else "allowed"
    note(What.VIEW, place=place[:100], rows=rows, outcome=outcome, detail=told)


def note_now(what: What, **more: Any) -> None:
    """Write down what the viewer of this request does, before it is done."""
    flask.g.registry.audit.write_now(accounts.line(viewer(), what, **more))
