"""Catalogue and preview in a real browser: found by typing, an entry, a file that is saved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cockpit.settings import PROJECT, Settings
from tests.browser.conftest import Watched, let_in

pytestmark = pytest.mark.browser


@pytest.fixture
def analyst(browser: Browser, cockpit: str, demo: Settings) -> Iterator[Watched]:
    """A tab of an analyst's; the test fails with whatever went wrong in it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    let_in(context, demo, cockpit, "analyst")
    watched = Watched(context, cockpit)
    yield watched
    context.close()
    assert watched.faults == []


def test_an_entry_is_found_and_leads_to_its_preview(analyst: Watched) -> None:
    page = analyst.open("/catalog")
    page.locator(".find input").fill("渠道")
    page.keyboard.press("Enter")
    link = page.locator(".catalog a", has_text="渠道").first
    expect(page.locator("#catalog-count")).not_to_contain_text("0 项")
    expect(page).to_have_url(f"{analyst.home}/catalog?q=%E6%B8%A0%E9%81%93")
    link.click()
    expect(page.locator(".lineage > li")).to_have_count(4)
    page.locator("a[href^='/preview/']").first.click()
    frame = page.frame_locator(".look iframe")
    expect(frame.locator(".picture .main-svg").first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.go_back()
    expect(page.locator(".lineage")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_preview_follows_its_file(analyst: Watched, demo: Settings) -> None:
    folder = demo.own / "cases"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "browsed.sql"
    right = (PROJECT / "queries" / "cases" / "cases_by_channel.sql").read_text("utf-8")
    path.write_text(right, "utf-8")
    try:
        page = analyst.open("/preview/browsed?period=year&look=phone&theme=dark")
        frame = page.frame_locator(".look iframe")
        expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
        expect(frame.locator("[data-panel=browsed]")).to_be_visible()
        assert page.locator(".look iframe").bounding_box()["width"] == 390  # type: ignore[index]
        path.write_text(right.replace("select", "selec", 1), "utf-8")
        expect(page.locator(".fault")).to_contain_text("syntax error")
        expect(frame.locator(".panel-trouble")).to_be_visible()
        path.write_text(right.replace('"各渠道上报"', '"新的渠道"'), "utf-8")
        expect(page.locator(".fault")).to_have_count(0)
        expect(page.locator("h1")).to_contain_text("新的渠道")
        expect(frame.locator("h3")).to_contain_text("新的渠道")
    finally:
        path.unlink()
