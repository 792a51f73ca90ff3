"""From a list to a row and what it hides, in a real browser: on a desk, on a phone, by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched
from tests.browser.test_pages import OVER_THE_EDGE, address

pytestmark = pytest.mark.browser

LIST = "/rows/cases/330106?period=all"


def count(page: Page) -> int:
    """How many rows the list says it has."""
    return int(re.sub(r"\D", "", page.locator("#rows-count").inner_text()))


def test_a_list_is_cut_ordered_and_followed_to_a_row_without_a_reload(tab: Watched) -> None:
    page = tab.open(LIST)
    page.evaluate("window.same = true")
    everything = count(page)
    page.locator(".pills a", has_text="超期未结").click()
    expect(page.locator(".pills [aria-current]")).to_have_text("超期未结")
    overdue = count(page)
    assert 0 < overdue < everything
    page.locator(".rows thead a", has_text="结案期限").click()
    expect(page.locator(".rows thead .chosen")).to_contain_text("结案期限")
    expect(page.locator(".rows thead .chosen")).to_have_attribute("aria-sort", "descending")
    page.locator(".rows thead a", has_text="结案期限").click()
    expect(page.locator(".rows thead .chosen")).to_have_attribute("aria-sort", "ascending")
    due = page.locator(".rows tbody tr td[data-label='结案期限']").all_inner_texts()
    assert due == sorted(due)
    page.locator(".rows .channel-cell a").first.click()
    expect(page.locator(".chip")).to_have_count(1)
    assert count(page) <= overdue
    before = address(page)
    assert "state=overdue&is.channel=" in before
    assert before.endswith("&sort=due_at")
    page.locator(".rows tbody th a").first.click()
    expect(page.locator(".steps .light.red").first).to_be_visible()
    assert page.evaluate("window.same")
    assert address(page).startswith("/row/cases/")
    page.go_back()
    expect(page.locator(".chip")).to_have_count(1)
    assert address(page) == before
    page.reload()
    expect(page.locator(".chip")).to_have_count(1)
    page.locator(".chip").click()
    expect(page.locator(".chip")).to_have_count(0)
    assert count(page) == overdue


def test_a_form_adds_a_filter_and_finds(tab: Watched) -> None:
    page = tab.open(LIST)
    page.locator(".add summary").click()
    form = page.locator(".add form")
    form.locator("[name='is.channel']").select_option("热线")
    form.locator("[name=column]").select_option("closed_at")
    form.get_by_label("从", exact=True).fill("2026-09-01")
    form.locator("button").click()
    expect(page.locator(".chip")).to_have_count(2)
    page.locator(".find input").fill("扬尘")
    page.locator(".find input").press("Enter")
    expect(page.locator(".chip")).to_have_count(3)
    assert "q=%E6%89%AC%E5%B0%98" in address(page)


def test_pages_are_leafed_through(tab: Watched) -> None:
    page = tab.open(LIST)
    first = page.locator(".rows tbody th").first.inner_text()
    page.locator(".pager a", has_text="下一页").click()
    expect(page.locator(".pager")).to_contain_text("第 2 /")
    assert address(page) == f"{LIST}&page=2"
    assert page.locator(".rows tbody th").first.inner_text() != first
    assert page.evaluate("scrollY") == 0


def test_what_is_masked_is_shown_for_a_reason_and_goes_with_its_window(tab: Watched) -> None:
    page = tab.open(f"{LIST}&is.channel=%E7%83%AD%E7%BA%BF")
    page.locator(".rows tbody th a").first.click()
    button = page.locator("[data-reveal=phone]")
    button.focus()
    page.keyboard.press("Enter")
    window = page.locator("dialog.reveal-window")
    expect(window.get_by_label("理由")).to_be_focused()
    window.get_by_label("理由").select_option("contact")
    window.get_by_label("说明").fill("核实诉求，联系上报人")
    window.get_by_role("button", name="记录并显示").click()
    told = window.locator(".revealed")
    expect(told).to_have_text(re.compile(r"^12\d{9}$"))
    number = told.inner_text()
    masked = page.locator("[data-column=phone]").inner_text()
    assert masked.startswith(f"{number[:3]}****{number[-4:]}")
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    expect(button).to_be_focused()
    assert number not in page.content()
    button.click()
    page.go_back()
    expect(window).to_have_count(0)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844), (320, 640)])
def test_no_list_and_no_row_is_cut_off(tab: Watched, size: tuple[int, int]) -> None:
    tab.page.set_viewport_size({"width": size[0], "height": size[1]})
    for fact in ("cases", "warnings", "datasets", "share_requests"):
        page = tab.open(f"/rows/{fact}/3301?period=all&lang=en")
        inside = page.evaluate(OVER_THE_EDGE.replace(".graph", ".graph, .wide, .pills, .path"))
        assert inside == [], fact
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.locator(".rows tbody th a").first.click()
        expect(page.locator(".steps")).to_be_visible()
        assert page.evaluate(OVER_THE_EDGE.replace(".graph", ".graph, .path")) == [], fact
