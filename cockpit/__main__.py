"""The verbs. Each says what it did; a mistake of the user is one line, and exit code 1."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cockpit import authors
from cockpit import settings as environment
from cockpit.model.mistakes import Mistake
from cockpit.settings import Settings

app = typer.Typer(
    name="cockpit",
    help="基层法治数字驾驶舱 · one cockpit for the five levels of a city.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
new = typer.Typer(
    help="Make something new: a panel, a metric, a city's folder …", no_args_is_help=True
)
quarantine = typer.Typer(help="Rows that could not stand: list, export.", no_args_is_help=True)
app.add_typer(new, name="new")
app.add_typer(quarantine, name="quarantine")
authors.add(app, new)

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Home = Annotated[
    Path | None, typer.Option("--home", help="Where this installation is kept (COCKPIT_HOME).")
]
City = Annotated[Path | None, typer.Option("--city", help="The city's folder (COCKPIT_CITY).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Place = Annotated[str | None, typer.Option(help="A place's code; left out, the whole city.")]
Day = Annotated[str | None, typer.Option(help="A day such as 2026-10-01, included.")]


def main() -> None:
    """Run the verbs; a Mistake is told in one line, and nothing else of ours is shown."""
    _add_people(sys.argv[1:])
    try:
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except Mistake as mistake:
        err.print(f"[bold red]✗[/] {_escape(mistake.text())}")
        sys.exit(1)
    except (typer.Abort, KeyboardInterrupt):
        _stopped()
    except Exception as error:
        from cockpit.record.store import FAILURES, first_line, is_interruption

        if is_interruption(error):
            _stopped()
        if isinstance(error, FAILURES):
            err.print(f"[bold red]✗[/] {_escape(first_line(error))}.")
            sys.exit(1)
        if hasattr(error, "show"):
            error.show()
            sys.exit(getattr(error, "exit_code", 2))
        raise


def _add_people(asked: list[str]) -> None:
    """The verbs about people come with a database, which takes a moment to import: for who asks."""
    if asked[:1] in (["user"], ["wall"], ["audit"]):
        from cockpit import verbs

        user, wall, audit = verbs.user, verbs.wall, verbs.audit
    else:
        user = typer.Typer(help="Accounts: who may come in, as what, for which place.")
        wall = typer.Typer(help="Displays: pair one, see how each does, tell it what to show.")
        audit = typer.Typer(help="The audit: verify, export, rotate.")
        for each in (user, wall, audit):
            each.callback()(lambda: None)
    app.add_typer(user, name="user", no_args_is_help=True)
    app.add_typer(wall, name="wall", no_args_is_help=True)
    app.add_typer(audit, name="audit", no_args_is_help=True)


def _stopped() -> NoReturn:
    err.print("Stopped.")
    sys.exit(130)


def _settings(home: Path | None, city: Path | None = None, **chosen: Any) -> Settings:
    return environment.read(home=home, city=city, **chosen)


def _escape(text: str) -> str:
    return text.replace("[", "\\[")


def _print_some(lines: Iterable[str]) -> None:
    """The first of some lines, and how many more there are."""
    given = list(lines)
    for line in given[:20]:
        out.print(f"  {line}")
    if len(given) > 20:
        out.print(f"  … and {len(given) - 20:,} more")


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


@app.command()
def run(
    home: Home = None,
    city: City = None,
    port: Annotated[int | None, typer.Option(help="The page's port.")] = None,
    cases: Annotated[int, typer.Option(help="Cases of the demo city.")] = 200_000,
) -> None:
    """All of it on this machine: a demo city if the home is empty, the worker, the web server."""
    from cockpit import processes
    from cockpit.record.store import agree

    chosen = _settings(home, city, port=port)
    processes.refuse_taken_port(chosen)
    agree(chosen)
    if not (chosen.snapshots / "CURRENT").is_file() and not chosen.record.exists():
        out.print(
            f"The home {chosen.home} is empty: making a demo city (演示数据) of {cases:,} cases."
        )
        _make_demo(chosen, cases, 1, None)
    sys.exit(processes.run(chosen, lambda text: _ready(chosen, text)))


def _ready(chosen: Settings, text: str) -> None:
    """The page answers: say so; and while nobody else has an account, let a demo's people in."""
    out.print(text)
    if chosen.state or chosen.oidc != Settings.oidc or chosen.proxy_header:
        return
    from cockpit.people import demo as people
    from cockpit.people.links import href
    from cockpit.people.registry import Registry
    from cockpit.processes import reached

    registry = Registry(chosen)
    try:
        if people.is_untouched(registry):
            out.print("Nobody has an account yet. Each of these links lets in once, for a look:")
            for display, token in people.invite(registry):
                out.print(f"  {display}\n    {href(token, reached(chosen))}")
            out.print("Accounts of your own: cockpit user add; these links then come no more.")
    finally:
        registry.close()


