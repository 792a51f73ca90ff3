"""Quarantine, for people: what lies there and why, and a file of it to mend and send again.

What is told is as of the last publish, so that it can be told while the writer works.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb

from cockpit.model.mistakes import Mistake
from cockpit.record.publish import kept
from cockpit.record.queries import source as find_source
from cockpit.settings import Settings


def listed(
    settings: Settings, receipt: int | None = None, source: str | None = None
) -> list[dict[str, Any]]:
    """Every row in quarantine that was not sent again since, by file and line; ``original`` is the
    row as it came, as JSON.
    """
    ids = kept(settings.snapshots)
    if not ids:
        return []
    with duckdb.connect(settings.snapshots / f"{ids[-1]}.duckdb", read_only=True) as con:
        cursor = con.execute(
            'select receipt, file, source, fact, line, "column", reason, original from quarantine'
            " where ($1::bigint is null or receipt = $1) and ($2::varchar is null or source = $2)"
            " order by receipt, line",
            [receipt, source],
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def export(
    settings: Settings, file: Path, receipt: int | None, source: str | None
) -> tuple[int, str]:
    """Write quarantined rows of one source as CSV in their own columns, with where they came
    from and why they lie there; gives how many, and the source. Raises Mistake.
    """
    if file.suffix.lower() not in ("", ".csv", ".txt"):
        raise Mistake("the export is CSV", where=file, write=f"Name it {file.stem}.csv")
    rows = listed(settings, receipt, source)
    if not rows:
        raise Mistake("there is nothing in quarantine to export")
    names = {row["source"] for row in rows}
    if len(names) > 1:
        raise Mistake(
            f"the rows come from {len(names)} sources",
            write=f"Name one with --source: {', '.join(sorted(names))}",
        )
    name = names.pop()
    originals = [json.loads(row["original"]) for row in rows]
    columns = list(dict.fromkeys(key for fields in originals for key in fields if key != "_text"))
    columns += ["_text"] if any("_text" in fields for fields in originals) else []
    told = ("_receipt", "_line", "_column", "_reason")
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.DictWriter(
                out, [*columns, *told], restval="", delimiter=_delimiter(settings, name)
            )
            writer.writeheader()
            for row, fields in zip(rows, originals, strict=True):
                where = {column: row[column.removeprefix("_")] for column in told}
                writer.writerow(fields | where)
    except OSError as error:
        raise Mistake(f"it cannot be written ({error.strerror})", where=file) from None
    return len(rows), name


def _delimiter(settings: Settings, source: str) -> str:
    """The one that the source's own files have, since the mended file is read as one of them."""
    try:
        return find_source(settings.folders, source).delimiter or ","
    except Mistake:
        return ","
