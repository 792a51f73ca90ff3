"""A wall and an officer, each in a browser of its own: from the code to the picture, an urgent
message over it, and back to the code.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cockpit.people import displays
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.people.tables import displays as table
from cockpit.settings import PROJECT, Settings
from cockpit.web.guard import DISPLAY
from tests import signed
from tests.browser.conftest import Watched, let_in

pytestmark = pytest.mark.browser

SOON = 10_000
"""Milliseconds within which what an officer says is on the wall."""


@pytest.fixture
def wall(browser: Browser, cockpit: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    yield Watched(context, cockpit)
    context.close()


@pytest.fixture
def officer(browser: Browser, cockpit: str, demo: Settings) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    let_in(context, demo, cockpit, "security")
    yield Watched(context, cockpit)
    context.close()


def test_a_wall_is_paired_told_and_revoked(wall: Watched, officer: Watched) -> None:
    screen = wall.open("/wall")
    code = screen.locator(".code")
    expect(code).not_to_contain_text("·")
    shown = code.text_content() or ""
    height = screen.evaluate("innerHeight")
    box = code.bounding_box()
    assert box is not None
    assert box["height"] > 0.15 * height  # read from across the room
    picture = screen.locator("img")
    assert picture.evaluate("each => each.naturalWidth") > 100
    assert screen.evaluate("document.documentElement.scrollHeight") == height

    desk = officer.open("/displays")
    desk.fill("input[name=code]", shown.lower())
    desk.keyboard.press("Enter")
    expect(desk.locator("h1")).to_contain_text(shown)
    expect(desk.locator("main")).to_contain_text("127.0.0.1")
    desk.fill("input[name=name]", "大厅 <b>")
    desk.fill("input[name=place]", "西湖区")
    desk.select_option("select[name=wall]", "district")
    desk.get_by_role("button", name="核准").click()
    expect(desk.locator(".notice")).to_contain_text("大厅 <b> 已核准")

    expect(screen.locator("#wall h1")).to_have_text("西湖区", timeout=SOON)
    expect(screen.locator("#wall h2")).not_to_be_empty()
    assert screen.url.endswith("/wall")
    cookies = {each["name"]: each for each in screen.context.cookies()}
    assert cookies["display"]["httpOnly"]
    assert cookies["display"]["sameSite"] == "Strict"

    desk = officer.open("/displays")
    expect(desk.locator("tbody")).to_contain_text("● 在线")
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    desk.get_by_role("link", name="大厅 <b>").click()
    desk.fill("input[name=message]", "<i>三楼</i> 集合")
    desk.get_by_role("button", name="显示消息").click()
    urgent = screen.locator(".message")
    expect(urgent).to_be_visible(timeout=SOON)
    expect(urgent).to_have_text("<i>三楼</i> 集合")
    desk.get_by_role("button", name="撤下消息").click()
    desk.select_option("select[name=scene]", "3")
    desk.get_by_role("button", name="切换画面").click()
    expect(urgent).to_be_hidden(timeout=SOON)
    expect(screen.locator("#wall h2")).to_have_text(
        (desk.locator("select[name=scene] option[value='3']").text_content() or "").split(" · ")[1]
    )
    desk.get_by_role("button", name="黑屏").click()
    expect(screen.locator(".blank")).to_be_visible(timeout=SOON)
    desk.get_by_text("撤销接入…").click()
    desk.get_by_role("button", name="确认撤销").click()
    expect(desk.locator(".notice")).to_contain_text("大厅 <b> 已撤销")

    expect(screen.locator("#pairing .code")).not_to_contain_text("·", timeout=SOON)
    assert screen.locator("#pairing .code").text_content() != shown
    assert officer.faults == []
    refused = [each for each in wall.faults if "401" not in each]
    assert refused == []


def test_the_units_switches_bring_up_a_wall(browser: Browser, cockpit: str, tmp_path: Path) -> None:
    unit = (PROJECT / "cockpit" / "web" / "kiosk" / "cockpit-wall.service").read_text("utf-8")
    started = re.search(r"^ExecStart=((?:.*\\\n)*.*)$", unit, re.M)
    assert started is not None
    command = shlex.split(started[1].replace("\\\n", " ").replace("${WALL}", f"{cockpit}/wall"))
    chromium, *switches = command[command.index("--") + 1 :]
    ours = ("--ozone-platform", "--user-data-dir")  # no screen is here, nor that user
    context = browser.browser_type.launch_persistent_context(
        tmp_path,
        executable_path=chromium,
        ignore_default_args=True,
        args=[
            *(each for each in switches if not each.startswith(ours)),
            f"--user-data-dir={tmp_path}",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--remote-debugging-pipe",
        ],
    )
    screen = context.pages[0]
    expect(screen.locator(".code")).not_to_contain_text("·")
    assert screen.url == f"{cockpit}/wall"
    context.close()


def test_a_credential_renews_itself_outlives_a_lost_answer_and_ends(
    wall: Watched, cockpit: str, demo: Settings
) -> None:
    registry = Registry(demo)
    found, credential = signed.paired(registry, "330106", "renewed")
    context = wall.page.context
    context.add_cookies(
        [
            {
                "name": DISPLAY,
                "value": credential,
                "url": cockpit,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )

    def aged(**by: float) -> None:
        with registry.state.write() as connection:
            then = registry.now() - timedelta(**by)
            connection.execute(table.update().where(table.c.id == found.id).values(renewed=then))

    def held() -> str:
        return next(each["value"] for each in context.cookies() if each["name"] == DISPLAY)

    aged(days=2)
    known = displays.look_up(registry, credential)
    assert known is not None
    lost = displays.beat(registry, known, credential, {}, "127.0.0.1")
    assert lost  # renewed, and the wall was never told
    screen = wall.open("/wall")
    expect(screen.locator("#wall h1")).to_have_text("西湖区", timeout=SOON)
    assert held() == credential
    aged(minutes=2)
    for _ in range(100):
        if held() != credential:
            break
        screen.wait_for_timeout(100)
    assert held() not in (credential, lost)
    assert displays.look_up(registry, lost) is None
    expect(screen.locator("html")).to_have_attribute("data-link", "up")
    expect(screen.locator("#wall h1")).to_have_text("西湖区")
    assert wall.faults == []
    aged(days=46)
    expect(screen.locator("#pairing .code")).not_to_contain_text("·", timeout=SOON)
    registry.close()


def test_the_officers_page_keeps_up_and_leaves_what_is_typed_alone(
    officer: Watched, demo: Settings
) -> None:
    registry = Registry(demo)
    found, credential = signed.paired(registry, "330106", "beats")
    officer.page.clock.install()
    desk = officer.open("/displays")
    desk.evaluate("window.mine = 'never loaded anew'")
    row = desk.locator("tbody tr", has_text="beats")
    expect(row).to_contain_text("◌ 尚未上线")
    desk.locator("input[name=message]").press_sequentially("三楼集", delay=20)
    told = {"scene": 2, "snapshot": "00000001", "heap": 12_000_000, "frame": 16, "build": "x"}
    displays.beat(registry, found, credential, told, "127.0.0.1")
    signed.paired(registry, "330110", "another")

    def looks() -> int:
        lines = registry.audit.lines(what="display")
        return sum("looked at" in str(each["detail"]) for each in lines)

    looked = looks()
    desk.clock.fast_forward(11_000)
    expect(row).to_contain_text("● 在线")
    expect(row).to_contain_text("12 MB")
    expect(row).to_contain_text("16 ms")
    expect(desk.locator("tbody tr", has_text="another")).to_contain_text("◌ 尚未上线")
    desk.keyboard.type("合")  # the cursor is where it was
    expect(desk.locator("input[name=message]")).to_have_value("三楼集合")
    # A row that goes before it takes no focus from a link.
    row.get_by_role("link").focus()
    other = next(each for each in displays.listed(registry) if each.name == "another")
    displays.revoke(registry, CONSOLE, other)
    desk.clock.fast_forward(11_000)
    expect(desk.locator("tbody tr", has_text="another")).to_have_count(0)
    assert desk.evaluate("document.activeElement.textContent") == "beats"
    # While the server is away it says so, and goes on by itself.
    desk.route("**/displays", lambda route: route.abort())
    desk.clock.fast_forward(11_000)
    expect(desk.locator("[data-lost]")).to_be_visible()
    desk.unroute("**/displays")
    desk.clock.fast_forward(25_000)
    expect(desk.locator("[data-lost]")).to_be_hidden()
    assert desk.evaluate("window.mine") == "never loaded anew"
    assert 1 <= looked <= looks() <= looked + 1  # nobody opened it anew; a line an hour, a process
    desk.goto(f"{officer.home}/displays/{found.id}")
    expect(desk.locator("dl.facts")).to_contain_text("● 在线")
    displays.force(registry, CONSOLE, found, 2)
    displays.blank(registry, CONSOLE, found, True)
    desk.clock.fast_forward(11_000)
    expect(desk.get_by_role("button", name="恢复画面")).to_be_visible()
    registry.close()
    assert [each for each in officer.faults if "ERR_FAILED" not in each] == []


def test_a_wall_whose_server_is_away_asks_on_and_says_so(wall: Watched) -> None:
    wall.page.clock.install()
    screen = wall.open("/wall")
    expect(screen.locator(".code")).not_to_contain_text("·")
    shown = screen.locator(".code").text_content()
    screen.route("**/api/pair", lambda route: route.abort())
    screen.clock.fast_forward(5_000)
    expect(screen.locator(".left")).to_contain_text("服务器没有应答")
    expect(screen.locator(".code")).to_have_text(str(shown))
    screen.unroute("**/api/pair")
    crowded = json.dumps({"state": "crowded", "seconds": 60})
    screen.route("**/api/pair", lambda route: route.fulfill(status=429, body=crowded))
    screen.clock.fast_forward(40_000)
    expect(screen.locator(".left")).to_contain_text("太多")
    screen.unroute("**/api/pair")
    screen.clock.fast_forward(70_000)
    expect(screen.locator(".left")).to_contain_text("分钟内有效")
    expect(screen.locator(".code")).to_have_text(str(shown))
