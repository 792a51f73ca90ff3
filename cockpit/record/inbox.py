"""The inbox: the one way in. A file lands whole, is processed once, and is kept in the archive.

A landed file's name is its id: when it came, some chance, its size and its own name. A file
that somebody drops into ``inbox/<source>/`` is given an id once nobody writes to it any more.
"""

from __future__ import annotations

import fcntl
import heapq
import json
import os
import re
import secrets
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cockpit import disk
from cockpit.model.mistakes import Mistake
from cockpit.record.ingest import Landed, Receipt
from cockpit.record.queries import source as find_source
from cockpit.record.queries import source_names
from cockpit.record.store import as_json
from cockpit.settings import Settings

_ID = re.compile(r"(?P<when>\d{19})-[0-9a-f]{8}-(?P<size>\d+)~(?P<name>.+)", re.DOTALL)
_ASIDE = re.compile(r"\.\d{19}-[0-9a-f]{8}\.part")
UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".crdownload")
"""Endings under which other programs write a file until it is whole."""
LATELY = 1_000
"""Among so many files that came last, those that were refused are looked for."""
SETTLED = 1.0
"""Seconds for which a dropped file has not changed before it is taken."""


def land(settings: Settings, path: Path, source: str) -> str:
    """Copy a file into the inbox, whole or not at all; gives its id. Raises Mistake.

    Nobody waits until the disk has it all: until the receipt is there the sender has the file,
    and what a power cut leaves of the copy is known by its size.
    """
    find_source(settings.folders, source)
    if path.is_dir():
        raise Mistake("this is a folder", where=path, write="Send the files in it one by one")
    if not path.is_file():
        raise Mistake("there is no such file", where=path)
    folder = settings.inbox / source
    came = _now()
    aside = folder / f".{came}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with aside.open("xb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # for sweep(): somebody is at work on this
            shutil.copyfile(path, aside)
            id = _id(came, os.fstat(held.fileno()).st_size, path.name)
            aside.rename(folder / id)
        disk.sync(folder)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise Mistake(
            f"it cannot be copied into the inbox ({error.strerror})", where=path
        ) from None
    return id


def _now() -> str:
    """The moment and some chance: sorts by time, and no two are equal."""
    return f"{time.time_ns():019d}-{secrets.token_hex(4)}"


def _id(came: str, size: int, name: str) -> str:
    """A name too long for a file loses its beginning, one that is no UTF-8 what is wrong in it."""
    kept = os.fsencode(name)[-180:].decode(errors="ignore") or "unnamed"
    return f"{came}-{size}~{kept}"


def sweep(settings: Settings) -> None:
    """Take away what a killed process had copied into the inbox only in part."""
    for folder in _folders(settings.inbox):
        for path in folder.glob(".*.part"):
            if _ASIDE.fullmatch(path.name):
                with suppress(OSError), path.open("rb") as left:
                    fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


def waiting(settings: Settings) -> list[tuple[str, Path]]:
    """(source, file) of all that lies in the inbox, oldest first. Changes nothing."""
    found = []
    for folder in _folders(settings.inbox):
        with suppress(OSError):
            for path in folder.iterdir():
                if not path.name.startswith(".") and not path.name.endswith(UNFINISHED):
                    with suppress(FileNotFoundError):
                        found.append((_came(path), folder.name, path))
    return [(source, path) for _, source, path in sorted(found)]


def strays(settings: Settings) -> list[Path]:
    """Files that lie in no source's folder, where nobody takes them."""
    with suppress(FileNotFoundError):
        return sorted(
            path
            for path in settings.inbox.iterdir()
            if not path.name.startswith(".")
            and not path.name.endswith(UNFINISHED)
            and not path.is_dir()
        )
    return []


def belongs(settings: Settings, path: Path) -> str:
    """What to do with such a file."""
    name = path.name.encode(errors="replace").decode()
    return (
        f"{name} lies in no source's folder, and nobody takes it there. Move it to"
        f" {settings.inbox / 'SOURCE'}, one of: {', '.join(source_names(settings.folders))}"
    )


