"""Starting what the Procfile names, ready and ended as one. No work is done here."""

from __future__ import annotations

import ctypes
import errno
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from honcho.environ import parse_procfile
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer
from honcho.process import Process

from cockpit.model.mistakes import Mistake
from cockpit.settings import PROJECT, Settings, environment

PATIENCE = 120
"""Seconds until the page must answer."""
PAUSES = (1, 2, 4, 8, 16)
"""Seconds before what was killed is started again: each time it is killed soon after."""
RECOVERED = 60
"""Seconds after which that counts from the beginning."""
OURS = "cockpit"
"""Whose words they are that neither honcho nor a child wrote."""


def run(
    settings: Settings,
    say: Callable[[str], None],
    procfile: Path = PROJECT / "Procfile",
    patience: float = PATIENCE,
) -> int:
    """Start web and worker, say where they are once they answer, and stay until one of them ends.
    One that is killed has not ended: it is started again.

    The result is an exit code: that of the process which ended, or 0 where a person ended all.
    """
    refuse_taken_port(settings)
    household = _Household(_Lines(sys.stdout, say))
    for name, command in parse_procfile(procfile.read_text("utf-8")).processes.items():
        process = household.add_process(name, command, cwd=str(procfile.parent))
        process.env |= environment(settings)
        process.env["PATH"] = f"{Path(sys.executable).parent}:{process.env.get('PATH', '')}"

    over = threading.Event()
    late = threading.Event()

    def wait() -> None:
        end = time.monotonic() + patience
        while not over.wait(0.2):
            if answers(settings):
                household.say(
                    f"The cockpit is at {address(settings)}\n"
                    f"What it knows is kept in {settings.home.resolve()}. Ctrl-C ends it."
                )
                return
            if time.monotonic() > end:
                late.set()
                household.terminate()
                return

    # To close the terminal is to end it, like Ctrl-C.
    signal.signal(signal.SIGHUP, lambda *_: household.terminate())
    threading.Thread(target=wait, daemon=True).start()
    try:
        household.loop()
    finally:
        over.set()
    if late.is_set():
        sys.stdout.write(
            f"{address(settings)} did not answer within {patience:g} seconds: all was ended.\n"
        )
        return 1
    if household.told:
        return 0
    code = int(household.returncode)
    return 128 - code if code < 0 else code or 1  # a service that ends by itself has failed


def address(settings: Settings) -> str:
    """Where a browser on this machine finds the cockpit."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(settings.host, settings.host)
    return f"http://[{here}]:{settings.port}" if ":" in here else f"http://{here}:{settings.port}"


def reached(settings: Settings) -> str:
    """Where people find the cockpit: as the deployment says, else on this machine."""
    return settings.address or address(settings)


def answers(settings: Settings) -> bool:
    """Whether the page answers; asked directly, whatever proxy the machine uses for the world."""
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with directly.open(f"{address(settings)}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def refuse_taken_port(settings: Settings) -> None:
    """Find out before anything starts, and say it in words."""
    host, port = settings.host, settings.port
    if not 0 < port < 65536:
        raise Mistake(f"{port} is no port", where="COCKPIT_PORT", write="Write 8050")
    try:
        family, kind, _, _, name = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(name)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Mistake(
                f"Port {port} on {host} is taken, perhaps by another cockpit",
                write=f"End what uses it, or choose another: COCKPIT_PORT={port + 1}",
            ) from None
        if error.errno == errno.EACCES:
            raise Mistake(
                f"This account may not open port {port}",
                where="COCKPIT_PORT",
                write="Write a number from 1024 on; a proxy in front can serve the lower one",
            ) from None
        raise Mistake(
            f"{host!r} is no address of this machine ({error.strerror})",
            where="COCKPIT_HOST",
            write="Write 127.0.0.1 for this machine alone or 0.0.0.0 for its whole network",
        ) from None


class _Household(Manager):  # type: ignore[misc]  # honcho brings no types
    """Honcho's manager, which also knows whether it was told to end, and lets the others know."""

    told = False

    def __init__(self, printer: Printer):
        super().__init__(printer)
        self._ending = multiprocessing.RawValue(ctypes.c_bool, False)
        self._process_ctor = partial(_Watched, ending=self._ending)

    def say(self, text: str) -> None:
        """Say a thing of our own, between the lines of the children and never within one."""
        self.events.put(Message("line", text, datetime.now(), OURS, None))

    def terminate(self) -> None:
        if self._all_started():
            self.told = self.told or not self._any_stopped()
            self._ending.value = True
            super().terminate()
        else:  # honcho would trip over a child whose number it does not know yet
            again = threading.Timer(0.1, self.terminate)
            again.daemon = True
            again.start()


class _Watched(Process):  # type: ignore[misc]
    """Honcho's process, started again where somebody or something kills it: pages do not go away
    because the writer was killed, and the writer comes back. One that ends by itself has its
    reason, and one that is killed again and again does no good.
    """

    def __init__(self, *given: Any, ending: Any, **named: Any):
        super().__init__(*given, **named)
        self._ending, self._code = ending, 0

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, lambda *_: None)  # what is ignored, a child would ignore too
        pauses = iter(PAUSES)
        while True:
            began = time.monotonic()
            super().run(events)
            if time.monotonic() - began > RECOVERED:
                pauses = iter(PAUSES)
            killed = self._code < 0 or self._code > 128
            pause = next(pauses, None) if killed and not self._ending.value else None
            if pause is None:
                break
            super()._send_message("killed: it is started again\n")
            with suppress(ProcessLookupError):  # what its own children still hold, such as the port
                os.killpg(self._child.pid, signal.SIGKILL)
            end = time.monotonic() + pause
            while time.monotonic() < end and not self._ending.value:
                time.sleep(0.05)
            if self._ending.value:
                break
        super()._send_message({"returncode": self._code}, type="stop")

    def _send_message(self, data: Any, type: str = "line") -> None:
        if type == "stop":
            self._code = data["returncode"]
            return
        super()._send_message(data, type)
        if type == "start" and self._ending.value:  # told so before this one could be
            os.killpg(self._child.pid, signal.SIGTERM)


class _Lines(Printer):  # type: ignore[misc]
    """The lines of the children; of honcho's own, only who ended; ours as we say them.

    One thread writes them all: two would write into each other's lines.
    """

    def __init__(self, output: TextIO, say: Callable[[str], None]) -> None:
        super().__init__(output)
        self._say = say

    def write(self, message: Message) -> None:
        remark: Any = message.data
        if message.name == OURS:
            self._say(remark)
        elif message.name != SYSTEM_PRINTER_NAME or "stopped" in remark:
            super().write(message)
