"""The record: the only door to ``record.duckdb``, held by the one writer.

Two writers are impossible: a lock on the home is taken before the file is opened and falls with
the process that holds it. All that is written about one file is one transaction.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from cockpit import disk
from cockpit.model.city import City
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.record.city import read_city
from cockpit.record.quarantine import RENEW
from cockpit.settings import CITY, Settings

TABLES = """
create table if not exists receipts (
    number bigint primary key, id varchar unique, source varchar, fact varchar, file varchar,
    size bigint, read bigint, accepted bigint, repeated bigint, updated bigint, quarantined bigint,
    unplaced bigint, unknown_places bigint, started timestamp, finished timestamp,
    refused varchar);
alter table receipts add column if not exists older bigint;
create table if not exists quarantine (
    receipt bigint, source varchar, fact varchar, line bigint, "column" varchar, reason varchar,
    original varchar, resolved boolean default false);
alter table quarantine add column if not exists content varchar;
create table if not exists touched (receipt bigint, fact varchar, month date);
create table if not exists bulk (receipt bigint, fact varchar);
create table if not exists spots (place varchar primary key, pos integer);
create table if not exists tree (fingerprint varchar);
"""

PROGRESS = "progress.json"
"""In the home: how far the running worker is, for whoever waits for it."""
FAILURES = (
    OSError,
    MemoryError,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
    duckdb.FatalException,
)
"""What a machine without room does to whoever writes. It passes; nobody's file is at fault."""


class Locked(Mistake):
    """Another process is this home's writer."""


def lock(settings: Settings) -> int:
    """Take the writer's lock of a home; the descriptor holds it. Raises Mistake, or Locked."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(_lock_path(settings), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(settings, error) from None
    while not _seize(descriptor, fcntl.LOCK_EX):
        if not _seize(descriptor, fcntl.LOCK_SH):
            holder = os.read(descriptor, 64).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise Locked(
                f"process {holder} is already the writer of this home",
                where=settings.home,
                write="Stop it first, or hand the file over with: cockpit ingest",
            )
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(0.01)  # somebody only looked whether there is a writer
    with suppress(OSError):  # a full disk: the lock holds without its holder's number
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def locked(settings: Settings) -> bool:
    """Whether some process is the writer of this home right now. The look itself holds the lock
    shared, for a moment; a writer who starts in that moment sees that it is only shared.
    """
    try:
        descriptor = os.open(_lock_path(settings), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _seize(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _seize(descriptor: int, how: int) -> bool:
    """Take a lock if it is free."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_path(settings: Settings) -> Path:
    return settings.home / "writer.lock"


def _unusable(settings: Settings, error: BaseException) -> Mistake:
    return Mistake(
        f"this home cannot be opened for writing ({first_line(error)})",
        where=settings.home,
        write="See that there is room on the disk, and that no other program has the record open",
    )


