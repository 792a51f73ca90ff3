"""The map of a place: what lies below it as shapes, in the shades of the chosen metric.

What a pointer does there is done with the links that lie over the shapes (``assets/map.js``), so a
map that nobody can see or point at is a list of links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.answers import tally
from cockpit.answers.ground import Ground, ground
from cockpit.model.boundaries import DATUMS
from cockpit.model.cells import by_population
from cockpit.model.metric import Tally
from cockpit.model.places import Place
from cockpit.model.shape import Shape
from cockpit.web import charts, numbers, remarks, shapes
from cockpit.web.elements import Child, Element, core, element, heads
from cockpit.web.shades import Scale, Shade, scale
from cockpit.web.view import View
from cockpit.web.words import Words

MOST = 400
"""So many shapes a browser draws and a finger finds; a place with more children is a table."""
MANY = 20
"""A map of more shapes than these is drawn larger, for there are more names to be read."""
LONG = 6
"""Letters of a name that is wider than the value below it, and may be broken for it."""
MORE_LINES = 0.1
"""By so much smaller must a map be on which words fit in one line more, for that to be better."""


@dataclass(frozen=True)
class Cell:
    """A place on the map."""

    place: Place
    counted: Tally
    shade: Shade
    uid: str
    """By which the style sheet and the script know its shape."""
    here: bool = False
    """Whether it is the place of the page itself, among its siblings."""


@dataclass(frozen=True)
class Map:
    """What is drawn: of the children; of a leaf, of its siblings, where they are the viewer's."""

    ground: Ground
    around: Place
    cells: tuple[Cell, ...]
    drawn: dict[str, Shape]
    scale: Scale
    apart: Tally | None


def card(view: View, words: Words) -> Element:
    """The map, its legend, and the same as a table."""
    shown = _map(view, words)
    title = words("map", metric=words.metric(view.metric))
    goal = remarks.goal(words, view.metric)
    return element(
        "Section",
        element(
            "Div",
            element("H2", title, id="map-title"),
            _kind(words, shown),
            element("Span", words("goal", target=goal), cls="quiet") if goal else None,
            cls="card-head",
        ),
        _note(view, words, shown),
        element(
            "Div",
            _ground(view, words, shown),
            element("Div", _legend(words, shown), _left_out(view, words, shown), cls="map-aside"),
            cls="map-body",
        ),
        _twin(view, words, shown),
        cls="card map",
        aria_labelledby="map-title",
    )


def _map(view: View, words: Words) -> Map:
    snapshot, name = view.snapshot, view.metric.name
    seen, above = view.seen, view.seen.above(view.snapshot.tree)
    apart: Tally | None = None
    if view.rows:
        found = [(row.place, row.tallies[name]) for row in view.rows]
        apart = view.apart[name]
    elif above is not None:
        seen = above
        below, _ = tally.below(snapshot, [view.chosen], above, view.period)
        found = [(place, below[place.code][name]) for place in snapshot.tree.below(above.place)]
    else:
        found = [(view.place, view.here[name])]
    of = ground(snapshot, seen)
    drawn = dict(of.shapes) if view.rows or above else {view.place.code: of.own}
    judged = [(counted, place.code in snapshot.unranked) for place, counted in found]
    scaled = scale(words, view.metric, judged)
    cells = []
    for number, ((place, counted), (_, pseudo)) in enumerate(zip(found, judged, strict=True)):
        shade = scaled.shade(counted, pseudo)
        here = place.code == view.place.code
        cells.append(
            Cell(place, counted, shade, f"{shade.name}{number}{'-here' if here else ''}", here)
        )
    if len(cells) > MOST:
        drawn = {}
    return Map(of, seen.place, tuple(cells), drawn, scaled, apart)


def _kind(words: Words, shown: Map) -> Child:
    """Whether it is a schema or the city's own boundaries."""
    if not shown.ground.schematic:
        return None
    return element("Strong", words("schematic"), cls="tag", title=words("schematic_meaning"))


