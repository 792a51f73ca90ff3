"""The verbs about people and the walls before them: ``cockpit user …``, ``cockpit wall …`` and
``cockpit audit …``. Whoever may run them on the machine is its operator; what they do is in the
audit as done at the console.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cockpit import settings as environment
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.places import Tree
from cockpit.people import accounts, codes, displays, links, pairings, sessions
from cockpit.people.accounts import Account, line
from cockpit.people.audit import What
from cockpit.people.displays import Display
from cockpit.people.gate import CONSOLE, Viewer
from cockpit.people.registry import Registry
from cockpit.people.roles import OFFICERS, PEOPLE, RIGHTS, Role
from cockpit.processes import reached
from cockpit.record.city import read_city
from cockpit.record.queries import walls

user = typer.Typer(help="Accounts: who may come in, as what, for which place.")
wall = typer.Typer(help="Displays: pair one, see how each does, tell it what to show.")
audit = typer.Typer(help="The audit: verify, export, rotate.")
out = Console(highlight=False, soft_wrap=True)

Home = Annotated[
    Path | None, typer.Option("--home", help="Where this installation is kept (COCKPIT_HOME).")
]
Name = Annotated[str, typer.Argument(help="The account's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
RoleWord = Annotated[str, typer.Option("--role", help=f"One of {', '.join(PEOPLE)}.")]
PlaceCode = Annotated[
    str,
    typer.Option("--place", help="The place it sees, by code or name; left out, the whole city."),
]


@contextmanager
def _registry(home: Path | None) -> Iterator[Registry]:
    registry = Registry(environment.read(home=home) if home else environment.read())
    try:
        yield registry
    finally:
        registry.close()


def _me() -> Viewer:
    try:
        who = getpass.getuser()
    except (OSError, KeyError):
        who = "unknown"
    return replace(CONSOLE, name=f"console:{who}")


@user.command("add")
def add(
    name: Name,
    role: RoleWord,
    person: Annotated[
        str, typer.Option("--person", help="Whose account it is: a staff number, or a name.")
    ],
    place: PlaceCode = "",
    display: Annotated[str, typer.Option("--display", help="The name that is shown.")] = "",
    contact: Annotated[str, typer.Option("--contact", help="How to reach them.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """A new account, and a link by which its owner sets the password."""
    with _registry(home) as registry:
        root = _code(registry, place) if role not in OFFICERS else ""
        made = accounts.add(
            registry,
            _me(),
            name,
            role=role,
            person=person,
            root=root,
            display=display,
            contact=contact,
        )
        if not as_json:
            out.print(_is(registry, made))
        _tell_link(registry, made, as_json)


@user.command("list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """All accounts."""
    with _registry(home) as registry:
        found = accounts.listed(registry)
    if as_json:
        _print_json([_shown(each) for each in found])
        return
    table = Table(box=None, padding=(0, 2))
    for title in ("account", "role", "place", "person", "name", "state"):
        table.add_column(title)
    for each in found:
        state = "disabled" if each.disabled else "" if each.password else "no password yet"
        place = each.root or _nowhere(each)
        table.add_row(each.name, each.role, place, each.person, each.display, state)
    out.print(table if found else "There are no accounts. Make one with: cockpit user add")


def _shown(account: Account) -> dict[str, object]:
    shown = ("name", "display", "person", "role", "root", "contact", "disabled", "created")
    return {key: getattr(account, key) for key in shown}


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=_text) + "\n")


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@user.command("change")
def change(
    name: Name,
    role: Annotated[str | None, typer.Option("--role", help="Another role.")] = None,
    place: Annotated[str | None, typer.Option("--place", help="Another place.")] = None,
    display: Annotated[str | None, typer.Option("--display", help="Another name.")] = None,
    contact: Annotated[str | None, typer.Option("--contact", help="Another contact.")] = None,
    home: Home = None,
) -> None:
    """Change an account's role, place or names; its sessions end where that says what it sees."""
    with _registry(home) as registry:
        root = None if place is None else _code(registry, place)
        found = accounts.named(registry, name)
        if (role or found.role) in OFFICERS:
            root = ""
        made = accounts.change(
            registry, _me(), found, role=role, root=root, display=display, contact=contact
        )
        out.print(_is(registry, made))


@user.command("disable")
def disable(name: Name, home: Home = None) -> None:
    """Let an account in no more, from this moment on."""
    with _registry(home) as registry:
        accounts.change(registry, _me(), accounts.named(registry, name), disabled=True)
        out.print(f"{name} may come in no more; its sessions are ended.")


@user.command("enable")
def enable(name: Name, home: Home = None) -> None:
    """Let an account in again."""
    with _registry(home) as registry:
        accounts.change(registry, _me(), accounts.named(registry, name), disabled=False)
        out.print(f"{name} may come in again.")


