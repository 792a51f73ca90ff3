"""Judgements of a tally: by its target, by the time before, by its peers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.judgement import Change, Rank, change, ranks, verdict
from cockpit.model.metric import Metric, Tally

RATE = Metric("a", "true", "b", denominator="true", better="up", unit="percent", least=5)
COUNT = Metric("a", "true", "b", better="down")
HOURS = Metric("a", "h", "b", denominator="true", better="down", unit="hours")
PLAIN = Metric("a", "true", "b")


@pytest.mark.parametrize(
    ("better", "counted", "said"),
    [
        ("up", Tally(95, 100, 100), "reached"),
        ("up", Tally(94, 100, 100), "missed"),
        ("down", Tally(95, 100, 100), "reached"),
        ("down", Tally(96, 100, 100), "missed"),
        ("up", Tally(1, 4, 4), "few"),
        ("up", Tally(0, 0, 0), ""),
    ],
)
def test_a_verdict_needs_a_value_and_enough_of_it(better: Any, counted: Tally, said: str) -> None:
    metric = Metric("a", "true", "b", denominator="true", better=better, target=0.95, least=5)
    assert verdict(metric, counted) == said


@pytest.mark.parametrize(
    ("metric", "now", "then", "said"),
    [
        (RATE, Tally(95, 100, 100), Tally(90, 100, 100), Change(0.05, "points", "better")),
        (RATE, Tally(90, 100, 100), Tally(95, 100, 100), Change(-0.05, "points", "worse")),
        (RATE, Tally(90, 100, 100), Tally(9, 10, 10), Change(0, "points", "same")),
        (RATE, Tally(90000, 100000, 1), Tally(90004, 100000, 1), Change(0, "points", "same")),
        (COUNT, Tally(12, None, 12), Tally(10, None, 10), Change(0.2, "share", "worse")),
        (COUNT, Tally(5, None, 5), Tally(10, None, 10), Change(-0.5, "share", "better")),
        (COUNT, Tally(3, None, 3), Tally(0, None, 10), Change(3, "unit", "worse")),
        (COUNT, Tally(0, None, 3), Tally(0, None, 10), Change(0, "unit", "same")),
        (HOURS, Tally(30, 10, 10), Tally(20, 10, 10), Change(0.5, "share", "worse")),
        (PLAIN, Tally(12, None, 12), Tally(10, None, 10), Change(0.2, "share", "")),
        (RATE, Tally(1, 4, 4), Tally(90, 100, 100), None),
        (RATE, Tally(90, 100, 100), Tally(1, 4, 4), None),
        (RATE, Tally(90, 100, 100), Tally(0, 0, 0), None),
        (COUNT, Tally(0, None, 0), Tally(10, None, 10), None),
    ],
)
def test_a_change_says_how_much_and_whether_it_is_good(
    metric: Metric, now: Tally, then: Tally, said: Change | None
) -> None:
    assert change(metric, now, then) == said


@given(st.integers(1, 99), st.integers(1, 99))
def test_there_and_back_are_opposite(a: int, b: int) -> None:
    there = change(RATE, Tally(a, 100, 100), Tally(b, 100, 100))
    back = change(RATE, Tally(b, 100, 100), Tally(a, 100, 100))
    assert there is not None
    assert back is not None
    opposite = {"up": "down", "down": "up", "same": "same"}
    assert opposite[there.way] == back.way
    assert {there.verdict, back.verdict} in ({"better", "worse"}, {"same"})


def test_ranks_leave_out_who_counted_too_little_and_share_places() -> None:
    peers = {
        "a": Tally(9, 10, 10),
        "b": Tally(90, 100, 100),
        "c": Tally(99, 100, 100),
        "few": Tally(4, 4, 4),
        "blank": Tally(0, 0, 0),
        "d": Tally(1, 100, 100),
    }
    assert ranks(RATE, peers) == {
        "c": Rank(1, 4),
        "a": Rank(2, 4),
        "b": Rank(2, 4),
        "d": Rank(4, 4),
    }
    assert ranks(RATE, {"a": peers["a"], "few": peers["few"]}) == {}


def test_the_least_is_the_first_where_less_is_better() -> None:
    peers = {name: Tally(many, None, 1) for name, many in (("a", 3), ("b", 1), ("c", 2))}
    assert [ranks(COUNT, peers)[name].place for name in "bca"] == [1, 2, 3]
    assert [ranks(PLAIN, peers)[name].place for name in "acb"] == [1, 2, 3]
