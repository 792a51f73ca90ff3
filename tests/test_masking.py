"""What a masked column shows, over values as people write them and over nasty ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.facts import FACTS
from cockpit.model.masking import MASKS, SURNAMES, masked

NASTY = [
    "",
    " ",
    "\n\t",
    "\x00",
    "'; drop table cases; --",
    "%_\\",
    "\\1\\2",
    "张",
    "é",
    "👩‍👩‍👧‍👦",
    "\u202e张三",
    "null",
    "NULL",
    "x" * 5000,
    "1" * 5000,
    "张三\n13812345678",
]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def shown(con: duckdb.DuckDBPyConnection, privacy: str, value: str | None) -> str | None:
    """A value as its class lets it be seen."""
    sql = f"(case when v is not null then {MASKS[privacy]('v')} end)"  # type: ignore[index]
    row = con.execute(f"select {sql} from (select ?::varchar as v)", [value]).fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


@pytest.mark.parametrize(
    ("privacy", "raw", "seen"),
    [
        ("name", "张三", "张**"),
        ("name", "张三丰", "张**"),
        ("name", " 张 三 ", "张**"),
        ("name", "欧阳修", "欧阳**"),
        ("name", "欧阳娜娜", "欧阳**"),
        ("name", "欧阳", "欧**"),
        ("name", "单于", "单**"),
        ("name", "张", "**"),
        ("name", "阿卜杜拉·买买提", "阿**"),
        ("name", "John Smith", "J**"),
        ("name", "13812345678", "**"),
        ("phone", "13812345678", "138****5678"),
        ("phone", "138-1234-5678", "138****5678"),
        ("phone", "+86 138 1234 5678", "138****5678"),
        ("phone", "008613812345678", "138****5678"),
        ("phone", "１３８１２３４５６７８", "138****5678"),
        ("phone", "0571-87654321", "057****4321"),
        ("phone", "87654321", "****21"),
        ("phone", "110", "****"),
        ("phone", "张三家", "****"),
        ("number", "330106199001011234", "330****1234"),
        ("number", "E0601202601050001", "E06****0001"),
        ("number", "XTW20200910", "****910"),
        ("number", "1234567", "****"),
        ("number", "7", "****"),
        (
            "address",
            "杭州市西湖区文新街道阳光社区3幢2单元501室",
            "杭州市西湖区文新街道阳光社区***",
        ),
        ("address", "杭州市 西湖区 文新街道 阳光社区 3幢", "杭州市西湖区文新街道阳光社区***"),
        ("address", "浙江省杭州市余杭区良渚街道", "浙江省杭州市余杭区良渚街道***"),
        ("address", "拱墅区米市巷街道锦绣社区3号", "拱墅区米市巷街道锦绣社区***"),
        ("address", "南京市鼓楼区中山路1号", "南京市鼓楼区***"),
        ("address", "西湖区文三路12号村口", "西湖区***"),
        ("address", "西湖区3幢501室李家村", "西湖区***"),
        ("address", "阳光小区12幢502", "***"),
        ("address", "淳安县威坪镇叶家村8号", "淳安县威坪镇叶家村***"),
        ("address", "123 Main St, Boston", "***"),
        ("free_text", "路灯不亮", "路灯不亮"),
        ("free_text", "联系13812345678张三", "联系***张三"),
        ("free_text", "联系138 1234 5678。", "联系***。"),
        ("free_text", "身份证33010619900101123X,急", "身份证***,急"),
        ("free_text", "电话１３８－１２３４－５６７８", "电话***"),
        ("free_text", "电话一三八一二三四五六七八谢谢", "电话***谢谢"),
        ("free_text", "车浙A·12345占道", "车***占道"),
        ("free_text", "写信 a.b@example.com 即可", "写信 *** 即可"),
        ("free_text", "3幢路灯第2次不亮", "3幢路灯第2次不亮"),
    ],
)
def test_each_class_shows_what_its_rule_says(
    con: duckdb.DuckDBPyConnection, privacy: str, raw: str, seen: str
) -> None:
    assert shown(con, privacy, raw) == seen


@pytest.mark.parametrize("privacy", MASKS)
def test_a_blank_stays_a_blank(con: duckdb.DuckDBPyConnection, privacy: str) -> None:
    assert shown(con, privacy, None) is None


@pytest.mark.parametrize("privacy", sorted(MASKS.keys() - {"free_text"}))
@pytest.mark.parametrize("raw", NASTY, ids=range(len(NASTY)))
def test_no_nasty_value_comes_through(
    con: duckdb.DuckDBPyConnection, privacy: str, raw: str
) -> None:
    seen = shown(con, privacy, raw)
    assert seen is None or (seen != raw and len(seen) <= 60 and "drop" not in seen)


def test_coordinates_are_left_out(con: duckdb.DuckDBPyConnection) -> None:
    lon = FACTS["cases"].column("lon")
    found = con.execute(f"select {masked(lon)} from (select 120.123456 as lon)").fetchall()
    assert found == [(None,)]


DIGITS = st.text("0123456789", min_size=11, max_size=18)
APART = st.lists(st.sampled_from(["", " ", "-", " - ", "－", "(", ")", "/", ".", "_"]), min_size=18)


@settings(max_examples=60, deadline=None)
@given(raw=DIGITS, hidden=DIGITS, privacy=st.sampled_from(["phone", "number"]))
def test_what_is_hidden_cannot_be_told_from_what_is_shown(
    con: duckdb.DuckDBPyConnection, raw: str, hidden: str, privacy: str
) -> None:
    """Any other middle of the value gives the very same."""
    raw, hidden = "1" + raw, "1" + hidden
    other = raw[:3] + hidden[3 : len(raw) - 4].ljust(len(raw) - 7, "0") + raw[-4:]
    assert shown(con, privacy, raw) == shown(con, privacy, other) == f"{raw[:3]}****{raw[-4:]}"


@settings(max_examples=60, deadline=None)
@given(digits=DIGITS, apart=APART, before=st.sampled_from(["", "打", "tel:", "3幢"]))
def test_no_long_number_stays_in_a_text(
    con: duckdb.DuckDBPyConnection, digits: str, apart: list[str], before: str
) -> None:
    written = "".join(digit + gap for digit, gap in zip(digits, apart, strict=False))
    seen = shown(con, "free_text", f"{before}{written} 谢谢")
    assert seen is not None
    assert seen.endswith("谢谢")
    assert not re.search(r"\d[\d\W_]*\d[\d\W_]*\d", seen.removeprefix("3幢"))


@settings(max_examples=60, deadline=None)
@given(
    surname=st.sampled_from([*SURNAMES, "王", "李", "张"]),
    given_name=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1),
)
def test_of_a_name_no_more_than_the_surname_is_told(
    con: duckdb.DuckDBPyConnection, surname: str, given_name: str
) -> None:
    seen = shown(con, "name", surname + given_name)
    if surname + given_name[0] not in SURNAMES:
        assert seen == f"{surname}**"


@settings(max_examples=60, deadline=None)
@given(rest=st.text(max_size=40))
def test_of_an_address_no_building_is_told(con: duckdb.DuckDBPyConnection, rest: str) -> None:
    assert shown(con, "address", f"杭州市西湖区文新街道3{rest}") == "杭州市西湖区文新街道***"


@settings(max_examples=100, deadline=None)
@given(raw=st.text(min_size=1), privacy=st.sampled_from(["name", "phone", "number", "address"]))
def test_no_value_is_ever_given_as_it_came(
    con: duckdb.DuckDBPyConnection, raw: str, privacy: str
) -> None:
    if not set(raw) <= {"*"}:
        assert shown(con, privacy, raw) != raw


@pytest.mark.parametrize("name", FACTS)
def test_a_masked_fact_has_its_columns_and_types(con: duckdb.DuckDBPyConnection, name: str) -> None:
    fact = FACTS[name]
    columns = ", ".join(f"null::{type} as {column}" for column, type in fact.typed)
    shown = ", ".join(f"{masked(column)} as {column.name}" for column in fact.columns)
    rows = con.execute(f"describe (select {shown} from (select {columns}))").fetchall()
    assert [(row[0], row[1]) for row in rows] == [(c.name, c.type) for c in fact.columns]


def test_every_class_that_a_column_names_has_its_mask() -> None:
    named = {column.privacy for fact in FACTS.values() for column in fact.columns}
    assert named - {None} <= set(MASKS)
    assert {"name", "number", "phone", "address", "free_text", "coordinate"} == set(MASKS)
