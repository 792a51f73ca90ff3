"""Every address, as everybody, for places of every kind: allowed exactly where the table in
``cockpit/people/README.md`` says. An address that the table does not know fails.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode

import flask
import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from cockpit.answers import glimpse
from cockpit.model.facts import FACTS
from cockpit.people import sessions
from cockpit.people.registry import Registry
from cockpit.people.roles import RIGHTS, Right, Role
from cockpit.people.sessions import Stage
from cockpit.settings import PROJECT, Settings
from cockpit.web import dossier
from cockpit.web.guard import ACCESS, CSRF, DISPLAY, SESSION, STAGES
from cockpit.web.server import serve
from cockpit.web.words import Words
from tests import signed
from tests.pages import UPDATE

README = PROJECT / "cockpit" / "people" / "README.md"
ROOT = "town/n/e"
INSIDE = ("town/n/e", "town/n/e/1", "town/n/e/1/a", "town/old")
ABOVE = ("town", "town/n")
BESIDE = ("town/s", "town/n/o", "town/n/o/1/a")
UNKNOWN = ("nowhere", "town/n/x", "town/n/e/9", "330108", "' or 1=1 --", "../../etc/passwd")
STEPS: tuple[Stage, ...] = ("code", "enrol", "change")
Outcome = Literal["allowed", "refused", "cut"]


def table(head: str) -> list[dict[str, str]]:
    """The rows of the table whose first column is called that."""
    found: list[dict[str, str]] = []
    names: list[str] = []
    for line in README.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            names = []
        elif cells[0] == head:
            names = cells
        elif names and not cells[0].startswith("---"):
            found.append(dict(zip(names, cells, strict=True)))
    return found


@dataclass(frozen=True)
class Row:
    """What the table says of one address."""

    name: str
    example: str
    cells: dict[str, str]

    @property
    def is_callback(self) -> bool:
        return self.name.startswith("callback ")

    @property
    def output(self) -> str:
        """What a callback fills."""
        return self.name.split()[1]

    @property
    def is_placed(self) -> bool:
        return "{place}" in self.example or "{row}" in self.example

    def about(self, place: str, case: str) -> str:
        """The example for a place, or for a case in it."""
        return self.example.replace("{place}", place).replace("{row}", case)

    @property
    def endpoint(self) -> str:
        return "/_dash-update-component" if self.is_callback else self.name


ROWS = {
    name: Row(name, row["example"].replace("`", ""), row)
    for row in table("address")
    for name in [row["address"].replace("`", "")]
}
PLACED = [name for name, row in ROWS.items() if row.is_placed]


# ── The table is whole, and says what the code says ──────────────────────────────────────────────


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def settings(
    request: pytest.FixtureRequest, town: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """A copy of the town over each database: here audits are read and sessions ended."""
    home = tmp_path_factory.mktemp("matrix") / "home"
    shutil.copytree(town.home, home, ignore=shutil.ignore_patterns("state.*", "audit.*"))
    if request.param == "sqlite":
        return replace(town, home=home)
    return replace(town, home=home, state=request.getfixturevalue("postgres").database())


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[flask.Flask]:
    served = serve(settings)
    yield served
    served.extensions["page"].desk.registry.close()


@pytest.fixture(scope="module")
def registry(settings: Settings) -> Iterator[Registry]:
    opened = Registry(settings)
    yield opened
    opened.close()


def test_the_table_names_every_address_and_no_other(server: flask.Flask) -> None:
    served = {rule.endpoint for rule in server.url_map.iter_rules()}
    callbacks = {f"callback {output}" for output in server.extensions["page"].callback_map}
    known = {f"callback {row.output}" if row.is_callback else name for name, row in ROWS.items()}
    missing = sorted((served | callbacks) - known)
    assert not missing, (
        f"{missing} stand in no line of {README}, section 哪个地址归谁: add one each,"
        " with an example and who may reach it"
    )
    gone = sorted(known - served - callbacks)
    assert not gone, f"{README} names {gone}, which are served no more: take the lines out"
    assert sorted(served) == sorted(ACCESS), "ACCESS in cockpit/web/guard.py differs"


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if not row.is_callback])
def test_the_table_says_what_the_guard_is_told(name: str) -> None:
    need = ACCESS[ROWS[name].endpoint]
    for role in Role:
        may = need in ("anybody", "signed") or need in RIGHTS[role]
        may = may or need == ("display" if role is Role.DISPLAY else "account")
        assert ROWS[name].cells[role] == ("✓" if may else "–"), role
    assert ROWS[name].cells["out"] == ("✓" if need == "anybody" else "–")
    if name != "entrance.sign_out":
        half = "✓" if need == "anybody" else need if need in STAGES else "–"
        assert ROWS[name].cells["half"] == half


def test_the_table_of_rights_says_what_roles_may() -> None:
    rows = {row["right"].split("`")[1]: row for row in table("right")}
    assert list(rows) == list(Right)
    for right, row in rows.items():
        for role in Role:
            assert row[role] == ("✓" if right in RIGHTS[role] else "–"), (right, role)


# ── Everybody asks for everything ────────────────────────────────────────────────────────────────


@cache
def cases(server: flask.Flask) -> dict[str, str]:
    """The address of a case in each place: its own, else one in a place below."""
    desk = server.extensions["page"].desk
    found: dict[str, str] = {}
    with desk.current() as snapshot:
        asked = f"select pos, {glimpse.ref(FACTS['cases'])} from cases r order by number"
        for pos, ref in snapshot.rows(asked, {"key": dossier.key(desk.registry)}):
            here, *above = reversed(snapshot.tree.path(snapshot.tree.places[pos]))
            found[here.code] = ref
            for place in above:
                if place.code in INSIDE:
                    found.setdefault(place.code, ref)
        found["town/old"] = found["town/n/e"]
    return found


class Somebody:
    """A client of the server, signed in, and anew once that is over: some requests end sessions."""

    def __init__(
        self,
        server: flask.Flask,
        registry: Registry,
        role: str,
        root: str,
        stage: Stage = "full",
        name: str = "",
    ):
        self.client: FlaskClient = server.test_client()
        self.server, self.registry, self.stage = server, registry, stage
        self.display = self.account = None
        self.token = self.secret = self.name = ""
        if role == Role.DISPLAY:
            self.display, self.token = signed.paired(registry, root, name)
            self.name = self.display.name
        elif role:
            self.account = signed.account(registry, role, root, name)
            self.name = self.account.name
        self.comes_back = True
        self.cases = cases(server)

    def ask(
        self, method: str, row: Row, place: str = "", more: Mapping[str, str] | None = None
    ) -> TestResponse:
        """Ask for an address, with ``more`` in its query."""
        known = self.account or self.display
        headers = {"X-CSRFToken": self._secret()} if method == "POST" or known else {}
        example = row.about(quote(place, safe="/"), self.cases.get(place, f"20260105-{'0' * 20}"))
        if row.is_callback:
            body = self._callback(row.output, example, more or {})
            return self.client.post(UPDATE, json=body, headers=headers)
        path, _, query = example.partition("?")
        given = {**dict(parse_qsl(query)), **(more or {})}
        if method == "POST":
            return self.client.post(path, data=given, headers=headers)
        return self.client.open(f"{path}?{urlencode(given)}", method=method, headers=headers)

    def _secret(self) -> str:
        """What a request must bring along; on the way the cookies are what they should be."""
        if self.display is not None:
            self.secret = self.registry.key.mac("display", str(self.display.id))
            self.client.set_cookie(DISPLAY, self.token)
            self.client.set_cookie(CSRF, self.secret)
            return self.secret
        if self.account is None:
            found = re.search(r'name="_csrf" value="([^"]+)"', self.client.get("/sign-in").text)
            assert found is not None
            return found[1]
        here = sessions.look_up(self.registry, self.token)
        if here is None and self.comes_back:
            with self.registry.state.write() as connection:
                self.token = sessions.begin(
                    self.registry, connection, self.account.id, self.stage, "127.0.0.1"
                )
            here = sessions.look_up(self.registry, self.token)
            assert here is not None
            self.secret = here.csrf
        self.client.set_cookie(SESSION, self.token)
        self.client.set_cookie(CSRF, self.secret)
        return self.secret

    def _callback(self, output: str, example: str, more: Mapping[str, str]) -> dict[str, Any]:
        page = self.server.extensions["page"]
        (declared,) = [each for each in page._callback_list if each["output"] == output]
        given: dict[str, Any] = dict(parse_qsl(example))
        kind, _, property = output.rpartition(".")
        id: Any = kind
        if kind != "page":
            path, _, query = given["of"].partition("?")
            of = f"{path}?{urlencode({**dict(parse_qsl(query)), **more})}"
            id = {"of": of, "panels": int(given["panels"])}
        elif more:
            given["search"] = "?" + urlencode(more)
        given |= {"id": id, "data-near": "here"}
        inputs, state = (
            [
                {
                    "id": id if each["id"] == kind else each["id"],
                    "property": each["property"],
                    "value": given.get(each["property"], ""),
                }
                for each in declared[which]
            ]
            for which in ("inputs", "state")
        )
        return {
            "output": output,
            "outputs": {"id": id, "property": property},
            "inputs": inputs,
            "state": state,
            "changedPropIds": [],
        }


def outcome(row: Row, response: TestResponse, place: str = "") -> Outcome:
    """What an answer is: by the words in which it is refused, or cut."""
    place = place if row.is_placed else ""
    if response.status_code == 302 and response.location == "/" and row.cells["half"] in STEPS:
        return "refused"  # a step of signing in, to somebody who has signed in
    json = response.get_json() if response.is_json else None
    said = str(json) if json else response.get_data().decode("utf-8", "replace")
    response.close()
    for language in ("zh", "en"):
        words = Words(language)
        assert words("broken") not in said
        for word in (
            "refused_right",
            "refused_rows",
            "refused_signed_out",
            "refused_forged",
            "refused_audit",
        ):
            if words(word) in said:
                return "refused"
        for word in ("refused_place", "refused_unknown", "refused_root", "row_none"):
            if words(word, code=place) in said:
                return "refused"
        if place and words("cut", code=place, place="\0").split("\0")[0] in said:
            return "cut"
    if place and response.status_code in (403, 404):
        return "refused"
    assert response.status_code < 500, said[:300]
    return "allowed"


Who = Callable[..., Somebody]


@pytest.fixture(scope="module")
def who(server: flask.Flask, registry: Registry) -> Who:
    """Gives somebody of a role, place and stage: the same one each time."""

    @cache
    def found(role: str, root: str = ROOT, stage: Stage = "full") -> Somebody:
        return Somebody(server, registry, role, root, stage)

    return found


def methods(server: flask.Flask, row: Row) -> list[str]:
    if row.is_callback:
        return ["POST"]
    found = {
        method
        for rule in server.url_map.iter_rules(row.endpoint)
        for method in (rule.methods or ())
        if method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    }
    return sorted(found)


def is_reached(server: flask.Flask, row: Row, method: str) -> bool:
    """Whether the example leads to the address, and not to one that stands before it."""
    if row.is_callback:
        return True
    path = row.about("town", f"20260105-{'0' * 20}").partition("?")[0]
    try:
        endpoint, _ = server.url_map.bind("localhost").match(path, method)
    except HTTPException:
        return False
    return bool(endpoint == row.endpoint)


SHADOWED = ("/",)
"""Dash's own, behind one of ours."""


