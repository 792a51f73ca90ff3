"""A server to attack: the town's snapshots, people of its own, over each of the two databases."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterator
from dataclasses import replace

import flask
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from cockpit.people import displays, sessions
from cockpit.people.registry import Registry
from cockpit.people.tables import METADATA
from cockpit.settings import Settings
from cockpit.web.desk import Desk
from cockpit.web.guard import ACCESS, CSRF, DISPLAY, SESSION, STAGES
from cockpit.web.server import serve
from tests import signed

ROOT = "town/n"
PAGE = {"Accept": "text/html"}
ROLES = {
    **dict.fromkeys(
        [f"questions.{each}" for each in ("workbench", "run", "cancel", "save", "publish")],
        "analyst",
    ),
    "offices.people": "security",
    "offices.person": "security",
    "offices.audit": "audit",
    "offices.audit_verify": "audit",
    "offices.audit_export": "audit",
    "offices.system": "system",
    "pairing.beat": "display",
}
"""Who reaches an address, where it is not the leader."""


class Attacked:
    """A server, and people who have come in."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.server: flask.Flask = serve(settings)
        self.desk: Desk = self.server.extensions["page"].desk
        self.registry: Registry = self.desk.registry
        self._numbers = itertools.count()
        self._fitting: dict[tuple[str, str], FlaskClient] = {}

    def anybody(self) -> FlaskClient:
        """A client at an address of its own."""
        client = self.server.test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.{next(self._numbers)}"
        return client

    def somebody(self, role: str = "leader", stage: str = "full", name: str = "") -> FlaskClient:
        """A client with a new session, whose requests bring along what they must."""
        client = self.anybody()
        if role == "display":
            found, credential = signed.paired(self.registry, ROOT, name)
            client.set_cookie(DISPLAY, credential)
            client.environ_base["HTTP_X_CSRFTOKEN"] = self.registry.key.mac(
                "display", str(found.id)
            )
            return client
        root = ROOT if role in ("leader", "analyst") else ""
        account = signed.account(self.registry, role, root, name)
        with self.registry.state.write() as connection:
            token = sessions.begin(self.registry, connection, account.id, stage, "127.0.0.1")
        here = sessions.look_up(self.registry, token)
        assert here is not None
        client.set_cookie(SESSION, token)
        client.set_cookie(CSRF, here.csrf)
        client.environ_base["HTTP_X_CSRFTOKEN"] = here.csrf
        return client

    def fitting(self, endpoint: str) -> FlaskClient:
        """Somebody who reaches that address: the same one while the session lasts."""
        need = ACCESS[endpoint]
        stage = need if need in STAGES else "full"
        who = (ROLES.get(endpoint, "leader"), stage)
        known = self._fitting.get(who)
        if known is None or not self.is_known(known):
            known = self._fitting[who] = self.somebody(*who)
        return known

    def is_known(self, client: FlaskClient) -> bool:
        """Whether a client is still who it was."""
        cookie = client.get_cookie(DISPLAY)
        if cookie is not None:
            return displays.look_up(self.registry, cookie.value) is not None
        return sessions.look_up(self.registry, token(client)) is not None

    def at_the_door(self) -> tuple[FlaskClient, str]:
        """A client that has opened the sign-in page, and what its form brings along."""
        client = self.anybody()
        return client, form_token(client.get("/sign-in"))

    def everything(self) -> dict[str, int]:
        """How many rows each table has, but for the audit, which only grows."""
        with self.registry.state.read() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in METADATA.tables.items()
                if name != "audit"
            }


def form_token(page: TestResponse) -> str:
    found = re.search(r'name="_csrf" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def token(client: FlaskClient) -> str:
    """The token of a client's session."""
    cookie = client.get_cookie(SESSION)
    return cookie.value if cookie else ""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def attacked(
    request: pytest.FixtureRequest, town: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attacked]:
    """The server."""
    home = tmp_path_factory.mktemp("attacked") / "home"
    home.mkdir()
    (home / "snapshots").symlink_to(town.snapshots)
    state = ""
    if request.param == "postgresql":
        state = request.getfixturevalue("postgres").database()
    found = Attacked(replace(town, home=home, state=state))
    yield found
    assert found.registry.audit.flush()
    assert found.registry.audit.verify()[1] == []
    found.registry.close()


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No attack is an error of ours."""
    yield
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert said == []


def rules(server: flask.Flask, method: str) -> Iterator[tuple[str, str]]:
    """(endpoint, path with {} for each part that varies) of every address that takes a method."""
    for rule in server.url_map.iter_rules():
        if rule.methods is None or method in rule.methods:
            yield rule.endpoint, re.sub(r"<[^>]+>", "{}", str(rule.rule))
