"""The law of rows: whatever a CSV holds, every row is accepted, repeated, updated or quarantined,
at its line, and what stands in the end is what a few lines of Python say too.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.record.ingest import Receipt
from cockpit.record.store import Record
from tests import town as towns

COLUMNS = ("number", "place", "reported_at", "title", "grade", "updated_at")
DAYS = {"2026-01-05": "2026-01-05", "2026年1月6日": "2026-01-06", "2026/1/7": "2026-01-07"}
NO_DAY = ("2026-02-30", "soon")
GRADES = {"": None, "1": 1, "4.0": 4}
NO_GRADE = ("9", "1.5", "x")
FIELDS = (
    st.sampled_from(["1", "2", " 3 ", ""]),
    st.sampled_from(["town", "town/n/e/1/a", "nowhere"]),
    st.sampled_from([*DAYS, *DAYS, *NO_DAY, ""]),
    st.text(alphabet='ab ,;"\n\r\t中é', max_size=6),
    st.sampled_from([*GRADES, *GRADES, *NO_GRADE]),
    st.sampled_from(["", "", *DAYS]),
)


@dataclass(frozen=True)
class Line:
    """A row as it is written: its fields, how many of them, all in quotes or not, blanks above."""

    fields: tuple[str, ...]
    width: int
    quoted: bool
    above: int

    def text(self) -> str:
        """The row as CSV, with fields missing or over where its width says so."""
        out = io.StringIO()
        bare = "\r" in self.fields[3]  # which csv.writer leaves unquoted, and ends a line with
        quoting = csv.QUOTE_ALL if self.quoted or bare else csv.QUOTE_MINIMAL
        writer = csv.writer(out, quoting=quoting, lineterminator="\n")
        writer.writerow((*self.fields, "over")[: self.width])
        return "\n" * self.above + out.getvalue()


LINES = st.builds(
    Line,
    st.tuples(*FIELDS),
    st.sampled_from([6, 6, 6, 6, 6, 6, 6, 5, 7]),
    st.booleans(),
    st.sampled_from([0, 0, 0, 1]),
)
Row = tuple[str, str | None, str, int | None, str | None, str]
FATES = ("accepted", "repeated", "updated", "quarantined")


class Model:
    """What the record should hold, kept in a dictionary."""

    def __init__(self) -> None:
        self.stands: dict[str, tuple[str, Row]] = {}

    def take(self, lines: Sequence[Line]) -> tuple[Counter[str], list[int]]:
        """What becomes of each row, and the lines of those in quarantine."""
        found: Counter[str] = Counter()
        aside = []
        for at, line in numbered(lines):
            row = stand(line)
            fate = "quarantined" if row is None else self._weigh(row)
            found["repeated" if fate == "older" else fate] += 1
            found["older"] += fate == "older"
            aside += [at] if row is None else []
        return found, aside

    def _weigh(self, row: Row) -> str:
        key, version = row[0], row[4] or row[2]
        before = self.stands.get(key)
        if before is not None and before[1] == row:
            return "repeated"
        if before is not None and version < before[0]:
            return "older"
        self.stands[key] = (version, row)
        return "accepted" if before is None else "updated"


def numbered(lines: Sequence[Line]) -> Iterator[tuple[int, Line]]:
    """Rows with the line of the file that each begins on."""
    at = 2
    for line in lines:
        yield at + line.above, line
        at += len(re.findall(r"\r\n|\n|\r", line.text()))


def stand(line: Line) -> Row | None:
    """The row as the record keeps it, or None where it may not stand."""
    number, place, reported, title, grade, updated = line.fields
    sound = number.strip() and reported in DAYS and grade in GRADES
    if line.width != len(COLUMNS) or not sound:
        return None
    text = title.strip(" ") or None
    return number.strip(), text, DAYS[reported], GRADES[grade], DAYS.get(updated), place


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    with Record(towns.found(tmp_path_factory.mktemp("rows"))) as opened:
        yield opened


def clear(record: Record) -> None:
    for table in ("cases", "changed_cases", "touched", "quarantine", "receipts"):
        record.con.execute(f"delete from {table}")


def standing(record: Record) -> dict[str, Row]:
    rows = record.con.execute(
        "select number, title, reported_at::date::varchar, grade, updated_at::date::varchar, place"
        " from cases"
    ).fetchall()
    return {row[0]: row for row in rows}


def counted(receipt: Receipt) -> Counter[str]:
    assert sum(getattr(receipt, fate) for fate in FATES) == receipt.read
    return +Counter({fate: getattr(receipt, fate) for fate in (*FATES, "older")})


@settings(max_examples=60, deadline=None)
@given(files=st.lists(st.lists(LINES, min_size=1, max_size=12), min_size=1, max_size=2))
def test_every_row_meets_the_fate_that_a_model_gives_it(
    record: Record, files: list[list[Line]]
) -> None:
    clear(record)
    model = Model()
    for lines in files:
        text = ",".join(COLUMNS) + "\n" + "".join(line.text() for line in lines)
        receipt = towns.send(record, "dirty.csv", text)
        assert receipt.refused is None
        fates, aside = model.take(lines)
        assert counted(receipt) == +fates
        assert standing(record) == {key: row for key, (_, row) in model.stands.items()}
        found = record.con.execute(
            "select line, original from quarantine where receipt = ? order by line",
            [receipt.number],
        ).fetchall()
        assert [line for line, _ in found] == aside
        kept = dict(numbered(lines))
        for at, original in found:
            fields = {key: value or "" for key, value in json.loads(original).items()}
            if kept[at].width == len(COLUMNS):
                assert tuple(fields.values()) == kept[at].fields
            else:
                assert fields["_text"] == kept[at].text().strip("\n")


def test_the_order_of_files_does_not_matter_where_each_row_has_its_own_time(record: Record) -> None:
    head = "number,place,reported_at,title,updated_at\n"
    files = [
        head + "1,town,2026-01-05,old,2026-01-06\n2,town,2026-01-05,a,2026-01-09\n",
        head + "1,town,2026-01-05,new,2026-01-08\n",
        head + "1,town,2026-01-05,middle,2026-01-07\n2,town,2026-01-05,b,2026-01-07\n",
    ]
    ends, dropped = [], []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        clear(record)
        receipts = [towns.send(record, "a.csv", files[number]) for number in order]
        ends.append({number: row[1] for number, row in standing(record).items()})
        dropped.append([(receipt.repeated, receipt.older) for receipt in receipts])
    assert ends == [{"1": "new", "2": "a"}] * 3
    # What came too late to stand is told: "middle" and "b"; "old"; "middle", then "old".
    assert dropped == [
        [(0, 0), (0, 0), (2, 2)],
        [(0, 0), (0, 0), (1, 1)],
        [(0, 0), (1, 1), (1, 1)],
    ]


@pytest.mark.parametrize("rows", [200_000])
def test_lines_stay_right_in_a_file_that_is_read_in_parallel(
    record: Record, tmp_path: Path, rows: int
) -> None:
    clear(record)
    bad = {7: "soon", 65_537: "2026-02-30", 131_072: "soon", rows - 1: "soon"}
    title = "长" * 80 + '"" ' + "x" * 60
    with (record.settings.home / "large.csv").open("w", encoding="utf-8") as out:
        out.write("number,place,reported_at,title\n")
        for row in range(rows):
            quoted = f'"{title}\n{row}"' if row % 1000 == 0 else title.replace('""', "")
            out.write(f"{row},town,{bad.get(row, '2026-01-05')},{quoted}\n")
    text = (record.settings.home / "large.csv").read_text("utf-8")
    assert len(text.encode()) > 60_000_000
    receipt = towns.send(record, "large.csv", text)
    assert (receipt.read, receipt.quarantined) == (rows, len(bad))
    found = record.con.execute("select line, original ->> 'number' from quarantine").fetchall()
    assert dict(found) == {2 + row + row // 1000 + 1: str(row) for row in bad}
