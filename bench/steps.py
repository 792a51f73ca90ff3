"""What is measured. Each step takes the run's folder and the number of cases, and gives figures."""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from cockpit import settings as environment
from cockpit.model.mistakes import Mistake
from cockpit.settings import Settings

SEED = 7
UPDATE = "/_dash-update-component"
BATCHES = 3
TALLIES = 300
PAGES = 12
TIMES = 5_000
NEIGHBOURS, TURN = 60, 12
"""Places whose pages are asked for beside somebody's heavy work, and pages in a turn."""
START = 2.0
"""Seconds that heavy work takes to be under way."""


def settings(folder: Path) -> Settings:
    """The settings of the run's home."""
    return environment.read({}, home=folder / "home")


def make_csv(folder: Path, cases: int) -> dict[str, Any]:
    """The demo city's facts as CSV files, and the grids in the home."""
    from cockpit.record.democity import write_csv

    for _ in write_csv(settings(folder), folder, cases, SEED, None):
        pass
    return {"csv_mib": (folder / "cases.csv").stat().st_size >> 20}


def bare(folder: Path, cases: int) -> dict[str, Any]:
    """DuckDB alone: the same file into a table of a database file."""
    path = folder / "bare.duckdb"
    con = duckdb.connect(str(path))
    con.execute("set enable_progress_bar=false")
    began = time.monotonic()
    con.execute(f"create table cases as from read_csv('{folder / 'cases.csv'}')")
    con.close()
    seconds = time.monotonic() - began
    path.unlink()
    return {"bare_seconds": round(seconds, 2)}


def load(folder: Path, cases: int) -> dict[str, Any]:
    """The file of cases through the inbox and the record into a published snapshot; untimed, the
    files of the other facts, for a page shows them too.
    """
    from cockpit.model.facts import FACTS
    from cockpit.record.handover import send

    chosen = settings(folder)
    began = time.monotonic()
    (receipt,) = send(chosen, [folder / "cases.csv"], "cases", lambda *_: None)
    seconds = time.monotonic() - began
    if receipt["accepted"] != cases or receipt["trouble"]:
        raise RuntimeError(f"the load went wrong: {receipt}")
    for fact in FACTS:
        if fact != "cases":
            list(send(chosen, [folder / f"{fact}.csv"], fact, lambda *_: None))
    return {"load_seconds": round(seconds, 2), "load_peak_mib": 0, **_sizes(chosen)}


def make_city(folder: Path, cases: int) -> dict[str, Any]:
    """The demo city straight into the record, for sizes whose CSV would fill the disk."""
    from cockpit.record.democity import make

    chosen = settings(folder)
    told = make(chosen, cases, SEED, None, lambda *_: None)
    return {"demo_seconds": round(told["seconds"], 1), "demo_peak_mib": 0, **_sizes(chosen)}


def _sizes(chosen: Settings) -> dict[str, int]:
    whole = sum(path.stat().st_size for path in chosen.snapshots.rglob("*") if path.is_file())
    return {"snapshot_mib": whole >> 20, "record_mib": chosen.record.stat().st_size >> 20}


def batches(folder: Path, cases: int) -> dict[str, Any]:
    """1,000 changed rows of the last 60 days, handed to a running worker, until published."""
    from cockpit.record.handover import send
    from cockpit.record.lock import locked

    chosen = settings(folder)
    source = _source(chosen)
    worker = subprocess.Popen(
        [sys.executable, "-m", "cockpit", "worker"],
        env={**os.environ, "COCKPIT_HOME": str(chosen.home)},
        stderr=subprocess.DEVNULL,
    )
    try:
        while not locked(chosen):
            time.sleep(0.05)
        seconds = []
        for number in range(BATCHES + 1):
            path = folder / f"batch{number}.csv"
            _changed(chosen, path, number)
            began = time.monotonic()
            (receipt,) = send(chosen, [path], source, lambda *_: None)
            seconds.append(time.monotonic() - began)
            if receipt["updated"] != 1000 or receipt["trouble"]:
                raise RuntimeError(f"the batch went wrong: {receipt}")
    finally:
        worker.terminate()
        worker.wait()
    return {"batch_seconds": round(statistics.median(seconds[1:]), 2)}


