"""A home belongs to one city: its rows are never counted in another's places."""

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from cockpit import disk
from cockpit import settings as environment
from cockpit.model.mistakes import Mistake
from cockpit.record import handover, inbox
from cockpit.record.city import begun
from cockpit.record.store import Record, agree
from cockpit.record.worker import Worker
from cockpit.settings import CITY, Settings
from tests import hamlet, town
from tests.test_cli import cockpit

OTHER = "code,name,level,parent\nps,Elsewhere,city,\nps/a,A,district,ps\n"


def other(settings: Settings, places: str = OTHER) -> Settings:
    """The same home, with the folder of another city."""
    folder = settings.home.parent / "other"
    folder.mkdir(exist_ok=True)
    (folder / "places.csv").write_text(places, "utf-8")
    return replace(settings, city=folder)


def edition(settings: Settings, old: str, new: str) -> Settings:
    """The same home, with a changed copy of its city's folder."""
    folder = settings.home.parent / "edition"
    shutil.copytree(settings.city, folder)
    places = folder / "places.csv"
    places.write_text(places.read_text("utf-8").replace(old, new), "utf-8")
    return replace(settings, city=folder)


def send(settings: Settings) -> int:
    """The town's nine cases, as ``cockpit ingest`` sends them: how many were new."""
    file = settings.home.parent / "cases.csv"
    file.write_text(town.CASES, "utf-8")
    [receipt] = handover.send(settings, [file], "cases", lambda *_: None)
    return int(receipt["accepted"])


def placed(settings: Settings) -> list[tuple[str, int]]:
    with duckdb.connect(str(settings.record), read_only=True) as con:
        return con.execute("select number, pos from cases order by number").fetchall()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return hamlet.found(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ("ingest", "cases.csv", "--source", "cases"),
        ("publish",),
        ("worker",),
        ("run", "--port", "0"),
        ("demo", "--csv", "out"),
    ],
)
def test_no_verb_takes_a_home_with_rows_for_another_city(
    settings: Settings, port: int, words: tuple[str, ...]
) -> None:
    """The home's own places do not get in the way of being told so."""
    settings.home.mkdir()
    own = "code,name,level,parent\ntown/s/a/1/b,Ash1b,grid,town/s/a/1\n"
    (settings.home / "places.csv").write_text(own, "utf-8")
    assert send(settings) == 9
    before = placed(settings)
    begun_with = (settings.home / CITY).read_text("utf-8")
    folder = settings.home.parent
    given = {"cases.csv": folder / "cases.csv", "out": folder / "out", "0": port}
    asked = [given.get(word, word) for word in words]
    done = cockpit(*asked, "--home", settings.home, "--city", other(settings).city, expect=1)
    assert "this home belongs to the city 'town'" in done.stderr
    assert "is Elsewhere ('ps')" in done.stderr
    assert "Name another --home" in done.stderr
    assert done.stdout == ""
    assert inbox.waiting(settings) == []
    assert placed(settings) == before
    assert (settings.home / CITY).read_text("utf-8") == begun_with
    assert (settings.home / "places.csv").read_text("utf-8") == own


def test_nor_does_the_worker_of_a_city_get_the_files_of_another(settings: Settings) -> None:
    """Also before it has any rows: what it serves is what counts."""
    with Record(settings), pytest.raises(Mistake, match="belongs to the city 'town'"):
        send(other(settings))
    assert inbox.waiting(settings) == []
    with Record(settings):
        agree(settings)
        agree(edition(settings, "Elm1b", "Elm1 b"))


def test_a_home_without_rows_becomes_who_comes_first(settings: Settings) -> None:
    with Record(settings) as record:
        Worker(record).publish()
        assert town.send(record, "a.csv", "no,such,columns\n1,2,3\n").refused
    elsewhere = other(settings)
    assert send(elsewhere) == 9
    assert begun(settings) == "ps"
    assert environment.read({}, home=settings.home).city == elsewhere.city
    with pytest.raises(Mistake, match="belongs to the city 'ps'"):
        send(settings)


def test_another_edition_elsewhere_is_the_same_city(settings: Settings) -> None:
    """Its rows are placed anew, and the home remembers the folder."""
    assert send(settings) == 9
    before = dict(placed(settings))
    newer = edition(settings, "town/n/o,Oak", "town/n/g,Gap,street,town/n,,,,,,,,\ntown/n/o,Oak")
    assert send(newer) == 0
    after = dict(placed(settings))
    assert (before["n4"], after["n4"]) == (8, 9)  # Oak1a, behind the new street
    assert environment.read({}, home=settings.home).city == newer.city


def test_a_city_with_a_new_code_is_the_same_where_the_old_one_leads_to_it(
    settings: Settings,
) -> None:
    assert send(settings) == 9
    before = placed(settings)
    renamed = edition(settings, "town,Town,city,", "burg,Burg,city,")
    places = renamed.city / "places.csv"
    places.write_text(places.read_text("utf-8").replace("district,town,", "district,burg,"))
    with pytest.raises(Mistake, match="a row for 'town' with valid_to, and 'burg' as its succ"):
        send(renamed)
    with places.open("a") as out:
        out.write("town,Town,city,,,,,2026-01-01,burg,,,\n")
    assert send(renamed) == 0
    assert placed(settings) == before
    assert begun(settings) == "burg"


def test_a_home_whose_city_was_not_written_down_is_known_all_the_same(settings: Settings) -> None:
    """By the record; and in a home of an older edition, which told the folder alone, by that."""
    assert send(settings) == 9
    told = settings.home / CITY
    told.unlink()
    with pytest.raises(Mistake, match="belongs to the city 'town'"):
        Record(other(settings))
    told.write_text(str(settings.city))
    with duckdb.connect(str(settings.record)) as con:
        con.execute("alter table tree drop column city")
    assert begun(settings) == "town"
    for refuse in (agree, Record):
        with pytest.raises(Mistake, match="belongs to the city 'town'"):
            refuse(other(settings))
    assert send(settings) == 0
    assert told.read_text("utf-8") == f"{settings.city}\ntown\n"


def test_two_who_begin_a_home_at_once_are_of_one_city(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before there is a record it stands written whose it is: nobody takes it for another's."""
    seen = []

    def settle(written: Path, path: Path) -> None:
        seen.append((path.name, begun(settings)))
        agree(settings)
        settled(written, path)

    settled = disk.settle
    monkeypatch.setattr(disk, "settle", settle)
    Record(settings).close()
    assert ("record.duckdb", "town") in seen
