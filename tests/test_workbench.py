"""The analysts' bench: a question sees the rows of its place and nothing else, ends at its limits,
and becomes a panel that only analysts see until it is published.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cockpit.answers import apart
from cockpit.answers.panel import Answer
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.answers.workbench import Ended, Fault, Workbench
from cockpit.model.mistakes import Mistake
from cockpit.model.period import Period
from cockpit.people.gate import CONSOLE, Scope, gate
from cockpit.people.history import MOST, Past, past, remember
from cockpit.people.registry import Registry
from cockpit.settings import PROJECT, Settings
from cockpit.web import draft
from tests import pages, signed

ALL = Period()
SQL = "select place, count(*) as n from cases_here group by place order by n desc, place"


@pytest.fixture(scope="module")
def settings(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The town's snapshots, with a home of its own and tight limits."""
    home = tmp_path_factory.mktemp("bench") / "home"
    home.mkdir()
    (home / "snapshots").symlink_to(town.snapshots)
    return replace(town, home=home, workbench_seconds=15, workbench_memory="200MB")


@pytest.fixture(scope="module")
def snapshot(settings: Settings) -> Iterator[Snapshot]:
    with Snapshots(settings.snapshots).current() as found:
        yield found


def ask(
    settings: Settings, snapshot: Snapshot, sql: str, place: str = "", who: str = "me"
) -> Answer:
    seen = gate(CONSOLE, Scope(snapshot.tree, place))
    day = snapshot.last_day("cases")
    assert day is not None
    return Workbench(settings).ask(snapshot, seen, sql, ALL, day, who)


# ── What a question sees ─────────────────────────────────────────────────────────────────────────


def test_a_question_sees_the_rows_of_its_place_and_no_other(
    settings: Settings, snapshot: Snapshot
) -> None:
    sql = "select place, number, reported_at::date as day from cases_all_time_here order by day"
    said = ask(settings, snapshot, sql, "town/n/e")
    assert said.columns == (("place", "VARCHAR"), ("number", "VARCHAR"), ("day", "DATE"))
    assert [row[:1] for row in said.rows] == [("Elm1",)] * 4
    assert said.rows[0][2].isoformat() == "2026-01-05"
    everything = ask(settings, snapshot, "select count(*) as n from cases_all_time_here")
    assert everything.rows == ((9,),)


def test_the_file_of_a_question_holds_the_rows_of_its_place_alone_and_what_is_private_masked(
    settings: Settings, snapshot: Snapshot, tmp_path: Path
) -> None:
    """Not a view over all of them: other places' rows are not there to be found."""
    import duckdb

    from cockpit.answers import panel as panels
    from cockpit.model.select import Looked

    seen = gate(CONSOLE, Scope(snapshot.tree, "town/n/e"))
    window = panels.window(snapshot, seen, ALL, snapshot.published.date(), "cases")
    apart_ = Snapshot(settings.snapshots.resolve(), snapshot.id, 1, "200MB", (tmp_path,))
    apart._rows(apart_, Looked(("cases_all_time_here",), frozenset(), True), window, tmp_path)
    apart_.close()
    with duckdb.connect(str(tmp_path / apart.ROWS), read_only=True) as con:
        tables = con.execute("select table_name from duckdb_tables()").fetchall()
        assert tables == [("cases_all_time_here",)]
        found = con.execute("select place, number from cases_all_time_here").fetchall()
    assert len(found) == 4
    assert {place for place, _ in found} == {"Elm1"}
    assert all(number == "****" for _, number in found)


# ── What is refused, or ended ────────────────────────────────────────────────────────────────────

