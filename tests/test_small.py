"""Small cells: what is hidden cannot be worked out from what is told."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.answers.small import BESIDE, LEAST, Cell, bounds, family, veil, veil_rows
from cockpit.model.counting import Counted
from cockpit.model.metric import Metric, Tally, read_metrics

COUNTS = st.integers(0, 12) | st.integers(0, 2) | st.sampled_from([0, 4, 5, 40, 1000])
"""Mostly small: there the law may break."""


def counted(name: str, **more: object) -> Counted:
    values = {"title": "x", "numerator": "true", "meaning": "x", "fact": "warnings"}
    values |= {"clock": "raised_at", "sensitive": True, "name": name}
    return Counted(Metric(**{**values, **more}), True, True)  # type: ignore[arg-type]


RAISED = counted("raised")
RED = counted("red", numerator="colour = 'red'")
RATE = counted("rate", numerator="signed_at <= sign_due_at", denominator="true", clock="cleared_at")
OPEN = counted("open", clock="", enters="raised_at", leaves="cleared_at")
ALL = [RAISED, RED, RATE, OPEN]


def plain(number: int, left_open: int = 0) -> Tally:
    return Tally(number, None, number, left_open)


def possible(told: list[Tally], total: int, place: int) -> tuple[float, float]:
    """Between what bounds a hidden count lies, for who knows the sum and all that is told: linear
    programming with one equation.
    """

    def bound(one: Tally) -> tuple[float, float]:
        if not one.hidden:
            return float(one.numerator), float(one.numerator)
        if one.hidden.startswith("<"):
            return 0.0, float(one.hidden[1:]) - 1
        return 0.0, float("inf")

    others = [bound(one) for at, one in enumerate(told) if at != place]
    least, most = bound(told[place])
    return max(least, total - sum(high for _, high in others)), min(
        most, total - sum(low for low, _ in others)
    )


@given(st.lists(COUNTS, min_size=2, max_size=8))
def test_no_hidden_count_follows_from_the_parent_and_the_siblings(numbers: list[int]) -> None:
    group = {at: {"raised": plain(number)} for at, number in enumerate(numbers)}
    told = [tallies["raised"] for tallies in veil(group, [RAISED]).values()]
    for at, number in enumerate(numbers):
        if 0 < number < LEAST:
            assert told[at].hidden, (numbers, told)
        if told[at].hidden:
            least, most = possible(told, sum(numbers), at)
            assert least <= number <= most
            assert most - least >= 1, (numbers, [one.hidden for one in told], at)
        else:
            assert told[at] == plain(number)


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=2, max_size=6))
def test_no_part_of_a_hidden_rate_follows(rows: list[tuple[int, int, int]]) -> None:
    """Of two hidden cells either may have one row more and the other one less, whatever the row
    counts in; so it is enough that no cell with a small part is told, and none is hidden alone.
    """
    group = {
        at: {"rate": Tally(n, n + rest, n + rest, left)} for at, (n, rest, left) in enumerate(rows)
    }
    told = [tallies["rate"] for tallies in veil(group, [RATE]).values()]
    hidden = [at for at, one in enumerate(told) if one.hidden]
    assert len(hidden) != 1
    for at, (n, rest, left) in enumerate(rows):
        if any(0 < part < LEAST for part in (n, n + rest, rest, left)):
            assert at in hidden
        if at not in hidden:
            assert told[at] == group[at]["rate"]


@pytest.mark.parametrize("many", [2, 3, 4])
def test_nor_for_who_knows_how_it_is_hidden(many: int) -> None:
    """Of all groups there can be, those that are told alike leave two values open in each hidden
    cell: nothing follows from the rule itself either.
    """
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for numbers in product(range(8), repeat=many):
        found = bounds([Cell((number,), number) for number in numbers])
        seen = [bound or -number for number, bound in zip(numbers, found, strict=True)]
        told = [0 if bound else number for number, bound in zip(numbers, found, strict=True)]
        alike[(*seen, *told, sum(numbers))].append(numbers)
    for told, groups in alike.items():
        for at in range(many):
            values = {numbers[at] for numbers in groups}
            if any(0 < value < LEAST for value in values):
                assert len(values) > 1, (told, groups)


def test_nought_is_hidden_too_where_a_neighbour_is_small() -> None:
    """Else a page would say in which grid it was, and in which it was not."""
    group = {code: {"raised": plain(n)} for code, n in zip("abcd", (0, 2, 0, 7), strict=True)}
    told = {code: tallies["raised"] for code, tallies in veil(group, [RAISED]).items()}
    assert {code: one.hidden for code, one in told.items()} == {
        "a": "<5",
        "b": "<5",
        "c": "<5",
        "d": "",
    }
    assert told["b"] == Tally(0, None, 0, hidden="<5")
    assert told["b"].value is None


def test_a_group_without_a_small_count_is_told() -> None:
    group = {code: {"raised": plain(n)} for code, n in zip("abc", (0, 5, 12), strict=True)}
    assert veil(group, [RAISED]) == group


def test_one_alone_takes_another_along_under_a_wider_bound() -> None:
    group = {code: {"raised": plain(n)} for code, n in zip("abc", (3, 7, 40), strict=True)}
    told = veil(group, [RAISED])
    assert [told[code]["raised"].hidden for code in "abc"] == ["<10", "<10", ""]


def test_four_and_four_would_be_eight() -> None:
    group = {code: {"raised": plain(n)} for code, n in zip("abc", (4, 4, 30), strict=True)}
    told = veil(group, [RAISED])
    assert [told[code]["raised"].hidden for code in "abc"] == ["<50", "<50", "<50"]


def test_metrics_of_the_same_rows_are_hidden_together() -> None:
    """Nine less those of the other colours would be the red; what has a clock of its own stays."""
    group = {
        "a": {"raised": plain(9), "red": Tally(2, None, 9), "open": plain(6)},
        "b": {"raised": plain(8), "red": Tally(0, None, 8), "open": plain(0)},
        "": {"raised": plain(0), "red": plain(0), "open": plain(0)},
    }
    told = veil(group, [RAISED, RED, OPEN])
    assert {name: one.hidden for name, one in told["a"].items()} == {
        "raised": BESIDE,
        "red": "<5",
        "open": "",
    }
    assert told["a"]["open"] == plain(6)


def test_all_of_a_family_are_asked_for_with_one_of_it() -> None:
    tame = counted("tame", sensitive=False)
    assert family([*ALL, tame], [RED]) == [RAISED, RED]
    assert family([*ALL, tame], [tame]) == []


def test_rows_of_a_panel() -> None:
    rows = [("a", 12, 3, 0.25), ("b", 0, 0, None), ("c", 20, 8, 0.4)]
    told, said = veil_rows(rows, counts=[1, 2], numbers=[3])
    assert told == [("a", None, None, None), ("b", None, None, None), ("c", 20, 8, 0.4)]
    assert said == [BESIDE, "<5", ""]
    assert veil_rows(rows[2:], counts=[1, 2]) == (rows[2:], [""])


def test_a_metric_is_sensitive_where_its_fact_is_unless_it_says_so() -> None:
    text = '[m]\ntitle = "x"\nnumerator = "true"\nclock = "raised_at"\nmeaning = "x"\n'
    assert read_metrics("warnings", text, "m.toml")["m"].sensitive
    assert not read_metrics("warnings", f"{text}sensitive = false\n", "m.toml")["m"].sensitive
    text = text.replace("raised_at", "reported_at")
    assert not read_metrics("cases", text, "m.toml")["m"].sensitive
    assert read_metrics("cases", f"{text}sensitive = true\n", "m.toml")["m"].sensitive


def test_hidden_tallies_do_not_add() -> None:
    with pytest.raises(ValueError, match="hidden"):
        Tally(0, None, 0, hidden="<5") + plain(3)
