"""Roles, and the one table of what each may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who somebody is to the cockpit. The last three are the separated officers (三员)."""

    LEADER = "leader"
    ANALYST = "analyst"
    DISPLAY = "display"
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"


OFFICERS = (Role.SYSTEM, Role.SECURITY, Role.AUDIT)
"""No person holds two of these, nor one of these and a role that sees data (三员分立)."""

PEOPLE = tuple(role for role in Role if role is not Role.DISPLAY)
"""Who an account may be. A display has none: it is paired (``pairings.py``)."""


class Right(StrEnum):
    """What may be done."""

    SEE_DATA = "see_data"
    """Numbers of one's own place and all below it."""
    SEE_ROWS = "see_rows"
    """The rows behind a number, masked."""
    REVEAL = "reveal"
    """One row unmasked, for a reason, which is written down."""
    EXPORT = "export"
    """Taking numbers and rows along as files."""
    ASK_SQL = "ask_sql"
    SEE_CATALOG = "see_catalog"
    OPERATE = "operate"
    """The state of the service: snapshots, sources, receipts; no number of the city."""
    MANAGE_PEOPLE = "manage_people"
    PAIR_DISPLAYS = "pair_displays"
    READ_AUDIT = "read_audit"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.LEADER: frozenset({Right.SEE_DATA, Right.SEE_ROWS, Right.REVEAL, Right.EXPORT}),
    Role.ANALYST: frozenset(
        {Right.SEE_DATA, Right.SEE_ROWS, Right.EXPORT, Right.ASK_SQL, Right.SEE_CATALOG}
    ),
    Role.DISPLAY: frozenset({Right.SEE_DATA}),
    Role.SYSTEM: frozenset({Right.OPERATE}),
    Role.SECURITY: frozenset({Right.MANAGE_PEOPLE, Right.PAIR_DISPLAYS}),
    Role.AUDIT: frozenset({Right.READ_AUDIT}),
}
