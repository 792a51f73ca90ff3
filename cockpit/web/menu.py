"""The menu of who looks: who they are here, the offices that they may enter, the way out."""

from __future__ import annotations

from cockpit.people.gate import Viewer
from cockpit.people.roles import Right
from cockpit.web.elements import Element, element
from cockpit.web.words import Words

OFFICES: tuple[tuple[str, str, Right], ...] = (
    ("office_place", "/", Right.SEE_DATA),
    ("office_catalog", "/catalog", Right.SEE_CATALOG),
    ("office_workbench", "/workbench", Right.ASK_SQL),
    ("office_people", "/people", Right.MANAGE_PEOPLE),
    ("office_displays", "/displays", Right.PAIR_DISPLAYS),
    ("office_audit", "/audit", Right.READ_AUDIT),
    ("office_system", "/system", Right.OPERATE),
)
"""The offices of the product: word, address, and the right that opens each."""


def menu(viewer: Viewer, words: Words, place: str) -> Element:
    """The menu, folded under the viewer's name; ``place`` is what their root is called. A display
    has none: nobody is there to open it.
    """
    if viewer.device is not None:
        return element("Span")
    rooms = [(word, href) for word, href, right in OFFICES if right in viewer.rights]
    return element(
        "Details",
        element(
            "Summary",
            element("Span", viewer.display[:1], cls="initial", aria_hidden="true"),
            element("Span", viewer.display, cls="who"),
            aria_label=words("menu", name=viewer.display),
            cls="button",
        ),
        element(
            "Div",
            element(
                "P",
                element("Strong", viewer.display),
                element("Small", viewer.name),
                cls="menu-name",
            ),
            element(
                "P",
                words("role_at", role=words(f"role_{viewer.role}"), place=place)
                if place
                else words(f"role_{viewer.role}"),
                cls="quiet",
            ),
            element(
                "Nav",
                *(element("A", words(word), href=href) for word, href in rooms),
                element("A", words("account"), href="/account"),
                aria_label=words("offices"),
            ),
            element(
                "Form",
                element("Button", words("sign_out"), type="submit"),
                method="post",
                action="/sign-out",
                title=words("sign_out_meaning"),
            ),
            cls="folded",
        ),
        cls="me fold",
    )
