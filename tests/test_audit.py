"""The audit: of each line it says whether it is as it was written; who cannot be noted, waits."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit import settings as environment
from cockpit.model.mistakes import Mistake
from cockpit.people.audit import HEAD, AuditUnavailable, Line, What
from cockpit.people.registry import Registry

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = ("who", "role", "address", "session", "what", "place", "outcome", "detail")


def line(number: int = 0, **more: Any) -> Line:
    return Line(What.VIEW, who=f"somebody {number}", place=f"p{number}", rows=number, **more)


@pytest.fixture
def registry(home: Path) -> Iterator[Registry]:
    opened = Registry(environment.read({}, home=home))
    yield opened
    opened.close()


@contextmanager
def behind(home: Path) -> Iterator[sqlite3.Connection]:
    """The database as somebody has it who goes around everything, its triggers first."""
    connection = sqlite3.connect(home / "state.db", isolation_level=None)
    connection.execute("pragma synchronous = off")
    connection.execute("drop trigger if exists audit_stands")
    connection.execute("drop trigger if exists audit_stays")
    yield connection
    connection.close()


def faulty(registry: Registry) -> list[int]:
    """The numbers of the lines with which verifying finds fault."""
    return [fault.number for fault in registry.audit.verify()[1]]


# ── What is changed, taken away, moved or put in ─────────────────────────────────────────────────


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Registry, bytes, bytes]]:
    """An audit of twelve lines, and its database and head as they are then."""
    folder = tmp_path_factory.mktemp("audit")
    registry = Registry(environment.read({}, home=folder))
    for number in range(1, 13):
        registry.audit.write_now(line(number))
    registry.state.close()
    with sqlite3.connect(folder / "state.db") as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    yield registry, (folder / "state.db").read_bytes(), (folder / HEAD).read_bytes()
    registry.close()


@contextmanager
def again(written: tuple[Registry, bytes, bytes]) -> Iterator[sqlite3.Connection]:
    """The twelve lines, to be tampered with."""
    registry, database, head = written
    registry.state.close()
    for name in ("state.db-wal", "state.db-shm"):
        (registry.audit.home / name).unlink(missing_ok=True)
    (registry.audit.home / "state.db").write_bytes(database)
    (registry.audit.home / HEAD).write_bytes(head)
    with behind(registry.audit.home) as connection:
        yield connection


def test_as_it_was_written_it_is_whole(written: tuple[Registry, bytes, bytes]) -> None:
    with again(written):
        assert written[0].audit.verify() == (12, [])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.sampled_from(COLUMNS), st.text(max_size=5))
def test_a_changed_line_is_named(
    written: tuple[Registry, bytes, bytes], number: int, column: str, value: str
) -> None:
    with again(written) as database:
        asked = f"update audit set {column} = ? where number = ? and {column} <> ?"
        changed = database.execute(asked, (value, number, value)).rowcount
        assert faulty(written[0]) == [number] * changed


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 12), st.sampled_from(["at", "rows", "account", "hash", "previous"]))
def test_so_is_one_whose_time_rows_account_or_tags_were_changed(
    written: tuple[Registry, bytes, bytes], number: int, column: str
) -> None:
    value = {"at": "2026-01-01 00:00:00.000000", "rows": 99, "account": 7}.get(column, "0" * 63)
    with again(written) as database:
        database.execute(f"update audit set {column} = ? where number = ?", (value, number))
        assert set(faulty(written[0])) == {number}


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(1, 12), min_size=1, max_size=11))
def test_lines_that_were_taken_away_are_named(
    written: tuple[Registry, bytes, bytes], gone: set[int]
) -> None:
    """In the middle, at the beginning, and at the end, which nothing follows."""
    with again(written) as database:
        database.executemany("delete from audit where number = ?", [(each,) for each in gone])
        firsts = sorted(each for each in gone if each - 1 not in gone)
        assert faulty(written[0]) == firsts


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 11))
def test_taking_one_away_and_numbering_the_rest_anew_is_seen(
    written: tuple[Registry, bytes, bytes], number: int
) -> None:
    with again(written) as database:
        database.execute("delete from audit where number = ?", (number,))
        for each in range(number + 1, 13):
            database.execute("update audit set number = ? where number = ?", (each - 1, each))
        assert set(faulty(written[0])) >= set(range(number, 13))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=2, max_size=2, unique=True))
def test_lines_that_changed_places_are_both_named(
    written: tuple[Registry, bytes, bytes], pair: list[int]
) -> None:
    one, other = pair
    with again(written) as database:
        for here, there in ((one, -1), (other, one), (-1, other)):
            database.execute("update audit set number = ? where number = ?", (there, here))
        assert set(faulty(written[0])) >= {one, other}
        assert set(faulty(written[0])) <= {one, other, one + 1, other + 1}


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12))
def test_a_line_that_was_put_in_is_named(
    written: tuple[Registry, bytes, bytes], at: int, like: int
) -> None:
    """A copy of a line, so that all in it is right but where it stands."""
    with again(written) as database:
        for each in range(12, at - 1, -1):
            database.execute("update audit set number = ? where number = ?", (each + 1, each))
        source = like + 1 if like >= at else like
        columns = ", ".join(
            name for _, name, *_ in database.execute("pragma table_info(audit)") if name != "number"
        )
        copied = f"insert into audit (number, {columns}) select ?, {columns} from audit"
        database.execute(f"{copied} where number = ?", (at, source))
        assert at in faulty(written[0]) or like == at
        assert faulty(written[0])


def test_whoever_knows_how_lines_are_made_cannot_make_one(
    written: tuple[Registry, bytes, bytes], tmp_path: Path
) -> None:
    """All of the chain anew from a changed line on, by the product's own code, with another key."""
    stranger = Registry(environment.read({}, home=tmp_path))
    with again(written) as database:
        database.execute("update audit set place = 'elsewhere' where number = 5")
        previous = database.execute("select hash from audit where number = 4").fetchone()[0]
        for each in list(stranger_lines(written[0])):
            if each["number"] < 5:
                continue
            each["previous"] = previous
            previous = stranger.audit._tag(each)
            database.execute(
                "update audit set previous = ?, hash = ? where number = ?",
                (each["previous"], previous, each["number"]),
            )
        assert faulty(written[0]) == [5, 6, 7, 8, 9, 10, 11, 12, 12]
    stranger.close()


