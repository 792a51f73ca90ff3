"""A wall over time, with no hand on it: midnight and the month's end, clocks that are put forward
and back, its quiet hour, snapshots that are taken back, a home with nothing in it, red warnings.

The city keeps New York's time and the display Tokyo's. Answers come without their own time, so the
browser's clock, which the tests set, is the one that the wall believes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit.record.publish import rollback
from cockpit.record.store import Record
from tests import town as towns
from tests.browser.conftest import let_in, served
from tests.browser.walls import LOST, RECOVERS, UP, Town, until
from tests.browser.wire import Wire, wire

pytestmark = pytest.mark.browser

WALL = """
title = "日历"
red = "red"
red_seconds = 20
night = "22:00-06:00"
quiet = "03:30"

[[scene]]
name = "today"
asks = "?"
template = "beside"
period = "today"
metrics = ["reported"]
pictures = ["trend:reported", "places:open_cases"]

[[scene]]
name = "month"
asks = "?"
template = "numbers"
period = "month"
metrics = ["reported", "shared"]

[[scene]]
name = "red"
asks = "?"
template = "numbers"
metrics = ["open_cases"]
"""
HOUR = 3_600_000
HELD = "document.documentElement.dataset.held"
NIGHT = "document.documentElement.dataset.night"
OURS = "window.mine === 'never loaded anew'"


def number(scene: int, metric: str = "reported") -> str:
    """Where a scene says a number; what is not its turn says it too."""
    return f'.scene:nth-child({scene}) [data-metric="{metric}"] .number'


@contextmanager
def kept(folder: Path) -> Iterator[Town]:
    """A town that keeps New York's time, with a wall of its own, and nothing published."""
    settings = towns.found(folder)
    (settings.city / "city.toml").write_text(
        'name = "Town"\ntimezone = "America/New_York"\n', "utf-8"
    )
    (settings.own / "walls").mkdir(parents=True)
    (settings.own / "walls" / "days.toml").write_text(WALL, "utf-8")
    with Record(settings) as record:
        yield Town(settings, record)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with kept(tmp_path_factory.mktemp("days")) as found:
        assert towns.send(found.record, "cases.csv", towns.CASES).accepted == 9
        found.red("w0")
        yield found


@pytest.fixture(scope="module")
def line(town: Town) -> Iterator[Wire]:
    with served(town.settings.home, city=town.settings.city) as at, wire(at) as opened:
        opened.timeless = True
        yield opened


@contextmanager
def looked_at(browser: Browser, town: Town, line: Wire, now: str) -> Iterator[Page]:
    """The wall in a browser whose clock says ``now``."""
    context = browser.new_context(timezone_id="Asia/Tokyo")
    let_in(context, town.settings, line.address)
    page, said = context.new_page(), list[str]()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console", lambda one: said.append(one.text) if "Failed to load" not in one.text else None
    )
    page.clock.install(time=utc(now))
    page.goto(f"{line.address}/wall/days/town")
    page.evaluate("window.mine = 'never loaded anew'")
    yield page
    context.close()
    assert said == []


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def takes_up(page: Page, snapshot: str) -> None:
    """The wall shows a snapshot, in time."""
    assert until(page, f"document.documentElement.dataset.snapshot === '{snapshot}'") < RECOVERS


