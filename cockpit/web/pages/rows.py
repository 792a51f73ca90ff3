"""The page of a list: what rows these are, how they are cut and ordered, and the rows."""

from __future__ import annotations

from cockpit.answers.lists import MOST, PAGE
from cockpit.answers.small import FINEST
from cockpit.model.counting import PARTS, Part
from cockpit.model.metric import Tally
from cockpit.web import filters, frame, ledger, numbers
from cockpit.web.days import days
from cockpit.web.dossier import Shown
from cockpit.web.elements import Child, Element, element
from cockpit.web.path import path
from cockpit.web.taking import links
from cockpit.web.words import LANGUAGES, Words


def build(shown: Shown, words: Words) -> Element:
    """The whole page."""
    asked = shown.listing
    name = words.place(shown.place, str(shown.snapshot.about["name_en"]))
    title = words("rows_title", place=name, fact=words.fact(asked.fact))
    other = next(each for each in LANGUAGES if each != words.language)
    return frame.page(
        words,
        words("title", place=title, product=words("product")),
        *_notices(shown, words),
        element(
            "Section",
            _what(shown, words),
            filters.states(shown, words),
            filters.filters(shown, words),
            cls="card asked",
            aria_label=words("rows_filters"),
        ),
        element(
            "Div",
            _count(shown, words),
            ledger.table(shown, words) if shown.listed.rows else _nothing(words),
            _pager(shown, words),
            element("P", words("rows_masked"), cls="quiet"),
            links(asked.href(page=1), shown.seen, words) if shown.listed.rows else None,
            cls="card rows-card",
        ),
        bar=_bar(shown, words, title),
        snapshot=shown.snapshot,
        switch=asked.href(language=other),
        address=asked.href(),
    )


def _notices(shown: Shown, words: Words) -> list[Element]:
    told = []
    if shown.cut:
        told.append(words("cut", code=shown.cut, place=shown.place.name))
    if shown.listing.wrong:
        told.append(words("wrong", what=", ".join(shown.listing.wrong)))
    if shown.listing.declared.sensitive and shown.place.rung == FINEST:
        told.append(words("rows_kept_back"))
    return [element("P", text, cls="notice", role="status") for text in told]


# ── Where and when ───────────────────────────────────────────────────────────────────────────────


def _bar(shown: Shown, words: Words, title: str) -> Element:
    asked, state = shown.listing, shown.listing.state
    name = words.place(shown.place, str(shown.snapshot.about["name_en"]))
    return element(
        "Div",
        element(
            "Div",
            path(shown.path, shown.snapshot, words, lambda code: asked.href(place=code)),
            element(
                "H1",
                title,
                element(
                    "Small",
                    element(
                        "A",
                        words("to_root", place=name),
                        href=state.href(metric=state.metric),
                        cls="to-place",
                    ),
                ),
            ),
            cls="where",
        ),
        days(state, shown.period, shown.as_of, words, asked.href, compares=False)
        if not asked.stands
        else None,
        cls="bar",
    )


# ── What is asked ────────────────────────────────────────────────────────────────────────────────


def _what(shown: Shown, words: Words) -> Element:
    """Which rows these are: behind which number, by which clock."""
    asked = shown.listing
    if shown.metric is None or shown.here is None:
        by = (
            words("rows_stand", day=numbers.day(shown.as_of, words.language))
            if asked.stands
            else words("rows_by", column=words.column(asked.fact, asked.declared.month))
        )
        return element(
            "Div",
            element("H2", words("rows_all", fact=words.fact(asked.fact))),
            element("P", by, cls="quiet"),
            cls="what",
        )
    metric = shown.metric.metric
    clock = metric.enters if metric.stock else metric.clock
    return element(
        "Div",
        element("H2", words("rows_metric", metric=words.metric(metric))),
        element("P", words.meaning(metric), cls="quiet"),
        element(
            "Div",
            *(
                element(
                    "A",
                    element("Span", words(f"part_{part}")),
                    element("Strong", _many(shown.here, part)),
                    href=asked.href(part=part),
                    aria_current="true" if part == asked.part else None,
                    data_stay="",
                )
                for part in PARTS
                if part != "denominator" or metric.denominator
            ),
            element(
                "A",
                words("rows_all", fact=words.fact(asked.fact)),
                href=asked.href(part=None, metric=""),
                data_stay="",
            ),
            cls="parts-of",
            role="group",
            aria_label=words.metric(metric),
        ),
        element(
            "P",
            element("Span", words("clock" if not metric.stock else "enters"), cls="quiet"),
            " ",
            words.column(asked.fact, clock),
            cls="quiet",
        ),
        cls="what",
    )


def _many(counted: Tally, part: Part) -> str:
    if counted.hidden:
        return counted.hidden
    number = {
        "numerator": counted.numerator,
        "denominator": counted.denominator,
        "left_open": counted.left_open,
    }[part]
    return numbers.whole(number or 0)


def _count(shown: Shown, words: Words) -> Element:
    listed = shown.listed
    total = words("rows_more" if listed.more else "rows_total", n=numbers.whole(listed.total))
    first = (shown.listing.page - 1) * PAGE + 1
    said: list[Child] = [element("H2", total, id="rows-count")]
    if listed.rows:
        last = first + len(listed.rows) - 1
        said.append(
            element(
                "Span",
                words("rows_shown", first=numbers.whole(first), last=numbers.whole(last)),
                cls="quiet",
            )
        )
    if listed.amount is not None:
        amount = words("rows_amount", n=numbers.whole(listed.amount))
        said.append(element("Span", amount, cls="quiet"))
    return element("Div", *said, cls="card-head")


def _nothing(words: Words) -> Element:
    return element(
        "Div",
        element("P", words("rows_none")),
        element("P", words("rows_none_meaning"), cls="quiet"),
        cls="nothing",
    )


def _pager(shown: Shown, words: Words) -> Child:
    asked, last = shown.listing, shown.listed.pages
    last = min(last, MOST // PAGE)
    if last < 2 and asked.page < 2:
        return None

    def link(word: str, page: int, on: bool) -> Element:
        if not on:
            return element("Span", words(word), cls="button off", aria_disabled="true")
        return element("A", words(word), href=asked.href(page=page), cls="button")

    return element(
        "Nav",
        link("rows_first", 1, asked.page > 1),
        link("rows_back", min(asked.page - 1, last), asked.page > 1),
        element("Span", words("rows_page", n=asked.page, all=numbers.whole(last)), cls="quiet"),
        link("rows_next", asked.page + 1, asked.page < last),
        cls="pager",
        aria_label=words("rows_pages"),
    )
