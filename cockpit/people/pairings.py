"""Pairing: a new display shows a short code, an officer approves it, and the display fetches its
credential. The display is known by a token of its own; the code only tells the officer which it is,
so guessing codes opens nothing.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import unicodedata
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cockpit.model.mistakes import Mistake
from cockpit.people.accounts import folded, line
from cockpit.people.audit import What
from cockpit.people.displays import Display, by_id, called, read, taken_name
from cockpit.people.gate import Viewer
from cockpit.people.registry import Registry
from cockpit.people.sessions import hashed
from cockpit.people.tables import displays, failures, pairings

LETTERS = "BCDFGHJKMNPQRTVWXYZ346789"
"""None looks or sounds like another, and there is no vowel that would make a word of them."""
LENGTH = 6
GOOD = timedelta(minutes=10)
"""How long a code is good."""
MOST_HERE, MOST = 20, 500
"""Codes that are good at once, for one network and in all."""
WALL = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class Crowded(Exception):
    """So many displays wait for approval that this one is given no code yet."""


@dataclass(frozen=True)
class Pairing:
    """A display that waits, or, once ``display`` is set, one that was approved."""

    hash: str
    code: str
    made: datetime
    network: str
    address: str
    agent: str
    display: int | None

    @property
    def expires(self) -> datetime:
        """When its code is good no more."""
        return self.made + GOOD


def begin(registry: Registry, address: str, agent: str) -> tuple[str, Pairing]:
    """A new display's token, which it is known by, and its code. Raises Crowded."""
    token, now, network = secrets.token_urlsafe(32), registry.now(), _network(address)
    with registry.state.write() as connection:
        connection.execute(delete(pairings).where(pairings.c.made <= now - GOOD))
        waiting = select(func.count()).select_from(pairings)
        here = connection.execute(waiting.where(pairings.c.network == network)).scalar_one()
        if here >= MOST_HERE or connection.execute(waiting).scalar_one() >= MOST:
            raise Crowded
        code = _code(connection)
        made = Pairing(hashed(token), code, now, network, address[:100], agent[:300], None)
        connection.execute(insert(pairings), made.__dict__)
    return token, made


def look_at(registry: Registry, token: str) -> Pairing | None:
    """The pairing of a display's token, while its code is good."""
    if not token or len(token) > 100:
        return None
    with registry.state.read() as connection:
        return _found(registry, connection, pairings.c.hash == hashed(token))


def shows(registry: Registry, code: str) -> Pairing | None:
    """The display that shows a code and waits, if there is one."""
    with registry.state.read() as connection:
        found = _found(registry, connection, pairings.c.code == spelt(code))
    return found if found is not None and found.display is None else None


def waiting(registry: Registry, by: Viewer, code: str, *, guessed: bool = False) -> Pairing:
    """Which display shows a code: what an officer looks at before approving it. Raises Mistake for
    a code that is not shown anywhere now, and, after many such that were ``guessed``, for any.
    """
    with registry.state.read() as connection:
        found = _found(registry, connection, pairings.c.code == spelt(code))
        crowded = _failed(registry, connection, by) >= registry.settings.lock_address_failures
    if found is not None and found.display is None and not crowded:
        return found
    why = "locked" if crowded else "unknown" if found is None else "used"
    with registry.state.write() as connection:
        if guessed and why == "unknown":  # a lock ends, however often somebody tries meanwhile
            whose = {"whose": _whose(by), "at": registry.now()}
            connection.execute(insert(failures), whose)
        detail = {"code": code[:20], "why": why}
        refused = line(by, What.DISPLAY, outcome="refused", detail=detail)
        registry.audit.write_within(connection, refused)
    if why == "locked":
        minutes = registry.settings.lock_minutes
        raise Mistake("too many wrong codes", write=f"Wait {minutes} minutes")
    if why == "used":
        raise used()
    raise Mistake(f"no display shows the code {code[:20]!r} now", write="Copy what it shows now")


