"""The record: the only door to ``record.duckdb``, held by the one writer.

Two writers are impossible: a lock on the home is taken before the file is opened and falls with
the process that holds it. All that is written about one file is one transaction.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from cockpit import disk
from cockpit.model.city import City
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.record import given
from cockpit.record.city import begun, read_city, remember, root_code
from cockpit.record.lock import Locked, lock
from cockpit.record.quarantine import RENEW
from cockpit.settings import Settings

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
create table if not exists given (source varchar, fact varchar, "column" varchar);
create table if not exists spots (place varchar primary key, pos integer);
create table if not exists tree (fingerprint varchar);
alter table tree add column if not exists city varchar;
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
NO_ROOM = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))
"""How a machine says that there is none on the disk."""


def _unusable(settings: Settings, error: BaseException) -> Mistake:
    return Mistake(
        f"this home cannot be opened for writing ({first_line(error)})",
        where=settings.home,
        write="See that there is room on the disk, and that no other program has the record open",
    )


def first_line(error: BaseException) -> str:
    """What an error says, in one line: of DuckDB's what went wrong first, without the SQL below."""
    where, told = "", str(error).partition("\n\nLINE ")[0]
    if isinstance(error, OSError) and error.strerror:
        where, told = f"{error.filename}: " if error.filename else "", error.strerror
    inner = re.search(r'"exception_message":("(?:[^"\\]|\\.)*")', told)
    told = json.loads(inner[1]) if inner else told.rpartition("Original error: ")[2]
    for full in NO_ROOM:
        if full in told:
            told = f"there is no room on the disk ({full})"
    return where + " ".join(told.split()) or type(error).__name__


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
        try:
            self._lock = lock(settings)
        except OSError as error:
            raise _unusable(settings, error) from None
        try:
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

    def _open(self) -> duckdb.DuckDBPyConnection:
        self._bear()
        con = duckdb.connect(str(self.settings.record))
        try:
            con.execute(TABLES)
            con.execute(RENEW)
            _refuse_another(self.settings, *self._held(con))
            self.city: City = read_city(self.settings.city, self.settings.home)
            self._get_ready(con)
            remember(self.settings, self.city.tree.root.code)
        except BaseException:
            con.close()
            raise
        return con

    def _held(self, con: duckdb.DuckDBPyConnection) -> tuple[str | None, bool]:
        """The code of the city that the record is of, and whether it holds rows."""
        told = con.execute("select city from tree").fetchall()
        holds = con.execute("select 1 from receipts where refused is null limit 1").fetchall()
        return (told and told[0][0]) or begun(self.settings), bool(holds)

    def _get_ready(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"set memory_limit='{self.settings.writer_memory}'")
        con.execute(f"set temp_directory='{self.settings.scratch / 'spill'}'")
        con.execute("set checkpoint_threshold='256MB'")
        con.execute(f"set TimeZone='{self.city.timezone}'")
        con.execute("set enable_progress_bar=true")
        con.execute("set enable_progress_bar_print=false")
        for fact in FACTS.values():
            self._settle(con, fact)
        self.install_macros(con)
        self._sweep(con)
        given.recall(con)
        self._replant(con)

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
        remember(self.settings, root_code(self.settings.city))  # see begun(): first what it is of
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
        known = con.execute("select fingerprint, city from tree").fetchall()
        now = tree.fingerprint, tree.root.code
        if known == [now]:
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
        con.execute("insert into tree (fingerprint, city) values (?, ?)", now)
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


def agree(settings: Settings) -> None:
    """Raises Mistake where a home belongs to another city than the settings name: for whoever is
    about to give it something. A home without rows becomes theirs.
    """
    code = begun(settings)
    if code is None or code == root_code(settings.city):
        return
    try:
        Record(settings).close()
    except Locked:
        _refuse_another(settings, begun(settings), True)


def _refuse_another(settings: Settings, code: str | None, holds: bool) -> None:
    """Raises Mistake where the settings name another city than the one of this code, of which the
    home holds rows. Another folder, or another edition, is the same city; so is one whose old code
    leads to its new one.
    """
    if code is None or not holds or code == root_code(settings.city):
        return
    named = read_city(settings.city)
    root = named.tree.root
    if named.tree.find(code) != root:
        raise Mistake(
            f"this home belongs to the city {code!r}, and {settings.city} is {named.name}"
            f" ({root.code!r})",
            where=settings.home,
            write="Name another --home, for one holds one city. If the city itself has a new code,"
            f" give places.csv a row for {code!r} with valid_to, and {root.code!r} as its"
            " successor",
        )


def as_json(value: object) -> str:
    """JSON as the cockpit writes it: dates as ISO text, Chinese as it is."""

    def plain(item: object) -> str:
        return item.isoformat() if isinstance(item, datetime) else str(item)

    return json.dumps(value, ensure_ascii=False, default=plain)
