"""The desk of one web process: the snapshots it reads, the answers it keeps, the pages it writes.

Every page, address and export comes here for its numbers, and says for whom.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import flask
import orjson

from cockpit.answers import trial as files
from cockpit.answers.cache import Cache
from cockpit.answers.snapshot import NoSnapshot, Snapshot, Snapshots
from cockpit.people.audit import What
from cockpit.people.gate import Refused, Scope, Viewer, gate
from cockpit.people.oidc import Oidc
from cockpit.people.proxy import Proxy
from cockpit.people.registry import Registry
from cockpit.people.roles import Right, Role
from cockpit.people.signin import Entrance
from cockpit.settings import Settings
from cockpit.web import bench, catalog, dossier, frame, listing, panels, preview
from cockpit.web.asked import Asked
from cockpit.web.elements import Element
from cockpit.web.menu import menu
from cockpit.web.pages import bench as bench_page
from cockpit.web.pages import catalog as shelves
from cockpit.web.pages import entry, place, plain, row, rows
from cockpit.web.pages import preview as trials
from cockpit.web.urls import LANGUAGES, State, read
from cockpit.web.words import Words

SHARE = 60
"""Of a hundred parts of the machine's memory, what all web processes together may use."""
NEVER = 1 << 62
"""The size of a page that is too large to be kept."""
COOKIE = "lang"
ME = orjson.dumps(frame.ME)
"""Where a page, which many share, has the menu of who looks."""


