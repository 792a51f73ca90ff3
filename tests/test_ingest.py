"""Ingest: every row accounted for, every wrong file told, in every format."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from cockpit.record.handover import send
from cockpit.record.ingest import Receipt, receipt_of
from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import town as towns

ROWS = [
    {"number": f"a{n}", "place": "town/n/e/1/a", "title": f'第{n}件, "quoted"\nsecond line',
     "reported_at": f"2026-01-0{n} 09:00:00", "rework_count": str(n)}
    for n in range(1, 7)
]  # fmt: skip


def write(path: Path, form: str) -> Path:
    """The six rows in a format."""
    text = towns.as_csv(ROWS)
    if form == "csv":
        path.write_text(text, "utf-8")
    elif form == "bom":
        path.write_text(text, "utf-8-sig")
    elif form == "gb18030":
        path.write_text(text, "gb18030")
    elif form == "json":
        path.write_text(json.dumps(ROWS, ensure_ascii=False), "utf-8")
    elif form == "ndjson":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")
    elif form == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(list(ROWS[0]))
        for row in ROWS:
            sheet.append(list(row.values()))
        book.save(path)
    else:
        con = duckdb.connect()
        con.execute("create table t (number text, place text, title text, reported_at timestamp,"
                    " rework_count int)")  # fmt: skip
        for row in ROWS:
            con.execute("insert into t values (?, ?, ?, ?, ?)", list(row.values()))
        con.execute(f"copy t to '{path}' (format parquet)")
    return path


FORMS = ("csv", "bom", "gb18030", "json", "ndjson", "xlsx", "parquet")
ENDINGS = {"bom": "csv", "gb18030": "csv"}


def take(settings: Settings, path: Path) -> dict[str, Any]:
    (receipt,) = send(settings, [path], "cases", lambda *_: None)
    return receipt


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("form", FORMS)
def test_every_format_gives_the_same_rows(tmp_path: Path, form: str, packed: bool) -> None:
    settings = towns.found(tmp_path)
    path = write(tmp_path / f"six.{ENDINGS.get(form, form)}", form)
    if packed:
        gz = path.with_name(path.name + ".gz")
        gz.write_bytes(gzip.compress(path.read_bytes()))
        path = gz
    receipt = take(settings, path)
    assert receipt["refused"] is None
    assert [receipt[k] for k in ("read", "accepted", "quarantined")] == [6, 6, 0]
    with Record(settings) as record:
        found = record.con.execute(
            "select number, title, reported_at::varchar, rework_count from cases order by number"
        ).fetchall()
    assert found == [
        (row["number"], row["title"], row["reported_at"], int(row["rework_count"])) for row in ROWS
    ]


GOOD = "number,place,reported_at\n1,town,2026-01-05\n"
UNREADABLE = {
    "empty.csv": (b"", "empty"),
    "blank.csv": (b"\n \n", "blank"),
    "header.csv": (b"number,place,reported_at\n", "no rows"),
    "cut.csv": (GOOD.encode() + b"2,tow", "cut off"),
    "cut.csv.gz": (gzip.compress(GOOD.encode() * 9)[:-9], "cut off"),
    "cut.json": (b'[{"number": 1}, {"num', "cut off"),
    "wrapped.json": (b'{"code": 0, "data": [{"number": 1}]}', "one object, and its records"),
    "nothing.json": (b'{"code": 0, "result": {"list": []}}', "a list under 'result.list'"),
    "cut.ndjson": (b'{"number": 1}\n{"num', "cut off"),
    "cut.parquet": (b"PAR1\x15\x04\x15", "damaged"),
    "cut.xlsx": (b"PK\x03\x04rubbish", "damaged"),
    "bomb.csv.gz": (gzip.compress(bytes(300 << 20)), "times its size"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "no text"),
    "old.xls": (b"\xd0\xcf\x11\xe0" + bytes(64), "xls"),
    "lacks.csv": (b"number,place\n1,town\n", "reported_at"),
    "unknown.csv": (b"number,place,reported_at,closd_at\n1,town,2026-01-05,\n", "closed_at"),
    "twice.csv": (b"number,number,reported_at\n1,1,2026-01-05\n", "twice"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_changes_nothing_and_is_told(tmp_path: Path, name: str) -> None:
    settings = towns.found(tmp_path)
    path = tmp_path / name
    content, words = UNREADABLE[name]
    path.write_bytes(content)
    receipt = take(settings, path)
    assert words in str(receipt["refused"]), receipt["refused"]
    assert name in receipt["refused"]
    with Record(settings) as record:
        assert record.one("select count(*) from cases") == 0


def test_a_list_in_a_record_is_no_list_of_records(tmp_path: Path) -> None:
    record = {"number": "1", "place": "town", "reported_at": "2026-01-05", "title": [{"a": 1}]}
    path = tmp_path / "one.json"
    path.write_text(json.dumps(record), "utf-8")
    assert take(towns.found(tmp_path), path)["accepted"] == 1


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "folder" in take(towns.found(tmp_path), tmp_path)["refused"]


BAD = """number,place,reported_at,closed_at,grade,channel,lon,lat
1,town,2026-01-05,2026-01-06,1,热线,,
2,town,2026-02-30,,,,,
"3
over two lines",town,2026-01-05,2026-01-04,,,,
4,town,2026-01-05,,9,,,
5,town,2026-01-05,,,smoke signal,,
6,town,2026-01-05,,,,120.1,
,town,2026-01-05,,,,,
8,town,2199-01-05,,,,,
9,town
10,town,2026-01-05,,1.5,,,
"""
FAULTS = {
    3: ("reported_at", "2026-02-30 is no moment"),
    4: ("closed_at", "closed_at lies before reported_at"),
    6: ("grade", "9 is over 4"),
    7: ("channel", "smoke signal is not one of"),
    8: ("lon", "lon and lat come together"),
    9: ("number", "required, but blank"),
    10: ("reported_at", "lies in the future"),
    11: (None, "2 fields where the header has 8"),
    12: ("grade", "1.5 is no whole number"),
}


def test_rows_that_cannot_stand_lie_in_quarantine_with_line_and_reason(tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        receipt = towns.send(record, "bad.csv", BAD)
        found = record.con.execute(
            'select line, "column", reason, original from quarantine order by line'
        ).fetchall()
    assert (receipt.read, receipt.accepted, receipt.quarantined) == (10, 1, 9)
    assert {line: column for line, column, *_ in found} == {
        line: column for line, (column, _) in FAULTS.items()
    }
    for line, _, reason, original in found:
        assert FAULTS[line][1] in reason, (line, reason)
        assert original
    assert "2026-02-30" in found[0][3]


def four(receipt: Receipt) -> tuple[int, int, int, int]:
    assert receipt.read == (
        receipt.accepted + receipt.repeated + receipt.updated + receipt.quarantined
    )
    return receipt.accepted, receipt.repeated, receipt.updated, receipt.quarantined


def test_of_the_repeated_those_that_differ_and_are_older_are_counted(tmp_path: Path) -> None:
    head = "number,place,reported_at,title,updated_at\n"
    stands = "1,town,2026-01-05,a,2026-03-02\n"
    with Record(towns.found(tmp_path)) as record:
        towns.send(record, "a.csv", head + stands)
        for rows, repeated, older in (
            (stands, 1, 0),
            ("1,town,2026-01-05,b,\n", 1, 1),
            ("1,town,2026-01-05,b,2026-03-01\n" + stands, 2, 1),
        ):
            receipt = towns.send(record, "b.csv", head + rows)
            assert four(receipt) == (0, repeated, 0, 0)
            assert receipt.older == older
            assert receipt_of(record, receipt.id) == receipt
        assert record.con.execute("select title from cases").fetchall() == [("a",)]


def test_repeated_updated_and_older_rows_are_told_apart(tmp_path: Path) -> None:
    head = "number,place,reported_at,title,updated_at\n"
    first = "1,town,2026-01-05,a,2026-01-06\n2,town,2026-01-05,b,2026-01-06\n"
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        assert four(towns.send(record, "a.csv", head + first)) == (2, 0, 0, 0)
        assert four(towns.send(record, "a.csv", head + first)) == (0, 2, 0, 0)
        newer = "1,town,2026-01-05,newer,2026-01-07\n"
        older = "1,town,2026-01-05,older,2026-01-01\n"
        assert four(towns.send(record, "b.csv", head + newer + older)) == (0, 1, 1, 0)
        twice = "3,town,2026-01-05,x,2026-01-06\n3,town,2026-01-05,y,2026-01-07\n"
        assert four(towns.send(record, "c.csv", head + twice)) == (1, 0, 1, 0)
        mended = "2,town,2026-01-05,mended,2026-01-06\n"
        assert four(towns.send(record, "d.csv", head + mended)) == (0, 0, 1, 0)
        titles = record.con.execute("select title from cases order by number").fetchall()
    assert titles == [("newer",), ("mended",), ("y",)]


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("2026/1/5 8:30", "2026-01-05 08:30:00"),
        ("2026年1月5日", "2026-01-05 00:00:00"),
        ("2026-01-05T08:30:00Z", "2026-01-05 16:30:00"),
        ("2026-01-05T08:30:00+09:00", "2026-01-05 07:30:00"),
        ("20260105", "2026-01-05 00:00:00"),
    ],
)
def test_moments_are_read_as_people_write_them(tmp_path: Path, text: str, stands: str) -> None:
    with Record(towns.found(tmp_path)) as record:
        towns.send(record, "a.csv", f"number,place,reported_at\n1,town,{text}\n")
        assert record.one("select reported_at::varchar from cases") == stands


def test_places_fall_to_their_nearest_known_ancestor_and_are_counted(tmp_path: Path) -> None:
    codes = ("town/n/e/1/a", "town/n/e/1/zz", "town/n/qq", "nowhere", "", "town/old")
    text = "number,place,reported_at\n" + "".join(
        f"{n},{code},2026-01-05\n" for n, code in enumerate(codes)
    )
    with Record(towns.found(tmp_path)) as record:
        receipt = towns.send(record, "a.csv", text)
        tree = record.city.tree
        found = record.con.execute("select pos from cases order by number").fetchall()
    assert [tree.places[pos].code for (pos,) in found] == [
        "town/n/e/1/a", "town/n/e/1", "town/n", "town", "town", "town/n/e",
    ]  # fmt: skip
    assert (receipt.unplaced, receipt.unknown_places) == (5, 3)


def test_quarantine_goes_out_is_mended_and_comes_back(tmp_path: Path) -> None:
    from cockpit.record.aside import export, listed

    settings = towns.found(tmp_path)
    source = tmp_path / "bad.csv"
    source.write_text("number,place,reported_at\n1,town,soon\n2,town,2026-01-05\n", "utf-8")
    take(settings, source)
    (row,) = listed(settings)
    assert (row["line"], row["column"]) == (2, "reported_at")
    out = tmp_path / "out.csv"
    assert export(settings, out, None, None) == (1, "cases")
    out.write_text(out.read_text("utf-8-sig").replace(",soon,", ",2026-01-06,", 1), "utf-8")
    receipt = take(settings, out)
    assert [receipt[key] for key in ("accepted", "quarantined")] == [1, 0]
    assert listed(settings) == []
