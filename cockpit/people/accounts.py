"""Accounts: who may come in, as what, for which place. Every change is in the audit before it is
made, and ends the sessions of whom it concerns.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.people.audit import Line, What
from cockpit.people.gate import Viewer
from cockpit.people.registry import Registry
from cockpit.people.roles import OFFICERS, PEOPLE, Role
from cockpit.people.tables import accounts, failures, sessions

LONGEST = 60
LONGEST_CODE = 100


@dataclass(frozen=True)
class Account:
    """Somebody who may come in. ``person`` is who it is in life (a staff number): one person may
    have several accounts, but not the offices that must be apart. ``root`` is the place whose
    subtree the account sees; empty is the whole city, and officers have none.
    """

    id: int
    name: str
    display: str
    person: str
    role: Role
    root: str
    contact: str
    external: str | None
    disabled: bool
    created: datetime
    password: str | None
    password_set: datetime | None
    must_change: bool
    code_secret: str | None
    code_last: int


def folded(name: str) -> str:
    """A name as it is compared: however it is spelt, wide or narrow, large or small."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def read(row: RowMapping) -> Account:
    """An account from its row."""
    values = {each.name: row[each.name] for each in fields(Account)}
    return Account(**values | {"role": Role(row["role"])})


def find(connection: Connection, name: str) -> Account | None:
    """The account of that name, if there is one."""
    asked = select(accounts).where(accounts.c.folded == folded(name))
    row = connection.execute(asked).mappings().first()
    return None if row is None else read(row)


def by_id(connection: Connection, id: int) -> Account | None:
    """The account of that number, if there is one."""
    row = connection.execute(select(accounts).where(accounts.c.id == id)).mappings().first()
    return None if row is None else read(row)


def by_external(connection: Connection, external: str) -> Account | None:
    """The account of somebody whom another system knows, if there is one."""
    asked = select(accounts).where(accounts.c.external == external)
    row = connection.execute(asked).mappings().first()
    return None if row is None else read(row)


def named(registry: Registry, name: str) -> Account:
    """The account of that name. Raises Mistake."""
    with registry.state.read() as connection:
        found = find(connection, name)
        if found is None:
            names = connection.execute(select(accounts.c.name)).scalars().all()
            raise Mistake(f"there is no account {name!r}", write=did_you_mean(name, names))
        return found


def listed(registry: Registry) -> list[Account]:
    """All accounts, by name."""
    with registry.state.read() as connection:
        rows = connection.execute(select(accounts).order_by(accounts.c.folded)).mappings()
        return [read(row) for row in rows]


def add(
    registry: Registry,
    by: Viewer,
    name: str,
    *,
    role: str,
    person: str,
    root: str = "",
    display: str = "",
    contact: str = "",
    external: str | None = None,
) -> Account:
    """A new account, without a password yet. Raises Mistake for what cannot be."""
    name = unicodedata.normalize("NFKC", name).strip()
    if not 2 <= len(name) <= LONGEST or any(
        character.isspace() or unicodedata.category(character)[0] == "C" for character in name
    ):
        raise Mistake(f"{name!r} is no account name", write=f"Write 2 to {LONGEST} letters")
    values = {
        "name": name,
        "folded": folded(name),
        "display": (display or name).strip()[:LONGEST],
        "person": (person or "").strip()[:LONGEST],
        "role": _role(role),
        "root": root.strip()[:LONGEST_CODE],
        "contact": contact.strip()[:200],
        "external": external,
        "disabled": False,
        "created": registry.now(),
        "must_change": False,
        "code_last": 0,
    }
    if not values["person"]:
        raise Mistake(
            "an account needs its person", write="--person 工号: one person's accounts share it"
        )
    with registry.state.write() as connection:
        # The line comes first: until it stands, nobody else makes an account for the same person.
        told = {"made": name, "role": values["role"], "root": root, "person": values["person"]}
        registry.audit.write_within(connection, line(by, What.PEOPLE, detail=told))
        _refuse_two_offices(connection, str(values["person"]), Role(role))
        try:
            id = connection.execute(insert(accounts).returning(accounts.c.id), values).scalar_one()
        except IntegrityError:
            raise Mistake(f"there is an account {name!r} already", write="Choose another") from None
        made = by_id(connection, id)
    assert made is not None
    return made


