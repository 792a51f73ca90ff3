"""The addresses of those who write panels: the catalogue, and the preview of a file."""

from __future__ import annotations

from typing import Any

import flask

from cockpit.answers import trial
from cockpit.web.api import page
from cockpit.web.desk import Desk
from cockpit.web.guard import viewer
from cockpit.web.transfer import as_json


def addresses(desk: Desk) -> flask.Blueprint:
    """The blueprint of all of them."""
    here = flask.Blueprint("authors", __name__)

    @here.get("/catalog")
    def catalog() -> Any:
        return page()

    @here.get("/catalog/<kind>/<name>")
    def entry(kind: str, name: str) -> Any:
        return page(), desk.holds(viewer(), flask.request.path)

    @here.get("/preview/<name>")
    def preview(name: str) -> Any:
        return page(), desk.holds(viewer(), flask.request.path)

    @here.get("/preview/<name>/print")
    def printed(name: str) -> Any:
        """What changes when the file of a panel is saved."""
        path = trial.find(desk.settings.folders, name)
        return as_json({"print": trial.print_of(path) if path else ""})

    return here
