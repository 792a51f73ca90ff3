"""A file that comes back from quarantine: the notes that its export added are taken off again, and
a row that was torn is read anew, from its text or its columns, whichever of the two was mended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from cockpit.model.mistakes import Mistake
from cockpit.model.source import Source
from cockpit.record import csvfile, jsonfile
from cockpit.record.casts import name
from cockpit.record.quarantine import NOTES, TEXT
from cockpit.record.reader import Reader, Torn, look_up

CHUNK = 10_000


class Before(NamedTuple):
    """A torn row as it lies in quarantine; the columns of its fields are those of its text."""

    text: str
    fields: dict[str, str]
    reason: str


def mended(
    con: duckdb.DuckDBPyConnection, source: Source, reader: Reader, scratch: Path, where: str
) -> Reader:
    """A file as it is meant; any other than an export of quarantine is left as it is. Raises
    Mistake for one in which mending has torn a line, for its rows still wait; and duckdb.Error.
    """
    if not {"_receipt", "_line"} <= set(reader.columns):
        return reader
    if reader.torn:
        raise Mistake(
            reader.torn[0].reason,
            where=f"{where}:{reader.torn[0].line}",
            write="Mend this line and send the file again; its rows still wait in quarantine",
        )
    columns = tuple(column for column in reader.columns if column not in NOTES)
    listed = ", ".join([TEXT if TEXT in reader.columns else "null", *map(name, columns)])
    sent = (
        "select try_cast(_receipt as bigint) as receipt, try_cast(_line as bigint) as line,"
        f" {listed} from ({reader.sql})"
    )
    before = _before(con, source, sent)
    count = con.execute(f"select count(*) from ({reader.sql})").fetchall()[0][0]
    lines = iter(reader.lines(range(count)))
    again, torn = [], []
    target = scratch / "mended.csv"
    with target.open("w", encoding="utf-8", newline="") as out:
        copy = csvfile.Copy(out, columns)
        rows = con.execute(sent)
        while chunk := rows.fetchmany(CHUNK):
            for receipt, line, text, *fields in chunk:
                at = next(lines)
                if receipt is not None and line is not None:
                    again.append((receipt, line))
                row = dict(zip(columns, (field or "" for field in fields), strict=True))
                found = _meant(row, text or "", before.get((receipt, line)), at, source.delimiter)
                if isinstance(found, Torn):
                    torn.append(found)
                else:
                    copy.add(at, found)
    sql = csvfile.select(target, ",", columns)
    return Reader(sql, columns, target, look_up(copy.lines), tuple(torn), again=tuple(again))


def _before(
    con: duckdb.DuckDBPyConnection, source: Source, sent: str
) -> dict[tuple[int, int], Before]:
    """What was torn of the rows that a file brings back, by receipt and line."""
    found = con.execute(
        "select receipt, line, original, reason from quarantine"
        f" semi join ({sent}) using (receipt, line)"
        f" where source = ? and original ->> '$.{TEXT}' <> ''",
        [source.name],
    ).fetchall()
    before = {}
    for receipt, line, original, reason in found:
        fields = {column: value or "" for column, value in json.loads(original).items()}
        before[receipt, line] = Before(fields.pop(TEXT), fields, reason)
    return before


def _meant(
    row: dict[str, str], text: str, before: Before | None, line: int, delimiter: str
) -> list[str] | Torn:
    """A row's fields as they are meant, or the row as torn as it was."""
    if not text.strip():
        return list(row.values())
    columns = tuple(before.fields if before else row)
    known = {column.lower(): value for column, value in row.items()}
    fields = tuple(known.get(column.lower(), "") for column in columns)
    if before and text.splitlines() == before.text.splitlines():
        if _filled(row) != _filled(before.fields):
            return list(row.values())
        return Torn(line, before.text, before.reason, fields, columns)
    try:
        likely = delimiter or _delimiters(text + (before.text if before else ""))
        found = _filled(_split(text, columns, likely))
        if strange := found.keys() - known.keys():
            raise Mistake(f"{min(strange)!r} is no column of this file")
    except Mistake as mistake:
        return Torn(line, text, mistake.found, fields, columns)
    return [found.get(column, "") for column in known]


def _filled(fields: Mapping[str, str]) -> dict[str, str]:
    """What stands in a row's own columns, by their names in small letters."""
    return {c.lower(): value for c, value in fields.items() if value and c not in NOTES}


def _delimiters(text: str) -> Sequence[str]:
    """What may stand between the fields of a text, the likeliest first."""
    return sorted(csvfile.DELIMITERS, key=text.count, reverse=True)


def _split(text: str, columns: Sequence[str], delimiters: Sequence[str]) -> dict[str, str]:
    """The fields of a record by its text alone. Raises Mistake."""
    if text.lstrip().startswith("{"):
        return jsonfile.fields(text)
    wrong = []
    for each in delimiters:
        try:
            found = csvfile.fields(text, each, len(columns))
            return dict(zip(columns, found, strict=True))
        except Mistake as mistake:
            wrong.append(mistake)
    raise wrong[0]
