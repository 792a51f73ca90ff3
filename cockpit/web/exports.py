"""Taking along what a page shows: a workbook or CSV, cleared by the gate as the page is, in the
audit before it is given, and marked with whose it is and when it was made.

The address is that of what is shown, behind ``/export/xlsx`` or ``/export/csv``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

import flask

from cockpit.answers.snapshot import NoSnapshot, Snapshot
from cockpit.model.scope import Cleared
from cockpit.people.audit import What
from cockpit.people.gate import Refused, Scope, gate
from cockpit.people.roles import Right
from cockpit.web import dossier, listing, numbers, panels, sheets, workbook
from cockpit.web.asked import Asked, gather
from cockpit.web.desk import Desk
from cockpit.web.guard import no, note, note_now, viewer
from cockpit.web.sheets import Sheet, Value
from cockpit.web.taking import EXPORT, FORMS
from cockpit.web.urls import ROOM
from cockpit.web.urls import read as read_state
from cockpit.web.words import Words

MOST = 20_000
"""Rows of a list that one file holds; of more it is said that there are more."""

Made = tuple[list[Sheet], list[tuple[str, Value]], str, int]
"""The sheets (the first is the CSV), what is said about them, a name for the file, its rows."""
Make = Callable[[Desk, Snapshot, Cleared, Words], Made | None]


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of all files."""
    here = flask.Blueprint("exports", __name__)

    @here.get("/export/<any(xlsx, csv):form>/place/<path:code>")
    def place(form: str, code: str) -> Any:
        return _given(desk, form, code, _place)

    @here.get("/export/<any(xlsx, csv):form>/rows/<fact>/<path:code>")
    def rows(form: str, fact: str, code: str) -> Any:
        return _given(desk, form, code, _rows)

    @here.get("/export/<any(xlsx, csv):form>/panel/<name>/<path:code>")
    def panel(form: str, name: str, code: str) -> Any:
        return _given(desk, form, code, partial(_panel, name=name))

    return here


def _given(desk: Desk, form: str, code: str, make: Make) -> Any:
    words = Words(desk.language())
    path = flask.request.path
    try:
        with desk.current() as snapshot:
            seen = gate(viewer(), Scope(snapshot.tree, code.removesuffix("/"), Right.EXPORT))
            made = make(desk, snapshot, seen, words)
            if made is None:
                return no("refused_export", 404)
            found, said, name, rows = made
            marks = _marks(desk, snapshot, seen, said, words)
    except NoSnapshot:
        return no("refused_export", 404)
    except Refused as refused:
        note(What.EXPORT, outcome="refused", place=code[:100], detail={"path": path[:300]})
        return no("refused_export", 404 if refused.why == "unknown" else 403)
    detail = {"path": path[:300], "search": flask.request.query_string.decode(errors="replace")}
    note_now(What.EXPORT, place=seen.place.code, rows=rows, detail=detail)
    return _file(form, found, marks, name, snapshot.demo, words)


def _file(
    form: str,
    found: Sequence[Sheet],
    marks: Sequence[tuple[str, Value]],
    name: str,
    demo: bool,
    words: Words,
) -> flask.Response:
    if form == "xlsx":
        content = workbook.xlsx([*found, sheets.about(marks, words)])
    else:
        content = workbook.text(_marked(found[0], marks, words))
    mark = f"{words('demo')} " if demo else ""
    file = f"{mark}{name}.{form}".replace("/", " ")
    answer = flask.Response(content, mimetype=FORMS[form])
    answer.headers["Content-Type"] = FORMS[form]
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file)}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _marked(sheet: Sheet, marks: Sequence[tuple[str, Value]], words: Words) -> Sheet:
    """A sheet whose every row says whose it is: a CSV has no second page to say it on."""
    said = " · ".join(f"{name} {workbook.shown_as(value)}".strip() for name, value in marks)
    heads = (*sheet.heads, words("about_sheet"))
    return replace(sheet, heads=heads, rows=tuple((*row, said) for row in sheet.rows))


def _marks(
    desk: Desk,
    snapshot: Snapshot,
    seen: Cleared,
    said: Sequence[tuple[str, Value]],
    words: Words,
) -> list[tuple[str, Value]]:
    made = datetime.now(snapshot.zone).replace(tzinfo=None, microsecond=0)
    who = viewer()
    return [
        *([(words("demo"), words("demo_meaning"))] if snapshot.demo else []),
        (words("place"), f"{words.place(seen.place)} ({seen.place.code})"),
        *said,
        (words("snapshot"), snapshot.id),
        (words("published"), numbers.moment(snapshot.published, words.language)),
        (words("exported_by"), f"{who.display or who.name} ({who.name})"),
        (words("exported_at"), numbers.moment(made, words.language)),
    ]


def _search() -> str:
    return flask.request.query_string.decode("utf-8", "replace")


def _asked(desk: Desk, snapshot: Snapshot, seen: Cleared) -> Asked | None:
    state = read_state(f"{ROOM}{quote(seen.place.code, safe='/')}", _search())
    return Asked(snapshot, desk.cache, state, seen) if state else None


def _place(desk: Desk, snapshot: Snapshot, seen: Cleared, words: Words) -> Made | None:
    asked = _asked(desk, snapshot, seen)
    if asked is None:
        return None
    view = gather(asked)
    metrics, below, *more = sheets.of_place(view, words)
    said: list[tuple[str, Value]] = [(words("period"), sheets.span(view, words))]
    name = f"{words.place(view.place)} {view.as_of:%Y-%m-%d}"
    if flask.request.path.startswith(f"{EXPORT}csv"):
        metrics, below = below, metrics  # the ranking is what a page shows as a table
    rows = sum(len(sheet.rows) for sheet in (metrics, below, *more))
    return [metrics, below, *more], said, name, rows


def _rows(desk: Desk, snapshot: Snapshot, seen: Cleared, words: Words) -> Made | None:
    path = "/" + flask.request.path.split("/", 3)[3]
    asked = listing.read(path, _search())
    if asked is None or Right.SEE_ROWS not in seen.rights:
        return None
    shown = dossier.whole(desk, snapshot, seen, asked, MOST)
    total = numbers.whole(shown.listed.total)
    said: list[tuple[str, Value]] = [
        (words("rows_of"), words("exported_rows", n=len(shown.listed.rows), total=total)),
        (words("address_of"), shown.listing.href()),
    ]
    name = f"{words.place(seen.place)} {words.fact(asked.fact)} {shown.as_of:%Y-%m-%d}"
    return [sheets.of_rows(shown, words)], said, name, len(shown.listed.rows)


def _panel(desk: Desk, snapshot: Snapshot, seen: Cleared, words: Words, name: str) -> Made | None:
    asked, one = _asked(desk, snapshot, seen), snapshot.panels.get(name)
    if asked is None or one is None or not panels.may_see(asked, one.panel):
        return None
    (answer,) = panels.answered([(asked, one)])
    if isinstance(answer, panels.Trouble):
        return None
    view = gather(asked)
    said: list[tuple[str, Value]] = [
        (words("panel_question"), words.asks(one.panel)),
        (words("period"), sheets.span(view, words)),
    ]
    title = f"{words.place(seen.place)} {words.panel(one.panel)} {asked.as_of:%Y-%m-%d}"
    return [sheets.of_panel(one.panel, answer, words)], said, title, len(answer.rows)
