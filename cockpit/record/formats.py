"""Files in, text out: every format becomes a relation of text columns, one row a record.

A file that cannot be read at all is refused before anything is touched: empty, cut off, not what
it says it is, a bomb.
"""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

import duckdb

from cockpit.model.mistakes import Mistake
from cockpit.model.source import Source
from cockpit.record import encodings
from cockpit.record.casts import literal, name
from cockpit.record.csvfile import open_csv
from cockpit.record.jsonfile import open_json
from cockpit.record.reader import Reader, column_names, ordinal, words
from cockpit.record.workbook import open_workbook

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
CHUNK = 1 << 20
BOMB_RATIO = 150
BOMB_FLOOR = 64 << 20
MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"%pdf")


def open_file(con: duckdb.DuckDBPyConnection, path: Path, source: Source, scratch: Path) -> Reader:
    """Make a file readable. ``scratch`` is an empty folder for what must be unpacked.

    Raises Mistake where the file as a whole cannot be read.
    """
    where = path.name
    if path.is_dir():
        raise Mistake("this is a folder", where=where, write="Send the files in it one by one")
    if not path.is_file():
        raise Mistake("there is no such file", where=where)
    plain = _plain(path, scratch, where)
    if plain.stat().st_size == 0:
        raise Mistake("the file is empty", where=where)
    form = _form(plain, source, path, where)
    if form == "parquet":
        return _parquet(con, plain, where)
    if form == "xlsx":
        return open_workbook(plain, source.sheet, scratch, where)
    encoding = encodings.recognise(plain, source.encoding, where)
    if form in ("json", "ndjson"):
        return open_json(con, plain, form, encoding, scratch, where)
    delimiter = "\t" if form == "tsv" else source.delimiter
    return open_csv(plain, delimiter, encoding, scratch, where)


def _plain(path: Path, scratch: Path, where: str) -> Path:
    """The file unpacked, under a name in which no reader of files sees a pattern or an ending."""
    plain = scratch / "plain"
    with path.open("rb") as opened:
        packed = opened.read(2) == b"\x1f\x8b"
    if packed:
        _unpack(path, plain, where)
    else:
        plain.symlink_to(path.resolve())
    return plain


def _unpack(path: Path, target: Path, where: str) -> None:
    """Gunzip with a limit: what grows beyond all measure is no data."""
    most = max(BOMB_FLOOR, path.stat().st_size * BOMB_RATIO)
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as out:
            while chunk := source.read(CHUNK):
                if out.tell() > most:
                    raise Mistake(
                        f"the file unpacks to more than {BOMB_RATIO} times its size",
                        where=where,
                        write="Send it unpacked if it is genuine",
                    )
                out.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Mistake(f"the gzip file is damaged or cut off ({error})", where=where) from None


def _form(plain: Path, source: Source, path: Path, where: str) -> str:
    """The format: what the first bytes prove, else the name's ending, else what the source says."""
    with plain.open("rb") as opened:
        head = opened.read(CHUNK).removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Mistake(
            "this is an old .xls workbook, or one with a password",
            where=where,
            write="Save it as .xlsx without a password, or as CSV",
        )
    if head.lower().startswith(MARKUP):
        raise Mistake("this is a page, not a table", where=where, write="Save it as .xlsx or CSV")
    if re.match(rb'\[\s*[{\]]|\{\s*["}]', head):
        return "json" if head.startswith(b"[") else "ndjson"
    suffixes = [suffix for suffix in path.suffixes if suffix.lower() not in (".gz", ".gzip")]
    said = ENDINGS.get(suffixes[-1].lower() if suffixes else "") or source.format or "csv"
    if said in ("parquet", "xlsx"):
        raise Mistake(f"this is no {said} file, or it is damaged", where=where)
    return said


def _parquet(con: duckdb.DuckDBPyConnection, path: Path, where: str) -> Reader:
    table = f"read_parquet({literal(str(path))})"
    try:
        described = con.execute(f"describe select * from {table}").fetchall()
    except duckdb.Error as error:
        told = words(error, path, where)
        raise Mistake(f"the Parquet file is damaged or cut off ({told})", where=where) from None
    columns = column_names([row[0] for row in described], where)
    listed = ", ".join(
        f"{_as_text(name(row[0]), row[1])} as {name(column)}"
        for row, column in zip(described, columns, strict=True)
    )
    return Reader(f"select {listed} from {table}", columns, path, ordinal)


def _as_text(column: str, kind: str) -> str:
    """A whole number is written without a point, as it is in every other format."""
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{column} = trunc({column}) and abs({column}) < 1e15"
        return f"case when {whole} then {column}::bigint::varchar else {column}::varchar end"
    return f"{column}::varchar"
