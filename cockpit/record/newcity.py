"""``cockpit new city``: a city's folder from any table that names its places."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from cockpit import disk
from cockpit.model.levels import LEVELS, rung
from cockpit.model.mistakes import Mistake
from cockpit.model.places import COLUMNS, plant
from cockpit.model.source import Source
from cockpit.record.formats import open_file
from cockpit.record.reader import Doubt, Reader

Values = tuple[str, ...]


def new_city(
    folder: Path, table: Path, name: str, levels: Sequence[str], timezone: str, force: bool = False
) -> int:
    """Write ``places.csv`` and ``city.toml`` into a new folder; gives how many places there are.

    ``levels`` are "level=SQL", widest first; the SQL is over the table's columns, all text. The
    root is the city as a whole, one rung above the first. A place's code is the values from the
    first level down, joined with "/". Raises Mistake, and then writes nothing.
    """
    if not name.strip():
        raise Mistake("the city has no name", write="--name 杭州")
    if folder.exists() and not folder.is_dir():
        raise Mistake("this is a file", where=folder, write="Name a new folder")
    if folder.exists() and not force and any(folder.iterdir()):
        raise Mistake("the folder is not empty", where=folder, write="Name a new folder")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise Mistake(f"{timezone!r} is no time zone", write="--timezone Asia/Shanghai") from None
    wanted = [_level(text) for text in levels]
    if not wanted:
        raise Mistake("no level is given", write='--level "district=ward"')
    rungs = [number for number, _ in wanted]
    if rungs != sorted(set(rungs)) or rungs[0] == 0:
        raise Mistake(
            f"levels stand as {', '.join(LEVELS[number].name for number in rungs)}",
            write=f"Widest first, each once: {', '.join(level.name for level in LEVELS[1:])}",
        )
    found = _combinations(table, [sql for _, sql in wanted])
    if not found:
        raise Mistake(f"{levels[0]!r} is blank in every row", where=table.name)
    rows = _places(name, rungs, found)
    plant(rows, table.name)
    folder.mkdir(parents=True, exist_ok=True)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    disk.write(folder / "places.csv", out.getvalue())
    about = {"name": name, "timezone": timezone, "edition": f"from {table.name}"}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in about.items()]
    disk.write(folder / "city.toml", "".join(lines))
    return len(rows)


def _level(text: str) -> tuple[int, str]:
    name, equals, sql = text.partition("=")
    if not equals or not sql.strip():
        raise Mistake(f"{text!r} is no level", write='Write "district=ward"')
    return rung(name.strip()), sql.strip()


def _places(name: str, rungs: Sequence[int], found: Sequence[Values]) -> list[dict[str, str]]:
    """The rows of places.csv. Raises Mistake where two places would bear one code."""
    root = re.sub(r"[^\w]+", "-", name.strip().lower()).strip("-") or "city"
    rows = [{"code": root, "name": name, "level": LEVELS[rungs[0] - 1].name, "parent": ""}]
    coded: dict[str, Values] = {root: (name,)}
    for values in found:
        code = "/".join(values)
        if code in coded:
            raise Mistake(
                f"{' > '.join(values)} and {' > '.join(coded[code])} would both be {code!r}",
                write="Change one in the SQL of its level, as with: replace(ward, '/', '-')",
            )
        coded[code] = values
        rows.append(
            {
                "code": code,
                "name": values[-1],
                "level": LEVELS[rungs[len(values) - 1]].name,
                "parent": "/".join(values[:-1]) or root,
            }
        )
    return rows


def _combinations(table: Path, expressions: Sequence[str]) -> list[Values]:
    """Every place of the table as its values from the first level down, parents before children,
    numbers in the order of numbers. A value below a blank one is nowhere and is left out.
    """
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as scratch:
        reader = open_file(con, table, Source(fact="cases"), Path(scratch))
        try:
            return _distinct(con, reader, expressions, table.name)
        except Doubt:
            assert reader.sure is not None
            sure = reader.sure(lambda share, rows: None)
            return _distinct(con, sure, expressions, table.name)


def _distinct(
    con: duckdb.DuckDBPyConnection, reader: Reader, expressions: Sequence[str], where: str
) -> list[Values]:
    found: list[Values] = []
    names = [f"v{number}" for number in range(len(expressions))]
    for depth in range(1, len(names) + 1):
        here = names[:depth]
        listed = ", ".join(
            f"nullif(trim(({sql})::varchar), '') as {name}"
            for sql, name in zip(expressions, here, strict=False)
        )
        there = " and ".join(f"{name} is not null" for name in here)
        order = ", ".join(f"try_cast({name} as bigint), {name}" for name in here)
        try:
            found += con.execute(
                f"select distinct {', '.join(here)} from"
                f" (select {listed} from ({reader.sql}) raw) where {there} order by {order}"
            ).fetchall()
        except duckdb.Error as error:
            wrong = isinstance(error, duckdb.BinderException | duckdb.ParserException)
            if reader.sure is not None and not wrong:
                raise Doubt from None
            told = " ".join(str(error).partition("LINE ")[0].split())
            raise Mistake(told, where=where, write='--level "LEVEL=SQL"') from None
    return found
