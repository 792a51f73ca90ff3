"""Pages in a real browser: clicks, Back, reload, language, light and dark, the keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit.record.store import Record
from tests import town as towns
from tests.browser.conftest import Watched, let_in, served

pytestmark = pytest.mark.browser

CITY = "/place/3301"
OVER_THE_EDGE = """() => [...document.querySelectorAll("#page *")].filter(each =>
  !each.closest("svg, .skip, thead, details:not([open]), .graph")
  && (({ left, right, width }) => width && (right > innerWidth + 1 || left < -1))(
    each.getBoundingClientRect())
).map(each => each.outerHTML.slice(0, 90))"""


def title(page: Page) -> str:
    return page.locator("h1").evaluate("h1 => h1.firstChild.textContent")


def address(page: Page) -> str:
    found: str = page.evaluate("location.pathname + location.search")
    return found


@pytest.mark.parametrize("subject", ["", "cases", "warnings", "sharing"])
def test_four_clicks_lead_from_city_to_grid_and_back(tab: Watched, subject: str) -> None:
    """On each subject; every state is the same again when it is loaded anew, by day and night."""
    query = f"?subject={subject}" if subject else ""
    page = tab.open(CITY + query)
    expect(page.locator(".ground .main-svg").first).to_be_visible()
    names, addresses = [title(page)], [address(page)]
    for depth in range(2, 6):
        asked = tab.data_requests
        page.locator(".children tbody tr[data-code] a").first.click()
        expect(page.locator(".path li")).to_have_count(depth)
        assert tab.data_requests == asked + 1
        names.append(title(page))
        addresses.append(address(page))
    assert len(addresses[-1].removeprefix("/place/").removesuffix(query)) == 15
    assert all(each.endswith(query) for each in addresses)
    expect(page.locator(".children")).to_have_count(0)
    for depth in (4, 3, 2, 1):
        page.go_back()
        expect(page.locator(".path li")).to_have_count(depth)
        assert (title(page), address(page)) == (names[depth - 1], addresses[depth - 1])
        page.locator("button.theme").click()
        page.reload()
        expect(page.locator(".path li")).to_have_count(depth)
        assert (title(page), address(page)) == (names[depth - 1], addresses[depth - 1])
        theme = "dark" if depth % 2 == 0 else "light"
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
    assert page.title().startswith(names[0])
    page.locator(".switches a").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert address(page) == addresses[0] + ("&" if query else "?") + "lang=en"


def test_the_path_leads_up_again(tab: Watched) -> None:
    page = tab.open("/place/330106109002?period=quarter")
    page.locator(".path a").nth(1).click()
    expect(page.locator(".path li")).to_have_count(2)
    assert address(page) == "/place/330106?period=quarter"


def test_a_reload_keeps_everything(tab: Watched) -> None:
    page = tab.open(CITY)
    page.locator("[data-metric=overdue_open] .tile-link").click()
    expect(page.locator(".tile.chosen")).to_have_attribute("data-metric", "overdue_open")
    page.locator(".choices a", has_text="本季").click()
    expect(page.locator(".choices a[aria-current]")).to_have_text("本季")

    def shown() -> tuple[str, ...]:
        parts = (".bar", ".groups", ".below", ".trend .card-head")
        return (*(page.locator(part).inner_text() for part in parts), address(page))

    before = shown()
    page.reload()
    expect(page.locator(".tile.chosen")).to_have_attribute("data-metric", "overdue_open")
    assert shown() == before
    assert before[-1] == f"{CITY}?period=quarter&metric=overdue_open"


def test_own_days_go_into_the_address(tab: Watched) -> None:
    page = tab.open(f"{CITY}?metric=closure")
    page.locator(".own summary").click()
    page.get_by_label("从").fill("2026-09-01")
    page.get_by_label("到").fill("2026-09-10")
    page.locator(".own button").click()
    expect(page.locator(".span")).to_contain_text("2026年9月1日 至 2026年9月10日")
    assert address(page) == f"{CITY}?metric=closure&since=2026-09-01&until=2026-09-10"
    page.go_back()
    expect(page.locator(".choices a[aria-current]")).to_have_text("近30天")


def test_a_chosen_metric_moves_nothing_and_keeps_the_chart(tab: Watched) -> None:
    page = tab.open(CITY)
    page.locator(".graph .main-svg").first.wait_for()
    page.evaluate("window.kept = document.querySelector('.js-plotly-plot'); scrollTo(0, 300)")
    link = page.locator(".children thead a", has_text="满意率")
    before = link.evaluate("link => link.getBoundingClientRect().top")
    link.click()
    expect(page.locator(".children thead .chosen")).to_contain_text("满意率")
    assert page.evaluate("window.kept === document.querySelector('.js-plotly-plot')")
    # Words above may take a line more or less; what was clicked stays under the finger.
    after = link.evaluate("link => link.getBoundingClientRect().top")
    assert after == pytest.approx(before, abs=1)


PARTED = """() => [...document.querySelectorAll(".children td.chosen")].filter(cell => {
  const words = cell.firstChild, range = document.createRange();
  const tops = [0, words.data.search(/[0-9–]/)].map(at => {
    range.setStart(words, at);
    range.setEnd(words, at + 1);
    return range.getBoundingClientRect().top;
  });
  return Math.abs(tops[0] - tops[1]) > 8;
}).map(cell => cell.textContent)"""


def test_a_table_of_places_keeps_heads_together_and_values_with_their_marks(tab: Watched) -> None:
    page = tab.open("/place/330109?lang=en&period=all&metric=on_time_closure")
    expect(page.locator(".children td.chosen").first).to_contain_text("%")
    page.add_style_tag(content=".children .chosen { width: 1px }")  # as narrow as can be
    assert page.evaluate(PARTED) == []
    page.locator(".children tfoot").scroll_into_view_if_needed()
    heads = page.locator(".children thead th")
    assert heads.evaluate_all("heads => heads.every(each => !each.getBoundingClientRect().top)")


def test_both_languages(tab: Watched) -> None:
    page = tab.open(CITY)
    page.locator(".switches a").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".demo")).to_have_text("Demo data")
    expect(page.locator(".age").first).to_contain_text("ago")
    assert "lang=en" in address(page)
    page.goto(tab.home + CITY)  # remembered
    expect(page.locator(".demo")).to_have_text("Demo data")
    page.locator(".switches a").click()
    expect(page.locator(".demo")).to_have_text("演示数据")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_light_and_dark(tab: Watched) -> None:
    page = tab.open(CITY)

    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = ground()
    page.locator("button.theme").click()
    dark = ground()
    assert light != dark
    page.reload()
    page.wait_for_selector("h1")
    assert ground() == dark
    page.locator("button.theme").click()
    assert ground() == light
    page.context.clear_cookies()
    page.emulate_media(color_scheme="dark")
    page.reload()
    page.wait_for_selector("h1")
    assert ground() == dark


def test_the_keyboard_alone(tab: Watched) -> None:
    page = tab.open(CITY)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    summary = page.locator("[data-metric=closure] summary")
    summary.focus()
    page.keyboard.press("Enter")
    card = page.locator("[data-metric=closure] .about-card")
    expect(card).to_be_visible()
    expect(card).to_contain_text("due_at")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(summary).to_be_focused()
    page.locator("[data-metric=reported] .tile-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tile.chosen")).to_have_attribute("data-metric", "reported")
    page.locator(".trend .twin summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".trend .twin tbody tr")).to_have_count(30)
    expect(page.locator(".trend .twin tbody tr").first).to_be_visible()


def test_the_age_of_the_data_is_told_by_the_clock(tab: Watched) -> None:
    page = tab.page
    page.clock.set_fixed_time("2026-11-01T08:00:00+08:00")
    tab.open(CITY)
    age = page.locator(".age[data-judged]")
    for now, state, word in (
        ("2026-11-01T08:00:00+08:00", "fresh", "最新"),
        ("2026-11-02T08:00:00+08:00", "ageing", "稍旧 · 32 小时前"),
        ("2026-11-05T08:00:00+08:00", "old", "陈旧 · 4 天前"),
    ):
        page.clock.set_fixed_time(now)
        expect(age).to_have_attribute("data-state", state)
        expect(age).to_contain_text(word)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844), (1920, 1080), (3840, 2160), (320, 640)])
def test_nothing_is_cut_off(tab: Watched, size: tuple[int, int]) -> None:
    tab.page.set_viewport_size({"width": size[0], "height": size[1]})
    for place in (f"{CITY}?lang=zh", "/place/330109?lang=en", "/place/330106109002?lang=en"):
        page = tab.open(f"{place}&metric=handling_hours&period=all")
        page.locator(".graph .main-svg").first.wait_for()
        assert page.evaluate(OVER_THE_EDGE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_page_that_waits_opens_by_itself(browser: Browser, tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    with served(settings.home) as home:
        context = browser.new_context()
        let_in(context, settings, home)
        tab = Watched(context, home)
        page = tab.open("/")
        expect(page.locator("main")).to_contain_text("cockpit demo")
        with Record(settings) as record:
            towns.send(record, "cases.csv", towns.CASES)
            towns.publish(record)
        expect(page.locator("h1")).to_contain_text("Town", timeout=15_000)
        context.close()
    assert [fault for fault in tab.faults if "ERR_ABORTED" not in fault] == []
