"""A demo city in a home: its grids, its facts, and all of it marked 演示数据."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from cockpit import disk
from cockpit.model.city import City
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.model.places import COLUMNS
from cockpit.model.source import Source
from cockpit.record.city import OWN_PLACES, read_city
from cockpit.record.demo import PLANTED, generate, grids
from cockpit.record.ingest import Landed, Progress, ingest
from cockpit.record.publish import current
from cockpit.record.store import Record
from cockpit.record.worker import Worker
from cockpit.settings import Settings

SOURCE = "demo"
UNTIL = date(2026, 10, 31)


def make(
    settings: Settings, cases: int, seed: int, until: date | None, tell: Progress
) -> dict[str, Any]:
    """Fill an empty home and publish it. Raises Mistake where the home is not empty."""
    began = time.monotonic()
    if current(settings.snapshots) or settings.record.exists():
        raise Mistake(
            "the home already holds a city", where=settings.home, write="Name an empty --home"
        )
    settings.home.mkdir(parents=True, exist_ok=True)
    tell("making grids", 0.0, 0)
    plant_grids(settings, seed)
    with Record(settings) as record:
        scratch = settings.scratch / "demo"
        scratch.mkdir()
        con = _connect(settings, record.city, scratch)
        tell("making the city", 0.0, 0)
        generate(con, record.city.tree, cases=cases, seed=seed, until=until or UNTIL)
        for fact in FACTS:
            path = scratch / f"{fact}.parquet"
            con.execute(f"copy demo_{fact} to '{path}' (format parquet)")
            con.execute(f"drop table demo_{fact}")
            stamp = f"demo-{fact}-{datetime.now():%Y%m%d%H%M%S}"
            source = Source(fact=fact, name=SOURCE, sql="select * exclude (source) from raw")
            receipt = ingest(record, Landed(stamp, path.name, source, path), tell)
            if receipt.refused or receipt.quarantined:
                raise Mistake(f"the demo's {fact} do not stand: {receipt}")
            path.unlink()
        con.close()
        snapshot, trouble = Worker(record, tell).publish()
    if trouble:
        raise Mistake(f"publishing failed: {trouble}")
    return {
        "cases": cases,
        "snapshot": snapshot,
        "seconds": time.monotonic() - began,
        "planted": [f"{one.what_zh} {one.what_en}" for one in PLANTED],
    }


def plant_grids(settings: Settings, seed: int) -> City:
    """Write the made-up grids into the home's own places; gives the city with them."""
    bare = read_city(settings.city)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(grids(bare.tree, seed))
    disk.write(settings.home / OWN_PLACES, out.getvalue())
    return read_city(settings.city, settings.home)


def write_csv(
    settings: Settings, folder: Path, cases: int, seed: int, until: date | None
) -> Iterator[tuple[Path, int]]:
    """The same facts as CSV files in the templates' columns, with ``places.csv`` of the grids."""
    folder.mkdir(parents=True, exist_ok=True)
    settings.home.mkdir(parents=True, exist_ok=True)
    city = plant_grids(settings, seed)
    con = _connect(settings, city, folder)
    generate(con, city.tree, cases=cases, seed=seed, until=until or UNTIL)
    for fact in FACTS:
        path = folder / f"{fact}.csv"
        con.execute(f"copy (select * exclude (source) from demo_{fact}) to '{path}' (header)")
        yield path, int(con.execute(f"select count(*) from demo_{fact}").fetchall()[0][0])
        con.execute(f"drop table demo_{fact}")
    con.close()
    (folder / "demo.duckdb").unlink()


def _connect(settings: Settings, city: City, scratch: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(scratch / "demo.duckdb"))
    con.execute(f"set memory_limit='{settings.writer_memory}'")
    con.execute("set enable_progress_bar=false")
    for macro in city.calendar.macros():
        con.execute(macro)
    return con
