"""Somebody signed in, without going through the entrance: tests of the entrance go there."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from flask.testing import FlaskClient

from cockpit.people import accounts, displays, pairings, sessions
from cockpit.people.accounts import Account
from cockpit.people.displays import Display
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.people.roles import Role
from cockpit.people.tables import accounts as table
from cockpit.record.city import read_city
from cockpit.settings import Settings
from cockpit.web.guard import CSRF, DISPLAY, SESSION
from cockpit.web.server import serve

PASSWORD = "Spring-Rain-2026"


@cache
def hashed() -> str:
    return PasswordHasher().hash(PASSWORD)


def with_password(registry: Registry, account: Account) -> Account:
    """The account with PASSWORD, set now."""
    with registry.state.write() as connection:
        values = {"password": hashed(), "password_set": registry.now()}
        connection.execute(table.update().where(table.c.id == account.id).values(values))
        found = accounts.by_id(connection, account.id)
    assert found is not None
    return found


def account(registry: Registry, role: str, root: str = "", name: str = "") -> Account:
    """An account of that role and place, made if it is not there; each its own person."""
    name = name or f"{role}-{root or 'all'}".replace("/", ".")
    with registry.state.read() as connection:
        found = accounts.find(connection, name)
    return found or accounts.add(registry, CONSOLE, name, role=role, person=name, root=root)


def paired(
    registry: Registry, root: str, name: str = "", wall: str = "city"
) -> tuple[Display, str]:
    """A display of that place, paired if it is not there, and a credential of its own."""
    name = name or f"display-{root}".replace("/", ".")
    known = [each for each in displays.listed(registry) if each.name == name]
    if known:
        displays.revoke(registry, CONSOLE, known[0])
    token, waits = pairings.begin(registry, "127.0.0.1", "test")
    pairings.approve(registry, CONSOLE, waits.code, name=name, wall=wall, place=root)
    waits = pairings.look_at(registry, token)
    assert waits is not None
    credential = pairings.fetch(registry, waits, "127.0.0.1")
    found = displays.look_up(registry, credential)
    assert found is not None
    return found, credential


def session(settings: Settings, role: str, root: str = "", name: str = "") -> tuple[str, str]:
    """A full session of such an account: its token, and what its requests bring along."""
    registry = Registry(settings)
    try:
        found = account(registry, role, root, name)
        with registry.state.write() as connection:
            token = sessions.begin(registry, connection, found.id, "full", "127.0.0.1")
        here = sessions.look_up(registry, token)
        assert here is not None
        return token, here.csrf
    finally:
        registry.close()


def client(
    settings: Settings, role: str = "leader", root: str = "", *, use_cookies: bool = True
) -> FlaskClient:
    """A client of a new server, signed in."""
    return come_in(serve(settings).test_client(use_cookies=use_cookies), settings, role, root)


def come_in(
    client: FlaskClient, settings: Settings, role: str = "leader", root: str = ""
) -> FlaskClient:
    """The same client, signed in, or paired."""
    if role == Role.DISPLAY:
        cookie, (token, csrf) = DISPLAY, display(settings, root)
    else:
        cookie, (token, csrf) = SESSION, session(settings, role, root)
    client.environ_base["HTTP_X_CSRFTOKEN"] = csrf
    if client._cookies is None:
        client.environ_base["HTTP_COOKIE"] = f"{cookie}={token}; {CSRF}={csrf}"
    else:
        client.set_cookie(cookie, token)
        client.set_cookie(CSRF, csrf)
    return client


def display(settings: Settings, root: str = "") -> tuple[str, str]:
    """A paired display's credential, and what its requests bring along."""
    registry = Registry(settings)
    try:
        found, credential = paired(registry, root or read_city(settings.city).tree.root.code)
        return credential, registry.key.mac("display", str(found.id))
    finally:
        registry.close()
