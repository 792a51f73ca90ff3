"""The HTML around the page: language, theme and what stands there before the first numbers."""

from __future__ import annotations

from typing import Any

import flask
from dash import Dash

from cockpit.web.api import build
from cockpit.web.charts import script
from cockpit.web.desk import Desk
from cockpit.web.urls import ROOM
from cockpit.web.words import LANGUAGES, Words

THEMES = ("light", "dark")


UNSAID = ("python_version", "plotly_version", "ddk_version", "dash_version_url")
"""What Dash tells every browser of the server, for its developers."""


class Page(Dash):
    """Dash with our own index: no inline script of ours, nothing from another host."""

    desk: Desk

    def _config(self) -> dict[str, Any]:
        told: dict[str, Any] = super()._config()  # type: ignore[no-untyped-call]
        # By itself Dash asks for the whole of Plotly, and by an address that is the same for all
        # versions, which no browser may keep for long.
        told |= {"serve_locally": False, "plotlyjs_url": script.ADDRESS}
        return {name: value for name, value in told.items() if name not in UNSAID}

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        words = Words(self.desk.language())
        framed = flask.request.args.get("frame") == "1"
        asked = flask.request.args.get("theme") if framed else None
        theme = asked if asked in THEMES else flask.request.cookies.get("theme")
        chosen = f' data-theme="{theme}"' if theme in THEMES else ""
        draws = flask.request.path.startswith(ROOM)  # other pages may do without for a long time
        ahead = f'<link rel="preload" as="script" href="{script.ADDRESS}">' if draws else ""
        return f"""<!DOCTYPE html>
<html lang="{LANGUAGES[words.language]}"{chosen} data-build="{build()}" data-whole="{script.WHOLE}">
<head>
{parts["metas"]}
<meta name="color-scheme" content="light dark">
<title>{words("product")}</title>
<link rel="icon" type="image/svg+xml" href="{self.get_asset_url("favicon.svg")}">
{parts["css"]}
{ahead}
</head>
<body>
<noscript>{words("no_script")}</noscript>
<div id="react-entry-point"><div class="_dash-loading">{words("loading")}</div></div>
<footer>{parts["config"]}{parts["scripts"]}{parts["renderer"]}</footer>
</body>
</html>"""
