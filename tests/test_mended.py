"""The way back: what lies in quarantine goes out, is mended or not, and is sent again, as often as
it takes; nothing of ours becomes part of a row, and what is still wrong waits once.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cockpit.record.aside import export
from cockpit.record.ingest import Landed, Receipt, ingest, receipt_of
from cockpit.record.queries import source as find_source
from cockpit.record.store import Record
from cockpit.record.worker import Worker
from tests import hamlet
from tests.test_rows import COLUMNS, LINES, Line

HEAD = "number,place,reported_at,title\n"
NOTES = ["_receipt", "_line", "_column", "_reason"]
Rows = list[dict[str, str]]


class Desk:
    """An open record, and whoever mends what lies there."""

    def __init__(self, record: Record):
        self.record, self.folder = record, record.settings.home.parent
        self._worker = Worker(record)

    def take(self, name: str, content: str | bytes, source: str = "cases") -> Receipt:
        """Take a file in."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = find_source(self.record.settings.folders, source)
        id = f"{self.record.next_receipt()}~{name}"
        receipt = ingest(self.record, Landed(id, name, found, path))
        fates = receipt.accepted, receipt.repeated, receipt.updated, receipt.quarantined
        assert receipt.read == sum(fates)
        return receipt

    def out(self) -> Rows:
        """An export, as a spreadsheet shows it."""
        assert self._worker.publish()[1] is None
        export(self.record.settings, self.folder / "out.csv", None, None)
        with (self.folder / "out.csv").open(encoding="utf-8-sig", newline="") as opened:
            header, *rows = csv.reader(opened)
        assert len({column.lower() for column in header}) == len(header)
        return [dict(zip(header, row, strict=True)) for row in rows]

    def back(self, rows: Rows) -> Receipt:
        """Send rows of an export again."""
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        return self.take("back.csv", text.getvalue())

    def waits(self) -> list[tuple[str, str]]:
        """The text or the fields of all that lies in quarantine, each with its reason."""
        found = []
        for original, reason in self._lying("original, reason"):
            fields = json.loads(original)
            assert not set(NOTES) & set(fields)
            text = fields.get("_text") or ",".join(value or "" for value in fields.values())
            found.append((text, reason))
        return found

    def spots(self) -> list[tuple[int, int]]:
        """Receipt and line of all that lies in quarantine."""
        return self._lying("receipt, line")

    def _lying(self, columns: str) -> list[Any]:
        return self.record.con.execute(
            f"select {columns} from quarantine where not resolved order by receipt, line"
        ).fetchall()

    def titles(self) -> dict[str, str | None]:
        """What stands."""
        return dict(self.record.con.execute("select number, title from cases").fetchall())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Record(hamlet.found(tmp_path)) as record:
        yield Desk(record)


def test_it_goes_out_and_comes_back_as_often_as_it_takes(desk: Desk) -> None:
    wrong = [f"{n},town,soon,title {n}" for n in range(1, 5)]
    assert desk.take("bad.csv", HEAD + "\n".join(wrong) + "\n").quarantined == 4
    reason = "reported_at: soon is no moment (write 2026-10-01 08:30:00)"
    for left in (4, 3, 2, 1):
        rows = desk.out()
        assert list(rows[0]) == [*HEAD.strip().split(","), *NOTES]
        assert desk.waits() == [(row, reason) for row in wrong[4 - left :]]
        rows[0]["reported_at"] = "2026-01-05"
        receipt = desk.back(rows)
        assert (receipt.accepted, receipt.quarantined) == (1, left - 1)
    assert desk.spots() == []
    assert desk.titles() == {str(n): f"title {n}" for n in range(1, 5)}


