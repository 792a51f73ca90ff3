"""What a viewer asks to see, and what the gate has cleared of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cockpit.model.places import Place, Tree


@dataclass(frozen=True)
class Cleared:
    """A place that a viewer may see, with everything below it: the only thing that answers accept.
    The gate alone makes one (``people/gate.py``).

    ``root`` is where this viewer's city begins; ``rights`` are those of the viewer's role;
    ``asked`` is the place that was asked for, where it lies above and was cut to the root.
    """

    place: Place
    root: Place
    rights: frozenset[str]
    asked: Place | None = None

    def within(self, place: Place) -> Cleared:
        """The same for a place below. Raises ValueError for one that lies anywhere else."""
        if not self.place.lo <= place.lo <= self.place.hi:
            raise ValueError(f"{place.code} does not lie in {self.place.code}")
        return replace(self, place=place, asked=None)

    def above(self, tree: Tree) -> Cleared | None:
        """The same for the place one level up, where it is the viewer's too."""
        if self.place.parent is None or self.place.lo <= self.root.lo:
            return None
        return replace(self, place=tree.by_code[self.place.parent], asked=None)

    @property
    def view(self) -> str:
        """What an answer depends on besides place and period: part of every cache key."""
        return " ".join([self.root.code, *sorted(self.rights)])