def stranger_lines(registry: Registry) -> Iterator[dict[str, Any]]:
    yield from registry.audit.export()


def test_what_was_cut_off_at_the_end_stays_seen_when_more_is_written(registry: Registry) -> None:
    for number in range(1, 7):
        registry.audit.write_now(line(number))
    with behind(registry.audit.home) as database:
        database.execute("delete from audit where number > 3")
    assert faulty(registry) == [4]
    for number in range(7, 14):
        registry.audit.write_now(line(number))
    many, faults = registry.audit.verify()
    assert many == 10
    assert [(fault.number, fault.found) for fault in faults] == [
        (4, "lines 4 to 6 were taken away")
    ]


@pytest.mark.parametrize("forge", [None, b"", b'[3, "abc", "def"]', b"not json"])
def test_the_note_of_where_it_ended_cannot_be_forged(
    registry: Registry, forge: bytes | None
) -> None:
    for number in range(1, 5):
        registry.audit.write_now(line(number))
    if forge is None:
        (registry.audit.home / HEAD).unlink()
    else:
        (registry.audit.home / HEAD).write_bytes(forge)
    assert [fault.found for fault in registry.audit.verify()[1]] == [
        f"{HEAD} is missing or was forged"
    ]


def test_an_audit_that_is_wholly_gone_is_missed(registry: Registry) -> None:
    from tests.signed import account

    assert registry.audit.verify() == (0, [])
    account(registry, "leader")
    with behind(registry.audit.home) as database:
        database.execute("delete from audit")
    assert faulty(registry) == [1]
    (registry.audit.home / HEAD).unlink()
    assert len(faulty(registry)) == 1


def test_the_database_itself_lets_nobody_change_it(registry: Registry) -> None:
    registry.audit.write_now(line(1))
    with sqlite3.connect(registry.audit.home / "state.db") as connection:
        for statement in ("update audit set who = 'x'", "delete from audit"):
            with pytest.raises(sqlite3.IntegrityError, match="the audit cannot be"):
                connection.execute(statement)
    connection.close()


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────