def test_whatever_lies_there_lies_there_still_when_it_is_sent_as_it_was(desk: Desk) -> None:
    @settings(max_examples=12, deadline=None)
    @given(lines=st.lists(LINES, min_size=1, max_size=30))
    def law(lines: list[Line]) -> None:
        desk.record.con.execute("delete from quarantine")
        text = ",".join(COLUMNS) + "\n" + "".join(line.text() for line in lines)
        receipt = desk.take("dirty.csv", text)
        before = desk.waits()
        assert len(before) == receipt.quarantined
        assume(before)
        again = desk.back(desk.out())
        assert (again.read, again.quarantined) == (len(before), len(before))
        assert desk.waits() == before

    law()


def test_a_zero_byte_in_a_row_keeps_no_export_from_coming_back(desk: Desk) -> None:
    row = {"number": "1", "place": "town", "reported_at": "soon", "title": "a\0b\r\nc"}
    desk.take("a.json", json.dumps([row]))
    (found,) = desk.out()
    assert found["title"] == "ab\r\nc"
    assert desk.back([found | {"reported_at": "2026-01-05"}]).accepted == 1
    assert desk.spots() == []


CSV = HEAD + '1,town\n2,town,2026-01-05,"open"x\n3,town,2026-01-05,a,b\n9,town,2026-01-05,ok\n'
BYTES = HEAD.encode() + "1,town,2026-01-05,中文中文中文".encode() + b"\xff\n9,town,2026-01-05,\n"
BROKEN = '{"number": "1", "place": "town", "reported_at": "2026-01-05", "title": "a"'
NDJSON = (
    f'{BROKEN}\n{{"number": "9", "place": "town", "reported_at": "2026-01-05", "title": "ok"}}\n'
)


def workbook(path: Path) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD.strip().split(","), ["1", "town", "2026-01-05", "a", "stray"]):
        sheet.append(row)
    book.save(path)
    return path.read_bytes()


