"""What `cockpit run` starts is ready together and ends together, however it ends."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.model.mistakes import Mistake
from cockpit.processes import address, answers, environment, refuse_taken_port
from cockpit.settings import Settings, read

WEB = """
import http.server, os
print(os.getpid(), flush=True)
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["COCKPIT_PORT"])), Page).serve_forever()
"""
RUN = """
import sys
from pathlib import Path
from cockpit import processes
from cockpit.processes import run
from cockpit.settings import Settings
processes.PAUSES = (1, 0.1)
port, patience = sys.argv[1:]
settings = Settings(home=Path("somewhere"), port=int(port))
say = lambda words: print(words, flush=True)
sys.exit(run(settings, say, procfile=Path("Procfile"), patience=float(patience)))
"""


def start(
    folder: Path, port: int, *, web: str = "exec python web.py", worker: str, patience: float = 60
) -> list[str]:
    """The command line of a `run` whose web and worker are these."""
    (folder / "web.py").write_text(WEB)
    (folder / "Procfile").write_text(f"web: {web}\nworker: {worker}\n")
    return [sys.executable, "-c", RUN, str(port), str(patience)]


@pytest.fixture
def started(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = start(tmp_path, port, worker="echo $$; exec sleep 600")
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        yield process
        process.terminate()
        process.wait(10)


def is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def lines_until(process: subprocess.Popen[str], word: str) -> list[str]:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            return lines
    raise AssertionError(f"It ended without {word!r}:\n{''.join(lines)}")


def number(said: list[str], name: str) -> int:
    """The number of a process, which is what each of ours says first."""
    return next(int(line.split()[-1]) for line in said if re.search(rf" {name} +\| \d+$", line))


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_says_where_it_is_and_a_signal_ends_all(
    started: subprocess.Popen[str], port: int, way: signal.Signals
) -> None:
    said = lines_until(started, "Ctrl-C")
    assert f"The cockpit is at http://127.0.0.1:{port}\n" in said
    worker = number(said, "worker")
    started.send_signal(way)
    assert started.wait(10) == 0
    assert not is_alive(worker)


@pytest.mark.parametrize("moment", [0.1, 0.15, 0.2, 0.25, 0.3])
def test_a_signal_in_the_first_moments_ends_all(tmp_path: Path, port: int, moment: float) -> None:
    command = start(tmp_path, port, worker="echo $$ > number; exec sleep 600")
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        time.sleep(moment)
        process.terminate()
        assert process.wait(10) in (0, -signal.SIGTERM)
    number = tmp_path / "number"
    if number.exists() and number.read_text():
        assert not is_alive(int(number.read_text()))


@pytest.mark.parametrize("name", ["web", "worker"])
def test_one_that_is_killed_comes_back_and_the_other_stays(
    started: subprocess.Popen[str], port: int, name: str
) -> None:
    """And a signal still ends all: also the one that came back."""
    said = lines_until(started, "Ctrl-C")
    first = {each: number(said, each) for each in ("web", "worker")}
    os.kill(first[name], signal.SIGKILL)
    said = [*lines_until(started, "started again"), *lines_until(started, f" {name} ")]
    other = "worker" if name == "web" else "web"
    again = number(said, name)
    assert any(re.search(rf" {name} +\| killed: it is started again$", line) for line in said)
    assert again != first[name]
    assert is_alive(first[other])
    end = time.monotonic() + 20
    while not answers(Settings(port=port)):
        assert time.monotonic() < end, "the page never came back"
        time.sleep(0.1)
    started.terminate()
    assert started.wait(10) == 0
    assert not is_alive(again)
    assert not is_alive(first[other])


def test_a_signal_ends_all_while_one_waits_to_come_back(started: subprocess.Popen[str]) -> None:
    said = lines_until(started, "Ctrl-C")
    os.kill(number(said, "worker"), signal.SIGKILL)
    lines_until(started, "started again")
    started.terminate()
    assert started.wait(10) == 0
    assert not is_alive(number(said, "web"))


@pytest.mark.parametrize(
    ("end", "code", "times"), [("exit 3", 3, 1), ("exit 0", 1, 1), ("kill -KILL $$", 137, 3)]
)
def test_one_that_ends_ends_all_with_its_code(
    tmp_path: Path, port: int, end: str, code: int, times: int
) -> None:
    """By itself at once, and where it is killed again and again in the end."""
    command = start(tmp_path, port, worker=f"echo begins; sleep 1; {end}")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert "worker stopped" in done.stdout
    assert done.stdout.count("begins") == times
    assert done.returncode == code
    refuse_taken_port(Settings(port=port))


def test_a_page_that_never_answers_is_given_up(tmp_path: Path, port: int) -> None:
    command = start(tmp_path, port, web="sleep 600", worker="sleep 600", patience=1)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert "did not answer within 1 seconds" in done.stdout
    assert done.returncode == 1


def test_a_taken_port_is_refused_before_anything_starts(
    started: subprocess.Popen[str], port: int
) -> None:
    lines_until(started, "Ctrl-C")
    with pytest.raises(
        Mistake, match=f"Port {port} on 127.0.0.1 is taken.*COCKPIT_PORT={port + 1}"
    ):
        refuse_taken_port(Settings(port=port))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(port=70000), "70000 is no port"),
        (Settings(host="203.0.113.1"), "COCKPIT_HOST.*no address of this machine"),
        (Settings(host="nowhere.invalid"), "COCKPIT_HOST.*no address of this machine"),
    ],
)
def test_an_impossible_address_is_refused_in_words(settings: Settings, words: str) -> None:
    with pytest.raises(Mistake, match=words):
        refuse_taken_port(settings)


def test_a_child_reads_the_very_settings_it_was_started_with(home: Path) -> None:
    settings = Settings(home=home, port=9000, workers=3, language="en")
    assert read(environment(settings)) == settings
    assert environment(Settings())["COCKPIT_HOME"] == str(Path("var").resolve())


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", "http://127.0.0.1:8050"),
        ("0.0.0.0", "http://127.0.0.1:8050"),
        ("::", "http://[::1]:8050"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(host: str, found: str) -> None:
    assert address(Settings(host=host)) == found
