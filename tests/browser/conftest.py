"""A browser and a server for it: the Procfile's web process over the demo city."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from cockpit.processes import address, answers, environment
from cockpit.settings import PROJECT, Settings
from cockpit.web.guard import CSRF, SESSION
from tests import signed

expect.set_options(timeout=20_000)  # a machine that is busy draws slowly
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(home: Path, **chosen: Any) -> Iterator[str]:
    """The web process of the Procfile over a home; gives its address."""
    settings = Settings(home=home, port=free_port(), workers=1, **chosen)
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:cockpit.web.gunicorn",
        "cockpit.web.server:serve()",
    ]
    with subprocess.Popen(
        command, cwd=PROJECT, env={**os.environ, **environment(settings)}
    ) as process:
        try:
            end = time.monotonic() + 60
            while not answers(settings):
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < end, "the server does not answer"
                time.sleep(0.1)
            yield address(settings)
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="session")
def cockpit(demo: Settings) -> Iterator[str]:
    """Where the demo city is served."""
    with served(demo.home) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("there is no chromium; `make machine` installs it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield opened
        opened.close()


class Watched:
    """A tab of the browser, and what went wrong in it."""

    def __init__(self, context: BrowserContext, home: str):
        self.home, self.page, self.faults = home, context.new_page(), list[str]()
        self.data_requests = self.panel_requests = 0
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left before it came
            self.faults.append(f"{request.url}: {request.failure}")

    def _asked(self, request: Request) -> None:
        if request.url.endswith("/_dash-update-component"):
            whole = '"page.children"' in (request.post_data or "")
            self.data_requests += whole
            self.panel_requests += not whole
        if not request.url.startswith((f"{self.home}/", "data:", f"blob:{self.home}/")):
            self.faults.append(f"it asks a foreign host: {request.url}")

    def open(self, path: str) -> Page:
        """Go to an address and wait for its numbers."""
        self.page.goto(self.home + path)
        self.page.wait_for_selector("#content h1, h1")
        return self.page


def let_in(
    context: BrowserContext, settings: Settings, at: str, role: str = "leader", root: str = ""
) -> None:
    """Sign somebody in to all pages of a browser's context."""
    token, csrf = signed.session(settings, role, root)
    context.add_cookies(
        [
            {"name": SESSION, "value": token, "url": at, "httpOnly": True},
            {"name": CSRF, "value": csrf, "url": at},
        ]
    )


@pytest.fixture
def tab(browser: Browser, cockpit: str, demo: Settings) -> Iterator[Watched]:
    """A fresh tab of somebody signed in; the test fails with whatever went wrong in it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    let_in(context, demo, cockpit)
    watched = Watched(context, cockpit)
    yield watched
    context.close()
    assert watched.faults == []
