"""The analysts' bench in a real browser: typed, completed, run, drawn, kept, published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cockpit.settings import Settings
from tests.browser.conftest import Watched, let_in, served

pytestmark = pytest.mark.browser


@pytest.fixture
def bench(browser: Browser, demo: Settings, tmp_path: Path) -> Iterator[tuple[Watched, Settings]]:
    """A tab of an analyst's, over the demo city with a home of its own."""
    (tmp_path / "snapshots").symlink_to(demo.snapshots)
    settings = replace(demo, home=tmp_path)
    with served(tmp_path) as at:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        let_in(context, settings, at, "analyst")
        watched = Watched(context, at)
        yield watched, settings
        context.close()
        assert watched.faults == []


def test_a_question_is_typed_completed_run_drawn_kept_and_published(
    bench: tuple[Watched, Settings],
) -> None:
    tab, settings = bench
    page = tab.open("/workbench?period=year")
    field = page.locator("[data-editor] textarea")
    field.fill("")
    field.press_sequentially("select place, count(*) as n\nfrom case")
    names = page.locator("#bench-names li")
    expect(names.first).to_contain_text("cases_here")
    expect(names.first).to_contain_text("本处本期的事件")
    field.press("Tab")
    expect(field).to_have_value("select place, count(*) as n\nfrom cases_here")
    field.press_sequentially(" where repor")
    expect(names.first).to_contain_text("report")
    field.press("Escape")
    expect(names.first).not_to_be_visible()
    good = "select place, count(*) as n\nfrom cases_here\ngroup by place order by n desc"
    field.fill(good.replace("by place order", "by plaze order"))
    field.press("Control+Enter")
    expect(page.locator("[data-fault]")).to_contain_text("第 3 行第 10 列")
    assert field.evaluate("each => each.selectionStart") == good.index("place order")
    field.fill(good)
    field.press("Control+Enter")
    result = page.locator("#bench-result")
    expect(result.locator("tbody tr")).to_have_count(13)
    expect(page.locator("[data-took]")).to_contain_text("13 行")
    page.locator("[data-choice=chart]").select_option("bars")
    expect(result.locator(".barlayer .point")).to_have_count(13)
    assert page.locator("[data-choice=y]").input_value() == "n"
    page.locator("[data-saves] summary").click()
    for name, value in (
        ("name", "mine"), ("title", "各地案件"), ("asks", "哪里案件最多?"), ("label.n", "件数"),
    ):  # fmt: skip
        page.locator(f"[data-saves] input[name='{name}']").fill(value)
    page.locator("[data-save]").click()
    expect(page.locator("[data-kept]")).to_contain_text(re.compile("[✓✕]"), timeout=60_000)
    expect(page.locator("[data-kept]")).to_contain_text("cases/mine.sql")
    path = settings.own / "cases" / "mine.sql"
    assert "draft = true" in path.read_text("utf-8")
    draft = page.locator("[data-draft=mine]")
    expect(draft).to_contain_text("各地案件")
    expect(result.locator("tbody tr")).to_have_count(13)  # what stood there stays
    draft.locator("button").click()
    expect(draft).to_have_count(0, timeout=60_000)
    assert "draft" not in path.read_text("utf-8")
    field.fill("select count(*) as n from range(1000000000000)")
    field.press("Control+Enter")
    page.locator("[data-cancel]").click()
    expect(page.locator("[data-fault]")).to_contain_text("已停下")
    page.locator("[data-past]", has_text="order by n desc").first.click()
    expect(field).to_have_value(re.compile("order by n desc"))
    page.set_viewport_size({"width": 390, "height": 844})
    field.press("Control+Enter")
    expect(page.locator("[data-took]")).to_contain_text("13 行")
    page.locator("[data-choice=chart]").select_option("table")
    expect(result.locator(".js-plotly-plot")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
