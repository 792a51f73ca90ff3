"""Binding panels: each tried on empty facts, apart from the record and from every file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from cockpit.limits import alarm, memory
from cockpit.model.binding import EMPTY, Unfit, allowed, bind
from cockpit.model.mistakes import Mistake
from cockpit.model.panel import Bound, Broken, Panel, read_panel
from cockpit.model.rule import FOLDER as RULES
from cockpit.model.rule import BoundRule, Rule, fitted, read_rule
from cockpit.model.subject import Subject
from cockpit.model.wall import Wall
from cockpit.record import queries

MEMORY = "256MB"
ROOM = 1 << 30
"""Bytes that trying one statement may take: this is done in the one writer's process."""
PATIENCE = 3.0
"""Seconds that trying one statement may take: constants are worked out while it is bound."""


@dataclass(frozen=True)
class Shelf:
    """What the analysts' files show beside metrics: good panels, broken files, subjects, walls with
    their texts; and the rules, which wait for what runs them.
    """

    panels: tuple[Bound, ...] = ()
    broken: tuple[Broken, ...] = ()
    subjects: tuple[Subject, ...] = ()
    walls: tuple[tuple[Wall, str], ...] = ()
    rules: tuple[BoundRule, ...] = ()

    def beside(self, broken: Sequence[Broken]) -> Shelf:
        """The same, with more that is broken."""
        return replace(self, broken=(*self.broken, *broken))

    def told(self) -> dict[str, Any]:
        """As a snapshot carries it."""
        return {
            "panels": [
                {
                    "subject": one.panel.subject,
                    "name": one.panel.name,
                    "text": one.panel.text,
                    "path": one.panel.path,
                    "columns": one.columns,
                    "reads": one.reads,
                }
                for one in self.panels
            ],
            "broken": [asdict(one) for one in self.broken],
            "subjects": [asdict(one) for one in self.subjects],
            "walls": [
                {"name": one.name, "text": text, "path": one.path} for one, text in self.walls
            ],
            "rules": [
                {
                    "name": one.rule.name,
                    "text": one.rule.text,
                    "path": one.rule.path,
                    "columns": one.bound.columns,
                    "reads": one.bound.reads,
                }
                for one in self.rules
            ],
        }


class Bindery:
    """A connection on which panels are tried, with the city's working-time functions."""

    def __init__(self, con: duckdb.DuckDBPyConnection, macros: Sequence[str]):
        self.con = con
        for statement in (*macros, *EMPTY):
            con.execute(statement)
        con.execute("set enable_external_access=false")
        con.execute("set python_enable_replacements=false")
        con.execute("set lock_configuration=true")
        self.may = allowed(self.ask, tuple(macros))

    def ask(self, sql: str, values: object = None) -> list[tuple[Any, ...]]:
        """Rows of a statement. Raises Unfit."""
        with memory(ROOM), alarm(PATIENCE, self.con.interrupt):
            try:
                return self.con.execute(sql, values).fetchall()
            except (duckdb.Error, RuntimeError) as error:
                raise Unfit(str(error)) from None

    def bind(self, panel: Panel) -> Bound:
        """Raises Mistake for a panel that does not fit."""
        return bind(self.ask, panel, self.may)

    def bind_rule(self, rule: Rule) -> BoundRule:
        """Raises Mistake for a rule that does not fit."""
        return fitted(rule, bind(self.ask, rule.panel, self.may, shown=False))


@contextmanager
def bindery(macros: Sequence[str]) -> Iterator[Bindery]:
    """Open one."""
    with duckdb.connect(":memory:") as con:
        con.execute("set threads=1")
        con.execute(f"set memory_limit='{MEMORY}'")
        yield Bindery(con, macros)


def shelf(folders: Sequence[Path], macros: Sequence[str]) -> Shelf:
    """What the folders of subjects show: every file read and bound, the wrong ones apart."""
    subjects, broken = queries.subjects(*folders)
    panels, more = queries.panels(*folders)
    walls, unlike = queries.walls(*folders)
    rules, others = queries.rules(*folders)
    files = tuple((one.subject, one.name, one.text, one.path) for one in panels)
    good, unfit = _bound(files, tuple(macros))
    ruled, wrong = _ruled(tuple((one.name, one.text, one.path) for one in rules), tuple(macros))
    broken = [*broken, *more, *unlike, *others, *unfit, *wrong]
    return Shelf(good, tuple(broken), tuple(subjects), tuple(walls), ruled)


@lru_cache(8)
def _bound(
    files: tuple[tuple[str, str, str, str], ...], macros: tuple[str, ...]
) -> tuple[tuple[Bound, ...], tuple[Broken, ...]]:
    """Bind what was read; the same files need it once."""
    good, bad = [], []
    with bindery(macros) as opened:
        for subject, name, text, path in files:
            try:
                good.append(opened.bind(read_panel(subject, name, text, path)))
            except Mistake as mistake:
                bad.append(Broken(name, subject, path, mistake.text()))
    return tuple(good), tuple(bad)


@lru_cache(8)
def _ruled(
    files: tuple[tuple[str, str, str], ...], macros: tuple[str, ...]
) -> tuple[tuple[BoundRule, ...], tuple[Broken, ...]]:
    """The same for rules."""
    good, bad = [], []
    with bindery(macros) as opened:
        for name, text, path in files:
            try:
                good.append(opened.bind_rule(read_rule(name, text, path)))
            except Mistake as mistake:
                bad.append(Broken(name, RULES, path, mistake.text(), "rule"))
    return tuple(good), tuple(bad)
