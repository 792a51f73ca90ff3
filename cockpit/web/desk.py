"""The desk of one web process: the snapshots it reads, the answers it keeps, the pages it writes.

Every page, address and export comes here for its numbers; who may see what will be asked here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import flask
import orjson

from cockpit.answers.cache import Cache
from cockpit.answers.snapshot import NoSnapshot, Snapshot, Snapshots
from cockpit.settings import Settings
from cockpit.web.elements import Element
from cockpit.web.pages import place, plain
from cockpit.web.urls import LANGUAGES, State, read
from cockpit.web.view import Asked, gather
from cockpit.web.words import Words

SHARE = 60
"""Of a hundred parts of the machine's memory, what all web processes together may use."""
COOKIE = "lang"


class Desk:
    """What one process has open: nothing, until it is asked."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.cache = Cache()
        threads = max(1, (os.cpu_count() or 1) // settings.workers)
        self.snapshots = Snapshots(settings.snapshots, threads, memory(settings))

    @contextmanager
    def current(self) -> Iterator[Snapshot]:
        """The newest snapshot, for the length of one answer. Raises NoSnapshot."""
        with self.snapshots.current() as snapshot:
            self.cache.keep_only(snapshot.id)
            yield snapshot

    def language(self, state: State | None = None) -> str:
        """The language of this request: of the address, else as remembered, else the default."""
        asked = state.language if state else flask.request.args.get("lang", "")
        for each in (asked, flask.request.cookies.get(COOKIE), self.settings.language):
            if each in LANGUAGES:
                return str(each)
        return LANGUAGES[0]

    def page(self, pathname: str, search: str) -> bytes:
        """A page as JSON, worked out once for each state and snapshot."""
        try:
            with self.current() as snapshot:
                return self._page(snapshot, pathname, search)
        except NoSnapshot:
            asked = read(pathname, search) or read("/place/", search)
            return written(plain.empty(Words(self.language(asked))))

    def _page(self, snapshot: Snapshot, pathname: str, search: str) -> bytes:
        if pathname == "/":
            pathname = State(snapshot.tree.root.code).href()
        state = read(pathname, search)
        language = self.language(state or read("/place/", search))
        words = Words(language)
        if state is None or state.place not in snapshot.tree:
            code = state.place if state else None
            chosen = state.language if state else ""
            return written(plain.lost(words, snapshot, code, chosen))
        asked = Asked(snapshot, self.cache, state)
        said = (asked.state.href(), asked.asked_for, *asked.state.wrong)
        return self.cache.get(
            asked.key("page", said, language),
            lambda: written(place.build(gather(asked), words)),
            len,
        )

    def knows(self, code: str) -> bool | None:
        """Whether there is such a place; None while nothing is published."""
        try:
            with self.current() as snapshot:
                return code in snapshot.tree
        except NoSnapshot:
            return None


def written(page: Element) -> bytes:
    """A tree as JSON."""
    return orjson.dumps(page)


def memory(settings: Settings) -> str:
    """What DuckDB may use in this process: as set, but all processes together leave room."""
    share = re.fullmatch(r"(\d+(?:\.\d+)?) ?%", settings.memory.strip())
    if share is None:
        return settings.memory
    return f"{min(float(share[1]), SHARE / settings.workers):g}%"
