"""Schematic cells: they fill their parent's exactly, by population, and stay where they were."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from cockpit.model.cells import GROUND, TILT, Cells, lay_out, tile, weights
from cockpit.model.places import Place, Tree, plant
from cockpit.model.shape import Point, Ring, Shape, area, cut, turned
from cockpit.record.city import read_city
from cockpit.record.demo.places import grids
from cockpit.settings import Settings

COMB: Shape = (
    (
        (0, 0),
        (9, 0),
        (9, 6),
        (8, 6),
        (8, 2),
        (6, 2),
        (6, 6),
        (4, 6),
        (4, 2),
        (2, 2),
        (2, 6),
        (0, 6),
    ),
)
FRAME: Shape = (((0, 0), (8, 0), (8, 8), (0, 8)), ((2, 2), (2, 6), (6, 6), (6, 2)))
ISLANDS: Shape = (
    *FRAME,
    ((3, 3), (5, 3), (5, 5), (3, 5)),
    ((9, 1), (14, 3), (10, 7)),
)
DIAMOND: Shape = (((4, 0), (8, 4), (4, 8), (0, 4)), ((4, 2), (2, 4), (4, 6), (6, 4)))
SHAPES = {
    "the ground": GROUND,
    "a comb": COMB,
    "a frame": FRAME,
    "islands in a frame and beside it": ISLANDS,
    "a diamond with corners above each other": DIAMOND,
}


@st.composite
def regions(draw: st.DrawFn) -> Shape:
    """A star around a point: any polygon of which all can be seen from one spot."""
    many = draw(st.integers(3, 14))
    radii = [draw(st.floats(1, 10)) for _ in range(many)]
    return (
        tuple(
            (r * math.cos(math.tau * n / many), r * math.sin(math.tau * n / many))
            for n, r in enumerate(radii)
        ),
    )


ANY_SHAPE = st.one_of(st.sampled_from(list(SHAPES.values())), regions())
WEIGHTS = st.lists(st.floats(1, 10), min_size=1, max_size=30)


def rings_around(point: Point, shape: Shape) -> int:
    """How often a shape goes around a point (1 inside, 0 outside), by angles, unlike the cells."""
    x, y = point
    total = 0.0
    for ring in shape:
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            a, b = math.atan2(ay - y, ax - x), math.atan2(by - y, bx - x)
            total += (b - a + math.pi) % math.tau - math.pi
    return round(total / math.tau)


def off_edges(point: Point, shape: Shape) -> bool:
    x, y = point
    for ring in shape:
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            length = math.hypot(bx - ax, by - ay)
            part = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length**2 if length else 0
            part = min(1, max(0, part))
            if math.hypot(ax + (bx - ax) * part - x, ay + (by - ay) * part - y) < 1e-7:
                return False
    return True


def points(shape: Shape, many: int = 60) -> Iterator[Point]:
    """Points in the box around a shape, the same every time."""
    dice = random.Random(3)
    xs = [x for ring in shape for x, _ in ring]
    ys = [y for ring in shape for _, y in ring]
    for _ in range(many):
        yield dice.uniform(min(xs), max(xs)), dice.uniform(min(ys), max(ys))


def is_filled(shape: Shape, parts: Sequence[Shape]) -> None:
    """Every point of the shape lies in exactly one of the parts, and no other point in any."""
    for point in points(shape):
        if all(off_edges(point, part) for part in parts):
            assert sum(rings_around(point, part) for part in parts) == rings_around(point, shape)
            assert all(rings_around(point, part) in (0, 1) for part in parts)


def centre(shape: Shape) -> Point:
    xs = [x for ring in shape for x, _ in ring]
    ys = [y for ring in shape for _, y in ring]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def place(code: str, **more: object) -> Place:
    given = {"name": code, "rung": 1, "parent": "root", "lo": 0, "hi": 0, **more}
    return Place(code=code, **given)  # type: ignore[arg-type]


# ── Cutting and tiling ───────────────────────────────────────────────────────────────────────────


@given(ANY_SHAPE, st.floats(0, math.tau), st.floats(0.01, 0.99))
def test_a_cut_gives_the_share_and_loses_nothing(shape: Shape, turn: float, share: float) -> None:
    way = (math.cos(turn), math.sin(turn))
    behind, ahead = cut(shape, turned(shape, way), share)
    assert area(behind) == pytest.approx(share * area(shape), rel=1e-8)
    assert area(ahead) == pytest.approx((1 - share) * area(shape), rel=1e-8)
    is_filled(shape, (behind, ahead))
    line = max(x * way[0] + y * way[1] for ring in behind for x, y in ring)
    assert all(x * way[0] + y * way[1] >= line - 1e-6 for ring in ahead for x, y in ring)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("way", [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)])
def test_a_cut_may_go_through_corners_and_along_edges(name: str, way: Point) -> None:
    shape = SHAPES[name]
    for share in (0.125, 0.25, 1 / 3, 0.5, 2 / 3, 0.75):
        parts = cut(shape, turned(shape, way), share)
        assert area(parts[0]) == pytest.approx(share * area(shape), rel=1e-8)
        is_filled(shape, parts)


@runs(deadline=None)
@given(ANY_SHAPE, WEIGHTS, st.sampled_from([-TILT, 0.0, TILT]))
def test_cells_fill_their_parent_by_weight(shape: Shape, weights: list[float], tilt: float) -> None:
    found = tile(shape, weights, None, tilt)
    for cell, weight in zip(found, weights, strict=True):
        assert area(cell) == pytest.approx(area(shape) * weight / sum(weights), rel=1e-6)
    is_filled(shape, found)
    assert found == tile(shape, weights, None, tilt)


@given(st.lists(st.floats(1, 4), min_size=1, max_size=60))
def test_cells_are_compact(weights: list[float]) -> None:
    """4π · area / outline²: 1 for a circle, 0.79 for a square, 0.35 for one of 1 by 7."""
    for (ring,) in tile(GROUND, weights, None, TILT):
        outline = sum(math.dist(a, b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
        assert 4 * math.pi * area((ring,)) / outline**2 > 0.3


@pytest.mark.parametrize("many", [5, 13, 27, 50])
def test_one_place_more_moves_the_others_little(many: int) -> None:
    """Less the more there are: where it comes in makes no difference to that."""
    across = math.dist((0, 0), (1200, 900))
    before = [centre(cell) for cell in tile(GROUND, [1.0] * many, None, TILT)]
    more = [centre(cell) for cell in tile(GROUND, [1.0] * (many + 1), None, TILT)]
    moved = []
    for spot in range(many + 1):
        after = more[:spot] + more[spot + 1 :]
        moved.append(mean(math.dist(*each) for each in zip(before, after, strict=True)) / across)
    assert mean(moved) < 0.4 / math.sqrt(many)
    assert max(moved) < 0.3


# ── Places ───────────────────────────────────────────────────────────────────────────────────────


@given(st.permutations([place(f"33010{n}", population=n * 1000) for n in range(1, 10)]))
def test_the_order_of_the_file_makes_no_difference(places: list[Place]) -> None:
    assert lay_out(GROUND, places) == lay_out(GROUND, sorted(places, key=lambda p: p.code))


def test_codes_go_by_their_numbers_from_the_top_left() -> None:
    found = lay_out(GROUND, [place(str(n)) for n in (10, 9, 1, 2, 11, 3)])
    assert list(found) == ["1", "2", "3", "9", "10", "11"]
    (left, top), (right, bottom) = centre(found["1"]), centre(found["11"])
    assert left < right
    assert top > bottom


def test_places_with_a_position_keep_it() -> None:
    spots = [(x, y) for x in range(5) for y in range(5)]
    places = [
        place(f"{25 - n:02}", lon=120 + x / 10, lat=30 + y / 10) for n, (x, y) in enumerate(spots)
    ]
    found = lay_out(GROUND, places)
    for one in places:
        for other in places:
            (x, y), (u, v) = centre(found[one.code]), centre(found[other.code])
            assert one.lon is not None
            assert other.lon is not None
            if other.lon - one.lon > 0.25:
                assert u > x
            assert one.lat is not None
            assert other.lat is not None
            if other.lat - one.lat > 0.25:
                assert v > y


def test_one_place_without_a_position_and_all_go_by_code() -> None:
    places = [place("1", lon=121, lat=30), place("2", lon=120, lat=30), place("3")]
    bare = [place("1"), place("2"), place("3")]
    assert lay_out(GROUND, places) == lay_out(GROUND, bare)


def test_areas_go_by_population_and_blank_is_not_nought() -> None:
    people = [place("a", population=100), place("b", population=300), place("c"), place("d")]
    assert weights(people) == [100, 300, 200, 200]
    assert weights([place("a"), place("b")]) == [1, 1]
    assert weights([place("a", population=0), place("b", population=1000)]) == [50, 1000]
    assert weights([place("a", population=0), place("b", population=0)]) == [1, 1]


# ── A whole city ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def hangzhou() -> Tree:
    """The city with made-up grids: 18,000 places."""
    bare = read_city(Settings().city).tree
    rows = [
        {
            "code": p.code,
            "name": p.name,
            "level": p.level,
            "parent": p.parent or "",
            "population": str(p.population or ""),
        }
        for p in bare.places
    ]
    return plant([*rows, *grids(bare, 1)])


def nothing(codes: Sequence[str]) -> dict[str, Shape]:
    return {}


def test_all_five_levels_are_laid_out_in_no_time(hangzhou: Tree) -> None:
    """215 ms on the machine this was written on; the limit leaves room for slower ones."""
    cells = Cells(hangzhou)
    began = time.perf_counter()
    for parent in hangzhou.places:
        if parent.lo < parent.hi:
            cells.below(parent, nothing)
    assert time.perf_counter() - began < 1.5
    for parent in hangzhou.places[::7]:
        if parent.lo < parent.hi:
            below = cells.below(parent, nothing)
            assert set(below.shapes) == {child.code for child in hangzhou.below(parent)}
            whole = sum(map(area, below.shapes.values()))
            assert whole == pytest.approx(area(cells.of(parent, nothing)), rel=1e-6)


def test_only_what_is_asked_for_is_laid_out(hangzhou: Tree) -> None:
    asked: list[str] = []

    def known(codes: Sequence[str]) -> dict[str, Shape]:
        asked.extend(codes)
        return {}

    grid = hangzhou.places[-1]
    path = hangzhou.path(grid)
    Cells(hangzhou).of(grid, known)
    wanted = {child.code for step in path[:-1] for child in hangzhou.below(step)}
    assert set(asked) == wanted | {hangzhou.root.code}


def test_boundaries_stand_where_they_are_known_and_cells_within_them() -> None:
    rows = [("r", "city", ""), ("a", "district", "r"), ("b", "district", "r")]
    rows += [("c", "district", "r"), ("a1", "street", "a"), ("a2", "street", "a")]
    rows += [("c1", "street", "c"), ("c2", "street", "c")]
    tree = plant({"code": c, "level": level, "parent": parent} for c, level, parent in rows)
    left: Ring = ((0, 0), (1, 0), (1, 1), (0, 1))
    right: Ring = ((1, 0), (3, 0), (3, 1), (1, 1))
    boundaries = {"a": (left,), "b": (right,)}

    def known(codes: Sequence[str]) -> dict[str, Shape]:
        return {code: boundaries[code] for code in codes if code in boundaries}

    cells = Cells(tree)
    districts = cells.below(tree.root, known)
    assert (districts.shapes, districts.schematic) == (boundaries, False)
    streets = cells.below(tree.place("a"), known)
    assert streets.schematic
    is_filled((left,), list(streets.shapes.values()))
    assert sum(map(area, streets.shapes.values())) == pytest.approx(1)
    # What has none, where others have one, stands on a ground of its own.
    alone = cells.below(tree.place("c"), known)
    assert sum(map(area, alone.shapes.values())) == pytest.approx(area(GROUND))
