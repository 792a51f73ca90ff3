"""One-time codes, as authenticator apps make them (RFC 6238), and codes for who lost the app."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import pyotp
import segno
from sqlalchemy import Connection, delete, insert, select, update

from cockpit.people.accounts import Account, line
from cockpit.people.audit import What
from cockpit.people.gate import Viewer
from cockpit.people.registry import Registry
from cockpit.people.tables import accounts, recovery_codes

ISSUER = "Cockpit"
STEP = 30
"""Seconds for which a code is shown."""
RECOVERY = 8
"""How many codes are given for the day on which the app is lost."""


def secret() -> str:
    """A new secret."""
    return pyotp.random_base32()


def picture(secret: str, account: Account) -> str:
    """The secret as a picture that apps read, as a data URL."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=ISSUER)
    return str(segno.make(uri, error="m").svg_data_uri(scale=5, border=2, light="#fff"))


def step_of(registry: Registry, secret: str, code: str) -> int | None:
    """The time step whose code it is: this one, or one to either side for clocks that differ."""
    code = code.replace(" ", "")
    if not code.isascii():
        return None
    now = int(registry.now().timestamp()) // STEP
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP), code):
            return step
    return None


def check(registry: Registry, connection: Connection, account: Account, code: str) -> bool:
    """Whether a code is right and was not used before; it is used by this. A recovery code is
    taken too, once.
    """
    if account.code_secret is None:
        return False
    step = step_of(registry, registry.key.unseal(account.code_secret), code)
    if step is not None:
        taken = connection.execute(
            update(accounts)
            .where(accounts.c.id == account.id, accounts.c.code_last < step)
            .values(code_last=step)
        )
        return bool(taken.rowcount)
    used = connection.execute(
        update(recovery_codes)
        .where(
            recovery_codes.c.account == account.id,
            recovery_codes.c.hash == _hashed(code),
            recovery_codes.c.used.is_(None),
        )
        .values(used=registry.now())
    )
    return bool(used.rowcount)


def set_up(
    registry: Registry, connection: Connection, account: Account, secret: str, step: int
) -> list[str]:
    """Require codes of this secret from now on, later ones than that of the step, which has been
    given; gives the recovery codes, which are told once.
    """
    told = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY)]
    connection.execute(delete(recovery_codes).where(recovery_codes.c.account == account.id))
    connection.execute(
        insert(recovery_codes), [{"account": account.id, "hash": _hashed(code)} for code in told]
    )
    connection.execute(
        update(accounts)
        .where(accounts.c.id == account.id)
        .values(code_secret=registry.key.seal(secret), code_last=step)
    )
    return told


def take_away(connection: Connection, account: Account) -> None:
    """Ask for no code any more: an officer sets up a new one at the next signing in."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.account == account.id))
    connection.execute(
        update(accounts).where(accounts.c.id == account.id).values(code_secret=None, code_last=0)
    )


def reset(registry: Registry, by: Viewer, account: Account) -> None:
    """Take somebody's code away, who lost the app and the recovery codes."""
    with registry.state.write() as connection:
        told = {"code taken away": account.name}
        registry.audit.write_within(connection, line(by, What.CODE, detail=told))
        take_away(connection, account)


def left(connection: Connection, account: Account) -> int:
    """How many recovery codes are unused."""
    asked = select(recovery_codes.c.id).where(
        recovery_codes.c.account == account.id, recovery_codes.c.used.is_(None)
    )
    return len(connection.execute(asked).all())


def _hashed(code: str) -> str:
    plain = code.strip().lower().replace(" ", "")
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()
