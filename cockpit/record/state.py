"""What a home holds, for ``cockpit status``: read beside a running worker, disturbing nobody."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from cockpit.model.facts import FACTS
from cockpit.record import inbox
from cockpit.record.lock import locked
from cockpit.record.publish import current, manifest, states
from cockpit.settings import Settings


def state(settings: Settings) -> dict[str, Any]:
    """Snapshots, sources with their freshness, quarantine, what waits, and what was not taken."""
    id, told = _published(settings.snapshots)
    zone = ZoneInfo(told["timezone"]) if "timezone" in told else None
    return {
        "home": str(settings.home),
        "city": told.get("name"),
        "demo": told.get("demo", False),
        "worker": locked(settings),
        "snapshot": id,
        "published": told.get("published"),
        "waiting": len(inbox.waiting(settings)),
        "strays": [inbox.belongs(settings, path) for path in inbox.strays(settings)],
        "refused": [
            {"when": _second(datetime.fromtimestamp(came, zone))}
            | {key: receipt[key] for key in ("source", "file", "refused")}
            for came, receipt in inbox.refusals(settings)
        ],
        "quarantined": told.get("quarantined", 0),
        "facts": {name: _standing(told, name) for name in FACTS},
        "sources": told.get("sources", []),
        "kept": states(settings.snapshots),
    }


def _standing(told: dict[str, Any], fact: str) -> dict[str, Any]:
    blank = {"rows": 0} | dict.fromkeys(("first", "last", "as_of"))
    return {**blank, **told.get("facts", {}).get(fact, {})}


def _published(snapshots: Path) -> tuple[str | None, dict[str, Any]]:
    """The snapshot in service and what it says of itself. An older edition of this program may
    have said less; and one that was just followed may be gone, so the next is asked.
    """
    while True:
        id = current(snapshots)
        if id is None:
            return None, {}
        try:
            published = manifest(snapshots, id).get("published")
            with duckdb.connect(str(snapshots / f"{id}.duckdb"), read_only=True) as con:
                return id, {"published": published, "sources": _sources(con)} | _about(con)
        except (OSError, duckdb.Error):
            if id == current(snapshots):
                raise


def _about(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    rows = con.execute(
        "select key, value from about where key = any(?)",
        [["name", "demo", "quarantined", "facts", "timezone"]],
    ).fetchall()
    return {key: json.loads(value) for key, value in rows}


def _sources(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    try:
        cursor = con.execute("select * from sources")
    except duckdb.CatalogException:
        return []
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [row | {"last_arrived": _second(row["last_arrived"])} for row in rows]


def _second(moment: datetime) -> str:
    """A moment of the city's clock, as it is told."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"