def _note(view: View, words: Words, shown: Map) -> Child:
    said = []
    if shown.ground.schematic:
        places = [cell.place for cell in shown.cells]
        said.append(words("map_by_population" if by_population(places) else "map_even"))
    else:
        datum = view.snapshot.about["boundaries"]["datum"]
        said.append(words("map_datum", datum=DATUMS[datum]))
    if not view.rows and len(shown.cells) > 1:
        said.append(words("map_beside", place=words.place(shown.around)))
    return element("P", words("listed").join(said), cls="card-note")


# ── The shapes, and the links over them ──────────────────────────────────────────────────────────


def _ground(view: View, words: Words, shown: Map) -> Child:
    if not shown.drawn:
        return None
    on = shapes.sheet(shown.drawn, shown.ground.free)
    traces, links = [], []
    for cell in sorted(shown.cells, key=lambda cell: cell.here):
        shape = on.drawn(shown.drawn.get(cell.place.code, ()))
        if not shape:
            continue
        says = "<br>".join(_told(view, words, cell))
        traces.append(shapes.trace(shape, cell.uid, cell.shade.name, says))
        links.append((cell, shapes.Scanned(on, shape)))
    level = words.level(shown.cells[0].place.rung, many=True)
    figure = core(
        "Graph",
        id="map",
        figure=shapes.figure(on, traces),
        config=charts.CONFIG,
        responsive=True,
        className="graph",
    )
    return element(
        "Div",
        element(
            "Div",
            element("Div", figure, cls="ground-figure", aria_hidden="true"),
            element(
                "Ol",
                *(_link(view, words, on, cell, scanned) for cell, scanned in links),
                cls="cells",
                aria_label=words("map_keys", level=level, place=words.place(shown.around)),
            ),
            cls=_ground_class(shown),
            style={"--aspect": f"{on.width / on.height:.3f}"},
            data_address=view.state.href(),
        ),
        element(
            "P",
            element("Span", words("map_hint"), cls="hint"),
            element("Span", cls="cell-said", data_enter=words("enter")),
            cls="cell-bar",
        ),
        cls="map-main",
    )


def _ground_class(shown: Map) -> str:
    free, many = shown.ground.free, len(shown.drawn) > MANY
    return f"ground{' free' if free else ''}{' many' if many else ''}"


def _link(
    view: View, words: Words, on: shapes.Sheet, cell: Cell, scanned: shapes.Scanned
) -> Element:
    """A link that lies on its shape, and writes on it what there is room for: name and value, or
    the name and a mark, or the mark, which is never left out.
    """
    name, mark = words.place(cell.place), cell.shade.mark
    names = list(dict.fromkeys([(name,), shapes.halved(name), shapes.upright(name)]))
    broken = names[:1] if len(name) < LONG else names[:2]
    value = [numbers.short(view.metric, cell.counted, words.language)]
    if view.metric.target is not None and cell.counted.value is not None:
        value.insert(0, mark)
    values = list(dict.fromkeys([(" ".join(value),), tuple(value)]))
    full = [(*each, *last) for each in broken for last in values]
    room, lines = min(((scanned.room(each), each) for each in full), key=_tight)
    short = [(f"{name} {mark}",), *((*each, mark) for each in names)]
    less, fewer = min(((scanned.room_at(room, each), each) for each in short), key=_tight)
    least, marks = min(
        ((scanned.room_at(room, each), each) for each in [(mark,), tuple(mark)]), key=_tight
    )
    return element(
        "Li",
        element(
            "A",
            element("Span", "\n".join(lines), cls="cell-words"),
            element("Span", "\n".join(fewer), cls="cell-brief", aria_hidden="true"),
            element("Span", "\n".join(marks), cls="cell-mark", aria_hidden="true"),
            href=view.state.href(place=cell.place.code),
            aria_label=words("listed").join(_told(view, words, cell)),
            aria_current="page" if cell.here else None,
            data_cell=cell.uid,
            tabIndex="-1",
        ),
        cls=f"on-{cell.shade.name}",
        style={
            "left": f"{100 * room.x / on.width:.1f}%",
            "top": f"{100 - 100 * room.y / on.height:.1f}%",
            "--words": shapes.letters(room.wide),
            "--brief": shapes.letters(min(less.wide, room.wide)),
            "--mark": shapes.letters(least.wide),
        },
    )


