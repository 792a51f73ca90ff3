"""The questions in queries/: what is planted in the demo city is seen in the fitting panel, panels
and metrics agree, and sources that tell little get blanks and no nonsense.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cockpit.answers.panel import run
from cockpit.answers.snapshot import Snapshot, Snapshots
from cockpit.model.period import Period
from cockpit.model.places import Place
from cockpit.record import queries
from cockpit.record.demo import PLANTED, stand
from cockpit.settings import Settings
from tests.asked import ask, cleared
from tests.test_real import BOSTON, KANSAS_CITY, NEW_YORK, PINGSHAN, Real, load

MONTH = Period(date(2026, 10, 2), date(2026, 10, 31))
YEAR = Period(date(2025, 11, 1), date(2026, 10, 31))
SPRING = Period(date(2026, 3, 1), date(2026, 4, 15))
SUMMER = Period(date(2026, 6, 1), date(2026, 8, 31))
ALL = Period()

Row = dict[str, Any]
Show = Callable[..., list[Row]]


@pytest.fixture(scope="module")
def city(demo: Settings) -> Iterator[Snapshot]:
    with Snapshots(demo.snapshots).current() as snapshot:
        yield snapshot


@pytest.fixture(scope="module")
def shown(city: Snapshot) -> Show:
    """What a panel gives at a place, a row a dict."""
    return lambda name, place=None, period=YEAR: rows(city, name, place or city.tree.root, period)


def rows(snapshot: Snapshot, name: str, place: Place, period: Period) -> list[Row]:
    bound = snapshot.panels[name]
    day = snapshot.last_day(bound.panel.fact)
    assert day is not None
    answer = run(snapshot, bound, cleared(snapshot, place), period, day, allowance=30)
    return [dict(zip((n for n, _ in answer.columns), row, strict=True)) for row in answer.rows]


def total(found: list[Row], *columns: str) -> int:
    return sum(row[column] or 0 for row in found for column in columns)


# ---- what is planted


def parent(city: Snapshot, place: Place) -> Place:
    assert place.parent is not None
    return city.tree.place(place.parent)


def first_of(found: list[Row], place: Place) -> Row:
    """The row of the place, which is to be the first of them all."""
    assert found[0]["place"] == place.name, found[:3]
    return found[0]


def slow_street(city: Snapshot, shown: Show, place: Place) -> None:
    worst = first_of(shown("open_by_place", parent(city, place), MONTH), place)
    assert worst["longer"] >= 10
    ages = {row["age"]: row for row in shown("open_ageing", place, MONTH)}
    assert ages["31–90"]["overdue"] > ages["31–90"]["in_time"]
    pile = [row["open"] for row in shown("open_stock", place, YEAR)]
    assert pile[-1] >= 3 * pile[5]
    late = {row["late"]: row["cases"] for row in shown("overdue_ageing", place, MONTH)}
    assert late["> 30"] >= 5


def self_closing(city: Snapshot, shown: Show, place: Place) -> None:
    found = shown("self_closed_by_place", parent(city, place))
    assert first_of(found, place)["share"] >= 0.45
    assert found[1]["share"] < 0.3


def month_end(city: Snapshot, shown: Show, place: Place) -> None:
    found = shown("month_end", parent(city, place))
    assert first_of(found, place)["share"] >= 0.17
    assert all(row["share"] < 0.15 for row in found[1:])


def repeat_point(city: Snapshot, shown: Show, place: Place) -> None:
    found = shown("repeat_points", parent(city, place))
    worst = first_of(found, place)
    assert worst["subcategory"] == "油烟污染"
    assert worst["repeats"] >= 20
    # Seen from the top of the tree it is still the first, under the name of what it lies in.
    assert shown("repeat_points")[0]["repeats"] == worst["repeats"]


def building_site(city: Snapshot, shown: Show, place: Place) -> None:
    found = shown("rising_types", place, SUMMER)
    assert found[0]["subcategory"] == "施工扰民"
    assert found[0]["now"] >= 3 * max(1, found[0]["before"])


def left_open(city: Snapshot, shown: Show, place: Place) -> None:
    found = shown("out_of_the_denominator", parent(city, place), ALL)
    most = max(found, key=lambda row: row["put_aside"])
    assert (most["place"], most["put_aside"] >= 0.04) == (place.name, True)
    register = shown("left_open_register", parent(city, place), ALL)
    assert place.name in {row["place"] for row in register}
    assert all(row["reason"] and row["owner"] and row["until"] for row in register)


def void(city: Snapshot, shown: Show, place: Place) -> None:
    found = shown("out_of_the_denominator", parent(city, place))
    most = max(found, key=lambda row: row["voided"])
    assert (most["place"], most["voided"] >= 0.06) == (place.name, True)


def saturated(city: Snapshot, shown: Show, place: Place) -> None:
    assert first_of(shown("on_time_evidence", parent(city, place)), place)["on_time"] >= 99


def chosen_visits(city: Snapshot, shown: Show, place: Place) -> None:
    least = first_of(shown("visits", parent(city, place), ALL), place)
    assert least["covered"] < 40
    assert least["satisfied"] >= 0.98


def silent(city: Snapshot, shown: Show, place: Place) -> None:
    assert first_of(shown("silent_places", parent(city, place)), place)["days"] >= 45


def fraud_surge(city: Snapshot, shown: Show, place: Place) -> None:
    fraud = [r["warnings"] or 0 for r in shown("topic_months", place) if r["topic"] == "电诈"]
    assert len(fraud) == 13
    assert sum(fraud[-3:]) > sum(fraud) / 2
    assert (
        shown("topics", place, Period(date(2026, 9, 2), date(2026, 10, 31)))[0]["topic"] == "电诈"
    )


def late_signing(city: Snapshot, shown: Show, place: Place) -> None:
    assert first_of(shown("late_signing", parent(city, place)), place)["share"] >= 0.35


def no_basis(city: Snapshot, shown: Show, place: Place) -> None:
    worst = first_of(shown("exclusions_by_place", parent(city, place)), place)
    assert (worst["without_basis"] >= 0.2, worst["with_basis"]) == (True, 0)
    listed = shown("exclusions_without_basis", parent(city, place))
    assert sum(row["place"] == place.name for row in listed) == total(
        [row for row in shown("sharing_classes", place) if row["sharing_class"] == "不予共享"],
        "without_basis",
    )


def never_called(city: Snapshot, shown: Show, place: Place) -> None:
    worst = first_of(shown("in_use", parent(city, place)), place)
    assert worst["never"] >= 0.6
    listed = [row for row in shown("never_called") if row["place"] == place.name]
    assert len(listed) == round(worst["never"] * worst["entries"])


def late_answers(city: Snapshot, shown: Show, place: Place) -> None:
    found = shown("late_answers", parent(city, place))
    assert first_of(found, place)["share"] >= 0.3
    assert all(row["share"] < 0.2 for row in found[1:])


SEEN = {
    each.__name__: each
    for each in (
        slow_street, self_closing, month_end, repeat_point, building_site, left_open, void,
        saturated, chosen_visits, silent, fraud_surge, late_signing, no_basis, never_called,
        late_answers,
    )
}  # fmt: skip


@pytest.mark.parametrize("key", [planted.key for planted in PLANTED])
def test_what_is_planted_is_seen_in_the_fitting_panel(
    city: Snapshot, shown: Show, key: str
) -> None:
    SEEN[key](city, shown, stand(city.tree)[key])


# ---- panels and metrics

PLACES = ("", "330110", "330110010", "330106109002")
STANDING: dict[str, tuple[str, Callable[[list[Row]], int]]] = {
    "open_ageing": ("open_cases", lambda found: total(found, "in_time", "overdue", "aside")),
    "open_by_place": ("open_cases", lambda found: total(found, "week", "month", "longer")),
    "open_stock": ("open_cases", lambda found: found[-1]["open"] if found else 0),
    "open_balance": ("open_cases", lambda found: found[-1]["cases"] if found else 0),
    "overdue_ageing": ("overdue_open", lambda found: total(found, "cases")),
    "categories": ("reported", lambda found: total(found, "cases")),
    "week_hours": ("reported", lambda found: sum(row["cases"] or 0 for row in found)),
    "case_stages": ("reported", lambda found: found[0]["cases"] if found else 0),
    "platforms": ("reported", lambda found: total(found, "on_time", "late", "open", "outside")),
    "loop_state": ("warnings_open", lambda found: total(found, "warnings")),
    "red_and_orange": ("warnings_open_grave", len),
    "topics": ("warnings_raised", lambda found: total(found, "raised")),
    "warnings_by_day": ("warnings_raised", lambda found: total(found, "warnings")),
    "warnings_by_place": ("warnings_raised", lambda found: total(found, "warnings")),
    "loop_stages": ("warnings_raised", lambda found: found[0]["warnings"] if found else 0),
    "sharing_classes": (
        "datasets_listed",
        lambda f: total(f, "shared", "waiting", "with_basis", "without_basis"),
    ),
    "exclusions_without_basis": ("without_basis", len),
}
RATES: dict[str, tuple[tuple[str, ...], Callable[[list[Row]], tuple[int, int]]]] = {
    "self_closed_by_place": (
        ("self_closed",),
        lambda found: (total(found, "self_closed"), total(found, "cases")),
    ),
    "late_signing": (
        ("signed_on_time",),
        lambda f: (total(f, "due") - total(f, "late", "unsigned"), total(f, "due")),
    ),
    "false_alarms_by_topic": (
        ("false_alarms",),
        lambda found: (total(found, "false_alarms"), total(found, "judged")),
    ),
    "late_answers": (
        ("answered_in_time", "corrected_in_time"),
        lambda f: (total(f, "due") - total(f, "late", "unanswered"), total(f, "due")),
    ),
}


@pytest.mark.parametrize("period", [MONTH, SPRING], ids=["month", "spring"])
@pytest.mark.parametrize("name", STANDING)
def test_a_panel_adds_up_to_its_metric(
    city: Snapshot, shown: Show, name: str, period: Period
) -> None:
    metric, added = STANDING[name]
    for code in PLACES:
        place = city.tree.place(code) if code else city.tree.root
        told = ask(city, metric, place, period)["numerator"]
        assert added(shown(name, place, period)) == told, (code, metric)


@pytest.mark.parametrize("name", RATES)
def test_a_panel_of_shares_adds_up_to_its_metrics(city: Snapshot, shown: Show, name: str) -> None:
    metrics, added = RATES[name]
    told = [ask(city, metric, city.tree.root, YEAR) for metric in metrics]
    parts = sum(each["numerator"] for each in told), sum(each["denominator"] for each in told)
    assert added(shown(name)) == parts


def test_the_sharing_rate_ends_where_the_metric_stands(city: Snapshot, shown: Show) -> None:
    for code in ("", "330109", "330182"):
        place = city.tree.place(code) if code else city.tree.root
        last = shown("sharing_over_time", place)[-1]
        for metric, column in (("shared", "shared"), ("collected", "collected")):
            value = ask(city, metric, place, YEAR)["value"]
            assert last[column] == pytest.approx(value), code
    lawful = {row["name"] for row in shown("exclusions")}
    assert lawful
    assert all(row["basis"].startswith("《") for row in shown("exclusions"))


def test_opened_less_closed_is_what_the_pile_grew_by(shown: Show) -> None:
    for period in (MONTH, YEAR, SPRING):
        begun, came, went, ends = [row["cases"] for row in shown("open_balance", None, period)]
        moves = shown("opened_closed", None, period)
        assert (total(moves, "opened"), total(moves, "closed")) == (came, went)
        assert ends == begun + came - went


def test_the_medians_are_those_of_the_rows(city: Snapshot, shown: Show) -> None:
    (found,) = city.rows(
        "select count(*), quantile_disc(hours, 0.5), quantile_disc(hours, 0.9) from"
        " (select floor(epoch(closed_at - reported_at) / 3600)::int as hours from cases"
        " where closed_at >= date '2026-10-02' and closed_at < date '2026-11-01'"
        " and not void and not left_open)"
    )
    bins = shown("closing_time", None, MONTH)
    assert (total(bins, "cases"), bins[0]["p50"], bins[0]["p90"]) == found
    widths = {b["hours"] - a["hours"] for a, b in pairwise(bins)}
    assert all(width % min(widths) == 0 for width in widths)


# ---- the files


@pytest.mark.parametrize(
    "panel", queries.panels(Settings.shipped)[0], ids=lambda panel: str(panel.name)
)
def test_a_panel_says_all_it_says_twice(panel: Any) -> None:
    twice = ("title", "title_en", "asks", "asks_en", "meaning", "meaning_en")
    assert [key for key in twice if not getattr(panel, key)] == []
    assert panel.asks_en.endswith("?")


@pytest.mark.parametrize("metric", queries.metrics(Settings.shipped), ids=lambda m: str(m.name))
def test_a_metric_names_its_source_and_says_where_its_target_is_ours(metric: Any) -> None:
    told = ("title_en", "meaning_en", "standard")
    assert [key for key in told if not getattr(metric, key)] == []
    assert any(mark in metric.standard for mark in ("[V]", "[2]", "[D]", "需复核线索"))
    if metric.target is not None and metric.subject != "cases":
        assert "目标" in metric.standard, metric.name


def test_no_subject_has_more_than_six_headlines() -> None:
    found = [metric.subject for metric in queries.metrics(Settings.shipped) if metric.headline]
    assert {subject: found.count(subject) for subject in set(found)} == {
        "cases": 6,
        "warnings": 6,
        "sharing": 6,
    }


# ---- sources that tell little


JUDGED = {"坪山区": (924, None), "Kansas City": (2_570, 222)}
"""What sources without limits judged: not in time, and in time of what has a closing date."""


@pytest.mark.real
@pytest.mark.parametrize(
    "real", [BOSTON, PINGSHAN, NEW_YORK, KANSAS_CITY], ids=lambda real: str(real.name)
)
def test_what_a_source_does_not_tell_is_blank(
    tmp_path: Path, shared_data: Path, real: Real
) -> None:
    settings, _ = load(tmp_path, shared_data, real)
    with Snapshots(settings.snapshots).current() as snapshot:
        for bound in snapshot.panels.values():
            if bound.panel.fact == "cases":
                rows(snapshot, bound.panel.name, snapshot.tree.root, ALL)

        period = Period(until=snapshot.last_day("cases"))

        def shown(name: str) -> list[Row]:
            return rows(snapshot, name, snapshot.tree.root, period)

        silent_about = (
            "platforms", "self_closed_by_place", "out_of_the_denominator", "satisfaction_repeat",
            "visits", "left_open_register",
        )  # fmt: skip
        assert [name for name in silent_about if shown(name)] == []
        assert {row["handled"] for row in shown("departments")} == {None}
        stages = {"Boston": ["上报", "受理", "结案"], "坪山区": ["上报"]}
        assert [row["stage"] for row in shown("case_stages")] == stages.get(
            real.name, ["上报", "结案"]
        )
        # Only Boston gives limits: elsewhere nothing is past one, and that is not nought.
        for name in ("departments", "open_ageing"):
            assert ({row["overdue"] for row in shown(name)} == {None}) == (real is not BOSTON), name
        late, in_time = JUDGED.get(real.name, (None, None))
        for name, column, told in (
            ("categories", "overdue", late),
            ("closing_by_day", "in_time", in_time),
        ):
            values = {row[column] for row in shown(name)}
            if real is not BOSTON:
                assert total(shown(name), column) == (told or 0), name
                assert (values <= {None}) == (told is None), name
        evidence = shown("on_time_evidence")
        assert bool(evidence) == (real is not NEW_YORK)  # where nothing is judged there is none
        assert {row["rework"] for row in evidence} <= {None}
        assert {row["self_closed"] for row in evidence} <= {None}
        balance = {row["item"]: row["cases"] for row in shown("open_balance")}
        (reported,) = snapshot.rows("select count(*) from cases")[0]
        assert balance["上报"] == reported
        still_open = ask(snapshot, "open_cases", snapshot.tree.root, period)["value"]
        assert balance["期末未结"] == still_open
