"""Signing in: passwords, locks, codes, links and sessions, by a clock of the test's own and on both
databases.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pyotp
import pytest
from argon2 import PasswordHasher

from cockpit.people import accounts, codes, links, passwords, sessions, signin
from cockpit.people.accounts import Account
from cockpit.people.gate import CONSOLE
from cockpit.people.passwords import Busy, Passwords
from cockpit.people.registry import Registry
from cockpit.people.roles import OFFICERS, Role
from cockpit.people.sessions import Session
from cockpit.people.signin import Caller, Entrance, NotSignedIn
from cockpit.people.tables import accounts as table
from cockpit.people.tables import sessions as session_table
from cockpit.settings import Settings
from tests import signed
from tests.postgres import Clock

HERE = Caller("10.0.0.1", "a browser")
NEW = "Summer-Wind-2027"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def entrance(registry: Registry) -> Entrance:
    return Entrance(registry)


@pytest.fixture
def zhang(registry: Registry) -> Account:
    """A leader with a password."""
    made = accounts.add(registry, CONSOLE, "zhang", role="leader", person="1001", root="330110")
    return signed.with_password(registry, made)


@pytest.fixture
def wang(registry: Registry) -> Account:
    """A security officer with a password, and no one-time code yet."""
    made = accounts.add(registry, CONSOLE, "wang", role="security", person="1002")
    return signed.with_password(registry, made)


@pytest.fixture
def guesses(entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str | None]]:
    """What was verified: passwords are right where they are PASSWORD, without the work."""
    seen: list[str | None] = []

    def verify(password: str, hash: str | None) -> bool:
        seen.append(hash)
        return hash is not None and password == signed.PASSWORD

    monkeypatch.setattr(entrance.passwords, "verify", verify)
    return seen


@pytest.fixture
def plain(registry: Registry, entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are kept as they are, without the work of hashing."""
    monkeypatch.setattr(signed, "hashed", lambda: signed.PASSWORD)
    monkeypatch.setattr(entrance.passwords, "hash", lambda password: password)
    monkeypatch.setattr(entrance.passwords, "verify", lambda password, hash: password == hash)
    monkeypatch.setattr(entrance.passwords, "is_outdated", lambda hash: False)


def here(registry: Registry, token: str) -> Session:
    found = sessions.look_up(registry, token)
    assert found is not None
    return found


