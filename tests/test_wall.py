"""Walls: their files, and what their scenes say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cockpit.model.mistakes import Mistake
from cockpit.model.wall import read_wall, unknown
from cockpit.settings import PROJECT, Settings
from tests import signed

HEAD = 'title = "墙"\n'
SCENE = '[[scene]]\nname = "one"\nasks = "?"\ntemplate = "numbers"\nmetrics = ["closure"]\n'


@pytest.fixture(scope="module")
def client(demo: Settings) -> FlaskClient:
    return signed.client(demo)


@pytest.fixture(scope="module")
def city(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/wall/city/3301")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    return told


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (HEAD, "", "no scene"),
        (f"{HEAD}dwel = 3\n{SCENE}", ":2", "unknown key 'dwel'"),
        (f'{HEAD}dwell = "3"\n{SCENE}', ":2", "dwell is '3'"),
        (f"{HEAD}dwell = 0\n{SCENE}", ":2", "dwell is 0"),
        (f'{HEAD}red = "two"\n{SCENE}', ":2", "red is 'two'"),
        (f'{HEAD}night = "22-6"\n{SCENE}', ":2", "night is '22-6'"),
        (f'{HEAD}quiet = "24:00"\n{SCENE}', ":2", "quiet is '24:00'"),
        (HEAD + SCENE.replace("numbers", "number"), ":5", "template is 'number'"),
        (f'{HEAD}{SCENE}period = "32d"\n', ":7", "period is '32d'"),
        (f'{HEAD}{SCENE}pictures = ["map:closure"]\n', ":7", "map:closure is no picture"),
        (f'{HEAD}{SCENE}pictures = "closure"\n', ":7", "pictures is 'closure'"),
        (HEAD + SCENE.replace("numbers", "beside"), ":2", "no metrics and pictures"),
        (HEAD + SCENE + SCENE, ":8", "two scenes are called 'one'"),
        (f"{HEAD}[[scene\n", ":2", "not TOML"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(text: str, line: str, found: str) -> None:
    with pytest.raises(Mistake) as told:
        read_wall("lobby", text, "lobby.toml")
    assert found in told.value.text()
    assert told.value.where is not None
    assert told.value.where.startswith(f"lobby.toml{line}")


def test_what_a_wall_asks_for_and_is_not_there_is_told() -> None:
    text = f'{HEAD}{SCENE}pictures = ["trend:closure", "opn_ageing", "places:closur"]\n'
    told = unknown(read_wall("lobby", text, "lobby.toml"), text, ["closure"], ["open_ageing"])
    assert [each.found for each in told] == [
        "there is no panel 'opn_ageing'",
        "there is no metric 'closur'",
    ]
    assert {each.where for each in told} == {"lobby.toml:7"}


@pytest.mark.parametrize("path", sorted((PROJECT / "queries" / "walls").glob("*.toml")), ids=str)
def test_a_shipped_wall_shows_five_to_nine_things_a_scene(path: Path) -> None:
    for scene in read_wall(path.stem, path.read_text("utf-8"), path.name).scenes:
        if scene.template == "numbers":
            assert 5 <= len(scene.metrics) <= 9
        else:
            assert len(scene.metrics) + len(scene.pictures) <= 9
        assert scene.asks.endswith(("?", "?"))
        assert scene.asks_en.endswith("?")


def test_a_wall_says_what_the_pages_say(city: dict[str, Any], client: FlaskClient) -> None:
    tiles = {tile["key"]: tile for scene in city["scenes"] for tile in scene["tiles"]}
    for name in ("on_time_closure", "reported", "overdue_open", "warnings_open_red", "shared"):
        query = "metric={}&since=2026-10-02&until=2026-10-31"
        asked = client.get(f"/api/ask?{query.format(name)}").get_json()
        counted = tiles[name]["parts"].split(" / ")[0] or tiles[name]["value"]
        assert counted == f"{asked['numerator']:,}", name
    assert city["demo"] == "演示数据"
    assert [one["word"] for one in city["burning"]] == ["红", "橙"]
    red = client.get("/api/ask?metric=warnings_open_red").get_json()["numerator"]
    assert city["burning"][0]["n"] == len(set(city["reds"])) == red


def test_every_scene_has_its_pictures(city: dict[str, Any]) -> None:
    assert [scene["name"] for scene in city["scenes"]] == [
        "overview",
        "closure",
        "backlog",
        "warnings",
        "sharing",
    ]
    assert city["red"] == 3
    assert {scene["dwell"] for scene in city["scenes"]} == {20}
    kinds = {one["kind"] for scene in city["scenes"] for one in scene["pictures"]}
    assert kinds == {"figure", "list"}
    assert [len(scene["pictures"]) for scene in city["scenes"]] == [4, 4, 4, 4, 4]


def test_the_same_answer_is_worked_out_once_and_speaks_english(client: FlaskClient) -> None:
    first = client.get("/api/wall/district/330106?lang=en")
    assert first.get_json()["scenes"][0]["asks"] == "How does the district stand today?"
    assert first.data == client.get("/api/wall/district/330106?lang=en").data


@pytest.mark.parametrize(
    ("address", "root", "status"),
    [
        ("/api/wall/city/3301", "330106", 403),
        ("/wall/city/3301", "330106", 403),
        ("/api/wall/city/9999", "", 404),
        ("/wall/city/9999", "", 404),
        ("/api/wall/none/3301", "", 404),
        ("/wall/none/3301", "", 404),
        ("/api/wall/district/330106", "330106", 200),
        ("/wall/district/330106", "330106", 200),
    ],
)
def test_a_wall_shows_nobody_more_than_is_theirs(
    demo: Settings, address: str, root: str, status: int
) -> None:
    assert signed.client(demo, root=root).get(address).status_code == status


def test_the_page_of_a_wall_has_no_script_of_its_own_and_asks_nobody_else(
    client: FlaskClient,
) -> None:
    page = client.get("/wall/city/3301?distance=8&height=3")
    assert 'data-distance="8.0" data-height="3.0"' in page.text
    assert "data-device" not in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"].partition("style-src")[0]
    assert "<script>" not in page.text
    assert "http" not in page.text.replace("https", "http").replace('"http-', "")
    assert page.headers["Refresh"] == "60"  # until its script is there and stops it
    wild = client.get("/wall/city/3301?distance=-8&height=nan")
    assert 'data-distance="" data-height=""' in wild.text
