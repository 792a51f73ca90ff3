"""The one writer at work: takes what waits in the inbox, records it, publishes, tells."""

from __future__ import annotations

import json
import logging
import signal
import time
from pathlib import Path
from threading import Event
from typing import Any

import duckdb

from cockpit.model.counting import Counted
from cockpit.model.mistakes import Mistake
from cockpit.record import cube, inbox, queries
from cockpit.record.ingest import Progress, Receipt, ingest, receipt_of
from cockpit.record.publish import current, publish
from cockpit.record.store import Record, write_whole
from cockpit.settings import Settings

PAUSE = 0.2
"""Seconds between two looks into the inbox."""
RETRY = 15.0
"""Seconds before a publish that failed is tried again."""

log = logging.getLogger("cockpit.worker")


class Worker:
    """A record, and what its owner does with it."""

    def __init__(self, record: Record, progress: Progress | None = None):
        self.record = record
        self.settings: Settings = record.settings
        self.progress = progress or (lambda stage, share, rows: None)
        self._written: tuple[object, ...] = ()
        self._counted: list[Counted] = []
        self._retry_at = 0.0

    def counted(self) -> list[Counted]:
        """The metrics as the files now say, read again when a file changed. A wrong file leaves
        the metrics of before in service, and is told once.
        """
        paths = sorted(self.settings.queries.glob("*/metrics.toml"))
        written = tuple((path, path.stat().st_mtime_ns) for path in paths)
        if written != self._written:
            self._written = written
            try:
                self._counted = cube.weigh(self.record.con, queries.metrics(self.settings.queries))
            except Mistake as mistake:
                if not self._counted:
                    raise
                log.error("metrics are left as they were: %s", mistake.text())
        return self._counted

    def drain(self) -> list[dict[str, Any]]:
        """Take in everything that waits, publish once, and tell each file's receipt."""
        done: list[tuple[Path, Receipt]] = []
        for source, path in inbox.waiting(self.settings):
            receipt = self._take(source, path)
            if receipt is not None:
                done.append((path, receipt))
        snapshot, trouble = self.publish()
        told = []
        for path, receipt in done:
            said = inbox.told(receipt, snapshot, trouble)
            inbox.finish(self.settings, path, said)
            told.append(said)
        return told

    def _take(self, source: str, path: Path) -> Receipt | None:
        """One file into the record; None where it has to wait for better times."""
        try:
            return ingest(self.record, inbox.landed(self.settings, source, path), self.progress)
        except Mistake as mistake:
            return self._refuse(source, path, mistake.text())
        except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
            log.error("%s waits in the inbox: %s", path.name, _first_line(error))
            return None

    def _refuse(self, source: str, path: Path, why: str) -> Receipt:
        """A receipt for a file of which not even the source is known."""
        known = receipt_of(self.record, path.name)
        if known is not None:
            return known
        return Receipt(
            number=0,
            id=path.name,
            source=source,
            fact="",
            file=path.name.partition("~")[2],
            size=path.stat().st_size,
            refused=why,
        )

    def publish(self) -> tuple[str | None, str | None]:
        """Publish what changed: the snapshot in service, and what stood in the way if anything."""
        try:
            return publish(self.record, self.counted(), self.progress), None
        except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
            why = _first_line(error)
            log.error("publishing failed, the snapshot of before stays in service: %s", why)
            self._retry_at = time.monotonic() + RETRY
            return current(self.settings.snapshots), why

    def run(self, stop: Event) -> None:
        """Work until told to stop."""
        snapshot, _ = self.publish()
        log.info("writer of %s, snapshot %s", self.settings.home, snapshot)
        while not stop.is_set():
            if inbox.waiting(self.settings):
                for said in self.drain():
                    log.info("%s", summary(said))
            elif self._retry_at and time.monotonic() > self._retry_at:
                self._retry_at = 0.0
                self.publish()
            elif self._stale():
                self.publish()
            stop.wait(PAUSE)

    def _stale(self) -> bool:
        """Whether an analyst changed a metric since the last look."""
        paths = sorted(self.settings.queries.glob("*/metrics.toml"))
        return tuple((path, path.stat().st_mtime_ns) for path in paths) != self._written


def serve(settings: Settings) -> None:
    """Be the worker of a home until SIGTERM or Ctrl-C. Raises Locked where there is one."""
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with Record(settings) as record:
        Worker(record, reporter(settings)).run(stop)


def reporter(settings: Settings) -> Progress:
    """Progress for whoever waits in another process, at most four times a second."""
    last: dict[str, float] = {}

    def tell(stage: str, share: float, rows: int) -> None:
        now = time.monotonic()
        if now - last.get(stage, 0.0) < 0.25:
            return
        last.clear()
        last[stage] = now
        try:
            write_whole(
                settings.home / "progress.json",
                json.dumps({"stage": stage, "share": share, "rows": rows}),
            )
        except OSError:
            return

    return tell


def summary(said: dict[str, Any]) -> str:
    """A receipt in one line."""
    if said["refused"]:
        return f"{said['file']}: refused: {said['refused']}"
    return (
        f"{said['file']}: {said['read']:,} rows read = {said['accepted']:,} accepted"
        f" + {said['repeated']:,} repeated + {said['updated']:,} updated"
        f" + {said['quarantined']:,} quarantined"
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
