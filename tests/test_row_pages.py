"""Pages of lists and rows: masked whoever looks, a row of others looks like none, and nothing is
revealed without a right, a reason and a line in the audit.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.facts import FACTS
from cockpit.people.registry import Registry
from cockpit.settings import Settings
from cockpit.web import listing
from cockpit.web.listing import Listing
from cockpit.web.urls import State
from tests import pages, signed, village

CHINESE = re.compile(r"[\u4e00-\u9fff]")
WHY = {"reason": "handle", "why": "核实诉求，联系上报人"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return village.found(tmp_path_factory.mktemp("village"))


@pytest.fixture(scope="module")
def leader(settings: Settings) -> FlaskClient:
    return signed.client(settings, use_cookies=False)


@pytest.fixture(scope="module")
def north(settings: Settings) -> FlaskClient:
    """A leader who sees North and nothing of South."""
    return signed.client(settings, root="town/n", use_cookies=False)


@pytest.fixture(scope="module")
def analyst(settings: Settings) -> FlaskClient:
    return signed.client(settings, "analyst", use_cookies=False)


@pytest.fixture(scope="module")
def display(settings: Settings) -> FlaskClient:
    return signed.client(settings, "display", use_cookies=False)


@pytest.fixture(scope="module")
def big(demo: Settings) -> FlaskClient:
    return signed.client(demo, use_cookies=False)


@pytest.fixture(scope="module")
def snapshot(demo: Settings) -> Iterator[Snapshot]:
    with Snapshots(demo.snapshots).current() as opened:
        yield opened


def links(tree: pages.Node, start: str) -> list[str]:
    """Where the links of a page lead that begin so."""
    found = (node["props"].get("href", "") for node in pages.every(tree, tag="A"))
    return [href for href in found if href.startswith(start)]


def rows_of(client: FlaskClient, fact: str, query: str = "", place: str = "town") -> list[str]:
    """The addresses of the rows on a page of a list."""
    tree = pages.page(client, f"/rows/{fact}/{place}?period=all&{query}")
    return list(dict.fromkeys(links(tree, f"/row/{fact}/")))


def row_of(client: FlaskClient, number: str) -> str:
    [address] = rows_of(client, "cases", f"q={number}", "")
    return address


def lines(settings: Settings, what: str) -> list[dict[str, Any]]:
    """What the audit says of something, the newest first."""
    registry = Registry(settings)
    try:
        return list(registry.audit.lines(what=what, limit=1000, offset=0))
    finally:
        registry.close()


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_has_its_list_and_its_rows_in_both_languages(
    leader: FlaskClient, fact: str, language: str
) -> None:
    tree = pages.page(leader, f"/rows/{fact}/town?period=all&lang={language}")
    title = FACTS[fact].title if language == "zh" else FACTS[fact].title_en
    assert title in pages.text(pages.the(tree, tag="H1"))
    addresses = links(tree, f"/row/{fact}/")
    assert addresses
    for address in addresses:
        assert f"lang={language}" in address
        row = pages.page(leader, address)
        assert row["props"]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
        assert pages.every(row, cls="steps")
        head = pages.text(pages.the(row, tag="H1"))
        if language == "en":
            assert title in head
            for node in (*pages.every(row, tag="H2"), *pages.every(row, tag="Dt")):
                assert not CHINESE.search(pages.text(node)), node


@pytest.mark.parametrize("fact", FACTS)
def test_nothing_private_is_on_any_page(
    leader: FlaskClient, analyst: FlaskClient, fact: str
) -> None:
    for client in (leader, analyst):
        for address in (f"/rows/{fact}/town?period=all", *rows_of(client, fact)):
            written = json.dumps(pages.page(client, address), ensure_ascii=False)
            for secret in village.SECRETS:
                assert secret not in written, (address, secret)


def test_masked_values_are_shown_as_their_class_lets_them(leader: FlaskClient) -> None:
    row = pages.page(leader, row_of(leader, village.NUMBER))

    def said(column: str) -> str:
        return pages.text(pages.the(row, data_column=column)).removesuffix(" 显示")

    assert said("number") == "E06****0001"
    assert said("reporter") == "欧阳**"
    assert said("phone") == "138****5678"
    assert said("address") == "杭州市西湖区文新街道阳光社区***"
    assert said("title") == "有人打***催办路灯"
    assert said("lon") == "不在此显示"
    assert said("repeat_of") == "E06****0007"


def test_the_steps_of_a_case_have_their_lights(leader: FlaskClient) -> None:
    row = pages.page(leader, row_of(leader, village.NUMBER))

    def light(step: str) -> str:
        found = pages.the(pages.the(row, data_step=step), cls="light")
        return str(found["props"]["className"]).removeprefix("light ")

    assert light("reported_at") == light("accepted_at") == "done"
    assert light("verified_at") == "skipped"
    assert light("filed_at") == "green"  # 10 of 50 minutes
    assert light("dispatched_at") == "yellow"  # 25 of 30
    assert light("handled_at") == light("closed_at") == "red"  # not done, and past
    assert light("visited_at") == "waits"
    handled = pages.text(pages.the(row, data_step="handled_at"))
    assert "32.0 工作时" in handled  # four working days of eight hours


def test_what_hangs_together_is_linked(leader: FlaskClient) -> None:
    case = pages.page(leader, row_of(leader, village.NUMBER))
    [warning] = links(case, "/row/warnings/")
    earlier = links(pages.the(case, cls="kin"), "/row/cases/")
    assert len(earlier) == 1, "this one is no link"
    assert "不满意" in pages.text(pages.page(leader, earlier[0]))
    told = pages.page(leader, warning)
    assert row_of(leader, village.NUMBER) in links(told, "/row/cases/")
    assert "3.0 倍" in pages.text(told)
    [first, second] = rows_of(leader, "datasets", "state=excluded&sort=number")
    assert "有法定依据" in pages.text(pages.page(leader, first))
    assert "未写明依据" in pages.text(pages.page(leader, second))
    [request] = links(pages.page(leader, first), "/row/share_requests/")
    assert links(pages.page(leader, request), "/row/datasets/")


def test_an_appeal_leaves_the_raw_fact_in_sight(leader: FlaskClient) -> None:
    text = pages.text(pages.page(leader, row_of(leader, village.EARLIER)))
    assert "原始超期仍保留：期限 2025-12-08 09:30，结案 2025-12-10 10:00" in text


def test_a_left_open_case_says_why_and_that_its_review_is_due(leader: FlaskClient) -> None:
    text = pages.text(pages.page(leader, row_of(leader, "E3")))
    for said in ("权属不清", "2026-01-20", "复核日已过"):
        assert said in text


def test_numbers_of_parts_are_those_of_the_lists(big: FlaskClient, snapshot: Snapshot) -> None:
    for metric in snapshot.counted.values():
        for part in ("numerator", "left_open"):
            address = Listing(
                State("330106", "quarter", metric=metric.metric.name), metric.metric.fact, part
            ).href()
            tree = pages.page(big, address)
            chosen = next(
                node
                for node in pages.every(pages.the(tree, cls="parts-of"), tag="A")
                if node["props"].get("aria-current")
            )
            said = pages.text(pages.the(chosen, tag="Strong"))
            total = pages.text(pages.the(tree, id="rows-count"))
            if metric.numerator_is_bool or part == "left_open":
                assert total == f"共 {said} 行", metric.metric.name


def test_an_address_says_all_of_a_list() -> None:
    for search in (
        "?period=quarter&metric=closure&part=numerator&state=late&is.channel=%E7%83%AD%E7%BA%BF"
        "&from.reported_at=2026-01-01&q=abc&sort=-due_at&page=3&lang=en",
        "?is.department=%E2%80%93&to.grade=3&compare=year",
    ):
        asked = listing.read("/rows/cases/330106", search)
        assert asked is not None
        assert not asked.wrong
        path, _, query = asked.href().partition("?")
        assert listing.read(path, query) == asked
        assert listing.read(*asked.href(page=5).split("?")).page == 5  # type: ignore[union-attr]
        assert listing.read(*asked.href(status="").split("?")).page == 1  # type: ignore[union-attr]


def test_what_a_form_adds_is_kept_beside_what_was_there(leader: FlaskClient) -> None:
    asked = listing.read(
        "/rows/cases/town", "?is.channel=a&column=due_at&from=2026-01-01&to=2026-02-01"
    )
    assert asked is not None
    assert "from.due_at=2026-01-01&to.due_at=2026-02-01" in asked.href()
    tree = pages.page(leader, asked.href())
    assert len(pages.every(tree, cls="chip")) == 3


BAD = (
    "sort=number;drop table cases",
    "sort=1",
    "sort=-lon",
    "is.phone=13812345678",
    "is.pos=1",
    "from.channel=a",
    "from.due_at=now()",
    "to.grade=1 or 1=1",
    "column=reporter&value=a",
    "column=1;--&value=a",
    "page=0",
    "page=-1",
    "page=999999999999999999999",
    "page=1;--",
    "state=open' or '1'='1",
    "metric=nix&part=numerator",
    "part=numerator",
    "metric=closure&part=sum(1)",
    f"q={'x' * 101}",
)


@pytest.mark.parametrize("query", BAD)
def test_what_an_address_gets_wrong_is_said_and_never_sql(leader: FlaskClient, query: str) -> None:
    tree = pages.page(leader, f"/rows/cases/town?period=all&{query}")
    notices = [pages.text(node) for node in pages.every(tree, cls="notice")]
    assert any("看不懂" in text for text in notices), query
    assert pages.text(pages.the(tree, id="rows-count")) == "共 5 行"


@runs(max_examples=150, deadline=None)
@given(
    fact=st.sampled_from([*FACTS, "nix", "", "places"]),
    place=st.sampled_from(["town", "town/n", "", "x'", "town/old"]),
    asked=st.dictionaries(
        st.one_of(
            st.sampled_from(["sort", "page", "state", "metric", "part", "q", "column", "value"]),
            st.sampled_from(["is.title", "is.channel", "from.due_at", "to.grade", "since"]),
            st.text(max_size=8),
        ),
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(["numerator", "closure", "late", "-due_at", "1", "2026-01-01", "–"]),
        ),
        max_size=5,
    ),
)
def test_any_address_of_a_list_gets_a_page(
    north: FlaskClient, fact: str, place: str, asked: dict[str, str]
) -> None:
    tree = pages.page(north, f"/rows/{fact}/{quote(place)}?{urlencode(asked)}")
    assert pages.every(tree, tag="H1")
    written = json.dumps(tree, ensure_ascii=False)
    assert "Ash1a" not in written
    assert not any(secret in written for secret in village.SECRETS if secret not in asked.values())


# ── Who may see what ─────────────────────────────────────────────────────────────────────────────


def test_a_row_of_others_and_one_that_is_not_look_the_same(
    leader: FlaskClient, north: FlaskClient
) -> None:
    foreign = row_of(leader, village.ELSEWHERE)
    unknown = f"{foreign[:-4]}{'0000' if foreign[-4:] != '0000' else '1111'}"
    assert pages.post(north, foreign).data == pages.post(north, unknown).data
    assert "不在您的范围内" in pages.text(pages.page(north, foreign))
    accept = {"Accept": "text/html"}
    statuses = {north.get(each, headers=accept).status_code for each in (foreign, unknown)}
    assert statuses == {404}
    assert leader.get(foreign, headers=accept).status_code == 200
    for address in (foreign, unknown):
        answer = north.post(
            f"/reveal{address.removeprefix('/row')}", data={"column": "phone"} | WHY
        )
        assert (answer.status_code, answer.json) == (
            404,
            {"error": "没有这一件，或者不在您的范围内"},
        )


def test_a_list_of_others_is_refused_and_one_from_above_is_cut(north: FlaskClient) -> None:
    accept = {"Accept": "text/html"}
    assert north.get("/rows/cases/town/s", headers=accept).status_code == 403
    assert "不在您的范围内" in pages.text(pages.page(north, "/rows/cases/town/s"))
    assert north.get("/rows/cases/town", headers=accept).status_code == 200
    cut = pages.page(north, "/rows/cases/town?period=all")
    assert pages.text(pages.the(cut, id="rows-count")) == "共 3 行"
    assert "属于您的部分" in pages.text(cut)


def test_a_display_is_told_kindly_that_it_shows_totals(
    display: FlaskClient, leader: FlaskClient
) -> None:
    for address in ("/rows/cases/town", row_of(leader, village.NUMBER)):
        text = pages.text(pages.page(display, address))
        assert "您的账号只看汇总数" in text
        assert "E06" not in text
        assert display.get(address, headers={"Accept": "text/html"}).status_code == 403


def test_a_page_that_is_none_is_not_found(leader: FlaskClient) -> None:
    accept = {"Accept": "text/html"}
    for address in ("/rows/nix/town", "/row/cases/nix", "/row/nix/20260101-" + "0" * 20):
        assert leader.get(address, headers=accept).status_code == 404
        assert pages.every(pages.page(leader, address), tag="H1")
    assert leader.get("/rows/cases/nix", headers=accept).status_code == 404
    assert leader.get("/rows/cases/", headers=accept).status_code == 200


def test_rows_that_were_shown_are_in_the_audit(settings: Settings, leader: FlaskClient) -> None:
    pages.page(leader, "/rows/cases/town/n?period=all")
    pages.page(leader, "/rows/cases/town/n?period=all")
    row = row_of(leader, village.NUMBER)
    pages.page(leader, row)
    leader.application.extensions["page"].desk.registry.audit.flush()
    found = lines(settings, "rows")
    assert [(line["place"], line["rows"]) for line in found[:4]] == [
        ("town/n/e/1/a", 4),  # the case, its warning, and both cases about the same thing
        ("town", 1),
        ("town/n", 3),
        ("town/n", 3),
    ]


# ── Revealing ────────────────────────────────────────────────────────────────────────────────────


def reveal(client: FlaskClient, address: str, **given: str) -> Any:
    return client.post(f"/reveal{address.removeprefix('/row').partition('?')[0]}", data=given)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("phone", village.PHONE),
        ("reporter", village.REPORTER),
        ("address", village.ADDRESS),
        ("number", village.NUMBER),
        ("repeat_of", village.EARLIER),
        ("lon", "120.123456"),
        ("title", f"有人打{village.IN_TITLE}催办路灯"),
    ],
)
def test_one_field_is_revealed_for_a_reason_that_is_written_down_first(
    settings: Settings, leader: FlaskClient, column: str, value: str
) -> None:
    row = row_of(leader, village.NUMBER)
    answer = reveal(leader, row, column=column, **WHY)
    assert (answer.status_code, answer.json) == (200, {"value": value})
    assert answer.headers["Cache-Control"] == "no-store"
    line = lines(settings, "reveal")[0]
    detail = json.loads(line["detail"])
    assert (line["who"], line["place"], line["outcome"], line["rows"]) == (
        "leader-all",
        "town/n/e/1/a",
        "allowed",
        1,
    )
    assert detail["column"] == column
    assert (detail["reason"], detail["why"]) == ("handle", WHY["why"])
    assert not any(secret in line["detail"] for secret in village.SECRETS)


def test_what_a_reveal_lacks_is_refused(settings: Settings, leader: FlaskClient) -> None:
    row, before = row_of(leader, village.NUMBER), len(lines(settings, "reveal"))
    for asked in (
        {"column": "phone"},
        {"column": "phone", "reason": "handle"},
        {"column": "phone", "reason": "handle", "why": "a  b"},
        {"column": "phone", "reason": "handle", "why": "x" * 201},
        {"column": "phone", "reason": "nix", "why": "核实诉求"},
        {"column": "phone, reporter", **WHY},
        {"column": "phone from cases; --", **WHY},
        {"column": "department", **WHY},
        {**WHY},
    ):
        answer = reveal(leader, row, **asked)
        assert answer.status_code == 400, asked
        assert "value" not in answer.json
    assert len(lines(settings, "reveal")) == before


def test_only_a_role_with_the_right_reveals(
    settings: Settings, leader: FlaskClient, analyst: FlaskClient, display: FlaskClient
) -> None:
    row = row_of(leader, village.NUMBER)
    assert pages.every(pages.page(leader, row), tag="Button", cls="reveal")
    assert not pages.every(pages.page(analyst, row), tag="Button", cls="reveal")
    for client in (analyst, display):
        answer = reveal(client, row, column="phone", **WHY)
        assert answer.status_code == 403
        assert village.PHONE not in answer.text


def test_a_request_from_elsewhere_reveals_nothing(settings: Settings) -> None:
    client = signed.client(settings, use_cookies=False)
    row = row_of(client, village.NUMBER)
    client.environ_base["HTTP_X_CSRFTOKEN"] = "x"
    assert reveal(client, row, column="phone", **WHY).status_code == 400
    assert village.PHONE not in client.get(f"/reveal{row.removeprefix('/row')}").text


def test_what_cannot_be_written_down_is_not_revealed(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.home, tmp_path / "home")
    settings = replace(settings, home=tmp_path / "home")
    client = signed.client(settings, use_cookies=False)
    row = row_of(client, village.NUMBER)
    registry = Registry(settings)
    with registry.state.write() as connection:
        connection.exec_driver_sql("alter table audit rename to away")
    answer = reveal(client, row, column="phone", **WHY)
    with registry.state.write() as connection:  # or the server would try on and on
        connection.exec_driver_sql("alter table away rename to audit")
    registry.close()
    assert answer.status_code == 503
    assert village.PHONE not in answer.text
