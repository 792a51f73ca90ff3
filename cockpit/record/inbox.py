"""The inbox: the one way in. A file lands whole, is processed once, and is kept in the archive.

A landed file's name is its id: when it came, some chance, and its own name. A file that somebody
drops into ``inbox/<source>/`` is given an id once it has stopped growing.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cockpit.model.mistakes import Mistake
from cockpit.record.ingest import Landed, Receipt
from cockpit.record.queries import source as find_source
from cockpit.record.store import as_json, sync_folder, write_whole
from cockpit.settings import Settings

_ID = re.compile(r"\d{19}-[0-9a-f]{8}~(?P<name>.+)", re.DOTALL)
SETTLED = 1.0
"""Seconds for which a dropped file has not changed before it is taken."""


def land(settings: Settings, path: Path, source: str) -> str:
    """Copy a file into the inbox, whole or not at all; gives its id. Raises Mistake."""
    find_source(settings.queries, source)
    if path.is_dir():
        raise Mistake("this is a folder", where=path, write="Send the files in it one by one")
    if not path.is_file():
        raise Mistake("there is no such file", where=path)
    folder = settings.inbox / source
    folder.mkdir(parents=True, exist_ok=True)
    id = _new_id(path.name)
    aside = folder / f".{id[:28]}.part"
    try:
        shutil.copyfile(path, aside)
        with aside.open("rb") as copied:
            os.fsync(copied.fileno())
        aside.rename(folder / id)
        sync_folder(folder)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise Mistake(
            f"it cannot be copied into the inbox ({error.strerror})", where=path
        ) from None
    return id


def _new_id(name: str) -> str:
    kept = name.encode()[-180:].decode(errors="ignore")
    return f"{time.time_ns():019d}-{secrets.token_hex(4)}~{kept}"


def waiting(settings: Settings) -> list[tuple[str, Path]]:
    """(source, file) of all that waits, oldest first; dropped files get their id on the way."""
    found = []
    for folder in sorted(settings.inbox.iterdir()) if settings.inbox.is_dir() else []:
        if not folder.is_dir():
            continue
        for path in folder.iterdir():
            if path.name.startswith(".") or path.name.endswith((".part", ".tmp", ".crdownload")):
                continue
            if not _ID.fullmatch(path.name):
                if time.time() - path.stat().st_mtime < SETTLED:
                    continue
                path = path.rename(folder / _new_id(path.name))
            found.append((folder.name, path))
    return sorted(found, key=lambda item: item[1].name)


def landed(settings: Settings, source: str, path: Path) -> Landed:
    """What waits, ready to be read. Raises Mistake for a folder that is no source."""
    name = _ID.fullmatch(path.name)
    return Landed(
        id=path.name,
        name=name["name"] if name else path.name,
        source=find_source(settings.queries, source),
        path=path,
    )


def finish(settings: Settings, path: Path, receipt: dict[str, Any]) -> None:
    """Move a processed file into the archive and write its receipt, in this order: whoever sees
    the receipt may believe it.
    """
    folder = settings.archive / path.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    path.rename(folder / path.name)
    sync_folder(folder)
    settings.receipts.mkdir(exist_ok=True)
    write_whole(_receipt_path(settings, path.name), as_json(receipt))


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


def _receipt_path(settings: Settings, id: str) -> Path:
    return settings.receipts / f"{id}.json"
