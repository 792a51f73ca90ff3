"""The catalogue: every metric, panel and rule of a snapshot, and where each comes from and goes to.

/catalog?q=…&kind=…&subject=…&unused=1     what there is
/catalog/<kind>/<name>                     one of them
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote, unquote, urlencode

from cockpit.answers.snapshot import Snapshot
from cockpit.model import here
from cockpit.model.facts import FACTS
from cockpit.model.metric import Metric
from cockpit.model.panel import Panel
from cockpit.model.rule import FOLDER
from cockpit.web.subject import headlines
from cockpit.web.words import Words

CATALOG, PREVIEW = "/catalog", "/preview/"
KINDS = ("metric", "panel", "rule")
DAYS = 30
"""Over how many days it is counted how often something was opened."""
LONGEST = 100
TRIVIAL = ("true", "1")
"""Formulas that say nothing of which metric they are."""

Opened = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Entry:
    """One metric, panel or rule, as the catalogue lists it."""

    kind: str
    name: str
    title: str
    says: str
    """Its question, or what it means."""
    subject: str
    fact: str
    path: str
    owner: str = ""
    opened: int = 0
    walls: tuple[str, ...] = ()
    overview: bool = False
    draft: bool = False
    broken: str = ""
    """What is wrong with its file, if anything is."""

    @property
    def href(self) -> str:
        """The address of its own page."""
        return f"{CATALOG}/{self.kind}/{quote(self.name, safe='')}"

    @property
    def is_unused(self) -> bool:
        """Whether nobody opened it, and no wall shows it. Rules are not opened."""
        return self.kind != "rule" and not self.opened and not self.walls and not self.broken


@dataclass(frozen=True)
class Wanted:
    """What of the catalogue is looked at."""

    find: str = ""
    kind: str = ""
    subject: str = ""
    fact: str = ""
    unused: bool = False
    language: str = ""

    def href(self, **changes: object) -> str:
        """The address of this, or of what differs in what is named."""
        wanted = replace(self, **changes)  # type: ignore[arg-type]
        asked = {
            "q": wanted.find,
            "kind": wanted.kind,
            "subject": wanted.subject,
            "fact": wanted.fact,
            "unused": "1" if wanted.unused else "",
            "lang": wanted.language,
        }
        query = urlencode({name: value for name, value in asked.items() if value})
        return CATALOG + (f"?{query}" if query else "")

    def of(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries that are wanted: each word stands somewhere in what they say."""
        words = self.find.casefold().split()
        return [
            one
            for one in entries
            if (not self.kind or one.kind == self.kind)
            and (not self.subject or one.subject == self.subject)
            and (not self.fact or one.fact == self.fact)
            and (not self.unused or one.is_unused)
            and all(word in _all_of(one) for word in words)
        ]


def _all_of(one: Entry) -> str:
    return " ".join((one.name, one.title, one.says, one.owner, one.path)).casefold()


def leads_here(pathname: str) -> bool:
    """Whether a path is one of the catalogue or of a preview."""
    return pathname == CATALOG or pathname.startswith((f"{CATALOG}/", PREVIEW))


def read(search: str) -> Wanted:
    """What an address asks of the catalogue; what means nothing is passed over."""
    asked = {name: values[-1] for name, values in parse_qs(search.removeprefix("?")).items()}
    find, kind = asked.get("q", "").strip(), asked.get("kind", "")
    return Wanted(
        find=find if len(find) <= LONGEST and find.isprintable() else "",
        kind=kind if kind in KINDS else "",
        subject=asked.get("subject", "")[:LONGEST],
        fact=asked["fact"] if asked.get("fact") in FACTS else "",
        unused=asked.get("unused") == "1",
        language=asked["lang"] if asked.get("lang") in ("zh", "en") else "",
    )


def named(pathname: str) -> tuple[str, str] | None:
    """Kind and name of an entry's address, or None where it is none."""
    parts = pathname.removeprefix(f"{CATALOG}/").split("/")
    if len(parts) != 2 or parts[0] not in KINDS:
        return None
    return parts[0], unquote(parts[1])


