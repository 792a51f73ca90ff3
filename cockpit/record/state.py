"""What a home holds, for ``cockpit status``: read beside a running worker, disturbing nobody."""

from __future__ import annotations

from typing import Any

import duckdb

from cockpit.model.facts import FACTS
from cockpit.record import inbox
from cockpit.record.publish import current, kept, manifest
from cockpit.record.store import locked
from cockpit.settings import Settings


def state(settings: Settings) -> dict[str, Any]:
    """Snapshots, sources with their freshness, quarantine, and what waits."""
    id = current(settings.snapshots)
    told: dict[str, Any] = {
        "home": str(settings.home),
        "city": None,
        "demo": False,
        "worker": settings.home.is_dir() and locked(settings),
        "snapshot": id,
        "published": None,
        "waiting": len(inbox.waiting(settings)),
        "quarantined": 0,
        "facts": {
            name: dict.fromkeys(("first", "last", "as_of"), None) | {"rows": 0} for name in FACTS
        },
        "sources": [],
        "kept": kept(settings.snapshots),
    }
    if id is None:
        return told
    told["published"] = manifest(settings.snapshots, id)["published"]
    import json

    con = duckdb.connect(str(settings.snapshots / f"{id}.duckdb"), read_only=True)
    about = {
        key: json.loads(value)
        for key, value in con.execute(
            "select key, value from about where key in ('name', 'demo', 'quarantined', 'facts')"
        ).fetchall()
    }
    cursor = con.execute("select * from sources")
    names = [column[0] for column in cursor.description]
    told["sources"] = [
        {
            key: str(value) if key == "last_arrived" else value
            for key, value in zip(names, row, strict=True)
        }
        for row in cursor.fetchall()
    ]
    con.close()
    return told | {
        "city": about["name"],
        "demo": about["demo"],
        "quarantined": about["quarantined"],
        "facts": about["facts"],
    }
