"""One file into the record: every row accepted, repeated, updated or quarantined, in one
transaction, with a receipt whose four counts add up to the rows read.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.model.source import Source
from cockpit.record import casts, given
from cockpit.record.formats import open_file
from cockpit.record.mapping import columns_given, mapped
from cockpit.record.mended import mended
from cockpit.record.quarantine import put_aside
from cockpit.record.reader import Doubt, Reader, words
from cockpit.record.store import FAILURES, Record

SMALL = 100_000
"""Up to so many changed rows the cube takes the difference; beyond, the fact is counted anew."""

BITS = 1 << 21
KNOWN = (
    f"set variable known = (select bitstring_agg((bits % {BITS})::bigint, 0, {BITS - 1}) from"
    " (select unnest([hash(place), hash(place) >> 32]) as bits from spots))"
)
"""A filter that no known place code fails and hardly any other passes."""
POS = f"""case when get_bit(getvariable('known'), (hash(coalesce(place, '')) % {BITS})::integer) = 1
    and get_bit(getvariable('known'), ((hash(coalesce(place, '')) >> 32) % {BITS})::integer) = 1
    then list_extract(getvariable('spots'), enum_code(try_cast(coalesce(place, '') as spot)) + 1)
end"""
"""Where a row stands in the tree. A look-up by enum and not a join: a join would change the order
of the rows, and with it the line numbers of quarantine. And only for codes that pass the filter:
for a word that an enum lacks, DuckDB looks for similar ones, which takes a millisecond."""

Progress = Callable[[str, float, int], None]
"""Told of a stage, its share done (0 … 1) and the rows behind it."""


@dataclass(frozen=True)
class Receipt:
    """What became of one file."""

    number: int
    id: str
    source: str
    fact: str
    file: str
    size: int
    read: int = 0
    accepted: int = 0
    repeated: int = 0
    older: int | None = 0
    """Of the repeated, those that say something else than what stands, and are older; None in
    receipts of an edition that did not count them."""
    updated: int = 0
    quarantined: int = 0
    unplaced: int = 0
    unknown_places: int = 0
    started: datetime | None = None
    finished: datetime | None = None
    refused: str | None = None

    @property
    def changed(self) -> int:
        """Rows that a publish has to show."""
        return self.accepted + self.updated


@dataclass(frozen=True)
class Landed:
    """A whole file in the inbox: its id there, its own name, its source and place on disk."""

    id: str
    name: str
    source: Source
    path: Path


def ingest(record: Record, landed: Landed, progress: Progress | None = None) -> Receipt:
    """Take one landed file into the record. A file as a whole unreadable gives a receipt that
    says why and changes nothing else; a file already taken in gives the receipt it has.
    """
    known = receipt_of(record, landed.id)
    if known is not None:
        return known
    record.sweep()
    tell = progress or (lambda stage, share, rows: None)
    scratch = record.settings.scratch / "file"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    blank = Receipt(
        number=record.next_receipt(),
        id=landed.id,
        source=landed.source.name,
        fact=landed.source.fact,
        file=landed.name,
        size=landed.path.stat().st_size if landed.path.is_file() else 0,
        started=_now(record),
    )
    try:
        return _take(record, landed, blank, scratch, tell)
    except Mistake as mistake:
        told = mistake.text().replace(landed.path.name, landed.name)
        refused = replace(blank, refused=told, finished=_now(record))
        with record.transaction():
            record.sweep()
            _keep(record, refused)
        return refused
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def receipt_of(record: Record, id: str) -> Receipt | None:
    """The receipt of a landed file that was taken in before."""
    listed = ", ".join(Receipt.__dataclass_fields__)
    rows = record.con.execute(f"select {listed} from receipts where id = ?", [id]).fetchall()
    return Receipt(*rows[0]) if rows else None


def _take(record: Record, landed: Landed, blank: Receipt, scratch: Path, tell: Progress) -> Receipt:
    tell("reading", 0.0, 0)
    reader = open_file(record.con, landed.path, landed.source, scratch)
    try:
        return _weigh(record, landed, blank, reader, scratch, tell)
    except Doubt:
        assert reader.sure is not None
        record.sweep()
        sure = reader.sure(lambda share, rows: tell("splitting", share, rows))
        return _weigh(record, landed, blank, sure, scratch, tell)


def _weigh(
    record: Record, landed: Landed, blank: Receipt, reader: Reader, scratch: Path, tell: Progress
) -> Receipt:
    """Read a file's rows into the record and judge each of them. Raises Doubt where the file has
    to be read another way first.
    """
    con, fact = record.con, FACTS[landed.source.fact]
    with _doubting(reader, landed.path.name):
        reader = mended(con, landed.source, reader, scratch, landed.path.name)
    # The rows are laid down first, in a transaction of their own, and weighed in the next one:
    # DuckDB writes a large insert straight to its file unless the same transaction touches its
    # rows again. Until the receipt stands, whoever comes next sweeps them away.
    read, columns = _read(record, landed, fact, reader, blank, tell)
    with record.transaction():
        torn = len(reader.torn)
        if not read + torn:
            raise Mistake("there are no rows in the file", where=landed.path.name)
        tell("comparing", 0.0, read)
        spoiled = put_aside(con, landed.source, blank.number, reader)
        repeated, older, updated = _compare(con, fact, landed.source.name, blank.number)
        accepted = read - spoiled - repeated - updated
        _settle(con, fact, blank.number, accepted + updated)
        unplaced, unknown = _place(record, fact, blank.number)
        receipt = replace(
            blank,
            read=read + torn,
            accepted=accepted,
            repeated=repeated,
            older=older,
            updated=updated,
            quarantined=spoiled + torn,
            unplaced=unplaced,
            unknown_places=unknown,
            finished=_now(record),
        )
        _keep(record, receipt)
        if read > spoiled:
            given.note(con, fact, landed.source.name, columns, blank.number)
        tell("recording", 0.0, read)
    tell("recorded", 1.0, read)
    return receipt


def _now(record: Record) -> datetime:
    return datetime.now(ZoneInfo(record.city.timezone)).replace(tzinfo=None)


def _read(
    record: Record, landed: Landed, fact: Fact, reader: Reader, blank: Receipt, tell: Progress
) -> tuple[int, list[str]]:
    """Read, map and cast the whole file into the fact's table, good rows and bad, under the
    receipt's number and in the order of the file. Gives the rows read, and the columns it has.
    """
    con, source, where = record.con, landed.source, landed.path.name
    rows = mapped(con, source, reader.sql, reader.columns)
    try:
        columns = columns_given(con, source, fact, rows, where)
    except Mistake as mistake:
        raise reader.misfit or mistake from None
    sql = casts.rows(fact, columns, rows, source.name, record.city.timezone)
    record.know_spots()
    con.execute(KNOWN)
    names = ", ".join(fact.names)
    assert blank.started is not None
    with _doubting(reader, where), _watched(con, tell, reader):
        con.execute(
            f"insert into {fact.name} ({names}, faults, original, pos, receipt)"
            f" select *, {POS}, {blank.number} from ({sql})",
            [blank.started + timedelta(days=1)],
        )
    many = record.one(f"select count(*) from {fact.name} where receipt = {blank.number}")
    return int(many), columns


@contextmanager
def _doubting(reader: Reader, where: str) -> Iterator[None]:
    """Where DuckDB stumbles over a file, it is read the sure way; if it was already, refused."""
    try:
        yield
    except FAILURES:
        raise
    except duckdb.Error as error:
        if reader.sure is not None:
            raise Doubt from None
        told = words(error, reader.path, where)
        raise Mistake(f"the file or its mapping cannot be read ({told})", where=where) from None


def version(fact: Fact) -> str:
    """SQL: how new a row is; what its system says, else the newest moment it tells of."""
    return f"coalesce(updated_at, greatest({', '.join(fact.happened)}))"


def _compare(
    con: duckdb.DuckDBPyConnection, fact: Fact, source: str, number: int
) -> tuple[int, int, int]:
    """Weigh the new rows against the record and each other: fills ``stale`` (new rows that do
    not stand) and ``replaced`` (rows of the record that give way).

    Rows of one key are taken in the order of the file, after the record's own: one that is
    identical to what stands, or older, is repeated; one as new or newer takes its place.
    Gives the counts (repeated, of these older and different, updated).
    """
    keys = ", ".join(column for column in fact.key if column != "source")
    columns = ", ".join(fact.names)
    mine = f"r.receipt < {number} and r.source = {casts.literal(source)}"
    sent = f"select distinct {keys} from {fact.name} where receipt = {number}"
    if not con.execute(f"select 1 from {fact.name} r where {mine} limit 1").fetchall():
        sent += " limit 0"  # the first file of a source meets nobody
    con.execute(
        f"create or replace temp table known as select r.rowid as spot, {keys} from {fact.name} r"
        f" join ({sent}) using ({keys}) where {mine}"
    )
    con.execute(
        f"create or replace temp table shared as"
        f" select {keys} from {fact.name} where receipt = {number} group by all having count(*) > 1"
        f" union select {keys} from known"
    )
    con.execute(
        f"""create or replace temp table weighed as
        with contenders as (
            select {keys}, -1 as ord, spot, {version(fact)} as version, hash({columns}) as content
            from (select rowid as spot, {columns} from {fact.name}
                  where rowid in (select spot from known))
            union all
            select {keys}, spot, spot, {version(fact)}, hash({columns})
            from (select rowid as spot, {columns} from {fact.name} where receipt = {number})
            semi join shared using ({keys})
        ), judged as (
            select *,
                case when count(*) over before = 0 then 'accepted'
                     when content = arg_max(content, (version, ord)) over before then 'repeated'
                     when version < max(version) over before then 'older'
                     else 'updated' end as verdict,
                verdict in ('accepted', 'updated') as stood
            from contenders
            window before as (partition by {keys} order by ord
                rows between unbounded preceding and 1 preceding)
        )
        select ord, spot, verdict, content,
            max(content) filter (where ord = -1) over mine as recorded,
            max(ord) filter (where stood) over mine as last,
            arg_max(content, ord) filter (where stood) over mine as last_content
        from judged window mine as (partition by {keys})"""
    )
    con.execute(
        "create or replace temp table stale as select spot from weighed"
        " where ord >= 0 and (ord <> last or coalesce(content = recorded, false))"
    )
    con.execute(
        "create or replace temp table replaced as select spot from weighed"
        " where ord = -1 and last >= 0 and last_content <> recorded"
    )
    repeated, older, updated = con.execute(
        "select count(*) filter (where verdict in ('repeated', 'older')),"
        " count(*) filter (where verdict = 'older'),"
        " count(*) filter (where verdict = 'updated') from weighed where ord >= 0"
    ).fetchall()[0]
    return int(repeated), int(older), int(updated)


def _settle(con: duckdb.DuckDBPyConnection, fact: Fact, number: int, changed: int) -> None:
    """Rows that do not stand go; what a publish must look at is noted."""
    columns = ", ".join([*fact.names, "pos"])
    con.execute(f"delete from {fact.name} where rowid in (select spot from stale)")
    con.execute(
        f"insert into touched select distinct {number}, '{fact.name}', date_trunc('month', moment)"
        f" from (select {fact.month} as moment from {fact.name}"
        "   where rowid in (select spot from replaced)"
        f" union all select {fact.month} from {fact.name} where receipt = {number})"
    )
    if changed <= SMALL:
        con.execute(
            f"insert into changed_{fact.name} (sign, {columns}, receipt)"
            f" select -1, {columns}, {number} from {fact.name}"
            " where rowid in (select spot from replaced)"
            f" union all select 1, {columns}, {number} from {fact.name} where receipt = {number}"
        )
    else:
        con.execute("insert into bulk values (?, ?)", [number, fact.name])
    con.execute(f"delete from {fact.name} where rowid in (select spot from replaced)")


def _place(record: Record, fact: Fact, number: int) -> tuple[int, int]:
    """Give every new row its place in the tree; counts the rows that land above the bottom of
    the tree, and those whose code nobody knows.
    """
    con, tree = record.con, record.city.tree
    strange = con.execute(
        f"select distinct place from {fact.name} where receipt = ? and pos is null", [number]
    ).fetchall()
    if strange:
        record.spot([code for (code,) in strange])
        for table in (fact.name, f"changed_{fact.name}"):
            con.execute(
                f"update {table} set pos = s.pos from spots s where s.place = {table}.place"
                f" and {table}.pos is null and {table}.receipt = {number}"
            )
    unplaced = unknown = 0
    for code, pos, rows in con.execute(
        f"select place, pos, count(*) from {fact.name} where receipt = ? group by all", [number]
    ).fetchall():
        unplaced += rows if tree.below(tree.places[pos]) else 0
        unknown += rows if code and code not in tree else 0
    return unplaced, unknown


def _keep(record: Record, receipt: Receipt) -> None:
    values = asdict(receipt)
    marks = ", ".join("?" for _ in values)
    record.con.execute(
        f"insert into receipts ({', '.join(values)}) values ({marks})", list(values.values())
    )


@contextmanager
def _watched(con: duckdb.DuckDBPyConnection, tell: Progress, reader: Reader) -> Iterator[None]:
    """Tell of a long statement's progress, twice a second, from a thread beside it."""
    done = threading.Event()
    rows = _estimate(reader)

    def watch() -> None:
        while not done.wait(0.5):
            share = min(1.0, max(0.0, con.query_progress() / 100))
            tell("reading", share, int(rows * share))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _estimate(reader: Reader) -> int:
    """About how many rows the file has, from its first lines."""
    with reader.path.open("rb") as opened:
        sample = opened.read(1 << 20)
    return int(reader.path.stat().st_size / max(1, len(sample)) * max(1, sample.count(b"\n")))
