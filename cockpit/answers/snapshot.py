"""The only door to a snapshot: opened read-only, swapped when CURRENT names another, and let go
when the last answer that uses it is done. While it is open its manifest is locked, shared: the
writer takes no snapshot away that somebody reads.

Open snapshots only in the process that reads them: DuckDB does not survive a fork.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import mmap
import os
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from cachetools import LRUCache

from cockpit.answers.cube import Cube
from cockpit.answers.nearby import Nearby
from cockpit.model.allowed import Allowed
from cockpit.model.binding import allowed
from cockpit.model.counting import Counted
from cockpit.model.fact import Fact
from cockpit.model.facts import FACTS
from cockpit.model.here import MACROS
from cockpit.model.metric import Metric
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.panel import Bound, Broken, read_panel
from cockpit.model.places import Place, Tree
from cockpit.model.rule import BoundRule, read_rule
from cockpit.model.select import Looked
from cockpit.model.sheet import LAYOUT, Sheet, unpack
from cockpit.model.subject import Subject
from cockpit.model.wall import Wall, read_wall

log = logging.getLogger("cockpit.snapshot")


LONG_AGO = 31
"""Days without a new row after which a city's cases have ended."""

_trees: LRUCache[str, Tree] = LRUCache(2)
"""Snapshots that have the same places have the same tree."""
_lock = threading.Lock()


@dataclass(frozen=True)
class Standing:
    """What a fact's data speak for: how many rows, from when to when, as of which moment."""

    rows: int
    first: datetime | None
    last: datetime | None
    as_of: datetime | None


class NoSnapshot(Mistake):
    """Nothing was published yet."""


