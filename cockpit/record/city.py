"""Reading a city's folder: city.toml, places.csv, calendar.csv, and the home's own places."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cockpit.model.calendar import Calendar, read_exceptions
from cockpit.model.city import City
from cockpit.model.mistakes import Mistake
from cockpit.model.places import plant

OWN_PLACES = "places.csv"
"""In the home: places that the city's folder lacks, such as grids, in the same columns."""


def read_city(folder: Path, home: Path | None = None) -> City:
    """The city of a folder, with the home's own places hung below it. Raises Mistake."""
    if not (folder / "places.csv").is_file():
        raise Mistake(
            "there is no places.csv in it",
            where=folder,
            write="Name a city's folder with --city, or make one with: cockpit new city",
        )
    about = _about(folder / "city.toml")
    own = None if home is None else home / OWN_PLACES
    rows = list(_rows(folder / "places.csv"))
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
