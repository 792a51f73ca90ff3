"""A real PostgreSQL for the tests: Debian's, on loopback alone, with a data folder of its own.

What is tested of people runs on both databases: ``store`` is what COCKPIT_STATE says of each.
"""

from __future__ import annotations

import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from cockpit.people.registry import Registry
from cockpit.people.state import State
from cockpit.people.tables import METADATA
from cockpit.settings import Settings

USER = "cockpit"
QUICK = {  # what is lost with the machine is made anew
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}
PATIENCE = 30.0


class Postgres:
    """A running server; ``database()`` gives the URL of a new database."""

    def __init__(self, port: int, password: str):
        self.at = f"postgresql://{USER}:{password}@127.0.0.1:{port}"
        self._numbers = itertools.count(1)
        self._kept = ""

    def database(self) -> str:
        """A new database, without a table."""
        name = f"people{next(self._numbers)}"
        self.run(f"create database {name} template template0")
        return f"{self.at}/{name}"

    def emptied(self) -> str:
        """The one database that many tests have after each other, without a row."""
        if not self._kept:
            self._kept = self.database()
            with tempfile.TemporaryDirectory() as home:
                State(Settings(home=Path(home), state=self._kept)).close()
        with psycopg.connect(self._kept) as connection:
            connection.execute("set session_replication_role = replica")  # no trigger says no
            for table in reversed(METADATA.sorted_tables):
                connection.execute(f"delete from {table.name}")
        return self._kept

    def run(self, statement: str) -> None:
        """One statement, as the server's owner."""
        with psycopg.connect(f"{self.at}/postgres", autocommit=True) as connection:
            connection.execute(statement)


def binaries() -> Path:
    """Where PostgreSQL's programs are: Debian's newest, else those on the path."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[4])
    )
    found = debian[-1] if debian else shutil.which("postgres")
    if found is None:
        pytest.fail("there is no PostgreSQL; `make machine` installs it (Debian: postgresql)")
    return Path(found).resolve().parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server, started when the first test asks and ended with the last."""
    programs = binaries()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder = Path(tempfile.mkdtemp(prefix="cockpit-postgres-"))
    password = folder / "password"
    password.write_text(secrets.token_urlsafe(16))
    run_as: dict[str, object] = {"cwd": folder, "stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        names = {each.pw_name for each in pwd.getpwall()}
        somebody = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        for path in (folder, password):
            os.chown(path, somebody.pw_uid, somebody.pw_gid)
        run_as |= {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}
    data = folder / "data"
    made = subprocess.run(
        [
            programs / "initdb", "--pgdata", data, "--username", USER, "--pwfile", password,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync",
        ],
        capture_output=True,
        text=True,
        check=False,
        **run_as,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    chosen = [word for name, value in QUICK.items() for word in ("-c", f"{name}={value}")]
    log = (folder / "log").open("w")
    command = [programs / "postgres", "-D", data, "-p", str(port), *chosen]
    if shutil.which("setpriv"):  # it ends with the tests, however they end
        command = ["setpriv", "--pdeathsig", "QUIT", *command]
    with log, subprocess.Popen(command, stdout=log, stderr=log, **run_as) as process:
        try:
            server = Postgres(port, password.read_text())
            _wait_for(server, process, folder / "log")
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nothing of it is wanted any more
            process.wait(PATIENCE)
            shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: Postgres, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, log.read_text()
        try:
            psycopg.connect(f"{server.at}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state.db as a first start leaves it, to be copied."""
    home = tmp_path_factory.mktemp("migrated")
    State(Settings(home=home)).close()
    return home / "state.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, home: Path) -> str:
    """What COCKPIT_STATE says: each of the two databases, ready and without a row."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres").emptied())
    shutil.copy(request.getfixturevalue("migrated"), home)
    return ""


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **how_long: float) -> None:
        """Let so many ``minutes=``, ``days=`` … pass."""
        self.at += timedelta(**how_long)


@pytest.fixture
def clock() -> Clock:
    """The clock of ``registry``."""
    return Clock()


@pytest.fixture
def registry(store: str, home: Path, clock: Clock) -> Iterator[Registry]:
    """A registry without an account, over both databases, by the test's own clock."""
    opened = Registry(Settings(home=home, state=store), clock)
    yield opened
    opened.close()