TORN: dict[str, tuple[Callable[[Path], str | bytes], list[tuple[str, str]]]] = {
    "bad.csv": (
        lambda path: CSV,
        [
            ("1,town", "2 fields where the header has 4"),
            ('2,town,2026-01-05,"open"x', "a quote stands where a field neither begins nor ends"),
            ("3,town,2026-01-05,a,b", "5 fields where the header has 4"),
        ],
    ),
    "bytes.csv": (
        lambda path: BYTES,
        [
            (
                "1,town,2026-01-05,中文中文中文\\xff",
                "it holds bytes that are no characters in the file's encoding",
            )
        ],
    ),
    "bad.ndjson": (
        lambda path: NDJSON,
        [(BROKEN, "this is no JSON: Expecting ',' delimiter: line 2 column 1 (char 75)")],
    ),
    "bad.xlsx": (
        workbook,
        [
            (
                "1\ttown\t2026-01-05\ta\tstray",
                "cells stand right of the last column, 'title'",
            )
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TORN)
def test_what_was_torn_keeps_its_text_and_its_reason_until_it_is_mended(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    content, torn = TORN[name]
    receipt = desk.take(name, content(tmp_path / "made.xlsx"))
    assert receipt.quarantined == len(torn)
    for _ in range(2):
        assert desk.waits() == torn
        again = desk.back(desk.out())
        assert (again.read, again.quarantined) == (len(torn), len(torn))
    assert desk.waits() == torn


def in_text(text: str) -> Callable[[dict[str, str]], None]:
    return lambda row: row.update(_text=text)


def in_columns(**fields: str) -> Callable[[dict[str, str]], None]:
    return lambda row: row.update(fields)


MENDED: dict[str, tuple[str, list[Callable[[dict[str, str]], None]], dict[str, str | None]]] = {
    "its text": (
        CSV,
        [
            in_text('1,town,2026-01-05,"a, b"'),
            in_text('2,town,2026-01-05,"open x"'),
            in_text("3,town,2026-01-05,a b"),
        ],
        {"1": "a, b", "2": "open x", "3": "a b", "9": "ok"},
    ),
    "its columns": (
        CSV,
        [
            in_columns(reported_at="2026-01-05", title="a"),
            in_columns(number="2", place="town", reported_at="2026-01-05", title="b"),
            in_columns(title="a b"),
        ],
        {"1": "a", "2": "b", "3": "a b", "9": "ok"},
    ),
    "its text taken out": (
        CSV,
        [
            in_columns(reported_at="2026-01-05", _text=""),
            in_text("2,town,2026-01-05,b"),
            in_columns(_text=" "),
        ],
        {"1": None, "2": "b", "3": "a", "9": "ok"},
    ),
    "the text of JSON": (
        NDJSON,
        [in_text(BROKEN + "}")],
        {"1": "a", "9": "ok"},
    ),
    "text parted by tabs": (
        CSV.replace(",", "\t"),
        [
            in_text("1\ttown\t2026-01-05\ta,b,c,d"),
            in_text("2\ttown\t2026-01-05\tb"),
            in_text("3\ttown\t2026-01-05\tc"),
        ],
        {"1": "a,b,c,d", "2": "b", "3": "c", "9": "ok"},
    ),
}


@pytest.mark.parametrize("what", MENDED)
def test_what_was_torn_is_read_from_what_was_mended(desk: Desk, what: str) -> None:
    content, mend, stands = MENDED[what]
    desk.take("bad.txt", content)
    rows = desk.out()
    for each, row in zip(mend, rows, strict=True):
        each(row)
    assert desk.back(rows).accepted == len(rows)
    assert desk.spots() == []
    assert desk.titles() == stands


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,town,soon", "3 fields where the header has 4"),
        ("1,town,2026-01-05,a\n2,town,2026-01-05,b", "more than one record stands here"),
        ('1,town,2026-01-05,"a', "a quote opens a field here that never ends"),
        ('{"number": "1", "plaice": "town"}', "'plaice' is no column of this file"),
        ("[1", "1 fields where the header has 4"),
    ],
)
def test_a_text_that_is_mended_wrongly_lies_there_with_what_is_wrong_now(
    desk: Desk, text: str, reason: str
) -> None:
    desk.take("bad.csv", HEAD + "1,town\n")
    (row,) = desk.out()
    assert desk.back([row | {"_text": text}]).quarantined == 1
    assert desk.waits() == [(text, reason)]
    (row,) = desk.out()
    assert desk.back([row | {"_text": "1,town,2026-01-05,a"}]).accepted == 1
    assert desk.spots() == []


def test_a_line_torn_by_mending_is_told_and_all_rows_still_wait(desk: Desk) -> None:
    desk.take("bad.csv", HEAD + "1,town,soon,a\n2,town,soon,b\n")
    before = desk.waits()
    desk.out()
    text = (
        (desk.folder / "out.csv").read_text("utf-8-sig").replace("1,town,soon", "1,town,2026,01,05")
    )
    refused = desk.take("back.csv", text).refused
    assert refused is not None
    assert "back.csv:2: 10 fields where the header has 8. Mend this line" in refused
    assert desk.waits() == before


def test_what_comes_again_as_it_was_waits_once_under_the_newest_receipt(desk: Desk) -> None:
    dump = HEAD + "1,town,soon,a\n2,town\n3,town,2026-01-05,c\n"
    for number in (1, 2, 3):
        assert desk.take("dump.csv", dump).quarantined == 2
        assert desk.spots() == [
            (number, 2),
            (number, 3),
        ]
    turned = "title,reported_at,number,place,grade\na,soon,1,town,\n"
    assert desk.take("turned.csv", turned).quarantined == 1
    assert desk.spots() == [(3, 3), (4, 2)]
    assert desk.take("other.csv", HEAD + "1,town,later,a\n").quarantined == 1
    assert len(desk.spots()) == 3


def test_a_row_that_came_twice_in_a_file_waits_at_both_lines(desk: Desk) -> None:
    twice = HEAD + "1,town,soon,a\n" * 2
    for _ in range(2):
        receipt = desk.take("twice.csv", twice)
        assert receipt.quarantined == 2
        assert desk.spots() == [(receipt.number, 2), (receipt.number, 3)]


def test_an_export_settles_its_rows_though_they_came_again_since(desk: Desk) -> None:
    dump = HEAD + "1,town,soon,a\n2,town\n"
    desk.take("dump.csv", dump)
    first, second = desk.out()
    desk.take("dump.csv", dump)
    first["reported_at"] = "2026-01-05"
    second["_text"] = "2,town,2026-01-05,b"
    assert desk.back([first, second]).accepted == 2
    assert desk.spots() == []


def test_one_source_settles_nothing_of_another(desk: Desk) -> None:
    sources = desk.record.settings.shipped / "sources"
    sources.mkdir()
    (sources / "own.sql").write_text('/* fact = "cases" */ from raw', "utf-8")
    for source in ("cases", "own"):
        desk.take("bad.csv", HEAD + "1,town,soon,a\n", source)
    assert desk.spots() == [(1, 2), (2, 2)]


def test_files_that_spell_their_columns_differently_go_out_in_one(desk: Desk) -> None:
    desk.take("a.csv", HEAD + "1,town,soon,a\n")
    desk.take("b.csv", HEAD.upper() + "2,town,soon,b\n3,town\n")
    rows = desk.out()
    for row in rows:
        row["reported_at"] = "2026-01-05"
    assert desk.back(rows).accepted == 3
    assert desk.spots() == []
    assert desk.titles() == {"1": "a", "2": "b", "3": None}


OLD = """
create table receipts (
    number bigint primary key, id varchar unique, source varchar, fact varchar, file varchar,
    size bigint, read bigint, accepted bigint, repeated bigint, updated bigint, quarantined bigint,
    unplaced bigint, unknown_places bigint, started timestamp, finished timestamp,
    refused varchar);
create table quarantine (
    receipt bigint, source varchar, fact varchar, line bigint, "column" varchar, reason varchar,
    original varchar, resolved boolean default false);
insert into receipts values
    (1, 'a', 'cases', 'cases', 'a.csv', 9, 1, 0, 0, 0, 1, 0, 0, '2026-01-05', '2026-01-05', null),
    (2, 'b', 'cases', 'cases', 'b.csv', 9, 1, 0, 0, 0, 1, 0, 0, '2026-01-05', '2026-01-05', null);
insert into quarantine values
    (1, 'cases', 'cases', 2, 'reported_at', 'no moment', $first, false),
    (2, 'cases', 'cases', 2, 'reported_at', 'no moment', $second, false);
"""


def test_a_home_of_before_is_rid_of_notes_that_became_part_of_its_rows(tmp_path: Path) -> None:
    chosen = hamlet.found(tmp_path)
    chosen.home.mkdir()
    (chosen.home / "city.txt").write_text(str(chosen.city))
    first = {"number": "1", "place": "town", "reported_at": "soon", "title": None}
    notes = {"_text": None, "_receipt": "1", "_line": "2", "_column": "c", "_reason": "r"}
    with duckdb.connect(str(chosen.record)) as con:
        values = {"first": json.dumps(first), "second": json.dumps(first | {"number": "2"} | notes)}
        for statement in OLD.split(";\n"):
            used = {key: value for key, value in values.items() if f"${key}" in statement}
            con.execute(statement, used)
    with Record(chosen) as record:
        before = receipt_of(record, "a")
        assert before is not None
        assert (before.quarantined, before.older) == (1, None)
        desk = Desk(record)
        desk.take("c.csv", HEAD + "1,town,soon,\n3,town,soon,\n")
        rows = desk.out()
        assert list(rows[0]) == [*first, *NOTES]
        assert [(row["number"], row["_receipt"]) for row in rows] == [
            ("2", "2"),
            ("1", "3"),
            ("3", "3"),
        ]
        assert desk.back(rows).quarantined == 3
        assert len(desk.spots()) == 3
