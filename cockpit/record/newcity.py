"""``cockpit new city``: a city's folder from any table that names its places."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from cockpit.model.levels import LEVELS, rung
from cockpit.model.mistakes import Mistake
from cockpit.model.places import COLUMNS
from cockpit.model.source import Source
from cockpit.record.city import read_city
from cockpit.record.formats import open_file


def new_city(
    folder: Path, table: Path, name: str, levels: Sequence[str], timezone: str, force: bool = False
) -> int:
    """Write ``places.csv`` and ``city.toml`` into a new folder; gives how many places there are.

    ``levels`` are "level=SQL", widest first; the SQL is over the table's columns, all text. The
    root is the city as a whole, one rung above the first. A place's code is the values from the
    first level down, joined with "/". Raises Mistake.
    """
    if folder.exists() and not force and any(folder.iterdir()):
        raise Mistake("the folder is not empty", where=folder, write="Name a new folder")
    wanted = [_level(text) for text in levels]
    if not wanted:
        raise Mistake("no level is given", write='--level "district=ward"')
    rungs = [number for number, _ in wanted]
    if rungs != sorted(set(rungs)) or rungs[0] == 0:
        raise Mistake(
            f"levels stand as {', '.join(LEVELS[number].name for number in rungs)}",
            write=f"Widest first, below the root: {', '.join(x.name for x in LEVELS[1:])}",
        )
    root = re.sub(r"[^\w]+", "-", name.strip().lower()).strip("-") or "city"
    rows = [{"code": root, "name": name, "level": LEVELS[rungs[0] - 1].name, "parent": ""}]
    for values in _combinations(table, [sql for _, sql in wanted]):
        depth = len(values)
        code = "/".join(values)
        rows.append(
            {
                "code": code,
                "name": values[-1],
                "level": LEVELS[rungs[depth - 1]].name,
                "parent": "/".join(values[:-1]) or root,
            }
        )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "places.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    (folder / "city.toml").write_text(
        f'name = "{quoted}"\ntimezone = "{timezone}"\nedition = "from {table.name}"\n', "utf-8"
    )
    return len(read_city(folder).tree.places)


def _level(text: str) -> tuple[int, str]:
    name, equals, sql = text.partition("=")
    if not equals or not sql.strip():
        raise Mistake(f"{text!r} is no level", write='Write "district=ward"')
    return rung(name.strip()), sql.strip()


def _combinations(table: Path, expressions: list[str]) -> list[tuple[str, ...]]:
    """Every place of the table as its values from the first level down, parents before children,
    numbers in the order of numbers. A value below a blank one is nowhere and is left out.
    """
    con = duckdb.connect()
    found: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as scratch:
        reader = open_file(con, table, Source(fact="cases"), Path(scratch))
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
                raise Mistake(
                    str(error).strip().splitlines()[0], where=table.name, write="--level LEVEL=SQL"
                ) from None
    return found
