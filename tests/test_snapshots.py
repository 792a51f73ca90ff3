"""Snapshots: published or not, never changed, never taken from under a reader's feet."""

import fcntl
import random
import threading
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from cockpit.answers.snapshot import NoSnapshot, Snapshot, Snapshots
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.model.sheet import LAYOUT
from cockpit.record import publish as publish_module
from cockpit.record.publish import current, kept, manifest, rollback
from cockpit.record.state import state
from cockpit.record.store import Record
from cockpit.record.worker import Worker
from cockpit.settings import Settings
from tests import hamlet, town

PLACES = ("town/n/e/1/a", "town/n/o/1/a", "town/s/a/1/a", "town/s/x")


def cases(first: int, last: int, month: int = 1, closed: bool = True) -> str:
    """Cases of a month by their numbers; every third is closed late."""
    lines = ["number,place,reported_at,due_at,closed_at,updated_at"]
    for number in range(first, last):
        day, done = f"2026-{month:02}-{number % 9 + 1:02}", 12 + 3 * (number % 3 == 0)
        end = f"2026-{month:02}-{done} 08:00" if closed else ""
        updated = f"2026-{month:02}-2{1 if closed else 0} 08:00"
        lines.append(
            f"c{number},{PLACES[number % 4]},{day} 08:00,2026-{month:02}-14 08:00,{end},{updated}"
        )
    return "\n".join(lines) + "\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return hamlet.found(tmp_path, keep=3)


@pytest.fixture
def worker(record: Record) -> Worker:
    return Worker(record)


def publish(worker: Worker, text: str) -> str:
    """Take a file in and publish it."""
    receipt = town.send(worker.record, "cases.csv", text)
    assert receipt.refused is None
    return published(worker)


def published(worker: Worker) -> str:
    id, trouble = worker.publish()
    assert trouble is None
    assert id is not None
    return id


def watched(settings: Settings) -> tuple[Snapshots, str]:
    """Somebody who reads, and the id of what they read now."""
    snapshots = Snapshots(settings.snapshots)
    with snapshots.current() as snapshot:
        return snapshots, snapshot.id


def handles() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def truth(record: Record) -> hamlet.Numbers:
    """What the record itself says."""
    [numbers] = record.con.execute(
        "select count(*), count(*) filter (closed_at <= due_at), count(closed_at),"
        " count(*) filter (closed_at is null) from cases"
    ).fetchall()
    return numbers  # type: ignore[no-any-return]


def parts(settings: Settings, id: str) -> set[str]:
    """The month files that a snapshot is made of."""
    return {month["file"] for month in manifest(settings.snapshots, id)["files"]["cases"].values()}


# ── Publishing ────────────────────────────────────────────────────────────────────────────────────


def test_publishing_again_changes_nothing(worker: Worker, settings: Settings) -> None:
    id = publish(worker, cases(0, 40))
    before = sorted(settings.snapshots.rglob("*"))
    assert published(worker) == id
    assert sorted(settings.snapshots.rglob("*")) == before


def test_a_refused_file_makes_no_snapshot(record: Record, worker: Worker) -> None:
    id = publish(worker, cases(0, 40))
    for _ in range(2):
        assert town.send(record, "cases.csv", "no,such,columns\n1,2,3\n").refused
        assert published(worker) == id
    assert publish(worker, cases(40, 50)) > id


def test_only_months_that_changed_are_written(worker: Worker, settings: Settings) -> None:
    first = publish(worker, cases(0, 40, month=1) + cases(40, 80, month=2).split("\n", 1)[1])
    second = publish(worker, cases(80, 90, month=2))
    january, february = sorted(parts(settings, first))
    assert parts(settings, second) & {january, february} == {january}


