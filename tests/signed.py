"""Somebody signed in, without going through the entrance: tests of the entrance go there."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from flask.testing import FlaskClient

from cockpit.people import accounts, sessions
from cockpit.people.accounts import Account
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.people.tables import accounts as table
from cockpit.settings import Settings
from cockpit.web.guard import CSRF, SESSION
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
    """The same client, signed in."""
    token, csrf = session(settings, role, root)
    client.environ_base["HTTP_X_CSRFTOKEN"] = csrf
    if client._cookies is None:
        client.environ_base["HTTP_COOKIE"] = f"{SESSION}={token}; {CSRF}={csrf}"
    else:
        client.set_cookie(SESSION, token)
        client.set_cookie(CSRF, csrf)
    return client
