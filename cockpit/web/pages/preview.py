"""The page of a preview: the card as it will look, what is wrong, the rows, time and plan."""

from __future__ import annotations

import re

from cockpit.answers.panel import ALLOWANCE
from cockpit.model.mistakes import Mistake
from cockpit.people.roles import Right
from cockpit.web import frame, numbers, panels
from cockpit.web.catalog import CATALOG
from cockpit.web.days import days
from cockpit.web.elements import Child, Element, element, heads
from cockpit.web.path import path
from cockpit.web.picture import table
from cockpit.web.preview import LOOKS, ROLES, THEMES, Tried
from cockpit.web.words import LANGUAGES, Words

AROUND = 2
"""Lines that are shown before and after the one that is wrong."""
_SPOT = re.compile(r"^(?P<file>.*?\.sql)(?::(?P<line>\d+))?(?::(?P<column>\d+))?")
_NAMED = re.compile(r"'([^']+)'|\"([^\"]+)\"|(\w+)\(\)")


def build(tried: Tried, words: Words) -> Element:
    """The whole page, or the card alone where it is framed by another."""
    if tried.trial.framed:
        return _framed(tried, words)
    trial = tried.trial
    name = words.panel(tried.file.bound.panel) if tried.file.bound else trial.name
    title = words("preview", panel=name)
    other = next(each for each in LANGUAGES if each != words.language)
    return frame.page(
        words,
        words("title", place=title, product=words("product")),
        _cut(tried, words),
        element(
            "Section", *_choices(tried, words), cls="card asked", aria_label=words("preview_as")
        ),
        _fault(tried, tried.mistake, words) if tried.mistake else None,
        _look(tried, name, words)
        if tried.is_seen
        else element("P", words("preview_absent"), cls="notice"),
        _rows(tried, words),
        _plan(tried, words),
        bar=_bar(tried, title, words),
        snapshot=tried.asked.snapshot,
        switch=trial.href(language=other),
        address=trial.href(),
    )


def _cut(tried: Tried, words: Words) -> Child:
    """Where the address names a place above what is the viewer's: what is shown instead."""
    asked = tried.asked
    if asked.seen.asked is None:
        return None
    told = words("cut", code=asked.seen.asked.code, place=asked.place.name)
    return element("P", told, cls="notice", role="status")


def _framed(tried: Tried, words: Words) -> Element:
    """What a page of that width would have of it."""
    bound, answer = tried.file.bound, tried.answer
    card: Child = None
    if not tried.is_seen:
        card = None
    elif bound is not None and answer is not None:
        card = panels.card(tried.asked, bound, answer, words, takes=False)
    elif tried.mistake is not None and Right.SEE_CATALOG in tried.asked.seen.rights:
        card = panels.trouble(tried.trial.name, tried.mistake.text(), words)
    return element(
        "Div",
        element("Main", element("Div", card, cls="panels"), id="content", tabIndex="-1"),
        lang=LANGUAGES[words.language],
        data_title=tried.trial.name,
        data_address=tried.trial.href(),
        cls="page framed",
    )


def _bar(tried: Tried, title: str, words: Words) -> Element:
    trial, asked = tried.trial, tried.asked
    state = words(f"preview_{tried.published}")
    return element(
        "Div",
        element(
            "Div",
            path(asked.path(), asked.snapshot, words, lambda code: trial.href(place=code)),
            element(
                "H1",
                title,
                element("Small", element("A", words("catalog_all"), href=CATALOG, cls="to-place")),
            ),
            element(
                "P",
                element("Code", tried.file.path.name),
                " · ",
                element("Strong", state, cls=f"published-{tried.published}"),
                " · ",
                words("preview_disk"),
                cls="quiet",
            ),
            element("P", cls="unseen", role="status", data_saved=words("preview_changed")),
            cls="where",
        ),
        days(trial.state, asked.period, asked.as_of, words, trial.href, compares=False),
        data_preview=f"/preview/{trial.name}/print",
        data_print=tried.file.print,
        cls="bar",
    )


def _choices(tried: Tried, words: Words) -> list[Element]:
    trial = tried.trial
    spot = element(
        "Span", cls="day", data_day="place", data_value=trial.state.place, data_kind="text"
    )

    def pills(word: str, *choices: tuple[str, str, bool]) -> Element:
        return element(
            "Div",
            element("Span", words(word), cls="quiet"),
            *(
                element("A", text, href=href, aria_current="true" if on else None, data_stay="")
                for text, href, on in choices
            ),
            cls="pills",
            role="group",
            aria_label=words(word),
        )

    return [
        pills(
            "preview_as",
            *((words(f"role_{r}"), trial.href(role=r), r is trial.role) for r in ROLES),
        ),
        pills(
            "preview_looks",
            *((words(f"preview_{w}"), trial.href(look=w), w == trial.look) for w in LOOKS),
            *(
                (
                    words(f"preview_{t}"),
                    trial.href(theme="" if t == trial.theme else t),
                    t == trial.theme,
                )
                for t in THEMES
            ),
        ),
        element(
            "Div",
            element(
                "Form",
                element("Label", element("Span", words("preview_place")), spot),
                element("Button", words("show"), type="submit", cls="button"),
                action=trial.href(place=""),
                method="get",
                cls="find",
            ),
            cls="filters",
        ),
    ]


