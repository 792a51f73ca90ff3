"""What a leader waits for: clicks in chromium, from the click to the last thing painted."""

from __future__ import annotations

import random
import shutil
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, ViewportSize, sync_playwright

from bench.served import served, sessions_of
from bench.steps import SEED, settings
from cockpit.processes import address
from cockpit.settings import Settings
from cockpit.web.guard import CSRF, SESSION

VISITS = 5
CLICKS = 16
"""How many places each kind of page is clicked through to, each twice."""
SIZE: ViewportSize = {"width": 1440, "height": 900}
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
KINDS = ("overview", "cases", "warnings", "sharing", "list", "row")
WATCH = """() => {
  // What moves by itself, and what is below the window, is no part of what was clicked for.
  const aside = "[data-age], [data-link], [data-renewed]";
  window.bench = { last: 0, began: 0 };
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const spot = target.nodeType === 1 ? target : target.parentElement;
      if (!spot || spot === document.documentElement || spot.closest(aside)) continue;
      const far = spot.closest(".panels-section");
      if (far && far.getBoundingClientRect().top > innerHeight) continue;
      requestAnimationFrame(() => setTimeout(() => { bench.last = performance.now(); }));
      return;
    }
  }).observe(document, {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
}"""
CLICK = """async (href) => {
  const link = document.body.appendChild(document.createElement("a"));
  link.href = href;
  bench.began = bench.last = performance.now();
  link.click();
  link.remove();
  const wanted = new URL(href, location.href);
  const there = () => document.querySelector("#page > .page").dataset.address;
  const before = there();
  while (performance.now() < bench.began + 20000) {
    await new Promise((go) => setTimeout(go, 20));
    const come = there() !== before || wanted.pathname + wanted.search === before;
    if (come && performance.now() - bench.last > 250) break;
  }
  return bench.last - bench.began;
}"""


def browser(folder: Path, cases: int) -> dict[str, Any]:
    """First visits, then clicks through every kind of page: each state twice, so that the second
    finds the browser and the server warm.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("there is no chromium; `make machine` installs it")
    chosen = settings(folder)
    ((token, csrf),) = sessions_of(chosen, [""])
    with served(chosen) as (at, _), sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(SWITCHES))

        def let_in() -> BrowserContext:
            context = opened.new_context(viewport=SIZE)
            cookies = ((SESSION, token), (CSRF, csrf))
            context.add_cookies(
                [{"name": name, "value": value, "url": address(at)} for name, value in cookies]
            )
            return context

        figures = _first_visits(let_in, at) | _clicks(let_in, at)
        opened.close()
    return figures


class _Wire:
    """What travels to a tab, compressed, in bytes: all of it, and the answers to data requests."""

    def __init__(self, page: Page):
        self.all, self.data, self.unkept = 0, list[int](), list[str]()
        self._waiting: dict[str, str] = {}
        session: CDPSession = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)

    def _received(self, event: dict[str, Any]) -> None:
        url = str(event["response"]["url"])
        self._waiting[event["requestId"]] = url
        kept = str(event["response"]["headers"].get("Cache-Control", ""))
        if url.partition("?")[0].endswith((".js", ".css")) and "max-age=31536000" not in kept:
            self.unkept.append(url)

    def _finished(self, event: dict[str, Any]) -> None:
        many = int(event["encodedDataLength"])
        self.all += many
        if self._waiting.get(event["requestId"], "").endswith("/_dash-update-component"):
            self.data.append(many)


def _first_visits(let_in: Any, at: Settings) -> dict[str, Any]:
    """With nothing kept by the browser: until the numbers and every picture in sight stand."""
    taken, moved, unkept = [], 0, list[str]()
    for _ in range(VISITS):
        context = let_in()
        page = context.new_page()
        wire = _Wire(page)
        page.add_init_script(f"({WATCH})()")
        page.goto(f"{address(at)}/")
        page.wait_for_selector("#content h1")
        page.wait_for_function(
            "() => document.querySelectorAll('.js-plotly-plot .main-svg').length > 1"
        )
        page.wait_for_function("() => performance.now() - bench.last > 250")
        taken.append(page.evaluate("bench.last"))
        moved, unkept = max(moved, wire.all), wire.unkept
        context.close()
    return {
        "first_visit_ms": round(statistics.median(taken[1:])),
        "first_visit_kb": round(moved / 1000, 1),
        "first_visit_unkept": len(unkept),
    }


def _clicks(let_in: Any, at: Settings) -> dict[str, Any]:
    page = let_in().new_page()
    wire = _Wire(page)
    page.add_init_script(f"({WATCH})()")
    chance = random.Random(SEED)
    cold: dict[str, list[float]] = {kind: [] for kind in KINDS}
    warm: dict[str, list[float]] = {kind: [] for kind in KINDS}
    drills: list[int] = []
    states = _states(page, at, chance)
    for passed in (cold, warm):
        for kind, href in states:
            wire.data.clear()
            passed[kind].append(page.evaluate(CLICK, href))
            drills += wire.data[:1]
    every = [taken for each in warm.values() for taken in each]
    figures: dict[str, Any] = {
        "click_p50_ms": round(statistics.median(every)),
        "click_p95_ms": _p95(every),
        "click_cold_p95_ms": _p95([taken for each in cold.values() for taken in each]),
        "drill_kb": round(max(drills) / 1000, 1),
    }
    return figures | {f"click_{kind}_p95_ms": _p95(taken) for kind, taken in warm.items()}


def _p95(taken: list[float]) -> int:
    return round(sorted(taken)[int(len(taken) * 0.95)])


def _states(page: Page, at: Settings, chance: random.Random) -> list[tuple[str, str]]:
    """Addresses to click through, the kinds in turns: places of all levels, several periods."""
    places = {level: list[str]() for level in ("district", "street", "community")}
    codes = ["3301"]
    for level in places:
        for code in codes:
            page.goto(f"{address(at)}/place/{code}?period=7d")
            page.wait_for_selector(".children tbody tr[data-code]")
            found = page.eval_on_selector_all(
                ".children tbody tr[data-code]", "rows => rows.map((row) => row.dataset.code)"
            )
            places[level] += [str(one) for one in found]
        codes = chance.sample(places[level], 2)
    rows: list[str] = []
    page.goto(f"{address(at)}/rows/cases/3301")
    page.wait_for_selector(".rows tbody th a")
    rows = page.eval_on_selector_all(
        ".rows tbody th a", "links => links.map((link) => link.getAttribute('href'))"
    )
    page.goto(f"{address(at)}/")
    page.wait_for_selector("#content h1")
    pool = ["3301", *(code for each in places.values() for code in each)]
    states = []
    for number in range(CLICKS):
        period = ("30d", "month", "year", "quarter")[number % 4]
        for kind in KINDS:
            code = chance.choice(pool)
            if kind == "row":
                states.append((kind, rows[number % len(rows)]))
            elif kind == "list":
                states.append((kind, f"/rows/cases/{code}?period={period}"))
            else:
                subject = "" if kind == "overview" else f"subject={kind}&"
                # The address as the page writes it itself.
                said = f"{subject}period={period}" if period != "30d" else subject.rstrip("&")
                states.append((kind, f"/place/{code}" + (f"?{said}" if said else "")))
    return states
