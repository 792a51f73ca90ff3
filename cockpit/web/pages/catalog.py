"""The page of the catalogue: what there is, found by words, kind and subject, or because nobody
opens it.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.answers.snapshot import Snapshot
from cockpit.model.rule import FOLDER
from cockpit.web import frame, numbers, subject
from cockpit.web.catalog import DAYS, KINDS, PREVIEW, Entry, Wanted
from cockpit.web.elements import Child, Element, element
from cockpit.web.words import LANGUAGES, Words


def build(snapshot: Snapshot, entries: Sequence[Entry], wanted: Wanted, words: Words) -> Element:
    """The whole page."""
    found = wanted.of(entries)
    other = next(each for each in LANGUAGES if each != words.language)
    title = words("catalog")
    return frame.page(
        words,
        words("title", place=title, product=words("product")),
        element(
            "Section",
            _find(wanted, words),
            _kinds(wanted, words),
            _subjects(snapshot, entries, wanted, words),
            cls="card asked",
            aria_label=words("catalog_find"),
        ),
        element(
            "Section",
            element(
                "Div",
                element(
                    "H2",
                    words("catalog_total", n=len(found), all=len(entries)),
                    id="catalog-count",
                    role="status",
                ),
                element("Span", words("catalog_opened_meaning"), cls="quiet"),
                cls="card-head",
            ),
            _table(snapshot, found, words) if found else element("P", words("catalog_none")),
            cls="card rows-card",
            aria_labelledby="catalog-count",
        ),
        bar=element(
            "Div",
            element(
                "Div",
                element("H1", title),
                element("P", words("catalog_meaning"), cls="quiet catalog-meaning"),
                cls="where",
            ),
            cls="bar",
        ),
        snapshot=snapshot,
        switch=wanted.href(language=other),
        address=wanted.href(),
    )


def subject_title(snapshot: Snapshot, name: str, words: Words) -> str:
    """What a subject is called; rules stand in none."""
    return words("kind_rule") if name == FOLDER else subject.title(snapshot, words, name)


def _find(wanted: Wanted, words: Words) -> Element:
    spot = element("Span", cls="day", data_day="q", data_value=wanted.find, data_kind="search")
    form = element(
        "Form",
        element("Label", element("Span", words("catalog_find")), spot),
        element("Button", words("rows_apply"), type="submit", cls="button"),
        action=wanted.href(find=""),
        method="get",
        cls="find",
        role="search",
    )
    return element("Div", form, cls="filters")


def _kinds(wanted: Wanted, words: Words) -> Element:
    choices = [_choice(words("kind_all"), wanted.href(kind=""), not wanted.kind)]
    choices += [
        _choice(words(f"kind_{kind}"), wanted.href(kind=kind), wanted.kind == kind)
        for kind in KINDS
    ]
    unused = words("catalog_unused", days=DAYS)
    return element(
        "Div",
        element("Span", words("catalog_kind"), cls="quiet"),
        *choices,
        _choice(unused, wanted.href(unused=not wanted.unused), wanted.unused),
        cls="pills",
        role="group",
        aria_label=words("catalog_kind"),
    )


def _subjects(
    snapshot: Snapshot, entries: Sequence[Entry], wanted: Wanted, words: Words
) -> Element:
    names = dict.fromkeys(one.subject for one in entries if one.subject != FOLDER)
    return element(
        "Div",
        element("Span", words("subjects"), cls="quiet"),
        _choice(words("kind_all"), wanted.href(subject=""), not wanted.subject),
        *(
            _choice(
                subject_title(snapshot, name, words),
                wanted.href(subject=name),
                wanted.subject == name,
            )
            for name in names
        ),
        cls="pills",
        role="group",
        aria_label=words("subjects"),
    )


def _choice(text: str, href: str, chosen: bool) -> Element:
    return element("A", text, href=href, aria_current="true" if chosen else None, data_stay="")


def _table(snapshot: Snapshot, found: Sequence[Entry], words: Words) -> Element:
    heads = ("catalog_name", "catalog_kind", "subjects", "catalog_fact", "panel_owner")
    return element(
        "Div",
        element(
            "Table",
            element(
                "Thead",
                element(
                    "Tr",
                    *(
                        element("Th", words(word), scope="col", role="columnheader")
                        for word in heads
                    ),
                    element("Th", words("catalog_shown"), scope="col", role="columnheader"),
                    element(
                        "Th", words("catalog_opened", days=DAYS), scope="col", role="columnheader"
                    ),
                    role="row",
                ),
                role="rowgroup",
            ),
            element("Tbody", *(_row(snapshot, one, words) for one in found), role="rowgroup"),
            role="table",
            cls="rows catalog",
            aria_labelledby="catalog-count",
        ),
        cls="wide",
        tabIndex="0",
        role="region",
        aria_labelledby="catalog-count",
    )


def _row(snapshot: Snapshot, one: Entry, words: Words) -> Element:
    def cell(word: str, *inside: Child, **more: object) -> Element:
        return element("Td", *inside, role="cell", data_label=word, **more)

    marks: list[Child] = []
    if one.broken:
        marks.append(element("Span", f"✕ {words('catalog_wrong')}", cls="mark-broken"))
    if one.draft:
        marks.append(element("Span", words("panel_draft"), cls="draft"))
    return element(
        "Tr",
        element(
            "Th",
            element("A", one.title, href=one.href),
            *marks,
            element("Small", one.name, cls="entry-name"),
            element("Span", one.says, cls="quiet entry-says"),
            scope="row",
            role="rowheader",
        ),
        cell(words("catalog_kind"), words(f"one_of_{one.kind}")),
        cell(words("subjects"), subject_title(snapshot, one.subject, words)),
        cell(words("catalog_fact"), words.fact(one.fact) if one.fact else numbers.BLANK),
        cell(words("panel_owner"), one.owner or numbers.BLANK),
        cell(words("catalog_shown"), ", ".join(shown(snapshot, one, words)) or numbers.BLANK),
        cell(
            words("catalog_opened", days=DAYS),
            times(one, words),
            cls="figure-cell unused" if one.is_unused else "figure-cell",
        ),
        role="row",
    )


def times(one: Entry, words: Words) -> str:
    """How often an entry was opened."""
    if one.kind == "rule":
        return numbers.BLANK
    if not one.opened:
        return words("catalog_never")
    return words("catalog_times", n=numbers.whole(one.opened))


def shown(snapshot: Snapshot, one: Entry, words: Words) -> list[str]:
    """Where an entry is shown."""
    if one.kind == "rule" or not one.fact:
        return []
    places = [words("overview")] if one.overview else []
    places.append(subject_title(snapshot, one.subject, words))
    return [*places, *(words("catalog_wall", wall=wall) for wall in one.walls)]


def preview_href(name: str) -> str:
    """Where a panel's file is tried."""
    return PREVIEW + name
