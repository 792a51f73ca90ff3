"""Axe-core looks at every kind of page, by day and by night, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit.settings import Settings
from tests.browser.conftest import Watched, let_in
from tests.browser.test_panels import EVERYTHING

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RUN = """async (only) => {
  const what = only ? { runOnly: { type: "rule", values: only } } : {};
  const found = await axe.run(document, { ...what, resultTypes: ["violations"] });
  return found.violations.map((each) => [
    each.impact, each.id, each.nodes.map((node) => node.target.join(" ")).slice(0, 5),
  ]);
}"""
GRAVE = ("moderate", "serious", "critical")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PAGES: dict[str, tuple[str, ...]] = {
    "leader": (
        "/place/3301",
        "/place/330106?subject=cases&period=year",
        "/place/330106?subject=warnings&period=year",
        "/place/3301?subject=sharing&lang=en",
        "/place/330106005055001",
        "/rows/cases/330106?state=overdue&period=all",
        "row",
        "/place/nowhere",
        "/account",
    ),
    "analyst": ("/workbench?period=year",),
    "security": ("/people",),
    "audit": ("/audit",),
    "system": ("/system",),
    "": ("/sign-in",),
}
"""By the role of who looks; ``row`` is the first of the list before it."""
OF_DESKS = {
    "/place/330106?subject=warnings&period=year",
    "/place/330106005055001",
    "/place/nowhere",
}
"""On a phone these are made of what others are."""


def grave(page: Page, only: list[str] | None = None) -> list[Any]:
    """What axe finds on a page that bars people from it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    return [each for each in page.evaluate(RUN, only) if each[0] in GRAVE]


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def size(request: pytest.FixtureRequest) -> Iterator[dict[str, int]]:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_nothing_grave(
    browser: Browser, cockpit: str, demo: Settings, role: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, color_scheme="light")
    if role:
        let_in(context, demo, cockpit, role)
    tab = Watched(context, cockpit)
    found = []
    for address in PAGES[role]:
        if size == PHONE and address in OF_DESKS:
            continue
        if address == "row":
            page = tab.page
            page.locator(".rows tbody th a").first.click()
            expect(page.locator(".steps")).to_be_visible()
        else:
            page = tab.open(address)
        page.evaluate(EVERYTHING)
        expect(page.locator("[data-awaited]")).to_have_count(0)
        about = page.locator(".tile .about summary").first
        if about.count():
            about.click()
        found += [(address, "light", *each) for each in grave(page)]
        page.emulate_media(color_scheme="dark")
        found += [(address, "dark", *each) for each in grave(page, ["color-contrast"])]
        page.emulate_media(color_scheme="light")
    context.close()
    assert found == []
    assert [each for each in tab.faults if "status of 404" not in each] == []
