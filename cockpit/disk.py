"""The disk: a file comes to its place whole or not at all, and stays there through a power cut."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def aside(path: Path, *, several: bool = False) -> Path:
    """Where a file is written until it is whole: beside its place, hidden. What a killed writer
    left there, the next one overwrites; where there may be ``several`` at once, each has its own.
    """
    own = f"-{secrets.token_hex(4)}" if several else ""
    return path.with_name(f".{path.name}{own}.part")


def settle(written: Path, path: Path) -> None:
    """Bring to its place what was written aside: first what it holds is made
    durable, then its name.
    """
    sync(written)
    written.replace(path)
    sync(path.parent)


def write(
    path: Path, content: str | bytes, *, several: bool = False, new: bool = False, mode: int = 0o666
) -> None:
    """Write a file whole. Where it must be ``new``, raises FileExistsError if somebody was
    faster.
    """
    written = aside(path, several=several or new)
    plain = content.encode() if isinstance(content, str) else content
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(written, flags, mode), "wb") as out:
            out.write(plain)
        if new:
            sync(written)
            os.link(written, path)  # unlike a rename, it fails where there is one
            sync(path.parent)
        else:
            settle(written, path)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    finally:
        written.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Make durable what a file holds, or which names a folder has."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
