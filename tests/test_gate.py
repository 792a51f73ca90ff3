"""The gate: whatever a viewer asks, no answer names a place that lies outside of what is theirs."""

from __future__ import annotations

import io
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import flask
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from werkzeug.test import TestResponse

from cockpit.answers.snapshot import Snapshots
from cockpit.model.places import Place, Tree
from cockpit.people import accounts, sessions
from cockpit.people.accounts import Account
from cockpit.people.gate import CONSOLE, Refused, Scope, Viewer, gate
from cockpit.people.registry import Registry
from cockpit.people.roles import Right, Role
from cockpit.settings import Settings
from cockpit.web.server import serve
from tests.pages import text
from tests.test_matrix import PLACED, ROWS, Somebody, methods

SEEING = (Role.LEADER, Role.ANALYST, Role.DISPLAY)
PEOPLE = SEEING[:2]
PLACES = (
    *("town", "town/n", "town/n/e", "town/n/e/1", "town/n/e/1/a", "town/n/e/1/b"),
    *("town/n/o", "town/n/o/1", "town/n/o/1/a", "town/s", "town/s/a", "town/s/a/1", "town/s/a/1/a"),
)
ROOTS = ("", *PLACES)
ASKED = (*PLACES, "town/old", "town/x", "nowhere", "", "town/", "TOWN/N", "town/n/e/", " town/s")
PANELS = re.compile(r'"\{\\"of\\":\\"[^"]*\\",\\"panels\\":\d+\}"')
"""Dash answers under the id that was asked with."""
CODE = re.compile(r"town(?:/\w+)*")
NAME = re.compile(r"\b(?:Town|North|South|(?:Elm|Oak|Ash)(?:\d\w?)?)\b")


@pytest.fixture(scope="module")
def tree(town: Settings) -> Iterator[Tree]:
    with Snapshots(town.snapshots).current() as snapshot:
        yield snapshot.tree


@pytest.fixture(scope="module")
def home(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the town, for accounts that come and go."""
    folder: Path = tmp_path_factory.mktemp("gate") / "home"
    shutil.copytree(town.home, folder)
    return replace(town, home=folder)


@pytest.fixture(scope="module")
def server(home: Settings) -> Iterator[flask.Flask]:
    served = serve(home)
    yield served
    served.extensions["page"].desk.registry.close()


@pytest.fixture(scope="module")
def registry(home: Settings) -> Iterator[Registry]:
    opened = Registry(home)
    yield opened
    opened.close()


def within(tree: Tree, root: str) -> list[Place]:
    """The places that are a viewer's."""
    top = tree.place(root) if root else tree.root
    return [place for place in tree.places if top.lo <= place.lo <= top.hi]


def strangers(tree: Tree, root: str, said: str, *asked: str) -> set[str]:
    """Codes and names in an answer that are not the viewer's to know; what was asked for may be
    told back.
    """
    mine = within(tree, root)
    known = {place.code for place in mine} | {place.name for place in mine}
    rest = plain(said)
    echoes = {form for one in asked for form in (one, one.strip(), one.strip("/"))}
    for echo in echoes - {""}:
        rest = re.sub(rf"(?<![\w/]){re.escape(echo)}(?![\w/])", "", rest)
    return {*CODE.findall(rest), *NAME.findall(rest)} - known


def told(answer: TestResponse) -> str:
    """All that an answer says, its headers and what is packed in a workbook too."""
    body = answer.get_data()
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers)
    if body.startswith(b"PK"):
        with ZipFile(io.BytesIO(body)) as packed:
            parts = [packed.read(name) for name in packed.namelist()]
        body = b"\n".join(part for part in parts if not part.startswith(b"\x89PNG"))
    return plain(headers + PANELS.sub("", body.decode("utf-8", "replace")))


def plain(said: str) -> str:
    """Slashes as such, however an answer writes them."""
    return said.replace("\\u002f", "/").replace("%2F", "/")


class Asking(Somebody):
    """Somebody who asks about places."""

    def put(self, what: str, place: str, more: dict[str, str] | None = None) -> TestResponse:
        """Ask for an address of the table, for a place."""
        row = ROWS[what]
        method = "POST" if row.is_callback else methods(self.server, row)[-1]
        return self.ask(method, row, place, more)


class Person(Asking):
    """Somebody with an account that an officer changes now and then."""

    def __init__(self, server: flask.Flask, registry: Registry, name: str, role: str, root: str):
        super().__init__(server, registry, role, root, name=name)
        self.become(role, root)

    @property
    def known(self) -> Account:
        assert self.account is not None
        return self.account

    @property
    def root(self) -> str:
        return self.known.root

    def become(self, role: str, root: str) -> None:
        """Be changed by an officer."""
        self.account = accounts.change(
            self.registry, CONSOLE, self.known, role=role, root=root, disabled=False
        )

    def put_as_before(self, what: str) -> int:
        """Ask with the session of before, whether or not it is over; gives the status."""
        self.comes_back = False
        status = self.put(what, self.root).status_code
        self.comes_back = True
        return status


