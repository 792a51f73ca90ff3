"""The verbs, as a shell runs them: what they print, and how they end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cockpit.settings import PROJECT, Settings
from tests import town as towns

ASKED = {
    "metric": str,
    "place": str,
    "name": str,
    "since": (str, type(None)),
    "until": (str, type(None)),
    "numerator": (int, float),
    "denominator": (int, float, type(None)),
    "value": (int, float, type(None)),
    "answered": int,
    "left_open": int,
    "snapshot": str,
    "as_of": (str, type(None)),
}


def cockpit(*words: object, expect: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a verb. Whatever happens, nobody sees a stack trace."""
    done = subprocess.run(
        [sys.executable, "-m", "cockpit", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == expect, done.stdout + done.stderr
    return done


def told(*words: object, expect: int = 0) -> Any:
    return json.loads(cockpit(*words, "--json", expect=expect).stdout)


def test_ask_gives_what_the_design_promises(town: Settings) -> None:
    found = told(
        "ask", "on_time_closure", "--below", "--by", "month", "--since", "2026-01-01",
        "--until", "2026-02-28", "--home", town.home,
    )  # fmt: skip
    assert set(found) == {*ASKED, "below", "unplaced", "by"}
    for key, kind in ASKED.items():
        assert isinstance(found[key], kind), key
    assert (found["numerator"], found["denominator"], found["left_open"]) == (5, 7, 1)
    assert [child["name"] for child in found["below"]] == ["North", "South"]
    assert [step["denominator"] for step in found["by"]] == [6, 1]
    assert found["place"] == "town"


def test_ask_for_people_shows_a_dash_where_nothing_was_counted(town: Settings) -> None:
    text = cockpit("ask", "satisfaction", "--home", town.home).stdout
    assert "–" in text
    assert "满意率" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "· all days (rows of 2026-01-05 – 2026-01-25)\n"),
        (("--since", "2026-01-06"), "· from 2026-01-06 on\n"),
        (("--until", "2026-01-06"), "· up to 2026-01-06\n"),
        (("--since", "2026-01-06", "--until", "2026-01-07"), "· 2026-01-06 – 2026-01-07\n"),
    ],
)
def test_ask_says_of_which_days_it_tells(town: Settings, words: tuple[str, ...], said: str) -> None:
    assert said in cockpit("ask", "reported", *words, "--home", town.home).stdout


def test_in_a_place_with_nothing_below_no_row_is_unplaced(town: Settings) -> None:
    words = ("ask", "reported", "--below", "--place", "town/s/a/1/a", "--home", town.home)
    found = told(*words)
    assert (found["numerator"], found["below"], found["unplaced"]) == (2, [], None)
    text = cockpit(*words).stdout
    assert "Nothing lies below Ash1a: all its rows are its own." in text
    assert "unplaced" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ask", "on_time_closur"), "Did you mean 'on_time_closure'?"),
        (("ask", "closure", "--place", "twn"), "Did you mean 'town'?"),
        (("ask", "closure", "--since", "yesterday"), "since is 'yesterday'. Write a date"),
        (("ask", "closure", "--since", "2026-02-01", "--until", "2026-01-01"), "Swap since"),
        (("rollback",), "there is no earlier snapshot"),
        (("rollback", "77"), "there is no snapshot '77'"),
        (("demo", "--cases", "10"), "already holds a city"),
    ],
)
def test_a_mistake_is_one_line(town: Settings, words: tuple[str, ...], said: str) -> None:
    done = cockpit(*words, "--home", town.home, expect=1)
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    assert "cockpit ingest" in cockpit("ask", "closure", "--home", tmp_path, expect=1).stderr
    assert told("status", "--home", tmp_path)["snapshot"] is None


def test_from_a_template_to_a_number_and_back(tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    home = ("--home", settings.home, "--city", settings.city)
    file = tmp_path / "cases.csv"
    file.write_text(towns.CASES, "utf-8")
    receipt = told("ingest", file, "--source", "cases", *home)
    assert (receipt["read"], receipt["accepted"], receipt["unplaced"]) == (9, 9, 2)
    first = receipt["snapshot"]
    file.write_text(
        towns.CASES.splitlines()[0]
        + "\nn10,town/n,2026-01-12,2026-01-13,2026-01-12,,,\nn11,town/n,soon,,,,,\n",
        "utf-8",
    )
    receipt = told("ingest", file, "--source", "cases", *home)
    assert (receipt["accepted"], receipt["quarantined"]) == (1, 1)
    # From here on the home itself remembers its city.
    home = ("--home", settings.home)
    assert told("ask", "on_time_closure", *home)["denominator"] == 8
    (row,) = told("quarantine", "list", *home)
    assert (row["line"], row["column"]) == (3, "reported_at")
    cockpit("rollback", *home)
    assert told("ask", "on_time_closure", *home)["denominator"] == 7
    assert told("status", *home)["snapshot"] == first
    status = cockpit("status", *home).stdout
    assert "Town" in status
    assert re.search(r"source cases: last arrived \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, 0 quar", status)
    file.write_text("number,place,reported_at\nn1,town,2026-01-05\n", "utf-8")
    shown = cockpit("ingest", file, "--source", "cases", *home).stdout.splitlines()
    assert [line.split()[-1] for line in shown[2:5]] == ["0", "1", "1"]
    assert "of these older than what stands, and different" in shown[4]
    assert "What is older changes nothing" in shown[9]


def test_ingest_refuses_and_says_so(tmp_path: Path) -> None:
    settings = towns.found(tmp_path)
    home = ("--home", settings.home, "--city", settings.city)
    empty = tmp_path / "empty.csv"
    empty.touch()
    receipt = told("ingest", empty, "--source", "cases", *home, expect=1)
    assert "empty" in receipt["refused"]
    done = cockpit("ingest", empty, "--source", "case", *home, expect=1)
    assert "Did you mean 'cases'?" in done.stderr


def test_check_is_green_and_tells_all_faults_at_once(tmp_path: Path) -> None:
    cockpit("check")
    queries = tmp_path / "queries" / "cases"
    queries.mkdir(parents=True)
    entry = '[{}]\ntitle = "x"\nmeaning = "x"\nnumerator = "{}"\nclock = "closed_at"\n'
    (queries / "metrics.toml").write_text(
        entry.format("a", "closd_at") + entry.format("b", "avg(1)") + entry.format("c", "void"),
        "utf-8",
    )
    environ = {**os.environ, "COCKPIT_SHIPPED": str(tmp_path / "queries")}
    done = subprocess.run(
        [sys.executable, "-m", "cockpit", "check"],
        capture_output=True, text=True, check=False, cwd=PROJECT, env=environ,
    )  # fmt: skip
    assert done.returncode == 1
    assert "[a] numerator" in done.stderr
    assert "[b] numerator" in done.stderr
    assert "1 file entries are right, 2 wrong" in done.stdout


@pytest.mark.parametrize("fact", ["cases", "warnings", "datasets", "share_requests"])
def test_templates_open_with_their_columns(fact: str) -> None:
    assert cockpit("new", "template", fact).stdout.startswith("number,place,")


def test_the_demo_says_what_it_is(tmp_path: Path) -> None:
    done = cockpit("demo", "--cases", 2000, "--seed", 3, "--home", tmp_path)
    assert "Demo city of 2,000 cases" in done.stdout
    assert told("status", "--home", tmp_path)["demo"] is True
    assert told("ask", "reported", "--home", tmp_path)["value"] == 2000
