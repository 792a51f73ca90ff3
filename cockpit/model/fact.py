"""What a fact is: one declaration, from which the table, the casts of ingest, the reasons of
quarantine, the templates, the reference page and the demo city all come.

The declarations themselves stand in ``cases.py``, ``warnings.py`` and ``sharing.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Type = Literal["VARCHAR", "TIMESTAMP", "DATE", "BOOLEAN", "INTEGER", "DOUBLE"]
Privacy = Literal["name", "number", "phone", "address", "free_text", "coordinate"]


@dataclass(frozen=True)
class Column:
    """One column of a fact.

    ``happened`` marks a moment at which something took place: such moments cannot lie in the
    future, and the newest of them is what the data speak for. ``default`` is what a row that
    says nothing gets; without it, nothing stays NULL: blank is not zero.
    """

    name: str
    type: Type
    title: str
    title_en: str
    meaning: str
    required: bool = False
    unit: str = ""
    allowed: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    happened: bool = False
    default: str | None = None
    privacy: Privacy | None = None


@dataclass(frozen=True)
class Derived:
    """A column that follows from the others of its row: SQL over them, kept in the record."""

    name: str
    type: Type
    sql: str
    title: str
    title_en: str
    meaning: str


@dataclass(frozen=True)
class Check:
    """A law between columns of one row: SQL that is true only where the row breaks it."""

    broken: str
    column: str
    reason: str


@dataclass(frozen=True)
class Status:
    """How a row may stand: SQL that is true of it; ``$as_of`` in it is what the data speak for.

    One that ``stands`` tells how it is now, since whenever, so no period cuts a list of it.
    ``tone`` is how grave it is: good, warn, bad, or nothing.
    """

    name: str
    title: str
    title_en: str
    sql: str
    stands: bool = False
    tone: Literal["good", "warn", "bad", ""] = ""


@dataclass(frozen=True)
class Step:
    """A step in a row's life: the column of its moment, that of its limit where it has one, and
    those from which the limit runs, the first that is known.
    """

    column: str
    due: str = ""
    since: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A table of what happened or stands: its columns, natural key, place, and time.

    ``month`` is the column whose month decides the row's file in a snapshot. What a list of its
    rows shows is ``listed``, what it can be searched by ``search``; ``heading`` names a row to
    people. Of the ``statuses`` the first of ``badges`` that is true stands beside a row.
    ``sensitive`` are values of its ``topic`` about which small counts at the lowest level say too
    much of single people.
    """

    name: str
    title: str
    title_en: str
    meaning: str
    key: tuple[str, ...]
    month: str
    columns: tuple[Column, ...]
    derived: tuple[Derived, ...] = ()
    checks: tuple[Check, ...] = ()
    sensitive: tuple[str, ...] = ()
    heading: str = "number"
    listed: tuple[str, ...] = ()
    search: tuple[str, ...] = ("number",)
    statuses: tuple[Status, ...] = ()
    badges: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    def column(self, name: str) -> Column:
        """The declared column of that name (KeyError for a name that is none)."""
        return {column.name: column for column in self.columns}[name]

    @property
    def typed(self) -> tuple[tuple[str, Type], ...]:
        """Every column a row carries in the record, with its type: declared, then derived."""
        declared = tuple((column.name, column.type) for column in self.columns)
        return (*declared, *((derived.name, derived.type) for derived in self.derived))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those columns."""
        return tuple(name for name, _ in self.typed)

    def told_by(self, name: str) -> frozenset[str]:
        """The declared columns any of which tells what stands in a column: itself, or those that a
        derived one follows from.
        """
        declared = {column.name for column in self.columns}
        derived = {each.name: each.sql for each in self.derived}
        return frozenset(declared.intersection(re.findall(r"\w+", derived.get(name, name))))

    def status(self, name: str) -> Status:
        """The status of that name (KeyError for a name that is none)."""
        return {status.name: status for status in self.statuses}[name]

    @property
    def happened(self) -> tuple[str, ...]:
        """The columns whose newest moment is what the data speak for."""
        return tuple(column.name for column in self.columns if column.happened)


def moment(name: str, title: str, title_en: str, meaning: str, required: bool = False) -> Column:
    """When something happened."""
    return Column(name, "TIMESTAMP", title, title_en, meaning, required=required, happened=True)


def due(name: str, title: str, title_en: str, meaning: str) -> Column:
    """By when something is to happen."""
    return Column(name, "TIMESTAMP", title, title_en, meaning)


def flag(name: str, title: str, title_en: str, meaning: str) -> Column:
    """Something that is so only where a row says it."""
    return Column(name, "BOOLEAN", title, title_en, meaning, default="false")


SOURCE = Column(
    "source",
    "VARCHAR",
    "来源",
    "Source",
    "来源映射的名字;由接入自动填写。The source mapping's name; filled in by ingest.",
)
PLACE = Column(
    "place",
    "VARCHAR",
    "地方代码",
    "Place code",
    "所在地方的代码,可以是任一层级;未知时落在已知的最近上级(未落格)。"
    "The code of its place, at any level; an unknown one falls to its nearest known ancestor.",
)
UPDATED = Column(
    "updated_at",
    "TIMESTAMP",
    "更新时间",
    "Updated",
    "来源系统里此行最后改动的时间;同一编号以较新者为准。"
    "When the source system last changed the row; of two rows with one key the newer one stands.",
)
LEFT_OPEN = (
    Column(
        "left_open_reason",
        "VARCHAR",
        "留白原因",
        "Left open because",
        "留白的原因;有原因即为留白,不进分子分母,另行列数。"
        "Why it is left open: outside numerator and denominator, counted apart.",
    ),
    Column(
        "left_open_until",
        "DATE",
        "留白复核日",
        "Left open until",
        "留白的复核日期。The day on which it is to be reviewed.",
    ),
    Column("left_open_by", "VARCHAR", "留白负责人", "Left open by", "谁批准留白。Who approved it."),
)
IS_LEFT_OPEN = Derived(
    "left_open",
    "BOOLEAN",
    "left_open_reason is not null",
    "留白",
    "Left open",
    "有留白原因。It has a reason to be left open.",
)
