"""The frame around every page: where one is, what one may find, what survives a click."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as some

from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.period import COMPARISONS, NAMED
from cockpit.model.places import Place, Tree, plant
from cockpit.people import sessions
from cockpit.people.registry import Registry
from cockpit.record.demo.places import grids
from cockpit.settings import PROJECT, Settings
from cockpit.web.search import MOST, Finder, folded
from cockpit.web.urls import State, read
from tests import pages, signed

SUBJECTS = ("", "cases", "warnings", "sharing")
CITY, DISTRICT, STREET = "3301", "330106", "330106005"


@pytest.fixture(scope="module")
def client(demo: Settings) -> FlaskClient:
    return signed.client(demo, use_cookies=False)


@pytest.fixture(scope="module")
def district(demo: Settings) -> FlaskClient:
    """Somebody who sees one district."""
    return signed.client(demo, root=DISTRICT, use_cookies=False)


@pytest.fixture(scope="module")
def snapshot(demo: Settings) -> Iterator[Snapshot]:
    with Snapshots(demo.snapshots).current() as opened:
        yield opened


@pytest.fixture(scope="module")
def tree() -> Tree:
    """The city with its made-up grids: 18,437 places."""
    with (PROJECT / "data" / "hangzhou" / "places.csv").open(encoding="utf-8-sig") as file:
        rows: list[dict[str, str | None]] = list(csv.DictReader(file))
    return plant([*rows, *grids(plant(rows), 1)])


@pytest.fixture(scope="module")
def finder(tree: Tree) -> Finder:
    return Finder(tree)


# ── Finding a place ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("西湖区", "330106"),
        ("西湖", "330106"),
        ("xi hu qu", "330106"),
        ("XIHU", "330106"),
        ("ｘｈｑ", "330106"),
        ("xh", "330106"),
        ("330106005", "330106005"),
        ("翠苑", "330106005"),
        ("西湖区翠苑街道", "330106005"),
        ("西湖翠苑", "330106005"),
        ("西湖 翠苑", "330106005"),
        ("xihu cy", "330106005"),
        ("西湖区翠苑街道翠苑一区", "330106005055"),
        ("西湖 翠苑 一区", "330106005055"),
        ("lvcai", "330109004016"),
        ("lücai", "330109004016"),
    ],
)
def test_a_place_is_found_as_people_type_it(finder: Finder, typed: str, first: str) -> None:
    found = finder.find(finder.tree.root, typed)
    assert found[0].code == first, [place.name for place in found]


def test_a_name_that_repeats_is_found_everywhere_wider_places_first(finder: Finder) -> None:
    found = finder.find(finder.tree.root, "西湖", 100)
    assert all("西湖" in place.name for place in found)
    assert [place.name for place in found[:2]] == ["西湖区", "西湖街道"]
    assert len({place.code for place in found}) == len(found)
    assert len(finder.find(finder.tree.root, "第1网格")) == MOST


@pytest.mark.parametrize("typed", ["", " ", "|", "\n", "zzzz", "{}", "%", "\x00", "不存在的地方"])
def test_what_means_nothing_finds_nothing(finder: Finder, typed: str) -> None:
    assert finder.find(finder.tree.root, typed) == ()


def test_a_code_of_before_leads_to_todays_place(town: Settings) -> None:
    with Snapshots(town.snapshots).current() as opened:
        finder = Finder(opened.tree)
        whole, south = opened.tree.root, opened.tree.place("town/s")
    assert [place.code for place in finder.find(whole, "town/old")] == ["town/n/e"]
    assert finder.find(south, "town/old") == ()


def part(tree: Tree, root: Place) -> Tree:
    """A city that is no more than a part of this one."""
    rows = [
        {
            "code": place.code,
            "name": place.name,
            "level": place.level,
            "parent": place.parent if place is not root else "",
            "pinyin": place.pinyin,
        }
        for place in tree.places[root.lo : root.hi + 1]
    ]
    return plant(rows)


@pytest.fixture(scope="module")
def alone(tree: Tree) -> Finder:
    """The finder of a street that is a city of its own."""
    return Finder(part(tree, tree.place(STREET)))


TYPED = some.one_of(
    some.text(max_size=8),
    some.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=8),
    some.text(alphabet="0123456789", max_size=12),
    some.text(alphabet="西湖区翠苑街道社村委会一二三四五第1网格杭州市 ", max_size=10),
)


@runs(max_examples=150, deadline=None)
@given(typed=TYPED)
def test_a_search_sees_no_more_than_the_viewers_part_of_the_city(
    finder: Finder, alone: Finder, typed: str
) -> None:
    root = finder.tree.place(STREET)
    found = finder.find(root, typed)
    assert all(root.lo <= place.lo <= root.hi for place in found)
    assert [place.code for place in found] == [
        place.code for place in alone.find(alone.tree.root, typed)
    ]


@runs(max_examples=100, deadline=None)
@given(number=some.integers(0, 3000), cut=some.integers(1, 6))
def test_every_place_is_found_by_its_name_its_pinyin_and_its_code(
    finder: Finder, number: int, cut: int
) -> None:
    tree = finder.tree
    place = tree.places[number * 6]
    initials = "".join(each[0] for each in place.pinyin.split())
    parent = tree.by_code[place.parent] if place.parent else tree.root
    for typed in (place.name, place.pinyin, initials, place.code, folded(place.name)[:cut]):
        assert place in finder.find(parent, typed, 1000), typed


def test_a_search_takes_less_than_ten_milliseconds(finder: Finder) -> None:
    assert len(finder.tree.places) > 18_000
    for typed in ("西湖", "xihu", "网格", "wangge", "d", "1", "zzzz", "一二三四五", "xihu d"):
        took = []
        for _ in range(8):
            began = time.thread_time()
            finder.find(finder.tree.root, typed, MOST + 1)
            took.append(time.thread_time() - began)
        assert min(took) < 0.010, (typed, took)


def places(client: FlaskClient, query: str) -> list[dict[str, str]]:
    answer = client.get(f"/api/places?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str]] = answer.get_json()["places"]
    return found


def test_a_hit_says_where_it_lies(client: FlaskClient, district: FlaskClient) -> None:
    hit = places(client, f"q={quote('翠苑一区')}")[0]
    assert hit == {
        "code": "330106005055",
        "name": "翠苑一区社区",
        "pinyin": "cui yuan yi qu she qu",
        "href": "/place/330106005055",
        "said": "村社·微脑",
        "path": "西湖区 › 翠苑街道",
    }
    assert places(district, f"q={quote('翠苑一区')}")[0]["path"] == "翠苑街道"
    assert places(client, f"lang=en&q={quote('翠苑一区')}")[0]["said"] == "Community · micro-brain"


def test_another_district_is_as_good_as_nowhere(
    district: FlaskClient, client: FlaskClient, snapshot: Snapshot
) -> None:
    other = snapshot.tree.place("330109")
    for typed in ("萧山", "xiaoshan", "330109", "3301", "杭州市", "nowhere"):
        answer = district.get(f"/api/places?q={quote(typed)}")
        codes = [place["code"] for place in answer.get_json()["places"]]
        assert all(code.startswith(DISTRICT) for code in codes)
        assert other.code not in codes
    nowhere = district.get("/api/places?q=nowhere").data
    assert district.get(f"/api/places?q={quote('萧山区')}").data == nowhere
    assert district.get("/api/places?q=330109004016").data == nowhere
    assert client.get(f"/api/places?q={quote('萧山区')}").data != nowhere
    said = set()
    for code in ("330109", "330109004", "999999"):
        answer = district.get(f"/api/places?beside={code}")
        assert answer.status_code == 403
        said.add(answer.text.replace(code, "…"))
    assert len(said) == 1


def test_the_places_beside_one_are_those_of_its_parent(
    client: FlaskClient, district: FlaskClient, snapshot: Snapshot
) -> None:
    tree = snapshot.tree
    for code in (DISTRICT, STREET, "330106005055"):
        beside = [place["code"] for place in places(client, f"beside={code}")]
        parent = tree.by_code[tree.place(code).parent or ""]
        assert beside == [place.code for place in tree.below(parent)]
        assert code in beside
    assert places(client, f"beside={CITY}") == []
    assert places(district, f"beside={DISTRICT}") == []
    assert len(places(district, f"beside={STREET}")) == len(tree.below(tree.place(DISTRICT)))


def test_who_sees_no_data_finds_no_place(demo: Settings) -> None:
    officer = signed.client(demo, "audit", use_cookies=False)
    assert officer.get("/api/places?q=a").status_code == 403
    nobody = officer.application.test_client()
    assert nobody.get("/api/places?q=a").status_code == 401


def test_a_wrong_question_is_told_so(client: FlaskClient) -> None:
    answer = client.get("/api/places?query=a")
    assert answer.status_code == 400
    assert "'query' is no parameter" in answer.get_json()["error"]
    assert client.get("/api/places?q=" + "%F0%9F%8F%99" * 500).get_json()["places"] == []


# ── The bar ──────────────────────────────────────────────────────────────────────────────────────


def hrefs(tree: pages.Node, cls: str) -> list[State]:
    """Where the links of a part of the page lead."""
    found = []
    for link in pages.every(pages.the(tree, cls=cls), tag="A"):
        path, _, query = link["props"]["href"].partition("?")
        state = read(path, query)
        assert state is not None
        found.append(state)
    return found


def kept(state: State, *but: str) -> dict[str, object]:
    names = ("place", "period", "since", "until", "compare", "language", "subject", "metric")
    return {name: getattr(state, name) for name in names if name not in but}


@pytest.fixture(scope="module")
def states(snapshot: Snapshot) -> list[State]:
    dice = random.Random(3)
    found = []
    for number in range(24):
        own = number % 4 == 0
        found.append(
            State(
                place=dice.choice(snapshot.tree.places).code,
                period="" if own else dice.choice(NAMED),
                since=date(2026, 9, dice.randrange(1, 20)) if own else None,
                until=date(2026, 9, dice.randrange(20, 30)) if own else None,
                metric=dice.choice(("", "closure", "overdue_open")),
                language=dice.choice(("zh", "en")),
                compare=dice.choice(COMPARISONS),
            )
        )
    return found


def test_every_click_keeps_what_it_does_not_change(
    client: FlaskClient, snapshot: Snapshot, states: list[State]
) -> None:
    for state in states:
        tree = pages.page(client, state.href())
        path = snapshot.tree.path(snapshot.tree.place(state.place))
        assert [each.place for each in hrefs(tree, "path")] == [place.code for place in path]
        for part, changes in (
            ("path", ("place",)),
            ("choices", ("period", "since", "until")),
            ("compare", ("compare",)),
            ("tabs", ("subject", "metric")),
        ):
            for there in hrefs(tree, part):
                assert kept(there, *changes) == kept(state, *changes), part
        assert [each.period for each in hrefs(tree, "choices")] == list(NAMED)
        assert [each.compare for each in hrefs(tree, "compare")] == list(COMPARISONS)
        assert [each.subject for each in hrefs(tree, "tabs")] == list(SUBJECTS)
        for part in ("choices", "compare", "tabs", "path"):
            chosen = pages.having(
                pages.the(tree, cls=part), lambda node: "aria-current" in node["props"]
            )
            assert len(chosen) == 1, part


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "2026年10月2日 至 2026年10月31日 · 共 30 天 对比 2026年9月2日 至 2026年10月1日"),
        (
            "?period=month&compare=year",
            "2026年10月1日 至 2026年10月31日 · 共 31 天 对比 2025年10月1日 至 2025年10月31日",
        ),
        ("?period=month&compare=none", "2026年10月1日 至 2026年10月31日 · 共 31 天"),
        ("?period=today", "2026年10月31日 · 共 1 天 对比 2026年10月30日"),
        ("?period=all", "全部数据 全部数据，无从对比"),
        (
            "?since=2026-09-01&until=2026-09-10&lang=en",
            "1 Sept to 10 Sept 2026 · 10 days against 22 Aug to 31 Aug 2026",
        ),
    ],
)
def test_the_days_and_those_they_are_compared_with_are_said(
    client: FlaskClient, query: str, said: str
) -> None:
    tree = pages.page(client, f"/place/{CITY}{query}")
    assert pages.text(pages.the(tree, cls="span")) == said


def test_the_way_begins_at_the_viewers_root_and_opens_no_door_beside_it(
    client: FlaskClient, district: FlaskClient
) -> None:
    def doors(client: FlaskClient, address: str) -> list[str]:
        found = pages.every(pages.page(client, address), cls="siblings")
        return [node["props"]["data-beside"] for node in found]

    community = "330106005055"
    assert doors(client, f"/place/{community}") == [DISTRICT, STREET, community]
    assert doors(district, f"/place/{community}") == [STREET, community]
    assert doors(district, f"/place/{DISTRICT}") == []
    assert doors(client, f"/place/{CITY}") == []


def test_a_drill_stays_small(client: FlaskClient, snapshot: Snapshot) -> None:
    streets = max(
        (place for place in snapshot.tree.places if place.level == "street"),
        key=lambda place: len(snapshot.tree.below(place)),
    )
    for code in (CITY, DISTRICT, streets.code):
        packed = client.post(
            pages.UPDATE,
            json=pages.question(f"/place/{code}", ""),
            headers={"Accept-Encoding": "gzip"},
        )
        assert len(packed.data) < 60_000, code
    beside = client.get(f"/api/places?beside={snapshot.tree.below(streets)[0].code}")
    assert len(beside.data) < 60_000


# ── The head ─────────────────────────────────────────────────────────────────────────────────────


def test_each_who_looks_at_a_shared_page_has_a_menu_of_their_own(
    client: FlaskClient, demo: Settings
) -> None:
    for role, root, said in (
        ("leader", "", "领导 · 杭州市"),
        ("leader", DISTRICT, "领导 · 西湖区"),
        ("analyst", "", "分析员 · 杭州市"),
    ):
        other = client.application.test_client(use_cookies=False)
        signed.come_in(other, demo, role, root)
        menu = pages.the(pages.page(other, f"/place/{DISTRICT}"), cls="me")
        assert f"{role}-{root or 'all'}" in pages.text(menu)
        assert said in pages.text(menu)
        links = [node["props"]["href"] for node in pages.every(menu, tag="A")]
        own = ["/catalog", "/workbench"] if role == "analyst" else []
        assert links == ["/", *own, "/account"]
        form = pages.the(menu, tag="Form")["props"]
        assert (form["action"], form["method"]) == ("/sign-out", "post")


@pytest.mark.parametrize("address", ["/place/999999", "/nothing", "/place/330109", "/"])
def test_no_page_is_without_its_menu(district: FlaskClient, address: str) -> None:
    answer = pages.post(district, address)
    assert "\\u0001" not in answer.text
    tree = answer.get_json()["response"]["page"]["children"]
    assert "西湖区" in pages.text(pages.the(tree, cls="me"))
    assert pages.the(tree, cls="search")


def test_the_three_clocks_say_what_they_stand_at(client: FlaskClient, snapshot: Snapshot) -> None:
    tree = pages.page(client, f"/place/{CITY}")
    freshness = pages.the(tree, cls="freshness")
    judged = pages.having(freshness, lambda node: "data-judged" in node["props"])
    as_of = snapshot.standing("cases").as_of
    assert as_of is not None
    assert len(judged) == 1
    told = datetime.fromtimestamp(int(judged[0]["props"]["data-age"]), UTC)
    assert told.replace(tzinfo=None) + timedelta(hours=8) == as_of.replace(microsecond=0)
    said = pages.text(freshness)
    for words in ("数据截至 10月31日", "发布于", "连接", "预警截至", snapshot.id):
        assert words in said
    assert tree["props"]["data-snapshot"] == snapshot.id


def test_each_subject_has_its_tab_and_its_letter(client: FlaskClient) -> None:
    for language, titles in (
        ("zh", "总览 事件 预警 数据共享"),
        ("en", "Overview Cases Warnings Data sharing"),
    ):
        tree = pages.page(client, f"/place/{CITY}?lang={language}")
        links = pages.every(pages.the(tree, cls="tabs"), tag="A")
        assert pages.text(pages.the(tree, cls="tabs")) == titles
        assert [node["props"]["data-key"] for node in links] == ["o", "c", "w", "s"]
    assert "g s g, then the letter: Data sharing" in pages.text(pages.the(tree, cls="keys"))


# ── Taking up what is newer ──────────────────────────────────────────────────────────────────────


def test_a_tab_that_asks_by_itself_does_not_keep_a_session_alive(home: Settings) -> None:
    now = [datetime(2026, 11, 1, 8, tzinfo=UTC)]
    registry = Registry(Settings(home=home), lambda: now[0])  # type: ignore[arg-type]
    found = signed.account(registry, "leader")
    with registry.state.write() as connection:
        token = sessions.begin(registry, connection, found.id, "full", "127.0.0.1")
    for _ in range(20):
        now[0] += timedelta(minutes=1)
        alive = sessions.look_up(registry, token, used=False) is not None
    assert not alive
    with registry.state.write() as connection:
        token = sessions.begin(registry, connection, found.id, "full", "127.0.0.1")
    for _ in range(20):
        now[0] += timedelta(minutes=1)
        assert sessions.look_up(registry, token) is not None
    registry.close()


def test_only_what_a_person_does_is_a_use_of_a_session(demo: Settings) -> None:
    client = signed.client(demo)
    question = pages.question(f"/place/{CITY}", "")
    uses = []

    def look_up(registry: Registry, token: str, used: bool = True) -> sessions.Session | None:
        uses.append(used)
        return sessions_look_up(registry, token, used)

    sessions_look_up = sessions.look_up
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "look_up", look_up)
        client.get("/api/version")
        client.post(pages.UPDATE, json=question, headers={"X-Renewal": "1"})
        client.post(pages.UPDATE, json=question)
        client.get("/api/places?q=a")
    assert uses == [False, False, True, True]


def test_a_page_knows_the_build_it_came_with(client: FlaskClient) -> None:
    told = client.get("/api/version").get_json()
    assert f'data-build="{told["build"]}"' in client.get(f"/place/{CITY}").text
