"""The places of the demo city: its made-up grids, and what each leaf of the tree is like.

``gen_leaf`` has one row a leaf with the names above it, a schematic position, how much is
reported there, how punctual it is, and one flag for everything planted (see ``planted.py``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from zlib import crc32

import duckdb

from cockpit.model.levels import LEAF, rung
from cockpit.model.places import COLUMNS, Tree
from cockpit.record.demo.chance import FINE_SLOTS, wheel
from cockpit.record.demo.planted import stand

CENTRE = (120.16, 30.27)  # degrees; where a city lies whose own position is blank
SPREAD = 0.45  # degrees; how far its districts lie from its centre
_GOLDEN = math.pi * (3 - math.sqrt(5))
_OFFICE = re.compile("(居民委员会|村民委员会|居委会|委会)$")


def grids(tree: Tree, seed: int) -> Iterator[dict[str, str]]:
    """Three to six made-up grids a community, as rows of ``places.csv``."""
    for place in tree.places:
        if place.level != "community":
            continue
        for number in range(1, 4 + crc32(f"{place.code} {seed}".encode()) % 4):
            yield dict.fromkeys(COLUMNS, "") | {
                "code": f"{place.code}{number:03}",
                "name": f"第{number}网格",
                "level": LEAF.name,
                "parent": place.code,
                "kind": "demo",
                "pinyin": f"di {number} wang ge",
            }


@dataclass(frozen=True)
class _Leaf:
    """A place without places below it. ``urban`` weighs how densely its people live."""

    id: int
    pos: int
    code: str
    community_code: str
    community: str
    street_code: str
    street: str
    district_code: str
    district: str
    people: int
    urban: bool
    village: bool
    lon: float
    lat: float


def spread(con: duckdb.DuckDBPyConnection, tree: Tree) -> None:
    """Make ``gen_leaf`` and the wheels that draw from it.

    ``gen_leaf_wheel``: groups are 2 × the district's number, + 1 in the silent place's district
    while it is silent. Next to nothing is left to it then, which is all where it is alone.
    """
    rows = [asdict(leaf) for leaf in _leaves(tree)]
    names = list(rows[0])
    columns = ", ".join(f"unnest(${number}) as {name}" for number, name in enumerate(names, 1))
    flags = ", ".join(
        f"pos between {place.lo} and {place.hi} as {key}" for key, place in stand(tree).items()
    )
    con.execute(
        f"""
        create or replace temp table gen_leaf as
        with leaf as (
            select {columns}
        ), skill as (
            -- Districts are spread evenly between the best and the worst, streets around them.
            select *,
                2 * percent_rank() over (order by chance(hash(district_code), 'skill')) - 1
                    as district_skill,
                dense_rank() over (order by district_code) as district_id
            from (select distinct district_code from leaf)
        )
        select leaf.*, district || street || community as path, {flags}, district_id,
            exp(-0.28 * district_skill + 0.3 * (chance(hash(street_code), 'skill') - 0.5)) as pace,
            (case when village then 1 else 2.5 end)
                * exp(1.0 * (chance(hash(street_code), 'volume') - 0.5)
                    + 1.4 * (chance(hash(community_code), 'volume') - 0.5)
                    + 0.9 * (chance(hash(code), 'volume') - 0.5)) as volume
        from leaf join skill using (district_code)
        order by id
        """,
        [[row[name] for row in rows] for name in names],
    )
    wheel(
        con,
        "gen_leaf_wheel",
        """
        select 2 * district_id + era as grp, id,
            case when silent and era = 1 then 0.001 else 1 end * volume as weight
        from gen_leaf, range(2) eras(era)
        where era = 0 or district_id = (select min(district_id) from gen_leaf where silent)
        """,
        FINE_SLOTS,
    )


def _leaves(tree: Tree) -> Iterator[_Leaf]:
    """Every leaf with what stands above it; where a rung is missing, the next wider one."""
    where = _positions(tree)
    leaves = [place for place in tree.places if place.lo == place.hi]
    for number, leaf in enumerate(leaves):
        path = tree.path(leaf)
        district, street, community = (
            [place for place in path if place.rung <= rung(level)][-1]
            for level in ("district", "street", "community")
        )
        people = district.population or 500 * (district.hi - district.lo + 1)
        lon, lat = where[leaf.code]
        yield _Leaf(
            id=number,
            pos=leaf.lo,
            code=leaf.code,
            community_code=community.code,
            community=_OFFICE.sub("", community.name),
            street_code=street.code,
            street=street.name,
            district_code=district.code,
            district=district.name,
            people=people,
            urban=street.name.endswith("街道"),
            village="村" in community.name[-6:],
            lon=lon,
            lat=lat,
        )


def _positions(tree: Tree) -> dict[str, tuple[float, float]]:
    """A schematic position for every place: its own, or a seat in a sunflower around its parent."""
    root = tree.root
    centre = CENTRE if root.lon is None or root.lat is None else (root.lon, root.lat)
    found = {root.code: centre}
    reach = {root.code: SPREAD}
    for parent in tree.places:
        below = tree.below(parent)
        lon, lat = found[parent.code]
        for number, place in enumerate(below):
            radius = reach[parent.code] * math.sqrt((number + 0.5) / len(below))
            turn = number * _GOLDEN
            found[place.code] = (
                (place.lon, place.lat)
                if place.lon is not None and place.lat is not None
                else (lon + radius * math.cos(turn), lat + radius * math.sin(turn))
            )
            reach[place.code] = 0.8 * reach[parent.code] / math.sqrt(len(below))
    return found
