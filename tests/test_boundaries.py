"""A city's own boundaries: what is taken in, what is refused and how, what maps get of it."""

from __future__ import annotations

import csv
import io
import json
import logging
import math
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cockpit.answers.ground import ground
from cockpit.answers.snapshot import Snapshots
from cockpit.model.cells import GROUND
from cockpit.model.mistakes import Mistake
from cockpit.model.places import plant
from cockpit.model.shape import area, ring_area
from cockpit.people.gate import CONSOLE, Scope, gate
from cockpit.record.boundaries import known
from cockpit.record.checks import check_all
from cockpit.record.city import read_city
from cockpit.record.coverage import joined, polygon, shape, simplified, taken_apart
from cockpit.record.geojson import Boundaries, read_boundaries
from cockpit.record.newboundaries import new_boundaries
from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import town as towns
from tests.test_cli import cockpit

Points = list[list[float]]
Node = dict[str, Any]


def box(left: float, bottom: float, right: float, top: float) -> Points:
    return [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]


NORTH, SOUTH = box(120, 30.1, 120.4, 30.2), box(120, 30, 120.4, 30.1)


def feature(code: object, *rings: Points, kind: str = "Polygon", key: str = "code") -> Node:
    coordinates: Any = list(rings) if kind == "Polygon" else [[ring] for ring in rings]
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {key: code}, "geometry": geometry}


def collection(*features: Node, **more: Any) -> Node:
    return {"type": "FeatureCollection", "features": list(features), **more}


WHOLE = collection(feature("town/n", NORTH), feature("town/s", SOUTH))


def into(
    settings: Settings,
    document: object,
    level: str = "district",
    datum: str | None = "wgs84",
    **more: Any,
) -> tuple[Any, list[str]]:
    """Import a document into a city; gives what came of it and the mistakes' words."""
    file = settings.city.parent / "given.geojson"
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    found, mistakes = new_boundaries(settings.city, settings.home, file, level, datum, **more)
    return found, [mistake.text() for mistake in mistakes]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return towns.found(tmp_path)


@pytest.fixture
def take(settings: Settings) -> Callable[..., Any]:
    """Imports a document into the town."""
    return partial(into, settings)


def stored(settings: Settings, level: str = "district") -> Node:
    path = settings.city / "boundaries" / f"{level}.geojson"
    found: Node = json.loads(path.read_text("utf-8"))
    return found


# ── What is taken in ─────────────────────────────────────────────────────────────────────────────


def test_boundaries_are_kept_with_their_datum_and_names(
    take: Callable[..., Any], settings: Settings
) -> None:
    found, mistakes = take(WHOLE, datum="GCJ02")
    assert (mistakes, found.missing, found.corners) == ([], [], 8)
    document = stored(settings)
    assert (document["datum"], document["level"]) == ("gcj02", "district")
    assert [each["properties"] for each in document["features"]] == [
        {"code": "town/n", "name": "North"},
        {"code": "town/s", "name": "South"},
    ]
    assert document["features"][0]["geometry"]["coordinates"] == [[NORTH]]


def test_what_was_written_can_be_taken_in_again(
    take: Callable[..., Any], settings: Settings
) -> None:
    take(WHOLE)
    first = stored(settings)
    take(first)
    assert stored(settings) == first


def test_parts_holes_and_any_turn_of_a_ring_are_understood(take: Callable[..., Any]) -> None:
    hole = box(120.1, 30.12, 120.2, 30.18)
    island = box(120.5, 30.1, 120.6, 30.2)
    document = collection(feature("town/n", NORTH[::-1], hole))
    document["features"][0]["geometry"] = {
        "type": "MultiPolygon",
        "coordinates": [[NORTH[::-1], hole], [island]],
    }
    found, mistakes = take(document)
    assert not mistakes
    (shape,) = found.boundaries.shapes.values()
    assert area(shape) == pytest.approx(0.04 - 0.006 + 0.01)
    assert [place.code for place in found.missing] == ["town/s"]


def covers(*rings: Points) -> float:
    """What a place with these rings, as one polygon, covers in square degrees once it is read."""
    (found,) = read({"town/n": list(rings)}).shapes.values()
    return area(found)