def _changed(chosen: Settings, path: Path, number: int) -> None:
    """Write 1,000 rows of the last 60 days with a newer stamp."""
    from cockpit.model.facts import FACTS
    from cockpit.record.publish import current, manifest

    names = ", ".join(c.name for c in FACTS["cases"].columns if c.name != "source")
    months = manifest(chosen.snapshots, current(chosen.snapshots) or "")["files"]["cases"]
    files = [str(chosen.snapshots / "facts" / month["file"]) for month in months.values()]
    con = duckdb.connect()
    con.execute("set enable_progress_bar=false")
    con.execute(
        f"copy (select * replace (updated_at + interval {number + 1} minute as updated_at,"
        " coalesce(rework_count, 0) + 1 as rework_count) from"
        f" (select {names} from read_parquet({files!r})"
        "  where reported_at > date '2026-10-31' - interval 60 day"
        f"  order by hash(number, {number}) limit 1000)) to '{path}' (header)"
    )


def _source(chosen: Settings) -> str:
    """The source that the city's cases came from, which what changes them must come from too."""
    if any(chosen.receipts.glob("*.json")):
        return "cases"
    mapping = chosen.own / "sources" / "demo.sql"
    mapping.parent.mkdir(parents=True, exist_ok=True)
    mapping.write_text('/*\nfact = "cases"\ntitle = "演示"\n*/\nselect * from raw\n', "utf-8")
    return "demo"


def tallies(folder: Path, cases: int) -> dict[str, Any]:
    """Tallies of random metrics and places, level by level, for a month and for a year."""
    from cockpit.answers import tally
    from cockpit.answers.snapshot import Snapshots
    from cockpit.model.period import Period
    from cockpit.people.gate import CONSOLE, Scope, gate

    chance = random.Random(SEED)
    until = date(2026, 10, 31)
    year, month = Period(until - timedelta(days=364), until), Period(date(2026, 10, 1), until)
    figures: dict[str, Any] = {}
    with Snapshots(settings(folder).snapshots).current() as snapshot:
        metrics = [one for one in snapshot.counted.values() if one.metric.fact == "cases"]
        by_level = {
            level: [place for place in snapshot.tree.places if place.level == level]
            for level in ("city", "district", "street", "community", "grid")
        }

        def seen(place: Any) -> Any:
            return gate(CONSOLE, Scope(snapshot.tree, place.code))

        def timed(levels: Iterable[str], ask: Callable[[Any, Any], object]) -> list[float]:
            taken = []
            for _ in range(TALLIES):
                place = chance.choice(by_level[chance.choice(list(levels))])
                metric = chance.choice(metrics)
                began = time.perf_counter()
                ask(metric, place)
                taken.append((time.perf_counter() - began) * 1000)
            return sorted(taken[5:])

        upper = ("city", "district", "street", "community")
        of_year = timed(upper, lambda m, p: tally.at(snapshot, [m], seen(p), year))
        of_month = timed(upper, lambda m, p: tally.at(snapshot, [m], seen(p), month))
        leaf = timed(("grid",), lambda m, p: tally.at(snapshot, [m], seen(p), year))
        below = timed(upper, lambda m, p: tally.below(snapshot, [m], seen(p), year))
    figures["tally_p50_ms"] = round(statistics.median(of_year), 2)
    figures["tally_p95_ms"] = round(of_year[int(len(of_year) * 0.95)], 2)
    figures["tally_month_p95_ms"] = round(of_month[int(len(of_month) * 0.95)], 2)
    figures["leaf_p95_ms"] = round(leaf[int(len(leaf) * 0.95)], 2)
    figures["below_p95_ms"] = round(below[int(len(below) * 0.95)], 2)
    return figures


