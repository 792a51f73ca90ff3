"""Displays: how one is paired, what its credential opens, what it is told to show."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from cockpit.model.mistakes import Mistake
from cockpit.people import accounts, displays, pairings
from cockpit.people.displays import Display
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.people.sessions import hashed
from cockpit.people.tables import pairings as waiting
from tests import signed
from tests.postgres import Clock

HERE = "10.0.0.9"


def begun(registry: Registry, address: str = HERE) -> tuple[str, str]:
    """A new display's token, and the code that it shows."""
    token, found = pairings.begin(registry, address, "Mozilla/5.0 Chrome/150")
    return token, found.code


def approved(registry: Registry, code: str, name: str = "hall") -> Display:
    return pairings.approve(registry, CONSOLE, code, name=name, wall="city", place="3301")


def fetched(registry: Registry, token: str) -> str:
    """The credential of a display that was approved."""
    found = pairings.look_at(registry, token)
    assert found is not None
    return pairings.fetch(registry, found, HERE)


def paired(registry: Registry, name: str = "hall") -> str:
    """The credential of a new display that was never used."""
    token, code = begun(registry)
    approved(registry, code, name)
    return fetched(registry, token)


def found(registry: Registry, credential: str) -> Display:
    known = displays.look_up(registry, credential)
    assert known is not None
    return known


def beat(registry: Registry, credential: str, **told: object) -> str:
    return displays.beat(registry, found(registry, credential), credential, told, HERE)


def told(registry: Registry) -> list[tuple[str, str, str]]:
    """The audit, the newest first."""
    lines = registry.audit.lines(what="display")
    return [(each["who"], each["outcome"], each["detail"]) for each in lines]


# ── Pairing ──────────────────────────────────────────────────────────────────────────────────────


def test_a_display_shows_a_code_is_approved_and_fetches_its_credential(registry: Registry) -> None:
    token, code = begun(registry)
    assert re.fullmatch("[BCDFGHJKMNPQRTVWXYZ346789]{6}", code)
    assert fetched(registry, token) == ""  # not yet
    made = approved(registry, code)
    credential = fetched(registry, token)
    known = found(registry, credential)
    assert (known.name, known.wall, known.place, known.paired_by) == (
        "hall", "city", "3301", "console",
    )  # fmt: skip
    assert known.id == made.id
    viewer = known.viewer(HERE)
    assert (viewer.role, viewer.root, viewer.account, viewer.device) == (
        "display", "3301", None, made.id,
    )  # fmt: skip
    assert pairings.look_at(registry, token) is None  # it is used up
    assert told(registry) == [
        ("hall", "allowed", '{"paired": true}'),
        ("console", "allowed", '{"approved": "hall", "at": "10.0.0.9", "wall": "city"}'),
    ]


def test_the_database_knows_only_hashes(registry: Registry) -> None:
    token, code = begun(registry)
    approved(registry, code)
    credential = fetched(registry, token)
    with registry.state.read() as connection:
        row = connection.execute(select(waiting)).mappings().one()
    assert token not in map(str, row.values())
    assert found(registry, credential).hash == hashed(credential)


@pytest.mark.parametrize("written", ["{}", " {} ", "{:.3} {}", "lower"])
def test_a_code_is_taken_however_it_is_written(registry: Registry, written: str) -> None:
    _, code = begun(registry)
    spelt = {"{}": code, " {} ": f"  {code}\n", "lower": code.lower()}.get(
        written, f"{code[:3]} {code[3:]}"
    )
    assert pairings.waiting(registry, CONSOLE, spelt).code == code


def test_a_code_is_good_for_ten_minutes_and_one_use(registry: Registry, clock: Clock) -> None:
    token, code = begun(registry)
    clock.wait(minutes=9, seconds=59)
    approved(registry, code)
    with pytest.raises(Mistake, match="approved already"):
        approved(registry, code, "another")
    clock.wait(seconds=1)
    assert pairings.look_at(registry, token) is None
    with pytest.raises(Mistake, match="no display shows the code"):
        approved(registry, code, "another")
    assert [each.name for each in displays.listed(registry)] == ["hall"]


def test_an_answer_that_was_lost_is_asked_for_again(registry: Registry) -> None:
    token, code = begun(registry)
    approved(registry, code)
    lost, kept = fetched(registry, token), fetched(registry, token)
    assert displays.look_up(registry, lost) is None
    assert found(registry, kept).name == "hall"
    assert pairings.look_at(registry, token) is None


