"""The page of one entry of the catalogue: what it asks and how it is worked out, where its numbers
come from, who looks after it, and where it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.answers.snapshot import Snapshot
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Metric
from cockpit.model.panel import Columns, Panel
from cockpit.model.rule import Rule
from cockpit.web import catalog, frame, numbers
from cockpit.web.catalog import CATALOG, DAYS, Entry
from cockpit.web.elements import Child, Element, element, heads
from cockpit.web.pages.catalog import preview_href, shown, subject_title, times
from cockpit.web.urls import State
from cockpit.web.words import LANGUAGES, Words

Pairs = list[tuple[str, Child]]


def build(snapshot: Snapshot, one: Entry, root: str, words: Words) -> Element:
    """The whole page; ``root`` is the code of where the viewer's city begins."""
    other = next(each for each in LANGUAGES if each != words.language)
    metric = snapshot.counted.get(one.name) if one.kind == "metric" else None
    panel = snapshot.panels.get(one.name) if one.kind == "panel" else None
    rule = snapshot.rules.get(one.name) if one.kind == "rule" else None
    pairs: Pairs = []
    sql, columns = "", Columns()
    if metric is not None:
        pairs = _metric(metric.metric, words)
    elif panel is not None:
        pairs, sql, columns = _panel(panel.panel, words), panel.panel.sql, panel.columns
    elif rule is not None:
        pairs, sql = _rule(rule.rule, words), rule.rule.sql
    pairs.append((words("catalog_file"), element("Code", one.path)))
    if one.owner:
        pairs.append((words("panel_owner"), one.owner))
    if one.kind != "rule":
        pairs.append((words("catalog_opened", days=DAYS), times(one, words)))
        where = shown(snapshot, one, words)
        pairs.append((words("catalog_shown"), ", ".join(where) if where else numbers.BLANK))
    return frame.page(
        words,
        words("title", place=one.title, product=words("product")),
        element(
            "Section",
            element("P", f"✕ {words('catalog_wrong')}", cls="panel-trouble"),
            element("Pre", element("Code", one.broken), tabIndex="0"),
            cls="card panel broken",
        )
        if one.broken
        else None,
        element(
            "Section",
            element("P", one.says, cls="entry-asks"),
            element("P", words("catalog_rule"), cls="notice") if rule is not None else None,
            element("Div", *_links(snapshot, one, root, words), cls="acts"),
            _list(pairs),
            cls="card entry",
        ),
        _lineage(snapshot, one, words) if metric or panel or rule else None,
        _sql(sql, words) if sql else None,
        _columns(panel.panel, columns, words) if panel is not None else None,
        bar=element(
            "Div",
            element(
                "Div",
                element(
                    "Nav",
                    element("A", words("catalog_all"), href=CATALOG),
                    cls="path",
                    aria_label=words("path"),
                ),
                element(
                    "H1",
                    one.title,
                    element(
                        "Small",
                        f"{words(f'one_of_{one.kind}')} · "
                        f"{subject_title(snapshot, one.subject, words)} · {one.name}",
                    ),
                ),
                cls="where",
            ),
            cls="bar",
        ),
        snapshot=snapshot,
        switch=f"{one.href}?lang={other}",
        address=one.href,
    )


def _links(snapshot: Snapshot, one: Entry, root: str, words: Words) -> list[Child]:
    links: list[Child] = []
    if one.kind != "rule" and one.fact:
        state = State(root, subject=one.subject, metric=one.name if one.kind == "metric" else "")
        links.append(element("A", words("catalog_open"), href=state.href(), cls="button"))
    if one.kind == "panel":
        href = preview_href(one.name)
        links.append(element("A", words("catalog_preview"), href=href, cls="button strong"))
    return links


def _metric(metric: Metric, words: Words) -> Pairs:
    pairs: Pairs = [(words("numerator"), element("Code", metric.numerator))]
    if metric.denominator:
        pairs.append((words("denominator"), element("Code", metric.denominator)))
    if metric.needs:
        needs = [f"{words.column(metric.fact, name)} ({name})" for name in metric.needs]
        pairs.append((words("needs"), ", ".join(needs)))
    for word in ("clock", "enters", "leaves"):
        sql = getattr(metric, word)
        if sql:
            told = element("Span", words.column(metric.fact, sql), " ", element("Code", sql))
            pairs.append((words(word), told))
    used = [f"{words.column(metric.fact, name)} ({name})" for name in catalog.columns_of(metric)]
    pairs.append((words("catalog_used"), ", ".join(used) or numbers.BLANK))
    if metric.target is not None:
        pairs.append((words("target"), numbers.target(metric)))
    if metric.standard:
        pairs.append((words("standard"), metric.standard))
    return pairs


def _panel(panel: Panel, words: Words) -> Pairs:
    pairs: Pairs = []
    if words.purpose(panel):
        pairs.append((words("meaning"), words.purpose(panel)))
    if panel.standard:
        pairs.append((words("standard"), panel.standard))
    return pairs