def read(places: dict[str, list[Points]]) -> Boundaries:
    """The boundaries of some places of one polygon each; nothing is wrong with them."""
    document = collection(*(feature(code, *rings) for code, rings in places.items()))
    tree = plant(csv.DictReader(io.StringIO(towns.PLACES)))
    found, mistakes = read_boundaries(document, tree, "district", "wgs84", "code", "x")
    assert [mistake.text() for mistake in mistakes] == []
    return found


SQUARE = box(0, 0, 4, 4)
TOUCHING: dict[str, tuple[list[Points], float]] = {
    "itself at a point": ([[[0, 0], [4, 0], [4, 4], [2, 0], [0, 4], [0, 0]]], 8),
    "itself, round what it does not cover": (
        [[[0, 0], [4, 0], [4, 4], [2, 4], [3, 2], [1, 2], [2, 4], [0, 4], [0, 0]]],
        14,
    ),
    "itself, there and back": ([[*SQUARE[:3], [4, 9], *SQUARE[2:]]], 16),
    "its hole along an edge": ([SQUARE, box(3, 1, 4, 2)], 15),
    "its hole at two points": ([SQUARE, [[2, 0], [3, 2], [2, 4], [1, 2], [2, 0]]], 12),
    "hole and hole": ([SQUARE, box(1, 1, 2, 2), box(2, 1, 3, 2)], 14),
}


@pytest.mark.parametrize("what", TOUCHING)
def test_rings_may_touch(what: str) -> None:
    rings, covered = TOUCHING[what]
    assert covers(*rings) == pytest.approx(covered)


def test_parts_of_one_place_that_overlap_cover_their_ground_once(take: Callable[..., Any]) -> None:
    document = collection(
        feature("town/n", NORTH, box(120.3, 30.1, 120.5, 30.2), SOUTH, kind="MultiPolygon")
    )
    found, mistakes = take(document)
    assert not mistakes
    (shape,) = found.boundaries.shapes.values()
    assert len(shape) == 1
    assert area(shape) == pytest.approx(0.04 + 0.01 + 0.04)


def test_a_code_may_be_a_number_and_be_filled_up_with_noughts(tmp_path: Path) -> None:
    tree = read_city(Settings().city).tree
    for code in ("330106", 330106, 330106.0, "330106000000"):
        document = collection(feature(code, NORTH))
        found, mistakes = read_boundaries(document, tree, "district", "wgs84", "code", "x")
        assert (list(found.polygons), mistakes) == (["330106"], [])
    document = collection(feature("330100", NORTH, key="adcode"))
    found, _ = read_boundaries(document, tree, "city", "wgs84", "adcode", "x")
    assert list(found.polygons) == ["3301"]


# ── What is refused ──────────────────────────────────────────────────────────────────────────────

BOW = [[120, 30], [121, 31], [121, 30], [120, 31], [120, 30]]
BOX = box(120.12, 30.13, 120.2, 30.17)
MERCATOR = [[1.3e7, 3.5e6], [1.4e7, 3.5e6], [1.4e7, 3.6e6], [1.3e7, 3.5e6]]


def changed(**more: Any) -> Node:
    """One district's feature with something wrong in it, beside the other's."""
    return collection(feature("town/n", NORTH), {**feature("town/s", SOUTH), **more})


