"""Rules: declared, checked and run at every level; nothing raises warnings by them yet."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from cockpit.answers.panel import rule_fault, run
from cockpit.answers.snapshot import Snapshot
from cockpit.model.mistakes import Mistake
from cockpit.model.period import named
from cockpit.model.places import Place
from cockpit.model.rule import KEYS, Rule, read_rule
from cockpit.record import drafts, queries
from cockpit.record.panels import Bindery, shelf
from cockpit.settings import PROJECT, Settings
from tests.asked import cleared

RIGHT = """/*
title   = "激增"
meaning = "比平时多。"
topic   = "激增"
fact    = "cases"
clock   = "reported_at"
least   = 5

[limits]
street  = { yellow = 1.5, orange = 2, red = 3 }
grid    = { blue = 2 }
*/
select place, place_code, count(*) as value, 2.0 as baseline
from cases_here
group by place, place_code
"""
DRAWER = [
    ('topic   = "激增"\n', "", "r.sql:1: the header has no topic"),
    ('fact    = "cases"', 'fact = "case"', "r.sql:5: fact is 'case'. Did you mean 'cases'?"),
    ("least   = 5", 'least = "5"', "r.sql:7: least is '5'. least = 5"),
    ("least   = 5", "leest = 5", "unknown key 'leest' in the header. Did you mean 'least'?"),
    ("least   = 5", 'when = "over"', "when is 'over'. Did you mean 'above'?"),
    ("least   = 5", 'period = "30"', "period is '30'"),
    ("least   = 5", 'against = "mean"', "against is 'mean'. Known: baseline, nothing"),
    ("least   = 5", 'enters = "reported_at"', "there is a clock, and enters too"),
    ("street ", "stret ", "'stret' is not a level that lies in another. Did you mean 'street'?"),
    ("street ", "city ", "'city' is not a level that lies in another"),
    ("orange", "purple", "'purple' is not a colour. Known: blue, orange, red, yellow"),
    ("red = 3", "red = 1", "the limits of street do not rise with the colours. A graver colour"),
    ("red = 3", "red = 2", "the limits of street do not rise with the colours"),
    ("red = 3", 'red = "3"', "the limit of red is '3'"),
    ("{ blue = 2 }", "{}", "grid has no limit"),
    ("{ blue = 2 }", "2", "limits is {"),
    ("count(*) as value", "count(*) as many", "r.sql:13: the SELECT gives no value"),
    ("place, place_code, count", "place, count", "the SELECT gives no place_code"),
    (
        "2.0 as baseline",
        "2.0 as baseline, 1 as value_too",
        "r.sql:13: the SELECT gives 'value_too' too. A rule gives",
    ),
    ("2.0 as baseline", "'2' as baseline", "r.sql:13: baseline is VARCHAR and no number"),
    ("from cases_here", "from cases", "r.sql:14: 'cases' is nothing that may be read here"),
    ("2.0 as baseline", "random() as baseline", "random is not allowed here"),
]


def right(old: str = "", new: str = "") -> Rule:
    return read_rule("r", RIGHT.replace(old, new), "r.sql")


@pytest.mark.parametrize(("old", "new", "words"), DRAWER)
def test_a_wrong_rule_is_told(bench: Bindery, old: str, new: str, words: str) -> None:
    assert old in RIGHT
    with pytest.raises(Mistake) as caught:
        bench.bind_rule(right(old, new))
    assert words in caught.value.text()


def test_the_right_one_is_right(bench: Bindery) -> None:
    assert bench.bind_rule(right()).bound.reads == ("cases_here",)


@pytest.mark.parametrize(
    ("level", "value", "baseline", "colour"),
    [
        ("street", 30, 10, "red"),
        ("street", 29.9, 10, "orange"),
        ("street", 15, 10, "yellow"),
        ("street", 14, 10, None),
        ("grid", 100, 10, "blue"),  # a level has the colours that its limits name
        ("community", 100, 10, None),
        ("street", 4, 1, None),  # under the least
        ("street", None, 10, None),
        ("street", 30, None, None),  # what is usual is not known
        ("street", 30, 0, None),
    ],
)
def test_a_value_earns_the_gravest_colour_whose_limit_it_reaches(
    level: str, value: float | None, baseline: float | None, colour: str | None
) -> None:
    assert right().colour(level, value, baseline) == colour


def test_limits_may_be_values_and_may_be_reached_from_above() -> None:
    plain = right("least   = 5", 'against = "nothing"')
    assert plain.colour("street", 2, None) == "orange"
    below = RIGHT.replace("least   = 5", 'when = "below"')
    below = below.replace("yellow = 1.5, orange = 2, red = 3", "yellow = 0.5, red = 0.1")
    falling = read_rule("r", below, "r.sql")
    found = [falling.colour("street", value, 10) for value in (6, 5, 1, 0)]
    assert found == [None, "yellow", "red", "red"]


def test_the_shipped_rules_are_right() -> None:
    found = shelf((Settings.shipped,), ())
    assert [one.rule.name for one in found.rules] == [
        "filing_surge",
        "overdue_backlog",
        "reports_dry_up",
    ]
    for one in found.rules:
        for word in ("title_en", "meaning_en", "standard"):
            assert getattr(one.rule, word), (one.rule.name, word)


def chain(snapshot: Snapshot) -> list[Place]:
    places = [snapshot.tree.root]
    while snapshot.tree.below(places[-1]):
        places.append(max(snapshot.tree.below(places[-1]), key=lambda each: each.hi - each.lo))
    return places


@pytest.mark.parametrize(
    "name", sorted(queries.rules(Settings.shipped)[0], key=lambda r: r.name), ids=lambda r: r.name
)
def test_a_shipped_rule_runs_at_every_level(city: Snapshot, name: Rule) -> None:
    one = city.rules[name.name]
    as_of = city.last_day(one.rule.fact)
    assert as_of is not None
    for place in chain(city):
        seen = cleared(city, place)
        answer = run(city, one.bound, seen, named(one.rule.period, as_of), as_of)
        assert rule_fault(one.rule, answer) is None
        below = {each.code for each in city.tree.below(place)} or {place.code}
        assert set(answer.column("place_code")) <= {*below, None}


def test_a_surge_is_held_against_the_twelve_weeks_before(city: Snapshot) -> None:
    as_of = city.last_day("cases")
    assert as_of is not None
    one = city.rules["filing_surge"]
    root = cleared(city, city.tree.root)
    answer = run(city, one.bound, root, named("7d", as_of), as_of)
    start = as_of - timedelta(days=6)

    def many(place: Place, since: date, until: date) -> int:
        sql = (
            "select count(*) from cases where not void and pos between ? and ?"
            " and reported_at >= ? and reported_at < ?"
        )
        found = city.rows(sql, [place.lo, place.hi, since, until])
        return int(found[0][0])

    assert len(answer.rows) > 5
    for code, value, baseline in zip(
        *(answer.column(name) for name in ("place_code", "value", "baseline")), strict=True
    ):
        if code is None:
            continue
        place = city.tree.place(code)
        assert value == many(place, start, as_of + timedelta(days=1))
        before = many(place, start - timedelta(days=84), start)
        assert baseline == (pytest.approx(before / 12) if before else None)


def test_places_twice_are_a_fault(city: Snapshot, bench: Bindery) -> None:
    twice = bench.bind_rule(
        right("group by place, place_code", "group by place, place_code, number")
    )
    as_of = date(2026, 10, 31)
    answer = run(city, twice.bound, cleared(city, city.tree.root), named("year", as_of), as_of)
    wrong = rule_fault(twice.rule, answer)
    assert wrong is not None
    assert "stands in more than one row" in wrong.text()


def test_a_rule_spoils_nothing_and_stands_once(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "same.sql").write_text(RIGHT, "utf-8")
    (one / "rules" / "bad.sql").write_text(RIGHT.replace("cases_here", "cases"), "utf-8")
    found = shelf((one, other), ())
    assert [rule.rule.name for rule in found.rules] == ["same"]
    assert {(broken.kind, broken.name) for broken in found.broken} == {
        ("rule", "same"),
        ("rule", "bad"),
    }
    assert found.told()["rules"][0]["text"] == RIGHT


@pytest.mark.parametrize("fact", ["cases", "warnings", "datasets", "share_requests"])
def test_a_new_rule_is_right(bench: Bindery, tmp_path: Path, fact: str) -> None:
    settings = Settings(home=tmp_path, queries=tmp_path / "mine")
    (path,) = drafts.rule(settings, "mine", fact)
    assert path == tmp_path / "mine" / "rules" / "mine.sql"
    one = bench.bind_rule(read_rule("mine", path.read_text("utf-8"), "mine.sql"))
    assert one.rule.fact == fact
    with pytest.raises(Mistake, match="there is such a file already"):
        drafts.rule(settings, "mine", fact)


def test_the_readmes_rules_are_right_and_it_names_every_key(bench: Bindery) -> None:
    text = (PROJECT / "queries" / "README.md").read_text("utf-8")
    examples = [
        each for each in re.findall(r"```sql\n(/\*.*?)```", text, re.DOTALL) if "[limits]" in each
    ]
    assert examples
    for example in examples:
        bench.bind_rule(read_rule("readme", example, "README.md"))
    section = text[text.index("## 预警规则") : text.index("## 来源")]
    assert [key for key in KEYS if f"`{key}`" not in section] == []
