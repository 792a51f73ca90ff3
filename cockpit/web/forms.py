"""Plain pages of forms, made by the server: they work without a script and before a sign-in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import flask
from markupsafe import Markup

from cockpit.people.passwords import Rule
from cockpit.web.guard import secret, session
from cockpit.web.menu import OFFICES
from cockpit.web.words import LANGUAGES, Words


def page(
    form: str,
    words: Words,
    title: str,
    *,
    faults: Sequence[str] = (),
    notices: Sequence[str] = (),
    status: int = 200,
    **values: Any,
) -> flask.Response:
    """A page of ``forms/<form>.html``."""
    here = session()
    full = here is not None and here.stage == "full"
    viewer = here.viewer("") if here is not None else None
    rights = viewer.rights if viewer is not None and full else frozenset()
    theme = flask.request.cookies.get("theme")
    other = next(each for each in LANGUAGES if each != words.language)
    asked = dict(parse_qsl(flask.request.query_string.decode("utf-8", "replace")))
    shown = flask.render_template(
        f"{form}.html",
        words=words,
        title=title,
        lang=LANGUAGES[words.language],
        theme=theme if theme in ("light", "dark") else "",
        other="?" + urlencode({**asked, "lang": other}),
        other_lang=LANGUAGES[other],
        viewer=viewer,
        full=full,
        offices=[(word, href) for word, href, right in OFFICES if right in rights],
        here=flask.request.path,
        token=token,
        asset=asset(),
        faults=faults,
        notices=notices,
        **values,
    )
    response = flask.make_response(shown, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def token() -> Markup:
    """The hidden field by which a form shows that it is ours."""
    return Markup('<input type="hidden" name="_csrf" value="{}">').format(secret())


def asset() -> Callable[[str], str]:
    """The address of an asset, which changes with its content."""
    found: Callable[[str], str] = flask.current_app.extensions["page"].get_asset_url
    return found


def rule(words: Words, broken: Rule) -> str:
    """A broken rule for passwords, in words."""
    return words(broken.name, n=broken.limit)
