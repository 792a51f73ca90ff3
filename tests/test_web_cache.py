"""Answers are worked out once, for one snapshot, and take no more room than they may."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.answers.cache import Cache, Key


def key(query: str = "at", snapshot: str = "1") -> Key:
    return Key(snapshot, "3301 see_data", "3301", None, None, query)


def test_many_who_ask_at_once_wait_for_one() -> None:
    cache, worked, gate = Cache(), [], threading.Event()

    def work_out() -> str:
        worked.append(threading.get_ident())
        gate.wait(5)
        return "answer"

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(cache.get, key(), work_out, len) for _ in range(8)]
        time.sleep(0.05)
        gate.set()
        assert [each.result() for each in waiting] == ["answer"] * 8
    assert len(worked) == 1


def test_different_questions_do_not_wait_for_each_other() -> None:
    cache, gate = Cache(), threading.Event()

    def slow() -> str:
        assert gate.wait(5)
        return "slow"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get, key("slow"), slow, len)
        assert pool.submit(cache.get, key("quick"), lambda: "quick", len).result(5) == "quick"
        gate.set()
        assert first.result(5) == "slow"


def test_what_fails_is_told_to_all_and_not_kept() -> None:
    cache, gate = Cache(), threading.Event()

    def fail() -> str:
        gate.wait(5)
        raise ValueError("no answer")

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(cache.get, key(), fail, len) for _ in range(2)]
        time.sleep(0.05)
        gate.set()
        for each in waiting:
            with pytest.raises(ValueError, match="no answer"):
                each.result(5)
    assert cache.get(key(), lambda: "answer", len) == "answer"


def test_a_new_snapshot_drops_what_others_said() -> None:
    cache = Cache()
    cache.keep_only("1")
    cache.get(key("a"), lambda: "old", len)
    cache.get(key("b"), lambda: "old", len)
    cache.keep_only("2")
    assert len(cache) == 0
    assert cache.get(key("a"), lambda: "late", len) == "late"
    assert len(cache) == 0
    assert cache.get(key("a", "2"), lambda: "new", len) == "new"
    assert len(cache) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), max_size=60))
def test_it_never_holds_more_than_it_may_and_never_the_wrong_answer(
    asked: list[tuple[int, int]],
) -> None:
    cache = Cache(most_bytes=100)
    sizes: dict[int, int] = {}
    for name, size in asked:
        known = sizes.setdefault(name, size)
        found = cache.get(key(str(name)), lambda n=name, k=known: (n, k), lambda told: told[1])
        assert found == (name, known)
        assert cache.bytes <= 100


def test_an_answer_too_large_to_keep_is_given_all_the_same() -> None:
    cache = Cache(most_bytes=10)
    assert cache.get(key(), lambda: "x" * 100, len) == "x" * 100
    assert len(cache) == 0
