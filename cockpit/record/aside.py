"""Quarantine, for people: what lies there and why, and a file of it to mend and send again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from cockpit.model.mistakes import Mistake
from cockpit.record.store import Record
from cockpit.settings import Settings


def listed(settings: Settings, receipt: int | None = None) -> list[dict[str, Any]]:
    """Every row in quarantine that was not sent again since, with its file and line."""
    return _rows(settings, receipt, None)


def _rows(settings: Settings, receipt: int | None, source: str | None) -> list[dict[str, Any]]:
    with Record(settings) as record:
        cursor = record.con.execute(
            'select q.receipt, r.file, q.source, q.fact, q.line, q."column", q.reason, q.original'
            " from quarantine q join receipts r on r.number = q.receipt where not q.resolved"
            " and ($1::bigint is null or q.receipt = $1) and ($2::varchar is null or q.source = $2)"
            " order by q.receipt, q.line",
            [receipt, source],
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def export(
    settings: Settings, file: Path, receipt: int | None, source: str | None
) -> tuple[int, str]:
    """Write quarantined rows of one source as CSV in their own columns, with where they came
    from and why they lie there; gives how many, and the source. Raises Mistake.
    """
    rows = _rows(settings, receipt, source)
    if not rows:
        raise Mistake("there is nothing in quarantine to export")
    names = {row["source"] for row in rows}
    if len(names) > 1:
        raise Mistake(
            f"the rows come from {len(names)} sources",
            write=f"Name one with --source: {', '.join(sorted(names))}",
        )
    originals = [_fields(row["original"]) for row in rows]
    columns = list(dict.fromkeys(key for fields in originals for key in fields))
    told = ["_receipt", "_line", "_column", "_reason"]
    torn = any("_text" in fields for fields in originals)
    columns = [column for column in columns if column != "_text"] + (["_text"] if torn else [])
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, [*columns, *told], restval="")
        writer.writeheader()
        for row, fields in zip(rows, originals, strict=True):
            writer.writerow(
                fields
                | {
                    "_receipt": row["receipt"],
                    "_line": row["line"],
                    "_column": row["column"] or "",
                    "_reason": row["reason"],
                }
            )
    return len(rows), names.pop()


def _fields(original: str) -> dict[str, str]:
    """A record's fields as they came; a line that was no record is one text."""
    try:
        fields = json.loads(original)
    except ValueError:
        return {"_text": original}
    return {key: value for key, value in fields.items() if value is not None}