def test_a_name_is_one_display_s(registry: Registry) -> None:
    paired(registry)
    _, code = begun(registry)
    with pytest.raises(Mistake, match="a display 'HALL' already"):
        approved(registry, code, "ＨＡＬＬ")
    approved(registry, code, "stairs")  # the code is still good
    with pytest.raises(Mistake, match="already"):
        displays.rename(registry, CONSOLE, displays.named(registry, "stairs"), "Hall")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "no name of a display"),
        ({"name": "a\0b"}, "no name of a display"),
        ({"name": "x" * 61}, "no name of a display"),
        ({"wall": "../etc"}, "no wall"),
        ({"wall": ""}, "no wall"),
        ({"place": ""}, "needs a place"),
    ],
)
def test_what_cannot_be_is_told_and_the_code_stays_good(
    registry: Registry, given: dict[str, str], words: str
) -> None:
    _, code = begun(registry)
    with pytest.raises(Mistake, match=words):
        pairings.approve(
            registry, CONSOLE, code, **{"name": "hall", "wall": "city", "place": "3301"} | given
        )
    assert approved(registry, code).name == "hall"


def test_a_network_has_so_many_codes_and_all_together_so_many(
    registry: Registry, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        begun(registry, f"2001:db8:1:2::{number:x}")  # one household
    with pytest.raises(pairings.Crowded):
        begun(registry, "2001:db8:1:2:ffff::1")
    begun(registry, "2001:db8:1:3::1")
    monkeypatch.setattr(pairings, "MOST", 21)
    with pytest.raises(pairings.Crowded):
        begun(registry, "10.9.9.9")
    clock.wait(minutes=10)
    begun(registry, "2001:db8:1:2::1")
    with registry.state.read() as connection:
        assert connection.execute(select(func.count()).select_from(waiting)).scalar_one() == 1


def test_whoever_guesses_codes_is_stopped_and_written_down(
    registry: Registry, clock: Clock
) -> None:
    _, code = begun(registry)
    for _ in range(20):
        with pytest.raises(Mistake, match="no display shows"):
            approved(registry, "BBBBBB")
    for ask in (approved, lambda *_: pairings.waiting(registry, CONSOLE, code)):
        with pytest.raises(Mistake, match="too many wrong codes"):
            ask(registry, code)
    assert told(registry)[0] == ("console", "refused", f'{{"code": "{code}", "why": "locked"}}')
    clock.wait(minutes=15, seconds=1)
    _, code = begun(registry)
    assert pairings.waiting(registry, CONSOLE, code).code == code


def test_an_account_is_no_display(registry: Registry) -> None:
    with pytest.raises(Mistake, match="no account and no password"):
        accounts.add(registry, CONSOLE, "wall", role="display", person="wall", root="3301")
    made = signed.account(registry, "leader", "3301")
    with pytest.raises(Mistake, match="no account and no password"):
        accounts.change(registry, CONSOLE, made, role="display")


# ── The credential ───────────────────────────────────────────────────────────────────────────────


def test_it_is_renewed_every_day_and_the_one_before_dies_when_the_new_one_is_seen(
    registry: Registry, clock: Clock
) -> None:
    first = paired(registry)
    assert beat(registry, first) == ""
    clock.wait(days=1)
    second = beat(registry, first)
    assert second not in ("", first)
    assert found(registry, first).name == "hall"  # the new one is not seen yet
    assert found(registry, second).name == "hall"
    clock.wait(minutes=1, seconds=59)
    assert found(registry, first).name == "hall"  # what was on its way still comes in
    assert beat(registry, first) == ""  # and renews nothing
    clock.wait(seconds=1)
    assert displays.look_up(registry, first) is None
    assert found(registry, second).name == "hall"


def test_a_renewal_whose_answer_was_lost_locks_nothing_out(
    registry: Registry, clock: Clock
) -> None:
    first = paired(registry)
    beat(registry, first)
    clock.wait(days=1)
    lost = beat(registry, first)
    assert lost
    clock.wait(seconds=5)
    assert beat(registry, first) == ""  # its answer may still come, to another tab
    clock.wait(days=3)
    second = beat(registry, first)
    assert second
    assert displays.look_up(registry, lost) is None
    assert found(registry, second).name == "hall"


def test_a_display_that_is_silent_for_45_days_is_paired_anew(
    registry: Registry, clock: Clock
) -> None:
    credential = paired(registry)
    for _ in range(10):
        clock.wait(days=44)
        credential = beat(registry, credential)
        found(registry, credential)
    clock.wait(days=45, seconds=1)
    assert displays.look_up(registry, credential) is None


def test_a_revoked_credential_is_nobody_s_and_its_name_is_free(registry: Registry) -> None:
    credential, other = paired(registry), paired(registry, "stairs")
    displays.revoke(registry, CONSOLE, found(registry, credential))
    assert displays.look_up(registry, credential) is None
    assert found(registry, other).name == "stairs"
    assert told(registry)[0] == ("console", "allowed", '{"revoked": "hall"}')
    paired(registry)
    assert displays.look_up(registry, credential) is None


def test_a_display_that_was_revoked_before_it_came_fetches_nothing(registry: Registry) -> None:
    token, code = begun(registry)
    displays.revoke(registry, CONSOLE, approved(registry, code))
    assert pairings.look_at(registry, token) is None


# ── What it tells, and what it is told ───────────────────────────────────────────────────────────


def test_what_a_display_tells_is_written_down_now_and_then(
    registry: Registry, clock: Clock
) -> None:
    credential = paired(registry)
    told = {
        "scene": 3, "snapshot": "20260101-1", "heap": 41_000_000, "frame": 16.6, "build": "abc",
        "errors": ["panel x", "panel y"],
    }  # fmt: skip
    beat(registry, credential, **told)
    known = found(registry, credential)
    assert (known.scene, known.snapshot, known.heap, known.frame, known.build, known.faults) == (
        "3", "20260101-1", 41_000_000, 17, "abc", "panel x · panel y",
    )  # fmt: skip
    assert known.seen == clock.at
    clock.wait(seconds=14)
    beat(registry, credential, **told | {"scene": 4})
    assert found(registry, credential).scene == "3"
    clock.wait(seconds=1)
    beat(registry, credential, **told | {"scene": 5})
    known = found(registry, credential)
    assert (known.scene, known.seen, known.is_silent(clock.at)) == ("5", clock.at, False)
    clock.wait(seconds=61)
    assert known.is_silent(clock.at)


@pytest.mark.parametrize(
    "odd",
    [
        None, True, -1, 1e400, float("nan"), 10**30, "x" * 10_000, "\0\ud800\n<b>", [], {},
        [[["x"] * 500] * 50], {"a": 1}, "²",
    ],
)  # fmt: skip
def test_what_a_display_tells_may_be_anything(registry: Registry, odd: object) -> None:
    credential = paired(registry)
    names = ("scene", "snapshot", "heap", "frame", "build", "errors")
    beat(registry, credential, **dict.fromkeys(names, odd))
    known = found(registry, credential)
    assert known.seen is not None
    assert max(map(len, (known.scene, known.snapshot, known.build, known.faults))) <= 500
    assert known.heap is None or known.heap >= 0


def test_an_officer_says_what_it_is_to_show_and_each_act_is_written_down(
    registry: Registry, clock: Clock
) -> None:
    credential = paired(registry)
    known = found(registry, credential)
    displays.force(registry, CONSOLE, known, 4)
    displays.blank(registry, CONSOLE, known, True)
    displays.say(registry, CONSOLE, known, " 全体集合\n三楼 ", 5)
    displays.rename(registry, CONSOLE, known, "大厅")
    known = found(registry, credential)
    assert (known.forced, known.blank, known.name) == (4, True, "大厅")
    said = known.urgent(clock.at)
    assert said is not None
    assert (said[0], (said[1] - clock.at).total_seconds()) == ("全体集合 三楼", 300)
    clock.wait(minutes=5)
    assert known.urgent(clock.at) is None
    displays.force(registry, CONSOLE, known, None)
    displays.say(registry, CONSOLE, known, "", 5)
    known = found(registry, credential)
    assert (known.forced, known.message, known.message_until) == (None, "", None)
    assert [line[2] for line in told(registry)][:6] == [
        '{"display": "大厅", "message": "taken away"}',
        '{"display": "大厅", "scene": "in turn"}',
        '{"display": "hall", "renamed": "大厅"}',
        '{"display": "hall", "message": "全体集合 三楼", "minutes": 5}',
        '{"blank": true, "display": "hall"}',
        '{"display": "hall", "scene": 4}',
    ]
    assert registry.audit.verify()[1] == []


@pytest.mark.parametrize(("message", "minutes"), [("x" * 201, 5), ("x", 0), ("x", 1441)])
def test_a_message_is_short_and_ends(registry: Registry, message: str, minutes: int) -> None:
    known = found(registry, paired(registry))
    with pytest.raises(Mistake):
        displays.say(registry, CONSOLE, known, message, minutes)
    with pytest.raises(Mistake, match="no scene"):
        displays.force(registry, CONSOLE, known, 0)
    assert displays.named(registry, "hall").message == ""
