"""The frame in a real browser: the keyboard alone, the search, the places beside, the clocks, what
is taken up without anybody's doing, the phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import town as towns
from tests.browser.conftest import Watched, let_in, served

pytestmark = pytest.mark.browser

CITY, STREET, COMMUNITY = "/place/3301", "/place/330106005", "/place/330106005055"


def address(page: Page) -> str:
    found: str = page.evaluate("location.pathname + location.search")
    return found


def at(page: Page, place: str) -> None:
    """Wait until a place's numbers have come."""
    expect(page.locator("#page > .page")).to_have_attribute("data-address", place)
    assert address(page) == place


def heading(page: Page) -> str:
    return str(page.locator("h1").evaluate("h1 => h1.firstChild.textContent"))


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────────


def test_one_walks_with_the_keyboard_alone(tab: Watched) -> None:
    page = tab.open(CITY)
    keys = page.keyboard
    keys.press("/")
    expect(page.locator("#search")).to_be_focused()
    keys.type("xihu cy")
    expect(page.locator("#hits a").first).to_contain_text("翠苑街道")
    keys.press("ArrowDown")
    expect(page.locator("#hits a[aria-selected=true]")).to_contain_text("翠苑一区社区")
    keys.press("ArrowUp")
    keys.press("Enter")
    at(page, STREET)
    assert heading(page) == "翠苑街道"
    expect(page.locator("#search")).to_have_value("")

    page.locator(".skip").focus()
    for _ in range(40):
        keys.press("Tab")
        if page.evaluate("document.activeElement.dataset.beside === '330106005'"):
            break
    keys.press("Enter")
    expect(page.locator(".picker input")).to_be_focused()
    keys.type("wenxin")
    expect(page.locator(".picker a:visible")).to_have_count(1)
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text("文新街道")
    expect(page.locator(".picker")).to_be_hidden()

    keys.press("Escape")
    at(page, "/place/330106")
    keys.press("Backspace")
    at(page, CITY)
    keys.press("Escape")
    keys.press("g")
    keys.press("c")
    at(page, f"{CITY}?subject=cases")
    keys.press("g")
    keys.press("o")
    at(page, CITY)


def test_escape_closes_what_is_open_before_it_leads_up(tab: Watched) -> None:
    page = tab.open(STREET)
    keys = page.keyboard
    opened = {
        ".freshness": lambda: page.locator(".freshness summary").click(),
        ".me": lambda: page.locator(".me summary").click(),
        ".own": lambda: page.locator(".own summary").click(),
        ".about": lambda: page.locator(".about summary").first.click(),
        ".picker": lambda: page.locator("[data-beside]").last.click(),
        ".keys": lambda: keys.press("?"),
        "#hits": lambda: (keys.press("/"), keys.type("cuiyuan")),
    }
    for part, opens in opened.items():
        opens()
        shown = {
            ".picker": ".picker",
            ".keys": ".keys",
            "#hits": ".drop",
        }.get(part, f"{part}[open] > :not(summary)")
        expect(page.locator(shown).first).to_be_visible()
        keys.press("Escape")
        expect(page.locator(shown)).to_have_count(0) if "[open]" in shown else expect(
            page.locator(shown)
        ).to_be_hidden()
        assert address(page) == STREET, part
    keys.press("Escape")
    at(page, "/place/330106")


def test_what_is_typed_while_a_page_comes_is_not_lost(tab: Watched) -> None:
    page = tab.open(STREET)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("cuiyuan")
    at(page, "/place/330106")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("cuiyuan")
    expect(page.locator("#hits a").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".drop")).to_be_hidden()


def test_keys_in_a_field_are_letters(tab: Watched) -> None:
    page = tab.open(STREET)
    field = page.locator("#search")
    field.click()
    page.keyboard.type("g/?c")
    page.keyboard.press("Backspace")
    expect(field).to_have_value("g/?")
    expect(page.locator(".drop")).to_contain_text("没有这样的地方")
    assert address(page) == STREET


def test_single_keys_can_be_switched_off(tab: Watched) -> None:
    page = tab.open(STREET)
    page.locator("[data-keys]").click()
    box = page.get_by_label("启用单键快捷键")
    expect(box).to_be_checked()
    box.uncheck()
    page.get_by_role("button", name="关闭").last.click()
    page.reload()
    page.wait_for_selector("h1")
    page.keyboard.press("/")
    expect(page.locator("#search")).not_to_be_focused()
    page.keyboard.press("?")
    expect(page.locator(".keys")).to_be_hidden()
    page.locator("[data-keys]").click()
    expect(box).not_to_be_checked()
    box.check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()


# ── The state ────────────────────────────────────────────────────────────────────────────────────


