"""A step in a process of its own: its figures, and what it took."""

from __future__ import annotations

import json
import multiprocessing
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def run(step: Callable[..., dict[str, Any]], *values: Any) -> dict[str, Any]:
    """Run a step in a fresh process and give the figures it returns. ``peak_mib`` among its keys
    is filled with the process's peak memory. Raises RuntimeError where the step failed.
    """
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "figures.json"
        process = spawn.Process(target=_child, args=(step, values, str(told)))
        process.start()
        process.join()
        if process.exitcode or not told.exists():
            raise RuntimeError(f"{step.__name__} ended with exit code {process.exitcode}")
        return json.loads(told.read_text("utf-8"))  # type: ignore[no-any-return]


def _child(step: Callable[..., dict[str, Any]], values: tuple[Any, ...], told: str) -> None:
    figures = step(*values)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = {key: peak if key.endswith("peak_mib") else value for key, value in figures.items()}
    Path(told).write_text(json.dumps(figures), "utf-8")
