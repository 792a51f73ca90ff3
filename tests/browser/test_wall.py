"""A wall in a browser: its boxes on every screen, and whatever befalls it in weeks."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import town as towns
from tests.browser.conftest import let_in, served
from tests.browser.wire import wire

pytestmark = pytest.mark.browser

SCREENS = [(1920, 1080), (3840, 2160), (5760, 1080), (7680, 2160), (1080, 1920)]
RECOVERS = 15
"""Seconds after the cause ends within which a wall is right again."""

BOXES = (Path(__file__).parent / "boxes.js").read_text("utf-8")


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".scene.shown .number")
    return page


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    found = browser.new_context(viewport={"width": 1920, "height": 1080})
    yield found
    found.close()


def test_every_scene_fits_every_screen(
    context: BrowserContext, cockpit: str, demo: Settings
) -> None:
    let_in(context, demo, cockpit)
    page, said = context.new_page(), list[str]()
    page.on("console", lambda one: said.append(one.text) if one.type != "log" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{cockpit}/wall/city/3301")
    page.wait_for_selector(".scene.shown .number")
    many: dict[tuple[int, int], int] = {}
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        letter = min(width, height) / 45
        until(page, f"Math.abs(parseFloat(document.documentElement.style.fontSize) - {letter}) < 1")
        page.wait_for_timeout(300)  # a window that is drawn larger is measured when it rests
        for _ in range(5):
            page.keyboard.press("ArrowRight")
            faults, cards, _ = page.evaluate(BOXES)
            scene = page.evaluate("document.documentElement.dataset.scene")
            assert faults == [], f"{scene} at {width}x{height}"
            many[width, height] = many.get((width, height), 0) + cards
    assert many[5760, 1080] > many[1920, 1080], "a wider screen shows more"
    assert many[3840, 2160] == many[1920, 1080], "and one of more points the same"
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{cockpit}/wall/city/3301?distance=8&height=2.5")
    page.wait_for_selector(".scene.shown .number")
    faults, _, rem = page.evaluate(BOXES)
    assert faults == []
    assert rem == pytest.approx(1.4 * 0.006 * 8 / 2.5 * 1080, abs=0.1)
    assert said == []


def until(page: Page, test: str, forwards: float = 0.0) -> float:
    """Seconds of the page's clock until something is so in it."""
    began, gone = time.monotonic(), 0.0
    while not page.evaluate(test):
        assert time.monotonic() - began < 60, f"never: {test}"
        if forwards:
            page.clock.fast_forward(int(forwards * 1000))
            gone += forwards
        page.wait_for_timeout(100)
    return gone + time.monotonic() - began


LOST = "document.documentElement.dataset.link === 'lost'"
UP = "document.documentElement.dataset.link === 'up'"


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("cut", "服务器没有应答"),
        ("held", "服务器应答太慢"),
        ("slow", "服务器应答太慢"),
        ("fault", "服务器出错"),
    ],
)
def test_what_befalls_the_line(
    context: BrowserContext, cockpit: str, demo: Settings, mode: str, why: str
) -> None:
    with wire(cockpit) as line:
        let_in(context, demo, line.address)
        page = context.new_page()
        page.clock.install()
        page.goto(f"{line.address}/wall/city/3301")
        page.wait_for_selector(".scene.shown .number")
        page.evaluate("window.mine = 'never loaded anew'")
        before = page.text_content(".scene .number >> nth=0")
        line.mode, line.delay = mode, 3.0  # type: ignore[assignment]
        until(page, LOST, 3)
        expect(page.locator(".lost")).to_contain_text(why)
        expect(page.locator(".lost")).to_contain_text("画面为 10月31日")
        for gone, said in ((60, "分钟"), (600, "分钟"), (43_200, "小时")):
            page.clock.fast_forward(gone * 1000)
            expect(page.locator(".lost")).to_contain_text(f"{said} · {why}")
        expect(page.locator("#wall main")).to_have_css("opacity", "0.5")
        assert page.text_content(".scene .number >> nth=0") == before
        line.mode = "whole"
        assert until(page, UP, 1) < RECOVERS
        expect(page.locator(".lost")).to_have_text("")
        assert page.evaluate("window.mine") == "never loaded anew"


def more(settings: Settings, rows: str) -> None:
    """Rows more of the town, published."""
    head = towns.CASES.splitlines()[0]
    with Record(settings) as record:
        assert not towns.send(record, "more.csv", f"{head}\n{rows}\n").quarantined
        towns.publish(record)


def test_a_wall_survives_its_server_and_takes_up_what_is_new(
    context: BrowserContext, town: Settings, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home", city=town.city)
    shutil.copytree(town.home, settings.home)
    with served(settings.home, city=settings.city) as first, wire(first) as line:
        let_in(context, settings, line.address)
        page = opened(context, f"{line.address}/wall/city/town")
        number = page.locator('.of-numbers [data-metric="reported"] .number')
        before = int(number.text_content() or 0)
        more(settings, "n10,town/s/a/1/a,2026-01-28 09:00,2026-02-10 09:00,,,,")
        published = time.monotonic()
        expect(number).to_have_text(str(before + 1))
        assert time.monotonic() - published < 5
        page.evaluate("window.mine = 'never loaded anew'")
        line.mode = "cut"
        until(page, LOST)
        more(settings, "n11,town/s/a/1/a,2026-01-28 10:00,2026-02-10 09:00,,,,")
        with served(settings.home, city=settings.city) as second:
            line.to, line.mode = int(second.rpartition(":")[2]), "whole"
            began = time.monotonic()
            expect(number).to_have_text(str(before + 2))
            assert time.monotonic() - began < RECOVERS
            assert page.evaluate("window.mine") == "never loaded anew"
