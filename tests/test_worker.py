"""One writer a home, whatever ends it; and a disk that fills up costs nothing but time."""

import json
import logging
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.process import BaseProcess as Process
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cockpit.answers.snapshot import Snapshots
from cockpit.model.mistakes import Mistake
from cockpit.record import handover, inbox, worker
from cockpit.record.lock import Locked, lock, locked
from cockpit.record.state import state
from cockpit.record.store import Record, first_line
from cockpit.record.worker import Worker, serve
from cockpit.settings import Settings
from tests import hamlet, town

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload([__name__])


def rows(first: int, last: int, title: str = "") -> str:
    lines = [
        f"c{number},town/n/e/1/a,2026-01-05 09:00,2026-01-10 09:00,2026-01-09 09:00,{title}"
        for number in range(first, last)
    ]
    return "\n".join(["number,place,reported_at,due_at,closed_at,title", *lines]) + "\n"


def until(truth: Callable[[], Any]) -> None:
    """Wait for something that is sure to come; a minute is for machines that are very busy."""
    end = time.monotonic() + 60
    while not truth():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def command(settings: Settings, *words: str) -> list[str]:
    """A verb in a process of its own, on this home."""
    return [sys.executable, "-m", "cockpit", *words, "--home", str(settings.home)]


def surroundings(settings: Settings) -> dict[str, str]:
    chosen = {"COCKPIT_SHIPPED": str(settings.shipped), "COCKPIT_CITY": str(settings.city)}
    return {**os.environ, **chosen}


