"""Mappings: every record becomes one row of the fact, and a wrong word is told with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cockpit.model.mistakes import Mistake
from cockpit.model.source import Source, read_source
from cockpit.record.ingest import Landed, Receipt, ingest
from cockpit.record.store import Record
from tests import town as towns

HEADER = '/*\nfact = "cases"\n*/\n'
FILE = "number,place,reported_at,title\n1,town,2026-01-05,-\n2,town,2026-01-06, b \n"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    with Record(towns.found(tmp_path_factory.mktemp("mapping"))) as opened:
        yield opened


def take(record: Record, source: Source, text: str = FILE, name: str = "a.csv") -> Receipt:
    path = record.settings.home / name
    path.write_text(text, "utf-8")
    return ingest(record, Landed(f"{record.next_receipt()}", name, source, path))


def mapping(sql: str) -> Source:
    return read_source("own", HEADER + sql, "sources/own.sql")


WRONG = {
    "a condition": ("select * from raw where number = '1'", "has WHERE"),
    "a limit": ("select * from raw limit 1", "has DISTINCT, ORDER BY or LIMIT"),
    "no doubles": ("select distinct * from raw", "has DISTINCT, ORDER BY or LIMIT"),
    "groups": ("select number from raw group by number", "has GROUP BY"),
    "a sum": ("select max(number) as number, 'x' as reported_at from raw", "GROUP BY"),
    "a sample": ("select * from raw using sample 1", "has USING SAMPLE"),
    "another raw": ("with raw as (select 1 as number) select * from raw", "has WITH"),
    "more rows": ("select *, unnest(['a', 'b']) as address from raw", "has UNNEST"),
    "a join": ("select raw.* from raw, raw r", "does not read from raw alone"),
    "another file": ("select * from read_csv('places.csv')", "does not read from raw alone"),
    "a file beside": ("select *, (select 1) as address from raw", "another SELECT in it"),
    "two statements": ("select 1; select 2", "more than one statement"),
    "no SELECT": ("drop table cases", "not a SELECT"),
    "no SQL": ("select from where", "not a SELECT"),
    "a column that no fact has": ("select *, number as nunber from raw", "Did you mean 'number'"),
    "a cast that fails": ("select number, place, title::date as reported_at from raw", "date"),
    "a fault of its own": ("select *, error('oh') as address from raw", "oh"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mapping_that_is_none_is_told_and_changes_nothing(record: Record, what: str) -> None:
    sql, words = WRONG[what]
    receipt = take(record, mapping(sql))
    assert words in str(receipt.refused), receipt.refused
    assert record.one("select count(*) from cases") == 0
    assert record.one("select count(*) from quarantine") == 0


def test_a_file_of_another_source_is_told_what_it_lacks(record: Record) -> None:
    refused = take(record, mapping('select "CASE ID" as number, place from raw')).refused
    assert str(refused).startswith(
        "a.csv:1: the column 'CASE ID' is missing, which the source 'own'"
    )


def test_a_template_with_a_wrong_column_is_told_the_nearest(record: Record) -> None:
    refused = take(
        record, Source(fact="cases", name="cases"), FILE.replace("title", "titel")
    ).refused
    assert refused == "a.csv:1: cases has no column 'titel'. Did you mean 'title'?."


@pytest.mark.parametrize("column", ["r", "raw", "source", "select", 'a "b"', "_faults", "地点"])
def test_a_column_of_a_file_may_have_any_name(record: Record, column: str) -> None:
    quoted = column.replace('"', '""')
    sql = f'select number, place, reported_at, "{quoted}" as title from raw'
    text = FILE.replace("title", f'"{quoted}"').replace("2026-01-06", "soon")
    with record.transaction():
        record.con.execute("delete from cases")
        record.con.execute("delete from quarantine")
    receipt = take(record, mapping(sql), text)
    assert (receipt.accepted, receipt.quarantined) == (1, 1)
    assert record.one("select title from cases") == "-"
    original = record.con.execute("select original from quarantine").fetchall()[0][0]
    assert '"reported_at":"soon"' in original


def test_names_of_columns_are_read_in_any_case(record: Record) -> None:
    text = FILE.replace("number,place", "NUMBER,Place").replace("\n1,", "\n91,")
    assert take(record, Source(fact="cases", name="upper"), text).accepted == 2


def test_marks_for_nothing_are_nothing(record: Record) -> None:
    source = replace(mapping("select * from raw"), name="marked", null=("-",))
    assert take(record, source).accepted == 2
    assert record.one("select title is null from cases where source = 'marked' and number = '1'")


HEADERS = {
    "a format": ('format = "exel"', "sources/own.sql:3: 'exel' is no format. Known: csv"),
    "an encoding": ('encoding = "gbx"', "sources/own.sql:3: 'gbx' is no encoding"),
    "a delimiter": ('delimiter = "||"', "sources/own.sql:3: the delimiter '||' is more than one"),
    "a key": ('delimeter = ";"', "Did you mean 'delimiter'"),
    "null": ('null = "-"', "null is no list of texts"),
    "a number": ("sheet = 1", "sheet is 1"),
    "no TOML": ("format = csv", "sources/own.sql:3"),
}


@pytest.mark.parametrize("what", HEADERS)
def test_a_wrong_header_is_told_with_its_line(what: str) -> None:
    line, words = HEADERS[what]
    with pytest.raises(Mistake) as told:
        read_source(
            "own", HEADER.replace("*/", f"{line}\n*/") + "select * from raw", "sources/own.sql"
        )
    assert words in told.value.text(), told.value.text()
