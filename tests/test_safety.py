"""The server's own safety: what every answer carries, what no answer and no log tells."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_set_header
from werkzeug.test import TestResponse

from cockpit.model.mistakes import Mistake
from cockpit.people import links
from cockpit.people.gate import CONSOLE
from cockpit.settings import Settings, read
from cockpit.web.guard import CSRF, DOOR, SESSION
from tests import pages, signed
from tests.attacked import PAGE, ROOT, Attacked, form_token, rules


@pytest.fixture(scope="module")
def plain(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """A server that is reached by http, as on a machine of one's own."""
    yield from over(town, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def secure(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """A server that is reached by https."""
    yield from over(town, tmp_path_factory.mktemp("secure"), "https://cockpit.example")


def over(town: Settings, home: Path, address: str = "") -> Iterator[Attacked]:
    (home / "snapshots").symlink_to(town.snapshots)
    chosen = read({}, home=home, city=town.city, address=address)
    found = Attacked(replace(chosen, shipped=town.shipped))
    yield found
    found.registry.close()


def everywhere(server: Attacked) -> Iterator[tuple[str, TestResponse]]:
    """An answer of every address, as who reaches it and as nobody; and of some that are none."""
    for endpoint, path in rules(server.server, "GET"):
        for client in (server.fitting(endpoint), server.anybody()):
            at = path.replace("{}", "1")
            with client.get(at, headers=PAGE) as answer:
                yield at, answer
    leader = server.somebody()
    yield "405", leader.put("/account")
    yield "400", leader.post("/account/sessions", headers={"X-CSRFToken": "x"})
    yield "403", leader.get("/people", headers=PAGE)
    yield "404", leader.get("/place/nowhere", headers=PAGE)
    yield "413", leader.post("/account/sessions", data=b"x" * 300_000)
    yield "410", leader.get("/link/x")
    yield "update", leader.post(pages.UPDATE, json=pages.question(f"/place/{ROOT}", ""))


def test_every_answer_says_what_a_browser_may_do_with_it(plain: Attacked) -> None:
    html = 0
    for path, answer in everywhere(plain):
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "SAMEORIGIN", path
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "Access-Control-Allow-Origin" not in headers, path
        assert "Strict-Transport-Security" not in headers, path
        if answer.mimetype != "text/html":
            continue
        html += 1
        policy = dict(
            each.strip().split(" ", 1) for each in headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'self'", path
        scripts = policy["script-src"].split()
        assert scripts[0] == "'self'", path
        assert all(each.startswith("'sha256-") for each in scripts[1:]), path
        assert policy["frame-ancestors"] == "'self'", path
        assert policy["object-src"] == "'none'", path
        assert policy["base-uri"] == "'self'", path
        assert policy["form-action"] == "'self'", path
        for each in policy.values():
            assert "http" not in each, path
            assert "*" not in each, path
        assert "onload=" not in answer.text, path
        assert "onclick=" not in answer.text, path
    assert html > 20


def test_an_address_that_is_a_secret_is_told_no_other_page(plain: Attacked) -> None:
    account = signed.account(plain.registry, "leader", ROOT, "linked")
    link, _ = links.make(plain.registry, CONSOLE, account, "password")
    client = plain.anybody()
    page = client.get(f"/link/{link}")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert link not in page.text


def test_what_is_somebody_s_is_kept_by_no_browser(plain: Attacked) -> None:
    """Nor shown by Back, once its owner has gone."""
    kept = set()
    for path, answer in everywhere(plain):
        control = parse_set_header(answer.headers.get("Cache-Control", ""))
        if "no-store" in control:
            continue
        kept.add(path.split("/")[1])
        assert answer.mimetype != "text/html", path
        assert "no-cache" in control or "public" in answer.headers["Cache-Control"], path
    assert kept <= {"assets", "_dash-component-suites", "_favicon.ico", "api"}
    for path in ("/account", f"/place/{ROOT}", "/sign-in"):
        answer = plain.somebody(stage="full").get(path)
        assert answer.headers["Cache-Control"] == "no-store" or answer.status_code == 302
    asset = plain.anybody().get("/assets/cockpit.css?m=1")
    assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    asset.close()


def test_the_cookies_travel_by_https_alone_and_bear_a_name_of_this_host(secure: Attacked) -> None:
    client = secure.anybody()
    page = client.get("/sign-in", base_url="https://cockpit.example")
    [door] = page.headers.getlist("Set-Cookie")
    assert door.startswith(f"__Host-{DOOR}=")
    flags = set(door.split("; ")[1:])
    assert flags == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    account = signed.account(secure.registry, "leader", ROOT, "linked")
    link, _ = links.make(secure.registry, CONSOLE, account, "sign_in")
    told = {"_csrf": form_token(page)}
    answer = client.post(f"/link/{link}", data=told, base_url="https://cockpit.example")
    given = {each.split("=")[0]: each for each in answer.headers.getlist("Set-Cookie")}
    assert set(given) == {f"__Host-{SESSION}", CSRF}
    assert {"Secure", "HttpOnly", "Path=/"} <= set(given[f"__Host-{SESSION}"].split("; "))
    assert {"Secure", "SameSite=Lax", "Path=/"} <= set(given[CSRF].split("; "))
    assert "HttpOnly" not in given[CSRF]  # Dash reads it
    assert not any("Domain=" in each or "Expires=" in each for each in given.values())
    # A cookie of the plain name, which another host of the domain could set, is nothing.
    other = secure.anybody()
    other.set_cookie(SESSION, given[f"__Host-{SESSION}"].split(";")[0].split("=")[1])
    assert other.get("/account").status_code == 401
    out = client.post(
        "/sign-out",
        data={"_csrf": given[CSRF].split(";")[0].split("=")[1]},
        base_url="https://cockpit.example",
    )
    gone = [each for each in out.headers.getlist("Set-Cookie") if "Max-Age=0" in each]
    assert {each.split("=")[0] for each in gone} == {f"__Host-{SESSION}", CSRF}
    assert all("Secure" in each for each in gone)


def test_https_is_told_to_browsers_where_the_cockpit_is_reached_by_it(secure: Attacked) -> None:
    for path, answer in everywhere(secure):
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000"), path


def test_links_lead_to_the_address_that_the_deployment_names(secure: Attacked) -> None:
    officer, made = (
        secure.somebody("security"),
        signed.account(secure.registry, "leader", ROOT, "li"),
    )
    session = officer.get_cookie(SESSION)
    assert session is not None
    for lie in ("Host", "X-Forwarded-Host", "X-Forwarded-Server"):
        answer = secure.server.test_client(use_cookies=False).post(
            f"/people/{made.id}",
            data={"do": "link"},
            headers={
                "X-CSRFToken": officer.environ_base["HTTP_X_CSRFTOKEN"],
                "Cookie": f"__Host-{SESSION}={session.value}",
                lie: "evil.example",
            },
        )
        assert 'class="link">https://cockpit.example/link/' in answer.text
        assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    ("environ", "address", "is_secure"),
    [
        ({}, "", False),
        ({"COCKPIT_ADDRESS": "https://cockpit.example/"}, "https://cockpit.example", True),
        ({"COCKPIT_ADDRESS": "http://10.0.0.1:8050"}, "http://10.0.0.1:8050", False),
        ({"COCKPIT_ADDRESS": "http://x", "COCKPIT_SECURE": "yes"}, "http://x", True),
        ({"COCKPIT_ADDRESS": "https://x", "COCKPIT_SECURE": "no"}, "https://x", False),
    ],
)
def test_an_address_with_https_says_that_there_is_no_other_way(
    environ: dict[str, str], address: str, is_secure: bool
) -> None:
    found = read(environ)
    assert (found.address, found.secure) == (address, is_secure)


@pytest.mark.parametrize(
    "address",
    ["cockpit.example", "ftp://x", "https://", "https://x/path", "https://a@x", "https://x:0",
     "https://x?y", "https://x:port", "https://[x"],
)  # fmt: skip
def test_an_address_that_is_none_is_told_in_words(address: str) -> None:
    with pytest.raises(Mistake, match="no address of a site"):
        read({"COCKPIT_ADDRESS": address})


# ── What nobody is told ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path",
    ["/_reload-hash", "/console", "/?__debugger__=yes&cmd=resource&f=style.css", "/debug",
     "/_dash-error", "/metrics", "/admin", "/server-status", "/actuator", "/.well-known/x"],
)  # fmt: skip
def test_nothing_is_there_for_developers(plain: Attacked, path: str) -> None:
    for client in (plain.anybody(), plain.somebody("system"), plain.somebody()):
        answer = client.get(path, headers=PAGE)
        said = answer.text
        for leak in ("Traceback", "debugger", "reloadHash", "Werkzeug", "python", "gunicorn"):
            assert leak not in said.replace("__debugger__", ""), path
        answer = client.get(path)
        assert not answer.is_json or set(answer.get_json()) == {"error"}, path


def test_dash_is_not_in_its_mode_for_developers(plain: Attacked) -> None:
    page = plain.somebody().get("/", follow_redirects=True).text
    assert '"ui":false' in page.replace(" ", "")
    assert '"hot_reload"' not in page
    assert '"props_check":false' in page.replace(" ", "")
    assert plain.server.debug is False
    assert plain.server.testing is False


def test_a_fault_of_ours_is_told_without_its_story(
    plain: Attacked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("opensesame")

    monkeypatch.setattr(plain.desk, "page", broken)
    monkeypatch.setattr(plain.registry.audit, "lines", broken)
    client = plain.somebody()
    answers = [
        client.post(pages.UPDATE, json=pages.question(f"/place/{ROOT}", "")),
        plain.somebody("audit").get("/audit", headers=PAGE),
        plain.somebody("audit").get("/audit"),
    ]
    assert [each.status_code for each in answers] == [200, 500, 500]
    for answer in answers:
        assert "opensesame" not in answer.text
        assert "RuntimeError" not in answer.text
        assert "Traceback" not in answer.text
    assert answers[1].mimetype == "text/html"
    assert "opensesame" in caplog.text  # it stands in the log, under the number that is told
    numbers = [record.args[0] for record in caplog.records if record.msg == "trouble %s"]  # type: ignore[index]
    assert len(numbers) == 3
    for number, answer in zip(numbers, answers, strict=True):
        assert str(number) in answer.text


def test_a_whole_sign_in_leaves_no_secret_in_a_log(
    plain: Attacked, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(plain.desk.entrance.passwords, "verify", lambda *_: True)
    account = signed.account(plain.registry, "leader", ROOT, "logged")
    signed.with_password(plain.registry, account)
    client, door = plain.at_the_door()
    name, password = "logged", "opensesame-2026"
    client.post("/sign-in", data={"name": name, "password": password, "_csrf": door})
    session, csrf = client.get_cookie(SESSION), client.get_cookie(CSRF)
    assert session is not None
    assert csrf is not None
    client.post("/account/password", data={"old": password, "password": "x", "again": "x"})
    link, _ = links.make(plain.registry, CONSOLE, account, "password")
    client.get(f"/link/{link}")
    client.post(
        f"/link/{link}", data={"password": password, "again": password, "_csrf": csrf.value}
    )
    client.post(pages.UPDATE, data=b"{", headers={"X-CSRFToken": csrf.value})
    client.post("/sign-out", data={"_csrf": csrf.value})
    assert plain.registry.audit.flush()
    told = caplog.text + str(plain.registry.audit.lines())
    for secret in (password, session.value, csrf.value, link, door, signed.hashed()):
        assert secret not in told


def test_no_page_has_a_secret_in_an_address(plain: Attacked) -> None:
    client = plain.somebody()
    session = client.get_cookie(SESSION)
    assert session is not None
    for _, answer in everywhere(plain):
        if answer.mimetype == "text/html":
            assert session.value not in answer.text
        assert "?_csrf=" not in answer.text if answer.mimetype == "text/html" else True
        assert session.value not in answer.headers.get("Location", "")


def test_a_file_of_a_stranger_s_name_is_none_of_ours(plain: Attacked) -> None:
    """Only what stands in assets/ is found there; the home's files are no assets."""
    client: FlaskClient = plain.somebody("system")
    for path in plain.settings.home.iterdir():
        for prefix in ("/", "/assets/", "/home/", "/var/"):
            with client.get(f"{prefix}{path.name}") as answer:
                assert answer.status_code in (200, 302, 404)
                held = path.read_bytes() if path.is_file() else b""
                assert not held or held not in answer.get_data()
