"""From the record to a snapshot: whole, immutable, and switched to by one rename.

Written in this order: the months' Parquet files beside the cubes, the snapshot's own small file,
its manifest, and last CURRENT. Whatever is cut short before that leaves the old one in service.
Only what changed is written: the rows that came and went, and what they make of the numbers.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from cockpit import disk
from cockpit.model import here
from cockpit.model.counting import Clock, Counted
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.levels import LEVELS
from cockpit.model.mistakes import Mistake
from cockpit.model.sheet import LAYOUT, Sheet, joined, unpack
from cockpit.record import boundaries, cube, given
from cockpit.record.panels import Shelf
from cockpit.record.store import Record, as_json, first_line

ROW_GROUP = 16_384
"""Rows of a Parquet row group: small enough that one street is a small read."""
HOW = "format parquet, parquet_version v2, compression snappy"
"""How a month is written: the second version's encodings are smaller and faster both ways."""
MOST_DIFFERENCES = 200_000
"""Cells of difference a snapshot may carry before the cube is counted anew."""
MOST_CHANGED = 1 / 50
"""Of a month's rows, so many may have changed before its file is written anew. Until then the
snapshot says which of the file's rows are gone, and holds those that came."""

NEW = "(recovery_mode no_wal_writes)"
"""How a database is attached that is thrown away where it is cut short: without a log, no statement
waits for the disk. Letting go of it writes it out.
"""

Tell = Callable[[str, float, int], None]


def manifest(snapshots: Path, id: str) -> dict:  # type: ignore[type-arg]
    """What a snapshot is made of."""
    return json.loads((snapshots / f"{id}.json").read_text("utf-8"))  # type: ignore[no-any-return]


def current(snapshots: Path) -> str | None:
    """The id of the snapshot in service, or None before the first."""
    path = snapshots / "CURRENT"
    return path.read_text("utf-8").strip() if path.is_file() else None


def kept(snapshots: Path) -> list[str]:
    """The ids of all snapshots on disk, oldest first."""
    return sorted(path.stem for path in snapshots.glob("*.json"))


def states(snapshots: Path) -> list[str]:
    """The ids of the snapshots that one may want to go back to, oldest first. A file of which every
    row was there before makes one that tells when its source delivered, and else what the one
    before does: it takes that one's place, which goes once nobody reads it.
    """
    told = {}
    for id in kept(snapshots):
        with suppress(FileNotFoundError):  # the writer has just taken it away
            held = manifest(snapshots, id)
            told[id] = [held.get(each) for each in ("layout", "prints", "about", "cubes", "files")]
    followed = {id for id, after in pairwise(told) if told[id] == told[after]}
    return [id for id in told if id not in followed]


def publish(
    record: Record, counted: Sequence[Counted], shelf: Shelf, tell: Tell | None = None
) -> str:
    """Publish what the record holds; gives the id of the snapshot in service afterwards."""
    publication = Publication(record, counted, shelf, tell or (lambda stage, share, rows: None))
    try:
        return publication.run()
    except BaseException:
        with suppress(OSError, ValueError):  # where there is no room, none is wasted
            publication.clear()
        raise