def pages(folder: Path, cases: int) -> dict[str, Any]:
    """The page's one data request: for states that nobody asked for before, and again."""
    client = _signed_in(settings(folder))
    chance = random.Random(SEED)
    places = _places(folder)

    def post(code: str, period: str) -> float:
        return _post(client, code, period)

    post(places["city"][0], "today")
    states = [
        (code, period)
        for level in ("city", "district", "street", "community", "grid")
        for code in chance.sample(places[level], min(PAGES, len(places[level])))
        for period in ("30d", "year")
    ]
    cold = sorted(post(*state) for state in states)
    warm = sorted(post(*state) for state in states)
    return {
        "page_cold_ms": round(statistics.median(cold), 1),
        "page_cold_p95_ms": round(cold[int(len(cold) * 0.95)], 1),
        "page_warm_ms": round(statistics.median(warm), 2),
    }


def question(path: str, search: str) -> dict[str, Any]:
    """The one data request of a page."""
    return {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "address", "property": "pathname", "value": path},
            {"id": "address", "property": "search", "value": search},
        ],
        "changedPropIds": ["address.pathname"],
    }


def _post(client: Any, code: str, period: str) -> float:
    """Ask for a page; gives the milliseconds."""
    asked = question(f"/place/{code}", f"?period={period}")
    began = time.perf_counter()
    response = client.post(UPDATE, json=asked)
    seconds = time.perf_counter() - began
    if response.status_code != 200:
        raise RuntimeError(f"the page of {code} answered {response.status_code}")
    return seconds * 1000


def neighbours(folder: Path, cases: int) -> dict[str, Any]:
    """What others notice of an analyst at work: the time of pages that nobody asked for before,
    while a question that has no end runs at the bench, and while a panel that has none runs, over
    that time while nothing runs. The three take turns, so that a drift of the machine's is all of
    theirs.
    """
    client = _signed_in(settings(folder))
    desk = client.application.extensions["page"].desk
    chance = random.Random(SEED)
    places = _places(folder)
    _post(client, places["city"][0], "today")
    idle: dict[str, list[float]] = {"alone": [], "question": [], "panel": []}
    codes = [code for level in ("street", "community", "grid") for code in places[level]]
    states = [
        (code, period)
        for code in chance.sample(codes, min(NEIGHBOURS, len(codes)))
        for period in ("30d", "year", "quarter")
    ]
    chance.shuffle(states)
    work: dict[str, Callable[[], contextlib.AbstractContextManager[None]]] = {
        "alone": contextlib.nullcontext,
        "question": lambda: _busy(lambda: _question(desk), lambda: _cancel(desk)),
        "panel": lambda: _busy(lambda: _panel(desk), lambda: None),
    }
    for turn, first in enumerate(range(0, len(states), TURN)):
        name = list(work)[turn % len(work)]
        with work[name]():
            idle[name] += [_post(client, *state) for state in states[first : first + TURN]]
    median = {name: statistics.median(taken) for name, taken in idle.items()}
    return {
        "beside_question": round(median["question"] / median["alone"], 2),
        "beside_panel": round(median["panel"] / median["alone"], 2),
    }


@contextlib.contextmanager
def _busy(work: Callable[[], None], end: Callable[[], None]) -> Iterator[None]:
    """While in the block, somebody works without a pause; it is left once they have stopped."""
    over = threading.Event()

    def on() -> None:
        while not over.is_set():
            with contextlib.suppress(Mistake):
                work()

    thread = threading.Thread(target=on)
    thread.start()
    time.sleep(START)
    try:
        yield
    finally:
        over.set()
        while thread.is_alive():
            end()
            thread.join(0.2)


HEAVY = (
    "select count(*) as n from cases_all_time_here a"
    " join cases_all_time_here b on a.reported_at < b.reported_at and a.title < b.title"
)


def _question(desk: Any) -> None:
    from cockpit.answers.workbench import Workbench
    from cockpit.model.period import Period
    from cockpit.people.gate import CONSOLE, Scope, gate

    with desk.current() as snapshot:
        seen = gate(CONSOLE, Scope(snapshot.tree))
        day = snapshot.last_day("cases")
        Workbench(desk.settings).ask(snapshot, seen, HEAVY, Period(), day, "bench")


def _cancel(desk: Any) -> None:
    """End the question that is under way."""
    from cockpit.answers.workbench import Workbench

    Workbench(desk.settings).cancel("bench")


