"""Accounts, sessions, and the audit, which lets nobody change or take away a line of it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE = (
    "create trigger audit_stands before update on audit"
    " begin select raise(abort, 'the audit cannot be changed'); end",
    "create trigger audit_stays before delete on audit"
    " when old.number > coalesce((select max(upto) from audit_archives), 0)"
    " begin select raise(abort, 'the audit cannot be deleted'); end",
)
POSTGRESQL = (
    "create function audit_refuses() returns trigger language plpgsql as $$ begin"
    " if tg_op = 'DELETE' and old.number <= coalesce((select max(upto) from audit_archives), 0)"
    " then return old; end if;"
    " raise exception 'the audit cannot be changed'; end $$",
    "create trigger audit_stands before update or delete on audit"
    " for each row execute function audit_refuses()",
    "create trigger audit_whole before truncate on audit"
    " for each statement execute function audit_refuses()",
)


def upgrade() -> None:
    """Make the tables, and what keeps the audit as it is."""
    op.create_table(
        "accounts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("display", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("root", sa.String(length=100), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("external", sa.String(length=500), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("password", sa.String(length=500), nullable=True),
        sa.Column("password_set", sa.DateTime(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("code_secret", sa.String(length=500), nullable=True),
        sa.Column("code_last", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("external"),
        sa.UniqueConstraint("folded"),
    )
    op.create_index("ix_accounts_person", "accounts", ["person"], unique=False)
    op.create_table(
        "audit",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("account", NUMBER, nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=100), nullable=False),
        sa.Column("session", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("rows", NUMBER, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_what", "audit", ["what"], unique=False)
    op.create_index("ix_audit_who", "audit", ["who"], unique=False)
    op.create_table(
        "audit_archives",
        sa.Column("upto", NUMBER, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("upto"),
    )
    op.create_table(
        "failures",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("whose", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("failures_whose_at", "failures", ["whose", "at"], unique=False)
    op.create_table(
        "links",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("used", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("ix_links_account", "links", ["account"], unique=False)
    op.create_table(
        "old_passwords",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("password", sa.String(length=500), nullable=False),
        sa.Column("set", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_old_passwords_account", "old_passwords", ["account"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("used", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recovery_codes_account", "recovery_codes", ["account"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.Column("address", sa.String(length=100), nullable=False),
        sa.Column("agent", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"], unique=False)

    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