def test_language_theme_period_and_comparison_survive_every_way_down_and_up(tab: Watched) -> None:
    page = tab.open(f"{CITY}?period=quarter&compare=year&lang=en")
    query = "?period=quarter&compare=year&lang=en"
    page.locator("button.theme").click()
    page.locator(".children tbody tr[data-code='330106'] a").first.click()
    at(page, f"/place/330106{query}")
    page.keyboard.press("/")
    page.keyboard.type("330106005")
    page.locator("#hits a").first.click()
    at(page, f"{STREET}{query}")
    page.locator("[data-beside='330106005']").click()
    page.locator(".picker a").first.click()
    expect(page.locator(".picker")).to_be_hidden()
    expect(page.locator(".path li")).to_have_count(3)
    page.keyboard.press("Escape")
    at(page, f"/place/330106{query}")
    page.locator(".tabs [data-key=c]").click()
    expect(page.locator(".tabs a[aria-current]")).to_have_attribute("data-key", "c")
    page.locator(".compare a", has_text="None").click()
    page.locator(".choices a", has_text="Year").click()
    wanted = "/place/330106?subject=cases&period=year&compare=none&lang=en"
    at(page, wanted)
    page.reload()
    page.wait_for_selector("h1")
    at(page, wanted)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.keyboard.press("Backspace")
    expect(page.locator(".compare a[aria-current]")).to_have_text("None")
    expect(page.locator(".path li")).to_have_count(1)


def test_the_days_compared_are_said_beside_the_days(tab: Watched) -> None:
    page = tab.open(f"{CITY}?period=month")
    expect(page.locator(".against")).to_have_text("对比 2026年9月1日 至 2026年9月30日")
    page.locator(".compare a", has_text="同比").click()
    expect(page.locator(".against")).to_have_text("对比 2025年10月1日 至 2025年10月31日")
    page.locator(".compare a", has_text="不比").click()
    expect(page.locator(".against")).to_be_empty()


# ── Choosing a place ─────────────────────────────────────────────────────────────────────────────


def test_the_places_beside_one_open_and_close_and_hold_the_one_here(tab: Watched) -> None:
    page = tab.open(COMMUNITY)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    door = page.locator("[data-beside='330106005']")
    expect(page.locator("[data-beside]")).to_have_count(3)
    door.click()
    expect(door).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".picker a[aria-current]")).to_have_text("翠苑街道")
    assert page.locator(".picker a").count() > 8
    door.click()
    expect(page.locator(".picker")).to_be_hidden()
    expect(door).to_have_attribute("aria-expanded", "false")
    door.click()
    expect(page.locator(".picker")).to_be_visible()
    page.mouse.click(900, 700)
    expect(page.locator(".picker")).to_be_hidden()
    assert len([url for url in asked if "/api/places" in url]) == 1, "it is asked for once"
    assert address(page) == COMMUNITY


def test_a_hit_is_a_link_that_opens_beside(tab: Watched) -> None:
    page = tab.open(f"{CITY}?period=week&compare=year".replace("week", "7d"))
    page.keyboard.press("/")
    page.keyboard.type("cuiyuan")
    hit = page.locator("#hits a").first
    expect(hit).to_contain_text("西湖区")
    assert str(hit.get_attribute("href")).endswith(f"{STREET}?period=7d&compare=year")
    page.mouse.click(900, 700)
    expect(page.locator(".drop")).to_be_hidden()


# ── Taking up what is newer ──────────────────────────────────────────────────────────────────────

LATER = """number,place,reported_at,due_at,closed_at,void,left_open_reason,left_open_until
n20,town/n/e/1/a,2026-01-12 09:00,2026-01-14 09:00,2026-01-13 09:00,,,
n21,town/s/a/1/a,2026-01-12 09:00,2026-01-14 09:00,,,,
"""
ASK = "window.dispatchEvent(new Event('online'))"  # the browser is back: no need to wait 15 s


@pytest.fixture
def small(browser: Browser, tmp_path: Path) -> Iterator[tuple[Watched, Settings]]:
    """A tab at a town of its own."""
    settings = towns.found(tmp_path)
    with Record(settings) as record:
        towns.send(record, "cases.csv", towns.CASES)
        towns.publish(record)
    with served(settings.home) as home:
        context = browser.new_context(viewport={"width": 1280, "height": 500})
        let_in(context, settings, home)
        yield Watched(context, home), settings
        context.close()


