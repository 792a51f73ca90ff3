"""What a rule is: a SELECT that finds where a topic stands out, and the colour that it earns there.

``queries/rules/<name>.sql`` opens with a TOML header in a comment; then comes one SELECT from
``<fact>_here``, as in a panel. It gives a row for each place one level down: ``place``,
``place_code``, ``value`` and ``baseline``, what is usual there. The limits say, for the level of
those places, from which value each colour is earned. Rules are declared and checked; nothing runs
them yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from cockpit.model.binding import NUMBERS, plain
from cockpit.model.facts import FACTS
from cockpit.model.header import identity, split
from cockpit.model.levels import LEVELS
from cockpit.model.metric import UNITS
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.panel import Bound, Panel, one_clock
from cockpit.model.period import NAMED
from cockpit.model.warnings import COLOURS

FOLDER = "rules"
"""The folder of queries/ that holds them."""
GIVES = ("place", "place_code", "value", "baseline")
"""The columns that the SELECT of a rule gives, in any order and no others."""
BELOW = tuple(level.name for level in LEVELS[1:])
"""The levels that can have limits: the widest is in no other place."""


@dataclass(frozen=True)
class Rule:
    """One rule file. The fields up to ``owner`` are the keys of its header."""

    title: str
    meaning: str
    topic: str
    """The topic (专题) of the warnings that it raises."""
    fact: str
    """The fact of ``<fact>_here``."""
    limits: Mapping[str, Mapping[str, float]]
    """Level = { colour = limit, … }: from which limit on a place of that level earns the colour."""
    against: Literal["baseline", "nothing"] = "baseline"
    """What limits are: multiples of the baseline, or (nothing) values as they stand."""
    when: Literal["above", "below"] = "above"
    """Whether a value stands out that reaches a limit from below, or that falls to it."""
    least: float = 0
    """A value under it earns no colour: one case after none is no flood."""
    period: str = "30d"
    """The days that are looked at: 7d, 30d …, as in the address of a page."""
    clock: str = ""
    """SQL of the moment of a row that must fall in the period; left out, the fact's month."""
    enters: str = ""
    """Instead of a clock: the rows that stand at the period's end, having entered by then …"""
    leaves: str = ""
    """… and not left; NULL while a row stays."""
    unit: str = "count"
    """Of the value: count, percent, hours, days or times."""
    title_en: str = ""
    meaning_en: str = ""
    standard: str = ""
    """Where the limits come from."""
    owner: str = ""
    name: str = ""
    sql: str = ""
    text: str = ""
    line: int = 1
    path: str = ""

    @property
    def panel(self) -> Panel:
        """The same as a table, by which it is bound and run."""
        return Panel(
            title=self.title,
            asks=f"{self.title}?",
            chart="table",
            title_en=self.title_en,
            unit=self.unit,
            fact=self.fact,
            clock=self.clock,
            enters=self.enters,
            leaves=self.leaves,
            counts=("value",) if self.unit == "count" and FACTS[self.fact].sensitive else (),
            name=self.name,
            subject=FOLDER,
            sql=self.sql,
            text=self.text,
            line=self.line,
            path=self.path,
        )

    def colour(self, level: str, value: float | None, baseline: float | None) -> str | None:
        """The gravest colour that a value earns at a level; None where it earns none, or where
        what it is held against is not known.
        """
        if value is None or value < self.least:
            return None
        scale = 1.0 if self.against == "nothing" else baseline
        if scale is None or (self.against == "baseline" and scale <= 0):
            return None
        for colour in COLOURS:  # the gravest first
            limit = self.limits.get(level, {}).get(colour)
            if limit is None:
                continue
            reached = value >= limit * scale if self.when == "above" else value <= limit * scale
            if reached:
                return colour
        return None


@dataclass(frozen=True)
class BoundRule:
    """A rule that fits: the relations that it reads."""

    rule: Rule
    bound: Bound


SET_BY_FILE = {"name", "sql", "text", "line", "path"}
KEYS = tuple(each.name for each in fields(Rule) if each.name not in SET_BY_FILE)
REQUIRED = ("title", "meaning", "topic", "fact", "limits")
CHOICES: dict[str, tuple[str, ...]] = {
    "fact": tuple(FACTS),
    "against": ("baseline", "nothing"),
    "when": ("above", "below"),
    "period": tuple(NAMED),
    "unit": UNITS,
}
EXAMPLE = 'title = "…" meaning = "…" topic = "…" fact = "cases" limits = {…}'
LIMITS = "limits = { street = { yellow = 1.5, red = 3 } }"


