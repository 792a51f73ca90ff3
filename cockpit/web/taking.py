"""Where what a page shows is taken along: links to its files, and the printer."""

from __future__ import annotations

from cockpit.model.scope import Cleared
from cockpit.people.roles import Right
from cockpit.web.elements import Element, element
from cockpit.web.words import Words

EXPORT = "/export/"
FORMS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def links(address: str, seen: Cleared, words: Words, *, printed: bool = True) -> Element | None:
    """Where what an address shows is taken along, for who may."""
    if Right.EXPORT not in seen.rights:
        return None
    return element(
        "Div",
        element("Span", words("export"), cls="quiet"),
        *(
            element("A", words(f"export_{form}"), href=f"{EXPORT}{form}{address}", download="")
            for form in FORMS
        ),
        element("Button", words("export_print"), type="button", cls="plain", data_print="")
        if printed
        else None,
        cls="exports",
    )
