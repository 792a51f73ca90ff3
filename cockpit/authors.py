"""The verbs for analysts' files: ``cockpit check``, and of ``cockpit new`` those that write one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cockpit import settings as environment
from cockpit.model.mistakes import Mistake

if TYPE_CHECKING:
    from cockpit.answers.panel import Answer
    from cockpit.answers.snapshot import Snapshot
    from cockpit.model.panel import Bound
    from cockpit.settings import Settings

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Home = Annotated[
    Path | None, typer.Option("--home", help="Where this installation is kept (COCKPIT_HOME).")
]
City = Annotated[Path | None, typer.Option("--city", help="The city's folder (COCKPIT_CITY).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Name = Annotated[str, typer.Argument(help="Small letters, digits and _.")]
Subject = Annotated[str, typer.Option("--subject", help="A folder of queries/.")]
FactName = Annotated[
    str, typer.Option("--fact", help="cases, warnings, datasets or share_requests.")
]

LONG_AGO = date(1900, 1, 1)
"""A day of which no city has rows."""


def add(app: typer.Typer, new: typer.Typer) -> None:
    """Hang the verbs into the others."""
    app.command()(check)
    for name, verb in (
        ("panel", new_panel),
        ("metric", new_metric),
        ("rule", new_rule),
        ("source", new_source),
        ("subject", new_subject),
    ):
        new.command(name)(verb)


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; left out, all of queries/.")
    ] = None,
    home: Home = None,
    city: City = None,
    as_json: AsJson = False,
    place: Annotated[
        str, typer.Option(help="The code of the place from which down panels run; else the city.")
    ] = "",
    over: Annotated[
        Path | None, typer.Option(help="The file in whose place what is checked is to stand.")
    ] = None,
) -> None:
    """Read and bind every metric, panel, rule and source, and run panels and rules where a home
    has data: tells all that is wrong at once.
    """
    from cockpit.answers.panel import fault, rule_fault
    from cockpit.record.checks import check_all, spot

    chosen = environment.read(home=home, city=city)
    found = check_all(chosen, paths or (), over)
    mistakes, ran = [*found.mistakes], 0
    panels = [(one, partial(fault, one.panel)) for one in found.panels]
    rules = [(one.bound, partial(rule_fault, one.rule)) for one in found.rules]
    for said in _run(chosen, [*panels, *rules], place):
        ran += said is None
        if said is not None:
            mistakes.append(said)
    if as_json:
        told = {
            "good": found.good,
            "ran": ran,
            "mistakes": [
                {
                    "file": spot(each)[0],
                    "line": spot(each)[1],
                    "found": each.found,
                    "write": each.write,
                }
                for each in mistakes
            ],
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    else:
        for each in mistakes:
            err.print(f"[bold red]✗[/] {_escape(each.text())}")
        out.print(f"{found.good} file entries are right, {len(mistakes)} wrong.")
        if panels or rules:
            where = f"{ran} times at places of every level" if ran else "not run: the home is empty"
            said_rules = f" and {len(rules)} rules" if rules else ""
            out.print(f"{len(panels)} panels{said_rules}, {where}.")
    if mistakes:
        raise typer.Exit(1)


def _escape(text: str) -> str:
    return text.replace("[", "\\[")


Judge = Callable[["Answer"], Mistake | None]
"""What is wrong with an answer, if anything."""


def _run(
    chosen: Settings, panels: Sequence[tuple[Bound, Judge]], place: str
) -> Iterator[Mistake | None]:
    """Run panels on the newest snapshot, if there is one; gives what was wrong, or None."""
    from cockpit.answers.snapshot import NoSnapshot, Snapshots

    if not panels:
        return
    try:
        with Snapshots(chosen.snapshots).current() as snapshot:
            for one, judge in panels:
                yield from _run_one(snapshot, one, judge, place)
    except NoSnapshot:
        return


def _run_one(snapshot: Snapshot, one: Bound, judge: Judge, code: str) -> Iterator[Mistake | None]:
    """Run a panel at one place of each level from a place down, and for a period without a row: the
    first fault is enough.
    """
    from cockpit.answers.panel import run
    from cockpit.model.period import Period, named
    from cockpit.people.gate import CONSOLE, Scope, gate

    as_of = snapshot.last_day(one.panel.fact) or snapshot.published.date()
    place = gate(CONSOLE, Scope(snapshot.tree, code)).place
    chain = [place]
    while snapshot.tree.below(place):
        place = max(snapshot.tree.below(place), key=lambda each: each.hi - each.lo)
        chain.append(place)
    spans = [(place, named("30d", as_of)) for place in chain]
    spans += [(chain[0], named("year", as_of)), (chain[0], Period(LONG_AGO, LONG_AGO))]
    for place, period in spans:
        try:
            seen = gate(CONSOLE, Scope(snapshot.tree, place.code))
            wrong = judge(run(snapshot, one, seen, period, as_of))
        except Mistake as mistake:
            wrong = mistake
        if wrong is not None:
            at = f"{wrong.found} (at {place.name}, {period.since} – {period.until})"
            yield Mistake(at, where=wrong.where, write=wrong.write)
            return
        yield None


def new_panel(name: Name, subject: Subject, fact: FactName = "", home: Home = None) -> None:
    """A panel that works, in the folder COCKPIT_QUERIES, to be changed into yours."""
    from cockpit.record import drafts

    _tell(drafts.panel(environment.read(home=home), name, subject, fact))


def new_metric(name: Name, subject: Subject, fact: FactName = "", home: Home = None) -> None:
    """A metric that works, at the end of the subject's metrics.toml in COCKPIT_QUERIES."""
    from cockpit.record import drafts

    _tell(drafts.metric(environment.read(home=home), name, subject, fact))


def new_rule(name: Name, fact: FactName = "cases", home: Home = None) -> None:
    """A rule that works: rules/<name>.sql in the folder COCKPIT_QUERIES."""
    from cockpit.record import drafts

    _tell(drafts.rule(environment.read(home=home), name, fact))


def new_source(name: Name, fact: FactName = "cases", home: Home = None) -> None:
    """A mapping that works: sources/<name>.sql in the folder COCKPIT_QUERIES."""
    from cockpit.record import drafts

    _tell(drafts.source(environment.read(home=home), name, fact))


def new_subject(name: Name, fact: FactName = "cases", home: Home = None) -> None:
    """A subject that works: a folder with a name, a metric and a panel; it is a page of its own."""
    from cockpit.record import drafts

    _tell(drafts.subject(environment.read(home=home), name, fact))


def _tell(written: list[Path]) -> None:
    for path in written:
        out.print(f"{path}")
    what = written[0] if len(written) == 1 else written[0].parent
    out.print(f"Change it as you need, then: cockpit check {what}")
