"""The disk: a file is there whole or as it was, whoever writes it at the same time."""

import resource
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cockpit import disk


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("several", [False, True])
def test_a_file_is_written_whole_and_nothing_lies_beside_it(tmp_path: Path, several: bool) -> None:
    path = tmp_path / "CURRENT"
    for content in ("00000001", b"00000002", ""):
        disk.write(path, content, several=several)
        told = content if isinstance(content, bytes) else content.encode()
        assert path.read_bytes() == told
    disk.write(path, "街镇", several=several)
    assert path.read_text("utf-8") == "街镇"
    assert names(tmp_path) == ["CURRENT"]


def test_what_a_killed_writer_left_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "CURRENT"
    disk.aside(path).write_text("half of a much longer fi")
    disk.write(path, "whole")
    assert (path.read_text(), names(tmp_path)) == ("whole", ["CURRENT"])


def test_where_there_is_no_room_the_file_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "CURRENT"
    disk.write(path, "before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            disk.write(path, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (path.read_text(), names(tmp_path)) == ("before", ["CURRENT"])


def test_a_new_file_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    disk.write(path, "first", new=True, mode=0o600)
    with pytest.raises(FileExistsError):
        disk.write(path, "second", new=True)
    assert (path.read_text(), names(tmp_path)) == ("first", ["secret.key"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_who_make_one_new_file_agree_on_one(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    def make(number: int) -> bool:
        try:
            disk.write(path, f"{number}", new=True)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(40)))
    assert sum(made) == 1
    assert (path.read_text(), names(tmp_path)) == (str(made.index(True)), ["secret.key"])


def test_several_writers_never_show_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "script.gz"
    disk.write(path, b"0" * 500_000)

    def turn(number: int) -> bytes:
        disk.write(path, f"{number}".encode() * 500_000, several=True)
        return path.read_bytes()

    with ThreadPoolExecutor(4) as pool:
        for seen in pool.map(turn, [number % 10 for number in range(40)]):
            assert len(seen) == 500_000
            assert len(set(seen)) == 1
    assert names(tmp_path) == ["script.gz"]