@app.command()
def demo(
    cases: Annotated[int, typer.Option(help="How many cases.", min=1)] = 200_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city.")] = 1,
    until: Annotated[str | None, typer.Option(help="The last day of the data.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write the facts as CSV into this folder instead.")
    ] = None,
    home: Home = None,
    city: City = None,
) -> None:
    """Fill an empty home with a believable city, marked 演示数据 everywhere."""
    from cockpit.model.period import day
    from cockpit.record.store import agree

    chosen = _settings(home, city)
    agree(chosen)
    if csv is not None:
        from cockpit.record.democity import write_csv

        for path, rows in write_csv(chosen, csv, cases, seed, day(until, "until")):
            out.print(f"{path}: {rows:,} rows")
        return
    _make_demo(chosen, cases, seed, day(until, "until"))


def _make_demo(chosen: Settings, cases: int, seed: int, until: date | None) -> None:
    from cockpit.record.democity import make

    with _bar() as bar:
        told = make(chosen, cases, seed, until, _teller(bar))
    for planted in told["planted"]:
        out.print(f"  · {planted}")
    out.print(
        f"Demo city of {told['cases']:,} cases is published as snapshot {told['snapshot']}"
        f" ({told['seconds']:.1f} s)."
    )


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="CSV, xlsx, JSON, Parquet, also gzipped.")],
    source: Annotated[str, typer.Option(help="A mapping of queries/sources/, or a fact.")],
    home: Home = None,
    city: City = None,
    as_json: AsJson = False,
) -> None:
    """Take files in, through the inbox and into the record; prints each one's receipt."""
    from cockpit.record import handover

    chosen = _settings(home, city)
    with _bar(quiet=as_json) as bar:
        receipts = list(handover.send(chosen, files, source, _teller(bar)))
    if as_json:
        _print_json(receipts[0] if len(receipts) == 1 else receipts)
    else:
        for receipt in receipts:
            _show_receipt(receipt)
    if any(receipt["refused"] or receipt["trouble"] for receipt in receipts):
        raise typer.Exit(1)


def _show_receipt(receipt: dict[str, Any]) -> None:
    name = _escape(receipt["file"])
    if receipt["refused"]:
        err.print(f"[bold red]✗[/] {name}: refused, nothing changed. {_escape(receipt['refused'])}")
        return
    out.print(f"[bold green]✓[/] {name} · receipt {receipt['number']} · {receipt['seconds']} s")
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_column(justify="left")
    table.add_column(justify="right")
    for label, key in (
        ("rows read", "read"),
        ("= accepted", "accepted"),
        ("+ repeated", "repeated"),
        ("    of these older than what stands, and different", "older"),
        ("+ updated", "updated"),
        ("+ quarantined", "quarantined"),
        ("of the new rows unplaced (未落格)", "unplaced"),
        ("with an unknown place code", "unknown_places"),
    ):
        if receipt.get(key) is not None:
            table.add_row(label, f"{receipt[key]:,}")
    out.print(table)
    if receipt.get("older"):
        out.print("What is older changes nothing. If it is right, send it with a later updated_at.")
    if receipt["quarantined"]:
        out.print(f"See them with: cockpit quarantine list --receipt {receipt['number']}")
    if receipt["trouble"]:
        err.print(f"[yellow]![/] recorded, but not published yet: {_escape(receipt['trouble'])}")
    else:
        out.print(f"In service: snapshot {receipt['snapshot']}")


@app.command()
def publish(home: Home = None, city: City = None, as_json: AsJson = False) -> None:
    """Publish what the record holds as a snapshot."""
    from cockpit.record.store import Record
    from cockpit.record.worker import Worker

    with Record(_settings(home, city)) as record, _bar(quiet=as_json) as bar:
        snapshot, trouble = Worker(record, _teller(bar)).publish()
    if trouble:
        stays = f"snapshot {snapshot} stays in service" if snapshot else "none is in service yet"
        raise Mistake(f"publishing failed, {stays}: {trouble}")
    _print_json({"snapshot": snapshot}) if as_json else out.print(
        f"In service: snapshot {snapshot}"
    )


@app.command()
def rollback(
    to: Annotated[
        str | None, typer.Argument(help="A snapshot's id; left out, the one before.")
    ] = None,
    home: Home = None,
) -> None:
    """Put an earlier snapshot back in service."""
    from cockpit.record.publish import rollback as back

    id = back(_settings(home).snapshots, to)
    out.print(f"In service: snapshot {id}. The record still holds what came later.")


