"""The addresses of lists and rows, and the one by which somebody sees what is masked: for a reason,
by a right, and only after it stands in the audit.
"""

from __future__ import annotations

from typing import Any

import flask

from cockpit.answers import rows
from cockpit.answers.snapshot import NoSnapshot, Snapshot
from cockpit.model.facts import FACTS
from cockpit.model.mistakes import Mistake
from cockpit.people.audit import AuditUnavailable, What
from cockpit.people.gate import Refused, Scope, gate
from cockpit.people.roles import Right
from cockpit.web import cells, dossier, listing
from cockpit.web.api import page
from cockpit.web.desk import Desk
from cockpit.web.guard import note, note_now, viewer
from cockpit.web.pages.row import LEAST_WHY, MOST_WHY, REASONS
from cockpit.web.transfer import as_json
from cockpit.web.words import Words


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of all of them."""
    here = flask.Blueprint("reveal", __name__)

    @here.get("/rows/<fact>/", defaults={"code": ""})
    @here.get("/rows/<fact>/<path:code>")
    def rows(fact: str, code: str) -> Any:
        return page(), desk.holds(viewer(), flask.request.path)

    @here.get("/row/<fact>/<ref>")
    def row(fact: str, ref: str) -> Any:
        return page(), desk.holds(viewer(), flask.request.path)

    @here.post("/reveal/<fact>/<ref>")
    def reveal(fact: str, ref: str) -> Any:
        words = Words(desk.language())
        try:
            column, reason, why = _asked(fact, ref, flask.request.form)
            with desk.current() as snapshot:
                told = _reveal(desk, snapshot, fact, ref, column, reason, why)
        except NoSnapshot as nothing:
            return as_json({"error": nothing.found}, 503)
        except (Refused, _NoRow):
            note(
                What.REVEAL,
                outcome="refused",
                detail={"row": f"{fact}/{ref}"[:100]},
            )
            return as_json({"error": words("row_none")}, 404)
        except AuditUnavailable:
            raise
        except Mistake:
            return as_json({"error": words("reveal_short")}, 400)
        return as_json({"value": cells.exact(told)})

    return here


class _NoRow(Mistake):
    """The viewer has no such row."""


def _asked(fact: str, ref: str, form: Any) -> tuple[str, str, str]:
    """Column, reason and words of a request. Raises Mistake."""
    if listing.read_row(f"{listing.ROW}{fact}/{ref}") is None:
        raise _NoRow("there is no such row")
    column, reason = form.get("column", ""), form.get("reason", "")
    why = " ".join(form.get("why", "").split())
    if column not in [each.name for each in FACTS[fact].columns if each.privacy]:
        raise Mistake(f"{column[:40]!r} hides nothing")
    if reason not in REASONS or not LEAST_WHY <= len(why) <= MOST_WHY or not why.isprintable():
        raise Mistake("there is no reason")
    return column, reason, why


def _reveal(
    desk: Desk, snapshot: Snapshot, fact: str, ref: str, column: str, reason: str, why: str
) -> Any:
    """The value, once it is written down who sees it and why. Raises Refused, AuditUnavailable."""
    seen = gate(viewer(), Scope(snapshot.tree, right=Right.REVEAL))
    key = dossier.key(desk.registry)
    where = rows.place(snapshot, seen, fact, ref, key)
    if where is None:
        raise _NoRow("there is no such row")
    note_now(
        What.REVEAL,
        place=where.code,
        rows=1,
        detail={"row": f"{fact}/{ref}", "column": column, "reason": reason, "why": why},
    )
    return rows.revealed(snapshot, seen, fact, ref, key, column)
