"""Metric files: every shipped one is right, and every wrong one is told what to write."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.metric import Tally, read_metrics
from cockpit.model.mistakes import Mistake
from cockpit.record import queries
from cockpit.record.checks import check_all
from cockpit.settings import Settings

RIGHT = """
# a comment
[good]
title       = "好"
numerator   = "closed_at <= due_at"
denominator = "not void"
clock       = "due_at"
meaning     = "…"

[stock]
title     = "存量"
numerator = "true"
enters    = "reported_at"
leaves    = "closed_at"
meaning   = "…"
"""


def test_the_shipped_files_are_right() -> None:
    found = check_all(Settings())
    assert [mistake.text() for mistake in found.mistakes] == []
    assert found.good >= 17 + 4


@pytest.mark.parametrize("metric", queries.metrics(Settings.shipped), ids=lambda m: m.name)
def test_every_metric_says_what_it_is(metric: object) -> None:
    for word in ("title", "title_en", "meaning", "meaning_en", "standard"):
        assert getattr(metric, word), word


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'title       = "好"',
            "titel = 'x'",
            r"m\.toml:4: unknown key 'titel'.*Did you mean 'title'",
        ),
        ('title       = "好"\n', "", r"m\.toml:3: \[good\] has no title"),
        ('clock       = "due_at"\n', "", r"\[good\] needs either clock"),
        ('clock       = "due_at"', 'clock = "due_at"\nenters = "x"', "needs either clock"),
        ('enters    = "reported_at"\n', "", r"\[stock\] needs either clock"),
        ('clock       = "due_at"', "clock = due_at", r"m\.toml:7:\d+: not TOML"),
        ('clock       = "due_at"', 'clock = "due_at"\nunit = "kilo"', r"m\.toml:8: unit is 'kilo'"),
        ('clock       = "due_at"', 'clock = "due_at"\nfact = "case"', "'case' is no fact.*'cases'"),
        ('clock       = "due_at"', 'clock = "due_at"\ntarget = "x"', r"target is 'x'.*0\.95"),
        ('clock       = "due_at"', 'clock = "due_at"\nbetter = "more"', "better is 'more'"),
        ('clock       = "due_at"', 'clock = "due_at"\nheadline = 1', "headline is 1.*= true"),
        (
            'clock       = "due_at"',
            'clock = "due_at"\nneeds = "due_at"',
            r"m\.toml:8: needs is 'due_at'.*needs = \[\"closed_at\"\]",
        ),
        (
            'clock       = "due_at"',
            'clock = "due_at"\nneeds = ["rework"]',
            r"m\.toml:8: needs names 'rework', which is no column of cases.*'rework_count'",
        ),
        ('clock       = "due_at"', 'clock = "due_at"\nneeds = ["source"]', "names 'source'"),
        ('clock       = "due_at"', 'clock = "due_at"\nneeds = [1]', "needs names 1, which"),
        ("[good]", "[Good-1]", "'Good-1' is no name"),
        ("# a comment", "x = 1", "'x' stands outside any metric"),
    ],
)
def test_a_wrong_line_is_told(old: str, new: str, words: str) -> None:
    assert len(read_metrics("cases", RIGHT, "m.toml")) == 2
    with pytest.raises(Mistake, match=words):
        read_metrics("cases", RIGHT.replace(old, new, 1), "m.toml")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("closd_at <= due_at", "closd_at"),
        ("avg(1)", "aggregate"),
        ("(select count(*) from cases) > avg(grade)", "nothing that may be read"),
        ("department", "is VARCHAR"),
        ("closed_at", "is TIMESTAMP"),
        ("closed_at <=", "syntax error"),
    ],
)
def test_sql_that_does_not_fit_one_row_is_told(tmp_path: Path, sql: str, words: str) -> None:
    folder = tmp_path / "queries" / "cases"
    folder.mkdir(parents=True)
    text = RIGHT.replace('"closed_at <= due_at"', f'"{sql}"')
    (folder / "metrics.toml").write_text(text, "utf-8")
    found = check_all(Settings(shipped=tmp_path / "queries"))
    (mistake,) = found.mistakes
    assert words in mistake.text()
    assert "[good] numerator" in mistake.text()
    assert found.good == 1


TALLIES = st.builds(
    Tally,
    st.decimals(-1000, 1000, places=4) | st.integers(-1000, 1000),
    st.integers(0, 1000),
    st.integers(0, 50),
    st.integers(0, 50),
    st.just(""),
)


@given(TALLIES, TALLIES, TALLIES)
def test_tallies_add_in_any_order(a: Tally, b: Tally, c: Tally) -> None:
    assert (a + b) + c == c + (b + a)


def test_a_subject_shows_no_more_than_six_metrics_on_the_overview() -> None:
    shown = Counter(m.subject for m in queries.metrics(Settings.shipped) if m.headline)
    assert shown["cases"] == 6
    assert all(many <= 6 for many in shown.values()), shown


def test_value_divides_once_and_only_where_something_was_counted() -> None:
    assert Tally(3, 4, 4).value == 0.75
    assert Tally(0, 4, 4).value == 0
    assert Tally(0, 0, 0).value is None
    assert Tally(0, None, 0).value is None
    assert Tally(0, None, 5).value == 0
    assert Tally(Decimal("1.5"), 3, 3).value == 0.5
