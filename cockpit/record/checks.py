"""``cockpit check``: every file of the analysts, read and bound; all faults at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from cockpit.model.facts import FACTS
from cockpit.model.metric import Metric, line_of, read_metrics
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.panel import Bound, read_panel
from cockpit.model.rule import FOLDER as RULES
from cockpit.model.rule import BoundRule, read_rule
from cockpit.model.source import Source, read_source
from cockpit.model.subject import FILE, NO_SUBJECTS, read_subject
from cockpit.model.wall import FOLDER, read_wall, unknown
from cockpit.record import boundaries, cube, queries
from cockpit.record.city import read_city
from cockpit.record.mapping import select_tree
from cockpit.record.panels import Bindery, bindery
from cockpit.record.queries import METRICS, panel_files, shown, text_of, twice
from cockpit.settings import Settings

ALONE = (RULES, "sources", FOLDER)
"""Folders that are no subjects, and hold files of analysts."""


@dataclass
class Checked:
    """What was found: the faults, how many entries are right, the panels and rules that bind."""

    mistakes: list[Mistake] = field(default_factory=list)
    good: int = 0
    panels: list[Bound] = field(default_factory=list)
    rules: list[BoundRule] = field(default_factory=list)
    _seen: dict[tuple[str, str], str] = field(default_factory=dict)

    def once(self, kind: str, name: str, where: str) -> None:
        """A name stands only once in all subjects. Raises Mistake."""
        before = self._seen.setdefault((kind, name), where)
        if before != where:
            raise twice(kind, name, before, where)


def check_all(settings: Settings, paths: Sequence[Path] = (), over: Path | None = None) -> Checked:
    """Check the files named, or those of the folders named; or all, and the city's boundaries.
    What is checked may be meant to stand in the place of the file ``over``.
    """
    found = Checked()
    city = read_city(settings.city, settings.home)
    macros = city.calendar.macros()
    with duckdb.connect(":memory:") as con, bindery(macros) as bench:
        for macro in macros:
            con.execute(macro)
        for fact in FACTS.values():
            listed = ", ".join(f"{name} {kind}" for name, kind in fact.typed)
            con.execute(f"create table {fact.name} ({listed})")
        for path in _files(paths or [each for each in settings.folders if each.is_dir()], found):
            try:
                _check(settings.folders, con, bench, path, over, found)
            except Mistake as mistake:
                found.mistakes.append(mistake)
    if not paths:
        try:
            found.good += len(boundaries.read_all(settings.city, city.tree, "").levels)
        except Mistake as mistake:
            found.mistakes.append(mistake)
    return found


def _files(paths: Iterable[Path], found: Checked) -> Iterator[Path]:
    """Files that analysts write; one that was named and is none of these is a Mistake."""
    for path in paths:
        if path.is_dir():
            for each in sorted(
                [*path.rglob("*.sql"), *path.rglob(METRICS), *path.rglob(FILE), *_walls(path)]
            ):
                if each.parent.name not in NO_SUBJECTS or each.parent.name in ALONE:
                    yield each
        elif path.is_file() and (
            path.suffix == ".sql" or path.name in (METRICS, FILE) or _is_wall(path)
        ):
            yield path
        else:
            why = "is no file of analysts" if path.exists() else "is not there"
            kinds = ["<subject>/<name>.sql", METRICS, FILE]
            kinds += ["sources/<name>.sql", f"{RULES}/<name>.sql"]
            names = f"{', '.join(kinds)} or {FOLDER}/<name>.toml"
            found.mistakes.append(Mistake(why, where=path, write=f"Name a folder, {names}"))


def _is_wall(path: Path) -> bool:
    return path.suffix == ".toml" and path.absolute().parent.name == FOLDER


def _walls(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.toml") if _is_wall(path)]


def _wall(folders: Sequence[Path], path: Path, text: str, where: str, found: Checked) -> None:
    """Whether a wall is well written, and what it shows is there."""
    wall = read_wall(path.stem, text, where)
    metrics = [one.name for one in queries.metrics(*folders)]
    panels, broken = queries.panels(*folders)  # of the broken it is said elsewhere
    known = [*(one.name for one in panels), *(one.name for one in broken)]
    missing = unknown(wall, text, metrics, known)
    found.mistakes += missing
    found.good += not missing


def _check(
    folders: Sequence[Path],
    con: duckdb.DuckDBPyConnection,
    bench: Bindery,
    path: Path,
    over: Path | None,
    found: Checked,
) -> None:
    subject, text, where = path.absolute().parent.name, text_of(path), shown(path)
    if path.name == METRICS:
        _metrics(con, subject, text, where, found)
        return
    if _is_wall(path):
        _wall(folders, path, text, where, found)
        return
    if path.name == FILE:
        found.once("subject", subject, where)
        read_subject(subject, text, where)
    elif subject == RULES:
        found.once("rule", path.stem, where)
        found.rules.append(bench.bind_rule(read_rule(path.stem, text, where)))
    elif subject == "sources":
        found.once("source", path.stem, where)
        _source(con, read_source(path.stem, text, where))
    else:
        panel = read_panel(subject, path.stem, text, where)
        found.once("panel", panel.name, where)
        for other in panel_files(*folders):
            if other.stem == panel.name and other != over and not other.samefile(path):
                raise twice("panel", panel.name, shown(other), where)
        if not any((each / subject / METRICS).is_file() for each in (*folders, path.parent.parent)):
            raise Mistake(
                f"the subject {subject!r} has no metrics, so it is no page",
                where=where,
                write=f"Make one: cockpit new metric {subject}_rows --subject {subject}",
            )
        found.panels.append(bench.bind(panel))
    found.good += 1


def _metrics(
    con: duckdb.DuckDBPyConnection, subject: str, text: str, where: str, found: Checked
) -> None:
    may = cube.allowed(con)
    for metric in read_metrics(subject, text, where).values():
        try:
            found.once("metric", metric.name, where)
            cube.weigh(con, metric, may)
            found.good += 1
        except Mistake as mistake:
            found.mistakes.append(_with_line(mistake, metric, text))


def _with_line(mistake: Mistake, metric: Metric, text: str) -> Mistake:
    """The same, with the line on which the metric's expression stands."""
    part = (mistake.where or "").rpartition(" ")[2]
    line = line_of(text, metric.name, part)
    where = str(mistake.where).replace(metric.path, f"{metric.path}:{line}", 1)
    return Mistake(mistake.found, where=where, write=mistake.write)


def _source(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Whether a mapping reads raw alone, and fills columns that its fact has."""
    known = {column.name for column in FACTS[source.fact].columns}
    node = select_tree(con, source)["statements"][0]["node"]
    for item in node["select_list"]:
        name = _given(item)
        if name and name.lower() not in known:
            raise Mistake(
                f"{source.fact} has no column {name!r}",
                where=source.path,
                write=did_you_mean(name.lower(), known),
            )


def _given(item: dict[str, Any]) -> str:
    """The name that a SELECT gives to one of its columns, where it says one."""
    names = item.get("column_names") or ("",)
    return str(item.get("alias") or names[-1])


def spot(mistake: Mistake) -> tuple[str | None, int | None]:
    """The file and the line of a mistake, apart."""
    found = re.match(r"(?P<file>.*?\.(?:sql|toml))(?::(?P<line>\d+))?", mistake.where or "")
    if found is None:
        return mistake.where, None
    return found["file"], int(found["line"]) if found["line"] else None
