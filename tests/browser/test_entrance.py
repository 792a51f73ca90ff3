"""Coming in and going out in a real browser: links, passwords, codes, another system's sign-in."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cockpit.people import accounts, demo, links
from cockpit.people.accounts import Account
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.settings import Settings
from tests.browser.conftest import served
from tests.provider import provided

pytestmark = [
    pytest.mark.browser,
    # Of the provider, which uses what Authlib will drop.
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]

PASSWORD = "Spring-Rain-2026"


def at_home(town: Settings, home: Path) -> Settings:
    """The town's snapshots, and people of its own."""
    (home / "snapshots").symlink_to(town.snapshots)
    return replace(town, home=home)


@pytest.fixture(scope="module")
def books(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    opened = Registry(at_home(town, tmp_path_factory.mktemp("entrance")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def at(books: Registry) -> Iterator[str]:
    """Where the cockpit is."""
    with served(books.settings.home) as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1440, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab of somebody new; the test fails with whatever the page's rules refused."""
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda said: faults.append(f"{said.location['url']}: {said.text}"))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    # Of pages of ours: what the provider's would load is its own affair.
    ours = [each for each in faults if each.startswith("http://127.") or "http" not in each[:4]]
    assert [each for each in ours if "status of 4" not in each] == []


def made(books: Registry, name: str, role: str) -> Account:
    return accounts.add(books, CONSOLE, name, role=role, person=name, display=f"{name}同志")


def go_on(page: Page) -> None:
    page.locator("main button.strong").click()


def set_password(page: Page, at: str, books: Registry, account: Account) -> None:
    token, _ = links.make(books, CONSOLE, account, "password")
    page.goto(f"{at}/link/{token}")
    for name in ("password", "again"):
        page.fill(f"input[name={name}]", PASSWORD)
    go_on(page)
    expect(page.locator("h1")).to_have_text("密码已设置")


def sign_in(page: Page, at: str, name: str) -> None:
    page.goto(f"{at}/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def test_a_leader_comes_in_and_nothing_is_left_after_going_out(
    page: Page, at: str, books: Registry
) -> None:
    set_password(page, at, books, made(books, "zhang", "leader"))
    page.goto(f"{at}/place/town/n?period=all")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.fill("input[name=name]", "zhang")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{at}/place/town/n?period=all")  # to where it was going
    expect(page.locator("#content h1").first).to_contain_text("North")
    page.goto(f"{at}/account")
    expect(page.locator("h1")).to_have_text("zhang同志")
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url(f"{at}/sign-in")
    for _ in range(2):
        page.go_back()
        expect(page.locator("h1")).to_have_text("登录")
        expect(page.get_by_text("North")).to_have_count(0)


def test_an_officer_sets_up_a_code_by_a_picture_and_comes_in_with_it(
    page: Page, at: str, books: Registry
) -> None:
    set_password(page, at, books, made(books, "wang", "security"))
    sign_in(page, at, "wang")
    expect(page.locator("h1")).to_have_text("设置一次性验证码")
    picture = page.get_by_alt_text("验证器密钥的二维码")
    assert picture.evaluate("each => each.naturalWidth") > 100
    page.goto(f"{at}/people")
    expect(page.locator("h1")).to_have_text("设置一次性验证码")  # and nothing else before
    secret = "".join(page.locator(".secret span").all_text_contents())
    while time.time() % 30 > 25:  # the next code comes soon, and this one must still be good
        time.sleep(0.5)
    page.fill("input[name=code]", pyotp.TOTP(secret).now())
    go_on(page)
    expect(page.locator("h1")).to_have_text("恢复码")
    recovery = page.locator(".codes code").all_text_contents()
    assert len(recovery) == 8
    page.get_by_role("link", name="继续").click()
    expect(page).to_have_url(f"{at}/people")
    page.get_by_role("button", name="退出").click()
    sign_in(page, at, "wang")
    expect(page.locator("h1")).to_have_text("输入验证码")
    page.fill("input[name=code]", recovery[0])
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{at}/people")
    expect(page.locator("h1")).to_have_text("账号与权限")


def test_each_link_of_a_first_start_opens_once(
    browser: Browser, town: Settings, tmp_path: Path
) -> None:
    settings = at_home(town, tmp_path)
    opened = Registry(settings)
    invited = demo.invite(opened)
    rooms = ("North", "North", "系统运行", "账号与权限", "审计日志")
    with served(settings.home) as at:
        for (display, token), room in zip(invited, rooms, strict=True):
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{at}/link/{token}")
            expect(page.locator("main")).to_contain_text(display)
            go_on(page)
            expect(page.locator("main, #content").first).to_contain_text(room)
            page.goto(f"{at}/link/{token}")
            expect(page.locator("h1")).to_have_text("链接无效")
            context.close()
    opened.close()


def test_another_system_signs_in_by_a_link_that_the_page_s_rules_allow(
    page: Page, town: Settings, tmp_path: Path
) -> None:
    settings = at_home(town, tmp_path)
    secret = settings.home / "oidc.secret"
    secret.write_text("opensesame")
    secret.chmod(0o600)
    with provided() as provider:
        (settings.home / "oidc.toml").write_text(
            f'issuer = "{provider.issuer}"\nclient_id = "cockpit"\n'
            'client_secret_file = "oidc.secret"\ncreate = true\nplace_claim = "region"\n'
            '[roles]\n"lead" = "leader"\n'
        )
        provider.claims("sub-1", preferred_username="li", roles=["lead"], region="town/n")
        with served(settings.home, oidc=settings.home / "oidc.toml") as at:
            page.goto(f"{at}/place/town/n/e")
            page.get_by_role("link", name="用统一身份认证登录").click()
            page.wait_for_url(f"{provider.issuer}/**")
            page.fill("input[name=sub]", "sub-1")
            page.keyboard.press("Enter")
            expect(page).to_have_url(f"{at}/place/town/n/e")
            expect(page.locator("#content h1").first).to_contain_text("Elm")
