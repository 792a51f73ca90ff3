"""The writer's lock of a home: one process at a time holds it, and it falls with that process."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from cockpit.model.mistakes import Mistake
from cockpit.settings import Settings


class Locked(Mistake):
    """Another process is this home's writer."""


def lock(settings: Settings) -> int:
    """Take the writer's lock of a home; the descriptor holds it. Raises Locked."""
    settings.home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(_lock_path(settings), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while not _seize(descriptor, fcntl.LOCK_EX):
        if not _seize(descriptor, fcntl.LOCK_SH):
            holder = os.read(descriptor, 64).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise Locked(
                f"process {holder} is already the writer of this home",
                where=settings.home,
                write="Stop it first, or hand the file over with: cockpit ingest",
            )
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(0.01)  # somebody only looked whether there is a writer
    with suppress(OSError):  # a full disk: the lock holds without its holder's number
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def locked(settings: Settings) -> bool:
    """Whether some process is the writer of this home right now. The look itself holds the lock
    shared, for a moment; a writer who starts in that moment sees that it is only shared.
    """
    try:
        descriptor = os.open(_lock_path(settings), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _seize(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _seize(descriptor: int, how: int) -> bool:
    """Take a lock if it is free."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_path(settings: Settings) -> Path:
    return settings.home / "writer.lock"