def used() -> Mistake:
    """What is said of a code that was approved before."""
    return Mistake("this code was approved already", write="A display has one code, for one use")


def approve(
    registry: Registry, by: Viewer, code: str, *, name: str, wall: str, place: str
) -> Display:
    """Let the display that shows a code in, as a wall of a place. Raises Mistake."""
    name = called(name)
    if not WALL.fullmatch(wall):
        raise Mistake(f"{wall[:60]!r} is no wall", write="Write the name of a file of walls")
    if not place:
        raise Mistake("a display needs a place", write="Write its code or name")
    found, now = waiting(registry, by, code, guessed=True), registry.now()
    values = {
        "name": name,
        "folded": folded(name),
        "wall": wall,
        "place": place[:100],
        "paired": now,
        "paired_by": by.name,
        "renewed": now,
        "address": found.address,
        "agent": found.agent,
        "scene": "",
        "snapshot": "",
        "build": "",
        "faults": "",
        "blank": False,
        "message": "",
    }
    with registry.state.write() as connection:
        told = {"approved": name, "wall": wall, "at": found.address}
        registry.audit.write_within(connection, line(by, What.DISPLAY, place=place, detail=told))
        try:
            id = connection.execute(insert(displays).returning(displays.c.id), values).scalar_one()
        except IntegrityError:
            raise taken_name(name) from None
        mine = update(pairings).where(pairings.c.hash == found.hash, pairings.c.display.is_(None))
        if not connection.execute(mine.values(display=id)).rowcount:
            raise used()  # of two officers at once, one approves
    made = by_id(registry, id)
    assert made is not None
    return made


def fetch(registry: Registry, pairing: Pairing, address: str) -> str:
    """The credential of a display that was approved. Until it is first used, which ends this, it
    may be fetched again: the answer may have been lost. Empty, where there is none any more.
    """
    token, now = secrets.token_urlsafe(32), registry.now()
    with registry.state.write() as connection:
        done = connection.execute(
            update(displays)
            .where(displays.c.id == pairing.display, displays.c.taken.is_(None))
            .values(hash=hashed(token), renewed=now)
        )
        if not done.rowcount:
            return ""
        asked = select(displays).where(displays.c.id == pairing.display)
        paired = read(connection.execute(asked).mappings().one())
        told = line(
            paired.viewer(address), What.DISPLAY, place=paired.place, detail={"paired": True}
        )
        registry.audit.write_within(connection, told)
    return token


def spelt(code: str) -> str:
    """A code as it is kept, however somebody wrote it down."""
    plain = unicodedata.normalize("NFKC", code[:40]).upper()
    return "".join(letter for letter in plain if letter.isalnum())[:20]


def shown(code: str) -> str:
    """A code as it is read: in two halves."""
    return f"{code[: LENGTH // 2]} {code[LENGTH // 2 :]}"


def _found(registry: Registry, connection: Connection, which: object) -> Pairing | None:
    asked = select(pairings).where(which)  # type: ignore[arg-type]
    row = connection.execute(asked).mappings().first()
    if row is None or row["made"] + GOOD <= registry.now():
        return None
    return Pairing(**{each.name: row[each.name] for each in fields(Pairing)})


def _code(connection: Connection) -> str:
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        there = select(pairings.c.code).where(pairings.c.code == code)
        if connection.execute(there).first() is None:
            return code


def _network(address: str) -> str:
    """Who is counted as one: an address, of IPv6 all those that a household is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def _whose(by: Viewer) -> str:
    return f"pairing {by.name}"[:300]


def _failed(registry: Registry, connection: Connection, by: Viewer) -> int:
    since = registry.now() - timedelta(minutes=registry.settings.lock_minutes)
    asked = select(func.count()).where(failures.c.whose == _whose(by), failures.c.at > since)
    return int(connection.execute(asked).scalar_one())
