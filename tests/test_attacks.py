"""What somebody tries who means harm, and that it comes to nothing: on both databases."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cockpit.people import accounts, codes, links, passwords, sessions
from cockpit.people.gate import CONSOLE
from cockpit.people.sessions import Session
from cockpit.web.guard import ACCESS, CSRF, DOOR, SESSION, local
from tests import pages, signed
from tests.attacked import PAGE, ROOT, Attacked, attacked, calm, form_token, rules, token

__all__ = ["attacked", "calm"]

NASTY = [
    "'",
    "' or 1=1 --",
    '" or ""="',
    "1; drop table accounts; --",
    "' union select name, password, 1, 1, 1, 1 from accounts --",
    "place' and (select count(*) from read_csv('/etc/passwd')) > 0 --",
    "$1 ? :x %s %(x)s {0} {{1301*1303}} ${1301*1303} #{1301*1303}",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "....//....//secret.key",
    "/etc/passwd",
    "C:\\Windows\\win.ini",
    "file:///etc/passwd",
    "<script>alert(7)</script>",
    "\"><img src=x onerror=alert(7)>",
    "javascript:alert(7)",
    "a\0b",
    "a\r\nSet-Cookie: cockpit=x",
    "\ud800",
    "𠮷😀\u202e",
    "-1",
    "99999999999999999999999999",
    "1e400",
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "x" * 5_000,
    "",
]  # fmt: skip
NAMES = [
    "place", "metric", "since", "until", "below", "by", "period", "compare", "lang", "subject",
    "next", "who", "what", "outcome", "from", "why", "code", "state", "error", "m", "session",
    "name", "role", "person", "root", "display", "contact", "password", "again", "old", "present",
    "sealed", "do", "_csrf", "sort", "page", "q", "columns", "id", "row", "reason", "level",
]  # fmt: skip
LEAKS = (
    "Traceback",
    "sqlalchemy",
    "psycopg",
    "sqlite3",
    "duckdb",
    "root:x:",
    "argon2id",
    "werkzeug",
)


def harmless(answer: TestResponse) -> None:
    """No fault of ours, nothing from within, and nothing of theirs comes alive."""
    said = answer.get_data()
    text = said.decode("utf-8", "replace")
    assert answer.status_code < 500, text[:500]
    for leak in LEAKS:
        assert leak not in text, text[:2000]
    if answer.mimetype == "text/html":
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "1695203" not in text
    for name, value in answer.headers.items():
        assert "\n" not in value, name
        assert name != "Set-Cookie" or not value.startswith("cockpit=x")
    answer.close()


# ── Injection ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_written_into_an_address_does_harm(attacked: Attacked, nasty: str) -> None:
    for endpoint, _ in rules(attacked.server, "GET"):
        attacked.fitting(endpoint)
    before = attacked.everything()
    whole = dict.fromkeys(NAMES, nasty.encode(errors="surrogatepass"))
    for endpoint, path in rules(attacked.server, "GET"):
        for at in {path.replace("{}", quote(nasty, errors="replace")), path.replace("{}", "1")}:
            harmless(attacked.fitting(endpoint).get(at, query_string=whole, headers=PAGE))
    assert attacked.everything() == before


@pytest.mark.parametrize("nasty", NASTY)
def test_each_parameter_is_read_with_care(attacked: Attacked, nasty: str) -> None:
    leader, auditor = attacked.somebody(), attacked.somebody("audit")
    good = {"metric": "closure", "place": ROOT, "since": "2026-01-01", "until": "2026-01-31"}
    for name in (*good, "below", "by"):
        asked = good | {name: nasty}
        harmless(leader.get("/api/ask", query_string=encoded(asked)))
    for name in ("who", "what", "outcome", "since", "until", "from"):
        answer = auditor.get("/audit", query_string=encoded({name: nasty}))
        harmless(answer)
        assert answer.status_code == 200


def encoded(asked: dict[str, str]) -> dict[str, bytes]:
    return {name: value.encode(errors="surrogatepass") for name, value in asked.items()}


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_written_into_a_page_s_request_does_harm(attacked: Attacked, nasty: str) -> None:
    client = attacked.somebody()
    for pathname, search in (
        (f"/place/{nasty}", ""),
        (nasty, nasty),
        (f"/place/{ROOT}", f"?period={nasty}&since={nasty}&metric={nasty}&lang={nasty}"),
        (f"/place/{ROOT}", f"?subject={nasty}&compare={nasty}&until={nasty}"),
    ):
        answer = client.post(pages.UPDATE, json=pages.question(pathname, search))
        assert answer.status_code == 200
        harmless(answer)


@pytest.mark.parametrize("nasty", [each for each in NASTY if "\ud800" not in each])
def test_nothing_written_into_a_form_does_harm(
    attacked: Attacked, nasty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attacked.desk.entrance.passwords, "verify", lambda *_: False)
    victim = signed.account(attacked.registry, "leader", ROOT, "victim")
    for endpoint, _ in rules(attacked.server, "POST"):
        attacked.fitting(endpoint)
    before = {each.name for each in accounts.listed(attacked.registry)}
    given = dict.fromkeys(NAMES, nasty)
    for endpoint, path in rules(attacked.server, "POST"):
        if endpoint.startswith("/_dash"):
            continue
        client = attacked.fitting(endpoint)
        told = given | {"_csrf": client.environ_base["HTTP_X_CSRFTOKEN"]}
        answer = client.post(path.replace("{}", "1"), data=told, headers=PAGE)
        harmless(answer)
        if endpoint == "offices.people":
            told |= {"role": "leader", "person": f"p{nasty}", "root": ""}
            harmless(client.post(path, data=told))
        if endpoint == "offices.person":
            told |= {"do": "change", "role": "leader", "root": ""}
            harmless(client.post(path.replace("{}", str(victim.id)), data=told))
    after = {each.name for each in accounts.listed(attacked.registry)}
    made = after - before
    assert made <= {unicodedata.normalize("NFKC", nasty).strip()}
    assert not any(character.isspace() for name in made for character in name)
    assert accounts.named(attacked.registry, "victim").role == "leader"


def test_what_is_asked_of_the_audit_is_data_and_no_statement(attacked: Attacked) -> None:
    auditor = attacked.somebody("audit")
    assert attacked.registry.audit.flush()
    some = auditor.get("/audit").text.count("<tr")
    assert some > 2
    for who in ("' or 2=2 --", "%", "_", "' or ''='"):
        assert auditor.get("/audit", query_string={"who": who}).text.count("<tr") == 1


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../secret.key",
        "/assets/../../home/secret.key",
        "/assets/%2e%2e/%2e%2e/pyproject.toml",
        "/assets/..%2f..%2fpyproject.toml",
        "/assets/..%5c..%5cpyproject.toml",
        "/assets//etc/passwd",
        "/assets/%00",
        "/assets/cockpit.css%00.svg",
        "/_dash-component-suites/dash/../../../../../etc/passwd",
        "/_dash-component-suites/dash/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/_dash-component-suites/cockpit/settings.py",
        "/_dash-component-suites/dash/dash.py",
        "/_dash-component-suites/..%2fcockpit/settings.py",
        "/secret.key",
        "/state.db",
        "/home/state.db",
        "/snapshots/CURRENT",
        "/var/secret.key",
        "/.git/config",
        "/.env",
        "/pyproject.toml",
        "/cockpit/settings.py",
    ],
)
def test_only_assets_are_served(attacked: Attacked, path: str) -> None:
    for client in (attacked.anybody(), attacked.somebody(), attacked.somebody("system")):
        answer = client.get(path)
        said = answer.get_data()
        answer.close()
        assert answer.status_code != 500
        for secret in (
            b"root:",
            b"[build-system]",
            b"class Settings",
            b"SQLite format",
            b"import ",
        ):
            assert secret not in said, path
        assert attacked.settings.home.joinpath("secret.key").read_bytes() not in said


# ── Cookies and links ────────────────────────────────────────────────────────────────────────────


def here(attacked: Attacked, client: FlaskClient) -> Session:
    """The session of a client."""
    found = sessions.look_up(attacked.registry, token(client))
    assert found is not None
    return found


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_a_forged_cookie_is_nobody(attacked: Attacked) -> None:
    honest = attacked.somebody()
    real, known = token(honest), here(attacked, honest)
    forged = [
        "", "x", real[:-1], real + "x", real[::-1], real.upper(), known.hash,
        known.short, known.csrf, f"{real}\0", f" {real[:-1]}", "a" * 43, "1", "null", "é",
        "' or 1=1 --", "x" * 3_000,
    ]  # fmt: skip
    for cookie in forged:
        client = attacked.anybody()
        client.set_cookie(SESSION, cookie)
        client.set_cookie(CSRF, known.csrf)
        assert not is_in(client), cookie
    client = attacked.anybody()
    client.set_cookie(SESSION, real)
    assert is_in(client)


def test_a_cookie_is_good_no_more_once_its_session_is_over(attacked: Attacked) -> None:
    def ended(how: str) -> FlaskClient:
        name = f"replayed-{how}"
        client = attacked.somebody(name=name)
        found = accounts.named(attacked.registry, name)
        replayed = attacked.anybody()
        replayed.set_cookie(SESSION, token(client))
        assert is_in(replayed)
        match how:
            case "out":
                client.post("/sign-out")
            case "role":
                accounts.change(attacked.registry, CONSOLE, found, role="analyst")
            case "place":
                accounts.change(attacked.registry, CONSOLE, found, root="town/s")
            case "disabled":
                accounts.change(attacked.registry, CONSOLE, found, disabled=True)
            case "revoked":
                other = attacked.somebody(name=name)
                short = here(attacked, client).short
                other.post("/account/sessions", data={"session": short})
            case "officer":
                officer = attacked.somebody("security")
                officer.post(f"/people/{found.id}", data={"do": "revoke"})
        return replayed

    for how in ("out", "role", "place", "disabled", "revoked", "officer"):
        assert not is_in(ended(how)), how


def test_nobody_ends_or_sees_another_s_sessions(attacked: Attacked) -> None:
    mine, other = attacked.somebody(name="mine"), attacked.somebody(name="other")
    known = here(attacked, mine)
    for told in (known.short, known.hash):
        other.post("/account/sessions", data={"session": told})
    assert is_in(mine)
    assert known.short not in other.get("/account").text


def test_a_link_is_used_by_what_is_sent_and_not_by_a_look(attacked: Attacked) -> None:
    """A mail program or a chat that looks at a link first does not use it up."""
    account = signed.account(attacked.registry, "leader", ROOT, "linked")
    link, _ = links.make(attacked.registry, CONSOLE, account, "sign_in")
    client = attacked.anybody()
    for _ in range(2):
        assert client.get(f"/link/{link}").status_code == 200
        assert client.head(f"/link/{link}").status_code == 200
        assert not is_in(client)
    told = {"_csrf": form_token(client.get(f"/link/{link}"))}
    assert client.post(f"/link/{link}", data=told).status_code == 302
    assert is_in(client)
    other, door = attacked.at_the_door()
    for _ in range(2):
        other.post(f"/link/{link}", data={"_csrf": door})
        assert other.get(f"/link/{link}").status_code == 410
    assert not is_in(other)


def test_a_forged_link_is_like_one_that_was_used(attacked: Attacked) -> None:
    account = signed.account(attacked.registry, "leader", ROOT, "linked")
    link, _ = links.make(attacked.registry, CONSOLE, account, "sign_in")
    client, door = attacked.at_the_door()
    said = set()
    for forged in (
        link[:-1],
        link.swapcase(),
        f"{link}x",
        "x",
        "..",
        "' or 1=1 --",
        sessions.hashed(link),
    ):
        answer = client.get(f"/link/{forged}")
        assert answer.status_code == 410, forged
        said.add(answer.text.split("<main")[1])
        assert client.post(f"/link/{forged}", data={"_csrf": door}).status_code == 410
    assert len(said) == 1
    assert not is_in(client)


def test_the_session_that_somebody_was_given_is_not_the_one_that_comes_in(
    attacked: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fixation: whoever plants a cookie knows no session by it."""
    monkeypatch.setattr(attacked.desk.entrance.passwords, "verify", lambda *_: True)
    victim = signed.with_password(
        attacked.registry, signed.account(attacked.registry, "leader", ROOT, "victim")
    )
    mallory = attacked.somebody(name="mallory")
    for planted in ("planted", token(mallory)):
        client = attacked.anybody()
        client.set_cookie(SESSION, planted)
        if planted == "planted":
            door = form_token(client.get("/sign-in"))
        else:  # the form is then of mallory's session
            door = here(attacked, client).csrf
        told = {"name": "victim", "password": "x", "_csrf": door}
        assert client.post("/sign-in", data=told).status_code == 302
        assert token(client) != planted
        assert here(attacked, client).account.id == victim.id
        there = sessions.look_up(attacked.registry, planted)
        assert there is None or there.account.name == "mallory"


