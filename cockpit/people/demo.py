"""Accounts for a look at the demo city: one a role, each with a link that lets in once."""

from __future__ import annotations

from sqlalchemy import func, select

from cockpit.people import accounts, links
from cockpit.people.gate import CONSOLE
from cockpit.people.registry import Registry
from cockpit.people.roles import Role
from cockpit.people.tables import accounts as table

NAMES = {
    Role.LEADER: "演示领导 Demo leader",
    Role.ANALYST: "演示分析员 Demo analyst",
    Role.SYSTEM: "演示系统管理员 Demo system officer",
    Role.SECURITY: "演示安全管理员 Demo security officer",
    Role.AUDIT: "演示审计管理员 Demo audit officer",
}


def is_untouched(registry: Registry) -> bool:
    """Whether nobody has an account yet, or only the demo's people do."""
    with registry.state.read() as connection:
        others = select(func.count()).where(table.c.name.not_in([f"demo-{role}" for role in NAMES]))
        return connection.execute(others).scalar_one() == 0


def invite(registry: Registry) -> list[tuple[str, str]]:
    """(display name, token of a fresh one-time link) of each of the demo's people, who are made if
    they are not there.
    """
    there = {account.name: account for account in accounts.listed(registry)}
    told = []
    for role, display in NAMES.items():
        name = f"demo-{role}"
        account = there.get(name) or accounts.add(
            registry, CONSOLE, name, role=role, person=name, display=display
        )
        token, _ = links.make(registry, CONSOLE, account, "sign_in")
        told.append((display, token))
    return told