WRITER = """
import sys, threading
from cockpit import settings as environment
from cockpit.people.audit import Line, What
from cockpit.people.registry import Registry
registry = Registry(environment.read({}, home=sys.argv[1]))
def write(thread):
    for number in range(40):
        told = Line(What.VIEW, who=f"{sys.argv[2]}.{thread}", rows=number)
        (registry.audit.write_now if number % 8 == 0 else registry.audit.write)(told)
threads = [threading.Thread(target=write, args=(each,)) for each in range(4)]
[each.start() for each in threads]
[each.join() for each in threads]
assert registry.audit.flush(30)
registry.close()
"""


def test_two_processes_of_many_threads_write_one_chain(registry: Registry) -> None:
    home = str(registry.audit.home)
    command = [sys.executable, "-c", WRITER, home]
    running = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    assert [each.wait(60) for each in running] == [0, 0]
    many, faults = registry.audit.verify()
    assert (many, faults) == (2 * 4 * 40, [])
    found = list(registry.audit.export())
    assert [each["number"] for each in found] == list(range(1, many + 1))
    for who in (f"{name}.{thread}" for name in ("one", "two") for thread in range(4)):
        assert sorted(each["rows"] for each in found if each["who"] == who) == list(range(40))


# ── Rotation ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def year(home: Path) -> Iterator[tuple[Registry, Callable[[int], None]]]:
    """An audit whose clock is set by its second part, to so many days from the beginning; a line a
    day for 400 days, kept for six months.
    """
    now = [BEGIN]
    settings = replace(environment.read({}, home=home), audit_months=6)
    registry = Registry(settings, now=lambda: now[0])

    def set_to(day: int) -> None:
        now[0] = BEGIN + timedelta(days=day)

    with registry.state.write() as connection:
        lines = [line(day, at=BEGIN + timedelta(days=day)) for day in range(400)]
        registry.audit.write_within(connection, *lines)
    yield registry, set_to
    registry.close()


def rotate(registry: Registry) -> Path | None:
    return registry.audit.rotate(Line(What.AUDIT, who="auditor"))


def test_what_is_old_goes_to_an_archive_and_the_chain_goes_on(
    year: tuple[Registry, Callable[[int], None]],
) -> None:
    registry, set_to = year
    set_to(400)
    first = rotate(registry)
    assert first is not None
    assert first.name == "audit-000000001-000000214.ndjson.gz"
    assert oct(first.parent.stat().st_mode & 0o777) == "0o700"
    assert rotate(registry) is None
    set_to(500)
    second = rotate(registry)
    assert second is not None
    assert second.name == "audit-000000215-000000314.ndjson.gz"
    left = registry.audit.lines()
    assert (left[-1]["number"], left[0]["number"]) == (315, 402)
    assert [json.loads(each["detail"]) for each in left[:2]] == [
        {"rotated": second.name},
        {"rotated": first.name},
    ]
    assert registry.audit.verify() == (402, [])
    assert [each["number"] for each in registry.audit.export()] == list(range(1, 403))


def test_it_goes_on_though_all_of_it_was_archived(
    year: tuple[Registry, Callable[[int], None]],
) -> None:
    registry, set_to = year
    set_to(4_000)
    assert rotate(registry) is not None
    assert [each["number"] for each in registry.audit.lines()] == [401]
    registry.audit.write_now(line(7))
    assert registry.audit.verify() == (402, [])


def test_less_than_six_months_are_not_enough(home: Path) -> None:
    registry = Registry(replace(environment.read({}, home=home), audit_months=5))
    with pytest.raises(
        Mistake, match=r"COCKPIT_AUDIT_MONTHS: .* kept for 5 months\. The law wants 6"
    ):
        rotate(registry)
    registry.close()


