"""The page of the analysts' bench: the question, what it gives, and how it becomes a panel."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from cockpit.model.metric import UNITS
from cockpit.model.panel import CHARTS
from cockpit.web import frame, numbers
from cockpit.web.bench import FIRST, KEYWORDS, Bench, href, tables
from cockpit.web.days import days
from cockpit.web.draft import RESULT
from cockpit.web.elements import Child, Element, element
from cockpit.web.path import path
from cockpit.web.subject import subjects
from cockpit.web.words import LANGUAGES, Words

RESULTS = "bench-result"
"""The id of the box that an answer is put into."""


def build(shown: Bench, words: Words) -> Element:
    """The whole page."""
    name = words.place(shown.place, str(shown.snapshot.about["name_en"]))
    title = words("bench_title", place=name)
    other = next(each for each in LANGUAGES if each != words.language)
    notices = []
    if shown.cut:
        notices.append(words("cut", code=shown.cut, place=shown.place.name))
    if shown.state.wrong:
        notices.append(words("wrong", what=", ".join(shown.state.wrong)))
    return frame.page(
        words,
        words("title", place=title, product=words("product")),
        *(element("P", text, cls="notice", role="status") for text in notices),
        element(
            "Div",
            element("Div", _question(shown, words), _result(words), _save(shown, words)),
            element(
                "Div", _tables(words), _past(shown, words), _drafts(shown, words), cls="bench-side"
            ),
            cls="bench",
            data_bench="",
            data_place=shown.place.code,
            data_since=shown.period.since.isoformat() if shown.period.since else "",
            data_until=shown.period.until.isoformat() if shown.period.until else "",
            data_result=RESULTS,
        ),
        bar=_bar(shown, words, title),
        snapshot=shown.snapshot,
        switch=href(shown.state, language=other),
        address=href(shown.state),
    )


def _bar(shown: Bench, words: Words, title: str) -> Element:
    state = shown.state

    def there(**changes: object) -> str:
        return href(state, **changes)

    return element(
        "Div",
        element(
            "Div",
            path(shown.path, shown.snapshot, words, lambda code: there(place=code)),
            element("H1", title),
            cls="where",
        ),
        days(state, shown.period, shown.as_of, words, there, compares=False),
        cls="bar",
    )


def _question(shown: Bench, words: Words) -> Element:
    said = {
        "tables": [
            [name, meaning, [list(column) for column in columns]]
            for name, meaning, columns in tables(words)
        ],
        "words": KEYWORDS,
        "label": words("bench_sql"),
        "empty": words("bench_empty"),
        "running": words("bench_running"),
        "failed": words("bench_failed"),
        "spot": words("bench_spot"),
        "label_zh": words("bench_label_zh"),
        "label_en": words("bench_label_en"),
        "saving": words("bench_saving"),
    }
    first = shown.past[0].sql if shown.past else FIRST
    return element(
        "Section",
        element(
            "Div",
            element("H2", words("bench_question"), id="bench-question"),
            element("Span", words("bench_keys"), cls="quiet"),
            cls="card-head",
        ),
        element("Div", cls="editor", data_editor=orjson.dumps(said).decode(), data_first=first),
        element(
            "Div",
            element("Button", words("bench_run"), type="button", cls="button strong", data_run=""),
            element("Button", words("bench_cancel"), type="button", cls="button", data_cancel=""),
            element("P", cls="quiet", role="status", data_said=""),
            cls="acts",
        ),
        element("P", cls="bench-fault", role="alert", data_fault=""),
        cls="card question",
        aria_labelledby="bench-question",
    )


def _choice(name: str, label: str, options: Iterable[tuple[str, str]]) -> Element:
    return element(
        "Label",
        element("Span", label),
        element(
            "Select",
            *(element("Option", said, value=value) for value, said in options),
            data_choice=name,
        ),
    )


def _result(words: Words) -> Element:
    return element(
        "Section",
        element(
            "Div",
            element("H2", words("bench_result"), id=f"title-{RESULT}"),
            element("Span", cls="quiet", data_took=""),
            cls="card-head",
        ),
        element(
            "Div",
            _choice("chart", words("bench_chart"), _charts(words)),
            _choice("x", words("bench_x"), ()),
            _choice("y", words("bench_y"), ()),
            _choice("series", words("bench_series"), ()),
            _choice("unit", words("bench_unit"), _units(words)),
            cls="bench-choices",
            data_choices="",
            hidden="hidden",
        ),
        element("Div", id=RESULTS, cls="panel bench-result"),
        cls="card result",
        aria_labelledby=f"title-{RESULT}",
    )


def _charts(words: Words) -> list[tuple[str, str]]:
    first = ["table", *(each for each in CHARTS if each != "table")]
    return [(each, words(f"chart_{each}")) for each in first]


def _units(words: Words) -> list[tuple[str, str]]:
    return [(each, words(f"unit_{each}") or words("bench_count")) for each in UNITS]


def _field(name: str, label: str) -> Element:
    """A labelled field; ``assets/address.js`` puts the browser's own there."""
    spot = element("Span", cls="day", data_day=name, data_value="", data_kind="text")
    return element("Label", element("Span", label), spot)