def read_rule(name: str, text: str, where: str) -> Rule:
    """Read one rule file. Raises Mistake with file, line and what to write."""
    identity(
        name, "rule", where, "Name the file in small letters, digits and _, such as noise_flood.sql"
    )
    opened = split(text, where, EXAMPLE)
    wrong = opened.wrong
    values: dict[str, Any] = dict(opened.values)
    for key, value in values.items():
        if key not in KEYS:
            raise wrong(key, f"unknown key {key!r} in the header", did_you_mean(key, KEYS))
        if key == "limits":
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number if key == "least" else isinstance(value, str)):
            example = "least = 5" if key == "least" else f'{key} = "…"'
            raise wrong(key, f"{key} is {value!r}", example)
        if key in CHOICES and value not in CHOICES[key]:
            raise wrong(key, f"{key} is {value!r}", did_you_mean(value, CHOICES[key]))
    for key in REQUIRED:
        if not values.get(key):
            write = f"Add {LIMITS}" if key == "limits" else f'Add {key} = "…"'
            raise Mistake(f"the header has no {key}", where=f"{where}:1", write=write)
    one_clock(values, wrong)
    values["limits"] = _limits(values["limits"], values.get("when", "above"), wrong)
    if not opened.sql:
        raise Mistake("there is no SELECT below the header", where=f"{where}:{opened.line}")
    return Rule(**values, name=name, sql=opened.sql, text=text, line=opened.line, path=where)


def _limits(given: Any, when: str, wrong: Any) -> dict[str, dict[str, float]]:
    if not isinstance(given, dict) or not all(isinstance(each, dict) for each in given.values()):
        raise wrong("limits", f"limits is {given!r}", LIMITS)
    for level, colours in given.items():
        _one_of(level, BELOW, "a level that lies in another", wrong)
        if not colours:
            raise wrong("limits", f"{level} has no limit", LIMITS)
        for colour, limit in colours.items():
            _one_of(colour, COLOURS, "a colour", wrong)
            if isinstance(limit, bool) or not isinstance(limit, int | float):
                raise wrong("limits", f"the limit of {colour} is {limit!r}", LIMITS)
        told = [colours[colour] for colour in COLOURS if colour in colours]
        if told != sorted(told, reverse=when == "above") or len(set(told)) < len(told):
            further = "higher" if when == "above" else "lower"
            raise wrong(
                "limits",
                f"the limits of {level} do not rise with the colours",
                f"A graver colour has a {further} limit: {', '.join(COLOURS)}",
            )
    return {
        level: {name: float(limit) for name, limit in colours.items()}
        for level, colours in given.items()
    }


def _one_of(found: str, known: Iterable[str], what: str, wrong: Any) -> None:
    if found not in known:
        raise wrong("limits", f"{found!r} is not {what}", did_you_mean(found, known))


def fitted(rule: Rule, bound: Bound) -> BoundRule:
    """A rule whose SELECT was bound: whether it gives what a rule gives. Raises Mistake."""
    types = dict(bound.columns)
    for name in GIVES:
        if name not in types:
            raise Mistake(
                f"the SELECT gives no {name}",
                where=bound.panel.at_sql(1),
                write="select place, place_code, … as value, … as baseline",
            )
    for name in types:
        if name not in GIVES:
            raise Mistake(
                f"the SELECT gives {name!r} too",
                where=bound.panel.at_sql(1),
                write=f"A rule gives {', '.join(GIVES)} and nothing else",
            )
    for name in ("value", "baseline"):
        if plain(types[name]) not in NUMBERS:
            raise Mistake(
                f"{name} is {types[name]} and no number",
                where=bound.panel.at_sql(1),
                write="count(*), sum(…) or ::double give numbers",
            )
    return BoundRule(rule, bound)


def fault(rule: Rule, codes: Iterable[str | None]) -> Mistake | None:
    """What is wrong with the places that a rule gave."""
    seen = set()
    for code in codes:
        if code in seen:
            return Mistake(
                f"{code or 'a blank place'} stands in more than one row",
                where=rule.path,
                write="Group by place, place_code",
            )
        seen.add(code)
    return None
