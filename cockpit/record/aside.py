"""Quarantine, for people: what lies there and why, and a file of it to mend and send again.

What is told is as of the last publish, so that it can be told while the writer works.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from cockpit.model.mistakes import Mistake
from cockpit.record.publish import kept
from cockpit.record.quarantine import NOTES, TEXT
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


def original(row: dict[str, Any]) -> str:
    """A row of quarantine as it came, in one line: its text, or what its columns hold."""
    fields: dict[str, str | None] = json.loads(row["original"])
    text = fields.get(TEXT) or " ".join(f"{key}={value}" for key, value in fields.items() if value)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def export(
    settings: Settings, file: Path, receipt: int | None, source: str | None
) -> tuple[int, str]:
    """Write quarantined rows of one source as CSV in their own columns, with where they came
    from and why they lie there; gives how many, and the source. Raises Mistake.
    """
    if file.suffix.lower() not in (".csv", ".txt"):  # the mended file is known by its ending
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
    columns = _columns(originals)
    torn = any(TEXT in fields for fields in originals)
    told = [note for note in NOTES if note != TEXT or torn]
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.DictWriter(
                out, [*columns.values(), *told], delimiter=_delimiter(settings, name)
            )
            writer.writeheader()
            for row, fields in zip(rows, originals, strict=True):
                own = {columns[key.lower()]: fields[key] for key in fields if key not in NOTES}
                own = {key: (value or "").replace("\0", "") for key, value in own.items()}
                said = row | {"text": fields.get(TEXT)}
                writer.writerow(own | {note: said[note.removeprefix("_")] for note in told})
    except OSError as error:
        raise Mistake(f"it cannot be written ({error.strerror})", where=file) from None
    return len(rows), name


def _columns(originals: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The columns of any row, by their names in small letters: files of one source may spell one
    in several ways, and a file has no column twice.
    """
    columns: dict[str, str] = {}
    for key in (key for fields in originals for key in fields if key not in NOTES):
        columns.setdefault(key.lower(), key)
    return columns


def _delimiter(settings: Settings, source: str) -> str:
    """The one that the source's own files have, since the mended file is read as one of them."""
    try:
        return find_source(settings.folders, source).delimiter or ","
    except Mistake:
        return ","
