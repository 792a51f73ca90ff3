"""A panel as its file says at this moment, tried on the snapshot in service: what its author sees
before anybody else does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

import duckdb

from cockpit.answers.nearby import SCHEMA
from cockpit.answers.panel import (
    ALLOWANCE,
    BESIDE,
    Answer,
    fault,
    is_veiled,
    looked,
    run,
    statement,
    window,
)
from cockpit.answers.snapshot import Snapshot
from cockpit.limits import Alarm, alarm, memory
from cockpit.model import here
from cockpit.model.binding import Unfit, bind, said
from cockpit.model.mistakes import Mistake
from cockpit.model.panel import Bound, Broken, read_panel
from cockpit.model.period import Period
from cockpit.model.scope import Cleared
from cockpit.model.subject import NO_SUBJECTS

OUTSIDE = ("", "RESULT_COLLECTOR", "EXPLAIN_ANALYZE", "EXPLAIN", "PROJECTION")
"""Steps of a plan that tell its author nothing."""
LONGEST = 200_000
"""Bytes of a file that are read."""


@dataclass(frozen=True)
class File:
    """A panel's file: its text, and the panel if it is one, or else what is wrong with it."""

    path: Path
    text: str
    print: str
    """Changes when the file does."""
    bound: Bound | None
    mistake: Mistake | None


@dataclass(frozen=True)
class Step:
    """A step of DuckDB's plan: what is done, to what, and what it took if it was run."""

    depth: int
    name: str
    about: str
    rows: int | None
    milliseconds: float | None


def find(folders: Sequence[Path], name: str) -> Path | None:
    """The file of a panel, in whichever subject; None where there is none of that name."""
    if not name.isascii() or not name.isidentifier():
        return None
    for folder in folders:
        for path in sorted(folder.glob(f"*/{name}.sql")):
            if path.parent.name not in NO_SUBJECTS and path.is_file():
                return path
    return None


def print_of(path: Path) -> str:
    """What changes when the file does; empty where it is gone."""
    try:
        with path.open("rb") as opened:
            return blake2b(opened.read(LONGEST), digest_size=8).hexdigest()
    except OSError:
        return ""


def read(snapshot: Snapshot, path: Path, shown: str) -> File:
    """Read a file and bind it; ``shown`` is what its author calls it."""
    print, text = print_of(path), ""
    try:
        with path.open("rb") as opened:
            text = opened.read(LONGEST).decode("utf-8-sig")
        panel = read_panel(path.parent.name, path.stem, text, shown)
        bound = bind(_Bench(snapshot).ask, panel, snapshot.may, SCHEMA)
    except UnicodeDecodeError as error:
        wrong = Mistake(f"byte {error.start} is not UTF-8", where=shown, write="Save as UTF-8")
        return File(path, text, print, None, wrong)
    except OSError:
        return File(path, text, print, None, Mistake("the file is gone", where=shown))
    except Mistake as mistake:
        return File(path, text, print, None, mistake)
    return File(path, text, print, bound, None)


def tried(
    snapshot: Snapshot, bound: Bound, seen: Cleared, period: Period, as_of: date
) -> tuple[Answer | None, Mistake | None]:
    """What a panel gives, and what is wrong with that."""
    try:
        answer = run(snapshot, bound, seen, period, as_of)
    except Mistake as mistake:
        return None, mistake
    return answer, fault(bound.panel, answer)


def plan(
    snapshot: Snapshot, bound: Bound, seen: Cleared, period: Period, as_of: date
) -> tuple[tuple[Step, ...], bool]:
    """How DuckDB answers it, and whether it was run for that: not where the numbers of rows on the
    way would tell what the answer hides. Raises Mistake.
    """
    found = looked(snapshot, bound.panel)
    runs = not is_veiled(snapshot, bound, found, seen.place)
    # Without the secret by which points are made: a plan shows what stands in the question.
    where = replace(window(snapshot, seen, period, as_of, bound.panel.fact), salt="")
    how = "explain (analyze, format json) " if runs else "explain (format json) "
    cursor, bell = snapshot.cursor_at(here.times(where)), Alarm()
    try:
        question = statement(snapshot, bound, found, seen.place, where)
        with memory(snapshot.memory + BESIDE), alarm(ALLOWANCE, cursor.interrupt) as bell:
            told = cursor.execute(how + question).fetchall()
    except (duckdb.Error, RuntimeError, MemoryError) as error:
        if bell.rang:
            raise Mistake(f"it was stopped after {ALLOWANCE:g} s", where=bound.panel.path) from None
        raise said(bound.panel, str(error)) from None
    tree = json.loads(told[0][1])
    return tuple(_steps(tree["operator"] if isinstance(tree, dict) else tree, 0)), runs


def _steps(nodes: Sequence[dict[str, Any]], depth: int) -> Iterator[Step]:
    """The steps of a plan, as DuckDB tells it after a run (``type``) or without (``name``)."""
    for node in nodes:
        name = str(node.get("type") or node.get("name") or "").strip()
        inner = node.get("children", ())
        if name in OUTSIDE:
            yield from _steps(inner, depth)
            continue
        rows, seconds = node.get("intermediate_rows"), node.get("timing")
        yield Step(
            depth,
            name.replace("_", " ").lower(),
            _about(node.get("extra_info") or {}),
            None if rows is None else int(rows),
            None if seconds is None else float(seconds) * 1000,
        )
        yield from _steps(inner, depth + 1)


def _about(extra: dict[str, Any]) -> str:
    """What of a step is worth a line."""
    told = []
    for key in ("Function", "Table", "CTE Name", "Join Type", "Filters", "Conditions", "Groups"):
        value = extra.get(key)
        if value:
            told.append(" ".join(value) if isinstance(value, list) else str(value))
    return " · ".join(told)[:300]


class _Bench:
    """Questions about SQL, to a snapshot: nothing is run but what DuckDB works out to bind it."""

    def __init__(self, snapshot: Snapshot):
        self.snapshot = snapshot

    def ask(self, sql: str, values: object = None) -> list[tuple[Any, ...]]:
        """Rows of a statement. Raises Unfit."""
        cursor = self.snapshot.cursor()
        with memory(self.snapshot.memory + BESIDE), alarm(ALLOWANCE, cursor.interrupt):
            try:
                return cursor.execute(sql, values).fetchall()
            except (duckdb.Error, RuntimeError, MemoryError) as error:
                raise Unfit(str(error)) from None


def published(snapshot: Snapshot, name: str) -> str | Broken | None:
    """The text of a panel as pages show it now, what was wrong with it, or None."""
    if name in snapshot.panels:
        return snapshot.panels[name].panel.text
    return next((one for one in snapshot.broken if (one.kind, one.name) == ("panel", name)), None)
