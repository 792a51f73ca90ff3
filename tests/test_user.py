"""The verbs about people, as a shell runs them: what they do and refuse; on both databases."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.__main__ import app, main
from cockpit.people import accounts, codes, displays, links, pairings, sessions
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.settings import Settings, read
from tests import signed
from tests import town as towns

Verb = Callable[..., str]
VERBS = (
    "add", "list", "change", "disable", "enable", "reset", "unlock", "sessions", "revoke", "roles",
)  # fmt: skip


@pytest.fixture
def settings(store: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home in the town, which the shell's environment names."""
    city = towns.found(tmp_path).city
    for name, value in (("HOME", home), ("CITY", city), ("STATE", store)):
        monkeypatch.setenv(f"COCKPIT_{name}", str(value))
    monkeypatch.setenv("COLUMNS", "200")
    return read()


@pytest.fixture
def verb(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Verb:
    """Runs a verb; gives what it prints, of which the errors come last."""

    groups = list(app.registered_groups)

    def run(*words: str, expect: int = 0) -> str:
        monkeypatch.setattr(app, "registered_groups", list(groups))  # each call adds to them
        monkeypatch.setattr(sys, "argv", ["cockpit", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == expect, said
        assert "Traceback" not in said.err
        return str(said.out + said.err)

    return run


@pytest.fixture
def books(settings: Settings) -> Any:
    opened = Registry(settings)
    yield opened
    opened.close()


def test_every_verb_says_what_it_does(verb: Verb) -> None:
    whole = verb("user", "--help")
    for name in VERBS:
        assert f" {name} " in whole, name
        said = verb("user", name, "--help")
        assert f"user {name} [OPTIONS]" in said
        assert len(said.split("\n")) > 5
    assert verb("user", expect=2).count("Usage") == 1


def test_someone_new_is_added_and_gets_a_link_for_a_password(verb: Verb, books: Registry) -> None:
    said = verb(
        "user", "add", "zhang", "--role", "leader", "--person", "1001", "--place", "town/n",
        "--display", "张三", "--contact", "8888",
    )  # fmt: skip
    assert "zhang is leader, and sees North (town/n) and all below it." in said
    made = accounts.named(books, "zhang")
    assert (made.role, made.root, made.person) == ("leader", "town/n", "1001")
    assert (made.display, made.contact, made.password) == ("张三", "8888", None)
    token = said.split("/link/")[1].split()[0]
    assert "http://127.0.0.1:8050/link/" in said
    found = links.look_at(books, token)
    assert found is not None
    assert (found[0].name, found[1]) == ("zhang", "password")
    [line] = books.audit.lines(what="people")
    assert line["who"].startswith("console:")


def test_the_link_leads_to_where_people_reach_the_cockpit(
    verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_ADDRESS", "https://cockpit.example")
    said = verb("user", "add", "zhang", "--role", "leader", "--person", "1001")
    assert "  https://cockpit.example/link/" in said
    assert "zhang is leader, and sees the whole city." in said


def test_a_program_reads_what_was_made(verb: Verb) -> None:
    told = json.loads(
        verb("user", "add", "zhang", "--role", "leader", "--person", "1001", "--json")
    )
    assert (told["name"], told["role"], told["root"]) == ("zhang", "leader", "")
    assert "/link/" in told["link"]
    assert told["expires"].endswith("+00:00")
    [listed] = json.loads(verb("user", "list", "--json"))
    assert listed["name"] == "zhang"
    assert set(listed) == {
        "name", "display", "person", "role", "root", "contact", "disabled", "created",
    }  # fmt: skip
    assert "/link/" in json.loads(verb("user", "reset", "zhang", "--json"))["link"]
    assert json.loads(verb("user", "sessions", "zhang", "--json")) == []


def test_the_three_officers_are_three_people(verb: Verb) -> None:
    for role in ("system", "security", "audit"):
        said = verb("user", "add", role, "--role", role, "--person", f"P-{role}")
        assert f"{role} is {role} administrator, and sees no data of the city." in said
    said = verb("user", "add", "x1", "--role", "audit", "--person", "p-security", expect=1)
    assert "p-security is security already (account security), and cannot be audit too" in said
    said = verb("user", "change", "system", "--role", "leader")
    assert "system is leader, and sees the whole city." in said
    said = verb("user", "disable", "security", expect=1)
    assert "last security administrator" in said
    listed = verb("user", "list")
    assert [row.split()[0] for row in listed.strip().split("\n")[1:]] == [
        "audit", "security", "system",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("add", "zhang"), "Missing option", 2),
        (("add", "zhang", "--role", "leader"), "Missing option '--person'", 2),
        (("add", "zhang", "--role", "boss", "--person", "1"), "there is no role 'boss'", 1),
        (("add", "zhang", "--role", "leadr", "--person", "1"), "Did you mean 'leader'?", 1),
        (("add", "z", "--role", "leader", "--person", "1"), "'z' is no account name", 1),
        (("add", "zh", "--role", "leader", "--person", " "), "an account needs its person", 1),
        (
            ("add", "zh", "--role", "leader", "--person", "1", "--place", "town/x"),
            "--place",
            1,
        ),
        (("change", "nobody", "--role", "leader"), "there is no account 'nobody'", 1),
        (("change", "known", "--place", "nowhere"), "--place", 1),
        (("change", "known", "--role", "chief"), "there is no role 'chief'", 1),
        (("disable", "knwon"), "Did you mean 'known'?", 1),
        (("reset", "nobody"), "there is no account", 1),
        (("unlock", "nobody"), "there is no account", 1),
        (("sessions", "nobody"), "there is no account", 1),
        (("revoke", "nobody"), "there is no account", 1),
        (("remove", "known"), "No such command 'remove'", 2),
        (("list", "--nonsense"), "No such option", 2),
    ],
)
def test_a_wrong_word_is_told_in_words(
    verb: Verb, books: Registry, words: tuple[str, ...], said: str, code: int
) -> None:
    accounts.add(books, CONSOLE, "known", role="analyst", person="known")
    told = verb("user", *words, expect=code)
    assert said in " ".join(told.replace("│", " ").split())
    assert [each.name for each in accounts.listed(books)] == ["known"]


def test_an_account_is_changed_locked_out_and_let_in_again(verb: Verb, books: Registry) -> None:
    verb("user", "add", "zhang", "--role", "leader", "--person", "1001")
    zhang = accounts.named(books, "zhang")

    def come_in() -> str:
        with books.state.write() as connection:
            return sessions.begin(books, connection, zhang.id, "full", "10.0.0.7", "a browser")

    token = come_in()
    said = verb("user", "sessions", "zhang")
    assert "10.0.0.7" in said
    assert "a browser" in said
    [told] = json.loads(verb("user", "sessions", "zhang", "--json"))
    assert (told["address"], told["stage"]) == ("10.0.0.7", "full")
    assert token not in said
    said = verb("user", "change", "zhang", "--role", "analyst", "--place", "town/s")
    assert "zhang is analyst, and sees South (town/s) and all below it." in said
    assert sessions.look_up(books, token) is None
    assert "zhang is not signed in." in verb("user", "sessions", "zhang")
    come_in(), come_in()
    assert "2 sessions of zhang are ended." in verb("user", "revoke", "zhang")
    token = come_in()
    assert "its sessions are ended" in verb("user", "disable", "zhang")
    assert sessions.look_up(books, token) is None
    assert "disabled" in verb("user", "list")
    assert "may come in again" in verb("user", "enable", "zhang")
    assert "is not locked" in verb("user", "unlock", "zhang")


def test_who_lost_the_phone_is_helped(verb: Verb, books: Registry) -> None:
    zhang = signed.with_password(books, signed.account(books, "leader", "", "zhang"))
    with books.state.write() as connection:
        codes.set_up(books, connection, zhang, codes.secret(), 0)
    assert "/link/" in verb("user", "reset", "zhang")
    assert accounts.named(books, "zhang").code_secret is not None
    assert "No one-time code is asked for" in verb("user", "reset", "zhang", "--code")
    assert accounts.named(books, "zhang").code_secret is None


def test_what_each_role_may_do_is_told(verb: Verb) -> None:
    said = verb("user", "roles")
    assert "security  manage_people, pair_displays" in said
    told = json.loads(verb("user", "roles", "--json"))
    assert told["audit"] == ["read_audit"]
    assert "see_data" in told["leader"]


def test_a_display_is_paired_told_and_revoked(verb: Verb, books: Registry) -> None:
    assert "No display is paired" in verb("wall", "list")
    token, waits = pairings.begin(books, "10.0.0.9", "Chrome/150")
    pair = ("wall", "pair", waits.code.lower(), "--place", "North", "--name", "hall", "--wall")
    assert "there is no wall 'citty'" in verb(*pair, "citty", expect=1)
    assert "hall is paired; it shows city of town/n" in verb(*pair, "city")
    assert "approved already" in verb(*pair, "city", expect=1)
    assert "no display shows the code" in verb(
        "wall", "pair", "BBBBBB", *pair[3:], "city", expect=1
    )
    approved = pairings.look_at(books, token)
    assert approved is not None
    credential = pairings.fetch(books, approved, "10.0.0.9")
    assert "not seen yet" in verb("wall", "list")
    found = displays.look_up(books, credential)
    assert found is not None
    displays.beat(books, found, credential, {"scene": 1, "heap": 17_400_000}, "10.0.0.9")
    assert "hall shows scene 3." in verb("wall", "scene", "hall", "3")
    assert "hall is dark." in verb("wall", "blank", "hall")
    assert "Told to 1 displays." in verb("wall", "say", "集合", "--minutes", "15")
    assert "hall is now stairs." in verb("wall", "rename", "hall", "stairs")
    (told,) = json.loads(verb("wall", "list", "--json"))
    assert (told["name"], told["place"], told["wall"], told["scene"], told["forced"]) == (
        "stairs", "town/n", "city", 2, 3,
    )  # fmt: skip
    assert (told["heap"], told["blank"], told["message"]) == (17_400_000, True, "集合")
    assert not {"hash", "before"} & set(told)
    assert "alive" in verb("wall", "list")
    assert "take turns" in verb("wall", "scene", "stairs")
    assert "shows its picture" in verb("wall", "blank", "stairs", "--off")
    assert "did you mean" in verb("wall", "revoke", "stair", expect=1).lower()
    assert "stairs is revoked" in verb("wall", "revoke", "stairs")
    assert displays.look_up(books, credential) is None
    assert json.loads(verb("wall", "list", "--json")) == []
    assert books.audit.lines(limit=1)[0]["who"].startswith("console:")


def test_nothing_is_there_yet(verb: Verb) -> None:
    assert "There are no accounts. Make one with: cockpit user add" in verb("user", "list")
    assert json.loads(verb("user", "list", "--json")) == []


def test_a_database_that_cannot_be_opened_is_told_in_words(
    verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_STATE", "postgresql://cockpit:opensesame@127.0.0.1:1/cockpit")
    said = verb("user", "list", expect=1)
    assert "cannot be opened" in said
    assert "opensesame" not in said
