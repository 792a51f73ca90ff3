"""The web server: one Dash page whose address is its state, and the addresses beside it.

``serve()`` is what gunicorn is given. Nothing of a snapshot is opened before the first request:
DuckDB does not survive a fork.
"""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Any

import dash
import flask
import jinja2
import orjson
from dash import MATCH, Input, Output, State, dcc, html
from dash.exceptions import DependencyException
from werkzeug.exceptions import HTTPException

from cockpit.model.mistakes import Mistake
from cockpit.people.audit import AuditUnavailable
from cockpit.people.passwords import Busy
from cockpit.people.state import Unavailable
from cockpit.settings import PROJECT, Settings, read
from cockpit.web import (
    api,
    authors,
    displays,
    entrance,
    exports,
    forms,
    guard,
    index,
    offices,
    pairing,
    questions,
    reveal,
    transfer,
    wall,
)
from cockpit.web.desk import COOKIE, Desk
from cockpit.web.guard import RENEWAL, note_view, viewer
from cockpit.web.pages import plain
from cockpit.web.transfer import YEAR
from cockpit.web.urls import read as read_address
from cockpit.web.words import Words

log = logging.getLogger("cockpit.web")

TEMPLATES = Path(__file__).parent / "templates"
UPDATE = "/_dash-update-component"
NEAR = "X-Near"
"""The header by which a browser says which groups of panels it already has."""
UNAVAILABLE = (
    (Busy, "refused_busy"),
    (AuditUnavailable, "refused_audit"),
    (Unavailable, "refused_state"),
)
"""What passes, and what is said meanwhile."""


def serve(settings: Settings | None = None) -> flask.Flask:
    """The server of this process, as its settings say."""
    try:
        desk = Desk(settings or read())
    except Mistake as mistake:
        raise SystemExit(f"✗ {mistake.text()}") from None
    server = flask.Flask("cockpit", static_folder=None, template_folder=str(TEMPLATES))
    server.jinja_options = {"trim_blocks": True, "undefined": jinja2.StrictUndefined}
    guard.stand(server, desk)
    for each in (
        api,
        authors,
        displays,
        entrance,
        exports,
        offices,
        pairing,
        questions,
        reveal,
        wall,
    ):
        server.register_blueprint(each.addresses(desk))
    app = index.Page(
        "cockpit",
        server=server,
        assets_folder=str(PROJECT / "assets"),
        assets_ignore=r"^(wall|pairing|current|plotly)\.",  # walls', officers', Plotly's
        use_async=False,
        update_title=None,  # type: ignore[arg-type]
        compress=False,
        suppress_callback_exceptions=True,
        add_log_handler=False,
        on_error=lambda trouble: report(desk, trouble),
    )
    app.desk = desk
    app.layout = lambda: html.Div(
        [
            dcc.Location(id="address"),
            html.Div([plain.waiting(Words(desk.language()))], id="page"),  # type: ignore[list-item]
        ]
    )

    @app.callback(
        Output("page", "children"), Input("address", "pathname"), Input("address", "search")
    )
    def show(pathname: Any, search: Any) -> orjson.Fragment:
        """The one data request of a page: all of it, as the JSON it was first written as."""
        remember(str(search or ""))
        path, asked = str(pathname or "/"), str(search or "")
        seen = desk.sees(viewer(), path, asked)
        if seen is not None:
            note_view(*seen, path=path, search=asked)
        if RENEWAL not in flask.request.headers:
            desk.count(path, asked)
        near = flask.request.headers.get(NEAR, "")
        return orjson.Fragment(desk.page(viewer(), path, asked, near))

    @app.callback(
        Output({"panels": MATCH, "of": MATCH}, "children"),
        Input({"panels": MATCH, "of": MATCH}, "data-near"),
        State({"panels": MATCH, "of": MATCH}, "id"),
        prevent_initial_call=True,
        on_error=lambda trouble: [report(desk, trouble)],
    )
    def come_near(_: Any, group: Any) -> orjson.Fragment:
        """A group of a page's panels, as it comes near to what is seen."""
        asked = group if isinstance(group, dict) else {}
        of, number = str(asked.get("of", "")), asked.get("panels")
        if not isinstance(number, int):
            return orjson.Fragment(b"[]")
        path, _, search = of.partition("?")
        seen = desk.sees(viewer(), path, search, cut=False)
        if seen is not None:
            note_view(*seen, path=path, search=search, panels=str(number))
        return orjson.Fragment(desk.panels(viewer(), path, search, number))

    server.extensions["page"] = app
    server.extensions["refusal"] = lambda word, status: refusal(desk, word, status)
    transfer.care(server, app, desk.settings)
    server.register_error_handler(Exception, refuse)
    with server.test_request_context("/"):
        # Dash knows which scripts it may hand out once it has written a page: each process at its
        # start, for the first that is asked of it may be a script.
        app._setup_server()  # type: ignore[no-untyped-call]
        app.index()
    return server


def remember(search: str) -> None:
    """A language that was asked for is that of the next visit too."""
    asked = read_address("/place/", search)
    if asked and asked.language and flask.request.cookies.get(COOKIE) != asked.language:
        dash.ctx.response.set_cookie(COOKIE, asked.language, max_age=YEAR, samesite="Lax")


def refusal(desk: Desk, word: str, status: int) -> Any:
    """A refusal by the guard: a page for who reads pages, JSON for programs and scripts."""
    words = Words(desk.language())
    if "text/html" not in flask.request.headers.get("Accept", ""):
        answer = flask.jsonify({"error": words(word)})
        answer.headers["Cache-Control"] = "no-store"
        return answer, status
    return forms.page(
        "said",
        words,
        words(word),
        status=status,
        meaning=words(f"{word}_meaning"),
        link=(words("go_on"), "/"),
    )


def report(desk: Desk, trouble: Exception) -> Any:
    """What went wrong while a page was worked out: a fault of ours is logged, and told without its
    story.
    """
    if isinstance(trouble, AuditUnavailable):
        return plain.silent(Words(desk.language()))
    number = secrets.token_hex(4)
    log.error("trouble %s", number, exc_info=trouble)
    return plain.broken(Words(desk.language()), number)


def refuse(trouble: Exception) -> Any:
    """What reaches no page: a status, and words where they help; never a stack trace."""
    for kind, word in UNAVAILABLE:
        if isinstance(trouble, kind):
            return guard.no(word, 503)
    if isinstance(trouble, HTTPException):
        return trouble
    if isinstance(trouble, DependencyException):
        return flask.jsonify({"error": "there is no such script"}), 404
    if flask.request.path == UPDATE and not isinstance(trouble, OSError | MemoryError):
        log.warning("a request that is none of a page's: %r", trouble)
        return flask.jsonify({"error": "this is no request of a page"}), 400
    number = secrets.token_hex(4)
    log.error("trouble %s", number, exc_info=trouble)
    if "text/html" not in flask.request.headers.get("Accept", ""):
        return flask.jsonify({"error": f"a fault of ours, in the log as {number}"}), 500
    desk: Desk = flask.current_app.extensions["page"].desk
    words = Words(desk.language())
    return forms.page(
        "said",
        words,
        words("broken"),
        status=500,
        meaning=words("broken_meaning", number=number),
        link=(words("go_on"), "/"),
    )