READERS = ("read_text", "read_blob", "read_csv", "read_json", "read_parquet", "glob", "sniff_csv")
REFUSED = {
    **{f"{name}('/etc/passwd')": "may not be read here" for name in READERS},
    "'/etc/passwd'": "is nothing that may be read here",
    "duckdb_settings()": "may not be read here",
    "duckdb_secrets()": "may not be read here",
    "snap.places": "is nothing that may be read here",
    "memory.main.cases": "is nothing that may be read here",
    "copied.cases_here": "is nothing that may be read here",
    "information_schema.tables": "is nothing that may be read here",
    "query('select 1')": "may not be read here",
}
STATEMENTS = {
    "copy (select 1) to '/tmp/out.csv'": "no SELECT",
    "attach '/tmp/other.duckdb'": "no SELECT",
    "install httpfs": "no SELECT",
    "load httpfs": "no SELECT",
    "pragma database_list": "no SELECT",
    "set memory_limit = '100GB'": "no SELECT",
    "set variable x = 1": "no SELECT",
    "call pragma_version()": "no SELECT",
    "prepare a as select 1": "no SELECT",
    "create table a as select 1": "no SELECT",
    "select 1; select 2": "2 statements",
    "select 1 /* ; */; /* */ select 2 --": "2 statements",
    "select 1 --\n;\nselect 2": "2 statements",
    "select getenv('HOME') as a": "there is no function getenv()",
    "select current_setting('memory_limit') as a": "is not allowed here",
    "select $1 as a": "nothing is filled in here",
    "select repeat('x', 1000000000) as a": "is not allowed here",
    "select 1) to '/tmp/x' --": "syntax error",
    "select " + "(" * 3000 + "1" + ")" * 3000: "depth",
}
ENDED = {
    "with recursive t(n) as (select 1 union all select n + 1 from t) select sum(n) from t": "slow",
    "select count(*) as n from range(1000000000000) a": "slow",
    "select list(a) as n from range(100000000000) t(a)": "large",
    "select length(string_agg(a::varchar, '')) as n from range(1000000000) t(a)": "large",
}


@pytest.mark.parametrize(
    ("sql", "words"),
    [*((f"select * from {what}", words) for what, words in REFUSED.items()), *STATEMENTS.items()],
)
def test_what_is_no_plain_select_from_ones_own_rows_is_refused(
    snapshot: Snapshot, sql: str, words: str
) -> None:
    """By the half that looks; the one that runs SQL never gets it."""
    with pytest.raises(Mistake) as caught:
        apart._looked(snapshot, sql)
    assert words in caught.value.text()


def test_a_refusal_comes_back_in_words_with_line_and_column(
    settings: Settings, snapshot: Snapshot
) -> None:
    with pytest.raises(Fault) as caught:
        ask(settings, snapshot, "select place,\n  getenv('HOME') as a\nfrom cases_here")
    assert (caught.value.line, caught.value.column) == (2, 3)
    with pytest.raises(Fault) as caught:
        ask(settings, snapshot, "select place,\n  reportd_at\nfrom cases_here")
    assert "reported_at" in caught.value.text()
    assert (caught.value.line, caught.value.column) == (2, 3)


FENCED = """
import sys
from pathlib import Path
from cockpit.answers import apart
con = apart.opened(Path(sys.argv[1]), [], [], [], "200MB")
apart.shut(con)
for sql in sys.stdin.read().split("\\n"):
    try:
        print("GOT", sql, con.execute(sql).fetchall())
    except Exception as error:
        print("no", type(error).__name__)
for path in ("/etc/passwd", sys.argv[1]):
    try:
        print("GOT", open(path).read(10))
    except OSError as error:
        print("no", error.errno)
import socket
try:
    print("GOT", socket.socket())
except OSError as error:
    print("no", error.errno)
"""


