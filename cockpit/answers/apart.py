"""A question of an analyst's own, in a process that holds its rows and nothing else.

``workbench.py`` starts it, in two halves. The first opens the snapshot, looks at the SQL, copies
the rows that it may read into a file, and then becomes the second: a new program that never saw
the snapshot, has only that file open, can open no other, nor a socket, and ends at its limits.
Both say what they found as one line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import duckdb

from cockpit.model.binding import NUMBERS, plain

if TYPE_CHECKING:
    from cockpit.answers.snapshot import Snapshot
    from cockpit.model.here import Window
    from cockpit.model.select import Looked

MODULE = "cockpit.answers.apart"
JOB, ROWS = "job.json", "rows.duckdb"
"""What is asked, and the rows for it, in the folder of the question."""
MOST_COPIED = 3_000_000
"""Rows of one relation that are copied."""
MOST_ROWS = 10_000
MOST_BYTES = 8 << 20
"""Bytes of all values together: what comes after is cut off."""
LONGEST = 500
"""Characters of a text: what is longer is cut."""
BESIDE = 512 << 20
"""Bytes that the process may take beside what its DuckDB keeps."""
PLAIN = ("BOOLEAN", "VARCHAR", "DATE", "TIMESTAMP")
"""Types that are told as they are, beside numbers; all others as text."""
NICENESS = 15


def main() -> None:
    """The half that the command line names, in the folder that it names."""
    half, folder = sys.argv[1], Path(sys.argv[2])
    job = json.loads((folder / JOB).read_text("utf-8"))
    if half == "ask":
        say(ask(folder, job))
        return
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    seconds = int(job["seconds"]) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    fault = copy(folder, job)
    if fault is not None:
        say(fault)
        return
    become(folder)


def say(told: dict[str, Any]) -> None:
    """Tell what was found."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def become(folder: Path) -> NoReturn:
    """Be the other half: what this program has in memory is gone then."""
    os.execve(sys.executable, [sys.executable, "-m", MODULE, "ask", str(folder)], {})


# ── The first half: the only one that sees the snapshot ──────────────────────────────────────────


def copy(folder: Path, job: dict[str, Any]) -> dict[str, Any] | None:
    """Copy the rows that the SQL may read; or say what is wrong with it."""
    from cockpit.answers.snapshot import Snapshot
    from cockpit.model.here import Window
    from cockpit.model.mistakes import Mistake

    days = ("since", "until", "stands", "as_of")
    told: dict[str, Any] = {
        key: date.fromisoformat(value) if key in days and value else value
        for key, value in job["window"].items()
    }
    snapshot = Snapshot(Path(job["snapshots"]), job["snapshot"], 1, job["memory"], (folder,))
    try:
        looked = _looked(snapshot, job["sql"])
        _rows(snapshot, looked, Window(**told), folder)
    except Mistake as mistake:
        return {
            "found": mistake.found,
            "write": mistake.write,
            "line": int(mistake.where or 1),
            "column": mistake.column,
        }
    except duckdb.Error as error:
        return {"error": str(error)}
    finally:
        snapshot.close()
    more = {"macros": snapshot.about["macros"], "reads": looked.reads}
    (folder / JOB).write_text(json.dumps({**job, **more}), "utf-8")
    return None


def _looked(snapshot: Snapshot, sql: str) -> Looked:
    from cockpit.model.binding import parsed
    from cockpit.model.mistakes import Mistake
    from cockpit.model.select import look

    try:
        return look(parsed(snapshot.rows, sql), sql, str, snapshot.may)
    except RecursionError:
        raise Mistake("it is nested too deeply", where="1", write="Write it flatter") from None


