"""JSON and NDJSON: the keys of any record are columns; what is nested stays JSON text."""

from __future__ import annotations

import json
import re
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NoReturn

import duckdb

from cockpit.model.mistakes import Mistake
from cockpit.record import encodings
from cockpit.record.casts import literal, name
from cockpit.record.reader import LONGEST, Reader, Torn, column_names, look_up, ordinal, words

AGAIN = "Send the whole file again"
WANTED = "Send a list of objects, [{…}, {…}], or one object a line (NDJSON)"
BEGIN = 1 << 16
LARGEST = LONGEST * 4
"""Bytes of the largest record."""
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
KINDS = {"json": "array", "ndjson": "newline_delimited"}


def open_json(
    con: duckdb.DuckDBPyConnection, path: Path, form: str, encoding: str, scratch: Path, where: str
) -> Reader:
    """The records of a JSON array, or of a file of one object a line. Raises Mistake."""
    if encoding != "utf-8":
        try:
            encodings.recode(path, encoding, scratch / "recoded")
        except UnicodeDecodeError as error:
            raise Mistake(f"byte {error.start} is not {encoding}", where=where) from None
        path = scratch / "recoded"
    begin = _begin(path)
    if not begin:
        raise Mistake("the file is blank", where=where)
    if form == "json":
        _refuse_no_list(path, begin, where)
    try:
        return _reader(con, path, form, where)
    except duckdb.Error as error:
        if form == "json":
            raise _unreadable(error, path, where) from None
    _refuse_document(path, begin, where)
    return _line_by_line(con, path, scratch / "copy.ndjson", where)


def _reader(con: duckdb.DuckDBPyConnection, path: Path, form: str, where: str) -> Reader:
    records = (
        f"read_json_objects({literal(str(path))}, format='{KINDS[form]}',"
        f" maximum_object_size={LARGEST})"
    )
    found = con.execute(
        f"select distinct json_type(json) = 'OBJECT', json_keys(json) from {records}"
    ).fetchall()
    if not all(is_object for is_object, _ in found):
        if form == "json":
            raise Mistake("not all that its list holds are objects", where=where, write=WANTED)
        raise duckdb.InvalidInputException("not every record is an object")
    keys = list(dict.fromkeys(key for _, keys in found for key in keys))
    columns = column_names(keys, where)
    if not columns:
        raise Mistake("there are no records in the file", where=where)
    listed = ", ".join(
        f"json ->> {literal(_pointer(key))} as {name(column)}"
        for key, column in zip(keys, columns, strict=True)
    )
    sql = f"select {listed} from {records}"
    if form == "json":
        return Reader(sql, columns, path, ordinal)
    only = len(list(islice(_Filled(path), 2))) == 1
    misfit = _document(_begin(path), where) if only else None
    return Reader(sql, columns, path, _Filled(path).lines_of, misfit=misfit)


def _begin(path: Path) -> str:
    with path.open("rb") as opened:
        return opened.read(BEGIN).decode(errors="replace").strip()


def _refuse_no_list(path: Path, begin: str, where: str) -> None:
    if not begin.startswith("["):
        shown = " ".join(begin.split())
        shown = shown if len(shown) <= 40 else f"{shown[:40]} …"
        raise Mistake(f"the file is no list of records, but {shown}", where=where, write=WANTED)
    with path.open("rb") as opened:
        opened.seek(max(0, path.stat().st_size - 4096))
        end = opened.read().rstrip()
    if not end.endswith(b"]"):
        raise Mistake("the file is cut off: its list has no end", where=where, write=AGAIN)


def _refuse_document(path: Path, begin: str, where: str) -> None:
    """Refuse what is one value over many lines, or a line larger than any record."""
    with path.open("rb") as opened:
        lines = iter(partial(opened.readline, LARGEST), b"")
        first = next(line for line in lines if line.strip())
    if len(first) == LARGEST:
        found = f"its first line is longer than {LARGEST:,} bytes"
    elif _fault(first) and _fault(last := deque(_Filled(path), 1)[0][1]) and first != last:
        found = "neither its first line nor its last is a record"
    else:
        return
    raise _document(begin, where) or Mistake(found, where=where, write=WANTED)


def _document(begin: str, where: str) -> Mistake | None:
    """What to say of a file that is one object with a list of records in it."""
    key = _holder(begin)
    if not key:
        return None
    return Mistake(
        f"the file is one object, and its records seem to lie in a list under {key!r}",
        where=where,
        write="Send that list alone, [{…}, {…}], or its objects one a line (NDJSON)",
    )


def _holder(begin: str) -> str:
    """The key, or keys with points between, under which the first list of objects lies in an
    object, by how it begins; else the first list of nothing. Blank where there is neither.
    """
    opened: list[tuple[str, str]] = []
    key = last = empty = ""
    for token in TOKEN.findall(begin):
        if last == "[" and token in "{]" and all(bracket == "{" for bracket, _ in opened[:-1]):
            path = ".".join(label for _, label in opened if label)
            if token == "{":
                return path
            empty = empty or path
        if token in "{[":
            opened.append((token, key))
        elif token in "}]" and opened:
            opened.pop()
        key = last[1:-1] if token == ":" else ""
        last = token
    return empty


class _Filled:
    """The lines of a file that are not blank."""

    def __init__(self, path: Path):
        self.path = path

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        with self.path.open("rb") as opened:
            for line, text in enumerate(opened, 1):
                if text.strip():
                    yield line, text

    def lines_of(self, records: Sequence[int]) -> Sequence[int]:
        """The lines of some records, each of which is a line."""
        wanted = set(records)
        return [line for record, (line, _) in enumerate(self) if record in wanted]


def _line_by_line(con: duckdb.DuckDBPyConnection, path: Path, target: Path, where: str) -> Reader:
    """The sure way: every line that is an object, and apart from them the lines that are none."""
    lines, torn, line, text = array("q"), [], 0, b""
    with target.open("wb") as out:
        for line, text in _Filled(path):
            wrong = _fault(text)
            if wrong:
                torn.append(Torn(line, text.decode(errors="backslashreplace").strip(), wrong))
            else:
                out.write(text.strip() + b"\n")
                lines.append(line)
    if not lines:
        raise Mistake(
            torn[0].reason,
            where=f"{where}:{torn[0].line}",
            write="Send a list of objects, or one object a line",
        )
    if not text.endswith(b"\n") and torn and torn[-1].line == line:
        raise Mistake("the file is cut off: its last record has no end", where=where, write=AGAIN)
    try:
        reader = _reader(con, target, "ndjson", where)
    except duckdb.Error as error:
        raise _unreadable(error, target, where) from None
    return replace(reader, lines=look_up(lines), torn=tuple(torn))


def _fault(text: bytes) -> str:
    """Why a line is no record; blank where it is one."""
    try:
        found = json.loads(text, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        return f"this is no JSON: {error}"
    return "" if isinstance(found, dict) else "this is JSON, but no object"


def fields(text: str) -> dict[str, str]:
    """The fields of a record that is all of a text. Raises Mistake."""
    if wrong := _fault(text.encode()):
        raise Mistake(wrong)
    return {key: _as_text(value) for key, value in json.loads(text).items()}


def _as_text(value: object) -> str:
    """A value as a column has it."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _pointer(key: str) -> str:
    """A key of a record as a JSON pointer, which can name any key."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _unreadable(error: duckdb.Error, path: Path, where: str) -> Mistake:
    return Mistake(f"the JSON cannot be read ({words(error, path, where)})", where=where)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