def test_the_process_that_runs_sql_could_reach_nothing_even_if_it_were_let(tmp_path: Path) -> None:
    """The second wall, tried without the first: DuckDB is shut in, and so is the process."""
    asked = [
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        f"copy (select 1) to '{tmp_path}/out.csv'",
        f"attach '{tmp_path}/other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access=true",
        "set memory_limit='100GB'",
        "set lock_configuration=false",
        "pragma enable_profiling",
        f"export database '{tmp_path}/all'",
    ]
    done = subprocess.run(
        [sys.executable, "-c", FENCED, str(tmp_path / "rows.duckdb")],
        input="\n".join(asked), capture_output=True, text=True, check=True, cwd=PROJECT, env={},
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith("no ")] == []
    assert len(lines) == len(asked) + 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("sql", "why"), ENDED.items())
def test_what_has_no_end_is_ended_within_its_limits(
    settings: Settings, snapshot: Snapshot, sql: str, why: str
) -> None:
    hasty = replace(settings, workbench_seconds=5 if why == "slow" else 60)
    began = time.monotonic()
    with pytest.raises(Ended) as caught:
        ask(hasty, snapshot, sql)
    assert caught.value.why in (why, "slow")
    assert time.monotonic() - began < hasty.workbench_seconds + 5


def test_a_cross_join_of_rows_and_a_large_answer_are_bounded(
    settings: Settings, snapshot: Snapshot
) -> None:
    said = ask(settings, snapshot, "select repeat_ from (select 'x' as repeat_), range(20000)")
    assert (len(said.rows), said.cut) == (10_000, True)
    long = ask(settings, snapshot, "select string_agg('x', '') as a from range(5000)")
    assert len(long.rows[0][0]) == 500


def test_cancel_ends_the_process_and_each_has_one_question_at_a_time(
    settings: Settings, snapshot: Snapshot
) -> None:
    bench = Workbench(settings)
    ended: list[str] = []

    def work() -> None:
        try:
            ask(settings, snapshot, "select count(*) as n from range(1000000000000)", who="slow")
        except Ended as why:
            ended.append(why.why)

    thread = threading.Thread(target=work)
    thread.start()
    pid = 0
    end = time.monotonic() + 10
    while not pid and time.monotonic() < end:
        held = [path.read_text("utf-8").split("\n") for path in bench.folder.glob("place-*")]
        pid = next((int(each[1]) for each in held if each[0] == "slow" and each[1:] > [""]), 0)
    assert pid
    with pytest.raises(Ended) as twice:
        ask(settings, snapshot, "select 1 as n", who="slow")
    assert twice.value.why == "twice"
    narrow = replace(settings, workbench_questions=1)
    with pytest.raises(Ended) as full:
        ask(narrow, snapshot, "select 1 as n", who="other")
    assert full.value.why == "full"
    assert not bench.cancel("other")
    assert bench.cancel("slow")
    thread.join(10)
    assert ended == ["cancelled"]
    assert not Path(f"/proc/{pid}").exists()
    assert ask(narrow, snapshot, "select 1 as n", who="slow").rows == ((1,),)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def analyst(settings: Settings) -> FlaskClient:
    return signed.client(settings, "analyst", "town/n")


def post(client: FlaskClient, what: str, **values: str) -> Any:
    answer = client.post(f"/bench/{what}", data={"place": "town/n", **values})
    assert answer.is_json, answer.text
    return answer.get_json()


def test_the_page_knows_every_table_and_column_by_name_and_meaning(analyst: FlaskClient) -> None:
    page = pages.page(analyst, "/workbench/town/n?period=all")
    (editor,) = [each for each in pages.walk(page) if "data-editor" in each["props"]]
    told = json.loads(editor["props"]["data-editor"])
    names = [name for name, _, _ in told["tables"]]
    assert names[:2] == ["cases_here", "cases_all_time_here"]
    assert len(names) == 8
    columns = {name: meaning for name, _, meaning in told["tables"][0][2]}
    assert columns["reported_at"] == "上报时间"
    assert columns["place"] == "下一级地方的名称"
    assert all(columns.values())


