"""The one writer at work: takes what waits in the inbox, records it, publishes, tells.

Nothing that comes in may end it: a file at fault is refused, and what the machine has no room for
now waits, and is tried again later.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

import duckdb

from cockpit.model.counting import Counted
from cockpit.model.mistakes import Mistake
from cockpit.model.panel import Broken
from cockpit.record import boundaries, inbox, queries
from cockpit.record.ingest import Progress, Receipt, ingest, receipt_of
from cockpit.record.metrics import Weighed, in_service, stumbled, weighed
from cockpit.record.panels import Shelf, shelf
from cockpit.record.publish import current, publish
from cockpit.record.store import FAILURES, PROGRESS, Record, first_line, interruptible
from cockpit.settings import Settings

PAUSE = 0.2
"""Seconds between two looks into the inbox."""
RETRY = 15.0
"""Seconds before what failed is tried again; more where the try itself took long."""
DONE = "done"
"""The stage that is told when nothing is left to do."""
WAITING = "waiting: "
"""How the stage begins that is told when all that is left has to wait, and what for."""

log = logging.getLogger("cockpit.worker")


class Worker:
    """A record, and what its owner does with it."""

    def __init__(self, record: Record, progress: Progress | None = None):
        self.record = record
        self.settings: Settings = record.settings
        self.progress = progress or (lambda stage, share, rows: None)
        self._put_off: dict[str, tuple[str, float]] = {}
        self._written: tuple[object, ...] = ()
        self._weighed = Weighed()
        self._shelf = Shelf()
        self._told: tuple[Broken, ...] = ()
        self._retry_at = 0.0
        self._strays: list[Path] = []
        inbox.sweep(self.settings)

    def counted(self) -> tuple[Counted, ...]:
        """The metrics as the files now say, read again when a file changed. What is wrong stays as
        it was before, and is told once; where there is nothing to count at all, Mistake.
        """
        written = self._files()
        if written != self._written:
            before = self._weighed.counted or in_service(self.record)
            self._weighed = weighed(self.record, before)
            self._shelf = shelf(self.settings.folders, self.record.city.calendar.macros())
            self._written = written
            self._tell_broken()
        return self._weighed.counted

    def _tell_broken(self) -> None:
        broken = (*self._shelf.broken, *self._weighed.broken)
        for one in broken:
            if one not in self._told:
                log.error("%s %s is broken: %s", one.kind, one.name, one.message)
        self._told = broken

    def _files(self) -> tuple[object, ...]:
        try:
            return queries.written(*self.settings.folders), boundaries.written(self.settings.city)
        except FileNotFoundError:  # just being replaced: the next look will tell
            return self._written

    def drain(self, stop: Event | None = None) -> list[dict[str, Any]]:
        """Take in everything that is ready (once told to stop, no more than the file at hand),
        publish once, and tell each file's receipt.
        """
        done: list[tuple[Path, Receipt]] = []
        for source, path in self._ready():
            with self._patience(path):
                self.record.revive()
                done.append((path, self._take(source, path)))
            if stop is not None and stop.is_set():
                break
        if not done:
            self._tell_what_waits()
            return []
        snapshot, trouble = self.publish()
        told = []
        for path, receipt in done:
            with self._patience(path):
                said = inbox.told(receipt, snapshot, trouble)
                inbox.finish(self.settings, path, said)
                told.append(said)
        self._tell_what_waits()
        return told

    def _tell_what_waits(self) -> None:
        stages = [f"{WAITING}{why}" for why, _ in self._put_off.values()]
        self.progress(stages[0] if stages else DONE, 1.0, 0)

    def _ready(self) -> list[tuple[str, Path]]:
        """(source, file) of what can be taken now, oldest first, each under its id."""
        waiting = inbox.waiting(self.settings)
        names = {path.name for _, path in waiting}
        self._put_off = {name: put for name, put in self._put_off.items() if name in names}
        now = time.monotonic()
        found = []
        for source, path in waiting:
            _, later = self._put_off.get(path.name, ("", 0.0))
            if now >= later and inbox.ready(self.settings, path):
                with self._patience(path):
                    found.append((source, inbox.admit(self.settings, path)))
        return found

    @contextmanager
    def _patience(self, path: Path) -> Iterator[None]:
        """Where the machine has no room for a file now, it stays in the inbox for later."""
        began = time.monotonic()
        try:
            yield
        except FAILURES as error:
            why = first_line(error)
            log.error("%s waits in the inbox: %s", path.name, why)
            self._put_off[path.name] = why, _later(began)
        else:
            self._put_off.pop(path.name, None)

    def why(self, id: str) -> str | None:
        """What keeps a file waiting."""
        return self._put_off.get(id, (None, 0.0))[0]

    def _take(self, source: str, path: Path) -> Receipt:
        """One file into the record. Raises what may pass, and nothing else."""
        try:
            with interruptible():
                landed = inbox.landed(self.settings, source, path)
                return ingest(self.record, landed, self.progress)
        except Mistake as mistake:
            return self._refuse(source, path, mistake.text())
        except FAILURES:
            raise
        except Exception as error:
            log.exception("%s is refused for a fault of the cockpit", path.name)
            words = f"a fault of the cockpit, told in full in its log: {first_line(error)}"
            return self._refuse(source, path, words)

    def _refuse(self, source: str, path: Path, why: str) -> Receipt:
        """A receipt for a file that never came as far as the record."""
        return receipt_of(self.record, path.name) or Receipt(
            number=0,
            id=path.name,
            source=source.encode(errors="replace").decode(),
            fact="",
            file=inbox.own_name(path),
            size=path.lstat().st_size,
            refused=why,
        )

    def publish(self) -> tuple[str | None, str | None]:
        """Publish what changed: the snapshot in service, and what stood in the way if anything."""
        began = time.monotonic()
        self._retry_at = 0.0
        self.record.revive()
        try:
            with interruptible():
                return self._publish(), None
        except Mistake as mistake:
            why = mistake.text()
        except (*FAILURES, duckdb.Error) as error:
            why = first_line(error)
            self._retry_at = _later(began)
        log.error("publishing failed, the snapshot of before stays in service: %s", why)
        return current(self.settings.snapshots), why

    def _publish(self) -> str:
        counted = self.counted()
        try:
            return self._publish_these(counted)
        except FAILURES:
            raise
        except duckdb.Error:
            before = in_service(self.record)
            faults = stumbled(self.record, counted, before)
            if not faults:
                raise
            self._weighed = self._weighed.without(faults, before)
            self._tell_broken()
            return self._publish_these(self._weighed.counted)

    def _publish_these(self, counted: Sequence[Counted]) -> str:
        shown = self._shelf.beside(self._weighed.broken)
        return publish(self.record, counted, shown, self.progress)

    def run(self, stop: Event) -> None:
        """Work until told to stop."""
        snapshot, _ = self.publish()
        log.info("writer of %s, snapshot %s", self.settings.home, snapshot)
        while not stop.is_set():
            for said in self.drain(stop):
                log.info("%s", summary(said))
            self._tell_strays()
            if not stop.is_set() and self._is_publish_due():
                self.publish()
            stop.wait(PAUSE)

    def _tell_strays(self) -> None:
        """What lies where nobody takes it is told once."""
        strays = inbox.strays(self.settings)
        for path in strays:
            if path not in self._strays:
                log.warning("%s", inbox.belongs(self.settings, path))
        self._strays = strays

    def _is_publish_due(self) -> bool:
        """Whether the last one failed a while ago, or somebody has changed a file since."""
        failed = bool(self._retry_at) and time.monotonic() > self._retry_at
        return failed or self._files() != self._written


def _later(began: float) -> float:
    now = time.monotonic()
    return now + RETRY + 3 * (now - began)


def serve(settings: Settings) -> None:
    """Be the worker of a home until SIGTERM or Ctrl-C. Raises Locked where there is one."""
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with Record(settings) as record, reporting(settings) as tell:
        Worker(record, tell).run(stop)


@contextmanager
def reporting(settings: Settings) -> Iterator[Progress]:
    """Progress for whoever waits in another process: every stage, each at most four times a
    second. The file is written in place, so that it can be written on a full disk too.
    """
    path = settings.home / PROGRESS
    last = ("", 0.0)

    def tell(stage: str, share: float, rows: int) -> None:
        nonlocal last
        now = time.monotonic()
        if stage == last[0] and (stage == DONE or now - last[1] < 0.25):
            return
        last = (stage, now)
        said = json.dumps({"stage": stage[:200], "share": share, "rows": rows})
        with suppress(OSError):
            os.pwrite(out.fileno(), said.ljust(2000).encode(), 0)

    with path.open("wb", buffering=0) as out:
        tell(DONE, 1.0, 0)
        try:
            yield tell
        finally:
            path.unlink(missing_ok=True)


def summary(said: dict[str, Any]) -> str:
    """A receipt in one line."""
    if said["refused"]:
        return f"{said['file']}: refused: {said['refused']}"
    older = f" ({said['older']:,} of them older and different)" if said.get("older") else ""
    return (
        f"{said['file']}: {said['read']:,} rows read = {said['accepted']:,} accepted"
        f" + {said['repeated']:,} repeated{older} + {said['updated']:,} updated"
        f" + {said['quarantined']:,} quarantined"
    )
