"""What a panel is: one question, the SELECT that answers it, and its picture.

``queries/<subject>/<name>.sql`` opens with a TOML header in a comment; then comes one SELECT from
``<fact>_here``, the rows of the place and period on the screen. A panel never names a level, so it
runs unchanged on all of them. The file's name is the panel's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from cockpit.model.facts import FACTS
from cockpit.model.header import identity, line_of, split
from cockpit.model.metric import UNITS
from cockpit.model.mistakes import Mistake, did_you_mean

Columns = tuple[tuple[str, str], ...]
"""Names and types (DuckDB's) of what a SELECT gives."""


@dataclass(frozen=True)
class Panel:
    """One panel file. The fields up to ``counts`` are the keys of its header."""

    title: str
    asks: str
    """The question, one sentence that ends in ? or ？."""
    chart: str
    """bars, stacked, line, area, table, number, heatmap, treemap, funnel, scatter, distribution or
    sankey.
    """
    title_en: str = ""
    asks_en: str = ""
    meaning: str = ""
    meaning_en: str = ""
    standard: str = ""
    """Where the question or its formula comes from."""
    owner: str = ""
    author: str = ""
    """Who wrote it, by the name of their account; the workbench writes this and the next."""
    saved: str = ""
    """The day on which it was written."""
    draft: bool = False
    """Whether only analysts see it yet."""
    x: tuple[str, ...] = ()
    """The column of categories or time; treemap: columns, outermost first; heatmap: along; sankey:
    from; scatter: a number; distribution: the lower edge of a bin.
    """
    y: tuple[str, ...] = ()
    """The column of the measure, or several."""
    series: str = ""
    """The column that splits y; heatmap: down; sankey: to; scatter: a point's label."""
    marks: tuple[str, ...] = ()
    """distribution only: columns whose value, the same in every row, is drawn as a line."""
    unit: str = "count"
    """count, percent, hours, days or times."""
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Column = ["中文", "English"], for what no fact names already; and for texts that the SELECT
    itself writes.
    """
    fact: str = ""
    """The fact of ``<fact>_here``; left out, the subject's own."""
    clock: str = ""
    """SQL of the moment of a row that must fall in the period; left out, the fact's month."""
    enters: str = ""
    """Instead of a clock: the rows that stand at the period's end, having entered by then …"""
    leaves: str = ""
    """… and not left; NULL while a row stays."""
    order: int = 100
    """Panels with small numbers stand first."""
    wall: bool = False
    """Whether walls show it too."""
    counts: tuple[str, ...] = ()
    """Columns of counts: where a topic is sensitive, small ones are hidden in the finest places."""
    name: str = ""
    subject: str = ""
    sql: str = ""
    text: str = ""
    line: int = 1
    path: str = ""

    @property
    def stands(self) -> bool:
        """Whether it shows what stands at the period's end, not what fell into the period."""
        return bool(self.enters)

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that the header names, each once."""
        named = (*self.x, *((self.series,) if self.series else ()), *self.y, *self.marks)
        return tuple(dict.fromkeys(named))

    def at(self, key: str) -> str:
        """Where a key of the header stands, for a Mistake."""
        return f"{self.path}:{line_of(self.text, key)}"

    def at_sql(self, line: int) -> str:
        """Where a line of the SQL stands, 1 being its first."""
        return f"{self.path}:{self.line + line - 1}"


@dataclass(frozen=True)
class Bound:
    """A panel that fits: the columns it gives, and the relations it reads."""

    panel: Panel
    columns: Columns
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Broken:
    """A file that cannot be shown, and the words its author reads."""

    name: str
    subject: str
    path: str
    message: str
    kind: str = "panel"
    """What it was to be: a panel, a metric (which is then counted as before), a rule."""


@dataclass(frozen=True)
class Kind:
    """What a chart is made of: how many columns as x and y, and what else it takes."""

    x: tuple[int, int]
    y: tuple[int, int]
    series: str = "no"
    """no, may or must."""
    marks: bool = False
    numbers: bool = False
    """Whether x is a number."""


MANY = 8
"""So many measures, or rings of a treemap, can still be told apart."""
CHARTS: dict[str, Kind] = {
    "bars": Kind((1, 1), (1, MANY), "may"),
    "stacked": Kind((1, 1), (1, MANY), "may"),
    "line": Kind((1, 1), (1, MANY), "may"),
    "area": Kind((1, 1), (1, MANY), "may"),
    "table": Kind((0, 0), (0, 0)),
    "number": Kind((0, 0), (1, MANY)),
    "heatmap": Kind((1, 1), (1, 1), "must"),
    "treemap": Kind((1, MANY), (1, 1)),
    "funnel": Kind((1, 1), (1, 1)),
    "scatter": Kind((1, 1), (1, 1), "may", numbers=True),
    "distribution": Kind((1, 1), (1, 1), marks=True, numbers=True),
    "sankey": Kind((1, 1), (1, 1), "must"),
}

SET_BY_FILE = {"name", "subject", "sql", "text", "line", "path"}
KEYS = tuple(each.name for each in fields(Panel) if each.name not in SET_BY_FILE)
REQUIRED = ("title", "asks", "chart")
LISTS = ("x", "y", "marks", "counts")
EXAMPLE = 'title = "…" asks = "…?" chart = "bars"'


def read_panel(subject: str, name: str, text: str, where: str) -> Panel:
    """Read one panel file. Raises Mistake with file, line and what to write."""
    identity(
        name,
        "panel",
        where,
        "Name the file in small letters, digits and _, such as cases_by_channel.sql",
    )
    opened = split(text, where, EXAMPLE)
    wrong = opened.wrong
    values = {key: _value(key, value, wrong) for key, value in opened.values.items()}
    for key in REQUIRED:
        if not values.get(key):
            example = {"chart": '"bars"', "asks": '"…?"'}.get(key, '"…"')
            raise Mistake(
                f"the header has no {key}", where=f"{where}:1", write=f"Add {key} = {example}"
            )
    if not str(values["asks"]).rstrip().endswith(("?", "？")):
        raise wrong("asks", f"{values['asks']!r} does not ask", 'End it with "?" or "？"')
    _one_of(values, "chart", CHARTS, wrong)
    _one_of(values, "unit", UNITS, wrong)
    _fact(subject, values, where, wrong)
    one_clock(values, wrong)
    _parts(values, where, wrong)
    if not opened.sql:
        raise Mistake("there is no SELECT below the header", where=f"{where}:{opened.line}")
    return Panel(
        **values,
        name=name,
        subject=subject,
        sql=opened.sql,
        text=text,
        line=opened.line,
        path=where,
    )


def _value(key: str, value: Any, wrong: Any) -> Any:
    """A value as the field wants it."""
    if key not in KEYS:
        raise wrong(key, f"unknown key {key!r} in the header", did_you_mean(key, KEYS))
    if key in LISTS:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise wrong(key, f"{key} is {value!r}", f'{key} = "…" or {key} = ["…", "…"]')
        twice = [each for each in listed if listed.count(each) > 1]
        if twice:
            raise wrong(key, f"{key} names {twice[0]!r} twice", "Once is enough")
        return tuple(listed)
    if key == "labels":
        return _labels(value, wrong)
    kind, example = {
        "order": (int, "order = 10"),
        "wall": (bool, "wall = true"),
        "draft": (bool, "draft = true"),
    }.get(key, (str, f'{key} = "…"'))
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise wrong(key, f"{key} is {value!r}", example)
    return value


def _labels(value: Any, wrong: Any) -> dict[str, tuple[str, str]]:
    example = 'labels = { overdue = ["超期", "Overdue"] }'
    if not isinstance(value, dict):
        raise wrong("labels", f"labels is {value!r}", example)
    for column, said in value.items():
        if (
            not isinstance(said, list)
            or len(said) != 2
            or not all(isinstance(each, str) and each for each in said)
        ):
            raise wrong("labels", f"the label of {column!r} is {said!r}", example)
    return {column: (said[0], said[1]) for column, said in value.items()}


def _one_of(values: Mapping[str, Any], key: str, known: Iterable[str], wrong: Any) -> None:
    if key in values and values[key] not in known:
        raise wrong(key, f"{key} is {values[key]!r}", did_you_mean(values[key], known))


def _fact(subject: str, values: dict[str, Any], where: str, wrong: Any) -> None:
    if "fact" not in values and subject not in FACTS:
        raise Mistake(
            f"the header names no fact, and the subject {subject!r} is none",
            where=f"{where}:1",
            write=f'Add fact = "…". {did_you_mean(subject, FACTS)}',
        )
    values.setdefault("fact", subject)
    _one_of(values, "fact", FACTS, wrong)


def one_clock(values: Mapping[str, Any], wrong: Any) -> None:
    """Whether rows count by one clock, or enter and leave. Raises Mistake."""
    if values.get("clock") and values.get("enters"):
        raise wrong("enters", "there is a clock, and enters too", "Keep one of them")
    if values.get("leaves") and not values.get("enters"):
        raise wrong("leaves", "rows leave but never enter", 'Add enters = "reported_at"')


def _parts(values: Mapping[str, Any], where: str, wrong: Any) -> None:
    """Whether the chart has the columns that it is made of, and no others."""
    chart = str(values["chart"])
    kind = CHARTS[chart]
    for key, (least, most) in (("x", kind.x), ("y", kind.y)):
        given = values.get(key, ())
        if len(given) < least:
            raise Mistake(
                f"a {chart} needs {key}", where=f"{where}:1", write=f'Add {key} = "<a column>"'
            )
        if len(given) > most:
            few = f"takes {most} {key} column{'s' if most > 1 else ''}" if most else f"has no {key}"
            raise wrong(key, f"a {chart} {few}, here are {len(given)}", "Take the rest out")
    if kind.series == "must" and not values.get("series"):
        raise Mistake(
            f"a {chart} needs series", where=f"{where}:1", write='Add series = "<a column>"'
        )
    if kind.series == "no" and values.get("series"):
        raise wrong("series", f"a {chart} has no series", "Take it out")
    if values.get("series") and len(values.get("y", ())) > 1:
        raise wrong("series", "there are several y, and series too", "Keep one of them")
    if values.get("marks") and not kind.marks:
        raise wrong("marks", f"a {chart} has no marks", "Only a distribution has")
