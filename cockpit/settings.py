"""Settings: the only reader of the environment. Everything has a default that works."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from cockpit.model.mistakes import Mistake

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """What a deployment may choose. Each field is the variable ``COCKPIT_<FIELD>``."""

    home: Path = Path("var")
    """Where everything that this installation knows is kept."""
    city: Path = PROJECT / "data" / "hangzhou"
    """The folder of the city."""
    queries: Path = PROJECT / "queries"
    """The folder of the subjects."""
    host: str = "127.0.0.1"
    port: int = 8050
    workers: int = 2
    """Web processes."""
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
    def scratch(self) -> Path:
        """What a running writer needs and may lose."""
        return self.home / "scratch"


CITY = "city.txt"
"""In the home: the city it was begun with, for calls that name none."""


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
        try:
            values[field.name] = kind(given)
        except ValueError:
            raise Mistake(
                f"{given!r} is no whole number", where=name, write=f"Write {field.default!r}"
            ) from None
    settings = Settings(**values)
    begun = settings.home / CITY
    if "city" not in values and begun.is_file():
        settings = replace(settings, city=Path(begun.read_text("utf-8").strip()))
    return settings
