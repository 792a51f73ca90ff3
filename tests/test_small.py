"""Small cells: what is hidden cannot be worked out from what is told."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.answers import ask, glimpse, lists, panel, rows, tally
from cockpit.answers.around import around
from cockpit.answers.lists import Wanted
from cockpit.answers.small import (
    BESIDE,
    FINEST,
    LEAST,
    Cell,
    bounds,
    family,
    veil,
    veil_rows,
)
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.counting import Counted
from cockpit.model.facts import FACTS
from cockpit.model.metric import Metric, Tally, read_metrics
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.model.warnings import COLOURS
from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import asked as plainly
from tests import signed
from tests import town as towns
from tests.asked import cleared
from tests.pages import every, page, text, the

COUNTS = st.integers(0, 12) | st.integers(0, 2) | st.sampled_from([0, 4, 5, 40, 1000])
"""Mostly small: there the law may break."""


def counted(name: str, **more: object) -> Counted:
    values: dict[str, object] = {
        "title": "x",
        "numerator": "true",
        "meaning": "x",
        "fact": "warnings",
    }
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
    for said, groups in alike.items():
        for at in range(many):
            values = {numbers[at] for numbers in groups}
            if any(0 < value < LEAST for value in values):
                assert len(values) > 1, (said, groups)


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
    assert told == [("c", 20, 8, 0.4), ("a", None, None, None), ("b", None, None, None)]
    assert said == ["", BESIDE, "<5"]
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


# ── In a city ────────────────────────────────────────────────────────────────────────────────────

YEAR = Period(date(2025, 11, 1), date(2026, 10, 31))
GRIDS = {
    "c/1": (1, 0, 3, 6, 14, 0),
    "c/2": (2,),
    "c/3": (0, 0, 0),
    "c/4": (4, 4, 30),
    "c/5": (3, 21, 60),
    "c/6": (7, 0, 5),
}
"""Warnings in each grid of each community; beside them two in each that lie in no grid."""
HUSHED = FACTS["warnings"].sensitive
TOLD = re.compile(r"[▲✓✕○ ]*(–|n?<\d+|\*)")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A city of one street, with warnings in its grids."""
    settings = towns.found(tmp_path_factory.mktemp("small"))
    places = ["code,name,level,parent", "c,City,city,", "c/d,District,district,c"]
    places += ["c/s,Street,street,c/d"]
    warnings: list[dict[str, str]] = []
    dice = random.Random(5)
    for community, counts in GRIDS.items():
        places.append(f"{community},Community {community[-1]},community,c/s")
        spots = [community, community]
        for at, many in enumerate(counts):
            code = f"{community}/{'abcdef'[at]}"
            places.append(f"{code},Grid {code[2:]},grid,{community}")
            spots += [code] * many
        warnings += [warning(f"w{len(warnings) + n}", spot, dice) for n, spot in enumerate(spots)]
    (settings.city / "places.csv").write_text("\n".join(places) + "\n", "utf-8")
    with Record(settings) as record:
        towns.send(record, "w.csv", towns.as_csv(warnings), by="warnings")
        towns.send(
            record,
            "c.csv",
            "number,place,reported_at\nn1,c/1/a,2026-06-20 09:00\nn2,c/4,2026-10-31 09:00\n",
        )
        towns.publish(record)
    return settings


def warning(number: str, place: str, dice: random.Random) -> dict[str, str]:
    raised = datetime(2026, 6, 1) + timedelta(hours=dice.randrange(24 * 60))
    return {
        "number": number,
        "place": place,
        "topic": dice.choice([*HUSHED, "电诈", "纠纷警情", "火灾"]),
        "colour": dice.choice(COLOURS),
        "raised_at": f"{raised:%F %T}",
        "sign_due_at": f"{raised + timedelta(hours=1):%F %T}",
        "signed_at": f"{raised + timedelta(minutes=dice.randrange(90)):%F %T}",
        "cleared_at": f"{raised + timedelta(days=9):%F %T}" if dice.random() < 0.6 else "",
        "case_number": "n1" if dice.random() < 0.5 else "",
    }


@pytest.fixture(scope="module")
def city(settled: Settings) -> Iterator[Snapshot]:
    with Snapshots(settled.snapshots).current() as snapshot:
        yield snapshot


@pytest.fixture(scope="module")
def sensitive(city: Snapshot) -> list[Counted]:
    return [one for one in city.counted.values() if one.metric.fact == "warnings"]


@pytest.fixture(scope="module")
def communities(city: Snapshot) -> list[Place]:
    return [city.tree.place(code) for code in GRIDS]