def _folders(inbox: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return [folder for folder in inbox.iterdir() if folder.is_dir()]
    return []


def _came(path: Path) -> int:
    named = _ID.fullmatch(path.name)
    return int(named["when"]) if named else path.lstat().st_ctime_ns


def ready(settings: Settings, path: Path) -> bool:
    """Whether a file is whole: it landed, or was dropped and nobody writes to it any more."""
    try:
        if not _has_id(settings, path) and 0 <= time.time() - path.lstat().st_ctime < SETTLED:
            return False
        return not (path.is_file() and _being_written(path))
    except OSError:
        return path.is_symlink() or path.exists()  # whoever opens it is told what is wrong


def _has_id(settings: Settings, path: Path) -> bool:
    """Whether the name is an id, and the file's own: not that of what it is a copy of."""
    return _ID.fullmatch(path.name) is not None and not any(
        (folder / path.name).exists() for folder in _folders(settings.archive)
    )


def _being_written(path: Path) -> bool:
    """Whether a process of this machine has the file open for writing. Where the system does not
    tell (another's file, a network's), that it has settled must do.
    """
    with path.open("rb") as opened:
        try:
            fcntl.fcntl(opened, fcntl.F_SETSIG, signal.SIGURG)  # the usual SIGIO would end us
            fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except BlockingIOError:
            return True
        except (OSError, AttributeError):
            return False
    return False


def admit(settings: Settings, path: Path) -> Path:
    """A waiting file under an id of its own, which a dropped one gets here."""
    if _has_id(settings, path):
        return path
    named = _ID.fullmatch(path.name)
    name = named["name"] if named else path.name
    return path.rename(path.with_name(_id(_now(), path.lstat().st_size, name)))


def landed(settings: Settings, source: str, path: Path) -> Landed:
    """What waits, ready to be read. Raises Mistake for a folder that is no source, and a link."""
    found = find_source(settings.folders, source)
    if path.is_symlink():
        raise Mistake("this is a link to a file", where=own_name(path), write="Send the file")
    named, size = _ID.fullmatch(path.name), path.lstat().st_size
    if named and path.is_file() and size != int(named["size"]):
        raise Mistake(
            f"{size:,} of its {int(named['size']):,} bytes are here: the machine stopped before"
            " the rest was on the disk, or somebody wrote to it",
            where=own_name(path),
            write="Send the file again",
        )
    return Landed(id=path.name, name=own_name(path), source=found, path=path)


def own_name(path: Path) -> str:
    """The name under which a landed file was sent."""
    named = _ID.fullmatch(path.name)
    return named["name"] if named else path.name


def finish(settings: Settings, path: Path, receipt: dict[str, Any]) -> None:
    """Write a processed file's receipt, then move the file into the archive. Cut short between
    the two, the file still lies in the inbox and is finished again, from the receipt it has.
    """
    settings.receipts.mkdir(exist_ok=True)
    folder = settings.archive / path.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    disk.write(_receipt_path(settings, path.name), as_json(receipt))
    with suppress(FileNotFoundError):  # somebody took it away while it was read
        if path.is_file() and os.access(path, os.R_OK):  # else it was refused for that
            disk.sync(path)
        path.rename(folder / path.name)
        disk.sync(folder)


def told(receipt: Receipt, snapshot: str | None, trouble: str | None = None) -> dict[str, Any]:
    """A receipt as people and programs get it."""
    values = asdict(receipt)
    seconds = None
    if receipt.started and receipt.finished:
        seconds = round((receipt.finished - receipt.started).total_seconds(), 3)
    return {**values, "seconds": seconds, "snapshot": snapshot, "trouble": trouble}


def receipt(settings: Settings, id: str) -> dict[str, Any] | None:
    """The receipt of a landed file, or None while there is none."""
    try:
        return json.loads(_receipt_path(settings, id).read_text("utf-8"))  # type: ignore[no-any-return]
    except FileNotFoundError:
        return None


def refusals(settings: Settings, most: int = 5) -> list[tuple[float, dict[str, Any]]]:
    """The last receipts of files that were refused, newest first, each with the moment at which
    its file came. Older ones than LATELY files are not looked for.
    """
    found: list[tuple[float, dict[str, Any]]] = []
    with suppress(FileNotFoundError):
        names = (path.name for path in os.scandir(settings.receipts))
        for name in heapq.nlargest(LATELY, names):
            named = _ID.fullmatch(name.removesuffix(".json"))
            if named and len(found) < most:
                with suppress(FileNotFoundError):
                    told = json.loads((settings.receipts / name).read_text("utf-8"))
                    if told["refused"]:
                        found.append((int(named["when"]) / 1e9, told))
    return found


def _receipt_path(settings: Settings, id: str) -> Path:
    return settings.receipts / f"{id}.json"
