"""The audit: who did what, when, from where, to which place, allowed or refused, and how many rows
were given out. Lines are only ever added. Each carries a tag over itself and the tag of the one
before, which only the holder of the home's key can make: whoever can write to the database, and
goes around its triggers, can make none that fits.

A view of numbers is written by a thread of its own, many at once, so that no page waits for it;
what must not happen unwritten (signing in, revealing, taking along, changing people's rights) waits
until its line stands. A process that is killed loses at most the views of its last moment. Once a
line could not be written, nothing more is shown until it could.
"""

from __future__ import annotations

import atexit
import csv
import fcntl
import gzip
import hashlib
import io
import json
import logging
import os
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from cockpit import disk
from cockpit.model.mistakes import Mistake
from cockpit.people.keys import Key
from cockpit.people.state import State, Unavailable
from cockpit.people.tables import accounts, audit, audit_archives, storable

FIRST = "0" * 64
"""What stands in place of the tag before the first line."""
MOST_WAITING = 5_000
"""Lines that may wait to be written; then whoever wants to see more is refused."""
BATCH = 200
HEAD = "audit.head"
AGAIN = 1.0
"""Seconds after which lines that could not be written are tried again."""
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
    QUERY = "query"
    DRAFT = "draft"
    DISPLAY = "display"


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


class AuditUnavailable(Unavailable):
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
        self._failing = False

    def write(self, line: Line) -> None:
        """Take a line in, to be written within moments. Raises AuditUnavailable where those
        before it could not be written, or so many wait that no more can be held.
        """
        line = replace(line, at=line.at or self.now())
        with self._something:
            if self._failing or len(self._waiting) >= MOST_WAITING:
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
        except (Unavailable, SQLAlchemyError, OSError) as error:
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
                self._writing, self._failing = 0, failed
                self._something.notify_all()
            if failed:
                threading.Event().wait(AGAIN)

    def _append(self, connection: Connection, lines: Sequence[Line]) -> tuple[int, str]:
        """Add lines to the chain; gives the number and hash of the last. One process at a time."""
        if not self.state.is_sqlite:
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        number, previous = _last(connection)
        head = self._signed_head()
        if head is not None and head[0] > number:
            log.error("the audit ends at line %d, and ended at %d before", number, head[0])
            number, previous = head  # what was cut off leaves a gap that stays
        rows = []
        for line in lines:
            number += 1
            row = _row(number, line, previous)
            previous = row["hash"] = self._tag(row)
            rows.append(row)
        if rows:
            connection.execute(insert(audit), rows)
        return number, previous

    def _tag(self, line: Mapping[str, Any]) -> str:
        """The tag of a line, which follows the one named in it."""
        told = {key: value for key, value in _plain(line).items() if key != "hash"}
        canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return self.key.mac("audit", canonical)

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
        except OSError as error:
            log.error("%s cannot be written: %s", HEAD, error.strerror)
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

    def as_csv(self) -> Iterator[str]:
        """The same as CSV, a line at a time. What a spreadsheet would take for a formula has an
        apostrophe before it: somebody may have tried to sign in under such a name.
        """
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([column.name for column in audit.c])
        for line in self.export():
            writer.writerow([_harmless(line[column.name]) for column in audit.c])
            yield out.getvalue()
            out.seek(0)
            out.truncate()
        yield out.getvalue()

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
        chain = _Chain(self._tag, head[0] if head else 0)
        for archive in self._archives():
            self._verify_archive(archive, chain)
        for line in self._stored():
            chain.add(line)
        if head is None and (chain.number or self._has_accounts()):
            chain.fault(chain.number, f"{HEAD} is missing or was forged")
        elif head is not None and head[0] > chain.number:
            chain.fault(chain.number + 1, _gone(chain.number + 1, head[0]))
        elif head is not None and chain.marked not in ("", head[1]):
            chain.fault(head[0], "this is not the line that was written")
        return chain.count, sorted(chain.faults, key=lambda fault: fault.number)

    def _has_accounts(self) -> bool:
        """Whether there is anything that cannot have been done without a line."""
        with self.state.read() as connection:
            return connection.execute(select(accounts.c.id).limit(1)).first() is not None

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
        start, before = chain.number + 1, len(chain.faults)
        said = f"{archive['upto']} {archive['hash']} {archive['file']} {archive['digest']}"
        if not self.key.is_mac("archive", said, archive["mac"]):
            chain.fault(start, f"the entry of archive {path.name} was forged")
        try:
            for line in _read_archive(path):
                chain.add(line)
            with path.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            if chain.number < archive["upto"]:
                chain.fault(chain.number + 1, _gone(chain.number + 1, archive["upto"]))
            elif chain.last != archive["hash"] and len(chain.faults) == before:
                chain.fault(archive["upto"], f"archive {path.name} does not end where it did")
            elif digest != archive["digest"] and len(chain.faults) == before:
                chain.fault(start, f"archive {path.name} is not the file that was written")
        except (OSError, EOFError, ValueError, zlib.error):
            chain.fault(chain.number + 1, f"archive {path.name} is missing, or broken from here on")
        chain.number, chain.last = archive["upto"], archive["hash"]

    # ── Rotation ─────────────────────────────────────────────────────────────────────────────────

    def rotate(self, told: Line) -> Path | None:
        """Move the lines that are older than the months kept into an archive file; gives it. The
        first line that stays follows the archive's last, so the chain can still be followed.
        ``told`` is the line about it. Raises Mistake where too few months are kept.
        """
        months = self.state.settings.audit_months
        if months < LEAST_MONTHS:
            raise Mistake(
                f"the audit is to be kept for {months} months",
                where="COCKPIT_AUDIT_MONTHS",
                write=f"The law wants {LEAST_MONTHS} at least",
            )
        before = self.now() - timedelta(days=31 * months)
        folder = self.home / "audit"
        folder.mkdir(mode=0o700, exist_ok=True)
        aside = disk.aside(folder / "rotation")
        first, last = 0, {"number": 0, "hash": ""}
        with (
            aside.open("wb") as opened,
            gzip.GzipFile(fileobj=opened, mode="wb", mtime=0) as packed,
        ):
            for line in self._stored():
                if datetime.fromisoformat(line["at"]) >= before:
                    break
                packed.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                first, last = first or line["number"], line
        if not first:
            aside.unlink()
            return None
        with aside.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        upto, hash = last["number"], last["hash"]
        path = folder / f"audit-{first:09d}-{upto:09d}.ndjson.gz"
        disk.settle(aside, path)
        entry = {"upto": upto, "hash": hash, "file": path.name, "digest": digest}
        entry["mac"] = self.key.mac("archive", f"{upto} {hash} {path.name} {digest}")
        with self.state.write() as connection:
            said = replace(told, detail={**told.detail, "rotated": path.name})
            self.write_within(connection, said)
            connection.execute(insert(audit_archives), entry)
            connection.execute(delete(audit).where(audit.c.number <= upto))
        return path