def test_a_new_snapshot_changes_the_numbers_and_nothing_else(
    small: tuple[Watched, Settings],
) -> None:
    tab, settings = small
    page = tab.open("/place/town?period=all&metric=reported")
    page.locator(".graph .main-svg").first.wait_for()
    page.locator(".trend .twin summary").click()
    page.locator("[data-metric=reported] .about summary").click()
    page.evaluate("""() => {
      window.kept = [...document.querySelectorAll('.tile, .js-plotly-plot, .children tr, h1')];
      const text = document.querySelector('h1').firstChild;
      getSelection().setBaseAndExtent(text, 0, text, 4);
      document.querySelector('.children tbody a').focus({preventScroll: true});
      scrollTo(0, 300);
    }""")
    assert page.evaluate("scrollY") == 300
    focus = page.evaluate("document.activeElement.getAttribute('href')")
    number = page.locator("[data-metric=reported] .number")
    expect(number).to_have_text("9")
    asked = tab.data_requests
    page.evaluate(ASK)
    page.wait_for_timeout(300)
    assert tab.data_requests == asked, "nothing is newer, so nothing is asked for"
    with Record(settings) as record:
        towns.send(record, "later.csv", LATER)
        towns.publish(record)
    page.evaluate(ASK)
    expect(number).to_have_text("11")
    expect(page.locator("[data-renewed]")).to_have_text("数据已更新。")
    assert tab.data_requests == asked + 1
    assert page.evaluate("kept.every(each => each.isConnected)"), "it is the same page"
    assert page.evaluate("scrollY") == 300
    assert page.evaluate("String(getSelection())") == "Town"
    assert page.evaluate("document.activeElement.getAttribute('href')") == focus
    assert page.locator(".trend .twin").evaluate("each => each.open")
    assert page.locator("[data-metric=reported] .about").evaluate("each => each.open")
    assert address(page) == "/place/town?period=all&metric=reported"
    assert tab.faults == []