@pytest.fixture
def page(
    browser: Browser, town: Town, line: Wire, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """The wall, shown; the test says at what moment."""
    with looked_at(browser, town, line, request.param) as found:
        expect(found.locator(number(1))).not_to_have_text("")
        yield found


at = pytest.mark.parametrize


@at("page", ["2026-03-01 04:55"], indirect=True)  # 23:55 on 28 February
def test_at_midnight_and_the_months_end_days_are_those_of_the_data(page: Page, town: Town) -> None:
    takes_up(page, town.case("2026-02-28 23:50"))
    day, month = page.locator(number(1)), page.locator(number(2))
    expect(day).to_have_text("1")
    expect(page.locator(".data b")).to_have_text("2月28日 23:50")
    # Past midnight it goes on to say which day its numbers are of, until there are newer ones.
    page.clock.set_system_time(utc("2026-03-01 05:08"))
    expect(page.locator(".data i")).to_contain_text("18 分钟前")
    expect(page.locator(".data b")).to_have_text("2月28日 23:50")
    told = page.evaluate("async () => (await fetch('/api/wall/days/town')).json()")
    assert [one["span"] for one in told["scenes"]][:2] == [
        "今日 · 2026年2月28日 · 共 1 天",
        "本月 · 2026年2月1日 至 2026年2月28日 · 共 28 天",
    ]
    takes_up(page, town.case("2026-03-01 00:05"))
    expect(day).to_have_text("1")
    expect(month).to_have_text("1")
    expect(page.locator(".data b")).to_have_text("3月1日 00:05")
    expect(page.locator(".data i")).to_contain_text("3 分钟前")
    assert page.evaluate(OURS)


@at("page", ["2026-03-08 02:59"], indirect=True)
def test_clocks_that_are_put_forward_and_back_are_the_citys(page: Page, town: Town) -> None:
    for moment, night in (
        ("2026-03-08 02:59:30", "no"),  # 21:59 in winter's time
        ("2026-03-08 03:00", "yes"),
        ("2026-03-08 09:59:30", "yes"),  # 05:59 in summer's
        ("2026-03-08 10:00", "no"),
        ("2026-11-01 01:59:30", "no"),  # 21:59 in summer's
        ("2026-11-01 02:00", "yes"),
        ("2026-11-01 10:59:30", "yes"),  # 05:59 in winter's
        ("2026-11-01 11:00", "no"),
    ):
        page.clock.set_system_time(utc(moment))
        until(page, f"{NIGHT} === '{night}' && {UP}")
        page.wait_for_timeout(1_100)
        assert page.evaluate(NIGHT) == night, moment
    age = page.locator(".data i")
    for reported, now, ago in (
        ("2026-03-08 01:59", "2026-03-08 07:02", "3 分钟前"),  # an hour of that night is none
        ("2026-03-08 03:01", "2026-03-08 07:06", "5 分钟前"),
        ("2026-11-01 00:59", "2026-11-01 06:09", "1 小时前"),  # and one comes twice
        ("2026-11-01 02:01", "2026-11-01 07:05", "4 分钟前"),
    ):
        page.clock.set_system_time(utc(now))
        takes_up(page, town.case(reported))
        expect(age).to_contain_text(ago)
    assert page.evaluate(OURS)


@at("page", ["2026-03-07 17:00"], indirect=True)
def test_at_its_quiet_hour_a_wall_is_loaded_anew_once_while_its_server_answers(
    page: Page, line: Wire
) -> None:
    page.clock.set_system_time(utc("2026-03-08 07:29"))  # 03:29, and were it winter 02:29
    until(page, UP)
    line.mode = "cut"
    until(page, LOST, 3)
    page.clock.set_system_time(utc("2026-03-08 07:31"))
    page.wait_for_timeout(3_000)
    assert page.evaluate(OURS)  # the picture stays while the server is away
    assert page.locator(number(1)).text_content() != ""
    line.mode = "whole"
    assert until(page, f"window.mine === undefined && {UP}", 1) < RECOVERS
    expect(page.locator(number(1))).not_to_have_text("")
    page.evaluate("window.mine = 'never loaded anew'")
    for minute in (33, 39, 59):
        page.clock.set_system_time(utc(f"2026-03-08 07:{minute}"))
        page.wait_for_timeout(1_500)
    assert page.evaluate(OURS)


@at("page", ["2026-03-01 12:00"], indirect=True)
def test_a_snapshot_that_is_taken_back_is_shown_with_its_own_clock(page: Page, town: Town) -> None:
    older = town.case("2026-11-02 09:00")
    takes_up(page, older)
    number_before = page.locator(number(1)).text_content()
    newer = town.case("2026-11-02 10:30")
    takes_up(page, newer)
    expect(page.locator(".data b")).to_have_text("11月2日 10:30")
    assert page.locator(number(1)).text_content() != number_before
    assert rollback(town.settings.snapshots) == older
    takes_up(page, older)
    expect(page.locator(".data b")).to_have_text("11月2日 09:00")
    expect(page.locator(number(1))).to_have_text(str(number_before))
    expect(page.locator(".lost")).to_have_text("")
    rollback(town.settings.snapshots, newer)
    takes_up(page, newer)
    assert page.evaluate(OURS)


@at("page", ["2026-03-01 12:00"], indirect=True)
def test_a_red_warning_that_is_new_calls_up_its_scene_once(page: Page, town: Town) -> None:
    assert page.evaluate(HELD) == "no"  # one is open, and was when the wall began
    before = town.case()
    takes_up(page, before)
    assert page.evaluate(HELD) == "no"
    later = town.red("w1", cleared="w0")
    takes_up(page, later)
    until(page, f"{HELD} === 'red'")
    expect(page.locator(".burning strong").first).to_have_text("1")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-held", "red")  # its time is not over
    page.clock.fast_forward(21_000)
    expect(page.locator("html")).to_have_attribute("data-held", "no")
    page.reload()
    expect(page.locator(number(1))).not_to_have_text("")
    assert page.evaluate(HELD) == "no"
    for each in (before, later):  # taken back, and in service again
        rollback(town.settings.snapshots, each)
        takes_up(page, each)
        assert page.evaluate(HELD) == "no"
    page.evaluate("window.mine = 'never loaded anew'")
    takes_up(page, town.red("w2", cleared="w1"))
    until(page, f"{HELD} === 'red'")


def test_a_home_with_nothing_in_it_waits_and_fills(browser: Browser, tmp_path: Path) -> None:
    with (
        kept(tmp_path) as town,
        served(town.settings.home, city=town.settings.city) as at,
        wire(at) as line,
        looked_at(browser, town, line, "2026-11-30 12:00") as page,
    ):
        expect(page.locator("h2")).to_have_text("等待第一份数据")
        expect(page.locator(".link b")).to_have_text("● 正常")
        empty = towns.publish(town.record)  # places alone, and no row of any fact
        takes_up(page, empty)
        expect(page.locator(number(1))).to_have_text("–")
        expect(page.locator(number(2, "shared"))).to_have_text("–")
        expect(page.locator(".data b")).to_have_text("–")
        expect(page.locator(".burning strong").first).to_have_text("–")
        takes_up(page, town.case("2026-01-09 09:00"))
        expect(page.locator(number(1))).to_have_text("1")
        expect(page.locator(number(2, "shared"))).to_have_count(0)  # of that there are no rows
        expect(page.locator(".data b")).to_have_text("1月9日 09:00")
        assert page.evaluate(OURS)
