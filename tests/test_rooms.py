"""Imports follow the floor plan in cockpit/__init__.py, and every module has a room there."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cockpit

PLAN = Path(cockpit.__file__)
HOUSE = PLAN.parent
NO_NOUNS = {"utils", "helpers", "common", "base", "core", "manager", "types", "misc"}


def table(heading: str) -> Iterator[list[str]]:
    """The rows of the floor plan's table whose first line begins with the heading."""
    lines = (cockpit.__doc__ or "").split(heading, 1)[1].splitlines()[2:]
    for line in lines:
        if "|" not in line:
            return
        yield [cell.strip() for cell in line.split("|")]


ROOMS = {room: (int(layer), may.split()) for layer, room, may, _ in table("layer | room")}
DOORS = {what: doors.split() for whats, doors in table("door for") for what in whats.split()}
MODULES = {  # web.charts: cockpit/web/charts.py
    ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(HOUSE.rglob("*.py"))
    if path != PLAN
}


def uses(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import, also inside functions, and of what is taken from os."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names):
                yield from ((node.lineno, each.name) for each in names)
            case ast.ImportFrom(str(module), names, 0):  # ruff refuses relative ones
                yield from ((node.lineno, f"{module}.{each.name}") for each in names)
            case ast.Attribute(ast.Name("os"), attribute):
                yield node.lineno, f"os.{attribute}"


def within(name: str, *rooms: str) -> bool:
    return any(f"{name}.".startswith(f"{room}.") for room in rooms)


def test_the_floor_plan_points_down() -> None:
    for room, (layer, may) in ROOMS.items():
        for other in may:
            assert other in ROOMS, f"{room} may import {other}: give {other} a line in {PLAN}"
            assert ROOMS[other][0] < layer, f"{room} may import {other}, which is not below it"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_keeps_to_its_room(name: str) -> None:
    room, path = name.split(".")[0], MODULES[name]
    assert room in ROOMS, f"Give this room a line in {PLAN}: {room}"
    assert not NO_NOUNS & set(name.split(".")), f"Name {path} after the one thing that it holds"
    for line, used in uses(path):
        here = f"{path}:{line} uses {used}"
        if within(used, "cockpit"):
            may = [room, *ROOMS[room][1]]
            assert within(used, *(f"cockpit.{each}" for each in may)), (
                f"{here}, but {room} may import only {', '.join(may)}. Move what both need to a"
                f" room below them, or hand it in as an argument ({PLAN})"
            )
        for what, doors in DOORS.items():
            assert not within(used, what) or within(name, *doors), (
                f"{here}, but the door for {what} is {' or '.join(doors)}: ask there ({PLAN})"
            )
