"""One-time links: to set a password, or to look at a demo. Each is good for one use, for days."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from cockpit.people.accounts import Account, by_id, line
from cockpit.people.audit import What
from cockpit.people.gate import Viewer
from cockpit.people.registry import Registry
from cockpit.people.sessions import hashed
from cockpit.people.tables import links

Purpose = Literal["password", "sign_in"]
DAYS = 3
"""How long a link is good."""


def make(
    registry: Registry, by: Viewer, account: Account, purpose: Purpose
) -> tuple[str, datetime]:
    """A new link's token, told once, and when it expires; links of before are good no more."""
    token = secrets.token_urlsafe(32)
    expires = registry.now() + timedelta(days=DAYS)
    with registry.state.write() as connection:
        told = {"made": purpose, "for": account.name}
        registry.audit.write_within(connection, line(by, What.LINK, detail=told))
        connection.execute(
            update(links)
            .where(links.c.account == account.id, links.c.used.is_(None))
            .values(used=registry.now())
        )
        connection.execute(
            insert(links),
            {"hash": hashed(token), "account": account.id, "purpose": purpose, "expires": expires},
        )
    return token, expires


def href(token: str, address: str) -> str:
    """Where a link leads, at the address by which people reach the cockpit."""
    return f"{address.rstrip('/')}/link/{token}"


def look_at(registry: Registry, token: str) -> tuple[Account, Purpose] | None:
    """Whose link it is and for what, while it is good. It stays so."""
    asked = select(links).where(links.c.hash == hashed(token))
    with registry.state.read() as connection:
        row = connection.execute(asked).mappings().first()
        if row is None or row["used"] is not None or row["expires"] <= registry.now():
            return None
        account = by_id(connection, row["account"])
    if account is None or account.disabled:
        return None
    return account, row["purpose"]


def use(registry: Registry, connection: Connection, token: str) -> bool:
    """Use a link up; gives whether it was good until now. Of two who try, one succeeds."""
    used = connection.execute(
        update(links)
        .where(
            links.c.hash == hashed(token),
            links.c.used.is_(None),
            links.c.expires > registry.now(),
        )
        .values(used=registry.now())
    )
    return bool(used.rowcount)
