"""Asking an analyst's own question: in a short-lived process of its own (``apart.py``), which gets
copied rows of what the viewer may see, at most so many of them at once on this machine.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cockpit.answers import panel as panels
from cockpit.answers.apart import JOB, MODULE
from cockpit.answers.panel import Answer
from cockpit.answers.snapshot import Snapshot
from cockpit.model import here
from cockpit.model.binding import caret, said
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.model.panel import Panel
from cockpit.model.period import Period
from cockpit.model.scope import Cleared
from cockpit.settings import PROJECT, Settings

log = logging.getLogger("cockpit.workbench")

LONGEST = 20_000
"""Characters of a question."""
KEPT = 64 << 20
"""Bytes of an answer that are read."""


class Fault(Mistake):
    """What is wrong with a question, and on which line and column, both from 1; 0 is unknown."""

    def __init__(self, found: str, write: str | None = None, line: int = 0, column: int = 0):
        super().__init__(found, write=write)
        self.line, self.column = line, column


class Ended(Mistake):
    """It was ended before it had an answer: too slow, too large, cancelled, or too many at once.
    ``why`` is the word for it.
    """

    def __init__(self, why: str, found: str):
        super().__init__(found)
        self.why = why


class Workbench:
    """Where questions are asked from one process; all processes of a home share its places."""

    def __init__(self, settings: Settings):
        self.folder = settings.home / "workbench"
        self.snapshots = settings.snapshots
        self.seconds = settings.workbench_seconds
        self.memory = settings.workbench_memory
        self.places = settings.workbench_questions

    def ask(
        self,
        snapshot: Snapshot,
        seen: Cleared,
        sql: str,
        period: Period,
        as_of: date,
        who: str,
    ) -> Answer:
        """The answer to a question of somebody's. Raises Fault, Ended."""
        if len(sql) > LONGEST:
            raise Fault(f"it has {len(sql):,} characters", f"At most {LONGEST:,}")
        window = panels.window(snapshot, seen, period, as_of, next(iter(FACTS)))
        told = asdict(window)
        job = {
            "snapshots": str(self.snapshots.resolve()),
            "snapshot": snapshot.id,
            "sql": sql,
            "window": {
                key: value.isoformat() if isinstance(value, date) else value
                for key, value in told.items()
            },
            "statements": [*here.MACROS, here.times(window)],
            "seconds": self.seconds,
            "memory": self.memory,
        }
        began = time.perf_counter()
        with self._place(who) as place, tempfile.TemporaryDirectory(prefix="cockpit-") as folder:
            (Path(folder) / JOB).write_text(json.dumps(job), "utf-8")
            found = self._run(place, who, Path(folder))
        if "columns" in found:
            kinds = [kind for _, kind in found["columns"]]
            rows = tuple(tuple(map(_value, kinds, row)) for row in found["rows"])
            columns = tuple((name, kind) for name, kind in found["columns"])
            return Answer(columns, rows, found["cut"], (time.perf_counter() - began) * 1000)
        raise _fault(found)

    def cancel(self, who: str) -> bool:
        """End what somebody has under way, in whichever process it was asked; whether there was."""
        ended = False
        for place in self._places():
            if not place.exists() or _holder(place)[0] != who:
                continue
            with place.open("a+", encoding="utf-8") as opened:
                if _locked(opened):
                    continue  # nobody holds it, so nothing runs there
                ended |= _end(place, who)
        return ended

    def _run(self, place: Any, who: str, folder: Path) -> dict[str, Any]:
        process = subprocess.Popen(
            [sys.executable, "-m", MODULE, "copy", str(folder)],
            cwd=PROJECT,
            env={"LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        _write(place, f"{who}\n{process.pid}")
        try:
            out, trouble = process.communicate(timeout=self.seconds)
        except subprocess.TimeoutExpired:
            raise Ended("slow", f"it was stopped after {self.seconds} s") from None
        finally:
            process.kill()
            process.communicate()
            _write(place, "")
        if process.returncode == -signal.SIGTERM:
            raise Ended("cancelled", "it was cancelled")
        if process.returncode == -signal.SIGXCPU:
            raise Ended("slow", f"it was stopped after {self.seconds} s")
        if process.returncode == 1 and b"MemoryError" not in trouble:
            log.error("a question could not be asked: %s", trouble.decode(errors="replace")[-2000:])
            raise Ended("broken", "a fault of the cockpit, told in its log")
        if process.returncode or len(out) > KEPT:
            raise Ended("large", "it wanted more memory than there is for it")
        found: dict[str, Any] = json.loads(out)
        return found

    @contextmanager
    def _place(self, who: str) -> Iterator[Any]:
        """One of the places for questions, for the length of one. Raises Ended where none is free,
        or where the same person already has one.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        free = None
        try:
            for path in self._places():
                opened = path.open("a+", encoding="utf-8")
                if not _locked(opened):
                    mine = _holder(path)[0] == who
                    opened.close()
                    if mine:
                        raise Ended("twice", "your question of before is still under way")
                elif free is None:
                    free = opened
                else:
                    opened.close()
            if free is None:
                raise Ended("full", f"{self.places} questions are under way already")
            _write(free, f"{who}\n")
            yield free
        finally:
            if free is not None:
                free.close()

    def _places(self) -> list[Path]:
        return [self.folder / f"place-{number}" for number in range(self.places)]


def _locked(opened: Any) -> bool:
    """Take a place, unless somebody has it."""
    with suppress(BlockingIOError):
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _write(opened: Any, text: str) -> None:
    opened.seek(0)
    opened.truncate()
    opened.write(text)
    opened.flush()


def _holder(path: Path) -> tuple[str, int]:
    """Who asks at a place, and the process that works at it; 0 where there is none."""
    who, _, process = path.read_text("utf-8").partition("\n")
    return who, int(process) if process.isdigit() else 0


def _end(place: Path, who: str) -> bool:
    """End the process of a place if it is that person's: by a handle, for a number may be taken by
    another process in between.
    """
    holder, number = _holder(place)
    if holder != who or not number:
        return False
    try:
        handle = os.pidfd_open(number)
    except ProcessLookupError:
        return False
    try:
        if _holder(place) != (who, number):
            return False
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)


def _fault(found: dict[str, Any]) -> Mistake:
    if "found" in found:
        return Fault(found["found"], found["write"], found["line"], found["column"])
    text = str(found["error"])
    if text.startswith("Out of Memory") or "bad_alloc" in text:
        return Ended("large", "it wanted more memory than there is for it")
    mistake = said(Panel("", "", "table", path="1"), text)
    where = re.search(r"(\d+)$", mistake.where or "")
    line = int(where[1]) if where and "\nLINE " in text else 0
    return Fault(mistake.found, mistake.write, line, caret(text) if line else 0)


def _value(kind: str, value: Any) -> Any:
    if value is None or kind not in ("DATE", "TIMESTAMP"):
        return value
    return date.fromisoformat(value) if kind == "DATE" else datetime.fromisoformat(value)
