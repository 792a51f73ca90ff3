"""A town small enough to add up in one's head, and the way to publish it.

    Town ─┬─ North ─┬─ Elm ─── Elm1 ─┬─ Elm1a
          │         │                └─ Elm1b
          │         └─ Oak ─── Oak1 ─── Oak1a
          └─ South ─── Ash ─── Ash1 ─── Ash1a

Seven cases due in January 2026, one due in February, one left open, one void:

    n1  Elm1a  due 10th, closed in time        n5  South's own (no street known), in time
    n2  Elm1a  due 10th, closed late           n6  Ash1a  due 20th, still open
    n3  Elm1b  due 12th, closed in time        n7  Town's own (code unknown), in time
    n4  Oak1a  due 15th, left open             n8  Ash1a  due 5 February, in time
    n9  Elm1a  void
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cockpit import settings as environment
from cockpit.record.ingest import Landed, Receipt, ingest
from cockpit.record.queries import source
from cockpit.record.store import Record
from cockpit.record.worker import Worker
from cockpit.settings import Settings

PLACES = """code,name,level,parent,kind,population,valid_from,valid_to,successor,lon,lat,pinyin
town,Town,city,,,,,,,,,
town/n,North,district,town,,,,,,,,
town/n/e,Elm,street,town/n,,,,,,,,
town/n/e/1,Elm1,community,town/n/e,,,,,,,,
town/n/e/1/a,Elm1a,grid,town/n/e/1,,,,,,,,
town/n/e/1/b,Elm1b,grid,town/n/e/1,,,,,,,,
town/n/o,Oak,street,town/n,,,,,,,,
town/n/o/1,Oak1,community,town/n/o,,,,,,,,
town/n/o/1/a,Oak1a,grid,town/n/o/1,,,,,,,,
town/s,South,district,town,,,,,,,,
town/s/a,Ash,street,town/s,,,,,,,,
town/s/a/1,Ash1,community,town/s/a,,,,,,,,
town/s/a/1/a,Ash1a,grid,town/s/a/1,,,,,,,,
town/old,Old Elm,street,town/n,,,,2021-04-09,town/n/e,,,
"""

CASES = """number,place,reported_at,due_at,closed_at,void,left_open_reason,left_open_until
n1,town/n/e/1/a,2026-01-05 09:00,2026-01-10 09:00,2026-01-09 09:00,,,
n2,town/n/e/1/a,2026-01-05 10:00,2026-01-10 10:00,2026-01-12 10:00,,,
n3,town/n/e/1/b,2026-01-06 09:00,2026-01-12 09:00,2026-01-12 08:59,,,
n4,town/n/o/1/a,2026-01-07 09:00,2026-01-15 09:00,,,owner unclear,2026-03-01
n5,town/s/x,2026-01-08 09:00,2026-01-18 09:00,2026-01-10 09:00,,,
n6,town/s/a/1/a,2026-01-09 09:00,2026-01-20 09:00,,,,
n7,elsewhere,2026-01-10 09:00,2026-01-21 09:00,2026-01-20 09:00,,,
n8,town/s/a/1/a,2026-01-25 09:00,2026-02-05 09:00,2026-02-01 09:00,,,
n9,town/n/e/1/a,2026-01-11 09:00,2026-01-22 09:00,,true,,
"""


def found(folder: Path) -> Settings:
    """The settings of a new home in the town."""
    city = folder / "town"
    city.mkdir(parents=True)
    (city / "places.csv").write_text(PLACES, "utf-8")
    (city / "city.toml").write_text('name = "Town"\ntimezone = "Asia/Shanghai"\n', "utf-8")
    return environment.read({}, home=folder / "home", city=city)


def send(record: Record, name: str, text: str, by: str = "cases") -> Receipt:
    """Take a text in as a file of that name."""
    path = record.settings.home / name
    path.write_text(text, "utf-8")
    landed = Landed(
        f"{name}-{record.next_receipt()}", name, source(record.settings.folders, by), path
    )
    return ingest(record, landed)


def publish(record: Record) -> str:
    """Publish what the record holds; gives the snapshot's id."""
    id, trouble = Worker(record).publish()
    assert trouble is None, trouble
    assert id is not None
    return id


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as CSV text; every column of any row."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