def _panel(desk: Any) -> None:
    from cockpit.answers.panel import run as run_panel
    from cockpit.model.panel import Bound, Panel
    from cockpit.model.period import Period
    from cockpit.people.gate import CONSOLE, Scope, gate

    panel = Panel("heavy", "heavy?", "number", y=("n",), fact="cases", sql=HEAVY)
    with desk.current() as snapshot:
        seen = gate(CONSOLE, Scope(snapshot.tree))
        bound = Bound(panel, (("n", "BIGINT"),), ("cases_all_time_here",))
        run_panel(snapshot, bound, seen, Period(), snapshot.last_day("cases"))


def people(folder: Path, cases: int) -> dict[str, Any]:
    """What it costs to know who asks and what is theirs: the gate alone, all that stands before a
    signed-in request, handing a line to the audit, writing one, and signing in.
    """
    from cockpit.answers.snapshot import Snapshots
    from cockpit.people import accounts, links
    from cockpit.people.audit import Line, What
    from cockpit.people.gate import CONSOLE, Refused, Scope, Viewer, gate
    from cockpit.people.registry import Registry
    from cockpit.people.roles import Role
    from cockpit.people.signin import Caller, Entrance

    chance = random.Random(SEED)
    chosen = settings(folder)
    with Snapshots(chosen.snapshots).current() as snapshot:
        tree = snapshot.tree
        viewer = Viewer(Role.LEADER, tree.below(tree.root)[0].code)
        asked = [place.code for place in chance.choices(tree.places, k=TIMES)]

        def pass_gate(number: int) -> None:
            with contextlib.suppress(Refused):
                gate(viewer, Scope(tree, asked[number], cut=True))

        figures = {"gate_us": _median_us(TIMES, pass_gate)}
    client = _signed_in(chosen)
    signed = _median_us(300, lambda _: client.get("/api/version"))
    unsigned = _median_us(300, lambda _: client.get("/healthz"))
    figures["guard_us"] = round(signed - unsigned, 1)
    registry = Registry(chosen)
    told = Line(What.VIEW, who="bench", place="x", rows=1)
    figures["audit_us"] = _median_us(1_000, lambda _: registry.audit.write(told))
    registry.audit.flush(60)
    figures["audit_now_us"] = _median_us(100, lambda _: registry.audit.write_now(told))
    name = f"bench-{os.getpid()}"
    account = accounts.add(registry, CONSOLE, name, role="analyst", person=name)
    token, _ = links.make(registry, CONSOLE, account, "password")
    entrance, caller, secret = Entrance(registry), Caller("127.0.0.1"), "Thirty-Two-Grids-9"
    entrance.set_password(token, secret, caller)
    taken = _median_us(10, lambda _: entrance.sign_in(name, secret, caller))
    figures["sign_in_ms"] = round(taken / 1000, 1)
    registry.close()
    return figures


def _median_us(times: int, do: Callable[[int], object]) -> float:
    """The median of so many runs, in microseconds."""
    taken = []
    for number in range(times):
        began = time.perf_counter()
        do(number)
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken) * 1e6, 1)


def _signed_in(chosen: Settings) -> Any:
    """A client of the server, for a leader of the whole city."""
    from cockpit.people import demo
    from cockpit.people.registry import Registry
    from cockpit.web.guard import CSRF
    from cockpit.web.server import serve

    registry = Registry(chosen)
    (_, token), *_ = demo.invite(registry)
    registry.close()
    client = serve(chosen).test_client()
    client.get(f"/link/{token}")
    form = client.get(f"/link/{token}").text.partition('name="_csrf" value="')[2]
    client.post(f"/link/{token}", data={"_csrf": form.partition('"')[0]})
    client.get("/account")
    cookie = client.get_cookie(CSRF)
    if cookie is None:
        raise RuntimeError("signing in did not come about")
    client.environ_base["HTTP_X_CSRFTOKEN"] = cookie.value
    return client


def _places(folder: Path) -> dict[str, list[str]]:
    from cockpit.answers.snapshot import Snapshots

    found: dict[str, list[str]] = {}
    with Snapshots(settings(folder).snapshots).current() as snapshot:
        for place in snapshot.tree.places:
            found.setdefault(place.level, []).append(place.code)
    return found