@pytest.fixture(scope="module")
def people(server: flask.Flask, registry: Registry) -> Callable[[str, str], Asking]:
    """Gives somebody of a role and root: the same one each time."""

    @cache
    def found(role: str, root: str) -> Asking:
        if role == Role.DISPLAY:
            return Asking(server, registry, role, root or "town")
        return Person(server, registry, f"{role}-{ROOTS.index(root)}", role, root)

    return found


QUICK = [name for name in PLACED if not (ROWS[name].is_callback and "{row}" in ROWS[name].example)]
"""All but the pages of rows, which take longer than the rest together."""
MORE = st.fixed_dictionaries(
    {},
    optional={
        "period": st.sampled_from(["today", "30d", "year", "all", "x"]),
        "metric": st.sampled_from(["reported", "on_time_closure", "open_cases", "nothing"]),
        "subject": st.sampled_from(["cases", "warnings", "sharing", "x"]),
        "compare": st.sampled_from(["previous", "year", "none", "x"]),
        "since": st.sampled_from(["2026-01-01", "2026-02-01", "x"]),
        "until": st.sampled_from(["2026-01-31", "2025-12-31", "x"]),
        "lang": st.sampled_from(["zh", "en"]),
        "q": st.sampled_from(["Elm", "town", "a", "1"]),
    },
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    role=st.sampled_from(SEEING),
    root=st.sampled_from(ROOTS),
    what=st.sampled_from([*QUICK, "addresses.root", "addresses.version", "offices.account"]),
    place=st.sampled_from(ASKED),
    more=MORE,
)
def test_no_answer_names_what_is_not_the_viewer_s(
    people: Callable[[str, str], Asking],
    tree: Tree,
    role: Role,
    root: str,
    what: str,
    place: str,
    more: dict[str, str],
) -> None:
    answer = people(role, root).put(what, place, more)
    assert answer.status_code < 500
    assert strangers(tree, root, told(answer), place, more.get("q", "")) == set()


class Comings(RuleBasedStateMachine):
    """Two people at one server, whose rights change between their questions."""

    server: flask.Flask
    registry: Registry
    tree: Tree
    run = 0

    @initialize(first=st.sampled_from(ROOTS), second=st.sampled_from(ROOTS))
    def begin(self, first: str, second: str) -> None:
        Comings.run += 1
        self.people = [
            Person(self.server, self.registry, f"{who}-{Comings.run}", "leader", root)
            for who, root in (("first", first), ("second", second))
        ]

    @rule(
        who=st.integers(0, 1),
        what=st.sampled_from(QUICK),
        place=st.sampled_from(ASKED),
        more=MORE,
    )
    def ask(self, who: int, what: str, place: str, more: dict[str, str]) -> None:
        person = self.people[who]
        answer = person.put(what, place, more)
        assert answer.status_code in (200, 400, 403, 404)
        said = told(answer)
        assert strangers(self.tree, person.root, said, place, more.get("q", "")) == set()

    @rule(who=st.integers(0, 1), number=st.integers(0, len(PLACES)), more=MORE)
    def ask_the_same_one_after_the_other(self, who: int, number: int, more: dict[str, str]) -> None:
        """What one of them was given is in the cache when the other asks about their own."""
        mine = within(self.tree, self.people[1 - who].root)
        place = mine[number % len(mine)].code
        for what in QUICK:
            self.ask(who, what, place, more)
            self.ask(1 - who, what, place, more)

    @rule(who=st.integers(0, 1), role=st.sampled_from(PEOPLE), root=st.sampled_from(ROOTS))
    def change(self, who: int, role: Role, root: str) -> None:
        """The session of before is over as soon as it may no longer see the same."""
        person, was = self.people[who], self.people[who].known
        person.put(QUICK[0], was.root)
        person.become(role, root)
        if (was.role, was.root) != (role, root):
            assert person.put_as_before(QUICK[0]) == 401

    @rule(who=st.integers(0, 1))
    def revoke(self, who: int) -> None:
        person = self.people[who]
        person.put(QUICK[0], person.root)
        sessions.revoke(self.registry, CONSOLE, person.known)
        for what in PLACED:
            assert person.put_as_before(what) == 401

    @rule(who=st.integers(0, 1))
    def disable(self, who: int) -> None:
        person = self.people[who]
        person.put(QUICK[0], person.root)
        person.account = accounts.change(self.registry, CONSOLE, person.known, disabled=True)
        assert person.put_as_before(QUICK[0]) == 401
        person.become(person.known.role, person.root)


def test_nor_after_changes_with_two_at_once(
    server: flask.Flask, registry: Registry, tree: Tree
) -> None:
    Comings.server, Comings.registry, Comings.tree = server, registry, tree
    run_state_machine_as_test(
        Comings,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # making a failure shorter takes minutes here
        ),
    )