@pytest.mark.parametrize("name", [name for name in ROWS if name not in SHADOWED])
def test_every_role_reaches_what_the_table_says(server: flask.Flask, who: Who, name: str) -> None:
    row = ROWS[name]
    for method in methods(server, row):
        assert is_reached(server, row, method), f"the example of {name} leads elsewhere"
        for role in Role:
            answer = who(role).ask(method, row, ROOT)
            expected = "allowed" if row.cells[role] == "✓" else "refused"
            assert outcome(row, answer, ROOT) == expected, (method, role, answer.status)
        answer = who("").ask(method, row, ROOT)
        assert outcome(row, answer, ROOT) == ("allowed" if row.cells["out"] == "✓" else "refused")
        for stage in STEPS:
            for role in (Role.LEADER, Role.AUDIT):
                answer = who(role, ROOT, stage).ask(method, row, ROOT)
                may = row.cells["half"] in ("✓", stage)
                assert outcome(row, answer, ROOT) == ("allowed" if may else "refused"), (
                    method,
                    stage,
                )


@pytest.mark.parametrize("name", PLACED)
@pytest.mark.parametrize("role", Role)
def test_places_are_one_s_own_or_refused(
    server: flask.Flask, who: Who, name: str, role: Role
) -> None:
    row = ROWS[name]
    somebody = who(role)
    may = row.cells[role] == "✓"
    expected: dict[str, Outcome] = {}
    expected |= dict.fromkeys(INSIDE, "allowed" if may else "refused")
    expected |= dict.fromkeys(ABOVE, "cut" if may and row.cells["above"] == "cut" else "refused")
    expected |= dict.fromkeys((*BESIDE, *UNKNOWN), "refused")
    for method in methods(server, row):
        for place, wanted in expected.items():
            answer = somebody.ask(method, row, place)
            found = outcome(row, answer, place)
            if not row.is_callback and wanted == "cut":
                wanted = "allowed"  # the frame of a page: what is cut stands in it later
            assert found == wanted, (method, place, answer.status)