def test_the_grids_of_a_community_by_head(city: Snapshot) -> None:
    """One, none and three, six, fourteen, none: what is under five is not told apart."""
    raised = [city.metric("warnings_raised")]

    def told(code: str) -> list[str]:
        found, apart = tally.below(city, raised, cleared(city, city.tree.place(code)), Period())
        assert apart["warnings_raised"].numerator == 2
        cells = [tallies["warnings_raised"] for tallies in found.values()]
        return [cell.hidden or str(cell.numerator) for cell in cells]

    assert told("c/1") == ["<5", "<5", "<5", "6", "14", "<5"]
    assert told("c/3") == ["0", "0", "0"]
    assert told("c/4") == ["<50", "<50", "<50"]
    assert told("c/5") == ["<50", "<50", "60"]
    assert told("c/6") == ["7", "0", "5"]


def test_an_only_grid_is_covered_by_what_lies_in_none(city: Snapshot) -> None:
    raised = [city.metric("warnings_raised")]
    place = city.tree.place("c/2")
    found, apart = tally.below(city, raised, cleared(city, place), Period())
    assert found["c/2/a"]["warnings_raised"].hidden == "<5"
    assert apart["warnings_raised"].hidden == "<5"
    assert tally.at(city, raised, cleared(city, place), Period())["warnings_raised"].numerator == 4


def test_every_question_about_a_leaf_is_answered_alike(
    city: Snapshot, sensitive: list[Counted], communities: list[Place]
) -> None:
    hidden = 0
    for place in (communities[0], communities[1], communities[3]):
        for period in (Period(), Period(date(2026, 6, 1), date(2026, 6, 30))):
            seen = cleared(city, place)
            below, apart = tally.below(city, sensitive, seen, period)
            (here,) = around(city, sensitive, seen, period)
            assert (here.below, here.apart) == (below, apart)
            assert here.here == plainly.at(city, sensitive, place, period)
            raw, raw_apart = plainly.below(city, sensitive, place, period)
            for name, counted in apart.items():
                assert counted == raw_apart[name] or (counted.hidden and len(below) == 1)
            for leaf in city.tree.below(place):
                told = below[leaf.code]
                assert tally.at(city, sensitive, cleared(city, leaf), period) == told
                (beside,) = around(city, sensitive, cleared(city, leaf), period)
                assert (beside.here, beside.beside) == (told, below)
                for name, counted in told.items():
                    hidden += bool(counted.hidden)
                    assert counted.hidden or counted == raw[leaf.code][name]
                    if 0 < raw[leaf.code][name].answered < LEAST:
                        assert counted.hidden
    assert hidden > 50


def test_one_alone_is_never_hidden(
    city: Snapshot, sensitive: list[Counted], communities: list[Place]
) -> None:
    for place in communities:
        for period in (YEAR, Period(date(2026, 7, 1), date(2026, 7, 31))):
            below, apart = tally.below(city, sensitive, cleared(city, place), period)
            for one in sensitive:
                name = one.metric.name
                group = [*(tallies[name] for tallies in below.values()), apart[name]]
                assert sum(bool(each.hidden) for each in group) != 1


@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_along_time_a_leaf_is_told_wholly_or_not(
    city: Snapshot, sensitive: list[Counted], communities: list[Place], step: tally.Step
) -> None:
    for place in communities:
        for leaf in city.tree.below(place):
            whole = tally.at(city, sensitive, cleared(city, leaf), YEAR)
            steps = tally.by(city, sensitive, cleared(city, leaf), YEAR, step)
            raw = plainly.by(city, sensitive, leaf, YEAR, step)
            for one in sensitive:
                name = one.metric.name
                told = [tallies[name] for _, tallies in steps]
                hidden = {bool(each.hidden) for each in told}
                assert len(hidden) == bool(steps)
                if whole[name].hidden:
                    assert hidden == {True}
                if hidden == {False}:
                    nothing = [tally.blank([one])[name]] * len(told)
                    assert told == ([tallies[name] for _, tallies in raw] or nothing)
                    assert not any(0 < each.answered < LEAST for each in told)


def test_the_levels_above_see_all(city: Snapshot, sensitive: list[Counted]) -> None:
    for place in city.tree.places:
        if place.rung < FINEST:
            found = tally.at(city, sensitive, cleared(city, place), YEAR)
            assert found == plainly.at(city, sensitive, place, YEAR)
            assert not any(counted.hidden for counted in found.values())


def test_the_api_says_null_and_what_is_told_instead(
    city: Snapshot, communities: list[Place]
) -> None:
    told = ask.ask(
        city, "warnings_raised", cleared(city, communities[0]), YEAR, children=True, step="month"
    )
    assert told["numerator"] is not None
    hidden = [child for child in told["below"] if "hidden" in child]
    assert hidden
    for child in hidden:
        assert child == {
            "place": child["place"],
            "name": child["name"],
            **dict.fromkeys(("numerator", "denominator", "value", "answered", "left_open")),
            "hidden": "<5",
        }


