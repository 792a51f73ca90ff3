"""Questions asked side by side: a few threads, and none that hangs can hold up the others."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Generic, TypeVar

T = TypeVar("T")

LOOK = 0.25
"""Seconds between two looks at a question that takes long."""


class Crew(Generic[T]):
    """Threads of one process; made when they are first needed, for they do not survive a fork."""

    def __init__(self, patience: float, many: int | None = None):
        """After ``patience`` seconds of work a question is given up, and its thread left behind."""
        self._patience = patience
        self._many = many or max(2, os.cpu_count() or 1)
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def ask(self, questions: Sequence[Callable[[], T]]) -> list[T | None]:
        """The answer to each, in their order; None where one was given up."""
        asked = [_Asked(question) for question in questions]
        for each in asked:
            self._submit(each)
        return [self._wait(each) for each in asked]

    def _submit(self, asked: _Asked[T]) -> None:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._many, thread_name_prefix="crew")
            asked.pool = self._pool
            asked.future = self._pool.submit(asked.work)

    def _wait(self, asked: _Asked[T]) -> T | None:
        while True:
            try:
                return asked.future.result(LOOK)
            except CancelledError:  # it stood behind one that was given up
                self._submit(asked)
            except NotYet:
                if asked.future.done():
                    raise  # it is the answer's own
                if asked.began and time.monotonic() - asked.began > self._patience:
                    self._leave(asked.pool)
                    return None

    def _leave(self, pool: ThreadPoolExecutor) -> None:
        """A new pool takes over; what had not begun in the old one is asked again."""
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)


class _Asked(Generic[T]):
    """A question, and since when a thread is at it."""

    future: Future[T]
    pool: ThreadPoolExecutor

    def __init__(self, question: Callable[[], T]):
        self.question = question
        self.began = 0.0

    def work(self) -> T:
        self.began = time.monotonic()
        return self.question()
