"""A city's folder from any table: its codes, its order, and what a wrong word is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.model.mistakes import Mistake
from cockpit.record.city import read_city
from cockpit.record.newcity import new_city

WARDS = "ward,precinct\nWard 10,a\n2,b\n02,b\n2, \n,c\nWard 1,\n"
LEVELS = (
    "district=try_cast(regexp_extract(ward,'[0-9]+') as int)",
    "street=nullif(trim(precinct),'')",
)


def make(folder: Path, text: str | bytes, *levels: str, **chosen: str) -> list[tuple[str, str]]:
    """Make a city of a table; gives its places as (code, level)."""
    table = folder / "table.csv"
    table.write_bytes(text.encode() if isinstance(text, str) else text)
    name, zone = chosen.get("name", "Town"), chosen.get("timezone", "Asia/Shanghai")
    many = new_city(folder / "city", table, name, levels, zone)
    places = read_city(folder / "city").tree.places
    assert len(places) == many
    return [(place.code, place.level) for place in places]


def test_places_are_the_values_from_the_first_level_down(tmp_path: Path) -> None:
    assert make(tmp_path, WARDS, *LEVELS) == [
        ("town", "city"),
        ("1", "district"),
        ("2", "district"),
        ("2/b", "street"),
        ("10", "district"),
        ("10/a", "street"),
    ]


def test_a_city_may_have_one_level_and_begin_low(tmp_path: Path) -> None:
    found = make(tmp_path, "社区\n和平 社区\n南布社区\n".encode("gb18030"), "community=社区")
    assert found == [("town", "street"), ("南布社区", "community"), ("和平 社区", "community")]


def test_any_name_is_kept(tmp_path: Path) -> None:
    make(tmp_path, WARDS, *LEVELS, name='坪山 "新" 区\\x', timezone="America/New_York")
    city = read_city(tmp_path / "city")
    assert (city.name, city.tree.root.code) == ('坪山 "新" 区\\x', "坪山-新-区-x")
    assert city.timezone == "America/New_York"


def test_a_table_that_is_torn_in_places_gives_the_places_it_can(tmp_path: Path) -> None:
    assert make(tmp_path, 'ward,x\n1,a\n2,b,c\n3,"x"y\n4,z\n', "district=ward")[1:] == [
        ("1", "district"),
        ("4", "district"),
    ]


def test_a_value_with_a_slash_is_one_place_unless_another_bears_its_code(tmp_path: Path) -> None:
    found = make(tmp_path, "a,b\n5,Heights/Pride\n5,Z\n", "district=a", "street=b")
    assert found[1:] == [("5", "district"), ("5/Heights/Pride", "street"), ("5/Z", "street")]


WRONG = {
    "a column that is not there": (WARDS, ["district=wird"], {}, "wird"),
    "no SQL": (WARDS, ["district=ward +"], {}, "syntax error"),
    "a cast that fails": (WARDS, ["district=ward::int"], {}, "Could not convert"),
    "an unknown level": (WARDS, ["distrikt=ward"], {}, "Did you mean 'district'"),
    "no level": (WARDS, [], {}, "no level is given"),
    "no equals sign": (WARDS, ["ward"], {}, "Write \"district=ward\""),
    "levels upside down": (WARDS, ["street=precinct", "district=ward"], {}, "Widest first"),
    "a level twice": (WARDS, ["street=ward", "street=precinct"], {}, "Widest first"),
    "the root's own level": (WARDS, ["city=ward"], {}, "Widest first"),
    "a level that is blank": (WARDS, ["district=nullif(ward, ward)"], {}, "blank in every row"),
    "no time zone": (WARDS, ["district=ward"], {"timezone": "Mars/X"}, "'Mars/X' is no time zone"),
    "no name": (WARDS, ["district=ward"], {"name": " "}, "the city has no name"),
    "two places of one code": ("a,b\nx/y,z\nx,y/z\n", ["district=a", "street=b"], {}, "'x/y/z'"),
    "a place of the root's code": ("a\ntown\n", ["district=a"], {}, "'town'"),
    "an empty table": ("", ["district=a"], {}, "table.csv: the file is empty"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_word_is_told_and_nothing_is_written(tmp_path: Path, what: str) -> None:
    text, levels, chosen, words = WRONG[what]
    with pytest.raises(Mistake) as told:
        make(tmp_path, text, *levels, **chosen)
    assert words in told.value.text(), told.value.text()
    assert not (tmp_path / "city").exists()


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path, WARDS, *LEVELS)
    before = (tmp_path / "city" / "places.csv").read_text("utf-8")
    with pytest.raises(Mistake, match="the folder is not empty"):
        make(tmp_path, "ward\n7\n", "district=ward")
    assert (tmp_path / "city" / "places.csv").read_text("utf-8") == before
    with pytest.raises(Mistake, match="this is a file"):
        new_city(tmp_path / "table.csv", tmp_path / "table.csv", "T", ["district=ward"], "UTC")
