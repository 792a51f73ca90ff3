"""What the scenes of a wall say: words and figures of all of them, as one answer. A script draws it
(``assets/wall*.js``); it works nothing out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from cockpit.answers import lists
from cockpit.answers.panel import Answer
from cockpit.answers.snapshot import Snapshot
from cockpit.model.counting import Counted
from cockpit.model.judgement import verdict
from cockpit.model.metric import Metric, Tally
from cockpit.model.panel import Bound
from cockpit.model.scope import Cleared
from cockpit.model.wall import Scene, Wall
from cockpit.model.warnings import COLOURS
from cockpit.people.gate import Refused, Scope, Viewer, gate
from cockpit.web import call, charts, days, numbers, panels, remarks, trend
from cockpit.web.asked import Asked, gather
from cockpit.web.desk import Desk
from cockpit.web.header import FRESH_HOURS, OLD_HOURS
from cockpit.web.picture import cell, measured, rows
from cockpit.web.subject import last_day
from cockpit.web.urls import State
from cockpit.web.view import BURNING, View
from cockpit.web.words import Words

log = logging.getLogger("cockpit.wall")

LISTED = 12
"""Lines of a list; a screen shows as many of them as it has room for."""
COLUMNS = 5
"""Columns of a table that can be read from afar."""
Told = dict[str, Any]


def written(
    desk: Desk, viewer: Viewer, snapshot: Snapshot, wall: Wall, seen: Cleared, words: Words
) -> bytes:
    """All scenes of a wall for a place, as JSON: worked out once for a snapshot."""
    asked = _Scenes(desk, viewer, snapshot, wall, seen, words)
    first = asked.asked(seen, "", "", wall.scenes[0].period)
    return desk.cache.get(
        first.key("wall", (wall.name,), words.language),
        lambda: orjson.dumps(asked.told()),
        lambda told: (1 << 62) if asked.fleeting else len(told),
    )


class _Scenes:
    """The scenes of one wall, asked of one snapshot."""

    def __init__(
        self,
        desk: Desk,
        viewer: Viewer,
        snapshot: Snapshot,
        wall: Wall,
        seen: Cleared,
        words: Words,
    ):
        self.desk, self.viewer, self.snapshot, self.wall = desk, viewer, snapshot, wall
        self.seen, self.words, self.fleeting = seen, words, False
        self._views: dict[State, View] = {}

    def asked(self, seen: Cleared, subject: str, metric: str, period: str) -> Asked:
        state = State(seen.place.code, period=period, subject=subject, metric=metric)
        return Asked(self.snapshot, self.desk.cache, state, seen)

    def view(self, seen: Cleared, metric: Metric, period: str, chosen: bool = False) -> View:
        """A subject as its page sees it, with one metric chosen where it is about that one."""
        asked = self.asked(seen, metric.subject, metric.name if chosen else "", period)
        if asked.state not in self._views:
            self._views[asked.state] = gather(asked)
        return self._views[asked.state]

    def told(self) -> Told:
        """The whole answer."""
        about, place, words = self.snapshot.about, self.seen.place, self.words
        looked = [
            (number, scene, seen)
            for number, scene in enumerate(self.wall.scenes)
            if (seen := self._cleared(scene))
        ]
        self._ask([(scene, seen) for _, scene, seen in looked])
        found = [{"number": n, **self._scene(scene, seen)} for n, scene, seen in looked]
        scenes = [one for one in found if _says(one)] or found
        return {
            "snapshot": self.snapshot.id,
            "wall": self.wall.name,
            "place": place.code,
            "name": words.place(place, str(about["name_en"])),
            "brain": words.brain(place),
            "title": words.either(self.wall.title, self.wall.title_en),
            "demo": words("demo") if self.snapshot.demo else "",
            "burning": self._burning(),
            "published": self.snapshot.epoch(self.snapshot.published),
            **self._as_of(),
            "limits": [FRESH_HOURS * 3600, OLD_HOURS * 3600],
            "zone": self.snapshot.zone.key,
            "red": next((n for n, one in enumerate(scenes) if one["name"] == self.wall.red), None),
            "red_seconds": self.wall.red_seconds,
            "reds": self._reds(),
            "night": self.wall.night,
            "quiet": self.wall.quiet,
            "scenes": scenes,
        }

    def _as_of(self) -> Told:
        """What the data speak for: the oldest of the subjects' that the wall shows."""
        facts = {
            self.snapshot.counted[name].metric.fact
            for scene in self.wall.scenes
            for name in scene.metrics
            if name in self.snapshot.counted
        }
        known = [one for fact in facts if (one := self.snapshot.standing(fact).as_of)]
        if not known:
            return {"as_of": None, "as_of_said": numbers.BLANK}
        oldest = min(known)
        said = f"{numbers.short_day(oldest.date(), self.words.language)} {oldest:%H:%M}"
        return {"as_of": self.snapshot.epoch(oldest), "as_of_said": said}

    def _burning(self) -> list[Told]:
        """The open red and orange warnings, for the head of every scene."""
        grave = list(zip(COLOURS, BURNING, strict=True))[:2]
        found = []
        for colour, name in grave:
            counted = self.snapshot.counted.get(name)
            if counted is not None:
                tally = self.view(self.seen, counted.metric, "30d").here[name]
                shape, word = self.words.value(colour).split(" ", 1)
                found.append(
                    {
                        "colour": colour,
                        "shape": shape,
                        "word": word,
                        "said": numbers.count(tally) if tally.answered else numbers.BLANK,
                        "n": int(tally.numerator),
                    }
                )
        return found

    def _reds(self) -> tuple[str, ...]:
        """Marks of the open red warnings, where a new one calls up a scene."""
        counted = self.snapshot.counted.get(BURNING[0])
        if counted is None or not self.wall.red:
            return ()
        metric = counted.metric
        period = self.view(self.seen, metric, "30d").period
        wanted = lists.Wanted(metric.fact, period, metric.name, "numerator")
        key = self.desk.registry.key.mac("marks", "")
        return lists.marks(self.snapshot, self.seen, wanted, key)

    def _cleared(self, scene: Scene) -> Cleared | None:
        """What a scene looks at, where the viewer may."""
        if not scene.place:
            return self.seen
        try:
            return gate(self.viewer, Scope(self.snapshot.tree, scene.place))
        except Refused as refused:
            log.warning("wall %s: %s is left out: %s", self.wall.name, scene.name, refused)
            return None

    def _ask(self, looked: Sequence[tuple[Scene, Cleared]]) -> None:
        """Ask for the panels of all scenes, side by side: they read rows, which in a large city is
        most of the work. The scenes find them in the cache.
        """
        panels.answered(
            [
                (self.asked(seen, bound.panel.subject, "", scene.period), bound)
                for scene, seen in looked
                for kind, name in scene.drawn()
                if kind == "panel" and (bound := self.snapshot.panels.get(name))
            ]
        )

    def _scene(self, scene: Scene, seen: Cleared) -> Told:
        words = self.words
        known = [one for name in scene.metrics if (one := self._known(scene, name))]
        metrics = [one for one in known if self.snapshot.standing(one.metric.fact).rows] or known
        pictures = [self._picture(scene, seen, *one) for one in scene.drawn()]
        first = self.asked(seen, metrics[0].metric.subject if metrics else "", "", scene.period)
        place = seen.place if scene.place else None
        span = days.span(first.period, first.as_of, words)
        return {
            "name": scene.name,
            "asks": words.either(scene.asks, scene.asks_en),
            "place": words.place(place) if place else "",
            "span": f"{words(f'period_{scene.period}')} · {span}",
            "template": scene.template,
            "dwell": scene.dwell or self.wall.dwell,
            "tiles": [self._tile(scene, seen, one, first.as_of) for one in metrics],
            "pictures": [one for one in pictures if one],
        }

    def _known(self, scene: Scene, name: str) -> Counted | None:
        found = self.snapshot.counted.get(name)
        if found is None:
            log.warning("wall %s: %s asks for %s, left out", self.wall.name, scene.name, name)
        return found

    def _tile(self, scene: Scene, seen: Cleared, one: Counted, as_of: date) -> Told:
        metric, words = one.metric, self.words
        view = self.view(seen, metric, scene.period)
        counted = view.here[metric.name]
        found = verdict(metric, counted)
        said = words("few", n=metric.least) if found == "few" else words(found) if found else ""
        changed = view.change(metric, counted, view.then)
        rank = view.ranks.get(metric.name)
        colour = next((c for c, n in zip(COLOURS, BURNING, strict=True) if n == metric.name), "")
        unit = remarks.unit(words, metric)
        ratio = counted.denominator is not None
        own = last_day(self.snapshot, metric.subject)
        return {
            "key": metric.name,
            "title": words.metric(metric),
            "shape": words.value(colour).split(" ", 1)[0] if colour else "",
            "colour": colour if counted.numerator else "",
            "value": numbers.short(metric, counted, words.language),
            "unit": unit if counted.value is not None else "",
            "parts": numbers.parts(counted) if ratio else "",
            "left_open": words("left_open", n=numbers.whole(counted.left_open))
            if ratio and counted.left_open
            else "",
            "verdict": f"{remarks.MARKS[found]} {said}".strip(),
            "found": found,
            "goal": words("goal", target=remarks.goal(words, metric))
            if metric.target is not None
            else "",
            "change": remarks.change(words, changed) if changed else "",
            "changed": changed.verdict if changed else "",
            "rank": words("peer_rank", place=rank.place, among=rank.among) if rank else "",
            "as_of": words("wall_as_of", day=numbers.short_day(own, words.language))
            if own and own != as_of
            else "",
        }

    def _picture(self, scene: Scene, seen: Cleared, kind: str, name: str) -> Told | None:
        if kind == "panel":
            bound = self.snapshot.panels.get(name)
            if bound is None or bound.panel.draft:
                log.warning("wall %s: panel %s is none or a draft, left out", self.wall.name, name)
                return None
            return self._panel(scene, seen, bound)
        one = self._known(scene, name)
        if one is None:
            return None
        view = self.view(seen, one.metric, scene.period, chosen=True)
        draw: Mapping[str, Callable[[View, Words], Told | None]] = {
            "trend": _trend,
            "places": _places,
        }
        found = draw[kind](view, self.words)
        return {"key": f"{kind}:{name}", **found} if found else None

    def _panel(self, scene: Scene, seen: Cleared, bound: Bound) -> Told | None:
        panel, words = bound.panel, self.words
        asked = self.asked(seen, panel.subject, "", scene.period)
        (said,) = panels.answered([(asked, bound)])
        if not isinstance(said, Answer):
            log.warning("wall %s: panel %s left out: %s", self.wall.name, panel.name, said.message)
            self.fleeting = True
            return None
        told: Told = {"key": panel.name, "title": words.panel(panel), "note": words.asks(panel)}
        if not said.rows:
            return {**told, "kind": "list", "lines": []}
        if panel.chart == "table":
            return {**told, **_table(bound, said, words)}
        if panel.chart == "number":
            return {**told, **_numbers(bound, said, words)}
        drawing = charts.KINDS[panel.chart](rows(panel, said, words))
        return {**told, "kind": "figure", "paint": "picture", "figure": drawing.figure}


