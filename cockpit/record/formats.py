"""Files in, text out: every format becomes a relation of text columns, one row a record.

A file that cannot be read at all is refused here, before anything is touched: empty, cut off,
not what it says it is, a bomb. Rows that cannot be split into fields are kept apart as broken.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from cockpit.model.mistakes import Mistake
from cockpit.model.source import Source

ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "csv",
    ".tab": "tsv",
    ".xlsx": "xlsx",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".pq": "parquet",
}
DELIMITERS = (",", "\t", ";", "|")
CHUNK = 1 << 20
SAMPLE = 4 << 20
BOMB_RATIO = 150
BOMB_FLOOR = 64 << 20
LONGEST_LINE = 8 << 20


@dataclass(frozen=True)
class Reader:
    """A file ready to be read: SQL for its records as text, and how to find one again."""

    sql: str
    columns: tuple[str, ...]
    path: Path
    format: str
    encoding: str
    lines: Callable[[list[int]], dict[int, int]] = field(repr=False)
    """From the numbers of records (0 is the first) to line numbers in the file as it came."""


def open_file(con: duckdb.DuckDBPyConnection, path: Path, source: Source, scratch: Path) -> Reader:
    """Make a file readable. ``scratch`` is an empty folder for what must be unpacked.

    Raises Mistake where the file as a whole cannot be read.
    """
    where = path.name
    if path.is_dir():
        raise Mistake("this is a folder", where=where, write="Send the files in it one by one")
    if not path.is_file():
        raise Mistake("there is no such file", where=where)
    if path.stat().st_size == 0:
        raise Mistake("the file is empty", where=where)
    plain = path
    suffixes = [suffix.lower() for suffix in path.suffixes]
    with path.open("rb") as opened:
        packed = opened.read(2) == b"\x1f\x8b"
    if packed:
        plain = scratch / "unpacked"
        _unpack(path, plain)
        suffixes = [suffix for suffix in suffixes if suffix not in (".gz", ".gzip")]
        if plain.stat().st_size == 0:
            raise Mistake("the file is empty", where=where)
    form = _form(plain, source, suffixes[-1] if suffixes else "", where)
    if form == "parquet":
        return _parquet(con, plain, where)
    if form == "xlsx":
        return _workbook(plain, source, scratch, where)
    encoding = source.encoding.lower() or _encoding(plain, where)
    if encoding not in ("utf-8", "utf8"):
        plain = _recode(plain, encoding, scratch / "recoded", where)
    if form in ("json", "ndjson"):
        return _json(con, plain, form, encoding, where)
    return _text(plain, "\t" if form == "tsv" else source.delimiter, encoding, where)


def _form(path: Path, source: Source, suffix: str, where: str) -> str:
    """The format: what the first bytes prove, else the name's ending, else what the source says."""
    with path.open("rb") as opened:
        head = opened.read(64)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Mistake("this is an old .xls workbook", where=where, write="Save it as .xlsx or CSV")
    said = ENDINGS.get(suffix, "") or source.format
    if said in ("parquet", "xlsx"):
        raise Mistake(f"this is no {said} file, or it is damaged", where=where)
    if not said:
        start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
        said = {b"{": "ndjson", b"[": "json"}.get(start, "csv")
    if said == "ndjson" and head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"[":
        return "json"
    return said


def _unpack(path: Path, target: Path) -> None:
    """gunzip with a limit: what grows beyond all measure is no data."""
    packed = path.stat().st_size
    written = 0
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as out:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                if written > max(BOMB_FLOOR, packed * BOMB_RATIO):
                    raise Mistake(
                        f"the file unpacks to more than {BOMB_RATIO} times its size",
                        where=path.name,
                        write="Send it unpacked if it is genuine",
                    )
                out.write(chunk)
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Mistake(f"the gzip file is damaged or cut off ({error})", where=path.name) from None


def _encoding(path: Path, where: str) -> str:
    """utf-8 or gb18030, whichever the bytes are. Raises Mistake for neither."""
    with path.open("rb") as opened:
        sample = opened.read(SAMPLE)
    if b"\x00" in sample[:CHUNK]:
        raise Mistake("this is no text file", where=where, write="Send CSV, xlsx, JSON or Parquet")
    whole = len(sample) < SAMPLE
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(sample, whole)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" or whole or _decodes(path, "utf-8"):
            return encoding
    raise Mistake("the text is neither UTF-8 nor GB18030", where=where, write="Save it as UTF-8")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as opened:
        try:
            while chunk := opened.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return False
    return True


