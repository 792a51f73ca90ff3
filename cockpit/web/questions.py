"""The addresses of the analysts' bench: asking, cancelling, keeping a draft, publishing one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

import flask

from cockpit.answers.cache import Key
from cockpit.answers.panel import MOST_ROWS, Answer
from cockpit.answers.snapshot import NoSnapshot, Snapshot
from cockpit.answers.workbench import Ended, Fault, Workbench
from cockpit.model.mistakes import Mistake
from cockpit.model.scope import Cleared
from cockpit.people.audit import AuditUnavailable, What
from cockpit.people.gate import Refused
from cockpit.people.history import Past, remember
from cockpit.web import bench, draft, numbers, panels
from cockpit.web.api import page
from cockpit.web.desk import Desk
from cockpit.web.draft import Standing
from cockpit.web.elements import Element, element
from cockpit.web.guard import note, note_now, viewer
from cockpit.web.picture import picture, table
from cockpit.web.subject import day_of, subjects
from cockpit.web.transfer import as_json
from cockpit.web.urls import ROOM
from cockpit.web.urls import read as read_state
from cockpit.web.words import Words

TOLD = 2_000
"""Letters of a question that the audit keeps."""
Told = tuple[dict[str, Any], int]
"""What is answered, and with which status."""


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of all of them."""
    here = flask.Blueprint("questions", __name__)
    asking = Workbench(desk.settings)

    @here.get("/workbench", defaults={"code": ""})
    @here.get("/workbench/<path:code>")
    def workbench(code: str) -> Any:
        return page(), desk.knows(viewer(), code.removesuffix("/"))

    @here.post("/bench/run")
    def run() -> Any:
        return _told(desk, What.QUERY, lambda snapshot, seen: _run(desk, asking, snapshot, seen))

    @here.post("/bench/cancel")
    def cancel() -> Any:
        return as_json({"ended": asking.cancel(_who())})

    @here.post("/bench/save")
    def save() -> Any:
        return _told(desk, What.DRAFT, lambda snapshot, seen: _save(desk, snapshot, seen))

    @here.post("/bench/publish")
    def publish() -> Any:
        return _told(desk, What.DRAFT, lambda _, seen: _publish(desk, seen))

    return here


def _who() -> str:
    return str(viewer().account)


def _told(desk: Desk, what: What, do: Any) -> flask.Response:
    """What is done for who may, at the place that the form names; else what stands in the way."""
    words, form = Words(desk.language()), flask.request.form
    try:
        with desk.current() as snapshot:
            seen = bench.clear(viewer(), snapshot, form.get("place", ""), cut=False)
            return as_json(*do(snapshot, seen))
    except NoSnapshot as nothing:
        return as_json({"error": nothing.found}, 503)
    except Refused as refused:
        place = form.get("place", "")[:100]
        note(what, outcome="refused", place=place, detail={"why": refused.why})
        said = words(f"refused_{refused.why}", code=place)
        return as_json({"error": said}, 404 if refused.why == "unknown" else 403)
    except Standing as standing:
        return as_json({"error": words("bench_standing"), "standing": standing.found})
    except AuditUnavailable:
        raise
    except Mistake as mistake:
        return as_json({"error": mistake.text()})


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────


def _run(desk: Desk, asking: Workbench, snapshot: Snapshot, seen: Cleared) -> Told:
    form, words = flask.request.form, Words(desk.language())
    sql = form.get("sql", "")
    if not sql.strip():
        raise Mistake(words("bench_empty"))
    try:
        said = _answer(desk, asking, snapshot, seen, sql, form)
    except Fault as fault:
        _remember(desk, snapshot, seen, sql, None)
        note_now(What.QUERY, place=seen.place.code, rows=0, detail={"sql": sql[:TOLD]})
        told = {"error": fault.text(), "line": fault.line, "column": fault.column}
        return told, 200
    except Ended as ended:
        _remember(desk, snapshot, seen, sql, None)
        why = {"sql": sql[:TOLD], "ended": ended.why}
        note_now(What.QUERY, place=seen.place.code, rows=0, detail=why)
        return {"error": words(f"bench_ended_{ended.why}", n=asking.seconds)}, 200
    _remember(desk, snapshot, seen, sql, said)
    note_now(What.QUERY, place=seen.place.code, rows=len(said.rows), detail={"sql": sql[:TOLD]})
    told = {
        "took": words(
            "bench_took",
            n=numbers.whole(len(said.rows)),
            s=f"{said.milliseconds / 1000:.1f}",
        ),
        "columns": [{"name": name, "kind": kind} for name, kind in said.columns],
        "unnamed": draft.unnamed(said.columns),
        "chosen": draft.chosen(said.columns, form),
        "result": _result(said, sql, form, words),
    }
    return told, 200