def test_what_the_form_of_the_entrance_is_tied_to_cannot_be_planted_either(
    attacked: Attacked,
) -> None:
    """Signing somebody in as oneself, to see what they do, takes the door's secret."""
    client = attacked.anybody()
    client.set_cookie(DOOR, "planted")
    forged = attacked.anybody()
    _, foreign = attacked.at_the_door()
    told = {"name": "x", "password": "x", "_csrf": foreign}
    assert client.post("/sign-in", data=told).status_code == 400
    assert forged.post("/sign-in", data=told).status_code == 400
    honest, door = attacked.at_the_door()
    answer = honest.post(
        "/sign-in", data=told | {"_csrf": door}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 400


# ── Another site's requests ──────────────────────────────────────────────────────────────────────


def test_no_request_that_changes_something_comes_from_another_site(attacked: Attacked) -> None:
    other = here(attacked, attacked.somebody(name="other"))
    tried = 0
    for endpoint, path in rules(attacked.server, "POST"):
        client = attacked.fitting(endpoint)
        csrf = client.environ_base["HTTP_X_CSRFTOKEN"]
        del client.environ_base["HTTP_X_CSRFTOKEN"]
        path = path.replace("{}", "1")
        body: dict[str, Any] = (
            {"json": pages.question("/", "")} if endpoint.startswith("/_dash") else {}
        )
        before = attacked.everything()
        for forged in (
            {},
            {"headers": {"X-CSRFToken": ""}},
            {"headers": {"X-CSRFToken": other.csrf}},
            {"headers": {"X-CSRFToken": csrf[:-1]}},
            {"headers": {"X-CSRFToken": csrf, "Sec-Fetch-Site": "cross-site"}},
            {"headers": {"X-CSRFToken": csrf, "Sec-Fetch-Site": "same-site"}},
            {"headers": {"X-CSRF-Token": csrf}},
            {"query_string": {"_csrf": csrf}},
        ):
            assert client.post(path, **body, **forged).status_code == 400, (path, forged)
            tried += 1
        for data, kind in (
            ({"_csrf": other.csrf}, "application/x-www-form-urlencoded"),
            ({"_csrf": other.csrf}, "multipart/form-data"),
            (json.dumps({"_csrf": csrf}), "application/json"),
            (json.dumps({"_csrf": csrf}), "text/plain"),
            (f"_csrf={csrf}", "text/plain"),
        ):
            answer = client.post(path, data=data, content_type=kind)
            assert answer.status_code == 400, (path, kind)
            tried += 1
        assert attacked.everything() == before
        # And that which brings it along is let through, so the refusals above are for want of it.
        kept = client.post(
            path, **body, headers={"X-CSRFToken": csrf, "Sec-Fetch-Site": "same-origin"}
        )
        assert kept.status_code != 400 or endpoint != "/_dash-update-component"
        assert "refused" not in kept.headers.get("Location", "")
        client.environ_base["HTTP_X_CSRFTOKEN"] = csrf
    assert tried > 100


def test_no_address_changes_anything_for_a_mere_look(attacked: Attacked) -> None:
    for endpoint, path in rules(attacked.server, "GET"):
        client = attacked.fitting(endpoint)
        before = attacked.everything()
        answer = client.get(path.replace("{}", "1"), headers={"Sec-Fetch-Site": "cross-site"})
        answer.close()
        assert attacked.everything() == before, path
        assert attacked.is_known(client), path


# ── Where one is sent ────────────────────────────────────────────────────────────────────────────

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https://evil.example",
    "https:evil.example",
    "HTTPS://evil.example/place/3301",
    "https://cockpit.example@evil.example",
    "//cockpit.example@evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "?next=//evil.example",
    "",
    "/\u2028/evil.example",
    "/\0/evil.example",
    "/ok\r\nLocation: https://evil.example",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_sent_to_another_host(attacked: Attacked, address: str) -> None:
    assert local(address) == "/"
    answer = attacked.somebody().get("/sign-in", query_string={"next": address})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize(
    "address",
    ["/%2f/evil.example", "/%5cevil.example", "/.//evil.example", "/place/town//n", "/a b?c=//d"],
)
def test_what_only_looks_foreign_stays_here(attacked: Attacked, address: str) -> None:
    answer = attacked.somebody().get("/sign-in", query_string={"next": address})
    found = urlsplit(answer.headers["Location"])
    assert (found.scheme, found.netloc) == ("", "")
    assert answer.headers["Location"].startswith("/")
    assert not answer.headers["Location"].startswith(("//", "/\\"))


def test_whoever_is_sent_to_sign_in_comes_back_to_where_it_was(
    attacked: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attacked.desk.entrance.passwords, "verify", lambda *_: True)
    signed.with_password(
        attacked.registry, signed.account(attacked.registry, "leader", ROOT, "victim")
    )
    client = attacked.anybody()
    asked = "/place/town/n?period=all&lang=en"
    to = client.get(asked, headers=PAGE).headers["Location"]
    page = client.get(to)
    told = {"name": "victim", "password": "x", "_csrf": form_token(page)}
    assert client.post(to, data=told).headers["Location"] == asked


def test_a_code_that_is_due_on_the_way_leads_on_but_to_no_other_host(attacked: Attacked) -> None:
    officer = signed.account(attacked.registry, "audit", "", "on.the.way")
    with attacked.registry.state.write() as connection:
        once = codes.set_up(attacked.registry, connection, officer, pyotp.random_base32(), 0)
    for asked, end in (("/audit?page=2", "/audit?page=2"), ("//evil.example", "/")):
        client = attacked.somebody("audit", "code", "on.the.way")
        to = "/sign-in/code?next=" + quote(asked, safe="")
        if asked == end:
            assert client.get(asked, headers=PAGE).location == to
        told = {"code": once.pop(), "_csrf": form_token(client.get(to))}
        assert client.post(to, data=told).location == end


# ── Headers that lie ─────────────────────────────────────────────────────────────────────────────


def test_a_header_makes_no_request_another(attacked: Attacked) -> None:
    leader = attacked.somebody()
    for name in ("X-Original-URL", "X-Rewrite-URL", "X-Original-Path", "X-Forwarded-Prefix"):
        assert leader.get("/people", headers={name: "/account"}).status_code == 403, name
        answer = leader.get("/account", headers=PAGE | {name: "/people"})
        assert "role_security" not in answer.text
        assert answer.status_code == 200
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert leader.get("/sign-out", headers={name: "POST"}).status_code == 200
        assert is_in(leader)
    assert leader.get("/sign-out", query_string={"_method": "POST"}).status_code == 200
    assert is_in(leader)


def test_the_host_that_a_request_names_is_written_nowhere(attacked: Attacked) -> None:
    lies = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "1",
        "Forwarded": "host=evil.example;proto=https",
    }
    for path, role in (
        ("/", "leader"),
        ("/place/town", ""),
        ("/sign-in", ""),
        ("/account", "leader"),
        ("/people", "security"),
    ):
        client = attacked.server.test_client(use_cookies=False)
        if role:
            lies["Cookie"] = f"{SESSION}={token(attacked.somebody(role))}"
        answer = client.get(path, headers=PAGE | lies)
        assert answer.status_code in (200, 302)
        assert "evil.example" not in answer.text, path
        assert "evil.example" not in str(answer.headers), path