def _rows(snapshot: Snapshot, looked: Looked, window: Window, folder: Path) -> None:
    from cockpit.answers.nearby import SCHEMA
    from cockpit.model import here
    from cockpit.model.binding import tables
    from cockpit.model.facts import FACTS
    from cockpit.model.mistakes import Mistake
    from cockpit.model.panel import Panel

    snapshot.rows(f"attach '{folder / ROWS}' as copied")
    for name in looked.reads:
        fact = FACTS[here.fact_of(name)]
        panel = Panel("", "", "table", fact=fact.name)
        one = type(looked)((name,), looked.names, looked.whole)
        columns = ", ".join(
            column if looked.uses(column) else f"null::{kind} as {column}"
            for column, kind in here.columns(fact)
        )
        head = here.relations(panel, one, window, tables(SCHEMA))
        snapshot.rows(
            f"create table copied.{name} as {head}select {columns} from {name}"
            f" limit {MOST_COPIED + 1}"
        )
        ((many,),) = snapshot.rows(f"select count(*) from copied.{name}")
        if many > MOST_COPIED:
            raise Mistake(
                f"{name} has more than {MOST_COPIED:,} rows here",
                where="1",
                write="Look at a place further down, or at fewer days",
            )
    snapshot.rows("detach copied")


# ── The second half: the only one that runs it ───────────────────────────────────────────────────


def ask(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """What the SQL gives: columns, rows, and whether there were more."""
    con = opened(folder / ROWS, job["macros"], job["statements"], job["reads"], job["memory"])
    shut(con)
    try:
        return answer(con, job["sql"])
    except (duckdb.Error, RuntimeError, MemoryError) as error:
        return {"error": str(error) or "Out of Memory Error: there is not enough for it"}


def opened(
    rows: Path,
    macros: Sequence[str],
    statements: Sequence[str],
    reads: Sequence[str],
    memory: str,
) -> duckdb.DuckDBPyConnection:
    """A connection that has the rows that were copied, and the functions that panels have."""
    con = duckdb.connect(":memory:")
    con.execute("set threads=1")
    con.execute(f"set memory_limit='{memory}'")
    con.execute("set temp_directory=''")
    if rows.exists():
        con.execute(f"attach '{rows}' as copied (read_only)")
    for statement in (*macros, *statements):
        con.execute(statement)
    for name in reads:
        con.execute(f"create view {name} as from copied.{name}")
    con.execute(
        "select 1.5::decimal(4, 1), date '2026-01-05', timestamp '2026-01-05', 'x'"
    ).fetchall()
    con.execute("set enable_external_access=false")
    con.execute("set python_enable_replacements=false")
    con.execute("set lock_configuration=true")
    return con


def shut(con: duckdb.DuckDBPyConnection) -> None:
    """From here on this process opens nothing, writes no file, and has only so much memory."""
    row = con.execute("select parse_formatted_bytes(current_setting('memory_limit'))").fetchone()
    assert row is not None, "a setting has a value"
    most = int(row[0]) + BESIDE
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def answer(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    """Run it. Raises what DuckDB raises."""
    body = f" from (\n{sql}\n)"
    columns = [
        (str(row[0]), str(row[1])) for row in con.execute(f"describe select *{body}").fetchall()
    ]
    told = [(name, kind if _is_plain(kind) else "VARCHAR") for name, kind in columns]
    listed = ", ".join(
        f"left({_quoted(name)}::varchar, {LONGEST})" if kind == "VARCHAR" else _quoted(name)
        for name, kind in told
    )
    con.execute(f"select {listed}{body} limit {MOST_ROWS + 1}")
    rows: list[list[Any]] = []
    size = 0
    while found := con.fetchmany(500):
        for row in found:
            rows.append([_value(value) for value in row])
            size += sum(len(value) if isinstance(value, str) else 8 for value in row)
        if size > MOST_BYTES:
            break
    return {
        "columns": told,
        "rows": rows[:MOST_ROWS],
        "cut": len(rows) > MOST_ROWS or size > MOST_BYTES,
    }


def _is_plain(kind: str) -> bool:
    return kind in PLAIN or (plain(kind) in NUMBERS and not kind.endswith("]"))


def _value(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and value - value != 0:  # infinite, or no number
        return None
    return float(value) if isinstance(value, Decimal) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


if __name__ == "__main__":
    main()
