"""The tables of the state database. ``migrations/`` makes them; a test sees that the two agree."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

METADATA = MetaData()
Number = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only where the type is INTEGER."""


class Moment(TypeDecorator[datetime]):
    """A moment, aware, kept as UTC without a zone: SQLite has no type for one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To the database."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)


class Written(TypeDecorator[str]):
    """Text that every database takes, whatever somebody sent: see ``storable``."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """To the database."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """The text without what cannot be stored: PostgreSQL refuses a zero byte, and no encoding has
    half a surrogate.
    """
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def _account(**more: Any) -> Column[int]:
    return Column("account", Number, ForeignKey("accounts.id"), nullable=False, **more)


accounts = Table(
    "accounts",
    METADATA,
    Column("id", Number, primary_key=True),
    Column("name", Written(200), nullable=False),
    Column("folded", Written(200), nullable=False, unique=True),
    Column("display", Written(200), nullable=False),
    Column("person", Written(200), nullable=False, index=True),
    Column("role", Written(20), nullable=False),
    Column("root", Written(100), nullable=False),
    Column("contact", Written(200), nullable=False),
    Column("external", Written(500), unique=True),
    Column("disabled", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
    Column("password", Written(500)),
    Column("password_set", Moment),
    Column("must_change", Boolean, nullable=False),
    Column("code_secret", Written(500)),
    Column("code_last", Number, nullable=False),
)

old_passwords = Table(
    "old_passwords",
    METADATA,
    Column("id", Number, primary_key=True),
    _account(index=True),
    Column("password", Written(500), nullable=False),
    Column("set", Moment, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("id", Number, primary_key=True),
    _account(index=True),
    Column("hash", Written(64), nullable=False),
    Column("used", Moment),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("hash", Written(64), primary_key=True),
    _account(index=True),
    Column("stage", Written(20), nullable=False),
    Column("csrf", Written(64), nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("address", Written(100), nullable=False),
    Column("agent", Written(300), nullable=False),
)

failures = Table(
    "failures",
    METADATA,
    Column("id", Number, primary_key=True),
    Column("whose", Written(300), nullable=False),
    Column("at", Moment, nullable=False),
    Index("failures_whose_at", "whose", "at"),
)

links = Table(
    "links",
    METADATA,
    Column("hash", Written(64), primary_key=True),
    _account(index=True),
    Column("purpose", Written(20), nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used", Moment),
)

displays = Table(
    "displays",
    METADATA,
    Column("id", Number, primary_key=True),
    Column("name", Written(200), nullable=False),
    Column("folded", Written(200), nullable=False, unique=True),
    Column("wall", Written(100), nullable=False),
    Column("place", Written(100), nullable=False),
    Column("paired", Moment, nullable=False),
    Column("paired_by", Written(200), nullable=False),
    Column("hash", Written(64), unique=True),
    Column("before", Written(64), index=True),
    Column("renewed", Moment, nullable=False),
    Column("taken", Moment),
    Column("seen", Moment),
    Column("address", Written(100), nullable=False),
    Column("agent", Written(300), nullable=False),
    Column("scene", Written(100), nullable=False),
    Column("snapshot", Written(100), nullable=False),
    Column("heap", Number),
    Column("frame", Number),
    Column("build", Written(100), nullable=False),
    Column("faults", Written(500), nullable=False),
    Column("forced", Number),
    Column("blank", Boolean, nullable=False),
    Column("message", Written(500), nullable=False),
    Column("message_until", Moment),
)

pairings = Table(
    "pairings",
    METADATA,
    Column("hash", Written(64), primary_key=True),
    Column("code", Written(20), nullable=False, unique=True),
    Column("made", Moment, nullable=False),
    Column("network", Written(100), nullable=False, index=True),
    Column("address", Written(100), nullable=False),
    Column("agent", Written(300), nullable=False),
    Column("display", Number, ForeignKey("displays.id")),
)

audit = Table(
    "audit",
    METADATA,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
    Column("who", Written(200), nullable=False, index=True),
    Column("account", Number),
    Column("role", Written(20), nullable=False),
    Column("address", Written(100), nullable=False),
    Column("session", Written(20), nullable=False),
    Column("what", Written(30), nullable=False, index=True),
    Column("place", Written(100), nullable=False),
    Column("outcome", Written(10), nullable=False),
    Column("rows", Number, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Written(64), nullable=False),
    Column("hash", Written(64), nullable=False),
)

audit_archives = Table(
    "audit_archives",
    METADATA,
    Column("upto", Number, primary_key=True, autoincrement=False),
    Column("hash", Written(64), nullable=False),
    Column("file", Written(200), nullable=False),
    Column("digest", Written(64), nullable=False),
    Column("mac", Written(64), nullable=False),
)

opens = Table(
    "opens",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("kind", Written(20), primary_key=True),
    Column("name", Written(200), primary_key=True),
    Column("times", Number, nullable=False),
)