class _Chain:
    """What was seen of the chain so far. After a fault it goes on from what stands there, so that
    one changed line is one fault. ``marked`` is the tag of the line of that number.
    """

    def __init__(self, tag: Callable[[Mapping[str, Any]], str], mark: int) -> None:
        self.number, self.last, self.count = 0, FIRST, 0
        self.faults: list[Fault] = []
        self.marked = ""
        self._tag, self._mark = tag, mark
        self._broken = False

    def add(self, line: dict[str, Any]) -> None:
        number = line["number"]
        if number > self.number + 1:
            self.fault(self.number + 1, _gone(self.number + 1, number - 1))
        elif number <= self.number:
            self.fault(number, "this number stands twice, or lower than the one before")
        elif line["previous"] != self.last and not self._broken:
            self.fault(number, "it does not follow the line before")
        self._broken = line["hash"] != self._tag(line)
        if self._broken:
            self.fault(number, "it was changed, or moved here from elsewhere")
        self.number, self.last = number, line["hash"]
        self.count += 1
        if number == self._mark:
            self.marked = line["hash"]

    def fault(self, number: int, found: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(number, found))


def _gone(first: int, last: int) -> str:
    lines = f"line {first} was" if first == last else f"lines {first} to {last} were"
    return f"{lines} taken away"


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
    values = {
        name: storable(value) if isinstance(value, str) else value for name, value in values.items()
    }
    return values | {"previous": previous, "hash": ""}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A line as it is tagged, exported and archived: a moment is text, in UTC."""
    at = row["at"]
    if isinstance(at, datetime):
        at = at.astimezone(UTC).isoformat(timespec="microseconds")
    return {**row, "at": at}


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _read_archive(path: Path) -> Iterable[dict[str, Any]]:
    """Raises ValueError where a line of it is none of the audit's."""
    wanted = {column.name for column in audit.c}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            if not isinstance(line, dict) or set(line) != wanted or type(line["number"]) is not int:
                raise ValueError(text)
            yield line


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
