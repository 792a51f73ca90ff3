"""Places: the tree as intervals, successors, and what a wrong file is told."""

from __future__ import annotations

import csv
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.levels import LEVELS
from cockpit.model.mistakes import Mistake
from cockpit.model.places import Tree, plant
from cockpit.record.city import read_city
from cockpit.settings import Settings
from tests import town as towns


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def hangzhou() -> Tree:
    return read_city(Settings.city).tree


def test_hangzhou_has_what_its_edition_has(hangzhou: Tree) -> None:
    counts = [sum(p.level == level.name for p in hangzhou.places) for level in LEVELS]
    assert counts == [1, 13, 196, 3320, 0]
    kinds = [
        sum(p.kind == kind for p in hangzhou.places)
        for kind in ("subdistrict", "town", "township", "pseudo")
    ]
    assert kinds == [93, 75, 23, 5]
    assert len(hangzhou.by_code) == len(hangzhou.places)


def test_the_31_streets_of_2021_land_in_streets_of_today(hangzhou: Tree) -> None:
    streets = {old: new for old, new in hangzhou.retired.items() if len(old) == 9}
    assert len(streets) == 31
    for old, new in streets.items():
        assert hangzhou.resolve(old).code == new
        assert hangzhou.resolve(f"{old}001").code == new
        assert hangzhou.by_code[new].level == "street"
    # 长庆街道 of 下城 is 长庆街道 of 拱墅 now
    assert hangzhou.place("330103001").code == "330105014"


@pytest.mark.parametrize(
    ("code", "lands"),
    [
        ("330106002999", "330106002"),
        ("330106002999001", "330106002"),
        ("330106", "330106"),
        ("330199", "3301"),
        ("", "3301"),
        (None, "3301"),
        ("x", "3301"),
        (" 330106 ", "330106"),
        ("990106001", "3301"),
    ],
)
def test_an_unknown_code_falls_to_its_nearest_known_ancestor(
    hangzhou: Tree, code: str | None, lands: str
) -> None:
    assert hangzhou.resolve(code).code == lands


def test_pinyin_is_there_to_search_by(hangzhou: Tree) -> None:
    assert hangzhou.place("330106").pinyin == "xi hu qu"
    assert all(place.pinyin for place in hangzhou.places)


def test_intervals_hold_exactly_what_is_below(hangzhou: Tree) -> None:
    for place in random.Random(3).sample(hangzhou.places, 200):
        inside = {p.code for p in hangzhou.places[place.lo : place.hi + 1]}
        below = {p.code for p in hangzhou.places if place in hangzhou.path(p)}
        assert inside == below


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_any_tree_is_intervals(parents: list[int]) -> None:
    """Random trees of any shape, levels skipped included."""
    made = [{"code": "r", "name": "r", "level": "city", "parent": ""}]
    depth = [0]
    for number, pick in enumerate(parents):
        above = [i for i, d in enumerate(depth) if d < len(LEVELS) - 1]
        parent = above[pick % len(above)]
        rung = depth[parent] + 1 + pick % (len(LEVELS) - 1 - depth[parent])
        made.append(
            {
                "code": f"p{number}",
                "name": "x",
                "level": LEVELS[rung].name,
                "parent": made[parent]["code"],
            }
        )
        depth.append(rung)
    tree = plant(made)
    assert [place.lo for place in tree.places] == list(range(len(made)))
    for place in tree.places:
        children = tree.below(place)
        covered = [place.lo, *(n for child in children for n in range(child.lo, child.hi + 1))]
        assert covered == list(range(place.lo, place.hi + 1))


@given(st.text(alphabet=string.digits + "/ x", max_size=20))
def test_any_code_lands_somewhere(code: str) -> None:
    tree = plant(rows(towns.PLACES))
    assert tree.resolve(code) in tree.places


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "town/n,North,district,town",
            "town/n,North,distrct,town",
            "places.csv:3: 'distrct' is no level.*'district'",
        ),
        ("town/s,South,district,town", "town/n,South,district,town", "'town/n' stands twice"),
        (
            "town/s,South,district,town",
            "town/s,South,district,twn",
            "parent 'twn'.*Did you mean 'town'",
        ),
        ("town/s,South,district,town", "town/s,South,district,", "2 places have no parent"),
        ("town/n/e,Elm,street,town/n", "town/n/e,Elm,city,town/n", "stands below"),
        ("town/s,South,district,town", ",South,district,town", "a place without a code"),
        ("town/s,South,district,town,", "town/s,South,district,town,", None),
    ],
)
def test_a_wrong_file_is_told(old: str, new: str, words: str | None) -> None:
    text = towns.PLACES.replace(old, new, 1)
    if words is None:
        plant(rows(text))
        return
    with pytest.raises(Mistake, match=words):
        plant(rows(text))


def test_a_parent_that_is_its_own_child_is_told() -> None:
    text = "code,name,level,parent\nr,R,city,\na,A,district,b\nb,B,street,a\n"
    with pytest.raises(Mistake):
        plant(rows(text))


def test_a_place_is_called_by_its_code_or_by_a_name_that_is_its_own() -> None:
    tree = plant(rows(towns.PLACES.replace("Oak1a", "Elm1a")))
    assert tree.called("town/n").code == "town/n"
    assert tree.called("town/old").code == "town/n/e"
    assert tree.called("Ash1").code == "town/s/a/1"
    with pytest.raises(Mistake, match=r"2 places are called 'Elm1a'.*town/n/e/1/a in Elm1, "):
        tree.called("Elm1a")
    with pytest.raises(Mistake, match=r"there is no place 'Nort'.*Did you mean 'North'"):
        tree.called("Nort")