def _answer(
    desk: Desk,
    asking: Workbench,
    snapshot: Snapshot,
    seen: Cleared,
    sql: str,
    form: Mapping[str, str],
) -> Answer:
    """The answer, once for a question, a place and days: another chart asks nothing anew."""
    query = urlencode({key: form.get(key, "") for key in ("since", "until")})
    state = read_state(f"{ROOM}{quote(seen.place.code, safe='/')}", f"?{query}&period=all")
    assert state is not None, "it begins as an address of a place does"
    as_of = day_of(snapshot)
    period = state.over(as_of)
    key = Key.of(snapshot.id, seen, period, "workbench", (sql, as_of.isoformat()))
    return desk.cache.get(
        key, lambda: asking.ask(snapshot, seen, sql, period, as_of, _who()), panels.size
    )


def _remember(desk: Desk, snapshot: Snapshot, seen: Cleared, sql: str, said: Answer | None) -> None:
    rows = len(said.rows) if said else -1
    took = round(said.milliseconds) if said else 0
    one = Past(sql, f"{_now(snapshot):%Y-%m-%d %H:%M}", seen.place.code, rows, took)
    remember(desk.settings.home, viewer().account, one)


def _now(snapshot: Snapshot) -> datetime:
    return datetime.now(snapshot.zone)


def _result(said: Answer, sql: str, form: Mapping[str, str], words: Words) -> Element:
    """The picture that was chosen, and always the table."""
    names = {"title": words("bench_result"), "asks": f"{words('bench_result')}?"}
    notes = [words("panel_cut", n=numbers.whole(MOST_ROWS))] if said.cut else []
    shown = None
    try:
        panel = draft.drawn(said.columns, sql, form, names)
        if panel.chart != "table":
            shown, left_out = picture(panel, said, words)
            if left_out:
                notes.append(words("panel_left_out", n=numbers.whole(left_out)))
    except Mistake as mistake:
        notes.append(f"{mistake.found}. {mistake.write or ''}")
    plain = draft.drawn(said.columns, sql, {}, names)
    return element(
        "Div",
        shown,
        *(element("P", text, cls="panel-note", role="status") for text in notes),
        table(plain, said, words) if said.rows else element("P", "–", cls="nothing"),
    )


# ── Drafts ───────────────────────────────────────────────────────────────────────────────────────


def _save(desk: Desk, snapshot: Snapshot, seen: Cleared) -> Told:
    form, words = flask.request.form, Words(desk.language())
    subject, name, sql = form.get("subject", ""), form.get("name", "").strip(), form.get("sql", "")
    if subject not in subjects(snapshot):
        raise Mistake(f"there is no subject {subject!r}")
    labels = {
        key.removeprefix("label."): [value, form.get(f"label_en.{key[6:]}", "") or value]
        for key, value in form.items()
        if key.startswith("label.") and value
    }
    today: date = _now(snapshot).date()
    values = {
        "title": form.get("title", ""),
        "title_en": form.get("title_en", ""),
        "asks": form.get("asks", ""),
        "asks_en": form.get("asks_en", ""),
        "meaning": form.get("meaning", ""),
        "author": viewer().name,
        "saved": today.isoformat(),
        "draft": True,
        **{key: form.get(key, "") for key in ("chart", "x", "y", "series", "unit")},
        "labels": labels,
        "fact": draft.fact(sql, subject),
    }
    told = draft.text(values, sql)
    replaces = form.get("replace") == "1"
    path = draft.save(desk.settings, subject, name, told, seen.root.code, replaces)
    detail = {"saved": f"{subject}/{path.name}"}
    note_now(What.DRAFT, place=seen.place.code, detail=detail)
    return {"saved": words("bench_saved", file=f"{subject}/{path.name}"), "file": told}, 200


def _publish(desk: Desk, seen: Cleared) -> Told:
    words, name = Words(desk.language()), flask.request.form.get("name", "")
    one = next((each for each in draft.drafts(desk.settings) if each.panel.name == name), None)
    if one is None:
        raise Mistake(words("bench_no_draft"))
    detail = {"published": f"{one.panel.subject}/{one.path.name}", "author": one.panel.author}
    draft.publish(
        desk.settings,
        one,
        seen.root.code,
        lambda: note_now(What.DRAFT, place=seen.place.code, detail=detail),
    )
    return {"published": words("bench_published", panel=words.panel(one.panel))}, 200
