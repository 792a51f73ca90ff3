"""A first start, as somebody does it who has read one line: and the running server under fire."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cockpit.processes import PATIENCE
from cockpit.settings import PROJECT
from tests import town as towns
from tests.browser.conftest import free_port

ROLES = ("leader", "analyst", "system", "security", "audit")
ROOMS = {"system": "/system", "security": "/people", "audit": "/audit"}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Started:
    """A running cockpit, and all that it has said so far."""

    port: int
    home: Path
    said: list[str] = field(default_factory=list)

    @property
    def links(self) -> list[str]:
        return re.findall(r"http://127\.0\.0\.1:\d+(/link/\S+)", "".join(self.said))

    def raw(self, request: bytes) -> bytes:
        """What comes back for these very bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.connect()
        with connection.sock as socket:
            socket.sendall(request)
            socket.settimeout(10)
            told = b""
            while b"\r\n\r\n" not in told:
                piece = socket.recv(65_536)
                if not piece:
                    break
                told += piece
            return told


class Visitor:
    """A browser without a script."""

    def __init__(self, started: Started):
        self.started, self.cookies = started, dict[str, str]()

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.started.port, timeout=30)
        headers = {"Accept": "text/html", **headers}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if form is None else "POST", path, body, headers)
        answer = connection.getresponse()
        for given in answer.msg.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(given).items():
                self.cookies[name] = morsel.value
        told = Answer(answer.status, answer.msg, answer.read().decode("utf-8", "replace"))
        connection.close()
        return told

    def submit(self, path: str, **form: str) -> Answer:
        """Send the form of a page."""
        found = re.search(r'name="_csrf" value="([^"]+)"', self.ask(path).text)
        return self.ask(path, {"_csrf": found[1] if found else "", **form})


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """`cockpit run` on an empty home, in a small city."""
    chosen = towns.found(tmp_path_factory.mktemp("first"))
    here = Started(free_port(), chosen.home)
    command = [sys.executable, "-m", "cockpit", "run", "--cases", "200"]
    command += ["--home", str(chosen.home), "--city", str(chosen.city), "--port", str(here.port)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:

        def listen() -> None:
            assert process.stdout is not None
            here.said.extend(process.stdout)  # line by line

        ears = threading.Thread(target=listen)
        ears.start()
        try:
            end = time.monotonic() + PATIENCE
            while "these links then come no more" not in "".join(list(here.said)):
                assert process.poll() is None, "".join(here.said)
                assert time.monotonic() < end, "".join(here.said)
                time.sleep(0.1)
            yield here
        finally:
            process.terminate()
            process.wait(60)
            ears.join(10)


def test_nothing_is_open_before_somebody_comes_in(started: Started) -> None:
    for path in ("/", "/place/town", "/api/ask?metric=closure", "/people", "/audit", "/system"):
        answer = Visitor(started).ask(path)
        assert answer.status == 302, path
        assert answer.headers["Location"].startswith("/sign-in")
        assert Visitor(started).ask(path, Accept="*/*").status == 401, path


def test_a_first_start_prints_a_link_for_each_of_the_demo_s_people(started: Started) -> None:
    said = "".join(started.said)
    assert "Nobody has an account yet. Each of these links lets in once" in said
    assert len(started.links) == len(set(started.links)) == len(ROLES)
    for role, link in zip(ROLES, started.links, strict=True):
        visitor = Visitor(started)
        page = visitor.ask(link)
        assert page.status == 200
        assert "演示" in page.text
        assert visitor.ask("/account").status == 302  # a look at it is not a use of it
        assert visitor.submit(link).status == 302
        assert visitor.ask("/account").status == 200
        first = visitor.ask("/")
        assert (first.status, first.headers["Location"]) == (302, ROOMS.get(role, "/place/town"))
        assert visitor.ask(first.headers["Location"]).status == 200
        for room in set(ROOMS.values()) - {ROOMS.get(role)}:
            assert visitor.ask(room).status == 403
        again = Visitor(started)
        assert again.ask(link).status == 410
        assert again.submit(link).status in (400, 410)
        assert again.ask("/account").status == 302


@pytest.mark.parametrize(
    "path",
    [
        b"/assets/../secret.key",
        b"/assets/../../home/secret.key",
        b"/assets/..%2f..%2f..%2fetc/passwd",
        b"/assets/%2e%2e/%2e%2e/pyproject.toml",
        b"//etc/passwd",
        b"/../../../../etc/passwd",
        b"/_dash-component-suites/dash/../../../../../../etc/passwd",
        b"/_dash-component-suites/dash/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        b"/assets/cockpit.css%00",
        b"http://evil.example/assets/../secret.key",
        b"/\xff\xfe",
        b"/%ff%fe",
        b"/" + b"x" * 8_100,
        b"/" + b"x" * 9_000,
        b"*",
    ],
)
def test_no_path_leads_out_of_the_house(started: Started, path: bytes) -> None:
    told = started.raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    status = int(told.split(b" ")[1])
    assert status in (200, 302, 400, 401, 404, 414), told
    assert (started.home / "secret.key").read_bytes().strip() not in told
    assert b"root:" not in told
    assert b"build-system" not in told


@pytest.mark.parametrize(
    "request_",
    [
        b"TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
        b"Connection: close\r\n\r\n0\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: evil.example\r\nX: \x01\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n X: folded\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 200 + b"Connection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 9_000 + b"\r\nConnection: close\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(started: Started, request_: bytes) -> None:
    told = started.raw(request_)
    assert not told or int(told.split(b" ")[1]) in (302, 400, 401, 405, 411, 431, 501), told
    assert b"Traceback" not in told
    assert Visitor(started).ask("/healthz").text == "ok"


def test_a_body_that_comes_in_pieces_has_an_end(started: Started) -> None:
    """Nobody says beforehand how long it is, and it is not read for ever."""
    visitor = Visitor(started)
    visitor.ask("/sign-in")
    connection = http.client.HTTPConnection("127.0.0.1", started.port, timeout=60)
    pieces = (b"x" * 65_536 for _ in range(200))
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "door=x"}
    try:
        connection.request("POST", "/sign-in", pieces, headers, encode_chunked=True)
        assert connection.getresponse().status in (400, 413)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it hangs up
    finally:
        connection.close()
    assert visitor.ask("/healthz").text == "ok"


def test_a_running_server_writes_no_secret_and_no_visit(started: Started) -> None:
    """Its words are those of a first start: no line a request, no fault from all of the above."""
    visitor = Visitor(started)
    answer = visitor.submit("/sign-in", name="somebody", password="opensesame-2026")
    assert answer.status == 403
    said = "".join(started.said)
    assert "opensesame" not in said
    assert not re.search(r"(GET|POST) /(sign-in|account|place|assets)", said)
    assert "Traceback" not in said
    assert "trouble" not in said
    assert not any(value in said for value in visitor.cookies.values())
    assert said.count("/link/") == len(ROLES)


def test_the_home_of_a_first_start_is_its_owner_s(started: Started) -> None:
    for name in ("secret.key", "state.db", "audit.head"):
        assert (started.home / name).stat().st_mode & 0o077 == 0, name
