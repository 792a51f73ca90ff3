"""The one gate: whether a viewer may see what is asked, and how much of it.

Nothing else makes a ``Cleared``, and answers take nothing else, so what is not asked here cannot be
seen anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cockpit.model.mistakes import Mistake
from cockpit.model.places import Tree
from cockpit.model.scope import Cleared
from cockpit.people.roles import RIGHTS, Right, Role

Why = Literal["right", "place", "root", "unknown"]


@dataclass(frozen=True)
class Viewer:
    """Who looks: role and root place (empty: the whole city), and what the audit writes down. A
    person has an ``account``, a paired display is a ``device``, and the console is neither.
    """

    role: Role
    root: str = ""
    account: int | None = None
    name: str = ""
    display: str = ""
    session: str = ""
    address: str = ""
    device: int | None = None

    @property
    def rights(self) -> frozenset[Right]:
        """What the role may do."""
        return RIGHTS[self.role]


CONSOLE = Viewer(Role.ANALYST, name="console")
"""Whoever may run the verbs on the machine itself can read its files too."""


@dataclass(frozen=True)
class Scope:
    """What is asked: a place (empty: the viewer's own), by a right.

    With ``cut`` a place above the viewer's root opens as that root: links come from superiors.
    """

    tree: Tree
    place: str = ""
    right: Right = Right.SEE_DATA
    cut: bool = False


class Refused(Mistake):
    """The gate stays shut: for want of a right, of a root that still exists, because the place is
    not the viewer's, or (said only to who may see all) because there is none of that code.
    """

    def __init__(
        self, why: Literal["right", "place", "root", "unknown"], found: str, write: str = ""
    ):
        super().__init__(found, write=write)
        self.why = why


def gate(viewer: Viewer, scope: Scope) -> Cleared:
    """Clear what is asked, or raise Refused: in the same words and with the same work whether a
    place is not the viewer's or does not exist, but for who may see all of the city anyway.
    """
    if scope.right not in viewer.rights:
        raise Refused("right", f"the role {viewer.role} may not {scope.right}")
    tree = scope.tree
    root = tree.find(viewer.root) if viewer.root else tree.root
    if root is None:
        raise Refused("root", f"the place of this account, {viewer.root}, is no longer in the city")
    place = tree.find(scope.place) if scope.place else root
    rights = frozenset(map(str, viewer.rights))
    if place is not None and root.lo <= place.lo <= root.hi:
        return Cleared(place, root, rights)
    if scope.cut and place is not None and place.lo < root.lo <= place.hi:
        return Cleared(root, root, rights, asked=place)
    if root == tree.root:
        raise Refused("unknown", f"there is no place {scope.place!r}", f"The city is {root.code}")
    raise Refused(
        "place", f"{scope.place!r} is no place within {root.name}", f"Yours begin at {root.code}"
    )
