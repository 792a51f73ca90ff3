"""Reading pages as a browser gets them: posts what Dash posts, finds elements, reads their text."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Node = dict[str, Any]
UPDATE = "/_dash-update-component"


def question(pathname: object, search: object) -> Node:
    """What Dash's renderer posts when the address changes."""
    return {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "address", "property": "pathname", "value": pathname},
            {"id": "address", "property": "search", "value": search},
        ],
        "changedPropIds": ["address.pathname"],
    }


def post(
    client: FlaskClient, address: str, headers: Mapping[str, str] | None = None
) -> TestResponse:
    """The one data request of a page."""
    parts = urlsplit(address)
    search = f"?{parts.query}" if parts.query else ""
    return client.post(UPDATE, json=question(parts.path, search), headers=headers)


def page(client: FlaskClient, address: str) -> Node:
    """The tree of a page."""
    response = post(client, address)
    assert response.status_code == 200, response.text
    found: Node = response.get_json()["response"]["page"]["children"]
    return found


def panels(
    client: FlaskClient, group: Node, headers: Mapping[str, str] | None = None
) -> TestResponse:
    """The request for a group of panels that has come near."""
    id = group["props"]["id"]
    match = '{"of":["MATCH"],"panels":["MATCH"]}'
    asked = {
        "output": f"{match}.children",
        "outputs": {"id": id, "property": "children"},
        "inputs": [{"id": id, "property": "data-near", "value": "here"}],
        "state": [{"id": id, "property": "id", "value": id}],
        "changedPropIds": ["data-near"],
    }
    return client.post(UPDATE, json=asked, headers=headers)


def opened(response: TestResponse) -> Any:
    """JSON that travelled compressed."""
    return json.loads(gzip.decompress(response.data))


def walk(node: Any) -> Iterator[Node]:
    """Every element of a tree, outermost first."""
    if isinstance(node, list):
        for child in node:
            yield from walk(child)
    elif isinstance(node, dict):
        yield node
        yield from walk(node["props"].get("children"))


def text(node: Any) -> str:
    """What is read in a tree."""
    if isinstance(node, list):
        return " ".join(filter(None, map(text, node)))
    if isinstance(node, dict):
        return text(node["props"].get("children"))
    return str(node or "")


def every(tree: Node, *, tag: str = "", **properties: str) -> list[Node]:
    """Elements of that tag whose properties are so; ``cls`` is one of its classes."""

    def fits(node: Node) -> bool:
        for name, value in properties.items():
            if name == "cls":
                if value not in node["props"].get("className", "").split():
                    return False
            elif node["props"].get(name.replace("_", "-")) != value:
                return False
        return not tag or node["type"] == tag

    return [node for node in walk(tree) if fits(node)]


def the(tree: Node, **properties: str) -> Node:
    """The one element that is so."""
    found = every(tree, **properties)
    assert len(found) == 1, f"{len(found)} elements are {properties}"
    return found[0]


def having(tree: Node, test: Callable[[Node], bool]) -> list[Node]:
    """Elements that pass a test."""
    return [node for node in walk(tree) if test(node)]
