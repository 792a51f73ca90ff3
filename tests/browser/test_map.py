"""The map in a real browser: a click, a key and a finger lead to the same place as its link."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit.settings import Settings
from tests.browser.conftest import Watched, let_in
from tests.browser.test_pages import CITY, OVER_THE_EDGE, address

pytestmark = pytest.mark.browser


def opened(tab: Watched, path: str) -> Page:
    """A page whose map is drawn and can be seen."""
    page = tab.open(path)
    seen(page)
    return page


def seen(page: Page) -> None:
    expect(page.locator(".ground .scatterlayer .trace").first).to_be_visible(timeout=20_000)
    page.locator(".ground").scroll_into_view_if_needed()


def spot(page: Page, code: str) -> tuple[float, float]:
    """Where on the screen a place's shape lies: beside its words."""
    box = page.locator(f'.cells a[href*="/{code}"]').bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 4


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.getAttribute('href') || ''")
    return found


def test_a_click_drills_down_to_the_grid_and_back_leads_up(tab: Watched) -> None:
    page = opened(tab, f"{CITY}?period=quarter&metric=reported")
    for depth, code in enumerate(("330106", "330106109", "330106109002", "330106109002001"), 2):
        asked = tab.data_requests
        page.mouse.click(*spot(page, code))
        expect(page.locator(".path li")).to_have_count(depth)
        assert address(page) == f"/place/{code}?period=quarter&metric=reported"
        assert tab.data_requests == asked + 1
        seen(page)
    expect(page.locator('.cells a[aria-current="page"]')).to_have_attribute(
        "href", "/place/330106109002001?period=quarter&metric=reported"
    )
    page.mouse.click(*spot(page, "330106109002002"))
    expect(page.locator("h1")).to_contain_text("第2网格")
    for depth in (5, 4, 3):
        page.go_back()
        expect(page.locator(".path li")).to_have_count(depth)


def test_a_pointer_is_told_name_value_and_parts(tab: Watched) -> None:
    page = opened(tab, f"{CITY}?period=all")
    page.mouse.move(*spot(page, "330110"))
    label = page.locator(".ground .hoverlayer")
    expect(label).to_contain_text("余杭区")
    said = page.locator('.cells a[href*="/330110"]').get_attribute("aria-label") or ""
    value = said.split("，")[1]
    assert "/" in value
    expect(label).to_contain_text(value)
    assert page.locator(".ground.over").count() == 1


def test_with_control_a_click_opens_another_tab(tab: Watched) -> None:
    page = opened(tab, CITY)
    with page.context.expect_page() as fresh:
        page.keyboard.down("Control")
        page.mouse.click(*spot(page, "330106"))
        page.keyboard.up("Control")
    fresh.value.wait_for_url("**/place/330106")
    assert address(page) == CITY


def test_the_keyboard_moves_over_the_map_and_drills(tab: Watched) -> None:
    page = opened(tab, CITY)
    stops = page.locator('.cells a[tabindex="0"]')
    expect(stops).to_have_count(1)
    first = stops.get_attribute("href")
    page.locator(".groups summary").last.focus()
    page.keyboard.press("Tab")
    assert focused(page) == first
    expect(page.locator(".ground .outline")).to_have_count(1)
    said = page.locator(".cell-said")
    expect(said).to_contain_text("%")
    met = {focused(page)}
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        met.add(focused(page))
    assert len(met) > 2
    assert all(href.startswith("/place/33") for href in met)
    expect(stops).to_have_count(1)
    page.keyboard.press("End")
    last = focused(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".path li")).to_have_count(2)
    assert address(page) != CITY
    assert last != first
    seen(page)
    expect(said).to_have_text("")
    expect(stops).to_have_count(1)
    expect(page.locator(".ground .outline")).to_have_count(0)


def test_every_place_can_be_reached_by_arrow_keys(tab: Watched) -> None:
    page = opened(tab, "/place/330109?period=all")
    reached = page.evaluate(
        """() => {
          const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
          const todo = [document.querySelector('.cells a[tabindex="0"]')], met = new Set(todo);
          for (const here of todo) for (const key of keys) {
            here.focus();
            here.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            const there = document.activeElement;
            if (!met.has(there)) { met.add(there); todo.push(there); }
          }
          return met.size;
        }"""
    )
    assert reached == page.locator(".cells a").count() == 27


