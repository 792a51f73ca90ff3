"""The Procfile's web process over a run's home, and people signed in to it."""

from __future__ import annotations

import dataclasses
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from honcho.environ import parse_procfile

from cockpit.people import accounts, sessions
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.processes import answers
from cockpit.settings import PROJECT, Settings, environment

PATIENCE = 60


@contextmanager
def served(settings: Settings) -> Iterator[tuple[Settings, int]]:
    """What the Procfile calls web, at a free port; gives its settings and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen = dataclasses.replace(settings, port=int(probe.getsockname()[1]))
    command = parse_procfile((PROJECT / "Procfile").read_text("utf-8")).processes["web"]
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    around = {**os.environ, **environment(chosen), "PATH": path}
    with subprocess.Popen(shlex.split(command), cwd=PROJECT, env=around) as process:
        try:
            end = time.monotonic() + PATIENCE
            while not answers(chosen):
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("the web process does not answer")
                time.sleep(0.1)
            yield chosen, process.pid
        finally:
            process.terminate()
            process.wait(PATIENCE)


def sessions_of(settings: Settings, roots: list[str]) -> list[tuple[str, str]]:
    """A session of a leader of each place (empty: the whole city): its token and its secret."""
    registry = Registry(settings)
    found = []
    try:
        for root in roots:
            name = f"bench-{root or 'all'}-{os.getpid()}"
            with registry.state.read() as connection:
                there = accounts.find(connection, name)
            account = there or accounts.add(
                registry, CONSOLE, name, role="leader", person=name, root=root
            )
            with registry.state.write() as connection:
                token = sessions.begin(registry, connection, account.id, "full", "127.0.0.1")
            here = sessions.look_up(registry, token)
            if here is None:
                raise RuntimeError("nobody is let in")
            found.append((token, here.csrf))
    finally:
        registry.close()
    return found
