"""A proxy in front that signs people in: believed where it is named, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cockpit.model.mistakes import Mistake
from cockpit.people import accounts, codes, sessions
from cockpit.people.gate import CONSOLE
from cockpit.people.proxy import Proxy
from cockpit.people.registry import Registry
from cockpit.settings import Settings
from cockpit.web.guard import SESSION
from cockpit.web.server import serve
from tests import signed

PROXY = "10.0.0.1"
CHOSEN = {"proxy_header": "X-Remote-User", "proxy_addresses": "10.0.0.1, 10.0.1.0/24, fd00::/64"}
PAGE = {"Accept": "text/html"}


@pytest.fixture
def client(home: Path, store: str) -> Iterator[FlaskClient]:
    """A client that comes by the proxy; the leader zhang has an account."""
    server = serve(Settings(home=home, state=store, **CHOSEN))
    client = server.test_client()
    client.environ_base["REMOTE_ADDR"] = PROXY
    accounts.add(books(client), CONSOLE, "zhang", role="leader", person="1001")
    yield client
    books(client).close()


def books(client: FlaskClient) -> Registry:
    found: Registry = client.application.extensions["page"].desk.registry
    return found


def who(client: FlaskClient) -> str:
    cookie = client.get_cookie(SESSION)
    found = sessions.look_up(books(client), cookie.value) if cookie else None
    return found.account.name if found else ""


def test_whom_the_proxy_names_is_in(client: FlaskClient) -> None:
    answer = client.get("/account", headers=PAGE | {"x-remote-user": "ZHANG"})
    assert answer.status_code == 200
    assert who(client) == "zhang"
    before = client.get_cookie(SESSION)
    assert client.get("/account", headers={"X-Remote-User": "zhang"}).status_code == 200
    assert client.get_cookie(SESSION) == before  # one session, not one a request
    [line] = books(client).audit.lines(what="sign_in")
    assert (line["who"], json.loads(line["detail"])["how"]) == ("zhang", "proxy")


def test_the_header_is_nothing_from_anywhere_else(client: FlaskClient) -> None:
    for peer in ("10.0.0.2", "10.0.10.1", "127.0.0.1", "::1", "", "fd00:1::1", "garbage"):
        answer = client.get(
            "/account",
            headers=PAGE | {"X-Remote-User": "zhang", "X-Forwarded-For": PROXY, "Forwarded": PROXY},
            environ_overrides={"REMOTE_ADDR": peer},
        )
        assert answer.status_code == 302, peer
        assert answer.headers["Location"].startswith("/sign-in")
        assert who(client) == ""


def test_the_header_is_nothing_where_no_proxy_is_named(home: Path) -> None:
    client = serve(Settings(home=home)).test_client()
    accounts.add(books(client), CONSOLE, "zhang", role="leader", person="1001")
    for header in ("X-Remote-User", "Remote-User", "X-Forwarded-User", "Authorization"):
        assert client.get("/account", headers={header: "zhang"}).status_code == 401
    books(client).close()


def test_whom_nobody_knows_is_not_in(client: FlaskClient) -> None:
    for name in ("zhao", "", "zhang,zhao", "zhang\x01", "'; drop table accounts; --"):
        answer = client.get("/account", headers={"X-Remote-User": name})
        assert answer.status_code == 401, name
    disabled = accounts.named(books(client), "zhang")
    accounts.change(books(client), CONSOLE, disabled, disabled=True)
    assert client.get("/account", headers={"X-Remote-User": "zhang"}).status_code == 401


def test_another_name_is_another_session(client: FlaskClient) -> None:
    accounts.add(books(client), CONSOLE, "li", role="analyst", person="1002")
    client.get("/account", headers={"X-Remote-User": "zhang"})
    assert who(client) == "zhang"
    client.get("/account", headers={"X-Remote-User": "li"})
    assert who(client) == "li"


def test_an_officer_gives_the_code_whoever_names_the_officer(client: FlaskClient) -> None:
    wang = accounts.add(books(client), CONSOLE, "wang", role="security", person="1003")
    header = PAGE | {"X-Remote-User": "wang"}
    assert client.get("/people", headers=header).headers["Location"].startswith("/sign-in?")
    with books(client).state.write() as connection:
        codes.set_up(books(client), connection, wang, codes.secret(), 0)
    assert (
        client.get("/people", headers=header).headers["Location"] == "/sign-in/code?next=%2Fpeople"
    )


def test_another_site_cannot_use_that_the_proxy_names_somebody(client: FlaskClient) -> None:
    header = {"X-Remote-User": "zhang"}
    answer = client.post("/account/sessions", headers=header, data={"session": "x"})
    assert answer.status_code == 400
    token, csrf = signed.session(books(client).settings, "leader", name="zhang")
    client.set_cookie(SESSION, token)
    answer = client.post("/account/sessions", headers=header, data={"session": "x", "_csrf": csrf})
    assert answer.status_code == 302


# ── From where somebody comes ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (PROXY, "192.0.2.7", "192.0.2.7"),
        (PROXY, "1.2.3.4, 192.0.2.7", "192.0.2.7"),  # whoever asks can write the first
        (PROXY, "1.2.3.4, 192.0.2.7, 10.0.1.9", "192.0.2.7"),  # by two proxies of ours
        (PROXY, "1.2.3.4,192.0.2.7 , 10.0.1.9,10.0.0.1", "192.0.2.7"),
        (PROXY, "2001:db8::7", "2001:db8::7"),
        ("fd00::1", "192.0.2.7", "192.0.2.7"),
        ("::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7"),
        (PROXY, "", PROXY),
        (PROXY, "10.0.1.9", PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, "1.2.3.4, unknown", PROXY),
        (PROXY, "1.2.3.4, <script>, 10.0.1.9", PROXY),
        ("192.0.2.9", "1.2.3.4", "192.0.2.9"),
        ("10.0.0.2", "1.2.3.4", "10.0.0.2"),
        ("garbage", "1.2.3.4", "garbage"),
    ],
)
def test_the_address_is_the_last_that_no_proxy_of_ours_has(
    peer: str, forwarded: str, address: str
) -> None:
    proxy = Proxy(Settings(**CHOSEN))
    assert proxy.client(peer, {"x-forwarded-for": forwarded}) == address
    assert Proxy(Settings()).client(peer, {"X-Forwarded-For": forwarded}) == peer


def test_the_addresses_alone_are_a_proxy_that_signs_nobody_in() -> None:
    proxy = Proxy(Settings(proxy_addresses=PROXY))
    assert proxy.client(PROXY, {"X-Forwarded-For": "192.0.2.7"}) == "192.0.2.7"
    assert proxy.named(PROXY, {"X-Remote-User": "zhang", "": "zhang"}) == ""


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"proxy_header": "X-Remote-User"}, "would be believed from everywhere"),
        ({"proxy_header": "X-Remote-User", "proxy_addresses": " , "}, "believed from everywhere"),
        ({"proxy_header": "X-Remote-User", "proxy_addresses": "0.0.0.0/0"}, "no address"),
        ({"proxy_addresses": "::/0"}, "no address"),
        ({"proxy_addresses": "proxy.example"}, "no address"),
        ({"proxy_addresses": "10.0.0.1/24"}, "no address"),
    ],
)
def test_a_proxy_that_is_not_named_well_stops_the_start(
    home: Path, chosen: dict[str, str], words: str
) -> None:
    with pytest.raises(Mistake, match=words):
        Proxy(Settings(**chosen))
    with pytest.raises(SystemExit, match=words):
        serve(Settings(home=home, **chosen))