class Desk:
    """What one process has open: of people all, of snapshots nothing until it is asked."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.registry = Registry(settings)
        self.entrance = Entrance(self.registry)
        self.proxy = Proxy(settings)
        self.oidc = Oidc(self.registry) if settings.oidc != Settings.oidc else None
        self.cache = Cache()
        threads = max(1, (os.cpu_count() or 1) // settings.workers)
        self.snapshots = Snapshots(settings.snapshots, threads, memory(settings))

    @contextmanager
    def current(self) -> Iterator[Snapshot]:
        """The newest snapshot, for the length of one answer. Raises NoSnapshot."""
        with self.snapshots.current() as snapshot:
            self.cache.keep_only(snapshot.id)
            yield snapshot

    def address(self) -> str:
        """Where people reach the cockpit: as the deployment says, else as this request did."""
        return self.settings.address or flask.request.host_url.rstrip("/")

    def language(self, state: State | None = None) -> str:
        """The language of this request: of the address, else as remembered, else the default."""
        asked = state.language if state else flask.request.args.get("lang", "")
        for each in (asked, flask.request.cookies.get(COOKIE), self.settings.language):
            if each in LANGUAGES:
                return str(each)
        return LANGUAGES[0]

    def page(self, viewer: Viewer, pathname: str, search: str, near: str = "") -> bytes:
        """A page as JSON, worked out once for each state, snapshot, and what viewers may see.

        ``near`` says which groups of panels the browser already has, and of which address.
        """
        anywhere = read("/place/", search)
        state = anywhere if pathname == "/" else read(pathname, search)
        words, place = Words(self.language(state or anywhere)), ""
        try:
            with self.current() as snapshot:
                place = root_name(viewer, snapshot, words)
                if dossier.leads_here(pathname):
                    found = self._rows(viewer, snapshot, pathname, search, words)
                elif bench.leads_here(pathname):
                    found = self._bench(viewer, snapshot, pathname, search, words)
                elif catalog.leads_here(pathname):
                    found = self._authors(viewer, snapshot, pathname, search, words)
                else:
                    found = self._page(viewer, snapshot, state, anywhere, words, near)
        except NoSnapshot:
            found = written(plain.empty(words))
        return found.replace(ME, written(menu(viewer, words, place)))

    def _page(
        self,
        viewer: Viewer,
        snapshot: Snapshot,
        state: State | None,
        anywhere: State | None,
        words: Words,
        near: str,
    ) -> bytes:
        try:
            seen = gate(viewer, Scope(snapshot.tree, state.place if state else "", cut=True))
        except Refused as refused:
            return written(plain.refused(words, snapshot, viewer, refused, state))
        if state is None:
            chosen = anywhere.language if anywhere else ""
            return written(plain.lost(words, snapshot, seen.root, chosen))
        if not state.place:
            state = replace(state, place=seen.place.code)
        asked = Asked(snapshot, self.cache, state, seen)
        groups = panels.near(asked, near)
        said = (asked.state.href(), asked.asked_for, str(groups), *asked.state.wrong)
        return self.cache.get(
            asked.key("page", said, words.language),
            lambda: written(place.build(asked, words, groups)),
            lambda page: NEVER if asked.fleeting else len(page),
        )

    def _bench(
        self, viewer: Viewer, snapshot: Snapshot, pathname: str, search: str, words: Words
    ) -> bytes:
        """The analysts' bench: it shows no number, so only its refusal is noted."""
        state = bench.read(pathname, search)
        assert state is not None, "it begins as an address of a place does"
        try:
            return written(
                bench_page.build(bench.gather(self.settings, viewer, snapshot, state), words)
            )
        except Refused as refused:
            dossier.note_refused(self, viewer, state.place, refused.why, pathname, What.VIEW)
            return written(plain.refused(words, snapshot, viewer, refused, state, asks=True))

    def panels(self, viewer: Viewer, pathname: str, search: str, number: int) -> bytes:
        """A group of the panels of a page as JSON; where they are not the viewer's, why. Nothing is
        cut here: a page asks for the panels of what it shows.
        """
        state = read(pathname, search)
        words = Words(self.language(state))
        try:
            with self.current() as snapshot:
                seen = gate(viewer, Scope(snapshot.tree, state.place if state else ""))
                if state is None:
                    return written([])
                asked = Asked(snapshot, self.cache, state, seen)
                if viewer.role is not Role.DISPLAY:
                    self.registry.opens.add("panel", panels.names(asked, number))
                return self.cache.get(
                    asked.key("panels", (panels.address(asked), str(number)), words.language),
                    lambda: written(panels.group(asked, number, words)),
                    lambda group: NEVER if asked.fleeting else len(group),
                )
        except Refused as refused:
            return written([plain.refused(words, snapshot, viewer, refused, state)])
        except NoSnapshot:
            return written([])

    def sees(
        self, viewer: Viewer, pathname: str, search: str, cut: bool = True
    ) -> tuple[str, int, str] | None:
        """What the audit says of a page: the place, of how many places it gives numbers, and why
        it is refused, if it is. Of lists and rows it is said as they are found. ``cut`` is whether
        a place above the viewer's is shown as far as it is theirs.
        """
        if dossier.leads_here(pathname) or bench.leads_here(pathname):
            return None
        trial = preview.read(pathname, search)
        state = trial.state if trial else read(pathname, search)
        asked = state.place if state else ""
        right = Right.SEE_CATALOG if catalog.leads_here(pathname) else Right.SEE_DATA
        try:
            with self.current() as snapshot:
                seen = gate(viewer, Scope(snapshot.tree, asked, right, cut=cut))
                if state is None and pathname != "/":
                    return "", 0, ""
                return seen.place.code, 1 + len(snapshot.tree.below(seen.place)), ""
        except NoSnapshot:
            return asked, 0, ""
        except Refused as refused:
            return asked, 0, refused.why

    def _rows(
        self, viewer: Viewer, snapshot: Snapshot, pathname: str, search: str, words: Words
    ) -> bytes:
        """A list of rows, or one row: a row of others and one that is not look the same."""
        asked, anywhere = listing.read(pathname, search), read("/place/", search)
        try:
            seen = dossier.clear(viewer, snapshot, pathname, search)
        except Refused as refused:
            state = asked.state if asked else anywhere
            wanted = state.place if state else ""
            dossier.note_refused(self, viewer, wanted, refused.why, pathname)
            return written(plain.refused(words, snapshot, viewer, refused, state))
        if seen is not None and asked is not None:
            return dossier.listed(self, viewer, snapshot, seen, asked, words, rows.build)
        found = None
        if seen is not None:
            found = dossier.single(self, viewer, snapshot, seen, pathname, search, words, row.build)
        if found is not None:
            return found
        if seen is not None:
            dossier.note_refused(self, viewer, "", "row", pathname)
        root = gate(viewer, Scope(snapshot.tree)).root
        chosen = anywhere.language if anywhere else ""
        nothing = plain.no_row if seen is not None else plain.lost
        return written(nothing(words, snapshot, root, chosen))

    def _authors(
        self, viewer: Viewer, snapshot: Snapshot, pathname: str, search: str, words: Words
    ) -> bytes:
        """The catalogue, an entry of it, or a preview: for analysts. Nothing of these is kept."""
        trial = preview.read(pathname, search)
        try:
            seen = gate(
                viewer,
                Scope(
                    snapshot.tree, trial.state.place if trial else "", Right.SEE_CATALOG, cut=True
                ),
            )
            if trial is not None:
                path = files.find(self.settings.folders, trial.name)
                if path is None:
                    return written(plain.no_panel(words, snapshot, trial.name))
                tried = preview.run(snapshot, self.cache, viewer, trial, path)
                return written(trials.build(tried, words))
        except Refused as refused:
            state = trial.state if trial else None
            return written(plain.refused(words, snapshot, viewer, refused, state, asks=True))
        entries = catalog.entries(snapshot, self.registry.opens.within(catalog.DAYS), words)
        if pathname == catalog.CATALOG:
            return written(shelves.build(snapshot, entries, catalog.read(search), words))
        wanted = catalog.named(pathname)
        for one in entries:
            if (one.kind, one.name) == wanted:
                return written(entry.build(snapshot, one, seen.root.code, words))
        return written(plain.no_entry(words, snapshot))

    def count(self, pathname: str, search: str) -> None:
        """Somebody chose a metric, on a page or for its rows."""
        asked = listing.read(pathname, search)
        state = asked.state if asked else read(pathname, search)
        if state is not None and state.metric:
            with suppress(NoSnapshot), self.current() as snapshot:
                if state.metric in snapshot.counted:
                    self.registry.opens.add("metric", [state.metric])

    def _finds(self, snapshot: Snapshot, pathname: str) -> int:
        """The status of an entry's page, or of a preview's."""
        trial = preview.read(pathname, "")
        if trial is not None:
            return 200 if files.find(self.settings.folders, trial.name) else 404
        entries = catalog.entries(snapshot, {}, Words(LANGUAGES[0]))
        there = catalog.named(pathname) in [(one.kind, one.name) for one in entries]
        return 200 if there else 404

    def holds(self, viewer: Viewer, pathname: str) -> int:
        """The status with which the page of a list or a row is sent, as ``knows`` for a place."""
        try:
            with self.current() as snapshot:
                if catalog.leads_here(pathname):
                    return self._finds(snapshot, pathname)
                return dossier.status(self, viewer, snapshot, pathname)
        except NoSnapshot:
            return 200

    def knows(self, viewer: Viewer, code: str) -> int:
        """The status with which the page of a place is sent: 200, also while nothing is published
        yet, 403 where it is not the viewer's, 404 where there is none.
        """
        try:
            with self.current() as snapshot:
                gate(viewer, Scope(snapshot.tree, code, cut=True))
        except NoSnapshot:
            return 200
        except Refused as refused:
            return 404 if refused.why == "unknown" else 403
        return 200


def root_name(viewer: Viewer, snapshot: Snapshot, words: Words) -> str:
    """What the place of an account is called; nothing for who sees no data."""
    root = snapshot.tree.find(viewer.root) if viewer.root else snapshot.tree.root
    if root is None or Right.SEE_DATA not in viewer.rights:
        return ""
    return words.place(root, str(snapshot.about["name_en"]))


def written(page: Element | list[Element]) -> bytes:
    """A tree, or several, as JSON."""
    return orjson.dumps(page)


def memory(settings: Settings) -> str:
    """What DuckDB may use in this process: as set, but all processes together leave room."""
    share = re.fullmatch(r"(\d+(?:\.\d+)?) ?%", settings.memory.strip())
    if share is None:
        return settings.memory
    return f"{min(float(share[1]), SHARE / settings.workers):g}%"
