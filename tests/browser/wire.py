"""A wire between a browser and a server: it can be cut, held, slowed, and made to answer faults."""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Mode = Literal["whole", "cut", "held", "slow", "fault"]
FAULT = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Wire:
    """Listens on a port of its own and passes on what comes, as ``mode`` says."""

    def __init__(self, port: int, delay: float = 1.0):
        self.to, self.delay = port, delay
        self.mode: Mode = "whole"
        self.timeless = False
        """Whether answers come without their time, so that a browser's own clock is believed."""
        self._open = True
        self._listens = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._listens.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._open = False
        self._listens.close()

    def _accept(self) -> None:
        while self._open:
            try:
                here, _ = self._listens.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(here,), daemon=True).start()

    def _pass(self, here: socket.socket) -> None:
        with suppress(OSError), here:
            if self.mode == "cut":
                _reset(here)
                return
            if self.mode == "fault":
                here.recv(65536)
                here.sendall(FAULT)
                return
            with socket.create_connection(("127.0.0.1", self.to)) as there:
                self._between(here, there)

    def _between(self, here: socket.socket, there: socket.socket) -> None:
        """Until one of the two ends, or the wire is cut."""
        while self._open:
            ready, _, _ = select.select([here, there], [], [], 0.05)
            if self.mode in ("cut", "fault"):
                _reset(here)
                return
            if self.mode == "held":
                time.sleep(0.05)
                continue
            for one in ready:
                told = one.recv(65536)
                if not told:
                    return
                if self.mode == "slow" and one is there:
                    time.sleep(self.delay)
                if self.timeless and one is there:
                    told = told.replace(b"\r\nDate: ", b"\r\nX-Date: ")
                (there if one is here else here).sendall(told)


def _reset(here: socket.socket) -> None:
    """End a connection as a machine does that went away."""
    here.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def wire(server: str) -> Iterator[Wire]:
    """A wire to a server's address."""
    opened = Wire(int(server.rpartition(":")[2]))
    try:
        yield opened
    finally:
        opened.close()
