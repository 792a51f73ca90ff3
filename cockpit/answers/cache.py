"""Answers that were worked out once: kept by the snapshot they came from, so nothing expires.

A new snapshot is a new key. Whoever asks for what is being worked out waits for it: there is one
computation per key at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar, cast

from cachetools import LRUCache

from cockpit.model.period import Period
from cockpit.model.scope import Cleared

T = TypeVar("T")


@dataclass(frozen=True)
class Key:
    """What an answer depends on, all of it: leave nothing out that changes what is seen.

    ``view`` is what of the viewer it depends on, ``query`` names the question, ``parameters`` are
    whatever else it was given.
    """

    snapshot: str
    view: str
    place: str
    since: date | None
    until: date | None
    query: str
    parameters: tuple[str, ...] = ()
    language: str = ""

    @classmethod
    def of(
        cls,
        snapshot: str,
        seen: Cleared,
        period: Period,
        query: str,
        parameters: tuple[str, ...] = (),
        language: str = "",
    ) -> Key:
        """That of an answer about a place that was cleared, over a period."""
        return cls(
            snapshot,
            seen.view,
            seen.place.code,
            period.since,
            period.until,
            query,
            parameters,
            language,
        )


class Cache:
    """The answers of one process, the least used dropped first. Any thread may ask it."""

    def __init__(self, most_bytes: int = 128 << 20):
        self._lock = threading.Lock()
        self._kept: LRUCache[Key, tuple[Any, int]] = LRUCache(
            most_bytes, getsizeof=lambda entry: entry[1]
        )
        self._under_way: dict[Key, Future[Any]] = {}
        self._snapshot = ""

    def get(self, key: Key, work_out: Callable[[], T], size: Callable[[T], int]) -> T:
        """The answer for a key, worked out if need be. ``size`` says how many bytes it takes.

        What ``work_out`` raises is raised for all who wait for it, and is not kept.
        """
        with self._lock:
            if key in self._kept:
                return cast(T, self._kept[key][0])
            waiting = self._under_way.get(key)
            if waiting is None:
                mine = self._under_way[key] = Future()
        if waiting is not None:
            return cast(T, waiting.result())
        try:
            found = work_out()
        except BaseException as trouble:
            self._done(key)
            mine.set_exception(trouble)
            raise
        self._done(key, found, size(found))
        mine.set_result(found)
        return found

    def keep_only(self, snapshot: str) -> None:
        """Drop what other snapshots said, and take in nothing more from them."""
        with self._lock:
            if snapshot != self._snapshot:
                self._snapshot = snapshot
                for key in [key for key in self._kept if key.snapshot != snapshot]:
                    del self._kept[key]

    def _done(self, key: Key, found: object = None, size: int | None = None) -> None:
        with self._lock:
            del self._under_way[key]
            if size is None or size > self._kept.maxsize:
                return
            if not self._snapshot or key.snapshot == self._snapshot:
                self._kept[key] = (found, size)

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)

    @property
    def bytes(self) -> int:
        """How much is kept."""
        with self._lock:
            return int(self._kept.currsize)
