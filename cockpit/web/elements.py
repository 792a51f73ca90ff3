"""The pieces a page is made of, as the plain dicts that Dash sends: a component object would be
made only to be written down as one.
"""

from __future__ import annotations

from typing import Any

Element = dict[str, Any]
Child = Element | str | None


def element(tag: str, *children: Child, **properties: Any) -> Element:
    """An HTML element. ``cls`` is its class; ``data_x`` and ``aria_x`` become ``data-x`` and
    ``aria-x``; children and properties that are None are left out.
    """
    props: dict[str, Any] = {}
    if len(children) == 1:
        if children[0] is not None:
            props["children"] = children[0]
    elif children:
        props["children"] = [child for child in children if child is not None]
    for name, value in properties.items():
        if value is not None:
            props[_NAMES.get(name) or _named(name)] = value
    return {"type": tag, "namespace": "dash_html_components", "props": props}


def heads(*titles: str) -> Element:
    """The head of a table: a row of its columns' titles."""
    return element("Thead", element("Tr", *(element("Th", each, scope="col") for each in titles)))


def core(kind: str, **properties: Any) -> Element:
    """A component of Dash's own, by its property names."""
    return {"type": kind, "namespace": "dash_core_components", "props": properties}


_NAMES = {"cls": "className", "date_time": "dateTime"}
"""Properties by the names that Dash gives them; what is met is remembered."""


def _named(name: str) -> str:
    return _NAMES.setdefault(name, name.replace("_", "-"))