class Publication:
    """One publish: what the last snapshot has, what changed since, what is to be written."""

    def __init__(self, record: Record, counted: Sequence[Counted], shelf: Shelf, tell: Tell):
        self.record, self.con, self.tell, self.shelf = record, record.con, tell, shelf
        self.counted = given.judged(record.con, counted)
        self.clocks = cube.fact_clocks(self.counted)
        self.folder = record.settings.snapshots
        self.cubes = self.folder / "cubes"
        for folder in (self.folder / "facts", self.cubes):
            folder.mkdir(parents=True, exist_ok=True)
        record.sweep()
        self.before = current(self.folder)
        self.old = manifest(self.folder, self.before) if self.before else {}
        self.upto, self.last = self._last_receipt()
        self.since = int(self.old.get("upto", 0))
        mine = self.old.get("last") == self._last_receipt(self.since)[1]
        if not mine or self.old.get("layout") != LAYOUT:
            self.old = {}  # another record's, or another version's: nothing in it may be carried on
        self.city = record.city.fingerprint
        self.boundaries = boundaries.known(record.settings.city, record.city.tree)

    def run(self) -> str:
        prints = {
            fact.name: cube.fingerprint(fact, self.counted, self.city) for fact in FACTS.values()
        }
        about = hashlib.sha256(
            repr(
                [
                    *(asdict(one.metric) for one in self.counted),
                    self.shelf.told(),
                    self.boundaries.print,
                ]
            ).encode()
        ).hexdigest()[:16]
        if (
            self.before
            and self.since == self.upto
            and self.old.get("prints") == prints
            and self.old.get("about") == about
        ):
            return self.before
        zone = ZoneInfo(self.record.city.timezone)
        published = datetime.now(zone).replace(tzinfo=None, microsecond=0)
        id = self._id()
        cube.plant(self.con, self.record.city.tree)
        path = self.folder / f"{id}.duckdb"
        aside = disk.aside(path)
        aside.unlink(missing_ok=True)
        with _beside() as pool:
            months = {fact.name: self._months(fact, prints, pool) for fact in FACTS.values()}
            cubes = {fact.name: self._cube(fact, prints) for fact in FACTS.values()}
            files = {name: self._written(name, *both) for name, both in months.items()}
        with self._attached(aside, "snap", NEW):
            for fact in FACTS.values():
                self._differences(fact, files[fact.name])
            self._tables(files, published)
        disk.settle(aside, path)
        disk.write(
            self.folder / f"{id}.json",
            as_json(
                {
                    "id": id,
                    "layout": LAYOUT,
                    "published": published,
                    "upto": self.upto,
                    "last": self.last,
                    "prints": prints,
                    "about": about,
                    "city": self.city,
                    "cubes": cubes,
                    "files": files,
                    "sets": {name: _same(months) for name, months in files.items() if months},
                }
            ),
        )
        with _switching(self.folder):
            disk.write(self.folder / "CURRENT", id)
            self._forget(id)
        return id

    def _last_receipt(self, upto: int | None = None) -> tuple[int, str | None]:
        """The newest receipt that may have changed anything: its number and the file's id."""
        rows = self.con.execute(
            "select number, id from receipts where refused is null"
            " and ($1::bigint is null or number = $1) order by number desc limit 1",
            [upto],
        ).fetchall()
        return rows[0] if rows else (0, None)

    @contextmanager
    def _attached(self, path: Path, name: str, how: str = "") -> Iterator[None]:
        """A database beside the record, let go of whatever happens. Letting go writes it out."""
        self.con.execute(f"attach '{path}' as {name} {how}")
        try:
            yield
        except BaseException:
            with suppress(duckdb.Error):  # what went wrong first says more
                self.con.execute(f"detach {name}")
            raise
        self.con.execute(f"detach {name}")

    def _before(self) -> AbstractContextManager[None]:
        """The snapshot of before, attached as ``before``."""
        return self._attached(self.folder / f"{self.before}.duckdb", "before", "(read_only)")

    def _id(self) -> str:
        """Names sort by age, also where the clock stood still or jumped back."""
        newest = max([*kept(self.folder), self.before or ""])
        number = int(newest.rpartition("-")[2] or 0) + 1 if newest else 1
        return f"{number:08d}"

    def _months(
        self, fact: Fact, prints: dict[str, str], pool: Executor
    ) -> tuple[dict[str, dict], dict[str, Future[dict | None]]]:  # type: ignore[type-arg]
        """What every month is made of, and those of which too much has changed: being written."""
        months: dict[str, dict] = dict(self.old.get("files", {}).get(fact.name, {}))  # type: ignore[type-arg]
        month = f"date_trunc('month', {fact.month})::date"
        if self.old.get("prints", {}).get(fact.name) != prints[fact.name]:
            months = {}
            touched = self.con.execute(
                f"select distinct {month} as month, true, 0 from {fact.name} order by month"
            ).fetchall()
        else:
            touched = self.con.execute(
                "select month, bool_or(bulk.receipt is not null), any_value(coalesce(rows, 0))"
                " from touched left join bulk using (receipt, fact) left join"
                f" (select {month} as month, count(*) as rows from changed_{fact.name}"
                "  where receipt > $1 group by all) using (month)"
                " where touched.receipt > $1 and fact = $2 group by month order by month",
                [self.since, fact.name],
            ).fetchall()
        anew = []
        for start, bulk, rows in touched:
            entry = months.get(f"{start:%Y-%m}", {"changed": 0, "rows": 0})
            changed = entry["changed"] + rows
            if bulk or changed > entry["rows"] * MOST_CHANGED:
                anew.append(start)
            else:
                months[f"{start:%Y-%m}"] = {**entry, "changed": changed, **self._held(fact, start)}
        return months, {f"{start:%Y-%m}": pool.submit(self._month, fact, start) for start in anew}

    def _written(
        self,
        name: str,
        months: dict[str, dict],  # type: ignore[type-arg]
        writing: dict[str, Future[dict | None]],  # type: ignore[type-arg]
    ) -> dict[str, dict]:  # type: ignore[type-arg]
        """All of a fact's months once the last is written, in order, without those now empty."""
        for done, (month, future) in enumerate(writing.items()):
            self.tell(f"writing {name}", done / len(writing), 0)
            months.pop(month, None)
            if written := future.result():
                months[month] = written
        return dict(sorted(months.items()))

    def _held(self, fact: Fact, start: date, rows: str = "") -> dict:  # type: ignore[type-arg]
        """What a month's rows speak for: how many, from when to when, as of which moment."""
        with self.con.cursor() as con:
            many, first, last, as_of = con.execute(
                f"select count(*), min({fact.month}), max({fact.month}),"
                f" max(greatest({', '.join(fact.happened)})) from"
                f" {rows or _of_month(fact, start)}"
            ).fetchall()[0]
        return {"rows": many, "first": first, "last": last, "as_of": as_of}

    def _differences(self, fact: Fact, months: dict[str, dict]) -> None:  # type: ignore[type-arg]
        """What sets the rows apart from the months' files: ``gone`` from them, and ``new``."""
        gone, new = f"snap.{fact.name}_gone", f"snap.{fact.name}_new"
        keys, month = ", ".join(fact.key), f"date_trunc('month', {fact.month})::date as month"
        self.con.execute(
            f"create table {gone} as select {keys}, {month} from {fact.name} limit 0;"
            f"create table {new} as select pos, {', '.join(fact.names)} from {fact.name} limit 0"
        )
        starts = {
            date.fromisoformat(f"{name}-01"): entry["upto"]
            for name, entry in months.items()
            if entry["changed"]
        }
        if starts:
            with self._before():
                self.con.execute(
                    f"insert into {gone} select * from before.{fact.name}_gone"
                    " where list_contains(?, month)",
                    [list(starts)],
                )
        for start, upto in starts.items():
            self.con.execute(
                f"insert into {gone} select {keys}, {month}"
                f" from {_of_month(fact, start, 'changed_')}"
                f" and sign = -1 and receipt > {self.since}"
            )
            self.con.execute(
                f"insert into {new} select pos, {', '.join(fact.names)}"
                f" from {_of_month(fact, start)} and receipt > {upto}"
            )

    def _month(self, fact: Fact, start: date) -> dict | None:  # type: ignore[type-arg]
        month = self.folder / "facts" / f"{fact.name}-{start:%Y-%m}"
        aside = disk.aside(month)
        with self.con.cursor() as con:
            con.execute(
                f"copy (select pos, {', '.join(fact.names)} from {_of_month(fact, start)}"
                f" order by pos, {fact.month})"
                f" to '{aside}' ({HOW}, row_group_size {ROW_GROUP})"
            )
        held = self._held(fact, start, f"read_parquet('{aside}')")
        if not held["rows"]:
            aside.unlink()
            return None
        with aside.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()[:16]
        name = f"{month.name}-{content}.parquet"
        disk.settle(aside, month.with_name(name))
        return {"file": name, "upto": self.upto, "changed": 0, **held}

    def _cube(self, fact: Fact, prints: dict[str, str]) -> list[str]:
        """The files of a fact's cube: all that was counted at once (anew only if it must be), and
        what changed since.
        """
        clocks = self.clocks[fact.name]
        before: list[str] = self.old.get("cubes", {}).get(fact.name, [])
        if not clocks:
            return []
        bulk = self.record.one(
            "select count(*) from bulk where receipt > ? and fact = ?", [self.since, fact.name]
        )
        if before and not bulk and self.old["prints"].get(fact.name) == prints[fact.name]:
            base, *more = before
            rows = f"(select * from changed_{fact.name} where receipt > {self.since})"
            if not self.record.one(f"select count(*) from {rows}"):
                return before
            changes = [sheet for name in more for sheet in unpack((self.cubes / name).read_bytes())]
            changes = joined([*changes, *cube.count_up(self.con, clocks, [rows], "sign")])
            if sum(map(len, changes)) <= MOST_DIFFERENCES:
                return [base, cube.write(self.cubes, fact.name, changes)]
        with cube.of_many(self.con):
            return [cube.write(self.cubes, fact.name, self._count(fact, clocks))]

    def _count(self, fact: Fact, clocks: Sequence[Clock]) -> Iterator[Sheet]:
        """Count every row of the fact, year by year."""
        years = self.con.execute(
            f"select distinct year({fact.month}) as year from {fact.name} order by year"
        ).fetchall()
        chunks = [
            f"(select * from {fact.name} where {fact.month} >= date '{year}-01-01'"
            f" and {fact.month} < date '{year + 1}-01-01')"
            for (year,) in years
        ]

        def tell(share: float) -> None:
            self.tell(f"counting {fact.name}", share, 0)

        return cube.count_up(self.con, clocks, chunks, tell=tell)

    def _tables(self, files: dict[str, dict], published: datetime) -> None:  # type: ignore[type-arg]
        """The small tables that answers need beside the numbers."""
        con, city = self.con, self.record.city
        con.execute(
            "create table snap.places (pos integer, hi integer, code varchar, name varchar,"
            " level varchar, rung tinyint, parent varchar, kind varchar, population bigint,"
            " lon double, lat double, pinyin varchar, ranked boolean)"
        )
        rows = [
            (
                p.lo,
                p.hi,
                p.code,
                p.name,
                LEVELS[p.rung].name,
                p.rung,
                p.parent,
                p.kind,
                p.population,
                p.lon,
                p.lat,
                p.pinyin,
                p.kind not in city.unranked,
            )
            for p in city.tree.places
        ]
        cube.fill_table(con, "snap.places", rows)
        con.execute(f"create table snap.ladder ({here.LADDER})")
        cube.fill_table(con, "snap.ladder", here.ladder(city.tree))
        con.execute("create table snap.retired (code varchar, successor varchar)")
        if city.tree.retired:
            cube.fill_table(con, "snap.retired", list(city.tree.retired.items()))
        con.execute("create table snap.boundaries (code varchar, shape varchar)")
        if self.boundaries.rows:
            cube.fill_table(con, "snap.boundaries", self.boundaries.rows)
        con.execute("create table snap.about (key varchar, value varchar)")
        demo = city.demo or bool(
            self.record.one("select count(*) from receipts where source = 'demo'")
        )
        facts = {
            name: {
                "rows": sum(month["rows"] for month in months.values()),
                "first": min((month["first"] for month in months.values()), default=None, key=str),
                "last": max((month["last"] for month in months.values()), default=None, key=str),
                "as_of": max((month["as_of"] for month in months.values()), default=None, key=str),
            }
            for name, months in files.items()
        }
        about = {
            "name": city.name,
            "name_en": city.name_en,
            "timezone": city.timezone,
            "edition": city.edition,
            "published": published,
            "demo": demo,
            "tree": city.tree.fingerprint,
            "boundaries": self.boundaries.about,
            "facts": facts,
            "quarantined": self.record.one("select count(*) from quarantine where not resolved"),
            "macros": city.calendar.macros(),
            "counted": [
                {
                    "metric": asdict(one.metric),
                    "numerator_is_bool": one.numerator_is_bool,
                    "denominator_is_bool": one.denominator_is_bool,
                    "lacking": one.lacking,
                }
                for one in self.counted
            ],
            **self.shelf.told(),
        }
        con.executemany(
            "insert into snap.about values (?, ?)",
            [(key, as_json(value)) for key, value in about.items()],
        )
        con.execute(
            "create table snap.sources as select source, fact, max(finished) as last_arrived,"
            " sum(read)::bigint as read, sum(accepted)::bigint as accepted,"
            " sum(updated)::bigint as updated, sum(quarantined)::bigint as quarantined"
            " from receipts where refused is null group by all order by all"
        )
        con.execute(
            "create table snap.quarantine as select q.* exclude (resolved, content), file"
            " from quarantine q join receipts on number = q.receipt where not resolved"
            " order by q.receipt, line"
        )

    def _forget(self, id: str) -> None:
        """Drop what is too old: snapshots, their files, the differences since them."""
        ids = states(self.folder)
        of_now = [one for one in ids if manifest(self.folder, one).get("layout") == LAYOUT]
        newest = {*of_now[-self.record.settings.keep :], id}
        for one in kept(self.folder):
            if one not in newest:
                _retire(self.folder / f"{one}.json")
        self.clear()
        oldest = min(manifest(self.folder, one)["upto"] for one in kept(self.folder))
        with self.record.transaction():
            for fact in FACTS:
                self.con.execute(f"delete from changed_{fact} where receipt <= ?", [oldest])
            self.con.execute("delete from touched where receipt <= ?", [oldest])
            self.con.execute("delete from bulk where receipt <= ?", [oldest])

    def clear(self) -> None:
        """Drop every file that no kept snapshot needs, half-written ones among them."""
        ids = kept(self.folder)
        manifests = [manifest(self.folder, one) for one in ids]
        needed = {
            month["file"]
            for m in manifests
            for months in m["files"].values()
            for month in months.values()
        } | {name for m in manifests for names in m["cubes"].values() for name in names}
        for folder in ("facts", "cubes"):
            for path in (self.folder / folder).iterdir():
                if path.name not in needed:
                    path.unlink()
        sets = {name for m in manifests for name in m.get("sets", {}).values()}
        for path in (self.folder / "nearby").glob("*"):
            if path.name not in sets:
                shutil.rmtree(path, ignore_errors=True)  # a reader may be writing into it
        for path in self.folder.iterdir():
            if path.is_file() and path.stem not in ids and path.name != "CURRENT":
                path.unlink()


