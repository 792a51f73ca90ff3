"""``cockpit check``: every file of the analysts, read and bound; all faults at once."""

from __future__ import annotations

import json

import duckdb

from cockpit.model.facts import FACTS
from cockpit.model.metric import Metric, read_metrics
from cockpit.model.mistakes import Mistake
from cockpit.record import cube, queries
from cockpit.record.city import read_city
from cockpit.settings import Settings


def check_all(settings: Settings) -> tuple[list[Mistake], int]:
    """All mistakes found, and how many metrics and sources are right."""
    con = duckdb.connect()
    for macro in read_city(settings.city).calendar.macros():
        con.execute(macro)
    for fact in FACTS.values():
        listed = ", ".join(f"{name} {kind}" for name, kind in fact.typed)
        con.execute(f"create table {fact.name} ({listed})")
    mistakes: list[Mistake] = []
    good = 0
    metrics: dict[str, Metric] = {}
    for path in sorted(settings.queries.glob("*/metrics.toml")):
        try:
            found = read_metrics(path.parent.name, path.read_text("utf-8-sig"), str(path))
        except Mistake as mistake:
            mistakes.append(mistake)
            continue
        for name, metric in found.items():
            try:
                if name in metrics:
                    raise Mistake(f"metric {name!r} stands in {metrics[name].path} too", where=path)
                metrics[name] = metric
                cube.weigh(con, [metric])
                good += 1
            except Mistake as mistake:
                mistakes.append(mistake)
    for path in sorted((settings.queries / "sources").glob("*.sql")):
        try:
            source = queries.source(settings.queries, path.stem)
            tree = json.loads(
                con.execute("select json_serialize_sql(?)", [source.sql]).fetchall()[0][0]
            )
            if tree["error"]:
                raise Mistake(f"not a SELECT: {tree['error_message']}", where=path)
            good += 1
        except Mistake as mistake:
            mistakes.append(mistake)
    return mistakes, good