def test_one_poll_every_fifteen_seconds_and_none_while_nobody_can_see(tab: Watched) -> None:
    page = tab.page
    page.clock.install()
    tab.open(CITY)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def polls(seconds: int) -> int:
        asked.clear()
        for _ in range(seconds):
            page.clock.run_for(1000)
            page.wait_for_timeout(15)
        return len([url for url in asked if url.endswith("/api/version")])

    assert 3 <= polls(60) <= 6
    hide = """value => {
      Object.defineProperty(document, "hidden", { get: () => value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    assert polls(60) == 0
    asked.clear()
    page.evaluate(hide, False)
    page.wait_for_timeout(100)
    assert len([url for url in asked if url.endswith("/api/version")]) == 1, "at once"


def test_a_new_build_is_taken_up_when_nobody_is_at_it(tab: Watched) -> None:
    page = tab.page
    page.clock.install()
    tab.open(STREET)
    page.locator(".graph .main-svg").first.wait_for()
    page.evaluate("window.kept = 1; document.documentElement.dataset.build = 'an older one'")
    page.mouse.click(700, 120)
    page.evaluate(ASK)
    page.wait_for_timeout(200)
    assert page.evaluate("window.kept") == 1, "somebody is at it"
    page.locator(".me summary").click()
    page.clock.run_for(70_000)
    page.wait_for_timeout(200)
    assert page.evaluate("window.kept") == 1, "something is open"
    page.locator(".me summary").click()
    with page.expect_navigation():
        page.clock.run_for(80_000)
    page.wait_for_selector("h1")
    assert page.evaluate("window.kept") is None


def test_a_page_that_is_loaded_anew_stands_where_it_was(tab: Watched) -> None:
    page = tab.open(STREET)
    page.evaluate("scrollTo(0, 240)")
    page.reload()
    expect(page.locator(".children")).to_be_visible()
    page.wait_for_function("scrollY === 240")
    page.goto(f"{tab.home}/account")
    page.go_back()
    expect(page.locator(".children")).to_be_visible()
    page.wait_for_function("scrollY === 240")
    page.goto(tab.home + CITY)
    expect(page.locator(".children")).to_be_visible()
    assert page.evaluate("scrollY") == 0


def test_a_lost_link_is_said_and_what_was_asked_for_comes_when_it_is_back(
    browser: Browser, cockpit: str, demo: Settings
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    let_in(context, demo, cockpit)
    tab = Watched(context, cockpit)
    page = tab.open(CITY)
    expect(page.locator("[data-link=state]").first).to_have_text("● 正常")
    expect(page.locator(".offline")).to_be_hidden()
    context.set_offline(True)
    page.locator(".children tbody tr[data-code='330106'] a").first.click()
    expect(page.locator(".offline")).to_be_visible()
    expect(page.locator("[data-link=state]").first).to_have_text("○ 中断")
    assert heading(page) == "杭州市"
    page.keyboard.press("/")
    page.keyboard.type("x")
    expect(page.locator(".hits-note").first).to_contain_text("没有应答")
    page.keyboard.press("Escape")
    context.set_offline(False)
    expect(page.locator("h1")).to_contain_text("西湖区", timeout=20_000)
    expect(page.locator(".offline")).to_be_hidden()
    context.close()


def test_the_clocks_are_one_click_away_in_full(tab: Watched) -> None:
    page = tab.open(CITY)
    page.locator(".freshness summary").click()
    card = page.locator(".freshness .folded")
    for words in ("事件截至", "2026年10月31日", "快照 00000001", "最近一次收到服务器应答"):
        expect(card).to_contain_text(words)
    expect(page.locator(".clock.published .age")).to_contain_text("前")
    expect(page.locator("[data-link=age]")).to_have_text("刚刚")


def test_the_menu_leads_out(browser: Browser, cockpit: str, demo: Settings) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    let_in(context, demo, cockpit, "analyst")
    tab = Watched(context, cockpit)
    page = tab.open(CITY)
    page.locator(".me summary").click()
    expect(page.locator(".me .folded")).to_contain_text("分析员 · 杭州市")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in*")
    page.goto(cockpit + CITY)
    page.wait_for_url("**/sign-in*")
    context.close()
    assert tab.faults == []


# ── The phone, paper ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def phone(browser: Browser, cockpit: str, demo: Settings) -> Iterator[Watched]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    let_in(context, demo, cockpit)
    watched = Watched(context, cockpit)
    yield watched
    context.close()
    assert watched.faults == []


def test_on_a_phone_all_is_within_reach_of_a_thumb(phone: Watched) -> None:
    page = phone.open(COMMUNITY)
    page.locator(".unfold").first.tap()
    page.locator(".choices a", has_text="本季").tap()
    at(page, f"{COMMUNITY}?period=quarter")
    expect(page.locator(".choices")).to_be_hidden()
    page.locator(".unfold").last.tap()
    page.locator(".compare a", has_text="同比").tap()
    at(page, f"{COMMUNITY}?period=quarter&compare=year")
    page.locator(".tabs [data-key=c]").tap()
    expect(page.locator(".tabs a[aria-current]")).to_have_text("事件")
    box = page.locator(".tabs").bounding_box()
    assert box is not None
    assert round(box["y"] + box["height"]) == 844
    page.locator(".lens").tap()
    page.keyboard.type("xx")
    page.locator("#hits a", has_text="西溪街道").first.tap()
    expect(page.locator("h1")).to_contain_text("西溪街道")
    expect(page.locator(".drop")).to_be_hidden()
    page.locator("[data-beside]").last.tap()
    page.locator(".picker a", has_text="翠苑街道").tap()
    expect(page.locator("h1")).to_contain_text("翠苑街道")
    page.locator(".path a").nth(1).tap()
    expect(page.locator("h1")).to_contain_text("西湖区")
    assert "period=quarter&compare=year" in address(page)


SMALL = """() => [...document.querySelectorAll(
  ".header a, .header button, .header summary, .lens, .bar a, .bar button, .bar summary"
)].map(each => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
  .map(([each, box]) => `${each.outerHTML.slice(0, 80)} ${box.width} x ${box.height}`)"""


def test_on_a_phone_nothing_to_press_is_small(phone: Watched) -> None:
    page = phone.open(COMMUNITY)
    assert page.evaluate(SMALL) == []
    page.locator(".unfold").first.tap()
    assert page.evaluate(SMALL) == []
    page.locator(".me summary").tap()
    assert page.evaluate(SMALL) == []


def test_on_a_phone_own_days_are_chosen_in_the_menu(phone: Watched) -> None:
    page = phone.open(CITY)
    page.locator(".unfold").first.tap()
    page.locator(".own summary").tap()
    page.get_by_label("从").fill("2026-09-01")
    page.get_by_label("到").fill("2026-09-10")
    page.locator(".own button").tap()
    at(page, f"{CITY}?since=2026-09-01&until=2026-09-10")
    expect(page.locator(".choices")).to_be_hidden()
    expect(page.locator(".unfold").first).to_contain_text("自定")


def test_on_paper_the_frame_says_where_and_when_and_no_more(tab: Watched) -> None:
    page = tab.open(f"{STREET}?period=month")
    page.emulate_media(media="print")
    for part in ("h1", ".span", ".product", ".demo", ".clock.data time"):
        expect(page.locator(part)).to_be_visible()
    for part in (".search", ".switches", ".tabs", ".me", ".choices", ".compare", ".siblings"):
        expect(page.locator(part).first).to_be_hidden()


def test_a_list_of_rows_keeps_its_kind_on_the_way_to_another_place(tab: Watched) -> None:
    page = tab.open("/rows/cases/330106005?period=quarter&state=overdue")
    page.locator("[data-beside='330106005']").click()
    page.locator(".picker input").fill("文新")
    page.keyboard.press("Enter")
    at(page, "/rows/cases/330106013?period=quarter&state=overdue")
    page.keyboard.press("Escape")
    at(page, "/rows/cases/330106?period=quarter&state=overdue")
    page.keyboard.press("/")
    page.keyboard.type("cuiyuanjiedao")
    page.locator("#hits a").first.click()
    at(page, "/rows/cases/330106005?period=quarter&state=overdue")
