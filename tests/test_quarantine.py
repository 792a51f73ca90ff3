"""Quarantine: what lies there can be listed, exported, mended and sent again, also beside a worker
at work; as of the last publish.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from cockpit.__main__ import main, out
from cockpit.model.mistakes import Mistake
from cockpit.record.aside import export, listed
from cockpit.record.handover import send
from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import hamlet

HEAD = "number,place,reported_at,title\n"
ROWS = (
    '1,town,soon,"a, b"',
    "2,town",
    "3,town,2026-01-05,x,y",
    '4,town,2026-01-05,"open"x',
    "5,town,2026-01-05,",
)
BAD = HEAD + "".join(f"{row}\n" for row in ROWS)


def take(settings: Settings, name: str, text: str, source: str = "cases") -> dict[str, Any]:
    path = settings.home.parent / name
    path.write_text(text, "utf-8")
    (receipt,) = send(settings, [path], source, lambda *_: None)
    assert receipt["refused"] is None
    return receipt


def test_what_was_torn_or_wrong_comes_back_mended_from_one_file(tmp_path: Path) -> None:
    settings = hamlet.found(tmp_path)
    assert take(settings, "bad.csv", BAD)["quarantined"] == 4
    assert [row["line"] for row in listed(settings)] == [2, 3, 4, 5]
    file = tmp_path / "mend.csv"
    assert export(settings, file, None, None) == (4, "cases")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    told = ("_text", "_receipt", "_line", "_column", "_reason")
    assert list(rows[0]) == ["number", "place", "reported_at", "title", *told]
    assert [row["number"] for row in rows] == ["1", "2", "3", ""]
    assert [row["_text"] for row in rows] == ["", *ROWS[1:4]]
    for row in rows[:3]:
        row["reported_at"] = "2026-01-06"
    with file.open("w", encoding="gb18030", newline="") as out:
        writer = csv.DictWriter(out, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    again = take(settings, "mended.csv", file.read_text("gb18030"))
    assert (again["accepted"], again["quarantined"]) == (3, 1)
    assert [(row["file"], row["line"]) for row in listed(settings)] == [("mended.csv", 5)]


def test_a_file_of_one_source_does_not_settle_what_lies_there_of_another(tmp_path: Path) -> None:
    settings = hamlet.found(tmp_path)
    take(settings, "bad.csv", HEAD + "1,town,soon,\n")
    sources = settings.shipped / "sources"
    sources.mkdir()
    (sources / "own.sql").write_text('/* fact = "cases" */ select * from raw', "utf-8")
    text = HEAD.replace("title", "_receipt,_line") + "1,town,2026-01-05,1,2\n"
    assert take(settings, "other.csv", text, "own")["accepted"] == 1
    assert len(listed(settings)) == 1


def test_the_export_is_read_again_by_the_source_that_it_belongs_to(tmp_path: Path) -> None:
    settings = hamlet.found(tmp_path)
    (settings.shipped / "sources").mkdir()
    (settings.shipped / "sources" / "own.sql").write_text(
        '/*\nfact = "cases"\ndelimiter = ";"\nencoding = "gb18030"\nnull = ["-"]\n*/\n'
        "select 编号 as number, 时间 as reported_at, '甲' || 标题 as title from raw",
        "utf-8",
    )
    path = tmp_path / "bad.csv"
    path.write_text("编号;时间;标题\n1;-;街面,秩序\n", "gb18030")
    (receipt,) = send(settings, [path], "own", lambda *_: None)
    assert receipt["quarantined"] == 1
    export(settings, tmp_path / "mend.csv", receipt["number"], "own")
    text = (tmp_path / "mend.csv").read_text("utf-8")
    assert "1;-;街面,秩序;" in text
    (tmp_path / "mend.csv").write_text(text.replace("1;-;", "1;2026-01-05;"), "utf-8")
    (again,) = send(settings, [tmp_path / "mend.csv"], "own", lambda *_: None)
    assert again["accepted"] == 1
    with Record(settings) as record:
        assert record.one("select title from cases") == "甲街面,秩序"
    assert listed(settings) == []


def test_it_is_told_while_a_worker_holds_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = hamlet.found(tmp_path)
    take(settings, "bad.csv", BAD)
    home = ["--home", str(settings.home)]
    with Record(settings):
        for verb in (["list"], ["list", "--json"], ["export", str(tmp_path / "out.csv")]):
            monkeypatch.setattr(sys, "argv", ["cockpit", "quarantine", *verb, *home])
            with pytest.raises(SystemExit) as leaving:
                main()
            assert leaving.value.code == 0
    assert "bad.csv:3" in capsys.readouterr().out
    assert (tmp_path / "out.csv").is_file()


def test_the_list_shows_how_each_row_came_as_far_as_a_line_is_wide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = hamlet.found(tmp_path)
    take(
        settings, "bad.csv", HEAD + f'1,town,soon,"a\n\x1b[31m"\n2,town\n3,town,soon,{"长" * 99}\n'
    )
    asked = ["cockpit", "quarantine", "list", "--home", str(settings.home)]
    monkeypatch.setattr(sys, "argv", asked)
    with pytest.raises(SystemExit):
        main()
    lines = capsys.readouterr().out.splitlines()
    reason = "reported_at: soon is no moment (write 2026-10-01 08:30:00)"
    assert lines[:4] == [
        f"bad.csv:2 {reason}",
        "    number=1 place=town reported_at=soon title=a [31m",
        "bad.csv:4 2 fields where the header has 4",
        "    2,town",
    ]
    assert lines[5].startswith("    number=3 place=town reported_at=soon title=长长")
    assert out.width - 1 <= cell_len(lines[5]) <= out.width
    assert lines[5].endswith("…")
    assert lines[6:] == ["3 row(s) in quarantine"]


def test_an_export_that_cannot_be_is_told(tmp_path: Path) -> None:
    settings = hamlet.found(tmp_path)
    assert listed(settings) == []
    file = tmp_path / "out.csv"
    with pytest.raises(Mistake, match="nothing in quarantine"):
        export(settings, file, None, None)
    take(settings, "bad.csv", HEAD + "1,town,soon,\n")
    (settings.shipped / "sources").mkdir()
    (settings.shipped / "sources" / "own.sql").write_text('/* fact = "cases" */ from raw', "utf-8")
    take(settings, "bad.csv", HEAD + "1,town,soon,\n", "own")
    with pytest.raises(Mistake, match=r"from 2 sources\. Name one with --source: cases, own"):
        export(settings, file, None, None)
    with pytest.raises(Mistake, match="nothing in quarantine"):
        export(settings, file, 99, None)
    with pytest.raises(Mistake, match=r"the export is CSV\. Name it out\.csv"):
        export(settings, tmp_path / "out.xlsx", None, "own")
    with pytest.raises(Mistake, match=r"the export is CSV\. Name it out\.csv"):
        export(settings, tmp_path / "out", None, "own")
    with pytest.raises(Mistake, match="cannot be written"):
        export(settings, tmp_path / "no" / "out.csv", None, "own")
    assert not file.exists()


def test_a_flood_of_wrong_rows_is_kept_whole(tmp_path: Path) -> None:
    many = 30_000
    settings = replace(hamlet.found(tmp_path), writer_memory="1GB")
    text = HEAD + "".join(f"{n},town,soon,\n" for n in range(many))
    assert take(settings, "flood.csv", text)["quarantined"] == many
    lines = [row["line"] for row in listed(settings)]
    assert lines == list(range(2, many + 2))
