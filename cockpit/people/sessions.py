"""Sessions: kept by the server, so that one that is ended is over at once.

The browser holds a random token; the database its hash. A session has a stage: until it is full
it is good for one thing only, giving a code, setting one up, or changing the password.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from cockpit.people.accounts import Account, line, read
from cockpit.people.audit import What
from cockpit.people.gate import Viewer
from cockpit.people.registry import Registry
from cockpit.people.tables import accounts, sessions

Stage = Literal["code", "enrol", "change", "full"]
SEEN_EVERY = timedelta(minutes=1)
"""How often it is written down that a session is in use."""


_WHOLE = select(accounts, *(column.label(f"session_{column.name}") for column in sessions.c)).join(
    sessions, sessions.c.account == accounts.c.id
)
_ONE = _WHOLE.where(sessions.c.hash == bindparam("asked"))
_ALL = _WHOLE.where(sessions.c.account == bindparam("asked")).order_by(sessions.c.seen.desc())


@dataclass(frozen=True)
class Session:
    """An account's session. ``csrf`` is what its forms and requests must bring along."""

    hash: str
    account: Account
    stage: Stage
    csrf: str
    created: datetime
    seen: datetime
    address: str
    agent: str

    @property
    def short(self) -> str:
        """What the audit calls it: enough to tell it from others, no use to anybody."""
        return self.hash[:12]

    def viewer(self, address: str) -> Viewer:
        """Who looks."""
        account = self.account
        return Viewer(
            account.role,
            account.root,
            account.id,
            account.name,
            account.display,
            self.short,
            address,
        )


def begin(
    registry: Registry,
    connection: Connection,
    account: int,
    stage: Stage,
    address: str,
    agent: str = "",
    since: datetime | None = None,
) -> str:
    """A new session; gives its token, which is told nobody else and kept nowhere."""
    token = secrets.token_urlsafe(32)
    now = registry.now()
    connection.execute(
        insert(sessions),
        {
            "hash": hashed(token),
            "account": account,
            "stage": stage,
            "csrf": secrets.token_urlsafe(32),
            "created": since or now,
            "seen": now,
            "address": address[:100],
            "agent": agent[:300],
        },
    )
    return token


def hashed(token: str) -> str:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def look_up(registry: Registry, token: str, used: bool = True) -> Session | None:
    """The session of a token, while it lives: asked of the database each time, so that an end acts
    at once. What a page asks by itself is no use of it: a tab left open ends like any other.
    """
    if not token or len(token) > 100:
        return None
    with registry.state.read() as connection:
        row = connection.execute(_ONE, {"asked": hashed(token)}).mappings().first()
    found = None if row is None else _read(row)
    if found is None or found.account.disabled or _is_over(registry, found):
        return None
    if used and registry.now() - found.seen > SEEN_EVERY:
        with registry.state.write() as connection:
            connection.execute(
                update(sessions).where(sessions.c.hash == found.hash).values(seen=registry.now())
            )
    return found


def of(registry: Registry, account: int) -> list[Session]:
    """An account's living sessions, the newest first."""
    with registry.state.read() as connection:
        rows = connection.execute(_ALL, {"asked": account}).mappings().all()
    return [one for one in map(_read, rows) if not _is_over(registry, one)]


def end(connection: Connection, hash: str, account: int | None = None) -> bool:
    """End a session, if it is that account's; gives whether there was one."""
    asked = delete(sessions).where(sessions.c.hash == hash)
    if account is not None:
        asked = asked.where(sessions.c.account == account)
    return bool(connection.execute(asked).rowcount)


def end_all(connection: Connection, account: int, but: str = "") -> int:
    """End all sessions of an account but one; gives how many."""
    return int(
        connection.execute(
            delete(sessions).where(sessions.c.account == account, sessions.c.hash != but)
        ).rowcount
    )


def revoke(registry: Registry, by: Viewer, account: Account, hash: str = "") -> int:
    """End one session of an account, or all; gives how many."""
    with registry.state.write() as connection:
        told = {"sessions ended": account.name, "one": hash[:12]}
        registry.audit.write_within(connection, line(by, What.SESSION, detail=told))
        if hash:
            return int(end(connection, hash, account.id))
        return end_all(connection, account.id)


def sweep(registry: Registry, connection: Connection) -> None:
    """Take away the rows of sessions that are long over."""
    oldest = registry.now() - timedelta(hours=registry.settings.session_hours)
    connection.execute(delete(sessions).where(sessions.c.created < oldest))


def _read(row: RowMapping) -> Session:
    return Session(
        hash=row["session_hash"],
        account=read(row),
        stage=row["session_stage"],
        csrf=row["session_csrf"],
        created=row["session_created"],
        seen=row["session_seen"],
        address=row["session_address"],
        agent=row["session_agent"],
    )


def _is_over(registry: Registry, session: Session) -> bool:
    """A session ends after a while, used or not."""
    now, chosen = registry.now(), registry.settings
    return now - session.seen > timedelta(
        minutes=chosen.idle_minutes
    ) + SEEN_EVERY or now - session.created > timedelta(hours=chosen.session_hours)