def test_no_page_tells_a_hidden_number(
    settled: Settings, city: Snapshot, communities: list[Place]
) -> None:
    client = signed.client(settled)
    place = communities[0]
    asked = "?subject=warnings&period=all&lang=en"
    tree = page(client, f"/place/{place.code}{asked}")
    assert "numbers under five are not told" in text(tree)
    cells = [
        text(cell)
        for row in every(the(tree, tag="Table", cls="children"), tag="Tr")
        if row["props"].get("data-code")
        for cell in every(row, tag="Td")
    ]
    assert any("<5" in cell for cell in cells)
    small = [cell for cell in cells if re.fullmatch(r"[^\d]*[1-4]( .*)?", cell, re.DOTALL)]
    assert small == []
    for leaf in city.tree.below(place)[:3]:
        tree = page(client, f"/place/{leaf.code}{asked}")
        values = [text(each) for each in every(tree, cls="number")]
        assert values
        assert [value for value in values if not TOLD.fullmatch(value)] == []


# ── Rows and panels ──────────────────────────────────────────────────────────────────────────────


def listed(snapshot: Snapshot, place: Place) -> list[glimpse.Row]:
    """All warnings of a place, and of all below it."""
    found: list[glimpse.Row] = []
    seen, pages = cleared(snapshot, place), 1
    while len(found) < pages * lists.PAGE:
        wanted = Wanted("warnings", Period(), page=len(found) // lists.PAGE + 1)
        told = lists.page(snapshot, seen, wanted, "key", FACTS["warnings"].names)
        found += told.rows
        pages = told.pages
        if len(found) == told.total:
            break
    return found


def test_rows_about_sensitive_topics_are_told_by_community(
    city: Snapshot, communities: list[Place]
) -> None:
    all_ = listed(city, city.tree.root)
    assert len(all_) == sum(sum(counts) + 2 for counts in GRIDS.values())
    lifted = [row for row in all_ if row.values["topic"] in HUSHED]
    assert {row.place.rung for row in lifted} == {FINEST - 1}
    assert {row.values["place"] for row in lifted} - set(GRIDS) == {None}
    others = [row for row in all_ if row.values["topic"] not in HUSHED]
    assert {row.place.rung for row in others} == {FINEST, FINEST - 1}
    for place in communities:
        here = [row for row in all_ if place.lo <= row.place.lo <= place.hi]
        assert len(here) == sum(GRIDS[place.code]) + 2
        assert {row.ref for row in listed(city, place)} == {row.ref for row in here}
        for leaf in city.tree.below(place):
            of_leaf = {row.ref for row in listed(city, leaf)}
            assert of_leaf == {row.ref for row in here if row.place == leaf}


def test_such_a_row_is_not_found_from_its_grid_nor_by_its_case(city: Snapshot) -> None:
    ref = glimpse.ref(FACTS["warnings"])
    known = dict(city.rows(f"select {ref}, pos from warnings r", {"key": "key"}))
    linked = 0
    for row in listed(city, city.tree.root):
        leaf = city.tree.places[known[row.ref]]
        if linked < 3 and row.values["topic"] in HUSHED and leaf.rung == FINEST:
            found = rows.one(city, cleared(city, row.place), "warnings", row.ref, "key")
            assert found is not None
            assert (found.row.place, found.row.values["place"]) == (row.place, None)
            assert not [kin for kin in found.kin if kin.rows]
            linked += bool(row.values["case_number"])
            assert rows.one(city, cleared(city, leaf), "warnings", row.ref, "key") is None
            assert rows.place(city, cleared(city, leaf), "warnings", row.ref, "key") is None
    assert linked
    asked = f"select {glimpse.ref(FACTS['cases'])} from cases r where number = 'n1'"
    [(case,)] = city.rows(asked, {"key": "key"})
    whole = rows.one(city, cleared(city, city.tree.root), "cases", case, "key")
    assert whole is not None
    beside = {row.values["topic"] for kin in whole.kin for row in kin.rows}
    assert beside
    assert not beside & set(HUSHED)


def test_no_panel_tells_a_small_count_by_grid(city: Snapshot, communities: list[Place]) -> None:
    names = [one for one in city.panels.values() if one.panel.fact == "warnings"]
    assert names
    hidden = 0
    for bound in names:
        for place in (communities[0], *city.tree.below(communities[0])[2:5]):
            seen = cleared(city, place)
            said = panel.run(city, bound, seen, Period(), date(2026, 10, 31))
            columns = [name for name, _ in said.columns]
            by_grid = place.rung == FINEST or "place" in columns
            for row, instead in zip(said.rows, said.hidden or [""] * len(said.rows), strict=True):
                told = [
                    value
                    for name, value in zip(columns, row, strict=True)
                    if name in bound.panel.counts
                ]
                hidden += bool(instead)
                if by_grid and not instead:
                    assert not [value for value in told if value and value < LEAST]
                if instead:
                    assert set(told) == {None}
                if place.rung == FINEST and "topic" in columns:
                    assert row[columns.index("topic")] not in FACTS["warnings"].sensitive
    assert hidden
