"""What one piece of work may take of the process that does it: time and memory."""

from __future__ import annotations

import re
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LITTLE = 64 << 20
"""Bytes that a process may take in any case: a thread needs some to begin."""

_lock = threading.Lock()
_limits: list[int] = []
"""The limits of what is under way."""
_before = (0, 0)


class Alarm:
    """Whether it has rung."""

    def __init__(self) -> None:
        self.rang = False


@contextmanager
def alarm(seconds: float, ring: Callable[[], object]) -> Iterator[Alarm]:
    """Call ``ring`` from another thread after so long, unless the block has been left by then."""
    told, lock, over = Alarm(), threading.Lock(), False

    def late() -> None:
        with lock:
            if not over:
                told.rang = True
                ring()

    timer = threading.Timer(seconds, late)
    timer.start()  # no daemon: one that wakes while Python ends takes the process down
    try:
        yield told
    finally:
        with lock:
            over = True
        timer.cancel()


@contextmanager
def memory(room: int) -> Iterator[None]:
    """While in the block, the process may take so many bytes more than it uses now; asking for
    more fails, instead of taking the whole process down. DuckDB minds its own limit for what it
    keeps, not for a single text or list that is made too long.
    """
    global _before
    mine = _taken(room)
    with _lock:
        if not _limits:
            _before = resource.getrlimit(resource.RLIMIT_DATA)
        _limits.append(mine)
        _set(max(_limits))
    try:
        yield
    finally:
        with _lock:
            _limits.remove(mine)
            _set(max(_limits, default=0))


def _set(limit: int) -> None:
    soft, hard = _before
    known = [each for each in (soft, hard, limit) if each not in (resource.RLIM_INFINITY, 0)]
    lowest = min(known) if limit and known else soft
    resource.setrlimit(resource.RLIMIT_DATA, (lowest, hard))


def _taken(room: int) -> int:
    """The limit that leaves so much room; 0 where the system does not say what is taken. Memory
    that was given back stays the process's own, so room is counted from what is in use.
    """
    try:
        told = Path("/proc/self/status").read_text("utf-8")
    except FileNotFoundError:
        return 0
    pairs = re.findall(r"^(VmData|RssAnon):\s*(\d+) kB", told, re.MULTILINE)
    kilobytes = {key: int(size) for key, size in pairs}
    used, own = kilobytes.get("RssAnon", 0) << 10, kilobytes.get("VmData", 0) << 10
    return max(used + room, own + LITTLE) if own else 0