def test_an_answer_is_a_table_and_the_chart_that_is_chosen(
    analyst: FlaskClient, settings: Settings
) -> None:
    told = post(analyst, "run", sql=SQL)
    assert [each["name"] for each in told["columns"]] == ["place", "n"]
    assert told["unnamed"] == ["n"]
    assert "Elm" in pages.text(told["result"])
    for chart in ("bars", "line", "treemap", "funnel", "number", "area", "stacked"):
        drawn = post(analyst, "run", sql=SQL, chart=chart)
        assert drawn["chosen"]["y"] == "n"
        assert drawn["chosen"]["chart"] == chart
    kinds = [
        each["type"] for each in pages.walk(post(analyst, "run", sql=SQL, chart="bars")["result"])
    ]
    assert "Graph" in kinds
    assert "Table" in kinds
    unfit = post(analyst, "run", sql=SQL, chart="scatter")
    assert "Table" in [each["type"] for each in pages.walk(unfit["result"])]
    asked = pages.text(pages.page(analyst, "/workbench/town/n"))
    assert SQL in asked


def test_history_is_bounded_and_each_ones_own(tmp_path: Path) -> None:
    for number in range(MOST + 5):
        remember(tmp_path, 1, Past(f"select {number}", "x", "town", 1, 1))
    remember(tmp_path, 1, Past("select 9", "x", "town", -1, 1))
    kept = past(tmp_path, 1)
    assert len(kept) == MOST
    assert kept[0].sql == "select 9"
    assert [each.sql for each in kept].count("select 9") == 1
    assert past(tmp_path, 2) == []


# ── Drafts ───────────────────────────────────────────────────────────────────────────────────────

FORM = {
    "sql": SQL, "chart": "bars", "x": "place", "y": "n", "subject": "cases", "name": "mine",
    "title": "各地案件", "title_en": "Cases by place", "asks": "哪里最多?", "asks_en": "Where?",
    "label.n": "件数", "label_en.n": "Cases",
}  # fmt: skip


def test_a_draft_is_checked_kept_never_written_over_and_published_in_the_audit(
    analyst: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    wrong = post(analyst, "save", **{**FORM, "asks": "no question"})
    assert "does not ask" in wrong["error"]
    level = post(analyst, "save", **{**FORM, "sql": "select '街镇' as place, 1 as n"})
    assert "is a level" in level["error"]
    taken = post(analyst, "save", **{**FORM, "name": "cases_by_channel"})
    assert "there is a panel 'cases_by_channel' already" in taken["error"]
    escape = post(analyst, "save", **{**FORM, "name": "../x"})
    assert "is no name for a panel" in escape["error"]
    assert not settings.own.exists()
    saved = post(analyst, "save", **FORM)
    assert "error" not in saved, saved
    path = settings.own / "cases" / "mine.sql"
    text = path.read_text("utf-8")
    assert 'author = "analyst-town.n"' in text
    assert "draft = true" in text
    assert 'labels = { "n" = ["件数", "Cases"] }' in text
    again = post(analyst, "save", **FORM)
    assert "standing" in again
    assert path.read_text("utf-8") == text
    other = signed.come_in(analyst.application.test_client(), settings, "analyst", "town/s")
    theirs = post(other, "save", **{**FORM, "place": "town/s", "replace": "1"})
    assert "there is a panel 'mine' already" in theirs["error"]
    better = post(analyst, "save", **{**FORM, "title": "更好", "replace": "1"})
    assert "error" not in better
    assert "更好" in path.read_text("utf-8")
    (one,) = draft.drafts(settings)
    assert one.panel.draft
    published = post(analyst, "publish", name="mine")
    assert "更好" in published["published"]
    assert "draft" not in path.read_text("utf-8").split("*/")[0]
    assert draft.drafts(settings) == []
    registry = Registry(settings)
    lines = [json.loads(line["detail"]) for line in registry.audit.lines(what="draft", limit=10)]
    registry.close()
    assert {"published": "cases/mine.sql", "author": "analyst-town.n"} in lines
    assert {"saved": "cases/mine.sql"} in lines
