"""The keys that work on every page: a table that ? opens, and ``assets/keys.js`` obeys."""

from __future__ import annotations

from cockpit.answers.snapshot import Snapshot
from cockpit.web import tabs
from cockpit.web.elements import Element, element
from cockpit.web.words import Words


def keys(words: Words, snapshot: Snapshot | None) -> Element:
    """The table of the keys, with those of a snapshot's subjects."""
    pairs = [
        (("/",), words("keys_search")),
        (("Esc", "⌫"), words("keys_up")),
        (("↑", "↓"), words("keys_menu")),
    ]
    if snapshot is not None:
        letters = tabs.keys(snapshot, words)
        pairs += (
            (("g", letters[one.name]), words("keys_subject", subject=words.subject(one)))
            for one in tabs.subjects(snapshot, words)
            if one.name in letters
        )
    pairs.append((("?",), words("keys_help")))
    inside: list[Element] = []
    for names, said in pairs:
        inside.append(element("Dt", *(element("Kbd", name) for name in names)))
        inside.append(element("Dd", said))
    return element(
        "Dialog",
        element("H2", words("keys"), id="keys-title"),
        element("Dl", *inside),
        # Whoever speaks to their machine says letters too: they can switch these off.
        element("Label", data_single="", data_said=words("keys_single")),
        element("Form", element("Button", words("close"), cls="button"), method="dialog"),
        cls="keys",
        aria_labelledby="keys-title",
    )
