"""The audit: who did what, when, from where, to which place, allowed or refused, and how many rows
were given out. Lines are only ever added, and each carries the hash of the one before.

A view of numbers is written by a thread of its own, many at once, so that no page waits for it;
what must not happen unwritten (signing in, revealing, taking along, changing people's rights) waits
until its line stands. A process that is killed loses at most the views of its last moment.
"""

from __future__ import annotations

import atexit
import fcntl
import gzip
import hashlib
import json
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from cockpit.model.mistakes import Mistake
from cockpit.people.keys import Key
from cockpit.people.state import State
from cockpit.people.tables import audit, audit_archives

FIRST = "0" * 64
"""What stands in place of the hash before the first line."""
MOST_WAITING = 5_000
"""Lines that may wait to be written; then whoever wants to see more is refused."""
BATCH = 200
HEAD = "audit.head"
LOCK = 0x61756469
LEAST_MONTHS = 6
"""网络安全法 21(3): network logs are kept for six months at least."""

log = logging.getLogger("cockpit.audit")


class What(StrEnum):
    """What can be done, as the audit calls it."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    VIEW = "view"
    ROWS = "rows"
    REVEAL = "reveal"
    EXPORT = "export"
    PASSWORD = "password"
    CODE = "code"
    LINK = "link"
    PEOPLE = "people"
    SESSION = "session"
    AUDIT = "audit"
    SYSTEM = "system"


@dataclass(frozen=True)
class Line:
    """One line of the audit, before it has a number."""

    what: What
    who: str
    outcome: Literal["allowed", "refused"] = "allowed"
    account: int | None = None
    role: str = ""
    address: str = ""
    session: str = ""
    place: str = ""
    rows: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True)
class Fault:
    """What verifying found: the line, and what is wrong with it."""

    number: int
    found: str


class AuditUnavailable(Mistake):
    """What was asked for must be written down, and cannot be."""


class Audit:
    """The audit of a state database, as one process writes and reads it."""

    def __init__(self, state: State, key: Key, now: Callable[[], datetime]):
        self.state, self.key, self.now = state, key, now
        self.home = state.settings.home
        self._waiting: deque[Line] = deque()
        self._something = threading.Condition()
        self._thread: threading.Thread | None = None
        self._writing = 0

    def write(self, line: Line) -> None:
        """Take a line in, to be written within moments. Raises AuditUnavailable where those
        before it could not be written for so long that no more can be held.
        """
        line = replace(line, at=line.at or self.now())
        with self._something:
            if len(self._waiting) >= MOST_WAITING:
                raise _unavailable()
            self._waiting.append(line)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="audit")
                self._thread.start()
                atexit.register(self.flush)
            self._something.notify()

    def write_now(self, *lines: Line) -> None:
        """Write lines before anything else happens. Raises AuditUnavailable."""
        try:
            with self.state.write() as connection:
                self.write_within(connection, *lines)
        except (SQLAlchemyError, OSError) as error:
            log.error("the audit cannot be written: %s", _first_line(error))
            raise _unavailable() from None

    def write_within(self, connection: Connection, *lines: Line) -> None:
        """Write lines in a transaction that also does what they tell of: both or neither."""
        at = self.now()
        number, hash = self._append(connection, [replace(each, at=each.at or at) for each in lines])
        connection.info["after"] = lambda: self._remember(number, hash)

    def flush(self, patience: float = 5.0) -> bool:
        """Wait until all that waits is written; gives whether it is."""
        with self._something:
            return self._something.wait_for(
                lambda: not self._waiting and not self._writing, patience
            )

    def _work(self) -> None:
        while True:
            with self._something:
                self._something.wait_for(lambda: bool(self._waiting))
                lines = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                self._writing = len(lines)
            try:
                self.write_now(*lines)
                failed = False
            except AuditUnavailable:
                failed = True
            with self._something:
                if failed:
                    self._waiting.extendleft(reversed(lines))
                self._writing = 0
                self._something.notify_all()
            if failed:
                threading.Event().wait(1.0)

    def _append(self, connection: Connection, lines: Sequence[Line]) -> tuple[int, str]:
        """Add lines to the chain; gives the number and hash of the last. One process at a time."""
        if not self.state.is_sqlite:
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        number, previous = _last(connection)
        rows = []
        for line in lines:
            number += 1
            row = _row(number, line, previous)
            rows.append(row)
            previous = row["hash"]
        if rows:
            connection.execute(insert(audit), rows)
        return number, previous

    def _remember(self, number: int, hash: str) -> None:
        """Keep outside the database where the chain ended: cutting off its end is then seen."""
        try:
            descriptor = os.open(self.home / HEAD, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            log.error("%s cannot be written: %s", HEAD, error.strerror)
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            held = _head(os.pread(descriptor, 400, 0))
            if held is None or held[0] < number:
                said = json.dumps([number, hash, self.key.mac("head", f"{number} {hash}")])
                os.pwrite(descriptor, said.ljust(400).encode(), 0)
        finally:
            os.close(descriptor)

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────

    def lines(
        self,
        *,
        who: str = "",
        what: str = "",
        outcome: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[dict[str, Any]]:
        """Lines of the database, the newest first."""
        asked = select(audit).order_by(audit.c.number.desc()).limit(limit).offset(offset)
        for column, given in (("who", who), ("what", what), ("outcome", outcome)):
            if given:
                asked = asked.where(audit.c[column] == given)
        if since is not None:
            asked = asked.where(audit.c.at >= since)
        if until is not None:
            asked = asked.where(audit.c.at < until)
        with self.state.read() as connection:
            return [dict(row) for row in connection.execute(asked).mappings()]

    def export(self) -> Iterator[dict[str, Any]]:
        """Every line, the oldest first, archives included."""
        for archive in self._archives():
            yield from _read_archive(self.home / "audit" / archive["file"])
        yield from self._stored()

    def _stored(self, size: int = 5_000) -> Iterator[dict[str, Any]]:
        """The lines of the database as they are hashed, in pieces."""
        last = 0
        while True:
            with self.state.read() as connection:
                rows = connection.execute(
                    select(audit).where(audit.c.number > last).order_by(audit.c.number).limit(size)
                ).mappings()
                found = [_plain(dict(row)) for row in rows]
            yield from found
            if len(found) < size:
                return
            last = found[-1]["number"]

    def _archives(self) -> list[dict[str, Any]]:
        with self.state.read() as connection:
            rows = connection.execute(select(audit_archives).order_by(audit_archives.c.upto))
            return [dict(row) for row in rows.mappings()]

    # ── Verifying ────────────────────────────────────────────────────────────────────────────────

    def verify(self) -> tuple[int, list[Fault]]:
        """How many lines stand, archives included, and every line that was changed, taken away or
        moved.
        """
        self.flush()
        head = self._signed_head()
        chain = _Chain()
        for archive in self._archives():
            self._verify_archive(archive, chain)
        for line in self._stored():
            chain.add(line)
        faults = chain.faults
        if head is None and chain.number:
            faults.append(Fault(chain.number, f"{HEAD} is missing or was forged"))
        elif head is not None and head[0] > chain.number:
            gone = f"lines {chain.number + 1} to {head[0]} were taken away from the end"
            faults.append(Fault(chain.number + 1, gone))
        elif head is not None and chain.hashes.get(head[0]) not in (None, head[1]):
            faults.append(Fault(head[0], "this is not the line that was written"))
        return chain.count, sorted(faults, key=lambda fault: fault.number)

    def _signed_head(self) -> tuple[int, str] | None:
        try:
            held = _head((self.home / HEAD).read_bytes())
        except FileNotFoundError:
            return None
        if held is None or not self.key.is_mac("head", f"{held[0]} {held[1]}", held[2]):
            return None
        return held[:2]

    def _verify_archive(self, archive: dict[str, Any], chain: _Chain) -> None:
        path = self.home / "audit" / archive["file"]
        start = chain.number + 1
        said = f"{archive['upto']} {archive['hash']} {archive['file']} {archive['digest']}"
        if not self.key.is_mac("archive", said, archive["mac"]):
            chain.faults.append(Fault(start, f"the entry of archive {path.name} was forged"))
        try:
            for line in _read_archive(path):
                chain.add(line)
        except (OSError, EOFError, ValueError):
            chain.faults.append(Fault(start, f"archive {path.name} is missing or cannot be read"))
        if chain.number != archive["upto"] or chain.last != archive["hash"]:
            chain.faults.append(
                Fault(archive["upto"], f"archive {path.name} does not end where it did")
            )
            chain.number, chain.last = archive["upto"], archive["hash"]

    # ── Rotation ─────────────────────────────────────────────────────────────────────────────────

    def rotate(self) -> Path | None:
        """Move the lines that are older than the months kept into an archive file; gives it. The
        first line that stays follows the archive's last, so the chain can still be followed.
        """
        months = self.state.settings.audit_months
        if months < LEAST_MONTHS:
            raise Mistake(
                f"the audit is to be kept for {months} months",
                where="COCKPIT_AUDIT_MONTHS",
                write=f"The law wants {LEAST_MONTHS} at least",
            )
        before = self.now() - timedelta(days=31 * months)
        old = []
        for line in self._stored():
            if datetime.fromisoformat(line["at"]) >= before:
                break
            old.append(line)
        if not old:
            return None
        folder = self.home / "audit"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"audit-{old[0]['number']:09d}-{old[-1]['number']:09d}.ndjson.gz"
        aside = path.with_name(f".{path.name}.part")
        with aside.open("wb") as opened:
            with gzip.GzipFile(fileobj=opened, mode="wb", mtime=0) as packed:
                for line in old:
                    packed.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
        digest = hashlib.sha256(aside.read_bytes()).hexdigest()
        aside.replace(path)
        upto, hash = old[-1]["number"], old[-1]["hash"]
        tag = self.key.mac("archive", f"{upto} {hash} {path.name} {digest}")
        with self.state.write() as connection:
            connection.execute(
                insert(audit_archives),
                {"upto": upto, "hash": hash, "file": path.name, "digest": digest, "mac": tag},
            )
            connection.execute(delete(audit).where(audit.c.number <= upto))
        return path


class _Chain:
    """What was seen of the chain so far. After a fault it goes on from what stands there, so that
    one changed line is one fault.
    """

    def __init__(self) -> None:
        self.number, self.last, self.count = 0, FIRST, 0
        self.hashes: dict[int, str] = {}
        self.faults: list[Fault] = []
        self._broken = False

    def add(self, line: dict[str, Any]) -> None:
        number = line["number"]
        if number > self.number + 1:
            missing = f"{self.number + 1} to {number - 1}"
            self.faults.append(Fault(self.number + 1, f"lines {missing} were taken away"))
        elif number <= self.number:
            self.faults.append(Fault(number, "this number stands twice"))
        elif line["previous"] != self.last and not self._broken:
            self.faults.append(Fault(number, "it does not follow the line before: moved or put in"))
        self._broken = line["hash"] != _hash(line, line["previous"])
        if self._broken:
            self.faults.append(Fault(number, "it was changed, or moved here from elsewhere"))
        self.number, self.last = number, line["hash"]
        self.hashes = {number: line["hash"]}
        self.count += 1


def _last(connection: Connection) -> tuple[int, str]:
    for table, number in ((audit, audit.c.number), (audit_archives, audit_archives.c.upto)):
        row = connection.execute(
            select(number, table.c.hash).order_by(number.desc()).limit(1)
        ).first()
        if row is not None:
            return int(row[0]), str(row[1])
    return 0, FIRST


def _row(number: int, line: Line, previous: str) -> dict[str, Any]:
    values = asdict(line)
    values["number"] = number
    values["detail"] = json.dumps(dict(line.detail), ensure_ascii=False, sort_keys=True)
    for name, longest in (("who", 200), ("address", 100), ("session", 20), ("place", 100)):
        values[name] = values[name][:longest]
    plain = _plain(values | {"previous": previous, "hash": ""})
    return values | {"previous": previous, "hash": _hash(plain, previous)}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A line as it is hashed, exported and archived: a moment is text, in UTC."""
    return row | {"at": row["at"].astimezone(UTC).isoformat(timespec="microseconds")}


def _hash(line: Mapping[str, Any], previous: str) -> str:
    told = {key: value for key, value in line.items() if key not in ("hash", "previous")}
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}{canonical}".encode()).hexdigest()


def _read_archive(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for text in lines:
            yield json.loads(text)


def _head(written: bytes) -> tuple[int, str, str] | None:
    try:
        number, hash, tag = json.loads(written)
        return int(number), str(hash), str(tag)
    except (ValueError, TypeError):
        return None


def _unavailable() -> AuditUnavailable:
    return AuditUnavailable(
        "the audit cannot be written", write="See that its database has room and answers"
    )


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