def test_the_audit_notes_the_address_of_who_asks_and_not_what_they_say(attacked: Attacked) -> None:
    attacked.somebody().get(
        "/api/ask?metric=closure",
        headers={"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Client-IP": "x"},
        environ_overrides={"REMOTE_ADDR": "192.0.2.44"},
    )
    assert attacked.registry.audit.flush()
    assert attacked.registry.audit.lines(what="view", limit=1)[0]["address"] == "192.0.2.44"


# ── Guessing ─────────────────────────────────────────────────────────────────────────────────────


def test_whoever_guesses_reads_the_same_words(
    attacked: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        attacked.desk.entrance.passwords, "verify", lambda password, hash: password == "right"
    )
    for name in ("guessed", "locked", "disabled"):
        signed.with_password(
            attacked.registry, signed.account(attacked.registry, "leader", ROOT, name)
        )
    disabled = accounts.named(attacked.registry, "disabled")
    accounts.change(attacked.registry, CONSOLE, disabled, disabled=True)
    client, door = attacked.at_the_door()

    def guess(name: str, password: str) -> tuple[int, str, list[str]]:
        answer = client.post("/sign-in", data={"name": name, "password": password, "_csrf": door})
        return answer.status_code, answer.text.replace(name, ""), sorted(answer.headers.keys())

    for _ in range(5):
        guess("locked", "wrong")
    said = [
        guess("guessed", "wrong"), guess("nobody", "wrong"), guess("locked", "right"),
        guess("disabled", "right"), guess("nobody", "right"), guess("a\0b", "wrong"),
    ]  # fmt: skip
    assert said[0][0] == 403
    assert all(each == said[0] for each in said[:-1])
    assert said[-1][0] == 403