FAULTS: dict[str, tuple[Node, str]] = {
    "an unclosed ring": (
        collection(feature("town/n", NORTH[:-1])),
        "given.geojson: feature 1 (town/n), ring 1: it is not closed:"
        " it begins at 120, 30.1 and ends at 120, 30.2. Repeat the first point at the end.",
    ),
    "a ring that crosses itself": (
        collection(feature("town/n", BOW)),
        "feature 1 (town/n), ring 1: it crosses itself near 120.5, 30.5",
    ),
    "too few points": (
        collection(feature("town/n", NORTH), feature("town/s", [NORTH[0], NORTH[1], NORTH[0]])),
        "feature 2 (town/s), ring 1: it has 3 points. At least 4",
    ),
    "metres": (collection(feature("town/n", MERCATOR)), "lies outside the world. Degrees, not"),
    "latitude first": (
        collection(feature("town/n", [[lat, lon] for lon, lat in NORTH])),
        "point 1: 30.1, 120 lies outside the world. Longitude comes first",
    ),
    "a hole outside": (
        collection(feature("town/n", NORTH, box(121, 30, 121.1, 30.1))),
        "feature 1 (town/n), ring 2: this hole lies outside its polygon",
    ),
    "a hole across the edge": (
        collection(feature("town/n", NORTH, box(120.3, 30.12, 120.5, 30.18))),
        "ring 2: it crosses ring 1 near 120.4",
    ),
    "a hole in a hole": (
        collection(feature("town/n", NORTH, box(120.1, 30.12, 120.3, 30.18), BOX)),
        "feature 1 (town/n), ring 3: this hole lies in another",
    ),
    "a hole that crosses itself": (
        collection(feature("town/n", box(119, 29, 122, 32), BOW)),
        "feature 1 (town/n), ring 2: it crosses itself near 120.5, 30.5",
    ),
    "a hole that crosses another": (
        collection(feature("town/n", NORTH, BOX, box(120.15, 30.14, 120.25, 30.15))),
        "feature 1 (town/n), ring 3: it crosses ring 2 near 120.2",
    ),
    "a hole that leaves nothing": (
        collection(feature("town/n", NORTH, NORTH)),
        "feature 1 (town/n), ring 2: it crosses ring 1",
    ),
    "a ring that goes round twice": (
        collection(feature("town/n", [*NORTH[:-1], *NORTH])),
        "feature 1 (town/n), ring 1: it crosses itself",
    ),
    "a ring of one spot": (collection(feature("town/n", [[1, 2]] * 4)), "it encloses nothing"),
    "a ring that is a line": (
        collection(feature("town/n", [[1, 1], [2, 2], [3, 3], [1, 1]])),
        "it encloses nothing",
    ),
    "the third polygon broken": (
        collection(feature("town/n", NORTH, SOUTH, BOW, kind="MultiPolygon")),
        "feature 1 (town/n), polygon 3, ring 1: it crosses itself",
    ),
    "no geometry": (changed(geometry=None), "feature 2 (town/s): its geometry is missing"),
    "a line": (
        changed(geometry={"type": "LineString", "coordinates": NORTH}),
        "its geometry is LineString. A boundary is a Polygon or a MultiPolygon",
    ),
    "no coordinates": (
        changed(geometry={"type": "Polygon", "coordinates": []}),
        "feature 2 (town/s): it has no ring",
    ),
    "points that are words": (
        changed(geometry={"type": "Polygon", "coordinates": [["a", "b", "c", "a"]]}),
        "ring 1, point 1: a is no point. [120.15, 30.28]",
    ),
    "numbers that are none": (
        changed(geometry={"type": "Polygon", "coordinates": [[[math.nan, 1]] * 4]}),
        "nan, 1 lies outside the world",
    ),
    "no properties": (changed(properties=None), "feature 2: it has no property 'code'"),
    "an unknown code": (
        changed(properties={"code": "town/sx"}),
        "feature 2: 'town/sx' is no code of a district. Did you mean 'town/s'?",
    ),
    "a place of another level": (
        changed(properties={"code": "town/n/e"}),
        "'town/n/e' is no code of a district. It is a street: Elm.",
    ),
    "a place of before": (
        changed(properties={"code": "town/old"}),
        "A code of before; today it is town/n/e, Elm",
    ),
    "a code twice": (
        collection(feature("town/n", NORTH), feature("town/n", SOUTH)),
        "feature 2 (town/n): 'town/n' is the code of feature 1 too. Join them",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_broken_feature_is_told_and_nothing_is_written(
    take: Callable[..., Any], settings: Settings, what: str
) -> None:
    document, words = FAULTS[what]
    found, told = take(document)
    assert found is None
    assert len(told) == 1
    assert words in told[0]
    assert not (settings.city / "boundaries").exists()


WRONG: dict[str, tuple[object, dict[str, Any], str]] = {
    "no datum": (WHOLE, {"datum": None}, "it is not said on which datum the coordinates stand"),
    "another datum": (WHOLE, {"datum": "bd09"}, "'bd09' is no datum that is known here"),
    "no level": (WHOLE, {"level": "distrikt"}, "Did you mean 'district'?"),
    "a level without places": (WHOLE, {"level": "city"}, "no feature has the code of a city"),
    "no JSON": ("<kml/>", {}, "given.geojson: not JSON"),
    "half a file": ('{"type": "FeatureColl', {}, "not JSON"),
    "nesting without end": ("[" * 100_000, {}, "not JSON"),
    "TopoJSON": ({"type": "Topology"}, {}, "this is Topology, not a FeatureCollection"),
    "a list": ([1], {}, "this is no GeoJSON, not a FeatureCollection"),
    "nothing in it": (collection(), {}, "there is no feature in it"),
    "a projection": (
        collection(
            feature("town/n", NORTH),
            crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}},
        ),
        {},
        "its coordinates are said to be urn:ogc:def:crs:EPSG::3857",
    ),
    "another property": (
        collection(feature("town/n", NORTH, key="id"), feature("town/s", SOUTH, key="id")),
        {},
        "no feature has the code of a district in its property 'code'. --code id: 2 of 2",
    ),
    "a property misspelt": (WHOLE, {"key": "cod"}, "--code code: 2 of 2 features fit"),
    "another level's codes": (
        WHOLE,
        {"level": "street"},
        "'town/n' is a district: --level district",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_or_word_is_told_and_nothing_is_written(
    take: Callable[..., Any], settings: Settings, what: str
) -> None:
    document, more, words = WRONG[what]
    with pytest.raises(Mistake) as told:
        take(document, **more)
    assert words in told.value.text()
    assert not (settings.city / "boundaries").exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=15,
)
PARTS = st.sampled_from(["type", "features", "crs", "geometry", "properties", "coordinates"])


@given(JSON, PARTS)
def test_any_document_is_read_or_told(value: Any, part: str) -> None:
    tree = plant(csv.DictReader(io.StringIO(towns.PLACES)))
    one = feature("town/n", NORTH)
    inner = {**one, part: value, "geometry": {**one["geometry"], part: value}}
    for document in (value, {**WHOLE, part: value}, collection(inner), collection(one, value)):
        with suppress(Mistake):
            read_boundaries(document, tree, "district", "wgs84", "code", "x")


def test_a_file_that_is_no_text_or_not_there_is_told(settings: Settings, tmp_path: Path) -> None:
    zipped = tmp_path / "shapes.zip"
    zipped.write_bytes(b"PK\x03\x04\xff\xfe")
    for file, words in ((zipped, "shapefile or archive"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(Mistake, match=words):
            new_boundaries(settings.city, None, file, "district", "wgs84")


def test_all_levels_stand_on_one_datum(take: Callable[..., Any], settings: Settings) -> None:
    take(WHOLE)
    before = stored(settings)
    with pytest.raises(Mistake, match=r"district on WGS-84, street on GCJ-02"):
        take(collection(feature("town/n/e", NORTH)), level="street", datum="gcj02")
    assert not (settings.city / "boundaries" / "street.geojson").exists()
    take(WHOLE, datum="gcj02")  # the only level may change
    assert stored(settings)["datum"] == "gcj02"
    assert before["datum"] == "wgs84"


def test_many_mistakes_are_told_up_to_a_number(take: Callable[..., Any]) -> None:
    codes = [feature(f"town/{n}", NORTH) for n in range(100)]
    _, told = take(collection(feature("town/n", NORTH), *codes))
    assert len(told) == 20


def test_the_verb_says_what_it_did(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "given.geojson"
    file.write_text(json.dumps(collection(feature("town/n", NORTH))), "utf-8")
    words = ("new", "boundaries", file, "--home", settings.home, "--city", settings.city)
    done = cockpit(*words, "--level", "district", "--crs", "wgs84")
    assert "1 of 2 places of the level district" in done.stdout
    assert "no boundary: town/s South" in done.stdout
    south = box(120, 30, 120.4, 30.12)
    file.write_text(json.dumps(collection(feature("town/n", NORTH), feature("town/s", south))))
    done = cockpit(*words, "--level", "district", "--crs", "wgs84")
    assert "! given.geojson: town/n North and town/s South overlap by" in " ".join(
        done.stdout.split()
    )
    south = box(120, 30, 120.4, 30.1001)
    file.write_text(json.dumps(collection(feature("town/n", NORTH), feature("town/s", south))))
    done = cockpit(*words, "--level", "district", "--crs", "wgs84")
    assert "overlaps too narrow to be seen (less than 39 m): 1" in done.stdout
    file.write_text(json.dumps(collection(feature("town/n", BOW))), "utf-8")
    done = cockpit(*words, "--level", "district", "--crs", "wgs84", expect=1)
    assert "it crosses itself" in done.stderr
    assert "Nothing was written" in done.stderr


# ── Side by side ─────────────────────────────────────────────────────────────────────────────────


def kilometres(square_degrees: float) -> float:
    """An area at 30.1 degrees north, in square kilometres."""
    return square_degrees * 111.195**2 * math.cos(math.radians(30.1))


def test_ground_that_two_claim_stays_with_the_smaller_and_both_are_told(
    take: Callable[..., Any], settings: Settings
) -> None:
    """South reaches a fifth of the way into North."""
    south = box(120, 30, 120.4, 30.12)
    found, mistakes = take(collection(feature("town/s", south), feature("town/n", NORTH)))
    assert not mistakes
    (doubt,) = found.doubts
    assert re.fullmatch(
        r"given\.geojson: town/n North and town/s South overlap by ([\d.]+) km² near"
        r" 120\.2, 30\.11, 20% of the first, which keeps it as the smaller\. .*",
        doubt.text(),
    )
    told = float(doubt.text().split("overlap by ")[1].split()[0])
    assert told == pytest.approx(kilometres(0.4 * 0.02), rel=0.01)
    assert {code: area(shape) for code, shape in found.boundaries.shapes.items()} == {
        "town/n": pytest.approx(0.04),
        "town/s": pytest.approx(0.04),
    }
    again, _ = take(stored(settings))
    assert (again.doubts, again.slivers) == ([], 0)


def test_what_lies_within_another_is_cut_out_of_it(take: Callable[..., Any]) -> None:
    inner = box(120.1, 30.12, 120.2, 30.18)
    found, mistakes = take(collection(feature("town/s", NORTH), feature("town/n", inner)))
    assert not mistakes
    assert len(found.doubts) == 1
    assert "100% of the first" in found.doubts[0].text()
    shapes = found.boundaries.shapes
    assert area(shapes["town/n"]) == pytest.approx(0.006)
    assert area(shapes["town/s"]) == pytest.approx(0.034)
    assert set(shapes["town/s"][1]) == {tuple(corner) for corner in inner}


def test_overlaps_that_nobody_sees_are_let_be_and_counted(take: Callable[..., Any]) -> None:
    """A map of 38 kilometres may be off by 38 metres: 0.0003 degrees are 33 of them."""
    for deep, slivers, doubts in ((0.0003, 1, 0), (0.0004, 0, 1)):
        south = box(120, 30, 120.4, 30.1 + deep)
        found, mistakes = take(collection(feature("town/n", NORTH), feature("town/s", south)))
        assert not mistakes
        assert (found.slivers, len(found.doubts)) == (slivers, doubts)
    assert found.fine == pytest.approx(38.5, abs=0.1)
    assert "1.7 km²" in found.doubts[0].text()


def test_neighbours_that_touch_are_no_overlap(take: Callable[..., Any]) -> None:
    found, _ = take(WHOLE)
    assert (found.slivers, found.doubts) == (0, [])


COVERED: dict[str, tuple[Points, Points, str]] = {
    "drawn twice": (
        NORTH,
        NORTH,
        "town/s South would keep less than 1% of its ground: town/n North claims",
    ),
    "most of another": (
        NORTH,
        box(120, 30.14, 120.4, 30.2),
        "town/n North would keep 40% of its ground: town/s South claims 256.6 km²",
    ),
}


@pytest.mark.parametrize("what", COVERED)
def test_a_place_that_would_lose_more_than_half_is_refused(
    take: Callable[..., Any], settings: Settings, what: str
) -> None:
    north, south, words = COVERED[what]
    found, told = take(collection(feature("town/n", north), feature("town/s", south)))
    assert found is None
    assert len(told) == 1
    assert told[0].startswith(f"given.geojson: {words}")
    assert "has to be cut out" in told[0]
    assert not (settings.city / "boundaries").exists()


def test_a_place_outside_the_one_above_it_is_told_whichever_comes_first(
    take: Callable[..., Any], settings: Settings
) -> None:
    """Elm is North's; six tenths of it lie in South."""
    elm = collection(feature("town/n/e", box(120.1, 30.04, 120.2, 30.14)))
    words = "town/n/e Elm lies outside town/n North, to which it belongs, with 60% of its ground"
    for first, second in (
        ((WHOLE, "district"), (elm, "street")),
        ((elm, "street"), (WHOLE, "district")),
    ):
        shutil.rmtree(settings.city / "boundaries", ignore_errors=True)
        assert not take(first[0], level=first[1])[0].doubts
        (doubt,) = take(second[0], level=second[1])[0].doubts
        assert doubt.text().startswith(words)
    within = collection(feature("town/n/e", box(120.1, 30.06, 120.2, 30.16)))
    assert not take(within, level="street")[0].doubts


# ── Simplifying ──────────────────────────────────────────────────────────────────────────────────


def wave(length: int) -> Points:
    """A winding line to the east."""
    return [
        [120 + n / 1000, 30.05 + math.sin(n) / 4000 + math.sin(n / 9) / 100]
        for n in range(length + 1)
    ]


def circle(radius: float, corners: int) -> Points:
    turns = [2 * math.pi * n / corners for n in range(corners)]
    ring = [
        [round(120.05 + radius * math.cos(t), 6), round(30.015 + radius * math.sin(t), 6)]
        for t in turns
    ]
    return [*ring, ring[0]]


def test_neighbours_keep_their_border_in_common() -> None:
    border, inner = wave(100), circle(0.01, 50)
    given = read(
        {
            "town/n": [[[120.1, 30.09], [120, 30.09], *border, [120.1, 30.09]]],
            "town/s": [[[120, 30], [120.1, 30], *border[::-1], [120, 30]], inner],
        }
    )
    found, off = simplified({**given.polygons, "inner": joined([polygon([inner], "x")])}, 200)
    north, south, middle = (shape(found[code]) for code in ("town/n", "town/s", "inner"))
    shared = set(north[0]) & set(south[0])
    assert 5 < len(shared) < 60
    assert set(north[0]) == shared | {(120.1, 30.09), (120, 30.09)}
    assert set(south[0]) == shared | {(120.1, 30), (120, 30)}
    assert set(middle[0]) == set(south[1])
    assert 5 < len(middle[0]) < 40
    # No gap opens: what the outline holds is what they hold.
    assert area(north) + area(south) + area(middle) == pytest.approx(0.1 * 0.09, rel=1e-9)
    assert shared <= {(round(x, 6), round(y, 6)) for x, y in border}
    # What lies farthest off is told, and it is near.
    edges = list(zip(north[0], [*north[0][1:], north[0][0]], strict=True))
    farthest = max(min(_metres(each, *edge) for edge in edges) for each in border)
    assert 50 < farthest <= off < 250


def _metres(point: list[float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """From a point to an edge, by steps along it."""
    narrow = math.cos(math.radians(30.045))
    return min(
        111_195
        * math.hypot(
            (a[0] + (b[0] - a[0]) * t / 200 - point[0]) * narrow,
            a[1] + (b[1] - a[1]) * t / 200 - point[1],
        )
        for t in range(201)
    )


def test_a_corner_goes_if_it_matters_less_than_a_square_of_the_side() -> None:
    """A triangle of 1,000 metres by 80 has the area of a square of 200."""
    high, wide = 80 / 111_195, 1000 / 111_195 / math.cos(math.radians(30.1))
    ring = [[120, 30], [120.2, 30], [120.2, 30.2], [120.1 + wide, 30.2]]
    ring += [[120.1 + wide / 2, 30.2 + high], [120.1, 30.2], [120, 30.2], [120, 30]]
    given = read({"town/n": [ring]}).polygons
    for side, corners, off in ((190, 7, 0), (210, 4, 80)):
        found, told = simplified(given, side)
        assert len(shape(found["town/n"])[0]) == corners
        assert told == pytest.approx(off, abs=1)
    assert simplified(given, 0) == (given, 0)


def test_what_is_smaller_than_such_a_square_goes_but_no_place_does() -> None:
    islet = box(120.2, 30, 120.20001, 30.00001)
    tree = read_city(Settings().city).tree
    document = collection(
        feature("330106", circle(0.1, 62), islet, kind="MultiPolygon"), feature("330102", islet)
    )
    given, mistakes = read_boundaries(document, tree, "district", "wgs84", "code", "x")
    assert not mistakes
    found, _ = simplified(given.polygons, 1000)
    (ring,) = shape(found["330106"])
    assert 4 < len(ring) < 40
    assert {(x, y) for x, y in circle(0.1, 62)} >= set(ring)
    (small,) = shape(found["330102"])
    assert set(small) <= {(x, y) for x, y in islet}


def test_rings_do_not_come_to_cross_by_it() -> None:
    """A spit of land nearly touches the shore: without its peak they would cross."""
    shore = [[120 + n / 100, 30 + (0.02 if n == 5 else 0)] for n in range(11)]
    ring = [*shore, [120.1, 30.05], [120.052, 30.05], [120.05, 30.0001], [120.048, 30.05]]
    ring[5][1] = -0.02 + 30
    ring += [[120, 30.05], [120, 30]]
    for side in (300, 1000, 3000, 30_000):
        found, _ = simplified(read({"town/n": [ring]}).polygons, side)
        (left,) = shape(found["town/n"])
        read({"town/n": [[*map(list, left), list(left[0])]]})


STAR = st.tuples(
    st.floats(120, 120.2),
    st.floats(30, 30.2),
    st.lists(st.floats(0.01, 0.2), min_size=3, max_size=30),
)


@given(st.lists(STAR, min_size=2, max_size=8), st.sampled_from([30.0, 300.0, 3000.0]))
def test_whatever_overlaps_comes_out_sound_and_apart(stars: list[Any], metres: float) -> None:
    places = {}
    for number, (lon, lat, reach) in enumerate(stars):
        turns = [2 * math.pi * n / len(reach) for n in range(len(reach))]
        ring = tuple(
            (round(lon + far * math.cos(turn), 6), round(lat + far * math.sin(turn), 6))
            for far, turn in zip(reach, turns, strict=True)
        )
        with suppress(Mistake):  # its centre may lie outside, and rounding make it cross itself
            places[str(number)] = joined([polygon([ring], "x")])
    assume(places)
    found, overlaps, _ = taken_apart(places, metres)
    before = {code: area(shape(each)) for code, each in places.items()}
    for overlap in overlaps:
        assert before[overlap.smaller] <= before[overlap.larger] * (1 + 1e-9)  # as rounding has it
        assert 0 <= overlap.left < 1
    assert not [each for each in taken_apart(found, metres)[1] if each.area > 1]
    whole = {code: each for code, each in found.items() if shape(each)}
    fewer, _ = simplified(whole, metres)
    for each in fewer.values():
        rings = shape(each)
        assert rings
        outer = [number for number, ring in enumerate(rings) if ring_area(ring) > 0]
        for start, end in zip(outer, [*outer[1:], len(rings)], strict=True):
            polygon(rings[start:end], "x")


# ── Published ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Record]]:
    settings = towns.found(tmp_path_factory.mktemp("town"))
    with Record(settings) as record:
        towns.send(record, "cases.csv", towns.CASES)
        yield settings, record


@pytest.fixture
def published(written: tuple[Settings, Record]) -> tuple[Settings, Record]:
    """The town, published without boundaries."""
    settings, record = written
    shutil.rmtree(settings.city / "boundaries", ignore_errors=True)
    towns.publish(record)
    return settings, record


def below(settings: Settings, code: str) -> Any:
    with Snapshots(settings.snapshots).current() as snapshot:
        return ground(snapshot, gate(CONSOLE, Scope(snapshot.tree, code)))


def manifest(settings: Settings, id: str) -> Node:
    found: Node = json.loads((settings.snapshots / f"{id}.json").read_text("utf-8"))
    return found


def test_a_new_snapshot_has_them_and_nothing_is_counted_anew(
    published: tuple[Settings, Record],
) -> None:
    settings, record = published
    assert below(settings, "town").schematic
    first = manifest(settings, towns.publish(record))
    into(settings, WHOLE)
    id = towns.publish(record)
    assert id != first["id"]
    assert towns.publish(record) == id
    second = manifest(settings, id)
    assert (second["cubes"], second["files"]) == (first["cubes"], first["files"])
    found = below(settings, "town")
    assert (found.schematic, set(found.shapes)) == (False, {"town/n", "town/s"})
    # A degree of longitude is shorter there than one of latitude.
    narrow = math.cos(math.radians(30.1))
    assert area(found.shapes["town/n"]) == pytest.approx(0.4 * narrow * 0.1)
    streets = below(settings, "town/n")
    assert streets.schematic
    assert not streets.free
    assert sum(map(area, streets.shapes.values())) == pytest.approx(0.4 * narrow * 0.1)


def test_only_the_children_of_the_place_are_handed_out(published: tuple[Settings, Record]) -> None:
    settings, record = published
    into(settings, WHOLE)
    towns.publish(record)
    viewer = replace(CONSOLE, root="town/s")
    with Snapshots(settings.snapshots).current() as snapshot:
        seen = gate(viewer, Scope(snapshot.tree, "town/s"))
        assert set(ground(snapshot, seen).shapes) == {"town/s/a"}
        assert seen.above(snapshot.tree) is None
        lower = gate(viewer, Scope(snapshot.tree, "town/s/a")).above(snapshot.tree)
        assert lower is not None
        assert (lower.place.code, lower.root.code) == ("town/s", "town/s")


def test_a_place_without_boundary_is_named_where_others_have_one(
    published: tuple[Settings, Record],
) -> None:
    settings, record = published
    into(settings, collection(feature("town/n", NORTH)))
    towns.publish(record)
    assert [place.code for place in below(settings, "town").missing] == ["town/s"]
    alone = below(settings, "town/s")
    assert sum(map(area, alone.shapes.values())) == pytest.approx(area(GROUND))


def test_a_file_that_was_broken_by_hand_keeps_no_number_waiting(
    published: tuple[Settings, Record], caplog: pytest.LogCaptureFixture
) -> None:
    settings, record = published
    into(settings, WHOLE)
    before = towns.publish(record)
    path = settings.city / "boundaries" / "district.geojson"
    path.write_text(path.read_text("utf-8").replace("town/n", "town/x"), "utf-8")
    with caplog.at_level(logging.ERROR):
        assert towns.publish(record) > before
    assert "'town/x' is no code of a district" in caplog.text
    assert below(settings, "town").schematic
    told = [mistake.text() for mistake in check_all(settings).mistakes]
    assert any("'town/x' is no code" in each for each in told)


def test_a_file_from_before_overlaps_were_told_is_published_as_it_is(settings: Settings) -> None:
    rows = [["town/n", NORTH], ["town/s", box(120, 30, 120.4, 30.18)]]
    document = collection(*(feature(code, ring, kind="MultiPolygon") for code, ring in rows))
    path = settings.city / "boundaries" / "district.geojson"
    path.parent.mkdir()
    head = {"level": "district", "datum": "wgs84", "metres": 38.5}
    path.write_text(json.dumps({**document, **head}), "utf-8")
    found = known(settings.city, read_city(settings.city).tree)
    assert {code: json.loads(shape) for code, shape in found.rows} == {
        code: [ring[:-1]] for code, ring in rows
    }


def test_the_city_ships_no_boundaries() -> None:
    assert not (Settings().city / "boundaries").exists()
