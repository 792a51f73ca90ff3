"""What every test may ask for. No test sees the settings or the home of whoever runs it."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit import settings as environment
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.record.democity import make
from cockpit.record.panels import Bindery, bindery
from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import town as towns

pytest_plugins = ["tests.postgres"]

PROJECT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=25, help="Blows that tests/test_crash.py deals.")


@pytest.fixture(autouse=True)
def nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("COCKPIT_"):
            monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home of the cockpit, gone after the test."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project; tests that ask for it are marked ``real``."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data are absent: no ../shared/data beside the project")
    return folder


@pytest.fixture
def port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def record(settings: Settings) -> Iterator[Record]:
    """The record of a module's own ``settings``, open as its writer has it."""
    with Record(settings) as record:
        yield record


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The published town of ``tests/town.py``; read only."""
    settings = towns.found(tmp_path_factory.mktemp("town"))
    with Record(settings) as record:
        assert towns.send(record, "cases.csv", towns.CASES).accepted == 9
        towns.publish(record)
    return settings


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A published demo city of 30,000 cases; read only."""
    settings = environment.read({}, home=tmp_path_factory.mktemp("demo") / "home")
    make(settings, 30_000, 1, None, lambda *_: None)
    return settings


@pytest.fixture(scope="session")
def city(demo: Settings) -> Iterator[Snapshot]:
    """The demo city's snapshot."""
    with Snapshots(demo.snapshots).current() as snapshot:
        yield snapshot


@pytest.fixture(scope="session")
def bench() -> Iterator[Bindery]:
    """Where files of analysts are bound."""
    with bindery(()) as opened:
        yield opened
