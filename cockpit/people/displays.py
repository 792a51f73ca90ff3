"""Displays: walls that were paired, what each is to show, and how it does.

A display holds a credential, of which the database knows the hash. It is renewed every day, in the
answer to a beat. Such an answer may be lost, so the credential before stays good until the new one
is seen, and a little longer for what is still on its way.
"""

from __future__ import annotations

import math
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.people.accounts import folded, line
from cockpit.people.audit import What
from cockpit.people.gate import Viewer
from cockpit.people.registry import Registry
from cockpit.people.roles import Role
from cockpit.people.sessions import hashed
from cockpit.people.tables import displays, pairings

LIFE = timedelta(days=45)
"""After so long without a beat a display must be paired again."""
RENEWAL = timedelta(days=1)
"""How often a credential is renewed."""
AGAIN = timedelta(minutes=1)
"""After so long a renewal whose answer was lost is made again: two tabs of one browser may beat at
once, and the second answer must not take back what the first gave.
"""
OVERLAP = timedelta(minutes=2)
"""For so long after the new credential was seen the one before is still good."""
SEEN_EVERY = timedelta(seconds=15)
"""How often it is written down how a display does, however often it beats."""
ALIVE = timedelta(seconds=60)
"""A display that was not seen for so long is silent."""
LONGEST = 60
LONGEST_MESSAGE = 200
MOST_MINUTES = 24 * 60
MOST_SCENES = 1_000

_ASKED = select(displays).where(
    or_(displays.c.hash == bindparam("asked"), displays.c.before == bindparam("asked"))
)


@dataclass(frozen=True)
class Display:
    """A wall that was paired. ``heap`` is in bytes, ``frame`` in milliseconds, as it last told;
    ``forced``, ``blank`` and the message are what it was told to show.
    """

    id: int
    name: str
    wall: str
    place: str
    paired: datetime
    paired_by: str
    hash: str | None
    before: str | None
    renewed: datetime
    taken: datetime | None
    seen: datetime | None
    address: str
    agent: str
    scene: str
    snapshot: str
    heap: int | None
    frame: int | None
    build: str
    faults: str
    forced: int | None
    blank: bool
    message: str
    message_until: datetime | None

    def viewer(self, address: str) -> Viewer:
        """Who looks: its place and all below."""
        short = (self.hash or "")[:12]
        return Viewer(Role.DISPLAY, self.place, None, self.name, self.name, short, address, self.id)

    @property
    def shows(self) -> int | None:
        """The scene that it shows, counted from 1, as it last told: a wall counts from 0."""
        told = self.scene
        return int(told) + 1 if told.isascii() and told.isdigit() and len(told) < 9 else None

    def urgent(self, now: datetime) -> tuple[str, datetime] | None:
        """The message that stands over everything, and until when."""
        if not self.message or self.message_until is None or self.message_until <= now:
            return None
        return self.message, self.message_until

    def is_silent(self, now: datetime) -> bool:
        """Whether nothing was heard of it for a while."""
        return self.seen is None or now - self.seen > ALIVE


def read(row: RowMapping) -> Display:
    """A display from its row."""
    return Display(**{each.name: row[each.name] for each in fields(Display)})


def listed(registry: Registry) -> list[Display]:
    """All displays, by name."""
    with registry.state.read() as connection:
        rows = connection.execute(select(displays).order_by(displays.c.folded)).mappings()
        return [read(row) for row in rows]


def by_id(registry: Registry, id: int) -> Display | None:
    """The display of that number, if there is one."""
    with registry.state.read() as connection:
        row = connection.execute(select(displays).where(displays.c.id == id)).mappings().first()
    return None if row is None else read(row)


def named(registry: Registry, name: str) -> Display:
    """The display of that name. Raises Mistake."""
    found = listed(registry)
    for each in found:
        if folded(each.name) == folded(name):
            return each
    known = [each.name for each in found]
    raise Mistake(f"there is no display {name!r}", write=did_you_mean(name, known))


# ── Its credential ───────────────────────────────────────────────────────────────────────────────


def look_up(registry: Registry, token: str) -> Display | None:
    """The display of a credential, while it is good: asked of the database each time, so that
    revoking acts at once.
    """
    if not token or len(token) > 100:
        return None
    hash, now = hashed(token), registry.now()
    with registry.state.read() as connection:
        row = connection.execute(_ASKED, {"asked": hash}).mappings().first()
    if row is None:
        return None
    found = read(row)
    if now - found.renewed > LIFE:
        return None
    if found.hash != hash:
        return found if found.taken is None or now - found.taken < OVERLAP else None
    if found.taken is None:
        with registry.state.write() as connection:
            connection.execute(update(displays).where(displays.c.hash == hash).values(taken=now))
            connection.execute(delete(pairings).where(pairings.c.display == found.id))
    return found