def code(clock: Clock, steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(int(clock().timestamp()) + 30 * steps)


def enrolled(registry: Registry, account: Account) -> list[str]:
    """Give an account a one-time code, long ago; gives the recovery codes."""
    with registry.state.write() as connection:
        return codes.set_up(registry, connection, account, SECRET, 0)


# ── Passwords ────────────────────────────────────────────────────────────────────────────────────


def test_a_name_and_its_password_lead_in(
    registry: Registry, entrance: Entrance, zhang: Account
) -> None:
    found = here(registry, entrance.sign_in(" ZHANG", signed.PASSWORD, HERE))
    assert (found.stage, found.account.id, found.address) == ("full", zhang.id, "10.0.0.1")
    viewer = found.viewer("10.0.0.2")
    assert (viewer.role, viewer.root, viewer.name) == (Role.LEADER, "330110", "zhang")
    [line] = registry.audit.lines(what="sign_in")
    assert (line["outcome"], line["who"], line["session"]) == ("allowed", "zhang", found.short)


@pytest.mark.parametrize("which", ["unknown", "wrong", "disabled", "no password", "locked"])
def test_whoever_fails_is_told_the_same_after_the_same_work(
    registry: Registry,
    entrance: Entrance,
    zhang: Account,
    which: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda *given: done.append(given) or verify(*given)
    )
    name, password = "zhang", signed.PASSWORD
    match which:
        case "unknown":
            name = "zhao"
        case "wrong":
            password = "Spring-Rain-2025"
        case "disabled":
            accounts.change(registry, CONSOLE, zhang, disabled=True)
        case "no password":
            name = accounts.add(registry, CONSOLE, "li", role="leader", person="3").name
        case "locked":
            monkeypatch.setattr(entrance, "_is_locked", lambda *_: True)
    with pytest.raises(NotSignedIn) as refused:
        entrance.sign_in(name, password, HERE)
    assert refused.value.args == ()
    assert len(done) == 1
    assert sessions.of(registry, zhang.id) == []


@pytest.mark.parametrize(
    ("password", "role", "rules"),
    [
        ("Spring-Rain-2026", "leader", []),
        ("春天的雨下了2026个夜晚Rain", "leader", []),
        ("Rain-2026", "leader", ["password_short"]),
        ("Rain-20261", "leader", []),
        ("Rain-20261", "audit", ["password_short"]),
        ("Rain-2026123", "audit", []),
        ("springrain2026", "leader", ["password_plain"]),
        ("spring-rain-2026", "leader", []),
        ("Hello-ZHANG-26", "leader", ["password_name"]),
        ("x", "leader", ["password_short", "password_plain"]),
        ("Ab1" * 334, "leader", ["password_long"]),
    ],
)
def test_a_new_password_keeps_the_rules(password: str, role: str, rules: list[str]) -> None:
    found = Passwords(Settings()).broken(password, "zhang", Role(role))
    assert [rule.name for rule in found] == rules


def test_long_passwords_that_begin_alike_are_two() -> None:
    kept = Passwords(Settings())
    hash = kept.hash("x" * 1_000 + "yes")
    assert kept.verify("x" * 1_000 + "yes", hash)
    assert not kept.verify("x" * 1_000 + "no", hash)


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    kept = Passwords(Settings())
    first, second = kept.hash(NEW), kept.hash(NEW)
    assert first != second
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_hash_of_older_days_is_made_anew_when_its_password_comes(
    registry: Registry, entrance: Entrance, zhang: Account
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(signed.PASSWORD)
    with registry.state.write() as connection:
        connection.execute(table.update().values(password=weak))
    entrance.sign_in("zhang", signed.PASSWORD, HERE)
    renewed = accounts.named(registry, "zhang").password
    assert renewed is not None
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_password_is_due_after_its_days_and_leads_nowhere_else(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    clock.wait(days=90)
    assert here(registry, entrance.sign_in("zhang", signed.PASSWORD, HERE)).stage == "full"
    clock.wait(seconds=1)
    due = here(registry, entrance.sign_in("zhang", signed.PASSWORD, HERE))
    assert due.stage == "change"


def test_a_changed_password_ends_the_old_one_and_all_other_sessions(
    registry: Registry, entrance: Entrance, plain: None, zhang: Account
) -> None:
    elsewhere = entrance.sign_in("zhang", signed.PASSWORD, HERE)
    mine = here(registry, entrance.sign_in("zhang", signed.PASSWORD, HERE))
    with pytest.raises(NotSignedIn):
        entrance.change_password(mine, "Spring-Rain-2025", NEW, HERE)
    token, broken = entrance.change_password(mine, signed.PASSWORD, "short", HERE)
    assert (token, [rule.name for rule in broken]) == ("", ["password_short", "password_plain"])
    assert sessions.look_up(registry, elsewhere) is not None
    token, broken = entrance.change_password(mine, signed.PASSWORD, NEW, HERE)
    assert broken == []
    assert here(registry, token).stage == "full"
    assert [each.hash for each in sessions.of(registry, zhang.id)] == [here(registry, token).hash]
    with pytest.raises(NotSignedIn):
        entrance.sign_in("zhang", signed.PASSWORD, HERE)
    entrance.sign_in("zhang", NEW, HERE)


def test_the_last_passwords_do_not_come_again(
    registry: Registry, entrance: Entrance, plain: None, zhang: Account
) -> None:
    for number in range(6):
        token, _ = links.make(registry, CONSOLE, zhang, "password")
        assert entrance.set_password(token, f"Spring-Rain-{number}!", HERE) == []
    token, _ = links.make(registry, CONSOLE, zhang, "password")
    for number in range(1, 6):
        [rule] = entrance.set_password(token, f"Spring-Rain-{number}!", HERE)
        assert (rule.name, rule.limit) == ("password_again_used", 5)
    assert entrance.set_password(token, "Spring-Rain-0!", HERE) == []


def test_so_many_are_hashed_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Passwords(Settings(hashing=2))
    running, most, go = [], [], threading.Event()

    def verify(*_: object) -> bool:
        running.append(1)
        most.append(len(running))
        assert go.wait(10)
        running.pop()
        return True

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    monkeypatch.setattr(passwords, "PATIENCE", 5.0)
    threads = [threading.Thread(target=kept.verify, args=(NEW, "hash")) for _ in range(5)]
    for each in threads:
        each.start()
    while len(running) < 2:
        pass
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    with pytest.raises(Busy):  # whoever waits too long is told so
        kept.verify(NEW, "hash")
    go.set()  # and whoever waits gets a turn
    for each in threads:
        each.join()
    assert len(most) == 5
    assert max(most) == 2


# ── Locks ────────────────────────────────────────────────────────────────────────────────────────


def fail(entrance: Entrance, name: str = "zhang", caller: Caller = HERE, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            entrance.sign_in(name, "wrong", caller)


def test_five_wrong_passwords_lock_an_account_for_a_while(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    fail(entrance, times=4)
    entrance.sign_in("zhang", signed.PASSWORD, HERE)  # who comes in is no guesser
    fail(entrance, times=5)
    elsewhere = Caller("10.9.9.9")
    clock.wait(minutes=14)
    fail(entrance, times=3)  # does not make the lock longer
    with pytest.raises(NotSignedIn):
        entrance.sign_in("zhang", signed.PASSWORD, elsewhere)
    clock.wait(minutes=1)
    entrance.sign_in("zhang", signed.PASSWORD, elsewhere)
    why = [line["detail"] for line in registry.audit.lines(outcome="refused")]
    assert why[:4] == ['{"why": "locked"}'] * 4
    assert why[4:] == ['{"why": "wrong"}'] * 9


def test_an_account_that_is_not_there_locks_like_one_that_is(
    registry: Registry, entrance: Entrance, zhang: Account, guesses: list[str | None]
) -> None:
    for name in ("zhang", "nobody"):
        fail(entrance, name, times=5)
        with registry.state.read() as connection:
            assert entrance._is_locked(connection, name, Caller("10.9.9.9"))


def test_twenty_failures_lock_an_address_and_cost_no_more_work(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    for number in range(20):
        fail(entrance, f"guess{number}")
    assert len(guesses) == 20
    with pytest.raises(NotSignedIn):
        entrance.sign_in("zhang", signed.PASSWORD, HERE)
    assert len(guesses) == 20
    entrance.sign_in("zhang", signed.PASSWORD, Caller("10.0.0.2"))
    clock.wait(minutes=15)
    entrance.sign_in("zhang", signed.PASSWORD, HERE)


def test_guesses_made_at_once_are_all_counted(
    registry: Registry, entrance: Entrance, zhang: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(8)

    def verify(password: str, _: str | None) -> bool:
        together.wait(10)  # all have looked whether the account is locked, and it is not
        return password == signed.PASSWORD

    monkeypatch.setattr(entrance.passwords, "verify", verify)
    came_in = []

    def guess(password: str) -> None:
        with contextlib.suppress(NotSignedIn):
            came_in.append(entrance.sign_in("zhang", password, Caller("10.0.0.3")))

    threads = [threading.Thread(target=guess, args=(f"{number}",)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert came_in == []
    monkeypatch.setattr(entrance.passwords, "verify", lambda *_: True)
    with pytest.raises(NotSignedIn):
        entrance.sign_in("zhang", signed.PASSWORD, HERE)


def test_an_officer_unlocks_at_once(
    registry: Registry, entrance: Entrance, zhang: Account, guesses: list[str | None], clock: Clock
) -> None:
    enrolled(registry, zhang)
    fail(entrance, times=5)
    accounts.unlock(registry, CONSOLE, zhang)
    mine = here(registry, entrance.sign_in("zhang", signed.PASSWORD, HERE))
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            entrance.give_code(mine, "000000", HERE)
    with pytest.raises(NotSignedIn):
        entrance.give_code(mine, code(clock), HERE)
    accounts.unlock(registry, CONSOLE, zhang)
    entrance.give_code(mine, code(clock), HERE)


# ── One-time codes ───────────────────────────────────────────────────────────────────────────────


def with_code(registry: Registry, entrance: Entrance, name: str = "zhang") -> Session:
    mine = here(registry, entrance.sign_in(name, signed.PASSWORD, HERE))
    assert mine.stage == "code"
    return mine


def test_a_code_leads_in_once(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    enrolled(registry, zhang)
    mine = with_code(registry, entrance)
    token = entrance.give_code(mine, f" {code(clock)[:3]} {code(clock)[3:]} ", HERE)
    assert here(registry, token).stage == "full"
    assert sessions.look_up(registry, "x") is None
    again = with_code(registry, entrance)
    for steps in (0, -1):  # the one that was used, and the one before it
        with pytest.raises(NotSignedIn):
            entrance.give_code(again, code(clock, steps), HERE)
    clock.wait(seconds=30)
    assert here(registry, entrance.give_code(again, code(clock), HERE)).stage == "full"


@pytest.mark.parametrize(
    ("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_differ_by_one_step(
    registry: Registry,
    entrance: Entrance,
    zhang: Account,
    clock: Clock,
    guesses: list[str | None],
    steps: int,
    is_taken: bool,
) -> None:
    enrolled(registry, zhang)
    mine = with_code(registry, entrance)
    if is_taken:
        assert here(registry, entrance.give_code(mine, code(clock, steps), HERE)).stage == "full"
    else:
        with pytest.raises(NotSignedIn):
            entrance.give_code(mine, code(clock, steps), HERE)


@pytest.mark.parametrize("wrong", ["", "12345", "１２３４５６", "\0", "\ud800", "x" * 10_000])
def test_what_is_no_code_is_refused(
    registry: Registry, entrance: Entrance, zhang: Account, guesses: list[str | None], wrong: str
) -> None:
    enrolled(registry, zhang)
    with pytest.raises(NotSignedIn):
        entrance.give_code(with_code(registry, entrance), wrong, HERE)


def test_wrong_codes_lock_and_the_lock_ends(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    enrolled(registry, zhang)
    mine = with_code(registry, entrance)
    for _ in range(7):
        with pytest.raises(NotSignedIn):
            entrance.give_code(mine, "000000", HERE)
    with pytest.raises(NotSignedIn):
        entrance.give_code(mine, code(clock), HERE)
    clock.wait(minutes=14)
    mine = with_code(registry, entrance)  # knowing the password does not end it
    with pytest.raises(NotSignedIn):
        entrance.give_code(mine, code(clock), HERE)
    clock.wait(minutes=1)
    assert entrance.give_code(mine, code(clock), HERE)


def test_each_recovery_code_works_once(
    registry: Registry, entrance: Entrance, zhang: Account, guesses: list[str | None]
) -> None:
    told = enrolled(registry, zhang)
    assert len(set(told)) == 8
    entrance.give_code(with_code(registry, entrance), told[0], HERE)
    with pytest.raises(NotSignedIn):
        entrance.give_code(with_code(registry, entrance), told[0], HERE)
    entrance.give_code(with_code(registry, entrance), f" {told[1].upper()} ", HERE)
    with registry.state.read() as connection:
        assert codes.left(connection, zhang) == 6


@pytest.mark.parametrize("role", OFFICERS)
def test_an_officer_sets_up_a_code_before_anything_else(
    registry: Registry, entrance: Entrance, clock: Clock, guesses: list[str | None], role: Role
) -> None:
    wu = accounts.add(registry, CONSOLE, "wu", role=role, person="1003")
    signed.with_password(registry, wu)
    mine = here(registry, entrance.sign_in("wu", signed.PASSWORD, HERE))
    assert mine.stage == "enrol"
    with pytest.raises(NotSignedIn):
        entrance.set_up_code(mine, SECRET, "000000", HERE)
    token, recovery = entrance.set_up_code(mine, SECRET, code(clock), HERE)
    assert here(registry, token).stage == "full"
    assert len(recovery) == 8
    assert sessions.look_up(registry, mine.hash) is None
    again = here(registry, entrance.sign_in("wu", signed.PASSWORD, HERE))
    assert again.stage == "code"
    with pytest.raises(NotSignedIn):  # the code that set it up was used by that
        entrance.give_code(again, code(clock), HERE)


def test_an_open_session_is_not_enough_for_another_code(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    told = enrolled(registry, zhang)
    token = entrance.give_code(with_code(registry, entrance), told[0], HERE)
    mine, other = here(registry, token), pyotp.random_base32()
    first = pyotp.TOTP(other).at(int(clock().timestamp()))
    for present in ("", "000000", told[0]):
        with pytest.raises(NotSignedIn):
            entrance.set_up_code(mine, other, first, HERE, present)
    token, recovery = entrance.set_up_code(mine, other, first, HERE, told[1])
    assert not set(recovery) & set(told)
    clock.wait(seconds=30)
    mine = with_code(registry, entrance)
    with pytest.raises(NotSignedIn):
        entrance.give_code(mine, code(clock), HERE)
    entrance.give_code(mine, pyotp.TOTP(other).at(int(clock().timestamp())), HERE)


def test_a_code_taken_away_is_set_up_anew_by_an_officer(
    registry: Registry, entrance: Entrance, wang: Account, guesses: list[str | None]
) -> None:
    enrolled(registry, wang)
    codes.reset(registry, CONSOLE, wang)
    assert here(registry, entrance.sign_in("wang", signed.PASSWORD, HERE)).stage == "enrol"


def test_the_database_alone_gives_no_codes(registry: Registry, zhang: Account) -> None:
    enrolled(registry, zhang)
    held = accounts.named(registry, "zhang").code_secret
    assert held is not None
    assert SECRET not in held
    assert registry.key.unseal(held) == SECRET


def test_who_signs_in_elsewhere_is_an_officer_only_with_a_code(
    registry: Registry, entrance: Entrance, zhang: Account, wang: Account
) -> None:
    assert here(registry, entrance.let_in(zhang, HERE, "oidc")).stage == "full"
    with pytest.raises(NotSignedIn):
        entrance.let_in(wang, HERE, "oidc")
    enrolled(registry, wang)
    wang = accounts.named(registry, "wang")
    assert here(registry, entrance.let_in(wang, HERE, "oidc")).stage == "code"
    disabled = accounts.change(registry, CONSOLE, zhang, disabled=True)
    with pytest.raises(NotSignedIn):
        entrance.let_in(disabled, HERE, "proxy")


# ── Links ────────────────────────────────────────────────────────────────────────────────────────


def test_a_link_sets_one_password(
    registry: Registry, entrance: Entrance, plain: None, zhang: Account
) -> None:
    session = entrance.sign_in("zhang", signed.PASSWORD, HERE)
    token, _ = links.make(registry, CONSOLE, zhang, "password")
    assert [rule.name for rule in entrance.set_password(token, "short", HERE)] != []
    assert entrance.set_password(token, NEW, HERE) == []
    assert sessions.look_up(registry, session) is None
    for _ in range(2):
        with pytest.raises(NotSignedIn):
            entrance.set_password(token, "Autumn-Moon-2028", HERE)
    entrance.sign_in("zhang", NEW, HERE)


def test_a_link_lets_in_once(registry: Registry, entrance: Entrance, zhang: Account) -> None:
    token, expires = links.make(registry, CONSOLE, zhang, "sign_in")
    assert (expires - registry.now()).days == 3
    assert links.look_at(registry, token) is not None
    assert here(registry, entrance.by_link(token, HERE)).account.id == zhang.id
    assert links.look_at(registry, token) is None
    with pytest.raises(NotSignedIn):
        entrance.by_link(token, HERE)


def test_of_two_who_use_a_link_at_once_one_comes_in(
    registry: Registry, entrance: Entrance, zhang: Account
) -> None:
    token, _ = links.make(registry, CONSOLE, zhang, "sign_in")
    start, came_in = threading.Barrier(4), []

    def use() -> None:
        start.wait()
        with contextlib.suppress(NotSignedIn):
            came_in.append(entrance.by_link(token, HERE))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(came_in) == 1


@pytest.mark.parametrize("spoilt", ["expired", "newer", "disabled", "purpose", "guessed"])
def test_a_link_that_is_good_no_more_does_nothing(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, spoilt: str
) -> None:
    to_sign_in, _ = links.make(registry, CONSOLE, zhang, "sign_in")
    match spoilt:
        case "expired":
            clock.wait(days=3)
        case "newer":
            links.make(registry, CONSOLE, zhang, "password")
        case "disabled":
            accounts.change(registry, CONSOLE, zhang, disabled=True)
        case "purpose":
            with pytest.raises(NotSignedIn):
                entrance.set_password(to_sign_in, NEW, HERE)
            to_sign_in, _ = links.make(registry, CONSOLE, zhang, "password")
        case "guessed":
            to_sign_in = f"{to_sign_in[:-1]}{'a' if to_sign_in[-1] != 'a' else 'b'}"
    with pytest.raises(NotSignedIn):
        entrance.by_link(to_sign_in, HERE)
    assert sessions.of(registry, zhang.id) == []


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────


def test_a_session_ends_when_it_is_not_used(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    token = entrance.sign_in("zhang", signed.PASSWORD, HERE)
    for _ in range(4):
        clock.wait(minutes=14)
        assert sessions.look_up(registry, token) is not None
    clock.wait(minutes=16, seconds=1)  # a minute of grace: use is noted that often
    assert sessions.look_up(registry, token) is None


def test_a_session_ends_however_much_it_is_used(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    token = entrance.sign_in("zhang", signed.PASSWORD, HERE)
    for _ in range(12 * 6):
        clock.wait(minutes=10)
        assert sessions.look_up(registry, token) is not None
    clock.wait(seconds=1)
    assert sessions.look_up(registry, token) is None


def test_the_steps_of_signing_in_do_not_make_a_session_younger(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    enrolled(registry, zhang)
    mine = with_code(registry, entrance)
    clock.wait(minutes=10)
    assert here(registry, entrance.give_code(mine, code(clock), HERE)).created == mine.created


def test_every_step_has_a_token_of_its_own(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    enrolled(registry, zhang)
    first = entrance.sign_in("zhang", signed.PASSWORD, HERE)
    second = entrance.give_code(here(registry, first), code(clock), HERE)
    assert first != second
    assert sessions.look_up(registry, first) is None
    other = here(registry, entrance.sign_in("zhang", signed.PASSWORD, HERE))
    assert other.csrf != here(registry, second).csrf


def test_ending_a_session_acts_at_once_and_on_that_one_alone(
    registry: Registry, entrance: Entrance, zhang: Account, guesses: list[str | None]
) -> None:
    tokens = [entrance.sign_in("zhang", signed.PASSWORD, HERE) for _ in range(3)]
    li = accounts.add(registry, CONSOLE, "li", role="leader", person="2")
    assert sessions.revoke(registry, CONSOLE, li, here(registry, tokens[0]).hash) == 0
    entrance.sign_out(here(registry, tokens[0]), HERE)
    assert sessions.look_up(registry, tokens[0]) is None
    assert sessions.revoke(registry, CONSOLE, zhang, here(registry, tokens[1]).hash) == 1
    assert sessions.look_up(registry, tokens[1]) is None
    assert sessions.look_up(registry, tokens[2]) is not None
    assert sessions.revoke(registry, CONSOLE, zhang) == 1
    assert sessions.look_up(registry, tokens[2]) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 101, "\0", "\ud800", "' or 1=1 --"])
def test_no_session_is_found_by_what_is_no_token(
    registry: Registry, entrance: Entrance, zhang: Account, guesses: list[str | None], token: str
) -> None:
    entrance.sign_in("zhang", signed.PASSWORD, HERE)
    assert sessions.look_up(registry, token) is None


def test_the_database_knows_no_token(
    registry: Registry, entrance: Entrance, zhang: Account, guesses: list[str | None]
) -> None:
    token = entrance.sign_in("zhang", signed.PASSWORD, HERE)
    link, _ = links.make(registry, CONSOLE, zhang, "password")
    with registry.state.read() as connection:
        rows = [
            str(connection.execute(each.select()).all())
            for each in session_table.metadata.sorted_tables
        ]
    assert not any(token in text or link in text for text in rows)


def test_sessions_that_are_long_over_leave_no_row(
    registry: Registry, entrance: Entrance, zhang: Account, clock: Clock, guesses: list[str | None]
) -> None:
    entrance.sign_in("zhang", signed.PASSWORD, HERE)
    clock.wait(hours=13)
    entrance.sign_in("zhang", signed.PASSWORD, HERE)
    with registry.state.read() as connection:
        assert len(connection.execute(session_table.select()).all()) == 1


def test_an_end_that_is_not_written_down_is_none(
    registry: Registry, entrance: Entrance, zhang: Account, guesses: list[str | None]
) -> None:
    """Signing in is in the audit, or it does not happen."""
    with registry.state.write() as connection:
        connection.execute(signin.failures.delete())
    broken = registry.audit.write_within

    def refuse(*_: object) -> None:
        raise OSError("no room")

    registry.audit.write_within = refuse  # type: ignore[method-assign]
    with pytest.raises(OSError, match="no room"):
        entrance.sign_in("zhang", signed.PASSWORD, HERE)
    registry.audit.write_within = broken  # type: ignore[method-assign]
    assert sessions.of(registry, zhang.id) == []