def forged(path: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    with gzip.open(path, "rt", encoding="utf-8") as packed:
        lines = [json.loads(text) for text in packed]
    change(lines)
    with gzip.open(path, "wt", encoding="utf-8") as packed:
        packed.writelines(f"{json.dumps(each, ensure_ascii=False)}\n" for each in lines)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda lines: lines[9].update(who="somebody else"), {10}),
        (lambda lines: lines[9].update(rows=10**6), {10}),
        (lambda lines: lines.pop(9), {10}),
        (lambda lines: lines.pop(), {214}),
        (lambda lines: lines.insert(9, lines[8]), {9}),
        (lambda lines: lines.reverse(), set(range(1, 214))),
        (lambda lines: lines[9].pop("who"), {10}),
        (lambda lines: lines.clear(), {1}),
        (lambda lines: None, {1}),
    ],
    ids=["who", "rows", "one less", "end", "twice", "order", "not a line", "empty", "packed anew"],
)
def test_a_forged_archive_is_found(
    year: tuple[Registry, Callable[[int], None]],
    change: Callable[[list[dict[str, Any]]], None],
    found: set[int],
) -> None:
    registry, set_to = year
    set_to(400)
    path = rotate(registry)
    assert path is not None
    forged(path, change)
    assert set(faulty(registry)) & found


@pytest.mark.parametrize("harm", ["gone", "cut short", "no archive at all", "another entry"])
def test_so_is_one_that_is_gone_or_broken(
    year: tuple[Registry, Callable[[int], None]], harm: str
) -> None:
    registry, set_to = year
    set_to(400)
    path = rotate(registry)
    assert path is not None
    with behind(registry.audit.home) as database:
        if harm == "gone":
            path.unlink()
        elif harm == "cut short":
            path.write_bytes(path.read_bytes()[:-200])
        elif harm == "no archive at all":
            database.execute("delete from audit_archives")
        else:
            database.execute("update audit_archives set digest = 'x'")
    assert faulty(registry)[0] <= 214


# ── When it cannot be written ────────────────────────────────────────────────────────────────────


def test_what_cannot_be_written_down_stops_whoever_comes_until_it_can(registry: Registry) -> None:
    registry.audit.write_now(line(1))
    with behind(registry.audit.home) as database:
        database.execute(
            "create trigger no_room before insert on audit begin select raise(abort, 'full'); end"
        )
        registry.audit.write(line(2))
        registry.audit.flush(0.5)
        with pytest.raises(AuditUnavailable):
            registry.audit.write(line(3))
        with pytest.raises(AuditUnavailable):
            registry.audit.write_now(line(4))
        database.execute("drop trigger no_room")
    assert registry.audit.flush(10)
    registry.audit.write(line(5))
    assert registry.audit.flush()
    assert [each["rows"] for each in registry.audit.export()] == [1, 2, 5]
    assert registry.audit.verify() == (3, [])


def test_a_page_does_not_wait_for_its_line(registry: Registry) -> None:
    """Also while somebody else holds the database."""
    registry.audit.write_now(line(1))
    with behind(registry.audit.home) as database:
        database.execute("begin immediate")
        began = time.perf_counter()
        for number in range(100):
            registry.audit.write(line(number))
        taken = (time.perf_counter() - began) / 100
        database.execute("rollback")
    assert taken < 0.02  # whoever waits for the database waits for seconds
    assert registry.audit.flush()
    assert len(registry.audit.lines()) == 101


def test_lines_of_many_threads_keep_their_order_in_each(registry: Registry) -> None:
    def write(thread: int) -> None:
        for number in range(50):
            registry.audit.write(line(number, session=str(thread)))

    threads = [threading.Thread(target=write, args=(each,)) for each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert registry.audit.flush()
    found = list(registry.audit.export())
    for thread in range(4):
        assert [e["rows"] for e in found if e["session"] == str(thread)] == list(range(50))


# ── Taking it along ──────────────────────────────────────────────────────────────────────────────


def test_a_spreadsheet_is_given_no_formula(registry: Registry) -> None:
    registry.audit.write_now(Line(What.SIGN_IN, who='=HYPERLINK("http://x")', outcome="refused"))
    registry.audit.write_now(Line(What.SIGN_IN, who='王, "五"\n', address="-1"))
    first, second = csv.DictReader(io.StringIO("".join(registry.audit.as_csv()), newline=""))
    assert first["who"] == '\'=HYPERLINK("http://x")'
    assert (second["who"], second["address"], second["number"]) == ('王, "五"\n', "'-1", "2")
