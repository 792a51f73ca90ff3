"""Accounts: one person, one office; and what ends sessions. On both databases."""

from __future__ import annotations

import itertools
import threading

import pytest

from cockpit.model.mistakes import Mistake
from cockpit.people import accounts, sessions
from cockpit.people.accounts import Account
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.people.roles import OFFICERS, PEOPLE, RIGHTS, Right, Role


def add(registry: Registry, name: str, role: str, person: str = "", root: str = "") -> Account:
    return accounts.add(registry, CONSOLE, name, role=role, person=person or name, root=root)


def come_in(registry: Registry, account: Account) -> str:
    with registry.state.write() as connection:
        return sessions.begin(registry, connection, account.id, "full", "10.0.0.1")


def test_an_officer_sees_no_data_and_nobody_else_does_an_officers_work() -> None:
    business = {Right.SEE_DATA, Right.SEE_ROWS, Right.REVEAL, Right.EXPORT, Right.ASK_SQL}
    offices = {Right.OPERATE, Right.MANAGE_PEOPLE, Right.PAIR_DISPLAYS, Right.READ_AUDIT}
    for role in Role:
        held = RIGHTS[role]
        assert not held & (business if role in OFFICERS else offices), role
    for one in OFFICERS:
        for other in OFFICERS:
            assert one == other or not RIGHTS[one] & RIGHTS[other]


def test_an_officer_has_no_second_role(registry: Registry) -> None:
    for first, second in itertools.product(OFFICERS, PEOPLE):
        pair = f"{first}-{second}"
        add(registry, pair, first, pair)
        if first == second:  # the same office twice is no second role
            assert add(registry, f"{pair}.2", second, pair).role is second
            continue
        for person in (pair, f" {pair.upper()} ", pair.replace("-", "－")):
            with pytest.raises(Mistake, match=f"is {first} already"):
                add(registry, f"{pair}.2", second, person)
        other = add(registry, f"{pair}.2", first, pair)
        with pytest.raises(Mistake, match=f"cannot be {second} too"):
            accounts.change(registry, CONSOLE, other, role=second)


def test_who_is_an_officer_no_more_may_be_something_else(registry: Registry) -> None:
    old = add(registry, "zhang.audit", "audit", "1001")
    accounts.change(registry, CONSOLE, old, disabled=True)
    add(registry, "zhang", "leader", "1001")
    disabled = accounts.named(registry, "zhang.audit")
    with pytest.raises(Mistake, match="cannot be audit too"):
        accounts.change(registry, CONSOLE, disabled, disabled=False)


def test_one_person_may_lead_and_analyse(registry: Registry) -> None:
    add(registry, "zhang", "leader", "1001")
    assert add(registry, "zhang2", "analyst", "1001").role is Role.ANALYST


def test_two_at_once_cannot_give_one_person_two_offices(registry: Registry) -> None:
    outcome: list[object] = []
    start = threading.Barrier(2)

    def give(role: str) -> None:
        start.wait()
        try:
            outcome.append(add(registry, role, role, "1001").role)
        except Mistake as mistake:
            outcome.append(mistake.found)

    threads = [threading.Thread(target=give, args=(role,)) for role in ("audit", "security")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    held = [one for one in outcome if isinstance(one, Role)]
    assert len(held) == 1
    assert [each.role for each in accounts.listed(registry)] == held


def test_somebody_can_always_manage_people(registry: Registry) -> None:
    only = add(registry, "wang", "security")
    for change in ({"disabled": True}, {"role": "audit"}):
        with pytest.raises(Mistake, match="last security administrator"):
            accounts.change(registry, CONSOLE, only, **change)
    add(registry, "li", "security")
    assert accounts.change(registry, CONSOLE, only, disabled=True).disabled


@pytest.mark.parametrize(
    "changed",
    [{"role": "analyst"}, {"root": "330110"}, {"disabled": True}, {"root": ""}],
    ids=lambda changed: str(changed),
)
def test_whoever_may_do_more_or_less_signs_in_anew(
    registry: Registry, changed: dict[str, str]
) -> None:
    zhang, li = add(registry, "zhang", "leader", root="3301"), add(registry, "li", "leader")
    tokens = [come_in(registry, zhang), come_in(registry, zhang)]
    others = come_in(registry, li)
    accounts.change(registry, CONSOLE, zhang, **changed)
    assert [sessions.look_up(registry, token) for token in tokens] == [None, None]
    assert sessions.look_up(registry, others) is not None


def test_another_display_name_ends_no_session(registry: Registry) -> None:
    zhang = add(registry, "zhang", "leader")
    token = come_in(registry, zhang)
    accounts.change(registry, CONSOLE, zhang, display="张书记", contact="8888")
    found = sessions.look_up(registry, token)
    assert found is not None
    assert found.account.display == "张书记"
    accounts.change(registry, CONSOLE, found.account, display=" ")
    assert accounts.named(registry, "zhang").display == "zhang"


@pytest.mark.parametrize("name", ["", "x", " ", "a b", "a\tb", "a\0b", "a\u200bb", "x" * 61])
def test_an_account_has_a_name_that_can_be_read(registry: Registry, name: str) -> None:
    with pytest.raises(Mistake, match="is no account name"):
        add(registry, name, "leader", "1001")


def test_a_name_is_one_however_it_is_spelt(registry: Registry) -> None:
    add(registry, "Zhang.San", "leader", "1001")
    for name in ("zhang.san", "ＺＨＡＮＧ.ＳＡＮ", "ZHANG.SAN"):
        with pytest.raises(Mistake, match="already"):
            add(registry, name, "leader", "1002")
        assert accounts.named(registry, name).name == "Zhang.San"


def test_wrong_input_is_told_in_words(registry: Registry) -> None:
    add(registry, "zhang", "leader")
    with pytest.raises(Mistake, match="no role 'leadr'") as wrong:
        add(registry, "li", "leadr")
    assert "leader" in wrong.value.write
    with pytest.raises(Mistake, match="no account 'zang'") as unknown:
        accounts.named(registry, "zang")
    assert "zhang" in unknown.value.write
    with pytest.raises(Mistake, match="needs its person"):
        accounts.add(registry, CONSOLE, "li", role="leader", person=" ")


def test_a_change_and_its_line_stand_together(registry: Registry) -> None:
    zhang = add(registry, "zhang", "leader", root="3301")
    accounts.change(registry, CONSOLE, zhang, root="330110")
    accounts.change(registry, CONSOLE, accounts.named(registry, "zhang"), root="330110")
    told = [line["detail"] for line in registry.audit.lines(what="people")]
    assert told == [
        '{"changed": "zhang", "root": "330110"}',
        '{"made": "zhang", "person": "zhang", "role": "leader", "root": "3301"}',
    ]
