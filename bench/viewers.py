"""Many leaders at once, at the Procfile's web process: each clicks every few seconds, scrolls down
to panels now and then, and polls for news.
"""

from __future__ import annotations

import http.client
import json
import random
import statistics
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from bench.served import served, sessions_of
from bench.steps import SEED, UPDATE, question, settings
from cockpit.answers.snapshot import Snapshots
from cockpit.model.places import Tree
from cockpit.settings import Settings
from cockpit.web.guard import CSRF, SESSION

MANY, ROOTS = 200, 20
EVERY = 5.0
"""Seconds between two clicks of one."""
NEWS = 15.0
SECONDS = 120.0
STEPS = ("down", "up", "subject", "metric", "period", "rows")
CHANCES = (30, 20, 20, 12, 8, 10)
METRICS = ("closure", "on_time_closure", "overdue_open", "satisfaction", "reported")
SCROLLS = 0.4
"""Of a hundred visits to a subject's page, how many go down to its panels."""
GROUP = '{"of":["MATCH"],"panels":["MATCH"]}'


def viewers(folder: Path, cases: int) -> dict[str, Any]:
    """What each answer takes, from the request's last byte to the answer's last; what went wrong;
    memory at the end, and by how much more than at half the time. What they meet in the first half
    nobody asked for before; the second half is the rest of the day.
    """
    chosen = settings(folder)
    chance = random.Random(SEED)
    with Snapshots(chosen.snapshots).current() as snapshot:
        tree = snapshot.tree
    upper = [place.code for place in tree.places if place.level in ("district", "street")]
    roots = ["", *chance.sample(upper, ROOTS - 1)]
    tokens = sessions_of(chosen, roots)
    with served(chosen) as (at, pid):
        crowd = [
            _Viewer(at, number, tokens[number % ROOTS], tree, roots[number % ROOTS])
            for number in range(MANY)
        ]
        for one in crowd:
            one.start()
        time.sleep(SECONDS / 2)
        half = _memory(pid)
        first = [each for one in crowd for each in one.taken]
        for one in crowd:
            one.taken = []
        time.sleep(SECONDS / 2)
        end = _memory(pid)
        for one in crowd:
            one.over.set()
        for one in crowd:
            one.join()
    taken = [each for one in crowd for each in one.taken]
    return {
        "viewers_per_second": round(len(taken) / SECONDS * 2, 1),
        "viewers_first_p95_ms": _p95(first),
        "viewers_p50_ms": round(statistics.median(taken), 1),
        "viewers_p95_ms": _p95(taken),
        "viewers_errors": sum(len(one.wrong) for one in crowd),
        "viewers_mib": end,
        "viewers_grown_mib": end - half,
    }


def _p95(taken: list[float]) -> float:
    return round(sorted(taken)[int(len(taken) * 0.95)], 1)


def _memory(pid: int) -> int:
    """MiB of a process and those it started, what they share counted once. Pages of files that are
    only read are not theirs: the system takes them back as it likes.
    """
    whole = psutil.Process(pid)
    kilobytes = 0
    for one in (whole, *whole.children(recursive=True)):
        told = Path(f"/proc/{one.pid}/smaps_rollup").read_text("utf-8")
        kilobytes += int(told.partition("Pss_Anon:")[2].split()[0])
    return kilobytes >> 10


class _Viewer(threading.Thread):
    """Somebody at a desk, with one connection that is kept."""

    def __init__(self, at: Settings, number: int, session: tuple[str, str], tree: Tree, root: str):
        super().__init__(daemon=True)
        self.over, self.taken, self.wrong = threading.Event(), list[float](), list[str]()
        self._at, self._tree, self._chance = at, tree, random.Random(number)
        self._root = self._here = tree.by_code[root] if root else tree.root
        self._subject = self._metric = self._period = ""
        token, csrf = session
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Cookie": f"{SESSION}={token}; {CSRF}={csrf}",
            "X-CSRFToken": csrf,
        }
        self._line: http.client.HTTPConnection | None = None

    def run(self) -> None:
        news = time.monotonic() + self._chance.uniform(0, NEWS)
        self.over.wait(self._chance.uniform(0, EVERY))
        while not self.over.is_set():
            began = time.monotonic()
            path, search = self._next()
            self._ask("POST", json.dumps(question(path, search)))
            if "subject" in search and self._chance.random() < SCROLLS:
                self.over.wait(1)
                of = f"{path}{search.partition('&metric')[0]}"
                self._ask("POST", json.dumps(_panels(of, 0)))
            if time.monotonic() > news:
                news = time.monotonic() + NEWS
                self._ask("GET")
            self.over.wait(max(0.0, EVERY - (time.monotonic() - began)))

    def _next(self) -> tuple[str, str]:
        """One step on: down, up, another subject, metric or period, or the rows behind."""
        step = self._chance.choices(STEPS, CHANCES)[0]
        below = self._tree.below(self._here)
        if step == "down" and below and below[0].level != "grid":
            self._here = self._chance.choice(below)
        elif step in ("down", "up") and self._here != self._root:
            self._here = self._tree.by_code[self._here.parent or ""]
        elif step == "subject":
            self._subject = self._chance.choice(("", "", "cases", "warnings", "sharing"))
            self._metric = ""
        elif step == "metric":
            self._metric = self._chance.choice(METRICS) if self._subject in ("", "cases") else ""
        elif step == "period":
            self._period = self._chance.choice(("", "month", "7d"))
        period = f"period={self._period}" if self._period else ""
        if step == "rows":
            return f"/rows/cases/{self._here.code}", f"?{period}" if period else ""
        subject = f"subject={self._subject}" if self._subject else ""
        metric = f"metric={self._metric}" if self._metric else ""
        asked = "&".join(filter(None, (subject, period, metric)))
        return f"/place/{self._here.code}", f"?{asked}" if asked else ""

    def _ask(self, how: str, body: str | None = None) -> None:
        path = UPDATE if body else "/api/version"
        began = time.perf_counter()
        try:
            if self._line is None:
                self._line = http.client.HTTPConnection(self._at.host, self._at.port, timeout=30)
            self._line.request(how, path, body, self._headers)
            answer = self._line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as trouble:
            # A kept connection may end between two requests; a browser tries once more, too.
            lost, self._line = self._line, None
            if isinstance(trouble, http.client.RemoteDisconnected) and lost is not None:
                self._ask(how, body)
            else:
                self.wrong.append(repr(trouble))
            return
        self.taken.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            self.wrong.append(f"{path}: {answer.status}")


def _panels(of: str, number: int) -> dict[str, Any]:
    id = {"of": of, "panels": number}
    return {
        "output": f"{GROUP}.children",
        "outputs": {"id": id, "property": "children"},
        "inputs": [{"id": id, "property": "data-near", "value": "here"}],
        "state": [{"id": id, "property": "id", "value": id}],
        "changedPropIds": ["data-near"],
    }