@pytest.mark.parametrize("share", [0.0, 0.3, 100.0])
def test_files_with_differences_hold_what_the_record_holds(
    worker: Worker, settings: Settings, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases come, change and move between months at random, also after a step back; each snapshot
    has the record's rows, whether its files are written anew always, now and then or never.
    """
    monkeypatch.setattr(publish_module, "MOST_CHANGED", share)
    chance, record = random.Random(5), worker.record
    publish(worker, cases(0, 60, month=1) + cases(60, 120, month=2).split("\n", 1)[1])
    first = parts(settings, current(settings.snapshots) or "")
    for step in range(12):
        lines = ["number,place,reported_at,due_at,closed_at,updated_at"]
        for number in chance.sample(range(140), chance.randint(1, 12)):
            month, done = chance.randint(1, 3), chance.choice(["", "2026-03-20 08:00"])
            lines.append(
                f"c{number},{PLACES[number % 4]},2026-{month:02}-0{step % 9 + 1} 08:00,"
                f"2026-03-14 08:00,{done},2026-04-01 08:{step:02}"
            )
        id = publish(worker, "\n".join(lines) + "\n")
        columns = ", ".join(("pos", *FACTS["cases"].names))
        snapshot = Snapshot(settings.snapshots, id)
        found = snapshot.rows(f"select {columns} from cases order by number")
        held = snapshot.standing("cases")
        assert hamlet.numbers(snapshot) == truth(record)
        snapshot.close()
        rows = record.con.execute(f"select {columns} from cases order by number").fetchall()
        assert found == rows
        moments = [row[1 + FACTS["cases"].names.index("reported_at")] for row in rows]
        assert (held.rows, held.first, held.last) == (len(rows), min(moments), max(moments))
        if step % 5 == 4:
            rollback(settings.snapshots)
    kept_as_they_were = first & parts(settings, id)
    assert len(kept_as_they_were) == (2 if share == 100 else 0)


def test_equal_rows_have_the_same_file(worker: Worker, settings: Settings) -> None:
    first = publish(worker, cases(0, 400))
    metrics = settings.shipped / "cases" / "metrics.toml"
    metrics.write_text(hamlet.METRICS.replace("closed_at <= due_at", "closed_at < due_at"))
    second = published(worker)
    assert second > first
    assert parts(settings, first) == parts(settings, second)


def test_what_no_kept_snapshot_needs_goes(
    record: Record, worker: Worker, settings: Settings
) -> None:
    told = {}
    for number in range(5):
        id = publish(worker, cases(number * 10, number * 10 + 10, month=number % 4 + 1))
        told[id] = hamlet.in_service(settings)
    ids = kept(settings.snapshots)
    assert ids == list(told)[-3:]
    for id in ids:
        snapshot = Snapshot(settings.snapshots, id)
        assert hamlet.numbers(snapshot) == told[id]
        snapshot.close()
    needed = set.union(*(parts(settings, id) for id in ids))
    assert {path.name for path in (settings.snapshots / "facts").iterdir()} == needed
    counted = {name for id in ids for name in manifest(settings.snapshots, id)["cubes"]["cases"]}
    assert {path.name for path in (settings.snapshots / "cubes").iterdir()} == counted
    for table in ("changed_cases", "touched"):
        oldest = manifest(settings.snapshots, ids[0])["upto"]
        assert record.one(f"select min(receipt) from {table}") > oldest


def test_a_publish_that_fails_midway_leaves_nothing_behind(
    record: Record, worker: Worker, settings: Settings
) -> None:
    id = publish(worker, cases(0, 40))
    told = hamlet.in_service(settings)
    town.send(record, "cases.csv", cases(0, 60, month=2))

    def fails(words: str) -> None:
        snapshot, trouble = worker.publish()
        assert snapshot == id
        assert words in str(trouble)
        assert hamlet.in_service(settings) == told
        attached = record.con.execute(
            "select database_name from duckdb_databases() where not internal"
        ).fetchall()
        assert attached == [("record",)]

    in_the_way = settings.snapshots / "facts" / ".cases-2026-02.part"
    in_the_way.mkdir()
    fails("File exists")  # while a month is written
    in_the_way.rmdir()
    in_the_way = settings.snapshots / f".{int(id) + 1:08}.json.part"
    in_the_way.mkdir()
    fails("Is a directory")  # while the manifest is written
    in_the_way.rmdir()
    assert worker.publish() == (f"{int(id) + 1:08}", None)
    assert hamlet.in_service(settings) == truth(record)


def test_a_snapshot_of_another_record_is_not_built_upon(settings: Settings) -> None:
    with Record(settings) as record:
        first = Worker(record)
        for month in (1, 2):
            publish(first, cases(0, 10 * month, month=month))
    settings.record.unlink()
    with Record(settings) as anew:
        second = Worker(anew)
        for month in (3, 4, 5):
            publish(second, cases(month, 9, month=month))
            assert hamlet.in_service(settings) == truth(anew)


# ── Rolling back ──────────────────────────────────────────────────────────────────────────────────


def test_rollback_puts_an_earlier_snapshot_back_in_service(
    worker: Worker, settings: Settings
) -> None:
    with pytest.raises(Mistake, match="no earlier snapshot"):
        rollback(settings.snapshots)
    told = {}
    for number in range(4):
        id = publish(worker, cases(number * 10, number * 10 + 10, month=number + 1))
        told[id] = hamlet.in_service(settings)
    gone, first, second, third = told
    assert rollback(settings.snapshots) == second
    assert hamlet.in_service(settings) == told[second]
    assert rollback(settings.snapshots) == first
    assert rollback(settings.snapshots, third) == third
    assert hamlet.in_service(settings) == told[third]
    for absent in (gone, "../00000001", ""):
        with pytest.raises(Mistake, match="there is no snapshot"):
            rollback(settings.snapshots, absent)
    assert current(settings.snapshots) == third


def test_files_of_which_nothing_was_new_push_no_state_out(
    record: Record, worker: Worker, settings: Settings
) -> None:
    """More of them than are kept, while others read: the good state before the bad one is still
    there, and when the source delivered last is told.
    """
    good = publish(worker, cases(0, 40))
    told = hamlet.in_service(settings)
    bad = publish(worker, cases(30, 60))
    readers = []
    for number in range(1, 2 * settings.keep):
        readers.append(watched(settings)[0])
        after = publish(worker, cases(30, 60) + (f"w{number},,soon,,,\n" if number % 2 else ""))
        assert hamlet.in_service(settings) == (60, *truth(record)[1:])
        assert kept(settings.snapshots)[:1] == [good]
        assert state(settings)["kept"] == [good, after]
    assert after > bad
    with readers[-1].current() as snapshot:
        (source,) = snapshot.sources()
        rows = record.con.execute("select max(finished), sum(read) from receipts").fetchall()
        assert (snapshot.id, [(source["last_arrived"], source["read"])]) == (after, rows)
    assert state(settings)["quarantined"] == settings.keep
    assert rollback(settings.snapshots) == good
    assert hamlet.in_service(settings) == told
    for reader in readers:
        with reader.current():
            pass
    newest = publish(worker, cases(0, 10, month=2))
    assert kept(settings.snapshots) == [good, after, newest]


def test_nothing_is_rolled_back_where_nothing_is_published(home: Path) -> None:
    with pytest.raises(Mistake, match="nothing is published"):
        rollback(home / "snapshots")


def test_after_a_rollback_the_next_publish_has_everything(
    record: Record, worker: Worker, settings: Settings
) -> None:
    """Rows came, changed and went to another month, on either side of the rollback."""
    publish(worker, cases(0, 60, month=1, closed=False))
    publish(worker, cases(0, 20, month=1))
    publish(worker, cases(10, 30, month=2))
    newest = publish(worker, cases(60, 90, month=2, closed=False))
    for back, last in ((1, 92), (2, 95), (2, 99)):
        rollback(settings.snapshots, kept(settings.snapshots)[-1 - back])
        id = publish(worker, cases(15, last, month=int(newest) - 1))
        assert id > newest
        assert hamlet.in_service(settings) == truth(record)
        newest = id
    rollback(settings.snapshots, kept(settings.snapshots)[0])
    assert hamlet.in_service(settings) != truth(record)
    assert published(worker) > newest
    assert hamlet.in_service(settings) == truth(record)


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────


def test_before_the_first_publish_there_is_no_snapshot(settings: Settings) -> None:
    with pytest.raises(NoSnapshot), Snapshots(settings.snapshots).current():
        pass


def test_a_reader_keeps_its_snapshot_while_others_come_and_go(
    record: Record, worker: Worker, settings: Settings
) -> None:
    id = publish(worker, cases(0, 40))
    snapshots = Snapshots(settings.snapshots)
    with snapshots.current() as snapshot:
        told = hamlet.numbers(snapshot)
        for number in range(settings.keep + 1):
            publish(worker, cases(number, number + 1, month=number + 1))
        assert hamlet.numbers(snapshot) == told
        assert snapshot.rows("select count(*) from cases where place like 'town/n%'") == [(20,)]
        assert id in kept(settings.snapshots)
    with snapshots.current() as snapshot:
        assert hamlet.numbers(snapshot) == truth(record)
    publish(worker, cases(90, 91))
    assert id not in kept(settings.snapshots)
    assert len(kept(settings.snapshots)) == settings.keep


def test_whoever_comes_while_the_next_is_opened_gets_the_one_before(
    worker: Worker, settings: Settings
) -> None:
    before = publish(worker, cases(0, 40))
    snapshots = Snapshots(settings.snapshots)
    with snapshots.current():
        pass
    after = publish(worker, cases(40, 60))
    got: list[str] = []

    def ask() -> None:
        with snapshots.current() as snapshot:
            got.append(snapshot.id)

    with (settings.snapshots / f"{after}.json").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # whoever opens it has to wait
        slow = threading.Thread(target=ask)
        slow.start()
        while not snapshots._opening.locked():
            pass
        ask()
        assert got == [before]
    slow.join()
    assert got == [before, after]


def test_a_snapshot_that_is_taken_away_while_it_is_opened_is_followed(
    worker: Worker, settings: Settings
) -> None:
    before = publish(worker, cases(0, 40))
    got: list[str] = []

    def ask() -> None:
        with Snapshots(settings.snapshots).current() as snapshot:
            got.append(snapshot.id)

    path = settings.snapshots / f"{before}.json"
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        slow = threading.Thread(target=ask)
        slow.start()
        after = publish(worker, cases(40, 60))
        path.unlink()
    slow.join()
    assert got == [after]


def test_many_ask_while_it_changes_and_each_sees_one_state(
    record: Record, worker: Worker, settings: Settings
) -> None:
    """All that is asked in one go speaks of the same cases, and handles do not pile up."""
    publish(worker, cases(0, 9))
    publish(worker, cases(9, 10))  # from here on there are changes beside what was counted at once
    snapshots = Snapshots(settings.snapshots)
    with snapshots.current() as snapshot:
        allowed = {hamlet.numbers(snapshot)}
    open_before = handles()
    over, wrong, answers = threading.Event(), list[str](), list[hamlet.Numbers]()

    def ask() -> None:
        while not over.wait(0.03):
            try:
                with snapshots.current() as snapshot:
                    told = [hamlet.numbers(snapshot) for _ in range(2)]
                    assert len({*told}) == 1, told
                    answers.append(told[0])
            except Exception as error:  # noqa: BLE001
                wrong.append(repr(error))

    readers = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(6):
        town.send(record, "cases.csv", cases(10 + 5 * number, 15 + 5 * number))
        allowed.add(truth(record))
        published(worker)
    over.set()
    for reader in readers:
        reader.join()
    assert not wrong, wrong[:3]
    assert len(answers) > len(readers)
    assert {*answers} <= allowed
    with snapshots.current() as snapshot:
        assert hamlet.numbers(snapshot) == truth(record)
    assert handles() == open_before


def test_going_back_to_a_snapshot_still_in_use_loses_no_handle(
    worker: Worker, settings: Settings
) -> None:
    first = publish(worker, cases(0, 10))
    second = publish(worker, cases(10, 20))
    snapshots = Snapshots(settings.snapshots)
    before = None
    for _ in range(4):
        rollback(settings.snapshots, first)
        with snapshots.current() as held:
            rollback(settings.snapshots, second)
            with snapshots.current() as other:
                assert (held.id, other.id) == (first, second)
            assert hamlet.numbers(held)[0] == 10
        now = handles()
        assert now == (before or now)
        before = now


def test_a_newest_that_cannot_be_opened_leaves_the_one_before(
    worker: Worker, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    publish(worker, cases(0, 40))
    snapshots, before = watched(settings)
    after = publish(worker, cases(40, 60))
    whole = settings.snapshots / f"{after}.duckdb"
    whole.rename(settings.snapshots / "elsewhere")
    with snapshots.current() as snapshot:
        assert snapshot.id == before
    assert "cannot be opened" in caplog.text
    (settings.snapshots / "elsewhere").rename(whole)
    with snapshots.current() as snapshot:
        assert snapshot.id == after


def test_a_newest_of_another_version_leaves_the_one_before(
    worker: Worker, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """While a deployment is under way the worker may be of the new version, and this not yet."""
    publish(worker, cases(0, 40))
    snapshots, before = watched(settings)
    path = settings.snapshots / f"{publish(worker, cases(40, 60))}.json"
    path.write_text(path.read_text("utf-8").replace(f'"layout": {LAYOUT}', '"layout": 99'), "utf-8")
    with snapshots.current() as snapshot:
        assert snapshot.id == before
    assert "another version of the cockpit" in caplog.text


# ── Status ────────────────────────────────────────────────────────────────────────────────────────


def test_status_of_an_empty_home_is_blank_and_makes_nothing(settings: Settings) -> None:
    told = state(settings)
    assert told["snapshot"] is None
    assert told["worker"] is False
    assert told["facts"]["cases"] == {"rows": 0, "first": None, "last": None, "as_of": None}
    assert not settings.home.exists()


def test_status_understands_the_snapshots_of_older_editions(settings: Settings) -> None:
    with Record(settings) as record:
        id = publish(Worker(record), cases(0, 40))
    with duckdb.connect(str(settings.snapshots / f"{id}.duckdb")) as con:
        con.execute("drop table sources")
        con.execute("delete from about where key = 'quarantined'")
        con.execute("update about set value = '{\"cases\": {\"rows\": 40}}' where key = 'facts'")
    told = state(settings)
    assert (told["city"], told["quarantined"], told["sources"]) == ("Town", 0, [])
    assert told["facts"]["cases"]["rows"] == 40
    assert told["facts"]["warnings"]["rows"] == 0


def test_moments_are_told_apart_over_a_night_whose_clocks_are_put(
    worker: Worker, settings: Settings
) -> None:
    worker.publish()
    with Snapshots(settings.snapshots).current() as snapshot:
        snapshot.about["timezone"] = "America/New_York"

        def hours(since: datetime, until: datetime) -> float:
            return (snapshot.epoch(until) - snapshot.epoch(since)) / 3600

        assert hours(datetime(2026, 3, 8, 1, 30), datetime(2026, 3, 8, 3, 30)) == 1
        assert hours(datetime(2026, 11, 1, 0, 30), datetime(2026, 11, 1, 2, 30)) == 3


def test_a_snapshot_of_another_version_is_named_and_made_anew(
    record: Record, worker: Worker, settings: Settings
) -> None:
    """A new version of the cockpit finds what an older one published: it says so instead of reading
    it, and the next publish makes a whole one and takes the old ones away.
    """
    old = publish(worker, cases(0, 10))
    path = settings.snapshots / f"{old}.json"
    path.write_text(path.read_text("utf-8").replace(f'"layout": {LAYOUT}', '"layout": 1'), "utf-8")
    with (
        pytest.raises(NoSnapshot, match="another version of the cockpit"),
        Snapshots(settings.snapshots).current(),
    ):
        pass
    new = published(worker)
    assert kept(settings.snapshots) == [new]
    with Snapshots(settings.snapshots).current() as snapshot:
        assert hamlet.numbers(snapshot) == truth(record)
