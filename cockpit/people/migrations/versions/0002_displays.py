"""Displays are paired; accounts that stood for one let nobody in any more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and end what they replace."""
    op.create_table(
        "displays",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("wall", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("paired", sa.DateTime(), nullable=False),
        sa.Column("paired_by", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("before", sa.String(length=64), nullable=True),
        sa.Column("renewed", sa.DateTime(), nullable=False),
        sa.Column("taken", sa.DateTime(), nullable=True),
        sa.Column("seen", sa.DateTime(), nullable=True),
        sa.Column("address", sa.String(length=100), nullable=False),
        sa.Column("agent", sa.String(length=300), nullable=False),
        sa.Column("scene", sa.String(length=100), nullable=False),
        sa.Column("snapshot", sa.String(length=100), nullable=False),
        sa.Column("heap", NUMBER, nullable=True),
        sa.Column("frame", NUMBER, nullable=True),
        sa.Column("build", sa.String(length=100), nullable=False),
        sa.Column("faults", sa.String(length=500), nullable=False),
        sa.Column("forced", NUMBER, nullable=True),
        sa.Column("blank", sa.Boolean(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("message_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("folded"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index("ix_displays_before", "displays", ["before"], unique=False)
    op.create_table(
        "pairings",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("made", sa.DateTime(), nullable=False),
        sa.Column("network", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=100), nullable=False),
        sa.Column("agent", sa.String(length=300), nullable=False),
        sa.Column("display", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["display"], ["displays.id"]),
        sa.PrimaryKeyConstraint("hash"),
        sa.UniqueConstraint("code"),
    )
    op.create_index("ix_pairings_network", "pairings", ["network"], unique=False)
    op.execute(
        "delete from sessions where account in (select id from accounts where role = 'display')"
    )
    accounts = sa.table("accounts", sa.column("role"), sa.column("disabled"))
    op.execute(accounts.update().where(accounts.c.role == "display").values(disabled=sa.true()))