def _rule(rule: Rule, words: Words) -> Pairs:
    lines = []
    for level in LEVELS:
        limits = rule.limits.get(level.name, {})
        if limits:
            sign = ("≥" if rule.when == "above" else "≤") + (
                "" if rule.against == "nothing" else f" {words('baseline_of')}"
            )
            told = " · ".join(
                f"{words.value(colour)} {sign} {limit:g}" for colour, limit in limits.items()
            )
            lines.append(f"{words.either(level.title, level.title_en)}: {told}")
    pairs: Pairs = [
        (words("catalog_topic"), rule.topic),
        (words("period"), words(f"period_{rule.period}")),
        (words("catalog_limits"), element("Span", "\n".join(lines), cls="lines")),
    ]
    if rule.standard:
        pairs.append((words("standard"), rule.standard))
    return pairs


def _list(pairs: Pairs) -> Element:
    inside: list[Element] = []
    for term, told in pairs:
        inside += (element("Dt", term), element("Dd", told))
    return element("Dl", *inside, cls="definition")


# ── Where it comes from ──────────────────────────────────────────────────────────────────────────


def _lineage(snapshot: Snapshot, one: Entry, words: Words) -> Element:
    """Panel, metric, fact, source: a column each, in the order in which one is made of the next."""
    facts = catalog.facts_of(snapshot, one.kind, one.name)
    panels: Sequence[Panel] = ()
    metrics: Sequence[Metric] = ()
    if one.kind == "metric":
        metrics = (snapshot.counted[one.name].metric,)
        panels = catalog.shown_in(snapshot, metrics[0])
    elif one.kind == "panel":
        panels = (snapshot.panels[one.name].panel,)
        metrics = catalog.kin(snapshot, panels[0])
    steps = [
        _step(
            words("kind_panel" if one.kind != "rule" else "kind_rule"),
            [_node(words.panel(each), f"{CATALOG}/panel/{each.name}", each.name) for each in panels]
            if one.kind != "rule"
            else [_node(one.title, one.href, one.name)],
            words,
        ),
        _step(
            words("kind_metric"),
            [
                _node(words.metric(each), f"{CATALOG}/metric/{each.name}", each.name)
                for each in metrics
            ],
            words,
        )
        if one.kind != "rule"
        else None,
        _step(words("catalog_fact"), [_fact(snapshot, each, words) for each in facts], words),
        _step(
            words("sources"),
            [
                _node(str(row["source"]), "", words("catalog_arrived", when=_when(row, words)))
                for row in snapshot.sources()
                if row["fact"] in facts
            ],
            words,
            "catalog_no_source",
        ),
    ]
    return element(
        "Section",
        element("H2", words("catalog_lineage"), id="lineage-title"),
        element("Ol", *steps, cls="lineage"),
        cls="card",
        aria_labelledby="lineage-title",
    )


def _when(row: object, words: Words) -> str:
    return numbers.moment(row["last_arrived"], words.language)  # type: ignore[index]


def _fact(snapshot: Snapshot, name: str, words: Words) -> Element:
    standing = snapshot.standing(name)
    told = words("catalog_no_rows")
    if standing.as_of:
        when = numbers.moment(standing.as_of, words.language)
        told = words("catalog_rows", n=numbers.whole(standing.rows), when=when)
    return _node(words.fact(name), catalog.Wanted(fact=name).href(), f"{name} · {told}")


def _step(title: str, nodes: list[Element], words: Words, none: str = "catalog_no_kin") -> Element:
    inside = nodes or [element("Li", words(none), cls="quiet")]
    return element("Li", element("H3", title), element("Ul", *inside))


def _node(title: str, href: str, about: str) -> Element:
    name = element("A", title, href=href) if href else element("Strong", title)
    return element("Li", name, element("Small", about))


def _sql(sql: str, words: Words) -> Element:
    return element(
        "Section",
        element("H2", words("panel_sql"), id="sql-title"),
        element(
            "Pre", element("Code", sql), tabIndex="0", role="region", aria_labelledby="sql-title"
        ),
        cls="card panel entry-sql",
    )


def _columns(panel: Panel, columns: Columns, words: Words) -> Element:
    lines = [
        element(
            "Tr",
            element("Th", words.label(panel, name), scope="row"),
            element("Td", element("Code", name)),
            element("Td", element("Code", kind)),
        )
        for name, kind in columns
    ]
    titles = ("catalog_name", "catalog_column", "catalog_type")
    return element(
        "Section",
        element("H2", words("catalog_columns"), id="columns-title"),
        element(
            "Div",
            element(
                "Table",
                heads(*map(words, titles)),
                element("Tbody", *lines),
                aria_labelledby="columns-title",
            ),
            cls="panel-rows",
        ),
        cls="card panel",
    )
