"""The tables of the state database. ``migrations/`` makes them; a test sees that the two agree."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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


def _account(**more: Any) -> Column[int]:
    return Column("account", Number, ForeignKey("accounts.id"), nullable=False, **more)


accounts = Table(
    "accounts",
    METADATA,
    Column("id", Number, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("folded", String(200), nullable=False, unique=True),
    Column("display", String(200), nullable=False),
    Column("person", String(200), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("root", String(100), nullable=False),
    Column("contact", String(200), nullable=False),
    Column("external", String(500), unique=True),
    Column("disabled", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
    Column("password", String(500)),
    Column("password_set", Moment),
    Column("must_change", Boolean, nullable=False),
    Column("code_secret", String(500)),
    Column("code_last", Number, nullable=False),
)

old_passwords = Table(
    "old_passwords",
    METADATA,
    Column("id", Number, primary_key=True),
    _account(index=True),
    Column("password", String(500), nullable=False),
    Column("set", Moment, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("id", Number, primary_key=True),
    _account(index=True),
    Column("hash", String(64), nullable=False),
    Column("used", Moment),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("hash", String(64), primary_key=True),
    _account(index=True),
    Column("stage", String(20), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("address", String(100), nullable=False),
    Column("agent", String(300), nullable=False),
)

failures = Table(
    "failures",
    METADATA,
    Column("id", Number, primary_key=True),
    Column("whose", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    Index("failures_whose_at", "whose", "at"),
)

links = Table(
    "links",
    METADATA,
    Column("hash", String(64), primary_key=True),
    _account(index=True),
    Column("purpose", String(20), nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used", Moment),
)

audit = Table(
    "audit",
    METADATA,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
    Column("who", String(200), nullable=False, index=True),
    Column("account", Number),
    Column("role", String(20), nullable=False),
    Column("address", String(100), nullable=False),
    Column("session", String(20), nullable=False),
    Column("what", String(30), nullable=False, index=True),
    Column("place", String(100), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("rows", Number, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

audit_archives = Table(
    "audit_archives",
    METADATA,
    Column("upto", Number, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("file", String(200), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
)