@app.command()
def status(home: Home = None, as_json: AsJson = False) -> None:
    """Snapshots, sources, freshness and quarantine."""
    from cockpit.record.state import state

    told = state(_settings(home))
    if as_json:
        _print_json(told)
        return
    out.print(f"home       {told['home']}")
    out.print(f"city       {told['city'] or '–'}{'  演示数据 demo' if told['demo'] else ''}")
    out.print(f"worker     {'running' if told['worker'] else 'not running'}")
    out.print(f"in service {told['snapshot'] or 'nothing is published yet'}")
    out.print(f"waiting    {told['waiting']} file(s) in the inbox")
    for stray in told["strays"]:
        out.print(f"astray     {_escape(stray)}")
    out.print(f"quarantine {told['quarantined']} row(s)")
    table = Table(box=None, padding=(0, 2))
    for title in ("fact", "rows", "from", "to", "as of"):
        table.add_column(title, no_wrap=True)
    for fact, about in told["facts"].items():
        days = [str(about[key] or "–")[:16].replace("T", " ") for key in ("first", "last", "as_of")]
        table.add_row(fact, f"{about['rows']:,}", *days)
    out.print(table)
    for source in told["sources"]:
        out.print(
            f"source {source['source']}: last arrived {source['last_arrived']},"
            f" {source['quarantined']:,} quarantined of {source['read']:,}"
        )
    for each in told["refused"]:
        out.print(
            f"refused    {each['when']} {_escape(each['file'])}, sent as"
            f" {_escape(each['source'])}: {_escape(each['refused'])}"
        )
    out.print("kept       " + (", ".join(told["kept"]) or "–"))


@app.command()
def worker(home: Home = None, city: City = None) -> None:
    """Be the one writer of the home, as a service."""
    from cockpit.record.worker import serve

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    serve(_settings(home, city))


