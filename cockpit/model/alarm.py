"""An alarm that stops long work in another thread: it rings only while that work goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


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
