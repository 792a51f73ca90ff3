"""What is taken along is what is shown: the same numbers, masked and marked, for who may."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.period import named
from cockpit.people.registry import Registry
from cockpit.settings import Settings
from cockpit.web import workbook
from cockpit.web.sheets import Share, Sheet
from cockpit.web.subject import day_of, headlines, metrics, subjects
from tests import signed
from tests.asked import ask

DISTRICT, BESIDE = "330110", "330106"


@pytest.fixture(scope="module")
def settings(demo: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the demo: here audits are read."""
    home = tmp_path_factory.mktemp("exports") / "home"
    shutil.copytree(demo.home, home)
    return replace(demo, home=home)


@pytest.fixture(scope="module")
def client(settings: Settings) -> FlaskClient:
    return signed.client(settings)


@pytest.fixture(scope="module")
def snapshot(settings: Settings) -> Any:
    with Snapshots(settings.snapshots).current() as found:
        yield found


def book(client: FlaskClient, address: str) -> dict[str, list[tuple[Any, ...]]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    read = load_workbook(io.BytesIO(answer.data))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in read}


def table(client: FlaskClient, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("subject", ["", "cases", "warnings", "sharing"])
def test_a_workbook_has_the_numbers_that_ask_gives(
    client: FlaskClient, snapshot: Snapshot, subject: str
) -> None:
    sheets = book(client, f"/export/xlsx/place/{DISTRICT}?subject={subject}&lang=en&period=year")
    place, period = snapshot.tree.place(DISTRICT), named("year", day_of(snapshot, subject))
    shown = [
        one.metric
        for each in ([subject] if subject else subjects(snapshot))
        for one in (metrics if subject else headlines)(snapshot, each)
    ]
    heads, *rows = sheets["Metrics"]
    assert heads[:4] == ("Metric", "Value", "Numerator", "Denominator")
    assert len(shown) >= 5
    for metric, (title, value, numerator, denominator, *_) in zip(shown, rows, strict=True):
        assert title == metric.title_en
        told = ask(snapshot, metric.name, place, period)
        if told["denominator"] is None:
            assert value == (None if told["value"] is None else pytest.approx(told["value"]))
        else:
            assert (numerator, denominator) == (told["numerator"], told["denominator"])
            assert value == (None if told["value"] is None else pytest.approx(told["value"], 1e-4))
    assert {"One level down", "Trend", "Definitions", "About"} <= set(sheets)


def test_a_csv_has_every_child_the_unplaced_and_all(
    client: FlaskClient, snapshot: Snapshot
) -> None:
    heads, *rows = table(client, f"/export/csv/place/{DISTRICT}?subject=cases&period=all")
    children = snapshot.tree.below(snapshot.tree.place(DISTRICT))
    assert len(rows) == len(children) + 2
    assert [row[0] for row in rows[-2:]] == ["未落格", "合计"]
    assert {row[1] for row in rows[:-2]} == {child.code for child in children}
    at = heads.index("上报数")
    assert sum(int(row[at] or 0) for row in rows[:-1]) == int(rows[-1][at])
    assert all("演示数据" in row[-1] and "带走者" in row[-1] for row in rows)


def test_a_list_is_taken_along_masked_and_whole(client: FlaskClient, snapshot: Snapshot) -> None:
    heads, *rows = table(client, f"/export/csv/rows/cases/{DISTRICT}?period=all&lang=zh")
    told = ask(snapshot, "reported", snapshot.tree.place(DISTRICT), named("all", day_of(snapshot)))
    assert len(rows) == told["numerator"]
    numbers = {row[heads.index("来源编号")] for row in rows}
    assert all("*" in number for number in numbers)


def test_a_panel_is_taken_along(client: FlaskClient) -> None:
    heads, *rows = table(client, f"/export/csv/panel/cases_by_channel/{DISTRICT}?period=all")
    assert rows
    assert heads[-1] == "出处"


def test_a_file_says_that_it_is_of_a_demo_whose_and_when(client: FlaskClient) -> None:
    answer = client.get(f"/export/xlsx/place/{DISTRICT}")
    assert "演示数据" in unquote(answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "no-store"
    about = dict(row[:2] for row in book(client, f"/export/xlsx/place/{DISTRICT}")["出处"])
    assert about["地方"] == f"余杭区 ({DISTRICT})"
    assert "leader-all" in about["带走者"]
    assert about["演示数据"]


def test_what_is_taken_along_stands_in_the_audit_with_its_rows(settings: Settings) -> None:
    client = signed.client(settings)
    heads, *rows = table(client, f"/export/csv/rows/cases/{DISTRICT}?period=30d")
    registry = Registry(settings)
    try:
        line = registry.audit.lines(what="export", limit=1)[0]
    finally:
        registry.close()
    assert (line["place"], line["rows"], line["outcome"]) == (DISTRICT, len(rows), "allowed")
    assert heads


@pytest.mark.parametrize(
    "address",
    [
        f"/export/csv/place/{BESIDE}",
        "/export/xlsx/place/3301",
        f"/export/csv/rows/cases/{BESIDE}",
        f"/export/csv/panel/cases_by_channel/{BESIDE}",
        "/export/csv/place/nowhere",
    ],
)
def test_what_is_not_ones_own_is_not_taken_along(settings: Settings, address: str) -> None:
    client = signed.client(settings, root=DISTRICT)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        f"/export/csv/rows/nothing/{DISTRICT}",
        f"/export/csv/panel/nothing/{DISTRICT}",
        "/export/csv/place/nowhere",
    ],
)
def test_what_there_is_none_of_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_wall_takes_nothing_along(settings: Settings) -> None:
    client = signed.client(settings, role="display")
    assert client.get(f"/export/csv/place/{DISTRICT}").status_code == 403


def test_a_text_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    sheet = Sheet("a/b[c]", ("=head", "n"), (("=1+1", 1), ("+2", Share(0.5)), ("plain", None)))
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook.xlsx([sheet]))
    (page,) = load_workbook(path)
    assert [[cell.data_type for cell in row] for row in page.iter_rows(min_row=2)] == [
        ["s", "n"],
        ["s", "n"],
        ["s", "n"],
    ]
    assert page["A2"].value == "=1+1"
    assert page["B3"].number_format == "0.00%"
    lines = workbook.text(sheet).decode("utf-8-sig").splitlines()
    assert lines == ["'=head,n", "'=1+1,1", "'+2,50.00%", "plain,"]