def test_too_many_at_once_are_told_so(attacked: Attacked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    room = attacked.desk.entrance.passwords._room
    account = signed.account(attacked.registry, "leader", ROOT, "linked")
    link, _ = links.make(attacked.registry, CONSOLE, account, "password")
    client, door = attacked.at_the_door()
    signed_in = attacked.somebody()
    for _ in range(attacked.settings.hashing):
        assert room.acquire(blocking=False)
    try:
        told = {"name": "x", "password": "x", "_csrf": door}
        answer = client.post("/sign-in", data=told, headers=PAGE)
        assert answer.status_code == 503
        assert "登录的人太多" in answer.text
        good = {"password": "Spring-Rain-2026", "again": "Spring-Rain-2026", "old": "x"}
        answer = client.post(f"/link/{link}", data=good | {"_csrf": door}, headers=PAGE)
        assert answer.status_code == 503
        assert "太多" in answer.text
        answer = signed_in.post("/account/password", data=good, headers=PAGE)
        assert "太多" in answer.text
    finally:
        for _ in range(attacked.settings.hashing):
            room.release()
    assert client.get(f"/link/{link}").status_code == 200  # and the link is still good


# ── Half a sign-in ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stage", ["code", "enrol", "change"])
@pytest.mark.parametrize("role", ["leader", "security", "audit"])
def test_half_a_sign_in_opens_its_next_step_and_nothing_else(
    attacked: Attacked, role: str, stage: str
) -> None:
    client = attacked.somebody(role, stage)
    before = attacked.everything()
    for method in ("GET", "POST"):
        for endpoint, path in rules(attacked.server, method):
            if ACCESS[endpoint] in ("anybody", stage) or endpoint == "entrance.sign_out":
                continue
            answer = client.open(path.replace("{}", "town"), method=method, headers=PAGE)
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/sign-in/"), path
            else:
                assert answer.status_code in (401, 403, 404, 405), path
    assert attacked.everything() == before


def test_no_step_of_signing_in_can_be_left_out(attacked: Attacked) -> None:
    officer = signed.account(attacked.registry, "audit", "", "stepped")
    with attacked.registry.state.write() as connection:
        codes.set_up(attacked.registry, connection, officer, pyotp.random_base32(), 0)
    client = attacked.somebody("audit", "code", "stepped")
    for path in ("/sign-in/enrol", "/sign-in/password", "/account/code", "/account/password"):
        assert client.get(path, headers=PAGE).location.startswith("/sign-in/code?next=")
        assert client.post(path, data={"code": "000000"}).status_code == 401
    assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 400
    assert client.get("/audit", headers=PAGE).location == "/sign-in/code?next=%2Faudit"


def shown(secret: str) -> str:
    return "".join(f"<span>{secret[at : at + 4]}</span>" for at in range(0, len(secret), 4))


def test_another_s_secret_sets_up_no_code(attacked: Attacked) -> None:
    """What the form of the picture brings back is sealed for its own session."""
    mine, other = (
        attacked.somebody("audit", "enrol", "mine.a"),
        attacked.somebody("audit", "enrol", "other.a"),
    )
    page = other.get("/sign-in/enrol").text
    sealed = page.split('name="sealed" value="')[1].split('"')[0]
    secret = attacked.registry.key.unseal(sealed).split()[1]
    assert shown(secret) in page
    code = pyotp.TOTP(secret).now()
    for given in (sealed, "x", "", attacked.registry.key.seal(f"x {secret}"), secret):
        answer = mine.post("/sign-in/enrol", data={"sealed": given, "code": code})
        assert answer.status_code == 400
        assert shown(secret) not in answer.text
    assert other.post("/sign-in/enrol", data={"sealed": sealed, "code": code}).status_code == 200


# ── Bodies ───────────────────────────────────────────────────────────────────────────────────────


def mutated(seed: int, many: int) -> Iterator[bytes]:
    """Bodies that begin as a good one and end as anything."""
    chance = random.Random(seed)
    good = json.dumps(pages.question("/place/town/n", "?period=all"))
    odd = (
        "null", "true", "-1", "1e999", '""', "[]", "{}", '"\\ud800"', '"\\u0000"', "NaN",
        "Infinity",
        "9" * 400, "[" * 500 + "]" * 500, '{"a":' * 200 + "1" + "}" * 200, '"' + "x" * 9_000 + '"',
        '{"id":{"type":"x","index":["ALL"]}}', '{"__proto__":1}', "'", "\\", "\x00", "﻿",
    )  # fmt: skip
    for _ in range(many):
        body = good
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            place = chance.randrange(len(body) + 1)
            length = chance.choice((0, 1, 2, 5, 20, 100))
            match chance.randrange(5):
                case 0:  # something goes
                    body = body[:place] + body[place + length :]
                case 1:  # something comes
                    body = body[:place] + chance.choice(odd) + body[place:]
                case 2:  # a value becomes another
                    told = json.loads(good)
                    at = chance.choice(list(told))
                    told[at] = "ODD"
                    body = json.dumps(told).replace('"ODD"', chance.choice(odd), 1)
                case 3:  # something stands twice
                    body = body[:place] + body[max(0, place - length) :]
                case 4:  # a letter is another
                    body = body[:place] + chr(chance.randrange(1, 0x2FF)) + body[place + 1 :]
        raw = body.encode("utf-8", "surrogatepass")
        if chance.random() < 0.1:
            at = chance.randrange(len(raw) + 1)
            raw = raw[:at] + bytes(chance.randrange(256) for _ in range(4)) + raw[at:]
        yield raw


def test_a_thousand_bodies_that_are_none_are_no_fault_of_ours(attacked: Attacked) -> None:
    """Five hundred on each database, and others on each."""
    client, seed = attacked.somebody(), len(attacked.settings.state)
    kinds = ("application/json",) * 8 + ("text/plain", "", "multipart/form-data")
    statuses: dict[int, int] = {}
    for number, body in enumerate(mutated(seed, 500)):
        kind = kinds[number % len(kinds)]
        answer = client.post(pages.UPDATE, data=body, content_type=kind)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert answer.status_code in (200, 204, 400, 413, 415), body
        assert "Traceback" not in answer.text
    assert statuses[400] > 150
    assert statuses[200] > 25
    assert client.post(pages.UPDATE, json=pages.question("/place/town/n", "")).status_code == 200
    assert attacked.registry.audit.flush()  # and whoever writes it down is still alive


def test_a_body_without_end_is_not_read(attacked: Attacked) -> None:
    client = attacked.somebody()
    long = b"x" * (257 << 10)
    for path, kind in (
        (pages.UPDATE, "application/json"),
        ("/account/sessions", "application/x-www-form-urlencoded"),
        ("/sign-in", "multipart/form-data; boundary=x"),
    ):
        answer = client.post(path, data=long, content_type=kind)
        assert answer.status_code in (400, 413), path
    many = "&".join(f"a{number}=1" for number in range(30_000))
    kind = "application/x-www-form-urlencoded"
    assert client.post("/account/sessions", data=many, content_type=kind).status_code in (
        302,
        400,
        413,
    )
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % number
        for number in range(2_000)
    )
    answer = client.post(
        "/account/sessions", data=parts + b"--x--", content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code in (400, 413)