def entries(snapshot: Snapshot, opened: Opened, words: Words) -> list[Entry]:
    """All there is, in the order of subjects and names; what is broken stands in its place."""
    found = [_metric(snapshot, one.metric, words) for one in snapshot.counted.values()]
    found += [_panel(snapshot, one.panel, words) for one in snapshot.panels.values()]
    found += [
        Entry(
            "rule",
            rule.name,
            words.either(rule.title, rule.title_en),
            words.either(rule.meaning, rule.meaning_en),
            FOLDER,
            rule.fact,
            rule.path,
            rule.owner,
        )
        for rule in (one.rule for one in snapshot.rules.values())
    ]
    known = {(one.kind, one.name): at for at, one in enumerate(found)}
    for wrong in snapshot.broken:
        at = known.get((wrong.kind, wrong.name))
        if at is not None:
            found[at] = replace(found[at], broken=wrong.message)
        else:
            says = words("catalog_broken")
            found.append(
                Entry(
                    wrong.kind,
                    wrong.name,
                    wrong.name,
                    says,
                    wrong.subject,
                    "",
                    wrong.path,
                    broken=wrong.message,
                )
            )
    order = {one.name: number for number, one in enumerate(snapshot.subjects)}
    last = len(order)
    return sorted(
        (replace(one, opened=opened.get((one.kind, one.name), 0)) for one in found),
        key=lambda one: (order.get(one.subject, last), one.subject, KINDS.index(one.kind)),
    )


def _metric(snapshot: Snapshot, metric: Metric, words: Words) -> Entry:
    return Entry(
        "metric",
        metric.name,
        words.metric(metric),
        words.meaning(metric),
        metric.subject,
        metric.fact,
        metric.path,
        metric.owner,
        walls=walls(snapshot, "metric", metric.name),
        overview=any(one.metric.name == metric.name for one in headlines(snapshot, metric.subject)),
    )


def _panel(snapshot: Snapshot, panel: Panel, words: Words) -> Entry:
    return Entry(
        "panel",
        panel.name,
        words.panel(panel),
        words.asks(panel),
        panel.subject,
        panel.fact,
        panel.path,
        panel.owner,
        walls=walls(snapshot, "panel", panel.name),
        draft=panel.draft,
    )


def walls(snapshot: Snapshot, kind: str, name: str) -> tuple[str, ...]:
    """The walls of which a scene asks for a metric, or for a panel."""
    return tuple(
        wall.name
        for wall in snapshot.walls.values()
        if any((kind, name) == asked[1:] for scene in wall.scenes for asked in scene.asked())
    )


def facts_of(snapshot: Snapshot, kind: str, name: str) -> tuple[str, ...]:
    """The facts that an entry reads."""
    if kind == "metric" and name in snapshot.counted:
        return (snapshot.counted[name].metric.fact,)
    if kind == "panel" and name in snapshot.panels:
        return tuple(dict.fromkeys(map(here.fact_of, snapshot.panels[name].reads)))
    if kind == "rule" and name in snapshot.rules:
        return tuple(dict.fromkeys(map(here.fact_of, snapshot.rules[name].bound.reads)))
    return ()


def kin(snapshot: Snapshot, panel: Panel) -> tuple[Metric, ...]:
    """The metrics that a panel shows in its own way: those whose name its columns have, or whose
    formula its SELECT repeats.
    """
    given = {name for name, _ in snapshot.panels[panel.name].columns}
    sql, facts = _plain(panel.sql), facts_of(snapshot, "panel", panel.name)
    return tuple(
        one.metric
        for one in snapshot.counted.values()
        if one.metric.fact in facts
        and (
            one.metric.name in given
            or (one.metric.numerator not in TRIVIAL and _plain(one.metric.numerator) in sql)
        )
    )


def shown_in(snapshot: Snapshot, metric: Metric) -> tuple[Panel, ...]:
    """The panels that show a metric in their own way."""
    return tuple(
        one.panel for one in snapshot.panels.values() if metric in kin(snapshot, one.panel)
    )


def columns_of(metric: Metric) -> tuple[str, ...]:
    """The fact's columns that a metric's formula names."""
    formula = " ".join(
        (
            metric.numerator,
            metric.denominator,
            metric.clock,
            metric.enters,
            metric.leaves,
            *metric.needs,
        )
    )
    used = set(re.findall(r"[a-z_]+", re.sub(r"'[^']*'", "", formula)))
    return tuple(name for name in FACTS[metric.fact].names if name in used)


def _plain(sql: str) -> str:
    return " ".join(sql.lower().split())