class Snapshot:
    """One published state. Everything in it is fixed; any thread may ask it."""

    def __init__(
        self,
        folder: Path,
        id: str,
        threads: int = 2,
        memory: str = "25%",
        beside: Sequence[Path] = (),
    ):
        """``beside`` are folders that its connection may use besides the snapshots'."""
        self.id = id
        self.folder = folder
        self._local = threading.local()
        self._let_go = weakref.finalize(self, os.close, _hold(folder / f"{id}.json"))
        manifest = json.loads((folder / f"{id}.json").read_text("utf-8"))
        if manifest.get("layout") != LAYOUT:
            raise NoSnapshot(
                f"snapshot {id} is of another version of the cockpit",
                where=folder,
                write="The worker makes it anew when it starts; without one: cockpit publish",
            )
        self.con = duckdb.connect(":memory:")
        self.con.execute(f"set threads={max(1, threads)}")
        self.con.execute(f"set memory_limit='{memory}'")
        self.con.execute("set global parquet_metadata_cache=true")  # cursors have it too
        self.con.execute(f"attach '{folder / id}.duckdb' as snap (read_only)")
        self.about: dict[str, Any] = {
            key: json.loads(value)
            for key, value in self.con.execute("select key, value from snap.about").fetchall()
        }
        self.published = datetime.fromisoformat(self.about["published"])
        self.counted = {
            entry["metric"]["name"]: Counted(
                Metric(**entry["metric"]),
                entry["numerator_is_bool"],
                entry["denominator_is_bool"],
                tuple(entry.get("lacking", ())),
            )
            for entry in self.about["counted"]
        }
        self.cubes = {fact: Cube(self._sheets(names)) for fact, names in manifest["cubes"].items()}
        self._months: dict[str, dict[str, dict[str, Any]]] = manifest["files"]
        for fact in FACTS.values():
            self.con.execute(f"create view {fact.name} as {self._facts(fact)}")
        self.sets: dict[str, str] = manifest["sets"]
        """What the set of months of each fact is called that has any."""
        self.nearby = Nearby()
        for macro in (*self.about["macros"], *MACROS):
            self.con.execute(macro)
        self.panels = {
            entry["name"]: Bound(
                read_panel(entry["subject"], entry["name"], entry["text"], entry["path"]),
                tuple((name, kind) for name, kind in entry["columns"]),
                tuple(entry["reads"]),
            )
            for entry in self.about.get("panels", ())
        }
        self.looked: dict[tuple[str, ...], Looked] = {}
        """What panels were seen to read, by their SQL."""
        self.broken = tuple(Broken(**entry) for entry in self.about.get("broken", ()))
        self.subjects = tuple(Subject(**entry) for entry in self.about.get("subjects", ()))
        self.walls: dict[str, Wall] = {
            entry["name"]: read_wall(entry["name"], entry["text"], entry["path"])
            for entry in self.about.get("walls", ())
        }
        self.rules = {entry["name"]: _rule(entry) for entry in self.about.get("rules", ())}
        self._fence([folder, *beside])

    def _fence(self, folders: Sequence[Path]) -> None:
        """From here on this connection reads these folders and nothing else."""
        self.con.execute(f"set allowed_directories={[str(each) for each in folders]!r}")
        self.con.execute("set enable_external_access=false")
        self.con.execute("set python_enable_replacements=false")

    def _facts(self, fact: Fact) -> str:
        """SQL of a fact's rows: the months' files, less what is gone from them, and what is new."""
        months = self._months.get(fact.name, {})
        if not months:
            nothing = ", ".join(f"null::{kind} as {name}" for name, kind in fact.typed)
            return f"select null::integer as pos, {nothing} where false"
        whole = [month["file"] for month in months.values() if not month["changed"]]
        changed = [month["file"] for month in months.values() if month["changed"]]
        parts = [f"select * from {self._files(whole)}"] if whole else []
        if changed:
            parts.append(self.amended(fact.name, self._files(changed)))
        return " union all ".join(parts)

    def amended(self, name: str, rows: str) -> str:
        """SQL of rows from a fact's months' files as they are now, with what is new in the fact."""
        fact = FACTS[name]
        if not any(month["changed"] for month in self._months[name].values()):
            return f"select * from {rows}"
        same = " and ".join(f"f.{key} = gone.{key}" for key in fact.key)
        return (
            f"select f.* from {rows} f anti join snap.{name}_gone gone"
            f" on {same} and date_trunc('month', f.{fact.month})::date = gone.month"
            f" union all select * from snap.{name}_new"
        )

    def files(self, name: str) -> str:
        """SQL of all rows in a fact's months' files, whatever has changed since."""
        return self._files(month["file"] for month in self._months[name].values())

    def _sheets(self, names: Iterable[str]) -> list[Sheet]:
        """The sheets of some files, laid over them: what nobody asks for is never read."""
        found = []
        for name in names:
            with (self.folder / "cubes" / name).open("rb") as opened:
                found += unpack(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
        return found

    def _files(self, names: Iterable[str]) -> str:
        paths = [str(self.folder / "facts" / name) for name in names]
        return f"read_parquet({paths!r})"

    @cached_property
    def tree(self) -> Tree:
        """The places as they stood when this was published."""
        print = str(self.about["tree"])
        with _lock:
            if print not in _trees:
                _trees[print] = self._tree()
            return _trees[print]

    def _tree(self) -> Tree:
        columns = "code, name, rung, parent, pos, hi, kind, population, lon, lat, pinyin"
        rows = self.rows(f"select {columns} from snap.places order by pos")
        places = [
            Place(
                code=row[0],
                name=row[1],
                rung=row[2],
                parent=row[3],
                lo=row[4],
                hi=row[5],
                kind=row[6],
                population=row[7],
                lon=row[8],
                lat=row[9],
                pinyin=row[10],
            )
            for row in rows
        ]
        return Tree(places, dict(self.rows("select code, successor from snap.retired")))

    @cached_property
    def zone(self) -> ZoneInfo:
        """Where the city's clock is."""
        return ZoneInfo(str(self.about["timezone"]))

    def epoch(self, moment: datetime) -> int:
        """Seconds since 1970 at a moment of the city's clock, however often it was put since."""
        return int(moment.replace(tzinfo=self.zone).timestamp())

    @cached_property
    def unranked(self) -> frozenset[str]:
        """Codes of places that no ranking compares."""
        rows = self.rows("select code from snap.places where not ranked")
        return frozenset(row[0] for row in rows)

    @property
    def demo(self) -> bool:
        """Whether anything in it is made up (演示数据)."""
        return bool(self.about["demo"])

    def standing(self, fact: str) -> Standing:
        """What the data of a fact speak for."""
        return self._standing[fact]

    @cached_property
    def _standing(self) -> dict[str, Standing]:
        return {
            fact: Standing(
                values["rows"],
                *(
                    datetime.fromisoformat(values[key]) if values[key] else None
                    for key in ("first", "last", "as_of")
                ),
            )
            for fact, values in self.about["facts"].items()
        }

    def as_of(self, fact: str) -> date | None:
        """The day that the fact's data speak for, or None where it has no rows."""
        moment = self.standing(fact).as_of
        return None if moment is None else moment.date()

    def last_day(self, fact: str) -> date | None:
        """The day on which periods end: the as-of day; of a city whose rows ended long before it
        the day of the last row, so that nobody meets an empty page.
        """
        standing = self.standing(fact)
        if standing.as_of is None or standing.last is None:
            return None
        ended = standing.as_of - standing.last > timedelta(days=LONG_AGO)
        return (standing.last if ended else standing.as_of).date()

    def metric(self, name: str) -> Counted:
        """The metric of that name. Raises Mistake."""
        if name not in self.counted:
            raise Mistake(f"there is no metric {name!r}", write=did_you_mean(name, self.counted))
        return self.counted[name]

    def sources(self) -> list[dict[str, Any]]:
        """What each source has delivered, and when last."""
        found = self.con.cursor().execute("select * from snap.sources")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def rows(self, sql: str, values: object = None) -> list[tuple[Any, ...]]:
        """The rows of a query, on a connection of this thread's own."""
        return self.cursor().execute(sql, values).fetchall()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own connection."""
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self.con.cursor()
            for macro in self.about["macros"]:
                if not macro.startswith("create"):
                    cursor.execute(macro)
        return cursor

    def cursor_at(self, times: str) -> duckdb.DuckDBPyConnection:
        """This thread's own connection, its variables set by some statements: those of a page's
        panels are the same.
        """
        cursor = self.cursor()
        if getattr(self._local, "times", "") != times:
            cursor.execute(times)
            self._local.times = times
        return cursor

    @cached_property
    def may(self) -> Allowed:
        """What panels may use of this snapshot."""
        return allowed(self.rows, tuple(self.about["macros"]))

    @cached_property
    def memory(self) -> int:
        """Bytes that its DuckDB may keep."""
        sql = "select parse_formatted_bytes(current_setting('memory_limit'))"
        return int(self.rows(sql)[0][0])

    @cached_property
    def secret(self) -> str:
        """What nobody who asks can know: by it keys are made opaque."""
        return hashlib.blake2b((self.folder / f"{self.id}.json").read_bytes()).hexdigest()[:32]

    def close(self) -> None:
        """Let go of the files."""
        self.con.close()
        self._let_go()


def _rule(entry: Mapping[str, Any]) -> BoundRule:
    rule = read_rule(entry["name"], entry["text"], entry["path"])
    columns = tuple((name, kind) for name, kind in entry["columns"])
    return BoundRule(rule, Bound(rule.panel, columns, tuple(entry["reads"])))


def _hold(manifest: Path) -> int:
    """Keep the writer from taking a snapshot away. Raises FileNotFoundError where it just has."""
    descriptor = os.open(manifest, os.O_RDONLY | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    if not os.fstat(descriptor).st_nlink:
        os.close(descriptor)
        raise FileNotFoundError(manifest)
    return descriptor


class Snapshots:
    """The snapshots of a home, as one process reads them."""

    def __init__(self, folder: Path, threads: int = 2, memory: str = "25%"):
        self.folder, self.threads, self.memory = folder, threads, memory
        self._open: Snapshot | None = None
        self._uses: dict[Snapshot, int] = {}
        self._lock = threading.Lock()
        """Guards the two above, for moments only."""
        self._opening = threading.Lock()
        """Held by the one thread that opens a snapshot."""
        self._read: tuple[tuple[int, int], str] = (0, 0), ""
        """What CURRENT said when it was read last, and which file that was."""

    def current_id(self) -> str | None:
        """The id in CURRENT, or None before the first publish."""
        path = self.folder / "CURRENT"
        try:
            found = path.stat()  # it is never written to, but another is put in its place
            file, id = self._read
            if file != (found.st_ino, found.st_mtime_ns):
                id = path.read_text("utf-8").strip()
                self._read = (found.st_ino, found.st_mtime_ns), id
            return id or None
        except FileNotFoundError:
            return None

    @contextmanager
    def current(self) -> Iterator[Snapshot]:
        """The newest snapshot, held open for the length of one answer. Raises NoSnapshot."""
        snapshot = self._take()
        try:
            yield snapshot
        finally:
            self._give_back(snapshot)

    def _take(self) -> Snapshot:
        self._renew()
        with self._lock:
            snapshot = self._open
            assert snapshot is not None, "renewing opens one or raises"
            self._uses[snapshot] = self._uses.get(snapshot, 0) + 1
        return snapshot

    def _renew(self) -> None:
        """Open what CURRENT names. It takes a while: whoever comes meanwhile goes on with the
        snapshot of before, and only the first ones of all wait.
        """
        if self._is_newest() or not self._opening.acquire(blocking=self._open is None):
            return
        try:
            if not self._is_newest():
                self._swap(self._newest())
        except Exception:
            if self._open is None or self.current_id() is None:
                raise
            log.exception("the newest snapshot cannot be opened, %s stays", self._open.id)
        finally:
            self._opening.release()

    def _is_newest(self) -> bool:
        return self._open is not None and self._open.id == self.current_id()

    def _newest(self) -> Snapshot:
        """The snapshot in service, opened. It may be followed, and taken away, on the way there."""
        while True:
            id = self.current_id()
            if id is None:
                raise NoSnapshot(
                    "nothing is published yet",
                    where=self.folder,
                    write="Load a file with: cockpit ingest, or a demo city with: cockpit demo",
                )
            try:
                return Snapshot(self.folder, id, self.threads, self.memory)
            except (duckdb.Error, OSError):
                if id == self.current_id():
                    raise

    def _swap(self, fresh: Snapshot) -> None:
        with self._lock:
            before, self._open = self._open, fresh
            idle = before is not None and before not in self._uses
        if before is not None and idle:
            before.close()

    def _give_back(self, snapshot: Snapshot) -> None:
        with self._lock:
            self._uses[snapshot] -= 1
            if not self._uses[snapshot]:
                del self._uses[snapshot]
            idle = snapshot not in self._uses and snapshot is not self._open
        if idle:
            snapshot.close()
