"""What a wall is: scenes that stand one after the other, as one file of ``queries/walls/`` says.

A scene asks one question and answers it with metrics and pictures, the most telling first: a screen
shows as many of them as it has room for, so a wider one shows more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from cockpit.model.header import identity
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.period import NAMED

FOLDER = "walls"
"""The folder of queries/ that holds them."""
TEMPLATES = ("numbers", "beside", "pictures")
"""How a scene is laid out: numbers alone, numbers beside pictures, pictures alone."""
OF_METRIC = ("trend", "places")
"""Pictures of a metric: along time, and where one level down a call is needed."""
Picture = Literal["panel", "trend", "places"]
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Scene:
    """One picture of a wall. All fields but the last are the keys of a ``[[scene]]``."""

    name: str
    asks: str
    """The one question that it answers."""
    template: Literal["numbers", "beside", "pictures"]
    asks_en: str = ""
    metrics: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    """Names of panels, ``trend:METRIC`` or ``places:METRIC``."""
    dwell: int = 0
    """Seconds that it stands; left out, those of the wall."""
    place: str = ""
    """The code of a place; empty is the display's own."""
    period: str = "30d"

    def drawn(self) -> Iterator[tuple[Picture, str]]:
        """Its pictures: of what kind, and of which panel or metric."""
        for one in self.pictures:
            kind, colon, name = one.partition(":")
            yield (kind, name) if colon else ("panel", one)  # type: ignore[misc]

    def asked(self) -> Iterator[tuple[str, str, str]]:
        """What it asks for: the key that says so, whether it is a metric or a panel, its name."""
        for name in self.metrics:
            yield "metrics", "metric", name
        for picture, name in self.drawn():
            yield "pictures", "panel" if picture == "panel" else "metric", name


@dataclass(frozen=True)
class Wall:
    """A wall. The fields up to ``scenes`` are the keys at the head of its file."""

    title: str
    title_en: str = ""
    dwell: int = 20
    """Seconds that a scene stands which says nothing of it."""
    red: str = ""
    """The scene that a new red warning calls up; empty is none."""
    red_seconds: int = 60
    """For how long."""
    night: str = "22:00-06:00"
    """When the picture is dimmed, by the city's clock; empty is never."""
    quiet: str = "03:30"
    """When the page is loaded anew, by the city's clock."""
    scenes: tuple[Scene, ...] = ()
    name: str = ""
    path: str = ""


_SET_BY_FILE = {"scenes", "name", "path"}
_TEXTS = ("metrics", "pictures")


