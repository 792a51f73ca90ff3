"""Panels in a real browser: painted by day and by night, whole on a phone, read by the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from cockpit.web.charts import script
from tests.browser.conftest import Watched
from tests.browser.test_pages import CITY, OVER_THE_EDGE
from tests.test_charts import SMALL

pytestmark = pytest.mark.browser

PAINT = """([selector, property, tone]) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(--tone-${tone})`;
  const wanted = getComputedStyle(probe).color;
  probe.remove();
  const found = [...document.querySelectorAll(selector)].map(
    each => getComputedStyle(each)[property]);
  return [found.length > 0, found.includes(wanted), wanted, found.slice(0, 3)];
}"""
PAINTED = {
    "cases": [
        (".panel-bars .barlayer .point path", "fill", "1"),
        (".panel-stacked .barlayer .point path", "fill", "2"),
        (".panel-stacked .legend .legendpoints path", "fill", "2"),
        (".panel-line .js-line", "stroke", "1"),
        (".panel-line .js-line", "stroke", "2"),
        (".panel-line .point", "fill", "2"),
        (".panel-area .js-fill", "fill", "1"),
        (".panel-funnel .barlayer .point path", "fill", "1"),
        (".panel-funnel .shapelayer path", "fill", "other"),
        (".panel-treemap .treemaplayer .surface", "fill", "1"),
        (".panel-treemap .treemaplayer .surface", "fill", "2"),
        (".panel-distribution .barlayer .point path", "fill", "1"),
        (".panel-distribution .js-line", "stroke", "2"),
        (".panel-scatter .point", "fill", "1"),
    ],
    "warnings": [
        (".panel-stacked .barlayer .point path", "fill", "yellow"),
        (".panel-stacked .barlayer .point path", "fill", "blue"),
    ],
    "sharing": [
        (".panel-sankey .node-rect", "fill", "1"),
        (".panel-sankey .sankey-link", "fill", "1"),
    ],
}
"""What of which panels is to have which tone."""


NARROW = """selector => {
  const wide = document.querySelector(selector).clientWidth;
  return wide > 200 && wide < 390;
}"""
"""Whether a picture has the size of a phone."""
SHOW = """([where, what]) => {
  const { data, layout } = document.querySelector(`#panel-${what} .js-plotly-plot`);
  const figure = JSON.parse(JSON.stringify({ data, layout }));
  dash_clientside.set_props(`panel-${where}`, { figure });
}"""
"""Lets a panel show another's picture."""
EVERYTHING = "window.dispatchEvent(new Event('beforeprint'))"
"""What asks for all panels: paper knows no near and far."""


def drawn(tab: Watched, subject: str) -> Page:
    page = tab.open(f"/place/3301?subject={subject}&period=year")
    page.evaluate(EVERYTHING)
    expect(page.locator("[data-awaited]")).to_have_count(0)
    many = page.locator(".picture").count()
    assert many > 3
    expect(page.locator(".picture .js-plotly-plot .main-svg:first-child")).to_have_count(many)
    return page


def test_panels_come_as_they_are_near_and_stay(tab: Watched) -> None:
    page = tab.open(f"{CITY}?subject=cases")
    expect(page.locator(".trend .main-svg").first).to_be_visible()
    assert (tab.data_requests, tab.panel_requests) == (1, 0), "what is far is not asked for"
    far = page.locator("[data-awaited]").count()
    assert far > 20
    page.locator(".panel-group").first.locator("article").first.scroll_into_view_if_needed()
    first = page.locator("[data-panel=case_stages]")
    expect(first.locator(".main-svg").first).to_be_visible()
    assert 0 < page.locator("[data-awaited]").count() < far
    page.evaluate("window.kept = document.querySelector('[data-panel=case_stages] .picture')")
    asked, near = tab.data_requests, tab.panel_requests
    page.evaluate("document.querySelector('[data-metric=on_time_closure] .tile-link').click()")
    expect(page.locator(".tile.chosen")).to_have_attribute("data-metric", "on_time_closure")
    assert page.evaluate("kept.isConnected"), "another metric is nothing to a panel"
    assert (tab.data_requests, tab.panel_requests) == (asked + 1, near)
    # The printer gets all of it, once all has come.
    page.evaluate("() => { window.print = () => { window.printed = 1; }; }")
    page.locator("[data-print]").click()
    page.wait_for_function("() => window.printed")
    assert page.locator("[data-awaited]").count() == 0
    # Another place has panels of its own.
    page.keyboard.press("Escape")
    page.locator(".children tbody tr[data-code] a").first.click()
    expect(page.locator(".path li")).to_have_count(2)
    assert page.locator("[data-awaited]").count() == far


