"""The state database: made by migrations, once, whoever opens it; the same on both databases."""

from __future__ import annotations

import multiprocessing
import os
import stat
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from cockpit.model.mistakes import Mistake
from cockpit.people import accounts
from cockpit.people.audit import AuditUnavailable, Line, What
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.people.state import State, Unavailable
from cockpit.people.tables import METADATA, sessions
from cockpit.people.tables import accounts as table
from cockpit.settings import Settings
from tests.postgres import Clock, Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> str:
    """COCKPIT_STATE for a database in which nothing was ever made."""
    if request.param == "sqlite":
        return ""
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


def test_the_migrations_make_the_tables(home: Path, empty: str) -> None:
    state = State(Settings(home=home, state=empty))
    with state.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    state.close()


def test_an_account_that_stood_for_a_wall_comes_in_no_more(home: Path, empty: str) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    old = State(Settings(home=home, state=empty), upto="0001")
    with old.write() as connection:
        for id, role in ((1, "display"), (2, "leader")):
            values = {"id": id, "name": role, "folded": role, "role": role, "created": at}
            texts = dict.fromkeys(("display", "person", "root", "contact"), role)
            flags = {"disabled": False, "must_change": False, "code_last": 0}
            connection.execute(insert(table), {**values, **texts, **flags})
            times = {"created": at, "seen": at}
            told = {"hash": role, "account": id, "stage": "full", "csrf": "", "address": ""}
            connection.execute(insert(sessions), {**told, **times, "agent": ""})
    old.close()
    registry = Registry(Settings(home=home, state=empty))
    assert {each.name: each.disabled for each in accounts.listed(registry)} == {
        "display": True, "leader": False,
    }  # fmt: skip
    with registry.state.read() as connection:
        assert connection.execute(select(sessions.c.hash)).scalars().all() == ["leader"]
    wall = accounts.named(registry, "display")
    with pytest.raises(Mistake, match="no account and no password"):
        accounts.change(registry, CONSOLE, wall, disabled=False)
    registry.close()


def opened(home: Path, url: str, barrier: Barrier) -> None:
    barrier.wait(30)
    State(Settings(home=home, state=url)).close()


def test_processes_that_open_it_at_once_migrate_it_once(home: Path, empty: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(2)
    processes = [spawn.Process(target=opened, args=(home, empty, barrier)) for _ in range(2)]
    for each in processes:
        each.start()
    for each in processes:
        each.join(60)
    assert [each.exitcode for each in processes] == [0, 0]
    state = State(Settings(home=home, state=empty))
    with state.read() as connection:
        found = connection.execute(text("select version_num from alembic_version")).scalars().all()
    assert found == ["0003"]
    state.close()


def test_a_database_of_a_newer_cockpit_is_refused_in_words(home: Path, empty: str) -> None:
    settings = Settings(home=home, state=empty)
    state = State(settings)
    with state.write() as connection:
        connection.execute(text("update alembic_version set version_num = '9042'"))
    state.close()
    with pytest.raises(Mistake, match="made by a newer cockpit") as refused:
        State(settings)
    assert "9042" in refused.value.text()
    assert refused.value.write == "Run that cockpit, or a newer one"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://somebody@host/name", "'mysql' is no database"),
        ("postgres//", "this is no URL"),
        ("postgresql://cockpit:opensesame@127.0.0.1:1/name", "cannot be opened"),
    ],
)
def test_a_wrong_url_is_told_without_its_password(home: Path, url: str, words: str) -> None:
    with pytest.raises(Mistake, match=words) as refused:
        State(Settings(home=home, state=url))
    assert "opensesame" not in refused.value.text()


def test_the_files_of_a_home_are_its_owners_alone(home: Path) -> None:
    before = os.umask(0o022)
    try:
        registry = Registry(Settings(home=home))
        accounts.add(registry, CONSOLE, "zhang", role="leader", person="1001")
        registry.close()
    finally:
        os.umask(before)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
    assert found.keys() >= {"secret.key", "state.db", "audit.head", "state.lock"}
    assert set(found.values()) == {0o600}, found


def test_a_key_that_others_can_read_stops_the_start(home: Path) -> None:
    Registry(Settings(home=home)).close()
    (home / "secret.key").chmod(0o640)
    with pytest.raises(Mistake, match="others than its owner can read"):
        Registry(Settings(home=home))
    (home / "secret.key").chmod(0o600)
    (home / "secret.key").write_text("short")
    with pytest.raises(Mistake, match="no key of 64"):
        Registry(Settings(home=home))


