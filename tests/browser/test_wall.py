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
from tests.browser.conftest import let_in, served
from tests.browser.walls import LOST, RECOVERS, UP, Town, scene, until
from tests.browser.wire import wire

pytestmark = pytest.mark.browser

SCREENS = [(1920, 1080), (3840, 2160), (5760, 1080), (7680, 2160), (1080, 1920)]
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


@pytest.mark.parametrize(
    ("wall", "place", "scenes"),
    [
        ("city", "3301", 5),
        ("district", "330110", 4),
        ("street", "330110010", 4),
        ("warnings", "3301", 3),
    ],
)
def test_every_scene_fits_every_screen(
    context: BrowserContext, cockpit: str, demo: Settings, wall: str, place: str, scenes: int
) -> None:
    let_in(context, demo, cockpit)
    page, said = context.new_page(), list[str]()
    page.on("console", lambda one: said.append(one.text) if one.type != "log" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{cockpit}/wall/{wall}/{place}")
    page.wait_for_selector(".scene.shown")
    expect(page.locator(".scene")).to_have_count(scenes)
    many: dict[tuple[int, int], int] = {}
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        letter = min(width, height) / 45
        until(page, f"Math.abs(parseFloat(document.documentElement.style.fontSize) - {letter}) < 1")
        page.wait_for_timeout(300)  # a window that is drawn larger is measured when it rests
        for _ in range(scenes):
            page.keyboard.press("ArrowRight")
            faults, cards, _ = page.evaluate(BOXES)
            scene = page.evaluate("document.documentElement.dataset.scene")
            assert faults == [], f"{scene} at {width}x{height}"
            many[width, height] = many.get((width, height), 0) + cards
    assert many[5760, 1080] > many[1920, 1080], "a wider screen shows more"
    assert many[3840, 2160] == many[1920, 1080], "and one of more points the same"
    assert said == []


def test_letters_are_as_large_as_the_distance_asks_and_scenes_fit_beneath_a_taller_head(
    context: BrowserContext, cockpit: str, demo: Settings
) -> None:
    let_in(context, demo, cockpit)
    page = opened(context, f"{cockpit}/wall/city/3301?distance=8&height=2.5")
    for taller in ("0", "3rem"):  # as it is when a clock takes a line more
        page.evaluate(
            "high => { document.querySelector('.whose').style.paddingBottom = high; }", taller
        )
        page.wait_for_timeout(500)
        for _ in range(5):
            page.keyboard.press("ArrowRight")
            faults, _, rem = page.evaluate(BOXES)
            assert faults == []
            assert rem == pytest.approx(1.4 * 0.006 * 8 / 2.5 * 1080, abs=0.1)


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


LOBBY = """
title = "大厅"
dwell = 1
red = "red"
red_seconds = 4
night = "00:00-23:59"

[[scene]]
name = "cases"
asks = "?"
template = "beside"
period = "all"
metrics = ["reported", "open_cases"]
pictures = ["bad", "trend:reported", "places:open_cases"]

[[scene]]
name = "red"
asks = "?"
template = "numbers"
metrics = ["open_cases", "warnings_open_red"]
"""
BAD = """/*
title = "坏"
asks = "?"
chart = "table"
labels = { n = ["数", "n"] }
*/
select cast(number as integer) as n from cases_here
"""


@pytest.fixture
def lobby(town: Settings, tmp_path: Path) -> Iterator[Town]:
    settings = Settings(home=tmp_path / "home", city=town.city)
    shutil.copytree(town.home, settings.home)
    (settings.own / "walls").mkdir(parents=True)
    (settings.own / "walls" / "lobby.toml").write_text(LOBBY, "utf-8")
    (settings.own / "cases").mkdir()
    (settings.own / "cases" / "bad.sql").write_text(BAD, "utf-8")
    with Record(settings) as record:
        yield Town(settings, record)


def test_a_wall_takes_up_what_is_new_and_outlives_its_server(
    context: BrowserContext, lobby: Town
) -> None:
    lobby.case()
    settings, said = lobby.settings, list[str]()
    with wire("http://127.0.0.1:0") as line:
        let_in(context, settings, line.address)
        page = context.new_page()
        with served(settings.home, city=settings.city) as first:
            line.to = int(first.rpartition(":")[2])
            page.on("console", lambda one: said.append(one.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.clock.install()
            page.goto(f"{line.address}/wall/lobby/town")
            number = page.locator('[data-metric="reported"] .number')
            expect(number).to_have_text("10")
            page.evaluate("window.mine = 'never loaded anew'")
            # The panel that is broken is left out, the others stand; scenes turn by the clock.
            expect(page.locator(".pane")).to_have_count(2)
            assert {scene(page) for _ in range(12) if page.wait_for_timeout(200) is None} == {
                "cases",
                "red",
            }
            expect(page.locator("html")).to_have_attribute("data-night", "yes")
            # What is new is there within seconds, and nothing is made that was there before.
            cdp = context.new_cdp_session(page)
            cdp.send("Performance.enable")
            counted = []
            for turn in range(4):
                id = lobby.case()
                began = time.monotonic()
                expect(page.locator("html")).to_have_attribute("data-snapshot", id)
                assert time.monotonic() - began < RECOVERS  # bench/soak.py measures it
                if turn in (1, 3):
                    page.wait_for_timeout(1500)
                    cdp.send("HeapProfiler.collectGarbage")
                    told = cdp.send("Performance.getMetrics")["metrics"]
                    counted.append({one["name"]: one["value"] for one in told})
            expect(number).to_have_text("14")
            assert counted[0]["Nodes"] == pytest.approx(counted[1]["Nodes"], abs=60)
            assert counted[1]["JSHeapUsedSize"] - counted[0]["JSHeapUsedSize"] < 1 << 20
            # A red warning calls up its scene.
            expect(page.locator("html")).to_have_attribute("data-snapshot", lobby.red("w1"))
            expect(page.locator("html")).to_have_attribute("data-held", "red")
            assert scene(page) == "red"
            expect(page.locator(".held")).to_have_text("▲ 新增红色预警")
            expect(page.locator(".burning strong").first).to_have_text("1")
            # A clock that jumps and a machine that slept.
            page.clock.fast_forward(8 * 3600 * 1000)
            expect(page.locator(".published b")).to_have_text("刚刚")
            expect(page.locator("html")).to_have_attribute("data-link", "up")
            assert page.evaluate("window.mine") == "never loaded anew"
            assert said == []
        until(page, LOST)
        lobby.case()
        with served(settings.home, city=settings.city) as second:
            line.to = int(second.rpartition(":")[2])
            began = time.monotonic()
            expect(page.locator("html")).to_have_attribute("data-link", "up")
            expect(number).to_have_text("15")
            assert time.monotonic() - began < RECOVERS
            assert page.evaluate("window.mine") == "never loaded anew"


def test_a_newer_build_is_loaded_once(
    context: BrowserContext, cockpit: str, demo: Settings
) -> None:
    let_in(context, demo, cockpit)
    page = opened(context, f"{cockpit}/wall/warnings/3301")
    page.evaluate("window.mine = 1; document.documentElement.dataset.build = 'older'")
    until(page, "window.mine === undefined && Boolean(document.querySelector('.scene.shown'))")
    # Of two servers one may still be old.
    page.evaluate("window.mine = 2; document.documentElement.dataset.build = 'older'")
    page.wait_for_timeout(4000)
    assert page.evaluate("window.mine") == 2
