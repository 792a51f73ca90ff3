"""Handing files over to the writer: the running worker, or, where none runs, this process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cockpit.model.mistakes import Mistake
from cockpit.record import inbox
from cockpit.record.ingest import Progress, Receipt
from cockpit.record.lock import Locked
from cockpit.record.store import PROGRESS, Record, agree
from cockpit.record.worker import WAITING, Worker
from cockpit.settings import Settings

LOOK = 0.1
"""Seconds between two looks for a receipt."""
PATIENCE = 20
"""So many looks in a row at a worker that waits for room, and the sender is told so."""


def send(
    settings: Settings, files: Sequence[Path], source: str, tell: Progress
) -> Iterator[dict[str, Any]]:
    """Put each file through the inbox; gives their receipts in the order of the files. Raises
    Mistake where the home, or the worker that has it, is another city's.
    """
    agree(settings)
    for file in files:
        try:
            id = inbox.land(settings, file, source)
        except Mistake as mistake:
            if mistake.where != str(file):
                raise
            refused = Receipt(0, "", source, "", file.name, 0, refused=mistake.text())
            yield inbox.told(refused, None)
            continue
        yield _receipt(settings, id, source, tell)


def _receipt(settings: Settings, id: str, source: str, tell: Progress) -> dict[str, Any]:
    """Wait for a landed file's receipt; become the writer whenever nobody is. Raises Mistake where
    the writer has no room for the file, which it tells for a second or it would not be so.
    """
    stuck = 0
    while stuck < PATIENCE:
        told = inbox.receipt(settings, id)
        if told is not None:
            return told
        try:
            with Record(settings) as record:
                worker = Worker(record, tell)
                worker.drain()
        except Locked:
            why = _watch(settings, tell)
            stuck = stuck + 1 if why else 0
            time.sleep(LOOK)
        else:
            why = worker.why(id)
            stuck = PATIENCE
    told = inbox.receipt(settings, id)
    if told is None:
        raise Mistake(
            f"it waits in the inbox ({why or 'somebody may have taken it away'})",
            where=settings.inbox / source / id,
            write="See that there is room on the disk; cockpit worker then takes it",
        )
    return told


def _watch(settings: Settings, tell: Progress) -> str | None:
    """Pass on what the worker says of its progress; gives what it waits for, if it does."""
    try:
        said = json.loads((settings.home / PROGRESS).read_text("utf-8"))
        stage = str(said["stage"])
    except (OSError, ValueError, KeyError):
        return None
    tell(stage, said["share"], said["rows"])
    return stage.removeprefix(WAITING) if stage.startswith(WAITING) else None
