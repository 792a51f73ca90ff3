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
from bench.steps import SEED, settings
from cockpit.answers.snapshot import Snapshots
from cockpit.model.places import Place
from cockpit.settings import Settings
from cockpit.web.guard import CSRF, SESSION

MANY, ROOTS = 200, 20
EVERY = 5.0
"""Seconds between two clicks of one."""
NEWS = 15.0
SECONDS = 60.0
UPDATE = "/_dash-update-component"
GROUP = '{"of":["MATCH"],"panels":["MATCH"]}'


def viewers(folder: Path, cases: int) -> dict[str, Any]:
    """What each answer takes, from the request's last byte to the answer's last; what went wrong;
    what memory the server has at the end above that after the first half.
    """
    chosen = settings(folder)
    chance = random.Random(SEED)
    with Snapshots(chosen.snapshots).current() as snapshot:
        tree = snapshot.tree
        upper = [place for place in tree.places if place.level in ("district", "street")]
        roots = ["", *(place.code for place in chance.sample(upper, ROOTS - 1))]
        below: dict[str, list[str]] = {}
        for root in roots:
            top: Place = tree.by_code[root] if root else tree.root
            inside = (
                tree.places if not root else [p for p in tree.places if top.lo <= p.lo <= top.hi]
            )
            below[root] = [p.code for p in inside if p.level != "grid"]
    tokens = sessions_of(chosen, roots)
    with served(chosen) as (at, pid):
        crowd = [
            _Viewer(at, number, tokens[number % ROOTS], below[roots[number % ROOTS]])
            for number in range(MANY)
        ]
        for one in crowd:
            one.start()
        time.sleep(SECONDS / 2)
        half = _memory(pid)
        time.sleep(SECONDS / 2)
        end = _memory(pid)
        for one in crowd:
            one.over.set()
        for one in crowd:
            one.join()
    taken = sorted(each for one in crowd for each in one.taken)
    wrong = [each for one in crowd for each in one.wrong]
    return {
        "viewers_per_second": round(len(taken) / SECONDS, 1),
        "viewers_p50_ms": round(statistics.median(taken), 1),
        "viewers_p95_ms": round(taken[int(len(taken) * 0.95)], 1),
        "viewers_errors": len(wrong),
        "viewers_mib": end,
        "viewers_grown_mib": end - half,
    }


def _memory(pid: int) -> int:
    """MiB of a process and those it started, what they share counted once."""
    whole = psutil.Process(pid)
    each = [whole, *whole.children(recursive=True)]
    return int(sum(one.memory_full_info().pss for one in each)) >> 20


class _Viewer(threading.Thread):
    """Somebody at a desk, with one connection that is kept."""

    def __init__(self, at: Settings, number: int, session: tuple[str, str], places: list[str]):
        super().__init__(daemon=True)
        self.over, self.taken, self.wrong = threading.Event(), list[float](), list[str]()
        self._at, self._places, self._chance = at, places, random.Random(number)
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
            self._ask("POST", json.dumps(_page(path, search)))
            if "subject" in search and self._chance.random() < 0.5:
                self.over.wait(1)
                self._ask("POST", json.dumps(_panels(f"{path}{search}", 0)))
            if time.monotonic() > news:
                news = time.monotonic() + NEWS
                self._ask("GET")
            self.over.wait(max(0.0, EVERY - (time.monotonic() - began)))

    def _next(self) -> tuple[str, str]:
        code = self._chance.choice(self._places)
        what = self._chance.choices(("", "cases", "warnings", "sharing", "rows"), (9, 4, 2, 2, 3))[
            0
        ]
        period = self._chance.choice(("30d", "30d", "month", "year"))
        said = f"period={period}" if period != "30d" else ""
        if what == "rows":
            return f"/rows/cases/{code}", f"?{said}" if said else ""
        parts = [f"subject={what}" if what else "", said]
        asked = "&".join(filter(None, parts))
        return f"/place/{code}", f"?{asked}" if asked else ""

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


def _page(path: str, search: str) -> dict[str, Any]:
    return {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "address", "property": "pathname", "value": path},
            {"id": "address", "property": "search", "value": search},
        ],
        "changedPropIds": ["address.pathname"],
    }


def _panels(of: str, number: int) -> dict[str, Any]:
    id = {"of": of, "panels": number}
    return {
        "output": f"{GROUP}.children",
        "outputs": {"id": id, "property": "children"},
        "inputs": [{"id": id, "property": "data-near", "value": "here"}],
        "state": [{"id": id, "property": "id", "value": id}],
        "changedPropIds": ["data-near"],
    }
