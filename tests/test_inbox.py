"""Whatever is put into the inbox gets one receipt, and nothing that is put there ends a worker."""

import fcntl
import gzip
import json
import logging
import multiprocessing
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess as Process
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import pytest
from typer.testing import CliRunner

from cockpit.__main__ import app
from cockpit.model.mistakes import Mistake
from cockpit.record import inbox
from cockpit.record.state import state
from cockpit.record.store import Record, as_json
from cockpit.record.worker import Worker, serve
from cockpit.settings import Settings
from tests import hamlet

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload([__name__])

HEAD = "number,place,reported_at\n"
ROW = "c{},town/n/e/1/a,2026-01-05 09:00\n"
NAMES = (
    "two words.csv",
    "一月 案件(最终版).csv",
    "new\nline.csv",
    "~tilde~.csv",
    "'quo\"te'.csv",
    "x" * 246 + ".csv",
    "案" * 82 + ".csv",
    "no ending",
    "percent%s{0}.csv",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return hamlet.found(tmp_path)


@pytest.fixture
def worker(settings: Settings) -> Iterator[Worker]:
    with Record(settings) as record:
        yield Worker(record)


def drop(settings: Settings, name: str, text: str, source: str = "cases") -> Path:
    """What somebody does who copies a file into the inbox."""
    path = settings.inbox / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def taken(worker: Worker, many: int = 1) -> list[dict[str, Any]]:
    """The receipts of so many files, once dropped ones have settled."""
    told: list[dict[str, Any]] = []
    until(lambda: told.extend(worker.drain()) or len(told) >= many)
    return told


def until(truth: Callable[[], Any]) -> None:
    """Wait for something that is sure to come; a minute is for machines that are very busy."""
    end = time.monotonic() + 60
    while not truth():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def archived(settings: Settings) -> list[str]:
    return sorted(path.name.partition("~")[2] for path in settings.archive.glob("*/*"))


# ── Landing ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_lands_under_an_id_and_keeps_its_name(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_text(HEAD)
    id = inbox.land(settings, file, "cases")
    [(source, path)] = inbox.waiting(settings)
    assert (source, path.name) == ("cases", id)
    assert name.endswith(inbox.own_name(path))
    assert len(os.fsencode(id)) < 240
    assert path.read_text() == HEAD
    assert file.exists()


def test_a_name_that_is_no_text_lands_too(settings: Settings, tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff\xc4.csv"))
    file.write_text(HEAD)
    assert inbox.land(settings, file, "cases").endswith("~b.csv")


def test_what_is_no_file_does_not_land(settings: Settings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (".", "none.csv", "pipe"):
        with pytest.raises(Mistake, match=r"this is a folder|there is no such file"):
            inbox.land(settings, tmp_path / name, "cases")
    (tmp_path / "a.csv").write_text(HEAD)
    with pytest.raises(Mistake, match="Did you mean 'cases'"):
        inbox.land(settings, tmp_path / "a.csv", "case")
    assert not settings.inbox.exists()


def test_what_a_killed_process_left_half_landed_is_swept(settings: Settings) -> None:
    """Its lock has fallen; that of one who is still copying holds."""
    folder = settings.inbox / "cases"
    folder.mkdir(parents=True)
    dead, alive = (folder / f".{'1' * 19}-{letter * 8}.part" for letter in "ab")
    foreign = folder / ".from-elsewhere.part"
    for path in (dead, alive, foreign):
        path.write_text(HEAD)
    with alive.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        inbox.sweep(settings)
        assert sorted(folder.iterdir()) == sorted([alive, foreign])
    inbox.sweep(settings)
    assert sorted(folder.iterdir()) == [foreign]


def test_what_a_power_cut_left_of_a_copy_is_not_taken(
    worker: Worker, settings: Settings, tmp_path: Path
) -> None:
    """Even where it ends with a whole line."""
    file = tmp_path / "a.csv"
    file.write_text(HEAD + ROW.format(1) + ROW.format(2))
    id = inbox.land(settings, file, "cases")
    os.truncate(settings.inbox / "cases" / id, len(HEAD + ROW.format(1)))
    (told,) = taken(worker)
    assert (told["read"], told["accepted"]) == (0, 0)
    assert "bytes are here: the machine stopped" in told["refused"]
    assert "Send the file again" in told["refused"]
    inbox.land(settings, file, "cases")
    (told,) = taken(worker)
    assert (told["accepted"], told["refused"]) == (2, None)


# ── Dropping ──────────────────────────────────────────────────────────────────────────────────────


def test_dropped_files_of_any_name_are_taken_each_once(worker: Worker, settings: Settings) -> None:
    for number, name in enumerate(NAMES):
        drop(settings, name, HEAD + ROW.format(number))
    told = taken(worker, len(NAMES))
    assert [(one["accepted"], one["refused"]) for one in told] == [(1, None)] * len(NAMES)
    assert all(any(name.endswith(one["file"]) for name in NAMES) for one in told)
    assert len(archived(settings)) == len(NAMES)
    assert not inbox.waiting(settings)
    assert worker.drain() == []


def test_a_file_that_is_still_written_is_left_alone(worker: Worker, settings: Settings) -> None:
    """However slowly: as long as somebody has it open for writing, it is not whole."""
    drop(settings, "a.csv", "")
    with (settings.inbox / "cases" / "a.csv").open("w") as out:
        out.write(HEAD + ROW.format(0))
        out.flush()
        end = time.monotonic() + inbox.SETTLED + 0.5
        while time.monotonic() < end:
            assert worker.drain() == []
            time.sleep(0.1)
        out.write(ROW.format(1))
    [told] = taken(worker)
    assert told["accepted"] == 2


def test_a_file_from_the_future_or_the_past_is_taken(worker: Worker, settings: Settings) -> None:
    """Its own times say nothing: a copy may carry those of its original."""
    for name, when in (("old.csv", 0), ("new.csv", time.time() + 10**8)):
        os.utime(drop(settings, name, HEAD + ROW.format(0)), (when, when))
    assert len(taken(worker, 2)) == 2


def test_hidden_and_unfinished_files_are_left_alone(worker: Worker, settings: Settings) -> None:
    names = [".hidden.csv", *(f"a.csv{ending}" for ending in inbox.UNFINISHED)]
    for name in names:
        drop(settings, name, HEAD + ROW.format(0))
    drop(settings, "b.csv", HEAD + ROW.format(0))
    assert [told["file"] for told in taken(worker)] == ["b.csv"]
    assert sorted(path.name for path in (settings.inbox / "cases").iterdir()) == sorted(names)


def test_what_cannot_be_read_gets_a_receipt_that_says_why(
    worker: Worker, settings: Settings
) -> None:
    drop(settings, "a.csv", HEAD, source="case")
    drop(settings, "empty.csv", "")
    drop(settings, "inside.csv", HEAD, source="cases/folder")
    (settings.inbox / "cases" / "link.csv").symlink_to("/nowhere")
    os.mkfifo(settings.inbox / "cases" / "pipe.csv")
    told = {one["file"]: one["refused"] for one in taken(worker, 5)}
    assert "there is no source 'case'. Did you mean 'cases'?" in told["a.csv"]
    assert "the file is empty" in told["empty.csv"]
    assert "this is a folder" in told["folder"]
    assert "this is a link" in told["link.csv"]
    assert "there is no such file" in told["pipe.csv"]
    assert archived(settings) == ["a.csv", "empty.csv", "folder", "link.csv", "pipe.csv"]
    assert len(list(settings.receipts.iterdir())) == 5


def test_what_was_refused_stands_in_the_status(worker: Worker, settings: Settings) -> None:
    """Also what never came as far as the record; the last ones, newest first."""
    worker.publish()
    for number in range(3):
        drop(settings, f"old{number}.csv", HEAD.replace("number", "nummer") + ROW.format(0))
        taken(worker)
    whole = gzip.compress((HEAD + "".join(ROW.format(each) for each in range(999))).encode())
    (settings.inbox / "cases" / "torn.csv.gz").write_bytes(whole[: len(whole) // 2])
    taken(worker)
    drop(settings, "good.csv", HEAD + ROW.format(0))
    taken(worker)
    before = datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None, microsecond=0)
    drop(settings, "a.csv", HEAD, source="nosuchsource")
    taken(worker)
    told = state(settings)["refused"]
    assert [(one["source"], one["file"]) for one in told] == [
        ("nosuchsource", "a.csv"),
        ("cases", "torn.csv.gz"),
        *(("cases", f"old{number}.csv") for number in (2, 1, 0)),
    ]
    assert "there is no source 'nosuchsource'" in told[0]["refused"]
    assert before <= datetime.fromisoformat(told[0]["when"]) < before + timedelta(minutes=1)
    shown = CliRunner().invoke(app, ["status", "--home", str(settings.home)]).stdout
    for one in told:
        assert (
            f"refused    {one['when']} {one['file']}, sent as {one['source']}: {one['refused']}"
            in shown
        )


def test_a_file_in_no_sources_folder_is_told_of_and_left_alone(
    worker: Worker, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    lost = settings.inbox / os.fsdecode(b"lost\xff.csv")
    lost.write_text(HEAD + ROW.format(0))
    (settings.inbox / ".hidden.csv").touch()
    (settings.inbox / "coming.part").touch()
    with caplog.at_level(logging.WARNING, "cockpit.worker"):
        at_work = threading.Timer(2, stop.set)
        at_work.start()
        worker.run(stop)
    (told,) = state(settings)["strays"]
    assert told.startswith("lost?.csv lies in no source's folder, and nobody takes it there")
    assert f"Move it to {settings.inbox}/SOURCE, one of: cases, warnings, " in told
    said = [each.getMessage() for each in caplog.records if each.name == "cockpit.worker"]
    assert said == [told]
    assert told in CliRunner().invoke(app, ["status", "--home", str(settings.home)]).stdout
    assert lost.exists()


def test_two_files_of_one_name_are_two_files(
    worker: Worker, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(HEAD + ROW.format(0))
    ids = {inbox.land(settings, tmp_path / "a.csv", "cases") for _ in range(3)}
    drop(settings, "a.csv", HEAD + ROW.format(1))
    told = taken(worker, 4)
    assert len(ids) == 3
    assert sorted((one["accepted"], one["repeated"]) for one in told) == [
        (0, 1),
        (0, 1),
        (1, 0),
        (1, 0),
    ]
    assert archived(settings) == ["a.csv"] * 4


def test_a_file_out_of_the_archive_can_be_sent_again(worker: Worker, settings: Settings) -> None:
    """It is a new file then, and the old one stays what it was."""
    drop(settings, "a.csv", HEAD + ROW.format(0))
    taken(worker)
    [old] = settings.archive.glob("*/*")
    again = settings.inbox / "warnings" / old.name  # to another source, and mended
    again.parent.mkdir()
    shutil.copy(old, again)
    mended = settings.inbox / "cases" / old.name
    mended.write_text(HEAD + ROW.format(0) + ROW.format(1))
    told = taken(worker, 2)
    assert {(one["source"], one["accepted"]) for one in told} == {("warnings", 0), ("cases", 1)}
    assert old.read_text() == HEAD + ROW.format(0)
    assert archived(settings) == ["a.csv"] * 3
    assert len({one["id"] for one in told}) == 2


def test_a_file_that_vanishes_is_nobodys_trouble(worker: Worker, settings: Settings) -> None:
    """Taken away between the look into the inbox and the reading, over and over."""
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            path = drop(settings, "here and gone.csv", HEAD + ROW.format(0))
            named = path.with_name(f"{time.time_ns():019d}-{'0' * 8}~here and gone.csv")
            path.rename(named)
            named.unlink(missing_ok=True)

    visitor = threading.Thread(target=come_and_go)
    visitor.start()
    for _ in range(30):
        worker.drain()
    over.set()
    visitor.join()
    drop(settings, "b.csv", HEAD + ROW.format(1))
    assert "b.csv" in [told["file"] for told in taken(worker)]


def test_an_inbox_that_is_gone_is_empty(worker: Worker, settings: Settings) -> None:
    settings.inbox.rmdir()
    assert worker.drain() == []
    drop(settings, "a.csv", HEAD + ROW.format(0))
    assert len(taken(worker)) == 1


# ── Finishing ─────────────────────────────────────────────────────────────────────────────────────


def test_cut_short_before_the_archive_a_file_is_finished_again(
    worker: Worker, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(HEAD + ROW.format(0))
    id = inbox.land(settings, tmp_path / "a.csv", "cases")
    [first] = worker.drain()
    (settings.archive / "cases" / id).rename(settings.inbox / "cases" / id)
    (settings.receipts / f"{id}.json").unlink()
    [again] = worker.drain()
    assert again == first
    assert inbox.receipt(settings, id) == json.loads(as_json(first))
    assert worker.record.one("select count(*) from receipts") == 1


# ── The worker as a service ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_what_may_not_be_read_waits_and_the_worker_rests(public: Path) -> None:
    settings, log = hamlet.found(public), public / "log"
    drop(settings, "good.csv", HEAD + ROW.format(0))
    process = forks.Process(target=serve_as_nobody, args=(settings, log))
    process.start()
    try:
        until(lambda: log.exists() and "writer of" in log.read_text())
        drop(settings, "shut.csv", HEAD + ROW.format(1)).chmod(0)
        folder = drop(settings, "inside.csv", HEAD + ROW.format(2), source="warnings").parent
        folder.chmod(0)
        until(lambda: "shut.csv: Permission denied" in log.read_text())
        assert process.is_alive()
        before = seconds_worked(process)
        time.sleep(2)
        assert seconds_worked(process) - before < 1
        process.terminate()
        process.join(60)
        assert process.exitcode == 0
        assert log.read_text().count("shut.csv waits in the inbox: ") == 1
        assert archived(settings) == ["good.csv"]
    finally:
        process.kill()
        process.join()
        folder.chmod(0o700)


def serve_as_nobody(settings: Settings, log: Path) -> None:
    """Root may read everything, so become somebody else, once Python has read what it needs."""
    with Record(settings) as record:
        taken(Worker(record))
    if os.geteuid() == 0:
        for path in [settings.home.parent, *settings.home.parent.rglob("*")]:
            os.chown(path, *NOBODY)
        os.setgid(NOBODY[1])
        os.setuid(NOBODY[0])
    logging.basicConfig(filename=log, level=logging.INFO)
    serve(settings)


NOBODY = 65534, 65534


def seconds_worked(process: Process) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system