def colours(page: Page) -> dict[str, str]:
    """What each class is painted with, on the map and on its legend."""
    found: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.legend .swatch')].flatMap(s => {
          const name = [...s.classList].find(each => each.startsWith('on-')).slice(3);
          const fill = document.querySelector(`.ground .trace[class*=" trace${name}"] .js-fill`);
          const painted = fill && getComputedStyle(fill).fill;
          return [[name, getComputedStyle(s).backgroundColor], [`map ${name}`, painted]];
        }))"""
    )
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_map_and_legend_have_the_same_colours(tab: Watched, theme: str) -> None:
    tab.page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    for query in ("period=all&metric=reported", "period=all&metric=on_time_closure"):
        page = opened(tab, f"/place/330109?{query}")
        found = colours(page)
        classes = [name for name in found if not name.startswith("map ")]
        painted = [found[name] for name in classes if name not in ("few", "blank", "pseudo")]
        assert len(set(painted)) == len(painted) >= 4
        for name in classes:
            drawn = found[f"map {name}"]
            if drawn and name not in ("few", "blank", "pseudo"):
                assert drawn == found[name]


def test_another_metric_repaints_the_same_shapes(tab: Watched) -> None:
    page = opened(tab, "/place/330109?period=all&metric=reported")
    page.evaluate("window.kept = document.querySelector('.ground .js-plotly-plot')")
    before = [each.get_attribute("style") for each in page.locator(".cells li").all()]
    page.locator("[data-metric=closure] .tile-link").click()
    expect(page.locator(".map h2")).to_contain_text("结案率")
    assert page.evaluate("window.kept === document.querySelector('.ground .js-plotly-plot')")
    expect(page.locator('.ground .trace[class*=" tracestep"]')).to_have_count(0)
    assert len(before) == page.locator(".cells li").count()


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


def test_a_finger_asks_first_and_then_goes(phone: Watched) -> None:
    page = opened(phone, CITY)
    said = page.locator(".cell-said")
    page.touchscreen.tap(*spot(page, "330106"))
    expect(said).to_contain_text("西湖区")
    page.touchscreen.tap(*spot(page, "330109"))
    expect(said).to_contain_text("萧山区")
    assert address(page) == CITY
    page.touchscreen.tap(*spot(page, "330109"))
    expect(page.locator("h1")).to_contain_text("萧山区")
    seen(page)
    expect(said).to_have_text("")
    page.touchscreen.tap(*spot(page, "330109001"))
    page.locator(".cell-said a").tap()
    expect(page.locator(".path li")).to_have_count(3)
    assert address(page) == "/place/330109001"


SAID = """() => [...document.querySelectorAll(".cells a")].map(link =>
  [...link.children].filter(each => parseFloat(getComputedStyle(each).fontSize) > 0)
    .map(each => [each.className, parseFloat(getComputedStyle(each).fontSize)]))"""


@pytest.mark.parametrize("width", [1440, 390])
def test_every_shape_says_one_thing_in_letters_that_can_be_read(tab: Watched, width: int) -> None:
    tab.page.set_viewport_size({"width": width, "height": 900})
    for place in (CITY, "/place/330106109", "/place/330106109002001"):
        page = opened(tab, f"{place}?period=all")
        said = page.evaluate(SAID)
        assert len(said) > 1
        for each in said:
            ((name, height),) = each
            assert height >= {"cell-words": 12, "cell-brief": 10, "cell-mark": 8}[name]


def test_nothing_of_the_map_is_cut_off(tab: Watched) -> None:
    for size in ((1440, 900), (320, 640)):
        tab.page.set_viewport_size({"width": size[0], "height": size[1]})
        for place in (CITY, "/place/330109?lang=en&period=all", "/place/330106109002001?lang=zh"):
            page = opened(tab, place)
            assert page.evaluate(OVER_THE_EDGE.replace("#page", ".map")) == []
