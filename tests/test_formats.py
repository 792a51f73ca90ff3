"""Files of every kind: what they say does not depend on how it is written down, what is no record
is set aside with its line, and what cannot be read at all is refused in words.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.__main__ import main
from cockpit.model.mistakes import Mistake
from cockpit.model.source import Source
from cockpit.record.formats import open_file
from cockpit.record.reader import Reader, Torn
from tests import hamlet

PLAIN = Source(fact="cases")
COLUMNS = ("number", "title", "day")
ROWS = [("1", "暴露垃圾", "2026-01-05"), ("2", 'a, "b"\n; c|', "2026-01-06"), ("3", None, "soon")]
TEXT = 'number,title,day\n1,暴露垃圾,2026-01-05\n2,"a, ""b""\n; c|",2026-01-06\n3,,soon\n'


@contextmanager
def opened(
    name: str, content: bytes, source: Source = PLAIN
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Reader]]:
    """A file of that name and content, made readable."""
    with tempfile.TemporaryDirectory() as folder:
        path, scratch = Path(folder) / name, Path(folder) / "scratch"
        path.write_bytes(content)
        scratch.mkdir()
        yield database(), open_file(database(), path, source, scratch)


@cache
def database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def read(name: str, content: bytes, source: Source = PLAIN) -> tuple[list[Any], list[Torn]]:
    """Its records with their lines, and what was torn: read fast, else the sure way."""
    with opened(name, content, source) as (con, reader):
        try:
            return records(con, reader), list(reader.torn)
        except duckdb.Error:
            if reader.sure is None:
                raise
            reader = reader.sure(lambda share, rows: None)
            return records(con, reader), list(reader.torn)


def records(con: duckdb.DuckDBPyConnection, reader: Reader) -> list[Any]:
    rows = con.execute(reader.sql).fetchall()
    return list(zip(reader.lines(range(len(rows))), rows, strict=True))


def refusal(name: str, content: bytes, source: Source = PLAIN) -> str:
    with pytest.raises(Mistake) as told:
        read(name, content, source)
    return told.value.text()


def workbook(*rows: tuple[Any, ...], above: int = 0) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(rows, above + 1):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


CRLF = TEXT.replace("\n", "\r\n")
SPELLINGS = {
    "commas": ("a.csv", TEXT.encode()),
    "a mark before": ("a.csv", TEXT.encode("utf-8-sig")),
    "gb18030": ("a.csv", TEXT.encode("gb18030")),
    "utf-16": ("a.csv", TEXT.encode("utf-16")),
    "gzipped": ("a.csv.gz", gzip.compress(TEXT.encode())),
    "gzipped gb18030 under another name": ("a.csv", gzip.compress(TEXT.encode("gb18030"))),
    "all in quotes": ("a.csv", b""),
    "semicolons": ("a.csv", b";"),
    "pipes": ("a.txt", b"|"),
    "tabs": ("a.tsv", b"\t"),
    "tabs in a .txt": ("a.txt", b"\t"),
    "quotes after blanks": ("a.csv", TEXT.replace(',"', ', "').replace('",', '" ,').encode()),
    "blank lines": ("a.csv", TEXT.replace("3,", "\n\n3,").encode()),
    "lines of blanks": ("a.csv", TEXT.replace("3,", " \n  \n3,").encode()),
    "no end of the last line": ("a.csv", TEXT.rstrip("\n").encode()),
    "lines end in two ways": ("a.csv", TEXT.replace("05\n", "05\r\n").encode()),
    "a name with patterns": ("re[1]*'?.csv", TEXT.encode()),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_csv_says_the_same_however_it_is_spelt(spelling: str) -> None:
    name, content = SPELLINGS[spelling]
    if len(content) < 2:
        out = io.StringIO()
        quoting = csv.QUOTE_MINIMAL if content else csv.QUOTE_ALL
        writer = csv.writer(
            out, delimiter=content.decode() or ",", quoting=quoting, lineterminator="\n"
        )
        writer.writerows([COLUMNS, *ROWS])
        content = out.getvalue().encode()
    found, torn = read(name, content)
    assert [row for _, row in found] == ROWS
    assert torn == []
    assert [line for line, _ in found][:2] == [2, 3]


def test_lines_may_end_in_any_way() -> None:
    inside = [(*ROWS[1][:1], ROWS[1][1].replace("\n", "\r\n"), *ROWS[1][2:])]  # type: ignore[union-attr]
    assert [row for _, row in read("a.csv", CRLF.encode())[0]] == [ROWS[0], *inside, ROWS[2]]
    old = "number,day\r1,a\r2,b\r"
    assert read("a.csv", old.encode())[0] == [(2, ("1", "a")), (3, ("2", "b"))]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("form", ["json", "ndjson", "parquet", "xlsx"])
def test_every_format_says_the_same_as_the_csv(form: str, packed: bool) -> None:
    objects = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    content = {
        "json": json.dumps(objects, ensure_ascii=False, indent=1).encode("gb18030"),
        "ndjson": "\n".join(json.dumps(row) for row in objects).encode(),
        "parquet": parquet(**{key: [row[key] for row in objects] for key in COLUMNS}),
        "xlsx": workbook(COLUMNS, *ROWS),
    }[form]
    found, torn = read(f"a.{form}", gzip.compress(content) if packed else content)
    assert ([row for _, row in found], torn) == (ROWS, [])


def test_typed_cells_become_the_text_that_a_csv_would_hold() -> None:
    moment, day = datetime(2026, 1, 5, 8, 30), date(2026, 1, 5)
    told = ("330102001001", "1.5", "2026-01-05 08:30:00", "2026-01-05", "true")
    typed = (330102001001.0, 1.5, moment, day, True)
    columns = ("number", "a", "b", "c", "d")
    named = {key: [value] for key, value in zip(columns, typed, strict=True)}
    assert read("a.xlsx", workbook(columns, typed))[0] == [(2, told)]
    assert read("a.parquet", parquet(**named))[0] == [(1, told)]


@pytest.mark.parametrize("key", ["", "a.b", "a/b", "a~b", "$x", "*", 'q"q', "0", "键"])
def test_any_key_of_json_is_a_column(key: str) -> None:
    found = read("a.json", json.dumps([{"number": "1", key: {"in": [1, None]}}]).encode())[0]
    assert found == [(1, ("1", '{"in":[1,null]}'))]


# Lines and what is torn


def test_torn_lines_are_set_aside_and_all_others_keep_their_lines() -> None:
    text = 'number,title,day\n1,"two\n\nlines",a\n2,b\n\n3,c,d,e\n4,"x"y,z\n5,"open,z\n6,"f",g\n'
    found, torn = read("a.csv", text.encode())
    assert found == [(2, ("1", "two\n\nlines", "a")), (10, ("6", "f", "g"))]
    assert [(part.line, part.text) for part in torn] == [
        (5, "2,b"), (7, "3,c,d,e"), (8, '4,"x"y,z'), (9, '5,"open,z'),
    ]  # fmt: skip
    assert torn[0].reason == "2 fields where the header has 3"
    assert torn[0].fields == ("2", "b")
    assert "quote" in torn[2].reason


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_broken_character_costs_its_own_row_and_no_other(encoding: str) -> None:
    rows = "".join(f"{n},城市管理街面秩序,d\n" for n in range(30)).encode(encoding)
    cut = "城".encode(encoding)[:-1]
    found, torn = read("a.csv", b"number,title,day\n" + rows + b"x," + cut + b",d\n" + rows)
    assert {row[1] for _, row in found} == {"城市管理街面秩序"}
    assert len(found) == 60
    (part,) = torn
    assert part.line == 32
    assert "\\x" in part.text


def test_gb18030_is_seen_however_late_it_comes() -> None:
    early = "".join(f"{n},{'a' * 90},d\n" for n in range(55_000)).encode()
    assert len(early) > 5_000_000
    found, _ = read("a.csv", b"number,title,day\n" + early + "1,街面秩序,d\n".encode("gb18030"))
    assert found[-1] == (55_002, ("1", "街面秩序", "d"))


def test_lines_of_ndjson_are_those_of_the_file() -> None:
    text = '\n{"number": 1}\n\n{"number": 2, oops\n[3]\n{"number": 4}\n'
    found, torn = read("a.ndjson", text.encode())
    assert found == [(2, ("1",)), (6, ("4",))]
    assert [(part.line, part.text) for part in torn] == [(4, '{"number": 2, oops'), (5, "[3]")]


def test_rows_of_a_sheet_are_numbered_as_the_spreadsheet_shows_them() -> None:
    content = workbook(
        COLUMNS, (1, "a", "b"), (), (2, "over\ntwo", "d"), (3, "e", "f", "g"), above=2
    )
    found, torn = read("a.xlsx", content)
    assert found == [(4, ("1", "a", "b")), (6, ("2", "over\ntwo", "d"))]
    assert [(part.line, part.text) for part in torn] == [(7, "3\te\tf\tg")]


CELLS = st.text(alphabet='ab ,;"\n\r\t中', max_size=5)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;|\t"),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_the_fast_and_the_sure_way_read_the_same(
    rows: list[tuple[str, ...]], delimiter: str, end: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=end)
    writer.writerows([("number", "title", "day"), *rows])
    with opened("a.csv", out.getvalue().encode()) as (con, reader):
        assert reader.sure is not None
        sure = reader.sure(lambda share, rows: None)
        fast = records(con, reader)
        assert fast == records(con, sure)
        assert [tuple(cell or "" for cell in row) for _, row in fast] == rows


@settings(max_examples=100, deadline=None)
@given(body=st.text(alphabet='a1,"\n\r ', max_size=40))
def test_whatever_stands_in_a_csv_each_line_is_a_record_or_torn_or_blank(body: str) -> None:
    try:
        found, torn = read("a.csv", f"number,day\n{body}\n".encode())
    except Mistake:  # a quote that is never closed
        return
    lines = [line for line, _ in found] + [part.line for part in torn]
    assert len(lines) == len(set(lines))
    kept = "".join("".join(cell or "" for cell in row) for _, row in found)
    kept += "".join(part.text for part in torn)
    assert sorted(c for c in kept if c in "a1") == sorted(c for c in body if c in "a1")


# Files that are refused


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def stray_cell() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "number", "x"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


PACKED = gzip.compress(TEXT.encode() * 500)
BOOK = workbook(COLUMNS, *ROWS)
TABLE = parquet(number=[str(n) for n in range(1000)])
NEVER = b'number,day\n1,a\n2,"b\n3,c\n'
REFUSED = {
    "empty": ("a.csv", b"", "the file is empty"),
    "empty, gzipped": ("a.csv.gz", gzip.compress(b""), "the file is empty"),
    "blanks": ("a.csv", b"  \n \n", "a.csv:1: the first line is blank"),
    "a blank first line": ("a.csv", b"\nnumber\n1\n", "a.csv:1: the first line is blank"),
    "blank JSON": ("a.json", b"  \n", "blank"),
    "an empty list": ("a.json", b"[]", "no records"),
    "cut in a line": ("a.csv", TEXT.encode()[:-6], "a.csv:5: the file is cut off"),
    "cut in quotes": ("a.csv", NEVER[:-2], "a.csv:3: a quote opens a field here that never ends"),
    "a quote never closed": ("a.csv", NEVER, "a.csv:3: a quote opens a field here"),
    "a header in open quotes": ("a.csv", b'"number,day\n1,a\n', "the header cannot be read"),
    "cut gzip": ("a.csv.gz", PACKED[:-50], "the gzip file is damaged or cut off"),
    "damaged gzip": ("a.csv.gz", flipped(PACKED, 40), "the gzip file is damaged or cut off"),
    "rubbish after gzip": ("a.csv.gz", PACKED + b"rubbish", "the gzip file is damaged"),
    "cut JSON": ("a.json", b'[{"number": 1}, {"num', "cut off"),
    "cut NDJSON": ("a.ndjson", b'{"number": 1}\n{"num', "cut off"),
    "damaged JSON": ("a.json", b'[{"number": 1}, {"num: 2}]', "a.json: the JSON cannot be read"),
    "JSON that is no records": ("a.json", b'[{"number": 1}, 2]', "not all that its list holds are"),
    "JSON that is a number": (
        "a.json",
        b"42\n",
        "no list of records, but 42. Send a list of objects",
    ),
    "JSON that is a word": ("a.json", b'"' + b"x" * 99 + b'"', f'but "{"x" * 39} …. Send a list'),
    "a list under a key": ("a.json", b'{"code": 0, "data": [\n{"n": 1},\n{"n": 2}\n]}', "'data'"),
    "a list under keys": (
        "a.json",
        json.dumps({"a": {"b": [1], "c": {}}, "d": {"rows": [{"n": [{}]}]}}, indent=1).encode(),
        "a list under 'd.rows'. Send that list alone",
    ),
    "a large list under a key": (
        "a.json",
        b'{"code": 0, "data": [' + b'{"n": "x"},' * 3_200_000 + b"{}]}",
        "a list under 'data'",
    ),
    "a large record": ("a.json", b'{"n": "' + b"x" * 34_000_000 + b'"}', "longer than 33,554,432"),
    "one object over lines": ("a.json", b'{\n"number": 1\n}\n', "one object a line"),
    "cut Parquet": ("a.parquet", TABLE[:-40], "the Parquet file is damaged or cut off"),
    "Parquet by name only": ("a.parquet", TEXT.encode(), "no parquet file"),
    "cut xlsx": ("a.xlsx", BOOK[:-40], "the workbook is damaged or cut off"),
    "xlsx by name only": ("a.xlsx", TEXT.encode(), "no xlsx file"),
    "an empty sheet": ("a.xlsx", workbook(), "the sheet is empty"),
    "a sheet twice as named": ("a.xlsx", workbook((), ("a", "A")), "a.xlsx:2: column 'A' stands"),
    "a cell at the far end": ("a.xlsx", stray_cell(), "Clear stray cells"),
    "a bomb of a workbook": ("a.xlsx", zipped(xl__a=bytes(300 << 20)), "150 times its size"),
    "a zip archive": ("a.zip", zipped(a=TEXT.encode()), "a zip archive and no workbook"),
    "a bomb": ("a.csv.gz", gzip.compress(bytes(200 << 20), 1), "150 times its size"),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00", "no text file"),
    "a zero byte": ("a.csv", TEXT.encode() + b"4,\0,d\n", "a.csv:6: a zero byte"),
    "an old workbook": ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(64), "Save it as .xlsx"),
    "a page called .xls": ("a.xls", b"<html><table></table></html>", "a page, not a table"),
    "a line of 100 MB": ("a.csv", b"number\n" + b"x" * 100_000_000, "a.csv:2: this line is longer"),
    "a header of 100 MB": ("a.csv", b"x" * 100_000_000, "a.csv:1: this line is longer"),
    "neither encoding": (
        "a.csv",
        "number\né,\nà;\n".encode("latin-1"),
        "neither UTF-8 nor GB18030",
    ),
    "a column twice": ("a.csv", b"number,Number\n1,2\n", "a.csv:1: column 'Number' stands twice"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_in_words(what: str) -> None:
    name, content, words = REFUSED[what]
    told = refusal(name, content)
    assert words in told, told
    assert tempfile.gettempdir() not in told, "a path of the machine"


def test_a_sheet_that_is_not_there_is_told_with_those_that_are() -> None:
    told = refusal("a.xlsx", BOOK, Source(fact="cases", sheet="九月"))
    assert told == "a.xlsx: there is no sheet '九月'. Sheets: Sheet."


@pytest.mark.parametrize("at", range(4, len(TABLE) - 8, 97))
def test_a_damaged_parquet_is_read_or_refused_and_nothing_else(at: int) -> None:
    told: BaseException | None = None
    try:
        with opened("a.parquet", flipped(TABLE, at)) as (con, reader):
            con.execute(reader.sql).fetchall()
    except (Mistake, duckdb.Error) as error:
        told = error
    assert not isinstance(told, duckdb.IOException), "it would wait in the inbox for ever"


@pytest.mark.parametrize("how", [[], ["--json"]], ids=["words", "json"])
@pytest.mark.parametrize("what", ["missing.csv", "a folder", "cut.csv", "stray.xlsx"])
def test_the_verb_tells_a_refusal_and_ends_with_1(
    tmp_path: Path,
    what: str,
    how: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chosen = hamlet.found(tmp_path)
    (tmp_path / "a folder").mkdir()
    (tmp_path / "cut.csv").write_text("number,reported_at\n1,2026-01-05\n2", "utf-8")
    (tmp_path / "stray.xlsx").write_bytes(stray_cell())
    where = ["--source", "cases", "--home", str(chosen.home), "--city", str(chosen.city)]
    monkeypatch.setenv("COCKPIT_SHIPPED", str(chosen.shipped))
    monkeypatch.setattr(sys, "argv", ["cockpit", "ingest", str(tmp_path / what), *where, *how])
    with pytest.raises(SystemExit) as leaving:
        main()
    assert leaving.value.code == 1
    told = capsys.readouterr()
    if how:
        assert json.loads(told.out)["refused"]
        assert told.err == ""
    else:
        assert "refused, nothing changed" in told.err
