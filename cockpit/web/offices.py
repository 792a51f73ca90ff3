"""The rooms beside the numbers: one's own account, and those of the three officers. None of them
shows anything of the city but the names of places.
"""

from __future__ import annotations

import itertools
import json
import re
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import flask

from cockpit.answers.snapshot import NoSnapshot
from cockpit.model.mistakes import Mistake
from cockpit.people import accounts, codes, links, sessions
from cockpit.people.accounts import Account
from cockpit.people.audit import What
from cockpit.people.roles import OFFICERS, PEOPLE, RIGHTS, Right, Role
from cockpit.people.sessions import Session
from cockpit.web import forms
from cockpit.web.desk import Desk
from cockpit.web.entrance import change_password, set_up_code
from cockpit.web.guard import no, note, note_now, session, viewer
from cockpit.web.urls import FIRST, LAST
from cockpit.web.words import Words

PAGE = 100
"""Lines of the audit on a page."""


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of all of them."""
    here = flask.Blueprint("offices", __name__)
    registry = desk.registry

    def words() -> Words:
        return Words(desk.language())

    def mine() -> Session:
        found = session()
        assert found is not None, "the guard lets nobody else here"
        return found

    # ── One's own account ────────────────────────────────────────────────────────────────────────

    @here.get("/account")
    def account() -> Any:
        said, found = words(), mine()
        with registry.state.read() as connection:
            left = codes.left(connection, found.account)
        return forms.page(
            "account",
            said,
            said("account"),
            account=found.account,
            role=said(f"role_{found.account.role}"),
            place=place_name(found.account),
            left=left,
            mine=found,
            sessions=sessions.of(registry, found.account.id),
            moment=partial(moment, desk),
            browser=browser,
        )

    @here.route("/account/password", methods=["GET", "POST"])
    def own_password() -> Any:
        return change_password(desk, words(), mine(), "password_own")

    @here.route("/account/code", methods=["GET", "POST"])
    def own_code() -> Any:
        return set_up_code(desk, words(), mine())

    @here.post("/account/sessions")
    def own_sessions() -> Any:
        short = flask.request.form.get("session", "")
        for each in sessions.of(registry, mine().account.id):
            if each.short == short:
                sessions.revoke(registry, viewer(), mine().account, each.hash)
        return flask.redirect("/account")

    # ── Security: who may come in ────────────────────────────────────────────────────────────────

    def people_page(status: int = 200, faults: tuple[str, ...] = (), **values: Any) -> Any:
        said = words()
        return forms.page(
            "people",
            said,
            said("office_people"),
            faults=faults,
            status=status,
            accounts=accounts.listed(registry),
            roles=PEOPLE,
            place=place_name,
            rights={role: [right for right in Right if right in RIGHTS[role]] for role in Role},
            **{"given": {}, **values},
        )

    @here.route("/people", methods=["GET", "POST"])
    def people() -> Any:
        if flask.request.method == "GET":
            note(What.PEOPLE, detail={"looked at": "people"})
            return people_page()
        given = {key: value.strip() for key, value in flask.request.form.items()}
        role = given.get("role", "")
        try:
            made = accounts.add(
                registry,
                viewer(),
                given.get("name", ""),
                role=role,
                person=given.get("person", ""),
                root="" if role in OFFICERS else known_place(desk, given.get("root", "")),
                display=given.get("display", ""),
                contact=given.get("contact", ""),
            )
        except Mistake as mistake:
            return people_page(400, (mistake.text(),), given=given)
        return person_page(made, link=link_for(made))

    def person_page(
        found: Account, status: int = 200, faults: tuple[str, ...] = (), link: str = ""
    ) -> Any:
        said = words()
        return forms.page(
            "person",
            said,
            found.display,
            faults=faults,
            status=status,
            account=found,
            roles=PEOPLE,
            place=place_name(found),
            link=link,
            days=links.DAYS,
            sessions=sessions.of(registry, found.id),
            moment=partial(moment, desk),
            browser=browser,
        )

    @here.route("/people/<int(max=2147483647):id>", methods=["GET", "POST"])
    def person(id: int) -> Any:
        with registry.state.read() as connection:
            found = accounts.by_id(connection, id)
        if found is None:
            return no("lost", 404)
        if flask.request.method == "GET":
            note(What.PEOPLE, detail={"looked at": found.name})
            return person_page(found)
        link = ""
        try:
            match flask.request.form.get("do", ""):
                case "change":
                    given = flask.request.form
                    role = given.get("role", found.role)
                    found = accounts.change(
                        registry,
                        viewer(),
                        found,
                        role=role,
                        root="" if role in OFFICERS else known_place(desk, given.get("root", "")),
                        display=given.get("display", found.display),
                        contact=given.get("contact", found.contact),
                    )
                case "disable":
                    found = accounts.change(registry, viewer(), found, disabled=True)
                case "enable":
                    found = accounts.change(registry, viewer(), found, disabled=False)
                case "link":
                    link = link_for(found)
                case "unlock":
                    accounts.unlock(registry, viewer(), found)
                case "code":
                    codes.reset(registry, viewer(), found)
                case "revoke":
                    sessions.revoke(registry, viewer(), found)
        except Mistake as mistake:
            return person_page(found, 400, (mistake.text(),))
        return person_page(found, link=link)

    def link_for(found: Account) -> str:
        token, _ = links.make(registry, viewer(), found, "password")
        return links.href(token, desk.address())

    def place_name(found: Account) -> str:
        if found.role in OFFICERS:
            return words()("no_place")
        if not found.root:
            return words()("whole_city")
        try:
            with desk.current() as snapshot:
                place = snapshot.tree.find(found.root)
        except NoSnapshot:
            place = None
        return f"{place.name} {place.code}" if place else found.root

    # ── Audit: what was done ─────────────────────────────────────────────────────────────────────

    @here.get("/audit")
    def audit() -> Any:
        note(What.AUDIT, detail={"looked at": "audit"})
        return audit_page()

    def audit_page(notices: tuple[str, ...] = (), faults: tuple[str, ...] = ()) -> Any:
        said, asked = words(), flask.request.args
        start = _number(asked.get("from", ""))
        given = {key: asked.get(key, "") for key in ("who", "what", "outcome", "since", "until")}
        since, until = day(given["since"]), day(given["until"])
        lines = registry.audit.lines(
            who=given["who"],
            what=given["what"],
            outcome=given["outcome"],
            since=since,
            until=until + timedelta(days=1) if until else None,
            limit=PAGE + 1,
            offset=start,
        )
        for line in lines:
            told = json.loads(line["detail"])
            line["detail"] = " · ".join(f"{key}: {value}" for key, value in told.items())
        return forms.page(
            "audit",
            said,
            said("office_audit"),
            notices=notices,
            faults=faults,
            lines=lines[:PAGE],
            more=start + PAGE if len(lines) > PAGE else None,
            less=max(0, start - PAGE) if start else None,
            given=given,
            what=list(What),
            moment=partial(moment, desk),
        )

    @here.post("/audit/verify")
    def audit_verify() -> Any:
        said = words()
        many, found = registry.audit.verify()
        note_now(What.AUDIT, detail={"verified": many, "faults": len(found)})
        if not found:
            return audit_page(notices=(said("audit_whole", n=f"{many:,}"),))
        told = tuple(said("audit_fault", n=each.number, what=each.found) for each in found[:50])
        return audit_page(faults=(said("audit_broken", n=len(found)), *told))

    @here.get("/audit/export")
    def audit_export() -> Any:
        note_now(What.EXPORT, detail={"exported": "audit"})
        headers = {"Content-Disposition": "attachment; filename=audit.csv"}
        told = itertools.chain(["\ufeff"], registry.audit.as_csv())
        return flask.Response(told, mimetype="text/csv", headers=headers)

    # ── System: how the service does ─────────────────────────────────────────────────────────────

    @here.get("/system")
    def system() -> Any:
        note(What.SYSTEM, detail={"looked at": "system"})
        said = words()
        told: dict[str, Any] = {"snapshot": None}
        try:
            with desk.current() as snapshot:
                told = {
                    "snapshot": snapshot.id,
                    "published": snapshot.published,
                    "sources": [
                        {key: each[key] for key in ("source", "fact", "last_arrived")}
                        for each in snapshot.sources()
                    ],
                }
        except NoSnapshot:
            pass
        return forms.page("system", said, said("office_system"), state=told, settings=desk.settings)

    def day(text: str) -> datetime | None:
        try:
            found = date.fromisoformat(text)
        except ValueError:
            return None
        return datetime.combine(min(max(found, FIRST), LAST), datetime.min.time(), zone(desk))

    return here


def known_place(desk: Desk, named: str) -> str:
    """The code of a place named by code or name. Raises Mistake for one that is not there."""
    named = named.strip()
    if not named:
        return ""
    try:
        with desk.current() as snapshot:
            return snapshot.tree.called(named).code
    except NoSnapshot:
        raise Mistake(
            "nothing is published yet, so places are not known", write="Load a city first"
        ) from None


def zone(desk: Desk) -> ZoneInfo:
    """Where the city's clock is."""
    try:
        with desk.current() as snapshot:
            return snapshot.zone
    except NoSnapshot:
        return ZoneInfo("UTC")


def moment(desk: Desk, when: datetime) -> str:
    """A moment by the city's clock."""
    return f"{when.astimezone(zone(desk)):%Y-%m-%d %H:%M:%S}"


BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Version", "Safari"),
)
"""What a browser calls itself, and what people call it; the first that stands there counts."""
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")


def browser(agent: str) -> str:
    """What a browser calls itself, as short as people would; else as it does."""
    for word, known in BROWSERS:
        found = re.search(rf"{word}/(\d+)", agent)
        if found:
            system = next((each for each in SYSTEMS if each in agent), "")
            return f"{known} {found[1]}" + (f" · {system}" if system else "")
    return agent


def _number(text: str) -> int:
    return min(int(text), 10_000_000) if text.isascii() and text.isdigit() and len(text) < 9 else 0
