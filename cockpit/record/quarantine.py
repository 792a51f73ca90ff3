"""Quarantine, for the writer: rows that may not stand are put aside with their reason and as they
came, and wait there until they come again, mended or as they were.
"""

from __future__ import annotations

import json

import duckdb
import pyarrow as pa

from cockpit.model.source import Source
from cockpit.record.reader import Reader, Torn

TEXT = "_text"
"""The key, among a row's fields, of the text of what was torn."""
NOTES = (TEXT, "_receipt", "_line", "_column", "_reason")
"""Columns that an export of quarantine adds: ours in every file, and never part of a row."""
CONTENT = (
    f"md5(coalesce(nullif(original ->> '$.{TEXT}', ''), to_json(list_sort(["
    "{'key': lower(field.key), 'value': field.value}"
    " for field in map_entries(original::json::map(varchar, varchar)) if field.value <> ''"
    "]))::varchar))"
)
"""SQL by which a row is known again: what it says, in whatever order of columns."""
RENEW = f"""
update quarantine set original = json_merge_patch(original::json, json_object(
    '_receipt', null, '_line', null, '_column', null, '_reason', null))
    where content is null and json_exists(original, '$._receipt');
update quarantine set original = json_merge_patch(original::json, json_object('{TEXT}', null))
    where content is null and json_exists(original, '$.{TEXT}')
    and coalesce(original ->> '$.{TEXT}', '') = '';
update quarantine set content = {CONTENT} where content is null;
"""
"""SQL for rows of an edition that took its own notes for part of a row, and knew none again."""


def put_aside(con: duckdb.DuckDBPyConnection, source: Source, number: int, reader: Reader) -> int:
    """Put aside the rows that may not stand, and what was torn; gives how many rows there were.

    What waits under an earlier receipt is done with where its row came again: mended, or as it
    was, and then it waits under this receipt.
    """
    fact = source.fact
    spoiled = con.sql(
        f"select rowid as spot, rowid - (select min(rowid) from {fact} where receipt = {number})"
        f" as nth from {fact} where receipt = {number} and faults is not null order by spot"
    ).to_arrow_table()
    lines = pa.array(reader.lines(spoiled["nth"].to_pylist()), pa.int64())
    con.register("spoiled_rows", spoiled.append_column("line", lines))
    con.register("torn_rows", _torn(reader))
    con.execute(
        'insert into quarantine (receipt, source, fact, line, "column", reason, original, content)'
        f' select ?, ?, ?, line, "column", reason, original, {CONTENT} from ('
        f" select line, faults ->> '$[0].column' as \"column\", array_to_string(list_transform("
        "   faults::json[], lambda fault: (fault ->> 'column') || ': ' || (fault ->> 'reason')"
        f" ), '; ') as reason, original from {fact} f join spoiled_rows s on f.rowid = s.spot"
        " union all select line, null, reason, original from torn_rows"
        ") order by line",
        [number, source.name, fact],
    )
    con.execute(f"delete from {fact} where rowid in (select spot from spoiled_rows)")
    con.unregister("spoiled_rows")
    con.unregister("torn_rows")
    if lines or reader.torn or reader.again:
        _settle(con, source, number, reader)
    return len(lines)


def _settle(con: duckdb.DuckDBPyConnection, source: Source, number: int, reader: Reader) -> None:
    receipts, lines = zip(*reader.again, strict=True) if reader.again else ((), ())
    again = {"receipt": pa.array(receipts, pa.int64()), "line": pa.array(lines, pa.int64())}
    con.register("rows_again", pa.table(again))
    con.execute(
        "update quarantine set resolved = true"
        " where source = $1 and receipt < $2 and not resolved and content in ("
        " select content from quarantine where receipt = $2 union all"
        " select content from quarantine join rows_again using (receipt, line) where source = $1)",
        [source.name, number],
    )
    con.unregister("rows_again")


def _torn(reader: Reader) -> pa.Table:
    """What was torn, as quarantine keeps it: its text, and its fields as far as they were told."""
    originals = [_original(torn.columns or reader.columns, torn) for torn in reader.torn]
    return pa.table(
        {
            "line": pa.array([torn.line for torn in reader.torn], pa.int64()),
            "reason": pa.array([torn.reason for torn in reader.torn], pa.string()),
            "original": pa.array(originals, pa.string()),
        }
    )


def _original(columns: tuple[str, ...], torn: Torn) -> str:
    fields = dict.fromkeys(columns, "") | dict(zip(columns, torn.fields, strict=False))
    return json.dumps(fields | {TEXT: torn.text}, ensure_ascii=False)