def first_line(error: BaseException) -> str:
    """What an error says, in one line, without the SQL that DuckDB shows below."""
    words = str(error).partition("\n\nLINE ")[0].split()
    return " ".join(words) or type(error).__name__


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C comes out of DuckDB as an error like others; here it is Ctrl-C again."""
    try:
        yield
    except (RuntimeError, duckdb.Error) as error:
        if not is_interruption(error):
            raise
        raise KeyboardInterrupt from None


def is_interruption(error: Exception) -> bool:
    """Whether DuckDB was at work when Ctrl-C came."""
    return isinstance(error, RuntimeError | duckdb.Error) and "interrupted" in str(error).lower()


class Record:
    """The open record. Use it as a context manager; leaving it closes the file and the lock."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._lock = lock(settings)
        try:
            self.city: City = read_city(settings.city, settings.home)
            self._lay_out()
            self.con = self._open()
        except FAILURES as error:
            os.close(self._lock)
            raise _unusable(settings, error) from None
        except BaseException:
            os.close(self._lock)
            raise

    def _lay_out(self) -> None:
        """The folders of the home; what the writer of before left lying there goes."""
        settings = self.settings
        for folder in (settings.inbox, settings.archive, settings.receipts, settings.snapshots):
            folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(settings.scratch, ignore_errors=True)
        settings.scratch.mkdir()
        for left in (settings.home / PROGRESS, *settings.home.glob(".*.part")):
            left.unlink(missing_ok=True)
        if settings.city != Settings.city:
            disk.write(settings.home / CITY, str(settings.city.resolve()))

    def _open(self) -> duckdb.DuckDBPyConnection:
        self._bear()
        con = duckdb.connect(str(self.settings.record))
        con.execute(f"set memory_limit='{self.settings.writer_memory}'")
        con.execute(f"set temp_directory='{self.settings.scratch / 'spill'}'")
        con.execute("set checkpoint_threshold='256MB'")
        con.execute(f"set TimeZone='{self.city.timezone}'")
        con.execute("set enable_progress_bar=true")
        con.execute("set enable_progress_bar_print=false")
        con.execute(TABLES)
        con.execute(RENEW)
        for fact in FACTS.values():
            self._settle(con, fact)
        self.install_macros(con)
        self._sweep(con)
        self._replant(con)
        return con

    def sweep(self) -> None:
        """Take out the rows of a file whose receipt never came to stand: before anything else is
        recorded, which would get the same number, or published.
        """
        self._sweep(self.con)

    @staticmethod
    def _sweep(con: duckdb.DuckDBPyConnection) -> None:
        for fact in FACTS:
            con.execute(
                f"delete from {fact} where receipt >"
                " (select coalesce(max(number), 0) from receipts)"
            )

    def _bear(self) -> None:
        """Make an empty record, whole or not at all: DuckDB opens no file that is half a header."""
        record = self.settings.record
        if record.exists():
            return
        aside = disk.aside(record)
        duckdb.connect(str(aside)).close()
        disk.settle(aside, record)

    def revive(self) -> None:
        """Begin anew from what is on disk, which is whole, where a grave failure has made DuckDB
        refuse everything. Raises Mistake.
        """
        with suppress(duckdb.FatalException):
            self.con.execute("select 1")
            return
        self.con.close()
        try:
            self.con = self._open()
        except FAILURES as error:
            raise _unusable(self.settings, error) from None

    def _replant(self, con: duckdb.DuckDBPyConnection) -> None:
        """Where the tree is not the one the rows were placed in, place every row again."""
        tree = self.city.tree
        known = con.execute("select fingerprint from tree").fetchall()
        if known == [(tree.fingerprint,)]:
            return
        con.execute("begin")
        con.execute("delete from spots")
        self._spot(con, ["", *tree.by_code, *tree.retired])
        for fact in FACTS:
            codes = con.execute(f"select distinct coalesce(place, '') from {fact}").fetchall()
            self._spot(con, [row[0] for row in codes])
            for table in (fact, f"changed_{fact}"):
                con.execute(
                    f"update {table} set pos = s.pos from spots s where s.place = coalesce("
                    f"{table}.place, '')"
                )
        con.execute("delete from tree")
        con.execute("insert into tree values (?)", [tree.fingerprint])
        con.execute("commit")

    def spot(self, codes: list[str]) -> None:
        """Look place codes up in the tree, once each, and keep what was found in ``spots``."""
        self._spot(self.con, codes)

    def _spot(self, con: duckdb.DuckDBPyConnection, codes: list[str]) -> None:
        known = {row[0] for row in con.execute("select place from spots").fetchall()}
        found = [(code, self.city.tree.resolve(code).lo) for code in codes if code not in known]
        if found:
            frame = pa.table(
                {"place": [code for code, _ in found], "pos": [pos for _, pos in found]}
            )
            con.register("found_spots", frame)
            con.execute("insert into spots select place, pos from found_spots")
            con.unregister("found_spots")

    def know_spots(self) -> None:
        """Make the spots known to this connection as an enum and a list beside it."""
        self.con.execute(
            "create or replace temp type spot as enum (select place from spots order by rowid)"
        )
        self.con.execute("set variable spots = (select list(pos order by rowid) from spots)")

    def install_macros(self, con: duckdb.DuckDBPyConnection) -> None:
        """The working-time functions, by this city's calendar."""
        for macro in self.city.calendar.macros():
            con.execute(macro.replace("replace macro", "replace temp macro", 1))

    @staticmethod
    def _settle(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
        """Make the fact's tables agree with its declaration; a new column starts out NULL."""
        listed = ", ".join(f"{name} {kind}" for name, kind in fact.typed)
        kept = f"{listed}, pos integer, receipt bigint"
        con.execute(
            f"create table if not exists {fact.name} ({kept}, faults varchar, original varchar)"
        )
        con.execute(f"create table if not exists changed_{fact.name} (sign tinyint, {kept})")
        for table in (fact.name, f"changed_{fact.name}"):
            have = {row[0] for row in con.execute(f"describe {table}").fetchall()}
            for name, kind in fact.typed:
                if name not in have:
                    con.execute(f"alter table {table} add column {name} {kind}")

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All of it or nothing."""
        self.con.execute("begin")
        try:
            yield self.con
        except BaseException:
            with suppress(duckdb.Error):  # where the failure was so grave that it rolled back
                self.con.execute("rollback")
            raise
        self.con.execute("commit")

    def next_receipt(self) -> int:
        """The number of the next receipt."""
        return int(self.one("select coalesce(max(number), 0) + 1 from receipts"))

    def one(self, sql: str, values: object = None) -> Any:
        """The single value of a query."""
        return self.con.execute(sql, values).fetchall()[0][0]

    def close(self) -> None:
        """Close the file, then let go of the lock."""
        try:
            self.con.close()
        finally:
            os.close(self._lock)

    def __enter__(self) -> Record:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def as_json(value: object) -> str:
    """JSON as the cockpit writes it: dates as ISO text, Chinese as it is."""

    def plain(item: object) -> str:
        return item.isoformat() if isinstance(item, datetime) else str(item)

    return json.dumps(value, ensure_ascii=False, default=plain)