def change(
    registry: Registry,
    by: Viewer,
    account: Account,
    *,
    role: str | None = None,
    root: str | None = None,
    display: str | None = None,
    contact: str | None = None,
    disabled: bool | None = None,
) -> Account:
    """Change what is given, and end the account's sessions where it may do more or less by it.
    Raises Mistake where nobody could manage people any more, or one person would hold two offices.
    """
    values: dict[str, Any] = {}
    if role is not None:
        values["role"] = _role(role)
    for column, given, longest in (
        ("root", root, LONGEST_CODE),
        ("display", display, LONGEST),
        ("contact", contact, 200),
    ):
        if given is not None:
            values[column] = given.strip()[:longest]
    if values.get("display") == "":
        values["display"] = account.name
    if disabled is not None:
        values["disabled"] = disabled
    values = {key: value for key, value in values.items() if value != getattr(account, key)}
    if not values:
        return account
    told = {"changed": account.name, **values}
    with registry.state.write() as connection:
        registry.audit.write_within(connection, line(by, What.PEOPLE, detail=told))
        if values.get("role") or values.get("disabled") is False:
            wanted = _role(values.get("role", account.role))
            _refuse_two_offices(connection, account.person, wanted, but=account.id)
        connection.execute(update(accounts).where(accounts.c.id == account.id).values(**values))
        _keep_one_security_officer(connection, account)
        if {"role", "root", "disabled"} & set(values):
            connection.execute(delete(sessions).where(sessions.c.account == account.id))
        changed = by_id(connection, account.id)
    assert changed is not None
    return changed


def bind(registry: Registry, by: Viewer, account: Account, external: str) -> None:
    """Note who the account is in another system: from then on nobody else there can be it."""
    with registry.state.write() as connection:
        told = {"bound": account.name, "external": external}
        registry.audit.write_within(connection, line(by, What.PEOPLE, detail=told))
        connection.execute(
            update(accounts).where(accounts.c.id == account.id).values(external=external)
        )


def unlock(registry: Registry, by: Viewer, account: Account) -> None:
    """Forget the failures that locked an account: wrong passwords and wrong codes."""
    with registry.state.write() as connection:
        told = {"unlocked": account.name}
        registry.audit.write_within(connection, line(by, What.PEOPLE, detail=told))
        whose = (f"account {folded(account.name)}", f"code {account.id}")
        connection.execute(failures.delete().where(failures.c.whose.in_(whose)))


def line(by: Viewer, what: What, **more: Any) -> Line:
    """A line of the audit about what a viewer does."""
    return Line(
        what,
        who=by.name,
        account=by.account,
        role="" if by.account is None and by.device is None else str(by.role),
        address=by.address,
        session=by.session,
        **more,
    )


def _role(word: str) -> Role:
    if word == Role.DISPLAY:
        raise Mistake(
            "a display has no account and no password: it is paired",
            write="Open /wall on it, and approve the code that it shows",
        )
    try:
        return Role(word)
    except ValueError:
        raise Mistake(
            f"there is no role {word!r}", write=did_you_mean(word, [str(role) for role in PEOPLE])
        ) from None


def _refuse_two_offices(
    connection: Connection, person: str, role: Role, but: int | None = None
) -> None:
    """三员分立: an officer has no second role, in any account, however the person is spelt."""
    asked = select(accounts.c.name, accounts.c.role, accounts.c.person)
    asked = asked.where(accounts.c.disabled.is_(False))
    if but is not None:
        asked = asked.where(accounts.c.id != but)
    for name, held, whose in connection.execute(asked):
        if folded(whose) != folded(person):
            continue
        if held != role and (held in OFFICERS or role in OFFICERS):
            raise Mistake(
                f"{person} is {held} already (account {name}), and cannot be {role} too",
                write="An officer holds one office and sees no data: choose another person",
            )


def _keep_one_security_officer(connection: Connection, account: Account) -> None:
    if account.role is not Role.SECURITY or account.disabled:
        return
    left = connection.execute(
        select(func.count()).where(accounts.c.role == Role.SECURITY, accounts.c.disabled.is_(False))
    ).scalar_one()
    if not left:
        raise Mistake(
            f"{account.name} is the last security administrator",
            write="Make another one first: nobody else can manage people",
        )
