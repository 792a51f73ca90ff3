"""A city's own boundaries: what is taken in, what is refused and how, what maps get of it."""

from __future__ import annotations

import csv
import io
import json
import logging
import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.answers.ground import ground
from cockpit.answers.snapshot import Snapshots
from cockpit.model.arcs import simplified
from cockpit.model.boundaries import read_boundaries, simplify
from cockpit.model.cells import GROUND
from cockpit.model.mistakes import Mistake
from cockpit.model.places import plant
from cockpit.model.shape import area
from cockpit.people.gate import CONSOLE, Scope, gate
from cockpit.record.boundaries import new_boundaries
from cockpit.record.checks import check_all
from cockpit.record.city import read_city
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


def test_a_code_may_be_a_number_and_be_filled_up_with_noughts(tmp_path: Path) -> None:
    tree = read_city(Settings().city).tree
    for code in ("330106", 330106, 330106.0, "330106000000"):
        document = collection(feature(code, NORTH))
        found, mistakes = read_boundaries(document, tree, "district", "wgs84", "code", "x")
        assert (list(found.parts), mistakes) == (["330106"], [])
    document = collection(feature("330100", NORTH, key="adcode"))
    found, _ = read_boundaries(document, tree, "city", "wgs84", "adcode", "x")
    assert list(found.parts) == ["3301"]


# ── What is refused ──────────────────────────────────────────────────────────────────────────────

BOW = [[120, 30], [121, 31], [121, 30], [120, 31], [120, 30]]
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
    file.write_text(json.dumps(collection(feature("town/n", BOW))), "utf-8")
    done = cockpit(*words, "--level", "district", "--crs", "wgs84", expect=1)
    assert "it crosses itself" in done.stderr
    assert "Nothing was written" in done.stderr


# ── Simplifying ──────────────────────────────────────────────────────────────────────────────────


def wave(length: int) -> list[tuple[float, float]]:
    return [(n / 10, 5 + math.sin(n) / 40 + math.sin(n / 9)) for n in range(length + 1)]


def test_neighbours_keep_their_border_in_common() -> None:
    border = wave(100)
    above = ((10.0, 9.0), (0.0, 9.0), *border)
    below = ((0.0, 0.0), (10.0, 0.0), *reversed(border))
    inner = tuple((5 + math.cos(n / 8), 1.5 + math.sin(n / 8)) for n in range(50))
    found = simplified([above, below, inner, inner[::-1]], 0.05)
    kept = set(found[0]) & set(found[1])
    assert 10 < len(kept) < 60
    assert set(found[0]) == kept | {(10.0, 9.0), (0.0, 9.0)}
    assert found[2] == found[3][::-1] or set(found[2]) == set(found[3])
    for x, y in border:  # nothing lies farther off than was said
        near = min(
            math.dist((x, y), (a[0] + (b[0] - a[0]) * t / 50, a[1] + (b[1] - a[1]) * t / 50))
            for a, b in zip(found[0], [*found[0][1:], found[0][0]], strict=True)
            for t in range(51)
        )
        assert near < 0.08


def test_what_is_smaller_than_the_tolerance_goes_but_no_place_does() -> None:
    tree = read_city(Settings().city).tree
    ring = [[120 + math.cos(n / 10) / 10, 30 + math.sin(n / 10) / 10] for n in range(62)]
    ring.append(ring[0])
    islet = box(120.2, 30, 120.20001, 30.00001)
    document = collection(
        feature("330106", ring, islet, kind="MultiPolygon"), feature("330102", islet)
    )
    found, mistakes = read_boundaries(document, tree, "district", "wgs84", "code", "x")
    assert not mistakes
    fewer = simplify(found, 500)
    assert len(fewer.parts["330106"]) == 1
    assert len(fewer.parts["330106"][0][0]) < 30
    assert fewer.parts["330102"] == found.parts["330102"]


def test_rings_do_not_come_to_cross_by_it() -> None:
    """A spit of land nearly touches the shore: at a kilometre they would cross."""
    tree = read_city(Settings().city).tree
    shore = [[120 + n / 100, 30 + (0.02 if n == 5 else 0)] for n in range(11)]
    ring = [*shore, [120.1, 30.05], [120.052, 30.05], [120.05, 30.021], [120.048, 30.05]]
    ring += [[120, 30.05], [120, 30]]
    document = collection(feature("330106", ring))
    found, mistakes = read_boundaries(document, tree, "district", "wgs84", "code", "x")
    assert not mistakes
    again = collection(feature("330106", [*map(list, simplify(found, 3000).shapes["330106"][0])]))
    again["features"][0]["geometry"]["coordinates"][0].append(
        again["features"][0]["geometry"]["coordinates"][0][0]
    )
    assert not read_boundaries(again, tree, "district", "wgs84", "code", "x")[1]


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


def test_the_city_ships_no_boundaries() -> None:
    assert not (Settings().city / "boundaries").exists()