@pytest.mark.parametrize("name", PLACED)
def test_who_may_see_all_is_told_what_there_is_not(
    server: flask.Flask, who: Who, name: str
) -> None:
    row = ROWS[name]
    somebody = who(Role.LEADER if row.cells[Role.LEADER] == "✓" else Role.ANALYST, "")
    for method in methods(server, row):
        for place in (*INSIDE, *ABOVE, *BESIDE):
            if "{row}" in row.example and place not in somebody.cases:
                continue
            assert outcome(row, somebody.ask(method, row, place), place) == "allowed", place
        for place in UNKNOWN:
            assert outcome(row, somebody.ask(method, row, place), place) == "refused", place


# ── Every answer has its line ────────────────────────────────────────────────────────────────────


def newest(registry: Registry, server: flask.Flask) -> dict[str, Any]:
    """The last line of the audit, once all that waits is written."""
    audit = server.extensions["page"].desk.registry.audit
    assert audit.flush()
    return registry.audit.lines(limit=1)[0]


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.cells["noted"] != "–"])
def test_what_is_given_and_what_is_refused_has_a_line(
    server: flask.Flask, registry: Registry, who: Who, name: str
) -> None:
    row = ROWS[name]
    places = (INSIDE[1], BESIDE[0], UNKNOWN[0]) if name in PLACED else ("",)
    if row.cells["above"] == "no":
        places += (ABOVE[0],)
    noted = row.cells["noted"]
    (method, *_) = methods(server, row)
    for role in Role:
        somebody = who(role)
        for place in places:
            before = newest(registry, server)["number"]
            result = outcome(row, somebody.ask(method, row, place), place)
            line = newest(registry, server)
            if noted == "refused" and result == "allowed":
                assert line["number"] == before
                continue
            assert line["number"] == before + 1, (role, place)
            assert line["who"] == somebody.name
            assert (line["role"], line["outcome"]) == (role, result)
            assert line["what"] in ({"view", noted} if result == "refused" else {noted})
            if row.cells[role] == "✓" and "{place}" in row.example:
                assert line["place"] == place
                assert bool(line["rows"]) == (result == "allowed")