def _save(shown: Bench, words: Words) -> Element:
    named = {one.name: words.subject(one) for one in shown.snapshot.subjects}
    known = [(each, named.get(each, each)) for each in subjects(shown.snapshot)]
    return element(
        "Details",
        element("Summary", words("bench_save"), cls="button"),
        element("P", words("bench_save_meaning"), cls="quiet"),
        element(
            "Div",
            _choice("subject", words("bench_subject"), known),
            _field("name", words("bench_name")),
            _field("title", words("bench_title_zh")),
            _field("title_en", words("bench_title_en")),
            _field("asks", words("bench_asks_zh")),
            _field("asks_en", words("bench_asks_en")),
            _field("meaning", words("bench_meaning")),
            cls="fields",
        ),
        element("Div", cls="fields", data_labels=""),
        element(
            "Div",
            element(
                "Button", words("bench_keep"), type="button", cls="button strong", data_save=""
            ),
            element(
                "Button",
                words("bench_replace"),
                type="button",
                cls="button",
                data_replace="",
                hidden="hidden",
            ),
            element("P", cls="quiet", role="status", data_kept=""),
            cls="acts",
        ),
        cls="card save",
        data_saves="",
        hidden="hidden",
    )


def _tables(words: Words) -> Element:
    return element(
        "Section",
        element("H2", words("bench_tables"), id="bench-tables"),
        *(
            element(
                "Details",
                element(
                    "Summary",
                    element("Code", name),
                    element("Small", meaning),
                ),
                element(
                    "Ul",
                    *(
                        element(
                            "Li",
                            element("Code", column, title=kind, data_word=column),
                            element("Small", said),
                        )
                        for column, kind, said in columns
                    ),
                ),
                cls="relation",
            )
            for name, meaning, columns in tables(words)
        ),
        cls="card",
        aria_labelledby="bench-tables",
    )


def _past(shown: Bench, words: Words) -> Element:
    lines: list[Child] = []
    for one in shown.past:
        place = shown.snapshot.tree.place(one.place)
        rows = (
            words("bench_failed_then")
            if one.rows < 0
            else words("bench_rows", n=numbers.whole(one.rows))
        )
        lines.append(
            element(
                "Li",
                element(
                    "Button",
                    element("Code", one.sql),
                    type="button",
                    cls="plain",
                    data_past=one.sql,
                    title=words("bench_take"),
                ),
                element("Small", f"{place.name} · {one.at} · {rows}"),
            )
        )
    return element(
        "Section",
        element("H2", words("bench_past"), id="bench-past"),
        element("Ol", *lines, cls="past") if lines else element("P", words("bench_none")),
        cls="card",
        aria_labelledby="bench-past",
    )


def _drafts(shown: Bench, words: Words) -> Element:
    lines = [
        element(
            "Li",
            element("Strong", words.panel(one.panel)),
            element(
                "Small",
                f"{one.panel.subject}/{one.panel.name}.sql · {one.panel.author} {one.panel.saved}",
            ),
            element(
                "Button",
                words("bench_publish"),
                type="button",
                cls="button",
                data_publish=one.panel.name,
                title=words("bench_publish_meaning"),
            ),
            data_draft=one.panel.name,
        )
        for one in shown.drafts
    ]
    return element(
        "Section",
        element("H2", words("bench_drafts"), id="bench-drafts"),
        element("Ol", *lines, cls="drafts") if lines else element("P", words("bench_none")),
        element("P", cls="quiet", role="status", data_published=""),
        cls="card",
        aria_labelledby="bench-drafts",
    )
