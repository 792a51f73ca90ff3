"""Plotly's script, as browsers ask for it."""

from pathlib import Path

import plotly
from dash.fingerprint import build_fingerprint

_FILE = "package_data/plotly.min.js"
ADDRESS = "/_dash-component-suites/plotly/" + str(
    build_fingerprint(  # type: ignore[no-untyped-call]
        _FILE, plotly.__version__, (Path(plotly.__file__).parent / _FILE).stat().st_size
    )
)
"""Where it is: another version, another address."""
