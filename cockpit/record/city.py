"""Reading a city's folder: city.toml, places.csv, calendar.csv, and the home's own places; and
which city a home was begun with.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cockpit import disk
from cockpit.model.calendar import Calendar, read_exceptions
from cockpit.model.city import City
from cockpit.model.mistakes import Mistake
from cockpit.model.places import plant
from cockpit.settings import CITY, Settings

OWN_PLACES = "places.csv"
"""In the home: places that the city's folder lacks, such as grids, in the same columns."""


def read_city(folder: Path, home: Path | None = None) -> City:
    """The city of a folder, with the home's own places hung below it. Raises Mistake."""
    rows = list(_rows(_places(folder)))
    about = _about(folder / "city.toml")
    own = None if home is None else home / OWN_PLACES
    added = list(_rows(own)) if own is not None and own.is_file() else []
    exceptions = {}
    if (folder / "calendar.csv").is_file():
        exceptions = read_exceptions(_rows(folder / "calendar.csv"), "calendar.csv")
    tree = plant([*rows, *added], str(folder / "places.csv"))
    return City(
        name=str(about.get("name", tree.root.name)),
        name_en=str(about.get("name_en", about.get("name", tree.root.name))),
        timezone=str(about["timezone"]),
        edition=str(about.get("edition", "")),
        tree=tree,
        calendar=Calendar(exceptions, about["hours"]),
        unranked=frozenset(about.get("unranked_kinds", ())),
        demo=any(place.kind == "demo" for place in tree.places),
    )


def root_code(folder: Path) -> str:
    """What a city is known by: the code of its widest place. Raises Mistake."""
    for row in _rows(_places(folder)):
        if not row.get("parent") and not row.get("valid_to"):
            return (row.get("code") or "").strip()
    return ""


def _places(folder: Path) -> Path:
    path = folder / "places.csv"
    if not path.is_file():
        raise Mistake(
            "there is no places.csv in it",
            where=folder,
            write="Name a city's folder with --city, or make one with: cockpit new city",
        )
    return path


def begun(settings: Settings) -> str | None:
    """The code of the city that a home was begun with, told beside a running worker too; None
    where it is not known.
    """
    path = settings.home / CITY
    folder, _, code = path.read_text("utf-8").partition("\n") if path.is_file() else ("", "", "")
    if code.strip():
        return code.strip()
    if not settings.record.exists():
        return None
    try:  # begun by an edition that told the folder alone, and not that of the shipped city
        return root_code(Path(folder.strip()) if folder.strip() else Settings.city)
    except Mistake:
        return None


def remember(settings: Settings, code: str) -> None:
    """Write down which city a home is begun with: its folder, for calls that name none (left blank
    for the shipped one, which moves with the program), and its code.
    """
    folder = "" if settings.city == Settings.city else str(settings.city.resolve())
    path, told = settings.home / CITY, f"{folder}\n{code}\n"
    if not path.is_file() or path.read_text("utf-8") != told:
        disk.write(path, told)


def _about(path: Path) -> dict:  # type: ignore[type-arg]
    about: dict = {}  # type: ignore[type-arg]
    if path.is_file():
        try:
            about = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise Mistake(f"not TOML: {error}", where=path) from None
    about.setdefault("timezone", "Asia/Shanghai")
    try:
        ZoneInfo(about["timezone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise Mistake(
            f"timezone is {about['timezone']!r}", where=path, write='timezone = "Asia/Shanghai"'
        ) from None
    try:
        about["hours"] = tuple(
            (time.fromisoformat(start), time.fromisoformat(end))
            for start, end in about.get("working_hours", (("08:00", "12:00"), ("14:00", "18:00")))
        )
    except (TypeError, ValueError):
        raise Mistake(
            f"working_hours is {about['working_hours']!r}",
            where=path,
            write='working_hours = [["08:00", "12:00"]]',
        ) from None
    return about


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        yield from csv.DictReader(opened)