def beat(
    registry: Registry, display: Display, token: str, told: Mapping[str, Any], address: str
) -> str:
    """Note what a display tells of itself, at most every 15 seconds; gives its new credential, if
    it is time for one. What it tells is believed by nobody: text is cut, odd values are left out.
    """
    now = registry.now()
    is_late = now - display.renewed >= (RENEWAL if display.hash == hashed(token) else AGAIN)
    if display.hash != hashed(token) and display.taken is not None:
        is_late = False  # of before, and on its way when the new one had come
    is_first = display.seen is None or (not display.snapshot and told.get("snapshot"))
    if not (is_late or is_first) and abs(now - display.seen) < SEEN_EVERY:  # type: ignore[operator]
        return ""
    values: dict[str, Any] = {
        "seen": now,
        "address": address[:100],
        "scene": _text(told.get("scene"), 100),
        "snapshot": _text(told.get("snapshot"), 100),
        "build": _text(told.get("build"), 100),
        "heap": _count(told.get("heap")),
        "frame": _count(told.get("frame")),
        "faults": _text(told.get("errors"), 500),
    }
    renewed = ""
    with registry.state.write() as connection:
        same = update(displays).where(displays.c.id == display.id)
        if is_late:
            fresh = secrets.token_urlsafe(32)
            given = {"hash": hashed(fresh), "before": hashed(token), "renewed": now, "taken": None}
            # Of two beats at once one renews.
            done = connection.execute(same.where(displays.c.hash == display.hash).values(**given))
            renewed = fresh if done.rowcount else ""
        connection.execute(same.values(**values))
    return renewed


def _text(told: object, longest: int) -> str:
    """What a display tells, as one line of text."""
    if isinstance(told, list):
        told = " · ".join(_text(each, longest) for each in told[:20])
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return ""
    plain = "".join(one if one.isprintable() else " " for one in str(told)[:longest])
    return plain.strip()


def _count(told: object) -> int | None:
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return round(told) if math.isfinite(told) and 0 <= told < 1 << 50 else None


# ── What an officer does with it ─────────────────────────────────────────────────────────────────


def called(name: str) -> str:
    """A name as it is kept. Raises Mistake for what is none."""
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    if not 2 <= len(name) <= LONGEST or not name.isprintable():
        raise Mistake(
            f"{name[:LONGEST]!r} is no name of a display", write=f"Write 2 to {LONGEST} letters"
        )
    return name


def taken_name(name: str) -> Mistake:
    """What is said where a name is another's."""
    return Mistake(f"there is a display {name!r} already", write="Choose another name")


def rename(registry: Registry, by: Viewer, display: Display, name: str) -> None:
    """Call it otherwise. Raises Mistake."""
    name = called(name)
    try:
        _change(registry, by, display, {"renamed": name}, name=name, folded=folded(name))
    except IntegrityError:
        raise taken_name(name) from None


def force(registry: Registry, by: Viewer, display: Display, scene: int | None) -> None:
    """Show one scene, counted from 1, until told otherwise; None lets them take turns again.
    Raises Mistake.
    """
    if scene is not None and not 1 <= scene < MOST_SCENES:
        raise Mistake(f"there is no scene {scene}", write="Scenes are numbered from 1")
    _change(registry, by, display, {"scene": scene or "in turn"}, forced=scene)


def blank(registry: Registry, by: Viewer, display: Display, dark: bool) -> None:
    """Show nothing, or show again."""
    _change(registry, by, display, {"blank": dark}, blank=dark)


def say(registry: Registry, by: Viewer, display: Display, message: str, minutes: int) -> None:
    """Show an urgent message over everything for so many minutes; an empty one takes it away.
    Raises Mistake.
    """
    message = " ".join(message.split())
    if len(message) > LONGEST_MESSAGE:
        raise Mistake(
            f"the message has {len(message)} letters",
            write=f"Write at most {LONGEST_MESSAGE}: it is read from afar",
        )
    if not 1 <= minutes <= MOST_MINUTES:
        raise Mistake(
            f"{minutes} minutes are no time for a message", write=f"Write 1 to {MOST_MINUTES}"
        )
    until = registry.now() + timedelta(minutes=minutes) if message else None
    told = {"message": message, "minutes": minutes} if message else {"message": "taken away"}
    _change(registry, by, display, told, message=message, message_until=until)


def revoke(registry: Registry, by: Viewer, display: Display) -> None:
    """Let it in no more, from this moment on: its credential and its name are forgotten."""
    with registry.state.write() as connection:
        told = line(by, What.DISPLAY, place=display.place, detail={"revoked": display.name})
        registry.audit.write_within(connection, told)
        connection.execute(delete(pairings).where(pairings.c.display == display.id))
        connection.execute(delete(displays).where(displays.c.id == display.id))


def _change(
    registry: Registry, by: Viewer, display: Display, told: Mapping[str, Any], **values: Any
) -> None:
    with registry.state.write() as connection:
        detail = {"display": display.name, **told}
        registry.audit.write_within(
            connection, line(by, What.DISPLAY, place=display.place, detail=detail)
        )
        connection.execute(update(displays).where(displays.c.id == display.id).values(**values))