@user.command("reset")
def reset(
    name: Name,
    code: Annotated[bool, typer.Option("--code", help="Take away the one-time code too.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """A new link for setting the password."""
    with _registry(home) as registry:
        found = accounts.named(registry, name)
        if code:
            codes.reset(registry, _me(), found)
            if not as_json:
                out.print("No one-time code is asked for any more; an officer sets up a new one.")
        _tell_link(registry, found, as_json)


@user.command("unlock")
def unlock(name: Name, home: Home = None) -> None:
    """Forget the wrong passwords that locked an account."""
    with _registry(home) as registry:
        accounts.unlock(registry, _me(), accounts.named(registry, name))
        out.print(f"{name} is not locked.")


@user.command("sessions")
def sessions_(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """Where an account is signed in."""
    with _registry(home) as registry:
        found = sessions.of(registry, accounts.named(registry, name).id)
    if as_json:
        shown = ("short", "stage", "created", "seen", "address", "agent")
        _print_json([{key: getattr(each, key) for key in shown} for each in found])
        return
    for each in found:
        out.print(f"{each.short}  {each.seen:%Y-%m-%d %H:%M} UTC  {each.address}  {each.agent}")
    if not found:
        out.print(f"{name} is not signed in.")


@user.command("revoke")
def revoke(name: Name, home: Home = None) -> None:
    """End all sessions of an account."""
    with _registry(home) as registry:
        many = sessions.revoke(registry, _me(), accounts.named(registry, name))
        out.print(f"{many} sessions of {name} are ended.")


@user.command("roles")
def roles(as_json: AsJson = False) -> None:
    """What each role may do."""
    if as_json:
        _print_json({role: sorted(RIGHTS[role]) for role in Role})
        return
    for role in Role:
        out.print(f"{role:9} {', '.join(sorted(RIGHTS[role]))}")


def _tell_link(registry: Registry, account: Account, as_json: bool) -> None:
    token, expires = links.make(registry, _me(), account, "password")
    link = links.href(token, reached(registry.settings))
    if as_json:
        _print_json({**_shown(account), "link": link, "expires": expires})
        return
    out.print(f"To set the password, open once, before {expires:%Y-%m-%d %H:%M} UTC:\n  {link}")


def _nowhere(account: Account) -> str:
    return "no place" if account.role in OFFICERS else "the whole city"


def _is(registry: Registry, account: Account) -> str:
    """What somebody is, and what comes of it, in a sentence or two."""
    if account.role in OFFICERS:
        return (
            f"{account.name} is {account.role} administrator, and sees no data of the city."
            " The first sign-in asks for an authenticator app."
        )
    place = _tree(registry).find(account.root) if account.root else None
    where = f"{place.name} ({place.code}) and all below it" if place else "the whole city"
    return f"{account.name} is {account.role}, and sees {where}."


def _tree(registry: Registry) -> Tree:
    return read_city(registry.settings.city, registry.settings.home).tree


def _code(registry: Registry, named: str) -> str:
    """The code of a place named by code or name. Raises Mistake for one that is not there."""
    if not named:
        return ""
    try:
        return _tree(registry).called(named).code
    except Mistake as mistake:
        raise Mistake(mistake.found, where="--place", write=mistake.write) from None


# ── Displays ─────────────────────────────────────────────────────────────────────────────────────

DisplayName = Annotated[str, typer.Argument(help="The display's name.")]


@wall.command("pair")
def pair(
    code: Annotated[str, typer.Argument(help="The code that the display shows.")],
    place: Annotated[
        str, typer.Option("--place", help="By code or name: it sees totals of it and all below.")
    ],
    wall: Annotated[str, typer.Option("--wall", help="A file of queries/walls/, by its name.")],
    name: Annotated[str, typer.Option("--name", help="What to call the display.")],
    home: Home = None,
) -> None:
    """Let the display that shows a code in."""
    with _registry(home) as registry:
        known = [each.name for each, _ in walls(*registry.settings.folders)[0]]
        if wall not in known:
            raise Mistake(
                f"there is no wall {wall!r}", where="--wall", write=did_you_mean(wall, known)
            )
        made = pairings.approve(
            registry, _me(), code, name=name, wall=wall, place=_code(registry, place)
        )
    out.print(f"{made.name} is paired; it shows {made.wall} of {made.place} in a few seconds.")


@wall.command("list")
def list_displays(home: Home = None, as_json: AsJson = False) -> None:
    """All displays, and how each does."""
    with _registry(home) as registry:
        found, now = displays.listed(registry), registry.now()
    if as_json:
        _print_json([_doing(each) for each in found])
        return
    table = Table(box=None, padding=(0, 2))
    for title in ("display", "place", "wall", "state", "scene", "snapshot", "MB", "ms", "faults"):
        table.add_column(title)
    for each in found:
        state = f"silent since {each.seen:%Y-%m-%d %H:%M} UTC" if each.seen else "not seen yet"
        table.add_row(
            each.name,
            each.place,
            each.wall,
            state if each.is_silent(now) else "alive",
            "" if each.shows is None else str(each.shows),
            each.snapshot,
            "" if each.heap is None else f"{each.heap / 1e6:,.0f}",
            "" if each.frame is None else str(each.frame),
            each.faults,
        )
    out.print(
        table if found else "No display is paired. Open /wall on one, then: cockpit wall pair"
    )


def _doing(display: Display) -> dict[str, object]:
    shown = (
        *("name", "place", "wall", "paired", "paired_by", "seen", "address", "agent", "snapshot"),
        *("heap", "frame", "build", "faults", "forced", "blank", "message", "message_until"),
    )
    return {**{key: getattr(display, key) for key in shown}, "scene": display.shows}


@wall.command("rename")
def rename(
    name: DisplayName,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    home: Home = None,
) -> None:
    """Call a display otherwise."""
    with _registry(home) as registry:
        displays.rename(registry, _me(), displays.named(registry, name), new)
    out.print(f"{name} is now {new}.")


@wall.command("scene")
def scene(
    name: DisplayName,
    number: Annotated[
        int | None, typer.Argument(help="Which scene, from 1; left out, they take turns.")
    ] = None,
    home: Home = None,
) -> None:
    """Hold a display at one scene, or let its scenes take turns again."""
    with _registry(home) as registry:
        displays.force(registry, _me(), displays.named(registry, name), number)
    out.print(f"{name} shows scene {number}." if number else f"The scenes of {name} take turns.")


@wall.command("blank")
def blank(
    name: DisplayName,
    off: Annotated[bool, typer.Option("--off", help="Show the picture again.")] = False,
    home: Home = None,
) -> None:
    """Let a display go dark."""
    with _registry(home) as registry:
        displays.blank(registry, _me(), displays.named(registry, name), not off)
    out.print(f"{name} shows its picture." if off else f"{name} is dark.")


@wall.command("say")
def say(
    message: Annotated[str, typer.Argument(help="What to show over everything; empty: no more.")],
    name: Annotated[str, typer.Option("--name", help="On which display; left out, on all.")] = "",
    minutes: Annotated[int, typer.Option("--minutes", help="For how long.")] = 5,
    home: Home = None,
) -> None:
    """Show an urgent message, as plain text."""
    with _registry(home) as registry:
        found = [displays.named(registry, name)] if name else displays.listed(registry)
        for each in found:
            displays.say(registry, _me(), each, message, minutes)
    out.print(f"Told to {len(found)} displays." if found else "No display is paired.")


@wall.command("revoke")
def revoke_display(name: DisplayName, home: Home = None) -> None:
    """Let a display in no more, from this moment on."""
    with _registry(home) as registry:
        displays.revoke(registry, _me(), displays.named(registry, name))
    out.print(f"{name} is revoked; it shows a code again.")


# ── The audit ────────────────────────────────────────────────────────────────────────────────────


@audit.command("verify")
def verify(home: Home = None) -> None:
    """Follow the chain; exit code 1 where a line was changed, removed or moved."""
    with _registry(home) as registry:
        many, faults = registry.audit.verify()
        told = {"lines": many, "faults": len(faults)}
        registry.audit.write_now(line(_me(), What.AUDIT, detail={"verified": told}))
    for fault in faults:
        out.print(f"[bold red]✗[/] line {fault.number}: {fault.found}")
    out.print(f"{many:,} lines, {len(faults):,} faults.")
    if faults:
        raise typer.Exit(1)


@audit.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to; .csv or .ndjson.")], home: Home = None
) -> None:
    """All lines, archives included, into a file."""
    if file.suffix not in (".csv", ".ndjson"):
        raise Mistake(f"{file.name} is neither .csv nor .ndjson", write="audit.csv")
    with _registry(home) as registry:
        registry.audit.write_now(line(_me(), What.AUDIT, detail={"exported": file.name}))
        with file.open("w", encoding="utf-8", newline="") as opened:
            if file.suffix == ".csv":
                opened.write("\ufeff")
                opened.writelines(registry.audit.as_csv())
            else:
                for each in registry.audit.export():
                    opened.write(json.dumps(each, ensure_ascii=False) + "\n")
    out.print(f"The audit is in {file}.")


@audit.command("rotate")
def rotate(home: Home = None) -> None:
    """Move what is older than the months kept into an archive file, which verify reads too."""
    with _registry(home) as registry:
        path = registry.audit.rotate(line(_me(), What.AUDIT))
    out.print(f"Archived in {path}." if path else "Nothing is old enough.")