def _says(scene: Told) -> bool:
    """Whether a scene has anything to say here: one that has not gives its turn to the others."""
    return any(tile["value"] != numbers.BLANK for tile in scene["tiles"]) or any(
        one["kind"] == "figure" or one["lines"] for one in scene["pictures"]
    )


def _trend(view: View, words: Words) -> Told | None:
    if not any(counted.value is not None for _, counted in view.trend):
        return None
    goal = remarks.goal(words, view.metric)
    return {
        "title": words("trend", metric=words.metric(view.metric)),
        "note": f"┄ {words('goal', target=goal)}" if goal else words(f"by_{view.step}"),
        "kind": "figure",
        "paint": "graph",
        "figure": trend.figure(view, words),
    }


def _places(view: View, words: Words) -> Told | None:
    """The places that account for most of a gap, or of a sum."""
    found, metric = view.gap, view.metric
    tallies, unit = call.parts(view), remarks.unit(words, metric)
    if not view.rows:
        return None

    def line(code: str, said: str, length: float) -> Told:
        name = call.named(view, words, code)
        return {"name": name, "said": said, "length": length, "more": _value(metric, tallies[code])}

    if found is not None:
        most = found.missing[0].short if found.missing else 1
        way = "over_by" if found.falling else "short_by"
        lines = [
            line(
                part.name,
                words(way, n=call.amount(view, words, found, part.short)),
                float(part.short / most),
            )
            for part in found.missing[:LISTED]
        ]
        note, title = call.gist(view, words, found), words("wall_short_by")
    else:
        held = call.holders(view)[:LISTED]
        lines = [
            {
                "name": call.named(view, words, one.name),
                "said": f"{numbers.whole(one.numerator)} {unit}".strip(),
                "length": one.share / held[0].share,
                "more": words("share_of", share=numbers.percent(one.share)),
            }
            for one in held
        ]
        note, title = "", words("wall_made_of")
    return {
        "title": words("wall_of", metric=words.metric(metric), title=title),
        "note": note,
        "kind": "list",
        "lines": lines,
    }


def _value(metric: Metric, counted: Tally) -> str:
    said, parts = numbers.value(metric, counted), numbers.parts(counted)
    return f"{said} ({parts})" if parts else said


def _table(bound: Bound, said: Answer, words: Words) -> Told:
    panel = bound.panel
    shown = [
        (at, name, kind)
        for at, (name, kind) in enumerate(said.columns)
        if name not in ("place_code", "place_order")
    ][:COLUMNS]
    return {
        "kind": "table",
        "heads": [words.label(panel, name) for _, name, _ in shown],
        "lines": [
            [cell(panel, name, kind, row[at], words) for at, name, kind in shown]
            for row in said.rows[:LISTED]
        ],
    }


def _numbers(bound: Bound, said: Answer, words: Words) -> Told:
    panel = bound.panel
    values = [(name, said.column(name)[0]) for name in panel.y]
    return {
        "kind": "list",
        "lines": [
            {
                "name": words.label(panel, name),
                "said": measured(panel.unit, None if value is None else float(value)),
                "length": 0,
                "more": words(f"unit_{panel.unit}"),
            }
            for name, value in values
        ],
    }
