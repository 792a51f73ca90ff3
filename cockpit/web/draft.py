"""A panel as the workbench makes it: the text of a file from what was filled in, checked as
``cockpit check`` checks, and kept in the deployment's own folder.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cockpit import disk
from cockpit.answers.trial import find
from cockpit.model.binding import NUMBERS, fits, plain
from cockpit.model.facts import FACTS
from cockpit.model.here import fact_of
from cockpit.model.mistakes import Mistake
from cockpit.model.panel import CHARTS, Bound, Columns, Panel, read_panel
from cockpit.model.subject import NO_SUBJECTS
from cockpit.settings import PROJECT, Settings, environment

RESULT = "result"
"""The name of a panel that nobody has named yet."""
PATIENCE = 90
"""Seconds that the check may take."""
_RELATION = re.compile(r"\b([a-z_]+?)(?:_all_time)?_here\b")
_DRAFT = re.compile(r"^draft\s*=\s*true[ \t]*\n", re.MULTILINE)
_NAMED = {name for fact in FACTS.values() for name in fact.names} | {"place", "place_code"}
"""Columns that have a name on the screen already."""


@dataclass(frozen=True)
class Draft:
    """A panel that is only a draft, and where its file lies."""

    panel: Panel
    path: Path


def chosen(columns: Columns, given: Mapping[str, str]) -> dict[str, Any]:
    """How an answer is drawn: as was chosen, else by the first columns that fit."""
    names = [name for name, _ in columns]
    numbers = [name for name, kind in columns if plain(kind) in NUMBERS]
    others = [name for name in names if name not in numbers]
    chart = given.get("chart", "")
    kind = CHARTS.get(chart) or CHARTS["table"]
    told: dict[str, Any] = {"chart": chart if chart in CHARTS else "table"}

    def pick(
        key: str, candidates: Sequence[str], taken: Sequence[str], only: Sequence[str] = names
    ) -> str:
        if given.get(key) in only:
            return given[key]
        return next((each for each in candidates if each not in taken), "")

    x = y = ""
    if kind.x[1]:
        x = pick("x", numbers if kind.numbers else [*others, *numbers], ())
        told["x"] = x
    if kind.y[1]:
        y = pick("y", numbers, (x,) if x else (), numbers)
        told["y"] = y
    if kind.series != "no":
        candidates = others if kind.series == "must" else ()
        told["series"] = pick("series", candidates, (x, y))
    told["unit"] = given.get("unit") or "count"
    return {key: value for key, value in told.items() if value}


def unnamed(columns: Columns) -> list[str]:
    """Columns that need a label of their own."""
    return [name for name, _ in columns if name not in _NAMED]


def text(values: Mapping[str, Any], sql: str) -> str:
    """The text of a file. Raises Mistake for what cannot stand in a header."""
    lines = []
    for key, value in values.items():
        if value in ("", None, {}):
            continue
        written = _toml(value)
        if "*/" in written:
            raise Mistake(f"{key} has */ in it, which ends the header", write="Take it out")
        lines.append(f"{key} = {written}\n")
    return f"/*\n{''.join(lines)}*/\n{sql.strip().rstrip(';').strip()}\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        value = " ".join("".join(each if each.isprintable() else " " for each in value).split())
    return json.dumps(value, ensure_ascii=False)


def fact(sql: str, subject: str) -> str:
    """The fact that a SELECT is about: the first that it reads, else the subject's."""
    read = (fact_of(each[0]) for each in _RELATION.finditer(sql.lower()))
    return next((each for each in read if each in FACTS), subject if subject in FACTS else "cases")


def drawn(columns: Columns, sql: str, given: Mapping[str, str], names: Mapping[str, str]) -> Panel:
    """The panel that an answer is drawn by. Raises Mistake where the chart does not fit it."""
    values = {
        **names,
        **chosen(columns, given),
        "fact": fact(sql, ""),
        "labels": {name: [name, name] for name in unnamed(columns)},
    }
    panel = read_panel(fact(sql, ""), RESULT, text(values, sql or "select"), f"{RESULT}.sql")
    fits(Bound(panel, columns, ()))
    return panel


# ── Files ────────────────────────────────────────────────────────────────────────────────────────


def drafts(settings: Settings) -> list[Draft]:
    """Every draft in the deployment's own folder."""
    found = []
    for path in sorted(settings.own.glob("*/*.sql")):
        if path.parent.name in NO_SUBJECTS:
            continue
        with suppress(Mistake, OSError, UnicodeDecodeError):
            panel = read_panel(
                path.parent.name, path.stem, path.read_text("utf-8-sig"), _shown(path)
            )
            if panel.draft:
                found.append(Draft(panel, path))
    return found


def save(
    settings: Settings, subject: str, name: str, told: str, place: str, replaces: bool
) -> Path:
    """Keep a draft, once it is checked from a place down. Raises Mistake; what stands there is
    written over only where it is a draft of the same author and that is wanted.
    """
    mine = read_panel(subject, name, told, f"{subject}/{name}.sql")
    path = settings.own / subject / f"{name}.sql"
    before = _before(settings, name)
    if before is not None:
        same = before.path == path and before.panel.draft
        if not same or before.panel.author != mine.author:
            raise Mistake(
                f"there is a panel {name!r} already",
                where=_shown(before.path),
                write="Give another name",
            )
        if not replaces:
            raise Standing(f"there is a draft {name!r} of yours already")
    check(settings, subject, name, told, place, path if before else None)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        disk.write(path, told, several=True, new=before is None)
    except FileExistsError:  # somebody wrote it meanwhile
        raise Mistake(f"there is a panel {name!r} already", write="Give another name") from None
    return path


class Standing(Mistake):
    """A draft of the same author stands there: whoever wants it written over says so."""


def _before(settings: Settings, name: str) -> Draft | None:
    path = find(settings.folders, name)
    if path is None:
        return None
    try:
        panel = read_panel(path.parent.name, name, path.read_text("utf-8-sig"), _shown(path))
    except (Mistake, UnicodeDecodeError):
        panel = Panel("", "", "table")
    return Draft(panel, path)


def published(one: Draft) -> str:
    """The text of a draft that is none any more."""
    header, ends, sql = one.panel.text.partition("*/")
    return _DRAFT.sub("", header) + ends + sql


def publish(settings: Settings, one: Draft, place: str, write_down: Callable[[], None]) -> None:
    """Make a draft a panel for all, once it is checked again and written down. Raises Mistake."""
    told = published(one)
    check(settings, one.panel.subject, one.panel.name, told, place, one.path)
    write_down()
    disk.write(one.path, told, several=True)


def check(
    settings: Settings, subject: str, name: str, told: str, place: str, over: Path | None
) -> None:
    """What ``cockpit check`` says of a file, before it lies where it is to be. Raises Mistake."""
    with tempfile.TemporaryDirectory(prefix="cockpit-") as folder:
        path = Path(folder) / subject / f"{name}.sql"
        path.parent.mkdir()
        path.write_text(told, "utf-8")
        command = ["check", str(path), "--json", "--place", place]
        if over is not None:
            command += ["--over", str(over)]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "cockpit", *command],
                cwd=PROJECT,
                env=environment(settings),
                capture_output=True,
                check=False,
                timeout=PATIENCE,
            )
            found = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            raise Mistake("it could not be checked", write="Try again in a moment") from None
    for each in found["mistakes"]:
        said = each["found"].replace(str(path), path.name)
        line = f":{each['line']}" if each["line"] else ""
        raise Mistake(said, where=f"{subject}/{name}.sql{line}", write=each["write"])


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