@app.command()
def ask(
    metric: Annotated[str, typer.Argument(help="A metric's name.")],
    place: Place = None,
    since: Day = None,
    until: Day = None,
    below: Annotated[bool, typer.Option("--below", help="The children too.")] = False,
    by: Annotated[Literal["day", "week", "month"] | None, typer.Option(help="Along time.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """One metric's tallies: for a place, a period, its children, along time."""
    from cockpit.answers import ask as answers
    from cockpit.answers.snapshot import Snapshots
    from cockpit.model.period import Period, day
    from cockpit.people.gate import CONSOLE, Scope, gate

    chosen = _settings(home)
    period = Period(day(since, "since"), day(until, "until"))
    with Snapshots(chosen.snapshots).current() as snapshot:
        counted = snapshot.metric(metric)
        code = snapshot.tree.place(place).code if place else ""
        seen = gate(CONSOLE, Scope(snapshot.tree, code))
        told = answers.ask(snapshot, metric, seen, period, children=below, step=by)
        stretch = answers.stretch(period, snapshot.standing(counted.metric.fact))
    if as_json:
        _print_json(told)
        return
    about = counted.metric
    out.print(
        f"[bold]{about.title}[/] {about.title_en} · {told['name']} ({told['place']}) · {stretch}"
    )
    rows = [("", told)]
    rows += [(f"  {child['name']}", child) for child in told.get("below", [])]
    if below and told["unplaced"]:
        rows.append(("  未落格 unplaced", told["unplaced"]))
    rows += [(f"  {step['since']}", step) for step in told.get("by", [])]
    table = Table(box=None, padding=(0, 2))
    for title in ("", "value", "numerator", "denominator", "留白"):
        table.add_column(title, justify="left" if not title else "right")
    for label, part in rows:
        table.add_row(
            label or told["name"],
            answers.shown(about, part["value"], part.get("hidden", "")),
            *(
                "–" if part[key] is None else f"{part[key]:,}"
                for key in ("numerator", "denominator", "left_open")
            ),
        )
    out.print(table)
    if below and not told["below"]:
        out.print(f"Nothing lies below {told['name']}: all its rows are its own.")
    out.print(f"[dim]{about.meaning} 口径: {about.clock or about.enters}. {about.standard}[/]")
    out.print(f"[dim]数据截至 {told['as_of']} · snapshot {told['snapshot']}[/]")


@new.command("city")
def new_city(
    folder: Annotated[Path, typer.Argument(help="The new folder.")],
    table: Annotated[Path, typer.Option("--from", help="A file that names the places.")],
    name: Annotated[str, typer.Option(help="The city's name.")],
    level: Annotated[list[str], typer.Option(help="level=SQL over the file, widest first.")],
    timezone: Annotated[str, typer.Option(help="The city's time zone.")] = "Asia/Shanghai",
) -> None:
    """A city's folder from any table."""
    from cockpit.record.newcity import new_city as make

    places = make(folder, table, name, level, timezone)
    out.print(f"{folder}: {places:,} places. Use it with --city {folder}")


@new.command("boundaries")
def new_boundaries(
    file: Annotated[Path, typer.Argument(help="The city's own boundaries, as GeoJSON.")],
    level: Annotated[str, typer.Option(help="Whose boundaries they are: district, street …")],
    crs: Annotated[
        str | None, typer.Option(help="On which datum they stand: wgs84 or gcj02.")
    ] = None,
    code: Annotated[str, typer.Option(help="The property that holds a place's code.")] = "code",
    tolerance: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Leave out what is smaller than a square with sides of so many metres, and no"
            " more; where nothing is said, what no map shows.",
        ),
    ] = None,
    home: Home = None,
    city: City = None,
) -> None:
    """Import a level's boundaries into the city's folder: maps then show real shapes."""
    from cockpit.record.newboundaries import new_boundaries as take

    chosen = _settings(home, city)
    taken, mistakes = take(chosen.city, chosen.home, file, level, crs, code, tolerance)
    for mistake in mistakes:
        err.print(f"[bold red]✗[/] {_escape(mistake.text())}")
    if taken is None:
        err.print("Nothing was written.")
        raise typer.Exit(1)
    many = len(taken.boundaries.polygons)
    out.print(
        f"{taken.path}: {many:,} of {many + len(taken.missing):,} places of the level {level};"
        f" {taken.corners:,} corners became {taken.boundaries.corners:,}, none off by more than"
        f" {taken.off:,.0f} m"
    )
    if taken.slivers:
        out.print(
            f"  overlaps too narrow to be seen (less than {taken.fine:,.0f} m): {taken.slivers:,}"
        )
    _print_some(f"[yellow]![/] {_escape(doubt.text())}" for doubt in taken.doubts)
    _print_some(f"no boundary: {place.code} {_escape(place.name)}" for place in taken.missing)
    out.print("A running worker publishes them by itself; where none runs: cockpit publish")


@new.command("template")
def new_template(
    fact: Annotated[str, typer.Argument(help="cases, warnings, datasets or share_requests.")],
) -> None:
    """The CSV header of a fact, to be filled in and sent with --source FACT."""
    from cockpit.model.reference import template

    sys.stdout.write(template(fact))


@new.command("reference")
def new_reference() -> None:
    """The reference of every fact's columns, as Markdown."""
    from cockpit.model.reference import reference

    sys.stdout.write(reference())


@quarantine.command("list")
def quarantine_list(
    receipt: Annotated[int | None, typer.Option(help="Only this receipt's.")] = None,
    home: Home = None,
    city: City = None,
    as_json: AsJson = False,
) -> None:
    """Rows in quarantine: file, line, reason, and how each came, as far as the line is wide."""
    from cockpit.record.aside import listed, original

    rows = listed(_settings(home, city), receipt)
    if as_json:
        _print_json(rows)
        return
    for row in rows[:200]:
        out.print(f"{_escape(row['file'])}:{row['line']} {_escape(row['reason'])}")
        came = Text(f"    {original(row)}", style="dim")
        came.truncate(out.width, overflow="ellipsis")
        out.print(came)
    out.print(f"{len(rows):,} row(s) in quarantine" + (", 200 shown" if len(rows) > 200 else ""))


@quarantine.command("export")
def quarantine_export(
    file: Annotated[Path, typer.Argument(help="The CSV to write.")],
    receipt: Annotated[int | None, typer.Option(help="Only this receipt's.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this source's.")] = None,
    home: Home = None,
    city: City = None,
) -> None:
    """Write quarantined rows in their own columns, to be mended and sent again."""
    from cockpit.record.aside import export

    many, name = export(_settings(home, city), file, receipt, source)
    out.print(f"{file}: {many:,} row(s). Mend them, then: cockpit ingest {file} --source {name}")


def _bar(quiet: bool = False) -> Progress:
    """A bar for long work, on the error stream; silent where nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[rate]}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=quiet or not err.is_terminal,
    )


def _teller(bar: Progress) -> Callable[[str, float, int], None]:
    task = bar.add_task("starting", total=1.0, rate="")
    began: dict[str, float] = {}

    def tell(stage: str, share: float, rows: int) -> None:
        now = bar.get_time()
        seconds = now - began.setdefault(stage, now)
        rate = f"{rows:,} rows" if rows else ""
        if rows and seconds > 0.5:
            rate += f" · {rows / seconds:,.0f}/s"
        bar.update(task, description=stage, completed=share, rate=rate)

    return tell


if __name__ == "__main__":
    main()
