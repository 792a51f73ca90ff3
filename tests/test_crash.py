"""Kill -9 at any moment loses nothing, doubles nothing and shows nothing half-done.

``pytest tests/test_crash.py --kills 100`` deals as many blows as you like; the suite deals a few.
"""

import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from multiprocessing.process import BaseProcess as Process
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from cockpit.answers.snapshot import Snapshots
from cockpit.record import handover, inbox
from cockpit.record.publish import kept, manifest
from cockpit.record.store import Record
from cockpit.record.worker import Worker, serve
from cockpit.settings import Settings
from tests import hamlet

ROWS, NEW, WRONG = 20_000, 1_500, 20
"""Rows of a file, those of them that no file before it had, and those that cannot stand."""
GRIDS = ("town/n/e/1/a", "town/n/e/1/b", "town/n/o/1/a", "town/s/a/1/a", "town/s/x", "elsewhere")
DAYS = [str(datetime(2026, 1, 1, 9) + timedelta(days=days)) for days in range(400)]


def edition(case: int, file: int) -> int:
    """The file that said the last new thing about a case: every fourth file does, and its first."""
    first = max(0, (case - ROWS) // NEW + 1)
    return max([first, *(file - back for back in range(4) if (case + file - back) % 4 == 0)])


def closed_after(case: int, edition: int) -> int | None:
    """Days until a case was closed, as one edition tells it; due are five."""
    return None if (case + edition) % 7 == 0 else (case * 3 + edition) % 9


def file_text(file: int) -> str:
    """The file-th file: mostly rows that were sent before, some changed since; some rows new."""
    lines = ["number,place,reported_at,due_at,closed_at,title,updated_at"]
    for case in range(file * NEW, file * NEW + ROWS):
        day, told = case % 150, edition(case, file)
        late = closed_after(case, told)
        closed = "" if late is None else DAYS[day + late]
        lines.append(
            f"c{case},{GRIDS[case % 6]},{DAYS[day]},{DAYS[day + 5]},{closed},edition {told},"
            f"{DAYS[day + 20 + told]}"
        )
    lines += [f"w{file}-{row},town,some day,,,," for row in range(WRONG)]
    return "\n".join(lines) + "\n"


def editions(file: int) -> Iterator[tuple[int, int]]:
    """Every case that stands after a file, and which edition of it."""
    return ((case, edition(case, min(file, case // NEW))) for case in range(ROWS + file * NEW))


@cache
def numbers_after(file: int) -> hamlet.Numbers:
    days = [closed_after(case, told) for case, told in editions(file)]
    closed = [day for day in days if day is not None]
    return len(days), sum(day <= 5 for day in closed), len(closed), len(days) - len(closed)


def send_by_hand(settings: Settings, file: Path) -> None:
    """What ``cockpit ingest`` does."""
    list(handover.send(settings, [file], "cases", lambda *_: None))


def serve_as_worker(settings: Settings, file: Path) -> None:
    """What ``cockpit worker`` does."""
    serve(settings)


Actor = Callable[[Settings, Path], None]
ACTORS: tuple[Actor, ...] = (send_by_hand, serve_as_worker)
WRITERS = ("cube", "handover", "inbox", "ingest", "lock", "publish", "store", "worker")
NEVER, NOTED = -1, 0


def act(actor: Actor, settings: Settings, file: Path, line: int) -> None:
    """Run in a process of its own: be the actor, and fall dead before that line of the writer's
    code (NEVER: live; NOTED: live, and write down the function that each line belongs to).
    """
    lines: list[str] = []
    traced = {str(Path(inbox.__file__).with_name(f"{name}.py")): f"{name}." for name in WRITERS}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        module = traced.get(frame.f_code.co_filename)
        if module and event == "line":
            lines.append(module + frame.f_code.co_name)
            if len(lines) == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace if module else None

    if line != NEVER:
        sys.settrace(trace)
    actor(settings, file)
    sys.settrace(None)
    if line == NOTED:
        file.with_name("lines").write_text("\n".join(lines))


class Stage:
    """A home, the files that come to it one by one, and who is struck down over them."""

    def __init__(self, folder: Path):
        self.settings = hamlet.found(folder, keep=2)
        self.file = folder / "cases.csv"
        self.files = 0
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload([__name__])

    def next_file(self) -> None:
        self.file.write_text(file_text(self.files), "utf-8")
        self.files += 1

    def landed(self) -> bool:
        """Whether the file that is due is in the house already, one way or the other."""
        return self.files == sum(
            "~" in path.name
            for folder in (self.settings.inbox, self.settings.archive)
            for path in folder.rglob("*")
        )

    def land(self) -> None:
        if not self.landed():
            inbox.land(self.settings, self.file, "cases")

    def rehearse(self) -> tuple[float, dict[str, list[int]]]:
        """Take files in undisturbed: how long one takes, and the lines of each function."""
        for line in (NOTED, NEVER):
            self.next_file()
            began = time.monotonic()
            self.start(send_by_hand, line).join()
        lasts = time.monotonic() - began
        found: dict[str, list[int]] = {}
        for number, name in enumerate(self.file.with_name("lines").read_text().splitlines(), 1):
            found.setdefault(name, []).append(number)
        return lasts, found

    def start(self, actor: Actor, line: int) -> Process:
        process = self.processes.Process(target=act, args=(actor, self.settings, self.file, line))
        process.start()
        return process

    def strike(self, actor: Actor, line: int = NEVER, seconds: float = 60) -> bool:
        """Let the actor fall dead before a line, or kill it after a time. False if the work was
        done before that.
        """

        def at_work() -> bool:
            busy = actor is send_by_hand or bool(inbox.waiting(self.settings))
            return busy and process.is_alive()

        process = self.start(actor, line)
        end = time.monotonic() + seconds
        while at_work() and time.monotonic() < end:
            process.join(0.01)
        struck = at_work()
        if line != NEVER:
            process.join(0.2)  # it may come there on its way out
            struck = process.exitcode == -signal.SIGKILL
        process.kill()
        process.join()
        return struck

    def recover(self) -> None:
        """Start again and work off what waits; then everything that was sent is there, once."""
        with Record(self.settings) as record:
            Worker(record).drain()
            stands = record.con.execute("select number, title from cases").fetchall()
            wrong = record.one("select count(*) from quarantine")
            receipts = record.one("select count(*) from receipts")
        last = self.files - 1
        assert len(stands) == ROWS + NEW * last
        assert dict(stands) == {f"c{case}": f"edition {told}" for case, told in editions(last)}
        assert (wrong, receipts) == (WRONG * self.files, self.files)
        names = sorted(path.name for path in (self.settings.archive / "cases").iterdir())
        told = sorted(path.name for path in self.settings.receipts.iterdir())
        assert not [path for path in self.settings.inbox.rglob("*") if path.is_file()]
        assert (len(names), told) == (self.files, [f"{name}.json" for name in names])


class Reader(threading.Thread):
    """Somebody who asks all the time, and knows what may be answered: what the last file left,
    or what the one on its way leaves.
    """

    def __init__(self, stage: Stage):
        super().__init__(daemon=True)
        self.stage = stage
        self.answers, self.wrong, self.over = 0, list[str](), threading.Event()

    def run(self) -> None:
        snapshots = Snapshots(self.stage.settings.snapshots)
        while not self.over.wait(0.05):
            first = self.stage.files - 2
            try:
                with snapshots.current() as snapshot:
                    answer = hamlet.numbers(snapshot)
            except Exception as error:  # noqa: BLE001
                self.wrong.append(repr(error))
                continue
            if answer not in map(numbers_after, range(first, self.stage.files)):
                self.wrong.append(f"{snapshot.id}: {answer} in the days of file {first + 1}")
            self.answers += 1


@contextmanager
def reading(stage: Stage) -> Iterator[Reader]:
    reader = Reader(stage)
    reader.start()
    try:
        yield reader
    finally:
        reader.over.set()
        reader.join()
    assert not reader.wrong, reader.wrong[:3]
    assert reader.answers > 10


def test_nothing_is_lost_doubled_or_half_shown(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    kills = pytestconfig.getoption("kills")
    chance = random.Random(kills)
    stage = Stage(tmp_path)
    stage.next_file()
    stage.land()
    stage.recover()
    lasts, lines = stage.rehearse()
    stage.recover()
    struck: Counter[str] = Counter()
    with reading(stage) as reader:
        while struck.total() < kills:
            stage.next_file()
            for _ in range(chance.choice((2, 3, 4, 5))):
                actor = serve_as_worker if stage.landed() else chance.choice(ACTORS)
                if actor is serve_as_worker:
                    stage.land()
                if chance.random() < 0.5:
                    seconds = chance.uniform(0, lasts)
                    struck["at some moment"] += stage.strike(actor, seconds=seconds)
                else:
                    name = chance.choice(sorted(lines))
                    struck[name] += stage.strike(actor, line=chance.choice(lines[name]))
            stage.land()
            stage.recover()
    tidy(stage)
    where = ", ".join(f"{name} {many}" for name, many in sorted(struck.items()) if many)
    sys.stdout.write(f"{struck.total()} kills, {stage.files} files, {reader.answers:,} answers\n")
    sys.stdout.write(f"{where}\n")


def tidy(stage: Stage) -> None:
    """Nothing is left lying about; what one home went through step by step and kill by kill is
    what another gets to know in peace.
    """
    settings = stage.settings
    left = {path.name for path in settings.home.rglob("*") if path.is_file()}
    assert not [name for name in left if "part" in name or "tmp" in name or "progress" in name]
    assert not list(settings.scratch.iterdir())
    manifests = [manifest(settings.snapshots, id) for id in kept(settings.snapshots)]
    assert len(manifests) <= settings.keep + 1  # one may still be read
    needed = {month["file"] for one in manifests for month in one["files"]["cases"].values()}
    assert {path.name for path in (settings.snapshots / "facts").iterdir()} == needed
    calm = Stage(stage.file.parent / "calm")
    for file in sorted((settings.archive / "cases").iterdir()):
        inbox.land(calm.settings, file.rename(stage.file), "cases")
    with Record(calm.settings) as record:
        Worker(record).drain()
    assert everything(settings) == everything(calm.settings)
    assert settings.record.stat().st_size < 3 * calm.settings.record.stat().st_size


def everything(settings: Settings) -> list[list[tuple[Any, ...]]]:
    """All that a record knows, but for the clock on the wall and the ids of files."""
    with Record(settings) as record:
        return [
            record.con.execute(sql).fetchall()
            for sql in (
                "select * from cases order by number",
                "select * exclude (id, started, finished) from receipts order by number",
                "select * from quarantine order by receipt, line",
            )
        ]