def _tight(found: tuple[shapes.Room, tuple[str, ...]]) -> float:
    """Of ways to break words: how large a map they take, and that fewer lines look better."""
    room, lines = found
    return room.wide * (1 + MORE_LINES * len(lines))


def _told(view: View, words: Words, cell: Cell) -> list[str]:
    """All that a place has to say: its name, its value and parts, what is left open, its class."""
    value, parts = numbers.value(view.metric, cell.counted), _parts(words, cell.counted)
    unit = words(f"unit_{view.metric.unit}")
    if unit and cell.counted.value is not None:
        value = f"{value} {unit}"
    if parts:
        value = words("cell_parts", value=value, parts=parts)
    told = [words.place(cell.place), value]
    if cell.shade.word:
        told.append(cell.shade.word)
    return told


def _parts(words: Words, counted: Tally) -> str:
    """Numerator and denominator where something was counted, and what is left open beside them."""
    parts = numbers.parts(counted) if counted.value is not None else ""
    if counted.left_open and counted.denominator is not None:
        left = words("left_open", n=numbers.whole(counted.left_open))
        return words("map_left_open", parts=parts, left_open=left) if parts else left
    return parts


# ── In words ─────────────────────────────────────────────────────────────────────────────────────


def _legend(words: Words, shown: Map) -> Element:
    """Every class with its colour, mark, word, span and how many places are in it."""
    counts: dict[str, int] = {}
    for cell in shown.cells:
        counts[cell.shade.name] = counts.get(cell.shade.name, 0) + 1
    classes = [
        *shown.scale.ordered,
        *(shade for shade in shown.scale.outside.values() if shade.name in counts),
    ]
    return element(
        "Ul",
        *(
            element(
                "Li",
                element("Span", shade.mark, cls=f"swatch on-{shade.name}", aria_hidden="true"),
                element("Span", shade.word) if shade.word else None,
                element("Span", shade.span, cls="quiet") if shade.span else None,
                element("B", words("map_places", n=counts.get(shade.name, 0))),
            )
            for shade in classes
        ),
        cls="legend",
        aria_label=words("map_legend"),
    )


def _left_out(view: View, words: Words, shown: Map) -> Child:
    """What counts and is on no shape: rows in none of the places, places without a boundary."""
    said: list[Child] = []
    apart = shown.apart
    if apart is not None and (apart.hidden or apart.left_open or apart.value is not None):
        value, parts = numbers.value(view.metric, apart), _parts(words, apart)
        if parts:
            value = words("cell_parts", value=value, parts=parts)
        said.append(element("P", words("map_apart", value=value)))
    missing = [place for place in shown.ground.missing if shown.drawn]
    if missing:
        said.append(
            element(
                "P",
                words("map_missing"),
                *(
                    element("A", words.place(place), href=view.state.href(place=place.code))
                    for place in missing
                ),
            )
        )
    return element("Div", *said, cls="left-out") if said else None


def _twin(view: View, words: Words, shown: Map) -> Element:
    """The same as a table."""
    ratio = bool(view.metric.denominator)
    titles = [words("place"), words("value"), *([words("counts")] if ratio else []), words("shade")]
    return element(
        "Details",
        element("Summary", words("as_table")),
        element(
            "Div",
            element(
                "Table",
                heads(*titles),
                element("Tbody", *(_twin_row(view, words, cell, ratio) for cell in shown.cells)),
                aria_labelledby="map-title",
            ),
            cls="scroll",
            tabIndex="0",
            role="region",
            aria_labelledby="map-title",
        ),
        cls="twin",
    )


def _twin_row(view: View, words: Words, cell: Cell, ratio: bool) -> Element:
    link = element("A", words.place(cell.place), href=view.state.href(place=cell.place.code))
    shade = f"{cell.shade.mark} {cell.shade.word or cell.shade.span}".strip()
    tds: Sequence[Element] = [
        element("Td", numbers.value(view.metric, cell.counted)),
        *([element("Td", _parts(words, cell.counted), cls="parts")] if ratio else []),
        element("Td", shade),
    ]
    return element("Tr", element("Th", link, scope="row"), *tds)
