"""Plotly's scripts, as browsers ask for them: each is kept for long, another one is elsewhere."""

from hashlib import blake2b
from pathlib import Path

import plotly
from dash.fingerprint import build_fingerprint

from cockpit.settings import PROJECT

SMALL = PROJECT / "assets" / "plotly.cartesian.min.js"
"""Draws nearly all, for a third of the bytes and of the time that a browser takes to read them."""
ADDRESS = f"/assets/{SMALL.name}?m={blake2b(SMALL.read_bytes(), digest_size=6).hexdigest()}"
_FILE = "package_data/plotly.min.js"
WHOLE = "/_dash-component-suites/plotly/" + str(
    build_fingerprint(  # type: ignore[no-untyped-call]
        _FILE, plotly.__version__, (Path(plotly.__file__).parent / _FILE).stat().st_size
    )
)
"""Draws everything: walls have it from the start, pages once they need it (``assets/draw.js``)."""
