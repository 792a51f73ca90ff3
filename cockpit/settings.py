"""Settings: the only reader of the environment. Everything has a default that works."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cockpit.model.mistakes import Mistake

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """What a deployment may choose. Each field is the variable ``COCKPIT_<FIELD>``."""

    home: Path = Path("var")
    """Where everything that this installation knows is kept."""
    city: Path = PROJECT / "data" / "hangzhou"
    """The folder of the city."""
    shipped: Path = PROJECT / "queries"
    """The folder of the subjects that come with the cockpit."""
    queries: Path = Path()
    """The deployment's own folder of subjects, read besides; left out, ``queries`` in the home."""
    host: str = "127.0.0.1"
    port: int = 8050
    workers: int = 3
    """Web processes: on two cores one more, for people keep to the process that they came to, and
    it is chance how many come to each.
    """
    threads: int = 4
    """Threads of one web process."""
    memory: str = "25%"
    """What DuckDB may use in one web process: a share of the machine's memory or '2GB'."""
    writer_memory: str = "3GB"
    """What DuckDB may use in the one writer."""
    keep: int = 10
    """How many snapshots stay on disk."""
    language: str = "zh"
    """The language of a first visit: zh or en."""
    yellow_percent: int = 80
    """Of a step's limit: from here on its light is yellow; past the limit it is red."""
    state: str = ""
    """The state database: postgresql://…, or empty for a file in the home."""
    audit_months: int = 12
    """How long the audit stays in the database before it may go to the archive; at least 6."""
    password_length: int = 10
    """Characters that a password must have, at least; officers' two more."""
    password_days: int = 90
    """After so many days a password must be changed; 0 is never."""
    password_history: int = 5
    """So many passwords of before may not come again."""
    lock_failures: int = 5
    """So many wrong passwords in a row lock an account for a while."""
    lock_address_failures: int = 20
    """So many from one address lock the address."""
    lock_minutes: int = 15
    idle_minutes: int = 15
    """After so long without a request a session ends."""
    session_hours: int = 12
    """After so long every session ends."""
    hashing: int = 2
    """So many passwords are hashed at once in one process; each takes 64 MB."""
    workbench_questions: int = 2
    """So many questions of analysts are worked out at once on this machine."""
    workbench_seconds: int = 20
    """Seconds that one of them may take."""
    workbench_memory: str = "1GB"
    """What DuckDB may use for one of them."""
    oidc: Path = Path()
    """A file that says how to sign in by OpenID Connect; none, and there is no such way."""
    proxy_header: str = ""
    """The header in which a proxy that signs people in names the account; empty: believe none."""
    proxy_addresses: str = ""
    """The addresses of that proxy, with commas between."""
    address: str = ""
    """Where people reach the cockpit, such as https://cockpit.example.gov.cn: links lead there."""
    secure: bool = False
    """Whether it is reached by https alone, as an address with https says: cookies then travel by
    nothing else, and browsers are told so.
    """

    @property
    def own(self) -> Path:
        """The deployment's own folder of subjects, where the cockpit writes what people add."""
        return self.home / "queries" if self.queries == Path() else self.queries

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of subjects, in the order in which they are read."""
        return tuple(dict.fromkeys((self.shipped, self.own)))

    @property
    def inbox(self) -> Path:
        """Files that wait to be read, one folder a source."""
        return self.home / "inbox"

    @property
    def archive(self) -> Path:
        """Files that were read, never deleted."""
        return self.home / "archive"

    @property
    def receipts(self) -> Path:
        """What became of each file."""
        return self.home / "receipts"

    @property
    def record(self) -> Path:
        """The record, opened by the one writer alone."""
        return self.home / "record.duckdb"

    @property
    def snapshots(self) -> Path:
        """Published states, and CURRENT, which names the newest."""
        return self.home / "snapshots"

    @property
    def duckdb_threads(self) -> int:
        """DuckDB's threads in one web process: the cores are shared out among them."""
        return max(1, (os.cpu_count() or 1) // max(1, self.workers))

    @property
    def packed(self) -> Path:
        """Scripts and styles as they are sent, compressed once for all processes; may be lost."""
        return self.home / "packed"

    @property
    def scratch(self) -> Path:
        """What a running writer needs and may lose."""
        return self.home / "scratch"


CITY = "city.txt"
"""In the home: the city it was begun with. A line for its folder, for calls that name none, and one
for its code.
"""


def read(environ: Mapping[str, str] | None = None, **chosen: Any) -> Settings:
    """The settings of this process: what was chosen, else the environment, else the default.

    The city of a home is the one it was begun with, unless another is chosen.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for field in fields(Settings):
        name = f"COCKPIT_{field.name.upper()}"
        given = chosen.get(field.name) or environ.get(name)
        if given is None or given == "":
            continue
        default: Any = field.default
        kind: Callable[[Any], Any] = Path if isinstance(default, Path) else type(default)
        if kind is bool:
            kind = _yes
        try:
            values[field.name] = kind(given)
        except ValueError:
            wanted = "yes or no" if isinstance(default, bool) else "a whole number"
            raise Mistake(
                f"{given!r} is not {wanted}", where=name, write=f"Write {field.default!r}"
            ) from None
    settings = Settings(**values)
    if settings.address:
        settings = replace(settings, address=_address(settings.address))
        if "secure" not in values:
            settings = replace(settings, secure=settings.address.startswith("https:"))
    begun = settings.home / CITY
    if "city" not in values and begun.is_file():
        folder = begun.read_text("utf-8").partition("\n")[0].strip()
        settings = replace(settings, city=Path(folder) if folder else Settings.city)
    return settings


def environment(settings: Settings) -> dict[str, str]:
    """What tells these settings to a child process, wherever it stands; its lines come at once."""
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    there = {name for name, value in values.items() if isinstance(value, Path) and value != Path()}
    return {
        f"COCKPIT_{name.upper()}": str(value.resolve() if name in there else value)
        for name, value in values.items()
    } | {"PYTHONUNBUFFERED": "1"}


def _address(given: str) -> str:
    """Raises Mistake."""
    try:
        found = urlsplit(given)
        good = found.scheme in ("http", "https") and found.hostname and found.port != 0
    except ValueError:
        good = False
    if not good or found.path not in ("", "/") or found.query or found.fragment or "@" in given:
        raise Mistake(
            f"{given!r} is no address of a site",
            where="COCKPIT_ADDRESS",
            write="https://cockpit.example.gov.cn, with :port if need be and no path",
        )
    return f"{found.scheme}://{found.netloc}"


def _yes(given: object) -> bool:
    """Raises ValueError for a word that means neither."""
    word = str(given).lower()
    if word not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
        raise ValueError
    return word in ("1", "true", "yes", "on")