def _look(tried: Tried, name: str, words: Words) -> Element:
    trial = tried.trial
    source = trial.href(framed=True, language=words.language)
    return element(
        "Section",
        element(
            "Iframe",
            src=f"{source}&v={tried.file.print}-{tried.asked.snapshot.id}",
            title=words("preview_frame", panel=name),
        ),
        cls=f"look look-{trial.look}",
    )


# ── What is wrong ────────────────────────────────────────────────────────────────────────────────


def _fault(tried: Tried, mistake: Mistake, words: Words) -> Element:
    where = str(mistake.where or "")
    spot, lines = _SPOT.match(where), tried.file.text.splitlines()
    line = int(spot["line"]) if spot and spot["line"] else 0
    column = int(spot["column"]) if spot and spot["column"] else 0
    if 0 < line <= len(lines) and not column:
        column = _column(lines[line - 1], mistake.found)
    at = ""
    if column:
        at = words("preview_line_column", line=line, column=column)
    elif line:
        at = words("preview_line", line=line)
    pairs: list[Element] = [
        element("Dt", words("preview_where")),
        element("Dd", element("Code", spot["file"] if spot else where), f" {at}"),
        element("Dt", words("preview_found")),
        element("Dd", mistake.found),
    ]
    if mistake.write:
        pairs += [element("Dt", words("preview_write")), element("Dd", mistake.write)]
    return element(
        "Section",
        element("H2", f"✕ {words('preview_fault')}", id="fault-title"),
        element("Dl", *pairs, cls="definition"),
        element("Pre", element("Code", _excerpt(lines, line, column)), tabIndex="0")
        if line
        else None,
        cls="card panel broken fault",
        role="alert",
        aria_labelledby="fault-title",
    )


def _column(line: str, found: str) -> int:
    """Where in its line stands what a fault names, counted from one; 0 where it names nothing."""
    for groups in _NAMED.findall(found):
        for name in filter(None, groups):
            at = line.lower().find(name.lower())
            if at >= 0:
                return at + 1
    return 0


def _excerpt(lines: list[str], line: int, column: int) -> str:
    shown = []
    for number in range(max(1, line - AROUND), min(len(lines), line + AROUND) + 1):
        mark = "▶" if number == line else " "
        shown.append(f"{mark} {number:>3} │ {lines[number - 1]}")
        if number == line and column:
            shown.append(f"      │ {' ' * (column - 1)}^")
    return "\n".join(shown)


# ── What it gave ─────────────────────────────────────────────────────────────────────────────────


def _rows(tried: Tried, words: Words) -> Element | None:
    bound, answer = tried.file.bound, tried.answer
    if bound is None or answer is None:
        return None
    took = words(
        "preview_took",
        n=numbers.whole(len(answer.rows)),
        ms=numbers.whole(round(answer.milliseconds)),
        allowance=f"{ALLOWANCE:g}",
    )
    return element(
        "Section",
        element(
            "Div",
            element("H2", words("preview_rows")),
            element("Span", took, cls="quiet"),
            cls="card-head",
        ),
        table(bound.panel, answer, words) if answer.rows else element("P", numbers.BLANK),
        cls="card panel preview-rows",
    )


def _plan(tried: Tried, words: Words) -> Element | None:
    if not tried.steps:
        return None
    titles = ["preview_step", "preview_about"] + (
        ["preview_count", "preview_ms"] if tried.ran else []
    )
    lines = []
    for step in tried.steps:
        measured = [
            element("Td", "" if step.rows is None else numbers.whole(step.rows), cls="figure-cell"),
            element(
                "Td",
                "" if step.milliseconds is None else f"{step.milliseconds:.1f}",
                cls="figure-cell",
            ),
        ]
        lines.append(
            element(
                "Tr",
                element("Th", step.name, scope="row", style={"paddingLeft": f"{step.depth}em"}),
                element("Td", element("Code", step.about)),
                *(measured if tried.ran else []),
            )
        )
    return element(
        "Details",
        element("Summary", words("preview_plan"), cls="button"),
        element("P", words("preview_plan_run" if tried.ran else "preview_plan_only"), cls="quiet"),
        element(
            "Div",
            element(
                "Table",
                heads(*map(words, titles)),
                element("Tbody", *lines),
            ),
            cls="panel-rows scroll",
            tabIndex="0",
            role="region",
            aria_label=words("preview_plan"),
        ),
        cls="card panel plan",
    )