def _recode(path: Path, encoding: str, target: Path, where: str) -> Path:
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            while chunk := source.read(CHUNK):
                out.write(chunk)
    except LookupError:
        raise Mistake(f"{encoding!r} is no encoding", where=where, write="gb18030") from None
    except UnicodeDecodeError as error:
        raise Mistake(
            f"byte {error.start} is not {encoding}", where=where, write="Save it as UTF-8"
        ) from None
    return target


def _text(path: Path, delimiter: str, encoding: str, where: str) -> Reader:
    """CSV and TSV: the header line gives the columns; nothing else is guessed."""
    with path.open(encoding="utf-8-sig", newline="") as opened:
        first = opened.readline(LONGEST_LINE)
    if not first.strip():
        raise Mistake("the first line is blank", where=f"{where}:1", write="Put column names there")
    delimiter = delimiter or max(DELIMITERS, key=first.count)
    with path.open(encoding="utf-8-sig", newline="") as opened:
        names = next(csv.reader(opened, delimiter=delimiter))
    columns = _columns(names, where)
    _refuse_cut(path, delimiter, len(columns), where)
    listed = ", ".join(f"{_text_literal(name)}: 'VARCHAR'" for name in columns)
    sql = (
        f"select * from read_csv({_text_literal(str(path))}, auto_detect=false, header=true,"
        f" delim={_text_literal(delimiter)}, quote='\"', escape='\"', columns={{{listed}}},"
        f" nullstr='', max_line_size={LONGEST_LINE}, store_rejects=true, rejects_limit=0)"
    )

    def lines(records: list[int]) -> dict[int, int]:
        return _csv_lines(path, delimiter, len(columns), records)

    return Reader(sql, columns, path, "csv", encoding, lines)


def _columns(names: list[str], where: str) -> tuple[str, ...]:
    columns = tuple(name.strip() or f"column{number}" for number, name in enumerate(names, 1))
    lowered = [name.lower() for name in columns]
    for name in columns:
        if lowered.count(name.lower()) > 1:
            raise Mistake(
                f"column {name!r} stands twice", where=f"{where}:1", write="Name columns apart"
            )
    return columns