def start(settings: Settings, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(settings, *words),
        env=surroundings(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Its exit code, and what it said."""
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def write(settings: Settings, name: str, text: str) -> Path:
    path = settings.home.parent / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return hamlet.found(tmp_path)


@contextmanager
def serving(settings: Settings) -> Iterator[Process]:
    """A worker in a process of its own, at work."""
    process = forks.Process(target=serve, args=(settings,))
    process.start()
    until(lambda: (settings.snapshots / "CURRENT").exists() and locked(settings))
    try:
        yield process
    finally:
        process.kill()
        process.join()


# ── One writer ────────────────────────────────────────────────────────────────────────────────────


def test_a_second_writer_is_refused_and_told_who_the_first_is(settings: Settings) -> None:
    with serving(settings) as first:
        code, out, err = end(start(settings, "worker"))
        assert (code, out) == (1, "")
        assert f"process {first.pid} is already the writer of this home" in err.replace("\n", "")
        assert "Traceback" not in err
        assert first.is_alive()


def test_the_lock_falls_with_its_holder(settings: Settings) -> None:
    with serving(settings) as first:
        with pytest.raises(Locked, match=f"process {first.pid} is already"):
            lock(settings)
        os.kill(first.pid or 0, signal.SIGKILL)
        first.join()
        assert not locked(settings)
        assert (settings.home / "writer.lock").read_text() == str(first.pid)  # means nothing now
        Record(settings).close()


def test_whatever_stands_in_the_lock_file_it_is_the_lock_that_counts(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "writer.lock").write_text("1" * 100)
    with Record(settings), pytest.raises(Locked, match=f"process {os.getpid()} is already"):
        lock(settings)


def test_a_look_at_the_lock_refuses_no_writer(settings: Settings) -> None:
    """Many look all the time, and a writer who comes is never mistaken for the second one."""
    assert not locked(settings)
    assert not settings.home.exists()
    os.close(lock(settings))
    lookers = [forks.Process(target=look_for_ever, args=(settings,)) for _ in range(3)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(300):
            os.close(lock(settings))
    finally:
        for looker in lookers:
            looker.kill()
            looker.join()


def look_for_ever(settings: Settings) -> None:
    while True:
        locked(settings)


def test_a_record_that_another_program_has_open_is_told_in_words(settings: Settings) -> None:
    Record(settings).close()
    code = (
        f"import duckdb, time; con = duckdb.connect({str(settings.record)!r});"
        " print(1, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(
            Mistake, match=r"Conflicting lock.*no other program has the record open"
        ):
            Record(settings)
        other.kill()
    Record(settings).close()


def test_a_record_is_born_whole(settings: Settings) -> None:
    """DuckDB's file begins with 12 KiB of header, and half of it cannot be opened."""
    settings.home.mkdir()
    (settings.home / ".record.duckdb.part").write_bytes(b"\x00" * 5000)
    with Record(settings) as record:
        assert record.next_receipt() == 1
    assert not (settings.home / ".record.duckdb.part").exists()


# ── Handing over ──────────────────────────────────────────────────────────────────────────────────


def test_ingest_beside_a_worker_goes_through_its_inbox(settings: Settings) -> None:
    with serving(settings) as first:
        file = write(settings, "a.csv", rows(0, 5))
        code, out, err = end(start(settings, "ingest", str(file), "--source", "cases", "--json"))
        assert (code, err) == (0, "")
        receipt = json.loads(out)
        assert (receipt["accepted"], receipt["file"], receipt["trouble"]) == (5, "a.csv", None)
        assert hamlet.in_service(settings)[0] == 5
        assert first.is_alive()
        assert locked(settings)


def test_ingest_takes_over_from_a_worker_that_is_killed(settings: Settings) -> None:
    with serving(settings) as first:
        os.kill(first.pid or 0, signal.SIGSTOP)
        file = write(settings, "a.csv", rows(0, 5))
        sender = start(settings, "ingest", str(file), "--source", "cases", "--json")
        until(lambda: inbox.waiting(settings))
        assert sender.poll() is None
        first.kill()
        code, out, _ = end(sender)
        assert (code, json.loads(out)["accepted"]) == (0, 5)
        assert not locked(settings)
    assert hamlet.in_service(settings)[0] == 5


def test_two_at_once_without_a_worker_both_get_their_receipts(settings: Settings) -> None:
    files = [write(settings, f"{name}.csv", rows(0, many)) for name, many in (("a", 5), ("b", 9))]
    senders = [start(settings, "ingest", str(f), "--source", "cases", "--json") for f in files]
    told = [(code, json.loads(out)) for code, out, _ in map(end, senders)]
    assert [code for code, _ in told] == [0, 0]
    assert [receipt["file"] for _, receipt in told] == ["a.csv", "b.csv"]
    assert sum(receipt["accepted"] for _, receipt in told) == 9
    assert sum(receipt["repeated"] for _, receipt in told) == 5
    assert hamlet.in_service(settings)[0] == 9


def test_files_are_taken_in_the_order_in_which_they_came(settings: Settings) -> None:
    names = ["b", "a", "d", "c"]
    for name in names:
        inbox.land(settings, write(settings, f"{name}.csv", rows(0, 2, title=name)), "cases")
    with Record(settings) as record:
        told = Worker(record).drain()
        assert [receipt["file"] for receipt in told] == [f"{name}.csv" for name in names]
        assert record.con.execute("select distinct title from cases").fetchall() == [("c",)]


def test_several_files_give_their_receipts_in_their_order(settings: Settings) -> None:
    files = [write(settings, "a.csv", rows(0, 2)), settings.home / "none.csv"]
    files.append(write(settings, "b.csv", rows(2, 4)))
    told = list(handover.send(settings, files, "cases", lambda *_: None))
    assert [receipt["file"] for receipt in told] == ["a.csv", "none.csv", "b.csv"]
    assert [receipt["accepted"] for receipt in told] == [2, 0, 2]
    assert "there is no such file" in told[1]["refused"]


# ── Ending ────────────────────────────────────────────────────────────────────────────────────────


def test_told_to_stop_a_worker_finishes_the_file_at_hand(settings: Settings) -> None:
    with serving(settings) as first:
        for number in range(3):
            text = rows(number * 9_000, number * 9_000 + 9_000)
            inbox.land(settings, write(settings, f"{number}.csv", text), "cases")
        until(lambda: '"done"' not in (settings.home / "progress.json").read_text())
        first.terminate()
        first.join(60)
        assert first.exitcode == 0
    done = len(list(settings.receipts.iterdir()))
    assert done >= 1
    assert len(inbox.waiting(settings)) == 3 - done
    assert hamlet.in_service(settings)[0] == done * 9_000
    assert not locked(settings)
    assert not (settings.home / "progress.json").exists()
    assert not list(settings.home.glob(".*.part"))


@pytest.mark.parametrize("moment", [0.1, 0.4])
def test_ctrl_c_leaves_the_file_to_whoever_comes_next(settings: Settings, moment: float) -> None:
    file = write(settings, "a.csv", rows(0, MANY))
    sender = start(settings, "ingest", str(file), "--source", "cases")
    until(lambda: inbox.waiting(settings))
    time.sleep(moment)
    sender.send_signal(signal.SIGINT)
    code, _, err = end(sender)
    assert "Traceback" not in err
    assert (code, len(inbox.waiting(settings))) in ((130, 1), (0, 0))
    room_mends_all(settings, MANY)


def test_status_beside_a_worker_changes_nothing(settings: Settings) -> None:
    with serving(settings):
        before = sorted(path for path in settings.home.rglob("*"))
        told = state(settings)
        assert (told["worker"], told["waiting"]) == (True, 0)
        assert sorted(path for path in settings.home.rglob("*")) == before


def test_a_dropped_file_is_counted_and_left_alone_by_status(settings: Settings) -> None:
    Record(settings).close()
    dropped = settings.inbox / "cases" / "a.csv"
    dropped.parent.mkdir()
    dropped.write_text(rows(0, 5))
    assert state(settings)["waiting"] == 1
    assert dropped.exists()


# ── What analysts do to it ────────────────────────────────────────────────────────────────────────


def counted_in(settings: Settings) -> dict[str, str]:
    """The numerators in service, by their metric."""
    with Snapshots(settings.snapshots).current() as snapshot:
        return {name: one.metric.numerator for name, one in snapshot.counted.items()}


def broken_in(settings: Settings) -> list[tuple[str, str]]:
    with Snapshots(settings.snapshots).current() as snapshot:
        return [(one.kind, one.name) for one in snapshot.broken]


def test_a_wrong_metric_is_as_before_and_delays_nothing(settings: Settings) -> None:
    metrics = settings.shipped / "cases" / "metrics.toml"
    wrong = hamlet.METRICS.replace("closed_at <= due_at", "closed_at <= duo_at")
    metrics.write_text(wrong)
    [receipt] = handover.send(
        settings, [write(settings, "a.csv", rows(0, 5))], "cases", lambda *_: None
    )
    assert (receipt["accepted"], receipt["trouble"]) == (5, None)
    assert set(counted_in(settings)) == {"reported", "open"}
    assert broken_in(settings) == [("metric", "on_time")]
    metrics.write_text(hamlet.METRICS)
    with Record(settings) as record:
        first = Worker(record)
        assert first.publish() == ("00000002", None)
        assert broken_in(settings) == []
        for text, name in ((wrong, "on_time"), ("[[[", "metrics.toml")):
            metrics.write_text(text)
            assert first._is_publish_due()
            first.publish()
            assert broken_in(settings) == [("metric", name)]
            assert counted_in(settings)["on_time"] == "closed_at <= due_at"
    # Nor does who starts anew with the wrong file forget what was in service.
    with Record(settings) as record:
        Worker(record).publish()
    assert counted_in(settings)["on_time"] == "closed_at <= due_at"
    assert hamlet.in_service(settings)[0] == 5


def test_a_metric_that_stumbles_over_a_row_is_as_before(settings: Settings) -> None:
    """It fits the columns, and no row in which the number is a word."""
    metrics = settings.shipped / "cases" / "metrics.toml"
    metrics.write_text(hamlet.METRICS)
    send = partial(handover.send, settings, source="cases", tell=lambda *_: None)
    list(send([write(settings, "a.csv", rows(0, 5))]))
    stumbles = hamlet.METRICS.replace("closed_at <= due_at", "cast(number as integer) > 0")
    metrics.write_text(f"{stumbles}{hamlet.METRICS.replace('[', '[new_', 1).split('[on')[0]}")
    [receipt] = send([write(settings, "b.csv", rows(5, 9))])
    assert (receipt["accepted"], receipt["trouble"]) == (4, None)
    assert counted_in(settings)["on_time"] == "closed_at <= due_at"
    assert "new_reported" in counted_in(settings)
    assert broken_in(settings) == [("metric", "on_time")]


def test_where_nothing_at_all_can_be_counted_the_snapshot_of_before_stays(
    settings: Settings,
) -> None:
    (settings.shipped / "cases" / "metrics.toml").write_text("[[[")
    with Record(settings) as record:
        snapshot, trouble = Worker(record).publish()
    assert snapshot is None
    assert "not TOML" in str(trouble)


# ── No room ───────────────────────────────────────────────────────────────────────────────────────

MANY = 20_000


def sent(settings: Settings, file: Path) -> str:
    """Send a file as ``cockpit ingest`` does: what one is told of it."""
    try:
        [receipt] = handover.send(settings, [file], "cases", lambda *_: None)
    except Mistake as mistake:
        return mistake.text()
    return str(receipt["refused"] or receipt["trouble"] or "published")


def within(most: int, settings: Settings, file: Path | None, word: Path) -> None:
    """In a process that may write no file beyond a size: send a file, or only publish."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    if file is not None:
        word.write_text(sent(settings, file))
        return
    with Record(settings) as record:
        word.write_text(Worker(record).publish()[1] or "published")


@pytest.fixture
def limited(settings: Settings) -> Callable[[int, Path | None], str]:
    """Do it all within a limit, beginning from the home as it was: what one is told."""
    saved, word = settings.home.with_name("saved"), settings.home.with_name("word")

    def work(most: int, file: Path | None) -> str:
        if not saved.exists():
            shutil.copytree(settings.home, saved)
        shutil.rmtree(settings.home)
        shutil.copytree(saved, settings.home)
        process = forks.Process(target=within, args=(most, settings, file, word))
        process.start()
        process.join()
        return word.read_text()

    return work


def room_mends_all(settings: Settings, all_rows: int) -> None:
    with Record(settings) as record:
        first = Worker(record)
        first.drain()
        assert first.publish()[1] is None
        assert record.one("select count(*) from cases") == all_rows
    assert hamlet.in_service(settings)[0] == all_rows
    assert not inbox.waiting(settings)
    left = [path.name for path in settings.home.rglob("*") if path.is_file()]
    assert not [name for name in left if name.endswith((".part", ".wal"))]


def test_too_little_room_to_take_a_file_in_costs_nothing_but_time(
    settings: Settings, limited: Callable[[int, Path | None], str]
) -> None:
    """The same file within many limits: too little to land it, to record it; enough."""
    assert sent(settings, write(settings, "first.csv", rows(0, 100))) == "published"
    before = hamlet.in_service(settings)
    file = write(settings, "a.csv", rows(100, MANY, title="as long as it takes " * 3))
    size = file.stat().st_size
    for most in (size - 1, size * 3 // 2, size * 10):
        said = limited(most, file)
        waits = len(inbox.waiting(settings))
        if most < size:
            assert "cannot be copied into the inbox (File too large)" in said
            assert waits == 0
            assert hamlet.in_service(settings) == before
            room_mends_all(settings, 100)
        elif said != "published":
            assert "it waits in the inbox (" in said
            assert "File too large" in said
            assert waits == 1
            assert hamlet.in_service(settings) == before
            room_mends_all(settings, MANY)
    assert said == "published"
    assert hamlet.in_service(settings)[0] == MANY


def test_too_little_room_to_publish_leaves_the_snapshot_of_before(
    settings: Settings, limited: Callable[[int, Path | None], str]
) -> None:
    with Record(settings) as record:
        town.send(record, "first.csv", rows(0, 100))
        town.publish(record)
        town.send(record, "a.csv", rows(100, MANY))
    before = hamlet.in_service(settings)
    told = []
    for most in (1_000, 300_000, 5_000_000):
        told.append(limited(most, None))
        if told[-1] != "published":
            assert "File too large" in told[-1]
            assert hamlet.in_service(settings) == before
        room_mends_all(settings, MANY)
    assert told[-1] == "published"
    assert told.count("published") == 1


def test_a_record_that_duckdb_has_closed_up_is_opened_anew(settings: Settings) -> None:
    """A checkpoint without room makes DuckDB refuse everything from then on."""
    process = forks.Process(target=close_up_and_go_on, args=(settings,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert hamlet.in_service(settings)[0] == MANY


def close_up_and_go_on(settings: Settings) -> None:
    with Record(settings) as record:
        first = Worker(record)
        town.send(record, "first.csv", rows(0, MANY))
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))
        with pytest.raises(duckdb.FatalException, match="File too large"):
            record.con.execute("checkpoint")
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        with pytest.raises(duckdb.FatalException, match="database has been invalidated"):
            record.con.execute("select 1")
        assert first.publish() == ("00000001", None)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a disk of its own can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Use the disk up to some bytes."""
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("wb", buffering=0) as out:
        os.posix_fallocate(out.fileno(), 0, max(1, free - leave))
    return ballast


def test_on_a_full_disk_every_verb_says_so_and_spoils_nothing(small_disk: Path) -> None:
    """From the first publish on. What was to be changed is as before."""
    settings = hamlet.found(small_disk)
    full = "there is no room on the disk (No space left on device)"
    with Record(settings) as record:
        for first in (0, 1000):
            town.send(record, "a.csv", rows(first, first + 1000))
            if not first:
                ballast = fill(small_disk, 100_000)
                assert Worker(record).publish() == (None, full)
                ballast.unlink()
            town.publish(record)
    (settings.home / "places.csv").write_text("code,name,level,parent\n")
    own = settings.own / "cases" / "metrics.toml"
    own.parent.mkdir(parents=True)
    own.write_text("# ours\n")
    before = {path: path.read_bytes() for path in small_disk.rglob("*.*") if path.is_file()}
    fill(small_disk, 0)
    for words in (
        ("rollback",),
        ("new", "panel", "lately", "--subject", "cases"),
        ("new", "metric", "lately", "--subject", "cases"),
        ("demo", "--csv", str(small_disk / "csv"), "--cases", "9"),
        ("user", "list"),
    ):
        code, out, err = end(start(settings, *words))
        assert (code, out) == (1, ""), words
        (line,) = err.strip().splitlines()
        assert line.startswith("✗ "), words
        assert full in line, words
        if words == ("rollback",):
            assert "snapshot 00000002 stays in service" in line
    assert before.items() <= {path: path.read_bytes() for path in before}.items()
    new = {path for path in small_disk.rglob("*") if path.is_file()} - {*before}
    assert {path.name for path in new} <= {"ballast", "CURRENT", "writer.lock"}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "IO Error: Detached database 'snap', but CHECKPOINT during DETACH failed. Checkpoint"
            ' failed for database "snap". The database has been invalidated. Original error: Could'
            ' not write file "/a/b.part": File too large',
            'Could not write file "/a/b.part": File too large',
        ),
        (
            'IO Error: Async write failed for range [offset=116, size=7953]: {"exception_type":"IO"'
            ',"exception_message":"Could not write file \\"/a/b.part\\": Input/output error",'
            '"errno":"5"}',
            'Could not write file "/a/b.part": Input/output error',
        ),
        (
            'IO Error: Could not write file "/a/b.part": Disk quota exceeded',
            "there is no room on the disk (Disk quota exceeded)",
        ),
        ("Binder Error: no column\n\nLINE 1: select x", "Binder Error: no column"),
        ("", "Error"),
    ],
)
def test_what_duckdb_says_is_told_in_the_words_of_what_went_wrong_first(
    said: str, words: str
) -> None:
    assert first_line(duckdb.Error(said)) == words


