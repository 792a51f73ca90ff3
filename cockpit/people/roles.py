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


class Right(StrEnum):
    """What may be done."""

    SEE_DATA = "see_data"
    SEE_ROWS = "see_rows"
    REVEAL = "reveal"
    EXPORT = "export"
    ASK_SQL = "ask_sql"
    SEE_CATALOG = "see_catalog"
    OPERATE = "operate"
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
