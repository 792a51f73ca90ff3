"""A wall at its own addresses, from the code to its picture, and whoever means harm there: on both
databases.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cockpit.people import displays, pairings
from cockpit.people.gate import CONSOLE
from cockpit.web.guard import CSRF, DISPLAY
from cockpit.web.pairing import WAITING
from cockpit.web.server import serve
from tests import signed
from tests.attacked import PAGE, ROOT, Attacked, attacked, calm

__all__ = ["attacked", "calm"]

BEAT: dict[str, Any] = {
    "scene": 0, "snapshot": "1", "heap": 1, "frame": 16, "build": "x", "errors": 0,
}  # fmt: skip


def new(attacked: Attacked) -> FlaskClient:
    """A browser that has opened /wall for the first time."""
    client = attacked.anybody()
    shown = client.get("/wall")
    assert shown.status_code == 200
    secret = shown.text.split('data-secret="')[1].split('"')[0]
    client.environ_base["HTTP_X_CSRFTOKEN"] = secret
    return client


def code(client: FlaskClient) -> str:
    told = client.post("/api/pair").get_json()
    assert told["state"] == "waits"
    return str(told["code"])


def approve(officer: FlaskClient, code: str, name: str, **more: str) -> TestResponse:
    given = {"code": code, "name": name, "wall": "city", "place": ROOT} | more
    return officer.post("/displays", data=given, headers=PAGE)


def beats(client: FlaskClient, **more: Any) -> TestResponse:
    cookie = client.get_cookie(CSRF)
    secret = cookie.value if cookie else ""
    return client.post("/api/beat", json=BEAT | more, headers={"X-CSRFToken": secret})


def paired(attacked: Attacked, name: str) -> FlaskClient:
    client = new(attacked)
    assert approve(attacked.somebody("security"), code(client), name).status_code == 200
    assert client.post("/api/pair").get_json() == {"state": "paired"}
    return client


def test_from_the_code_to_the_picture_and_back(attacked: Attacked) -> None:
    wall, officer = new(attacked), attacked.somebody("security")
    shown = wall.post("/api/pair").get_json()
    assert shown["picture"].startswith("data:image/svg+xml")
    assert 590 <= shown["seconds"] <= 600
    assert wall.post("/api/pair").get_json()["code"] == shown["code"]  # the same while it is good
    asked = officer.get(f"/displays?code={shown['code']}", headers=PAGE).text
    assert shown["code"] in asked
    assert wall.environ_base["REMOTE_ADDR"] in asked  # which device asks
    assert "hall 已核准" in approve(officer, shown["code"], "hall").text
    answer = wall.post("/api/pair")
    assert answer.get_json() == {"state": "paired"}
    given = next(
        each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{DISPLAY}=")
    )
    assert "HttpOnly" in given
    assert "SameSite=Strict" in given
    assert "Path=/" in given
    picture = wall.get("/wall", headers=PAGE).text
    assert 'data-wall="city"' in picture
    assert 'data-device="hall"' in picture
    assert f'data-place="{ROOT}"' in picture
    told = beats(wall).get_json()
    assert told | {"snapshot": "", "build": ""} == {
        "snapshot": "", "build": "", "name": "hall", "wall": "city", "place": ROOT, "scene": None,
        "blank": False, "message": None,
    }  # fmt: skip
    assert wall.get("/").location == "/wall"
    (found,) = [each for each in displays.listed(attacked.registry) if each.name == "hall"]
    page = f"/displays/{found.id}"
    for given_ in (
        {"do": "scene", "scene": "2"},
        {"do": "message", "message": "<b>全体</b>", "minutes": "5"},
        {"do": "blank"},
        {"do": "rename", "name": "stairs"},
    ):
        answer = officer.post(page, data=given_, headers=PAGE)
        assert answer.status_code == 200
        assert "<b>全体" not in answer.text
    told = beats(wall).get_json()
    assert (told["scene"], told["message"]["text"], told["blank"], told["name"]) == (
        1, "<b>全体</b>", True, "stairs",
    )  # fmt: skip
    listed = officer.get("/displays", headers=PAGE).text
    assert "stairs" in listed
    assert "▲ 紧急消息" in listed
    officer.post("/displays", data={"do": "message", "message": "集合", "minutes": "5"})
    assert beats(wall).get_json()["message"]["text"] == "集合"
    officer.post(page, data={"do": "revoke"})
    assert beats(wall).status_code == 401
    assert "pairing.js" in wall.get("/wall", headers=PAGE).text
    assert officer.get(page, headers=PAGE).status_code == 404


def test_the_credential_is_in_no_address_and_no_answer(attacked: Attacked) -> None:
    wall = paired(attacked, "secret")
    credential = wall.get_cookie(DISPLAY)
    assert credential is not None
    assert len(credential.value) >= 43
    assert credential.value not in wall.get("/wall").text
    assert beats(wall).get_data(as_text=True).find(credential.value) == -1
    for line in attacked.registry.audit.lines():
        assert credential.value not in str(line)


def test_where_there_is_https_it_travels_by_nothing_else(attacked: Attacked) -> None:
    client = serve(replace(attacked.settings, secure=True)).test_client()
    at = "https://localhost"
    shown = client.get("/wall", base_url=at).text
    headers = {"X-CSRFToken": shown.split('data-secret="')[1].split('"')[0]}
    told = client.post("/api/pair", base_url=at, headers=headers)
    code = told.get_json()["code"]
    pairings.approve(attacked.registry, CONSOLE, code, name="https", wall="city", place=ROOT)
    answer = client.post("/api/pair", base_url=at, headers=headers)
    for each, name in ((told, WAITING), (answer, DISPLAY)):
        given = [one for one in each.headers.getlist("Set-Cookie") if f"-{name}=" in one]
        assert len(given) == 1
        assert given[0].startswith(f"__Host-{name}=")
        assert "; Secure; HttpOnly; Path=/; SameSite=Strict" in given[0]
    assert 'data-device="https"' in client.get("/wall", base_url=at).text
    client.application.extensions["page"].desk.registry.close()


def test_only_who_shows_the_code_gets_the_credential(attacked: Attacked) -> None:
    honest, other = new(attacked), new(attacked)
    shown = code(honest)
    code(other)
    approve(attacked.somebody("security"), shown, "honest")
    for forged in (shown, shown.replace(" ", ""), "x", pairings.spelt(shown)):
        other.set_cookie(WAITING, forged)
        assert other.post("/api/pair").get_json()["state"] == "waits"
    assert honest.post("/api/pair").get_json()["state"] == "paired"


def test_a_code_is_approved_once_and_by_no_one_else(attacked: Attacked) -> None:
    wall = new(attacked)
    shown = code(wall)
    for role in ("leader", "analyst", "display", "system", "audit"):
        assert approve(attacked.somebody(role), shown, "stolen").status_code == 403, role
    forged = attacked.somebody("security")
    del forged.environ_base["HTTP_X_CSRFTOKEN"]
    assert approve(forged, shown, "stolen").status_code == 400
    officer = attacked.somebody("security")
    assert approve(officer, shown, "once").status_code == 200
    again = approve(officer, shown, "twice")
    assert again.status_code == 400
    assert "approved already" in again.text
    assert approve(officer, "BBBBBB", "none").status_code == 400
    for wrong in ({"wall": "none"}, {"place": "nowhere"}, {"place": ""}):
        answer = approve(officer, code(new(attacked)), "wrong", **wrong)
        assert answer.status_code == 400, wrong
    names = {each.name for each in displays.listed(attacked.registry)}
    assert "once" in names
    assert not names & {"stolen", "twice", "none", "wrong"}


def test_a_display_sees_its_own_place_and_is_told_its_own_orders(attacked: Attacked) -> None:
    found, credential = signed.paired(attacked.registry, "town/n/e", "elm")
    _, other = signed.paired(attacked.registry, "town/s", "south")
    displays.blank(attacked.registry, CONSOLE, found, True)
    client = attacked.anybody()
    client.set_cookie(DISPLAY, other)
    client.get("/wall")
    assert beats(client, name="elm", place="town").get_json() | {"snapshot": "", "build": ""} == {
        "snapshot": "", "build": "", "name": "south", "wall": "city", "place": "town/s",
        "scene": None, "blank": False, "message": None,
    }  # fmt: skip
    for place, status in (("town/s", 200), ("town/n/e", 403), ("town", 403), ("x", 403)):
        assert client.get(f"/api/wall/city/{place}").status_code == status, place
        assert client.get(f"/wall/city/{place}", headers=PAGE).status_code == status, place
    for path in ("/rows/cases/town/s", "/people", "/displays", "/audit", "/account", "/system"):
        assert client.get(path, headers=PAGE).status_code == 403, path
    client.set_cookie(DISPLAY, credential)
    assert client.get("/api/wall/city/town/n/e").status_code == 200


@pytest.mark.parametrize("forged", ["", "x", "a" * 43, "é", "x" * 3_000, "' or 1=1 --", "hash"])
def test_a_forged_credential_is_nobody(attacked: Attacked, forged: str) -> None:
    found, credential = signed.paired(attacked.registry, ROOT, "forged")
    client = attacked.anybody()
    client.set_cookie(DISPLAY, str(found.hash) if forged == "hash" else forged)
    assert beats(client).status_code == 401
    assert client.get(f"/api/wall/city/{ROOT}").status_code == 401
    assert "pairing.js" in client.get("/wall").text
    client.set_cookie(DISPLAY, credential)
    client.get("/wall")
    assert beats(client).status_code == 200


ODD = [
    b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff\xfe", b"[" * 5_000, b'{"a":' * 3_000,
    b'{"scene": ' + b"9" * 5_000 + b"}", b"{}" + b" " * 17_000,
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(ODD)))
def test_a_beat_that_is_none_is_no_fault_of_ours(attacked: Attacked, number: int) -> None:
    client = attacked.fitting("pairing.beat")
    answer = client.post("/api/beat", data=ODD[number], content_type="application/json")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text
    assert client.post("/api/beat", json=BEAT).status_code == 200


@pytest.mark.parametrize(
    "odd",
    [None, True, -1, 1e308, 10**30, "<script>alert(7)</script>", "\0\ud800", [[1]], {"a": []}],
)
def test_what_a_beat_says_is_shown_as_text_or_not_at_all(attacked: Attacked, odd: object) -> None:
    client = attacked.fitting("pairing.beat")
    with attacked.registry.state.write() as connection:
        connection.execute(displays.displays.update().values(seen=None))
    body = json.dumps(dict.fromkeys(BEAT, odd))
    answer = client.post("/api/beat", data=body, content_type="application/json")
    assert answer.status_code == 200
    officer = attacked.somebody("security")
    found = displays.named(attacked.registry, answer.get_json()["name"])
    for path in ("/displays", f"/displays/{found.id}"):
        page = officer.get(path, headers=PAGE)
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_a_beat_of_another_site_is_refused_and_a_lost_secret_is_given_again(
    attacked: Attacked,
) -> None:
    wall = paired(attacked, "heals")
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"X-CSRFToken": "x"}):
        clean = attacked.anybody()
        clean.set_cookie(DISPLAY, wall.get_cookie(DISPLAY).value)  # type: ignore[union-attr]
        assert clean.post("/api/beat", json=BEAT, headers=headers).status_code == 400
        assert beats(clean).status_code == 200  # the refusal brought the secret along


def test_who_has_signed_in_beside_a_wall_does_not_disturb_it(attacked: Attacked) -> None:
    officer = attacked.somebody("security")
    _, credential = signed.paired(attacked.registry, ROOT, "beside")
    officer.set_cookie(DISPLAY, credential)
    assert 'data-device="beside"' in officer.get("/wall").text
    assert officer.get(f"/api/wall/city/{ROOT}").status_code == 200
    assert officer.post("/api/beat", json=BEAT).status_code == 200
    assert officer.get("/people", headers=PAGE).status_code == 200
    assert officer.get(f"/place/{ROOT}", headers=PAGE).status_code == 403  # that is the officer


def test_too_many_codes_are_refused_in_words(attacked: Attacked) -> None:
    clients = [new(attacked) for _ in range(21)]
    for client in clients:
        client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    for client in clients[:20]:
        code(client)
    answer = clients[20].post("/api/pair")
    assert (answer.status_code, answer.get_json()["state"]) == (429, "crowded")
    code(clients[0])  # whoever has one keeps it


def test_no_page_of_displays_is_looked_at_unseen(attacked: Attacked) -> None:
    """A page that keeps up by itself is noted now and then, and so is who only says it were one."""
    officer = attacked.somebody("security")

    def looks() -> int:
        attacked.registry.audit.flush(10)
        lines = attacked.registry.audit.lines(what="display")
        return sum("looked at" in str(each["detail"]) for each in lines)

    before = looks()
    for _ in range(3):
        assert officer.get("/displays", headers={"X-Renewal": "1"}).status_code == 200
    assert looks() == before + 1
    officer.get("/displays")
    assert looks() == before + 2
