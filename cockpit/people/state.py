"""The state database: SQLite in the home, or PostgreSQL by URL; migrated whenever it is opened."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from cockpit.model.mistakes import Mistake
from cockpit.settings import Settings

log = logging.getLogger("cockpit.state")

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x636F636B
"""The number of the advisory lock under which PostgreSQL is migrated."""
PATIENCE = 5.0
"""Seconds for which a writer waits for another."""


class Unavailable(Mistake):
    """The state database does not answer, or cannot write."""


class State:
    """An open state database, migrated to the newest step. Its connections belong to this process
    alone.
    """

    def __init__(self, settings: Settings, upto: str = "head"):
        self.settings = settings
        settings.home.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(settings)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        try:
            self._migrate(upto)
        except Mistake:
            self.close()
            raise
        except (DBAPIError, OSError) as error:
            self.close()
            raise Mistake(
                f"the state database cannot be opened ({_first_line(error)})",
                where=self._named,
                write="See that its server runs and lets this account in, or leave COCKPIT_STATE"
                " out for a file in the home",
            ) from None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises Unavailable."""
        with self._answers(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: all of it or nothing. What stands in ``info["after"]`` is
        called once it is done. Raises Unavailable.
        """
        writing = self.engine.execution_options(writes=True)
        with self._answers(), writing.begin() as connection:
            connection.info.pop("after", None)
            yield connection
            after: Callable[[], None] | None = connection.info.pop("after", None)
        if after is not None:
            after()

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()

    @contextmanager
    def _answers(self) -> Iterator[None]:
        """Tells in words that the database does not do its work."""
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            log.error("the state database does not answer: %s", _first_line(error))
            raise Unavailable(
                f"the state database does not answer ({_first_line(error)})",
                where=self._named,
                write="See that it runs and has room",
            ) from None

    @property
    def _named(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)

    def _migrate(self, upto: str) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        script = ScriptDirectory.from_config(config)
        with self._alone() as connection:
            now = MigrationContext.configure(connection).get_current_revision()
            known = {step.revision for step in script.walk_revisions()}
            if now is not None and now not in known:
                raise Mistake(
                    f"this state database was made by a newer cockpit (its version is {now})",
                    where=self._named,
                    write="Run that cockpit, or a newer one",
                )
            if now != script.get_current_head():
                config.attributes["connection"] = connection
                command.upgrade(config, upto)

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A connection while no other process migrates."""
        if not self.is_sqlite:
            with self.engine.connect() as connection:
                connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
                connection.commit()
                try:
                    yield connection
                    connection.commit()
                finally:
                    connection.rollback()
                    connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": LOCK})
                    connection.commit()
            return
        descriptor = os.open(self.settings.home / "state.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            with self.engine.connect() as connection:
                yield connection
                connection.commit()
        finally:
            os.close(descriptor)


def _engine(settings: Settings) -> Engine:
    if not settings.state:
        path = settings.home / "state.db"
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        engine = create_engine(
            f"sqlite:///{path}", connect_args={"timeout": PATIENCE}, hide_parameters=True
        )
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine
    try:
        url = make_url(settings.state)
        if url.get_backend_name() != "postgresql":
            raise Mistake(
                f"{url.get_backend_name()!r} is no database that the cockpit keeps its state in",
                where="COCKPIT_STATE",
                write="postgresql://user:password@host/name, or nothing for a file in the home",
            )
        return create_engine(
            url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True
        )
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise Mistake(
            "this is no URL of a database",
            where="COCKPIT_STATE",
            write="postgresql://user:password@host/name, or nothing for a file in the home",
        ) from None


def _on_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin as _on_begin says, and in no other way
    cursor = connection.cursor()
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """Who is going to write takes the lock at once: later it might have to be refused."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _first_line(error: Exception) -> str:
    said = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return " ".join(str(said).split())[:300] if not isinstance(said, SQLAlchemyError) else "?"
