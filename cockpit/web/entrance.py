"""Where people come in and go out: password, one-time code, one-time link, another system."""

from __future__ import annotations

import logging
from typing import Any

import flask

from cockpit.model.mistakes import Mistake
from cockpit.people import codes, links
from cockpit.people.oidc import Begun, Silent
from cockpit.people.passwords import Busy
from cockpit.people.sessions import Session
from cockpit.people.signin import NotSignedIn
from cockpit.people.state import Unavailable
from cockpit.web import forms
from cockpit.web.desk import Desk
from cockpit.web.guard import caller, fresh, local, name, session
from cockpit.web.words import Words

log = logging.getLogger("cockpit.entrance")

BEGUN = "oidc"
"""The cookie that holds what was begun with another system, sealed."""
BEGUN_SECONDS = 600
OIDC = ("oidc_silent", "oidc_refused")
"""What may be said of another system when somebody comes back from it."""


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of all of them."""
    here = flask.Blueprint("entrance", __name__)
    entrance, registry = desk.entrance, desk.registry

    def words() -> Words:
        return Words(desk.language())

    def mine() -> Session:
        found = session()
        assert found is not None, "the guard lets nobody else here"
        return found

    def go_in(token: str, to: str = "/") -> Any:
        fresh(desk, token)
        return flask.redirect(to)

    def sign_in_page(status: int = 200, *faults: str, tried: str = "") -> Any:
        said = words()
        return forms.page(
            "sign_in",
            said,
            said("sign_in"),
            faults=faults,
            status=status,
            name=tried,
            oidc=desk.oidc is not None,
            next=local(flask.request.values.get("next", "/")),
        )

    @here.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> Any:
        to = local(flask.request.args.get("next", "/"))
        if flask.request.method == "GET":
            found = session()
            if found is not None and found.stage == "full":
                return flask.redirect(to)
            why = flask.request.args.get("why", "")
            return sign_in_page(200, *([words()(why)] if why in OIDC else []))
        given = flask.request.form
        tried = given.get("name", "")[:200]
        try:
            token = entrance.sign_in(tried, given.get("password", ""), caller())
        except NotSignedIn:
            minutes = registry.settings.lock_minutes
            return sign_in_page(403, words()("sign_in_failed", n=minutes), tried=tried)
        except Busy:
            return sign_in_page(503, words()("sign_in_busy"), tried=tried)
        return go_in(token, to)

    @here.route("/sign-in/code", methods=["GET", "POST"])
    def code() -> Any:
        said, faults = words(), []
        if flask.request.method == "POST":
            try:
                token = entrance.give_code(mine(), flask.request.form.get("code", ""), caller())
                return go_in(token, local(flask.request.args.get("next", "/")))
            except NotSignedIn:
                faults = [said("code_wrong")]
        return forms.page("code", said, said("code_title"), faults=faults, status=_bad(faults))

    @here.route("/sign-in/enrol", methods=["GET", "POST"])
    def enrol() -> Any:
        return set_up_code(desk, words(), mine())

    @here.route("/sign-in/password", methods=["GET", "POST"])
    def change() -> Any:
        return change_password(desk, words(), mine(), "password_due")

    @here.route("/sign-out", methods=["GET", "POST"])
    def sign_out() -> Any:
        said = words()
        if flask.request.method == "POST":
            entrance.sign_out(mine(), caller())
            fresh(desk, "")
            return flask.redirect("/sign-in")
        return forms.page(
            "link", said, said("sign_out"), meaning=said("sign_out_meaning"), usable=True
        )

    @here.route("/link/<token>", methods=["GET", "POST"])
    def link(token: str) -> Any:
        said, found = words(), links.look_at(registry, token)
        if found is None:
            return forms.page(
                "link",
                said,
                said("link_bad"),
                meaning=said("link_bad_meaning"),
                usable=False,
                status=410,
            )
        account, purpose = found
        if purpose == "sign_in":
            if flask.request.method == "POST":
                try:
                    return go_in(entrance.by_link(token, caller()))
                except NotSignedIn:
                    return flask.redirect(flask.request.path)
            meaning = said("link_sign_in_meaning", name=account.display)
            return forms.page("link", said, said("sign_in"), meaning=meaning, usable=True)
        faults: list[str] = []
        if flask.request.method == "POST":
            given = flask.request.form
            if given.get("password") != given.get("again"):
                faults = [said("password_differs")]
            else:
                try:
                    broken = entrance.set_password(token, given.get("password", ""), caller())
                except NotSignedIn:
                    return flask.redirect(flask.request.path)
                if not broken:
                    return forms.page(
                        "said",
                        said,
                        said("password_is_set"),
                        meaning=said("password_is_set_meaning"),
                        link=(said("sign_in"), "/sign-in"),
                    )
                faults = [forms.rule(said, each) for each in broken]
        return forms.page(
            "password",
            said,
            said("password_set"),
            faults=faults,
            status=_bad(faults),
            old=False,
            username=account.name,
            why=said("password_for", name=account.display),
            rules=rules(desk, said),
        )

    @here.get("/oidc/begin")
    def oidc_begin() -> Any:
        # A link, not a form: a browser lets no form of ours end at another host.
        if desk.oidc is None:
            return flask.abort(404)
        try:
            begun = desk.oidc.begin(oidc_here())
        except Silent:
            return flask.redirect("/sign-in?why=oidc_silent")
        to = local(flask.request.args.get("next", "/"))
        kept = "\n".join([begun.state, begun.nonce, begun.verifier, to])
        response = flask.redirect(begun.url)
        response.set_cookie(
            name(desk, BEGUN),
            registry.key.seal(kept),
            max_age=BEGUN_SECONDS,
            httponly=True,
            secure=desk.settings.secure,
            samesite="Lax",
            path="/",
        )
        return response

    @here.get("/oidc/back")
    def oidc_back() -> Any:
        if desk.oidc is None:
            return flask.abort(404)
        try:
            kept = registry.key.unseal(flask.request.cookies.get(name(desk, BEGUN), ""))
            state, nonce, verifier, to = kept.split("\n")
            begun = Begun("", state, nonce, verifier)
            returned = f"{oidc_here()}?{flask.request.query_string.decode('ascii', 'replace')}"
            account = desk.oidc.finish(begun, returned, oidc_here())
            response = go_in(entrance.let_in(account, caller(), "oidc"), local(to))
        except Unavailable:
            raise
        except Silent:
            return flask.redirect("/sign-in?why=oidc_silent")
        except (NotSignedIn, Mistake, ValueError) as refused:
            log.warning("a sign-in by OpenID Connect was refused: %s", refused)
            return flask.redirect("/sign-in?why=oidc_refused")
        response.delete_cookie(
            name(desk, BEGUN), path="/", secure=desk.settings.secure, httponly=True
        )
        return response

    def oidc_here() -> str:
        """Where the provider sends the browser back to; it knows this address beforehand."""
        return f"{desk.address()}/oidc/back"

    return here


def set_up_code(desk: Desk, words: Words, here: Session) -> Any:
    """Setting up one-time codes: the secret as a picture, a first code, the recovery codes."""
    faults: list[str] = []
    sealed = flask.request.form.get("sealed", "")
    try:
        whose, _, secret = desk.registry.key.unseal(sealed).partition(" ") if sealed else ("",) * 3
    except Mistake:
        whose = ""
    if whose != here.hash:
        secret = codes.secret()
    if flask.request.method == "POST":
        try:
            given = flask.request.form
            token, recovery = desk.entrance.set_up_code(
                here, secret, given.get("code", ""), caller(), given.get("present", "")
            )
        except NotSignedIn:
            faults = [words("code_wrong")]
        else:
            fresh(desk, token)
            return forms.page("enrol", words, words("recovery"), recovery=recovery)
    return forms.page(
        "enrol",
        words,
        words("enrol"),
        faults=faults,
        status=_bad(faults),
        recovery=None,
        present=here.account.code_secret is not None,
        secret=secret,
        picture=codes.picture(secret, here.account),
        sealed=desk.registry.key.seal(f"{here.hash} {secret}"),
    )


def change_password(desk: Desk, words: Words, here: Session, why: str) -> Any:
    """Changing one's own password."""
    faults: list[str] = []
    if flask.request.method == "POST":
        given = flask.request.form
        if given.get("password") != given.get("again"):
            faults = [words("password_differs")]
        else:
            try:
                token, broken = desk.entrance.change_password(
                    here, given.get("old", ""), given.get("password", ""), caller()
                )
            except NotSignedIn:
                faults = [words("password_wrong")]
            except Busy:
                faults = [words("sign_in_busy")]
            else:
                if token:
                    fresh(desk, token)
                    return forms.page(
                        "said",
                        words,
                        words("password_is_set"),
                        meaning=words("password_changed_meaning"),
                        link=(words("go_on"), "/"),
                    )
                faults = [forms.rule(words, each) for each in broken]
    return forms.page(
        "password",
        words,
        words("password_change"),
        faults=faults,
        status=_bad(faults),
        old=True,
        username=here.account.name,
        why=words(why),
        rules=rules(desk, words),
    )


def rules(desk: Desk, words: Words) -> str:
    """The rules for passwords, in a sentence."""
    chosen = desk.settings
    return words("password_rules", n=chosen.password_length, many=chosen.password_history)


def _bad(faults: list[str]) -> int:
    return 400 if faults else 200