def test_all_of_a_transaction_is_written_or_nothing(registry: Registry) -> None:
    accounts.add(registry, CONSOLE, "zhang", role="leader", person="1001")
    lines = len(registry.audit.lines())
    with pytest.raises(Mistake, match="already"):
        accounts.add(registry, CONSOLE, "ZHANG", role="leader", person="1002")
    assert len(registry.audit.lines()) == lines
    assert registry.audit.verify() == (lines, [])


def test_the_text_of_an_error_holds_no_value(registry: Registry) -> None:
    made = accounts.add(registry, CONSOLE, "zhang", role="leader", person="1001")
    values = {"id": made.id, "name": "opensesame", "folded": "zhang"}
    with pytest.raises(IntegrityError) as error, registry.state.write() as connection:
        connection.execute(insert(table), {**_row(registry), **values})
    assert "opensesame" not in str(error.value)


def _row(registry: Registry) -> dict[str, object]:
    with registry.state.read() as connection:
        return dict(connection.execute(select(table)).mappings().one())


STRANGE = "a\0b\ud800c𠮷"


def test_text_that_no_database_takes_is_stored_without_what_is_wrong(registry: Registry) -> None:
    made = accounts.add(
        registry, CONSOLE, "zhang", role="leader", person=STRANGE, display=STRANGE, contact=STRANGE
    )
    assert (made.person, made.display, made.contact) == ("a\ufffdb?c𠮷",) * 3
    with registry.state.read() as connection:
        assert accounts.find(connection, STRANGE) is None
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1


def test_a_line_of_the_audit_may_hold_any_text(registry: Registry) -> None:
    strange = Line(What.VIEW, who=STRANGE, place=STRANGE, detail={STRANGE: STRANGE})
    registry.audit.write(strange)
    registry.audit.write(Line(What.VIEW, who="zhang"))
    assert registry.audit.flush()
    registry.audit.write_now(strange)
    assert [line["who"] for line in registry.audit.lines()] == [
        "a\ufffdb?c𠮷", "zhang", "a\ufffdb?c𠮷",
    ]  # fmt: skip
    assert registry.audit.verify() == (3, [])


def test_a_server_that_is_away_is_told_in_words_and_found_again(
    postgres: Postgres, home: Path
) -> None:
    url = postgres.database()
    name = url.rsplit("/", 1)[1]
    registry = Registry(Settings(home=home, state=url))
    accounts.add(registry, CONSOLE, "zhang", role="leader", person="1001")
    postgres.run(f"alter database {name} allow_connections false")
    postgres.run(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
    with pytest.raises(Unavailable, match="does not answer") as told:
        accounts.listed(registry)
    assert url.split(":")[2].split("@")[0] not in told.value.text()
    with pytest.raises(AuditUnavailable):
        registry.audit.write_now(Line(What.VIEW, who="zhang"))
    postgres.run(f"alter database {name} allow_connections true")
    assert [each.name for each in accounts.listed(registry)] == ["zhang"]
    registry.close()


# ── The audit, on both databases: tests/test_audit.py has the rest ───────────────────────────────


def test_the_database_itself_refuses_to_change_the_audit(registry: Registry) -> None:
    registry.audit.write_now(*(Line(What.VIEW, who=f"somebody {number}") for number in range(3)))
    statements = [
        "update audit set who = 'nobody' where number = 2",
        "delete from audit where number = 2",
        "delete from audit",
    ]
    if not registry.state.is_sqlite:
        statements.append("truncate audit")
    for each in statements:
        with pytest.raises(DBAPIError, match="audit cannot"), registry.state.write() as connection:
            connection.execute(text(each))
    assert registry.audit.verify() == (3, [])


def test_whoever_goes_around_the_database_is_found_out(registry: Registry) -> None:
    registry.audit.write_now(*(Line(What.VIEW, who=f"somebody {number}") for number in range(4)))
    with registry.state.write() as connection:
        if registry.state.is_sqlite:
            connection.execute(text("drop trigger audit_stands"))
        else:  # as its owner may, for as long as the transaction
            connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("update audit set who = 'nobody' where number = 2"))
    assert [fault.number for fault in registry.audit.verify()[1]] == [2]


def test_old_lines_move_to_an_archive_and_are_still_followed(
    registry: Registry, clock: Clock
) -> None:
    registry.audit.write_now(*(Line(What.VIEW, who=f"somebody {number}") for number in range(3)))
    clock.wait(days=400)
    registry.audit.write_now(Line(What.VIEW, who="somebody new"))
    path = registry.audit.rotate(Line(What.AUDIT, who="console"))
    assert path is not None
    assert [line["who"] for line in registry.audit.lines()] == ["console", "somebody new"]
    many, faults = registry.audit.verify()
    assert (many, faults) == (5, [])
    assert [line["number"] for line in registry.audit.export()] == [1, 2, 3, 4, 5]