def read_wall(name: str, text: str, where: str) -> Wall:
    """Read one wall's file. Raises Mistake with file, line and what to write."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        spot = re.search(r"line (\d+), column (\d+)", str(error))
        at = f"{where}:{spot[1]}:{spot[2]}" if spot else where
        raise Mistake(f"not TOML: {error}", where=at) from None
    identity(name, "wall", where, "Small letters, digits and _")
    scenes = values.pop("scene", None)
    known = {
        field.name: str(field.type) for field in fields(Wall) if field.name not in _SET_BY_FILE
    }
    head = text.split("[[", 1)[0]
    _keys(values, known, head, where, 0)
    _required(values, ("title",), where)
    if not isinstance(scenes, list) or not scenes:
        raise Mistake("the wall has no scene", where=where, write='[[scene]]\nname = "overview"')
    read: list[Scene] = []
    spots = _spots(text)
    for number, entry in enumerate(scenes):
        start = spots[number] if number < len(spots) else 0
        read.append(_scene(entry, text, start, where))
        if [one.name for one in read].count(read[-1].name) > 1:
            raise Mistake(
                f"two scenes are called {read[-1].name!r}",
                where=f"{where}:{_line(text, 'name', start)}",
                write="Give one of them another name",
            )
    wall = Wall(**values, scenes=tuple(read), name=name, path=where)
    _sound(wall, text)
    return wall


def _scene(entry: Mapping[str, Any], text: str, start: int, where: str) -> Scene:
    kinds = {field.name: str(field.type) for field in fields(Scene)}
    end = text.find("[[", start + 2)
    section = text[: end if end > 0 else None]
    _keys(entry, kinds, section, where, start)
    at = f"{where}:{_line(text, '', start)}"
    _required(entry, ("name", "asks", "template"), at)
    lists = {key: tuple(entry.get(key, ())) for key in _TEXTS}
    scene = Scene(**{**entry, **lists})

    def spot(key: str) -> str:
        return f"{where}:{_line(section, key, start)}"

    identity(scene.name, "scene", spot("name"), "Small letters, digits and _, such as overview")
    if scene.template not in TEMPLATES:
        raise Mistake(
            f"template is {scene.template!r}",
            where=spot("template"),
            write=did_you_mean(scene.template, TEMPLATES),
        )
    if scene.period not in NAMED:
        raise Mistake(
            f"period is {scene.period!r}",
            where=spot("period"),
            write=did_you_mean(scene.period, NAMED),
        )
    for picture, named in scene.drawn():
        if picture not in ("panel", *OF_METRIC) or not named:
            raise Mistake(
                f"{picture}:{named} is no picture",
                where=spot("pictures"),
                write="A panel's name, trend:METRIC or places:METRIC",
            )
    missing = {"numbers": "metrics", "beside": "metrics and pictures", "pictures": "pictures"}
    if any(not getattr(scene, key) for key in missing[scene.template].split(" and ")):
        raise Mistake(
            f"scene {scene.name!r} has the template {scene.template} and no"
            f" {missing[scene.template]}",
            where=at,
            write='metrics = ["closure"]' if "metrics" in missing[scene.template] else "pictures",
        )
    if "dwell" in entry and scene.dwell < 1:
        raise Mistake(f"dwell is {scene.dwell}", where=spot("dwell"), write="dwell = 20")
    return scene


def _sound(wall: Wall, text: str) -> None:
    def spot(key: str) -> str:
        return f"{wall.path}:{_line(text, key, 0)}"

    names = [scene.name for scene in wall.scenes]
    if wall.dwell < 1:
        raise Mistake(f"dwell is {wall.dwell}", where=spot("dwell"), write="dwell = 20")
    if wall.red and wall.red not in names:
        raise Mistake(
            f"red is {wall.red!r}, and no scene is called so",
            where=spot("red"),
            write=did_you_mean(wall.red, names),
        )
    begin, dash, end = wall.night.partition("-")
    if wall.night and not (dash and _HOUR.fullmatch(begin) and _HOUR.fullmatch(end)):
        raise Mistake(
            f"night is {wall.night!r}", where=spot("night"), write='night = "22:00-06:00"'
        )
    if not _HOUR.fullmatch(wall.quiet):
        raise Mistake(f"quiet is {wall.quiet!r}", where=spot("quiet"), write='quiet = "03:30"')


def unknown(
    wall: Wall, text: str, metrics: Collection[str], panels: Collection[str]
) -> list[Mistake]:
    """What a wall asks for that is not there."""
    found = []
    for scene, start in zip(wall.scenes, _spots(text), strict=True):
        for key, kind, name in scene.asked():
            known = panels if kind == "panel" else metrics
            if name not in known:
                where = f"{wall.path}:{_line(text, key, start)}"
                write = did_you_mean(name, known)
                found.append(Mistake(f"there is no {kind} {name!r}", where=where, write=write))
    return found


def _spots(text: str) -> list[int]:
    """Where each scene of a file begins."""
    return [found.start() for found in re.finditer(r"^[ \t]*\[\[\s*scene\s*\]\]", text, re.M)]


_EXAMPLES: dict[str, tuple[type, str]] = {
    "str": (str, '{key} = "…"'),
    "int": (int, "{key} = 20"),
    "tuple[str, ...]": (list, '{key} = ["…"]'),
}


def _keys(
    values: Mapping[str, Any], known: Mapping[str, str], text: str, where: str, start: int
) -> None:
    """Whether all keys are known and of their type. Raises Mistake."""
    for key, value in values.items():
        at = f"{where}:{_line(text, key, start)}"
        if key not in known:
            raise Mistake(f"unknown key {key!r}", where=at, write=did_you_mean(key, known))
        kind, example = _EXAMPLES.get(known[key], _EXAMPLES["str"])
        names = not isinstance(value, list) or all(isinstance(each, str) for each in value)
        if type(value) is not kind or not names:
            raise Mistake(f"{key} is {value!r}", where=at, write=example.format(key=key))


def _required(values: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in keys:
        if not values.get(key):
            raise Mistake(f"there is no {key}", where=where, write=f'{key} = "…"')


def _line(text: str, key: str, start: int) -> int:
    """The line on which a key stands from ``start`` on; that of the start where it does not."""
    found = re.compile(rf"^[ \t]*{re.escape(key)}\s*=", re.M).search(text, start) if key else None
    return text[: found.start() if found else start].count("\n") + 1