def test_the_whole_of_plotly_comes_for_what_the_small_one_cannot_draw(tab: Watched) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url.removeprefix(tab.home)))
    page = tab.open(CITY)
    for selector in (".trend", ".ground"):
        expect(page.locator(f"{selector} .main-svg").first).to_be_visible()
    assert (asked.count(script.ADDRESS), asked.count(script.WHOLE)) == (1, 0)
    assert set(page.evaluate("Object.keys(Plotly.PlotSchema.get().traces)")) == SMALL

    # It is asked for in vain, then again; a page that is to be printed waits for it.
    tab.open(f"{CITY}?subject=cases&period=year")
    page.locator(".panel-group").first.locator("article").first.scroll_into_view_if_needed()
    funnel, treemap = page.locator(".panel-funnel .point"), page.locator(".panel-treemap .slice")
    expect(funnel).to_have_count(8)
    assert asked.count(script.WHOLE) == 0
    page.route(f"**{script.WHOLE}", lambda route: route.abort(), times=1)
    page.evaluate("""() => { window.print = () => {
      window.printed = document.querySelectorAll(".panel-treemap .slice").length;
    }; }""")
    page.locator("[data-print]").click()
    page.wait_for_function("() => window.printed !== undefined")
    assert page.evaluate("printed") > 20
    assert asked.count(script.WHOLE) == 2
    assert len(tab.faults) == 2, "it was lost once, which the browser and the network each say"
    tab.faults.clear()

    # Both kinds of pictures are drawn anew, and in another size.
    layer = page.locator(".panel-treemap .treemaplayer")
    said = layer.text_content() or ""
    page.locator("button.theme").click()
    page.locator("[data-metric=on_time_closure] .tile-link").click()
    expect(page.locator(".tile.chosen")).to_have_attribute("data-metric", "on_time_closure")
    page.locator(".periods a[href*='period=month']").click()
    expect(page.locator("[data-awaited]").first).to_be_attached()
    page.evaluate(EVERYTHING)
    expect(layer).not_to_have_text(said)
    expect(funnel.first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    for kind in ("treemap", "funnel"):
        page.wait_for_function(NARROW, arg=f".panel-{kind} .main-svg")

    # A place may change hands.
    page.evaluate(SHOW, ["case_stages", "categories"])
    expect(page.locator(".panel-funnel .slice")).to_have_count(treemap.count())
    page.evaluate(SHOW, ["categories", "cases_by_channel"])
    expect(page.locator(".panel-treemap .barlayer .point").first).to_be_visible()
    assert asked.count(script.WHOLE) == 2


@pytest.mark.parametrize("subject", PAINTED)
def test_the_page_paints_every_picture_by_day_and_by_night(tab: Watched, subject: str) -> None:
    page = drawn(tab, subject)
    seen = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for selector, property, tone in PAINTED[subject]:
            there, painted, wanted, found = page.evaluate(PAINT, [selector, property, tone])
            assert there, selector
            assert painted, (theme, selector, tone, wanted, found)
            seen.append((selector, property, tone, wanted))
    assert len(set(seen)) == 2 * len(PAINTED[subject])


SHORT = """() => [...document.querySelectorAll(".panel-table:has(.panel-rows)")].filter(panel => {
  const rows = panel.querySelector(".panel-rows"), table = rows.querySelector(".scroll");
  const below = table.nextElementSibling || rows.nextElementSibling;
  const room = below.getBoundingClientRect().top - table.getBoundingClientRect().bottom;
  return table.scrollHeight > table.clientHeight && room > 1;
}).map(panel => panel.dataset.panel)"""
HELD = """tables => tables.every(table => {
  table.scrollTo(1000, 0);
  const spot = table.getBoundingClientRect().left;
  return table.scrollLeft > 0
    && [...table.querySelectorAll("th:first-child")].every(
      each => Math.abs(each.getBoundingClientRect().left - spot) < 1);
})"""


def test_panels_are_whole_on_a_desk_and_on_a_phone(tab: Watched) -> None:
    page = drawn(tab, "cases")
    page.add_style_tag(
        content=".panel-table { min-height: 50rem } .panel-table tr { height: 9rem }"
    )
    assert page.locator(".panel-table .scroll").count() > 1
    assert page.evaluate(SHORT) == []
    page.set_viewport_size({"width": 390, "height": 844})
    for each in page.locator(".panel-figure .main-svg:first-child").all():
        expect(each).to_have_css("width", re.compile(r"^[23]\d\d(\.\d+)?px$"))
    # What a wide table's rows are about stays in sight.
    assert page.locator(".panel-table .scroll").evaluate_all(HELD)
    # It scrolls in a region of its own.
    assert page.evaluate(OVER_THE_EDGE.replace(".graph", ".graph, .scroll")) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_picture_is_read_as_a_table_and_explains_itself_by_the_keyboard(tab: Watched) -> None:
    page = drawn(tab, "cases")
    card = page.locator("[data-panel=cases_by_channel]")
    twin = card.locator(".twin")
    twin.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(twin.locator("tbody tr").first).to_be_visible()
    card.locator(".about summary").focus()
    page.keyboard.press("Enter")
    expect(card.locator(".about-card")).to_contain_text("from cases_here")
    page.keyboard.press("Escape")
    expect(card.locator(".about-card")).not_to_be_visible()