def _same(months: Mapping[str, Mapping[str, Any]]) -> str:
    """The name of a set of months: the same for the same files."""
    files = "\n".join(month["file"] for month in months.values())
    return hashlib.sha256(files.encode()).hexdigest()[:16]


def _of_month(fact: Fact, start: date, prefix: str = "") -> str:
    """SQL of the fact's rows (or of those that changed) in a month; more conditions may follow."""
    return (
        f"{prefix}{fact.name} where {fact.month} >= date '{start}'"
        f" and {fact.month} < date '{start}' + interval 1 month"
    )


@contextmanager
def _beside() -> Iterator[Executor]:
    """Threads that write months while this one counts: neither keeps all cores busy alone. Where
    something goes wrong, what has not begun is not begun.
    """
    pool = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _switching(snapshots: Path) -> Iterator[None]:
    """One at a time writes CURRENT or takes snapshots away. The lock falls with its holder."""
    descriptor = os.open(snapshots, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _retire(manifest: Path) -> None:
    """Take a snapshot's manifest away, unless somebody reads it: readers hold it locked."""
    with manifest.open("rb") as opened, suppress(BlockingIOError):
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        manifest.unlink()


def rollback(snapshots: Path, to: str | None = None) -> str:
    """Put an earlier snapshot back in service; gives its id. Raises Mistake if there is none."""
    if not snapshots.is_dir():
        raise Mistake("nothing is published yet", where=snapshots)
    with _switching(snapshots):
        now, ids = current(snapshots), kept(snapshots)
        if to is None:
            earlier = [id for id in states(snapshots) if now is not None and id < now]
            if not earlier:
                raise Mistake(
                    "there is no earlier snapshot", write=f"Kept: {', '.join(ids) or 'none'}"
                )
            to = earlier[-1]
        if to not in ids:
            raise Mistake(f"there is no snapshot {to!r}", write=f"Kept: {', '.join(ids) or 'none'}")
        try:
            disk.write(snapshots / "CURRENT", to)
        except OSError as error:
            raise Mistake(
                f"snapshot {now} stays in service: {first_line(error)}",
                write=f"Once it can be written, say again: cockpit rollback {to}",
            ) from None
    return to