def test_an_analyst_with_another_place_is_not_told_of_the_one_before(
    server: flask.Flask, registry: Registry, tree: Tree
) -> None:
    """What was asked at the bench stands beside it with its place, as long as that is theirs."""
    person = Person(server, registry, "mover", "analyst", "town/s/a/1")
    for what in ("questions.run", "callback page.children bench"):
        said = told(person.put(what, person.root))
    assert "Ash1" in said
    person.become("analyst", "town/n")
    said = told(person.put("callback page.children bench", person.root))
    assert strangers(tree, person.root, said) == set()
    person.become("analyst", "town/s")
    assert "Ash1" in told(person.put("callback page.children bench", person.root))


@pytest.mark.parametrize("what", PLACED)
def test_what_one_was_given_is_not_given_to_another_from_the_cache(
    people: Callable[[str, str], Asking], tree: Tree, what: str
) -> None:
    more = {"period": "all", "lang": "zh"}
    for place in PLACES:
        roots = [above.code for above in tree.path(tree.place(place))]
        for root in roots if what in QUICK else dict.fromkeys((roots[0], roots[-1])):
            said = told(people("leader", root).put(what, place, more))
            assert strangers(tree, root, said) == set(), (root, place)


# ── What is not there, and what is not theirs ────────────────────────────────────────────────────


@pytest.mark.parametrize("what", PLACED)
def test_not_there_and_not_theirs_are_answered_alike(
    server: flask.Flask, registry: Registry, what: str
) -> None:
    """Byte for byte, but for the code that was asked for."""
    somebody = Person(server, registry, "alike", "leader", "town/n/e")
    found = set()
    for place in ("town/s", "town/n/o/1", "town/z", "town/n/q/9", "nowhere"):
        for language in ("zh", "en"):
            answer = somebody.put(what, place, {"lang": language})
            body = plain(answer.get_data(as_text=True)).replace(place, "*")
            found.add((language, answer.status_code, body))
    assert len(found) == 2
    assert {status for _, status, _ in found} <= {200, 403, 404}


def test_they_take_the_same_time(tree: Tree) -> None:
    viewer = Viewer(Role.LEADER, "town/n/e")
    best = {"town/s": 1.0, "town/z": 1.0}
    for _ in range(3_000):
        for place in best:
            began = time.perf_counter()
            with pytest.raises(Refused):
                gate(viewer, Scope(tree, place))
            best[place] = min(best[place], time.perf_counter() - began)
    one, other = best.values()
    assert max(one, other) < 1.5 * min(one, other)


# ── Links from above ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_link_from_above_opens_cut_and_says_so(
    server: flask.Flask, registry: Registry, tree: Tree, language: str
) -> None:
    somebody = Person(server, registry, "below", "leader", "town/n/e")

    def read(place: str) -> str:
        asked = {"period": "all", "lang": language}
        answer = somebody.put("callback page.children", place, asked)
        return text(answer.get_json()["response"]["page"]["children"])

    said, own = read("town"), read("town/n/e")
    assert {
        "zh": "链接指向 town，在您的范围之上；您看到的是其中属于您的部分：Elm。",
        "en": "The link leads to town, above what is yours; you see the part that is: Elm.",
    }[language] in said
    assert "town，" not in own
    assert "North" not in said + own
    assert len(said) > 500


def test_what_the_gate_clears(tree: Tree) -> None:
    viewer = Viewer(Role.ANALYST, "town/n")
    assert gate(viewer, Scope(tree)).place.code == "town/n"
    assert gate(viewer, Scope(tree, "town/old")).place.code == "town/n/e"
    cut = gate(viewer, Scope(tree, "town", cut=True))
    assert (cut.place.code, cut.root.code, cut.asked) == ("town/n", "town/n", tree.root)
    for place, is_cut, why in (
        ("town", False, "place"),
        ("town/s", True, "place"),
        ("town/zz", True, "place"),
    ):
        with pytest.raises(Refused) as refused:
            gate(viewer, Scope(tree, place, cut=is_cut))
        assert refused.value.why == why
    with pytest.raises(Refused, match="there is no place 'x'"):
        gate(Viewer(Role.LEADER), Scope(tree, "x"))
    with pytest.raises(Refused, match="no longer in the city"):
        gate(Viewer(Role.LEADER, "gone"), Scope(tree, "town"))
    with pytest.raises(Refused, match="may not export"):
        gate(Viewer(Role.DISPLAY), Scope(tree, "town", Right.EXPORT))


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.SECURITY, Role.AUDIT])
@pytest.mark.parametrize("root", ROOTS)
def test_officers_are_cleared_for_nothing(tree: Tree, role: Role, root: str) -> None:
    for place in ("", *PLACES):
        with pytest.raises(Refused) as refused:
            gate(Viewer(role, root), Scope(tree, place, cut=True))
        assert refused.value.why == "right"


def test_a_viewer_whose_place_is_gone_sees_nothing(
    server: flask.Flask, registry: Registry, tree: Tree
) -> None:
    somebody = Person(server, registry, "homeless", "leader", "town/gone")
    for what in PLACED:
        for place in ("", *PLACES):
            answer = somebody.put(what, place, {})
            assert answer.status_code in (200, 403, 404)
            said = told(answer)
            mine = {"town/gone"} | ({place} if place else set())
            assert set(CODE.findall(said)) | set(NAME.findall(said)) <= mine