def serve_impatiently(settings: Settings, log: Path) -> None:
    logging.basicConfig(filename=log, level=logging.INFO)
    worker.RETRY = 3.0
    serve(settings)


def test_a_worker_outlives_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    settings = hamlet.found(small_disk)
    log = tmp_path / "log"
    process = forks.Process(target=serve_impatiently, args=(settings, log))
    process.start()
    try:
        until(lambda: (settings.snapshots / "CURRENT").exists() and locked(settings))
        assert sent(settings, write(settings, "first.csv", rows(0, 100))) == "published"
        before = hamlet.in_service(settings)

        big = tmp_path / "a.csv"
        big.write_text(rows(100, MANY, title="as long as it takes " * 3), "utf-8")
        ballast = fill(small_disk, 0)
        assert "cannot be copied into the inbox (No space left on device)" in sent(settings, big)
        ballast.unlink()

        ballast = fill(small_disk, big.stat().st_size + 300_000)
        said = sent(settings, big)
        assert "it waits in the inbox (" in said
        assert "No space left on dev" in said  # what a long path pushes out is cut off
        [(_, path)] = inbox.waiting(settings)
        assert f"{path.name} waits in the inbox" in log.read_text()
        assert hamlet.in_service(settings) == before
        ballast.unlink()
        until(lambda: inbox.receipt(settings, path.name))
        assert hamlet.in_service(settings)[0] == MANY

        small = tmp_path / "b.csv"
        small.write_text(rows(MANY, MANY + 10), "utf-8")
        ballast = fill(small_disk, 400_000)
        assert "No space left on dev" in sent(settings, small)
        assert hamlet.in_service(settings)[0] == MANY
        ballast.unlink()
        until(lambda: hamlet.in_service(settings)[0] == MANY + 10)
        process.terminate()
        process.join(60)
        assert process.exitcode == 0
    finally:
        process.kill()
        process.join()
