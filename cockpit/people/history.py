"""What each analyst asked of late: a file an account in the home, so that it is there on any screen
and no further than that account.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from cockpit import disk

MOST = 30
"""Questions that are remembered."""
LONGEST = 256 << 10
"""Bytes of all of them together."""


@dataclass(frozen=True)
class Past:
    """A question of before: when, where, and what became of it (rows, or -1 for none)."""

    sql: str
    at: str
    place: str
    rows: int
    milliseconds: int


def past(home: Path, account: int | None) -> list[Past]:
    """What an account asked, the latest first."""
    with suppress(FileNotFoundError, ValueError, TypeError):
        return [Past(**each) for each in json.loads(_file(home, account).read_text("utf-8"))]
    return []


def remember(home: Path, account: int | None, one: Past) -> None:
    """Put a question first; the same SQL stands once."""
    others = [each for each in past(home, account) if each.sql != one.sql]
    kept = [one, *others][:MOST]
    while len(kept) > 1 and sum(len(each.sql.encode()) for each in kept) > LONGEST:
        kept.pop()
    path = _file(home, account)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    told = json.dumps([asdict(each) for each in kept], ensure_ascii=False)
    disk.write(path, told, several=True, mode=0o600)


def _file(home: Path, account: int | None) -> Path:
    return home / "workbench" / f"asked-{account or 0}.json"