def _refuse_cut(path: Path, delimiter: str, width: int, where: str) -> None:
    """A last line without its end and with too few fields, or inside quotes, was cut off."""
    size = path.stat().st_size
    with path.open("rb") as opened:
        opened.seek(max(0, size - CHUNK))
        tail = opened.read()
    if tail.endswith((b"\n", b"\r")):
        return
    last = tail.replace(b"\r", b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")
    fields = next(csv.reader([last], delimiter=delimiter), [])
    if last.count('"') % 2 == 0 and len(fields) < width and b"\n" in tail:
        raise Mistake(
            f"the file is cut off: its last line has {len(fields)} of {width} fields and no end",
            where=where,
            write="Send the whole file again",
        )


def _csv_lines(path: Path, delimiter: str, width: int, records: list[int]) -> dict[int, int]:
    """Line numbers of good records, read the slow sure way, as far as the last one asked for."""
    wanted = set(records)
    found: dict[int, int] = {}
    if not wanted:
        return found
    with path.open(encoding="utf-8-sig", newline="") as opened:
        csv.field_size_limit(LONGEST_LINE)
        rows = csv.reader(opened, delimiter=delimiter)
        next(rows)
        record, last, before = -1, max(wanted), rows.line_num
        for row in rows:
            if len(row) == width:
                record += 1
                if record in wanted:
                    found[record] = before + 1
                if record >= last:
                    break
            before = rows.line_num
    return found


def _parquet(con: duckdb.DuckDBPyConnection, path: Path, where: str) -> Reader:
    table = f"read_parquet({_text_literal(str(path))})"
    try:
        described = con.execute(f"describe select * from {table}").fetchall()
    except duckdb.Error as error:
        raise Mistake(
            f"the Parquet file is damaged or cut off ({_first_line(error)})", where=where
        ) from None
    columns = _columns([row[0] for row in described], where)
    listed = ", ".join(f"{_name(name)}::varchar as {_name(name)}" for name in columns)
    return Reader(f"select {listed} from {table}", columns, path, "parquet", "", _ordinal)


def _json(
    con: duckdb.DuckDBPyConnection, path: Path, form: str, encoding: str, where: str
) -> Reader:
    """JSON and NDJSON: the keys of any record are columns; what is nested stays JSON text."""
    _refuse_broken_json(path, form, where)
    kind = "array" if form == "json" else "newline_delimited"
    literal = _text_literal(str(path))
    options = f"format='{kind}', maximum_object_size={LONGEST_LINE * 4}"
    try:
        keys = con.execute(
            "select distinct unnest(json_keys(json)) as key"
            f" from read_json_objects({literal}, {options}) order by key"
        ).fetchall()
    except duckdb.Error as error:
        raise Mistake(f"the JSON cannot be read ({_first_line(error)})", where=where) from None
    columns = _columns([row[0] for row in keys], where)
    if not columns:
        raise Mistake("there are no records in the file", where=where)
    listed = ", ".join(
        f"json ->> {_text_literal('$.' + json.dumps(name, ensure_ascii=False))} as {_name(name)}"
        for name in columns
    )
    sql = f"select {listed} from read_json_objects({literal}, {options})"
    return Reader(
        sql, columns, path, form, encoding, _json_lines(path) if form == "ndjson" else _ordinal
    )


def _refuse_broken_json(path: Path, form: str, where: str) -> None:
    with path.open("rb") as opened:
        opened.seek(max(0, path.stat().st_size - 4096))
        end = opened.read().rstrip()
    if not end.endswith(b"]" if form == "json" else b"}"):
        raise Mistake(
            "the file is cut off: its last record has no end",
            where=where,
            write="Send the whole file again",
        )


def _json_lines(path: Path) -> Callable[[list[int]], dict[int, int]]:
    def lines(records: list[int]) -> dict[int, int]:
        wanted, found, record = set(records), {}, -1
        with path.open("rb") as opened:
            for line, text in enumerate(opened, 1):
                if text.strip():
                    record += 1
                    if record in wanted:
                        found[record] = line
        return found

    return lines


def _ordinal(records: list[int]) -> dict[int, int]:
    """Where a file has no lines, a record's own number, from 1."""
    return {record: record + 1 for record in records}


def _workbook(path: Path, source: Source, scratch: Path, where: str) -> Reader:
    """xlsx: one sheet, its first filled row the header, written out as CSV."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(info.file_size for info in packed.infolist())
        if size > max(BOMB_FLOOR * 4, path.stat().st_size * BOMB_RATIO):
            raise Mistake(
                f"the workbook unpacks to more than {BOMB_RATIO} times its size", where=where
            )
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        if source.sheet and source.sheet not in names:
            raise Mistake(
                f"there is no sheet {source.sheet!r}",
                where=where,
                write=f"Sheets: {', '.join(names)}",
            )
        rows = book.get_sheet_by_name(source.sheet or names[0]).to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError) as error:
        raise Mistake(
            f"the workbook is damaged or cut off ({_first_line(error)})", where=where
        ) from None
    start = next((number for number, row in enumerate(rows) if any(map(_cell, row))), None)
    if start is None:
        raise Mistake("the sheet is empty", where=where)
    header = [_cell(value) for value in rows[start]]
    while header and not header[-1]:
        header.pop()
    columns = _columns(header, where)
    target, numbers = scratch / "sheet.csv", []
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for number, row in enumerate(rows[start + 1 :], start + 2):
            cells = [_cell(value) for value in row[: len(columns)]]
            if any(cells):
                writer.writerow(cells + [""] * (len(columns) - len(cells)))
                numbers.append(number)
    reader = _text(target, ",", "utf-8", where)

    def lines(records: list[int]) -> dict[int, int]:
        return {record: numbers[record] for record in records}

    return Reader(reader.sql, columns, path, "xlsx", "", lines)


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat(" ")) if hasattr(value, "hour") else str(value.isoformat())
    return "" if value is None else str(value).strip()


def broken(con: duckdb.DuckDBPyConnection, reader: Reader) -> Iterator[tuple[int, str, str]]:
    """The lines of the file just read that could not be split: line, text, what is wrong."""
    found = con.execute(
        "select byte_position - 1, csv_line, error_message from"
        " (select *, row_number() over (partition by line order by column_idx) as nth"
        " from reject_errors) where nth = 1 order by line"
    ).fetchall()
    if not found:
        return
    with reader.path.open("rb") as opened:
        line, at = 1, 0
        for position, text, reason in found:
            while at < position and (chunk := opened.read(min(CHUNK, position - at))):
                line += chunk.count(b"\n")
                at += len(chunk)
            yield line, text or "", _first_line(reason)


def _first_line(error: object) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else "no words"


def _text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


__all__ = ["Reader", "broken", "open_file"]
