"""From text to a fact's columns: the casts and the reasons of quarantine, as SQL, made from the
fact's declaration and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cockpit.model.fact import Column, Fact

YES = ("是", "有", "真", "√", "y", "yes", "true", "1")
NO = ("否", "无", "假", "×", "n", "no", "false", "0")
LONG_AGO, FAR_AHEAD = "1900-01-01", "2200-01-01"
USUAL = ("????-??-??[ T]??:??:?[0-9]", "????-??-??")
"""How nearly all moments are spelt, as patterns that are cheap to test. A cast alone would not do:
it overlooks a zone, or any word, after a time."""
PLAIN = r"\d{4}[-/]\d\d?[-/]\d\d?(?: \d\d?:\d\d?(?::\d\d?)?)?"
DAY = r"(\d{4})[-/.年](\d\d?)[-/.月](\d\d?)日?"
TIME = r"(\d\d?)[:时点](\d\d?)(?:[:分](\d\d?(?:[.]\d+)?))?[分秒]?"
SPELLINGS = (
    rf"\s*{DAY}(?:[T\s]*{TIME})?\s*",
    r"\s*(\d{4})(\d\d)(\d\d)(?:\s?(\d\d):?(\d\d):?(\d\d))?\s*",
)
"""Other spellings, as year, month, day, hour, minute and second."""
ZONED = (
    r"\s*\d{4}[-/]\d\d?[-/]\d\d?[T ]\d\d?:\d\d?(?::\d\d?(?:[.]\d+)?)?"
    r" ?(?:Z|[+-](?:0\d|1[0-4])(?::?\d\d)?)\s*"
)
HALVES = ("%Y-%m-%d %I:%M:%S %p", "%Y/%m/%d %I:%M:%S %p", "%Y/%m/%d %I:%M %p")
WIDE = "\u00a0\u3000\ufeff"
"""Blanks beyond ASCII."""
NOUNS = {
    "TIMESTAMP": "no moment (write 2026-10-01 08:30:00)",
    "DATE": "no date (write 2026-10-01)",
    "BOOLEAN": "neither true nor false (write true or false)",
    "INTEGER": "no whole number",
    "DOUBLE": "no number",
}


def name(text: str) -> str:
    """An identifier, quoted."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, quoted."""
    return "'" + text.replace("'", "''") + "'"


def rows(fact: Fact, given: Collection[str], mapped: str, source: str, timezone: str) -> str:
    """SQL whose rows are the fact's columns, ``faults`` (JSON: a list of column and reason, NULL
    where the row may stand) and ``original`` (the record as JSON, only where it may not).

    ``mapped`` is SQL that yields the columns ``given`` as text, and ``_original``. The one
    parameter is the moment after which nothing can have happened.
    """
    columns = [column for column in fact.columns if column.name != "source"]
    here = [column for column in columns if column.name in given]
    codes = {*fact.key, "place"}
    texts = [f"{_read(c, c.name in codes)} as {_text(c)}" for c in here]
    casts = [f"{_cast(c, timezone)} as {c.name}" for c in here]
    casts += [f"null::{c.type} as {c.name}" for c in columns if c.name not in given]
    faults = [fault for column in columns for fault in _faults(column, column.name in given)]
    faults += [(check.column, check.broken, literal(check.reason)) for check in fact.checks]
    bad = " or ".join(f"coalesce({test}, false)" for _, test, _ in faults)
    listed = ", ".join(
        f"case when {test} then {{'column': {literal(column)}, 'reason': {reason}}} end"
        for column, test, reason in faults
    )
    kept = ", ".join(
        f"coalesce({c.name}, {c.default}) as {c.name}" if c.default else c.name
        for c in fact.columns
    )
    derived = "".join(f", ({d.sql})::{d.type} as {d.name}" for d in fact.derived)
    found = f"list_filter([{listed}], lambda fault: fault is not null)"
    return f"""
select {", ".join(fact.names)}, faults, original
from (select *{derived} from (
  select {kept},
    case when _bad then to_json({found})::varchar end as faults,
    case when _bad then to_json(_original)::varchar end as original
  from (select *, ({bad}) as _bad from (
    select {literal(source)} as source, {", ".join([*casts, *map(_text, here)])}, _original
    from (select {", ".join([*texts, "_original"])} from ({mapped}))
  ))
))"""


def _read(column: Column, code: bool) -> str:
    """Text is trimmed, and blank is nothing; other columns see to that in their cast. Codes are
    rid of every blank: systems put a tab behind one so that a spreadsheet leaves it alone.
    """
    text = f"{name(column.name)}::varchar"
    if code:
        # Nearly every code is bare, and to see that takes a sixth of the time of taking blanks off.
        bare = f"{text} between '!' and '~' and ({text})[-1] between '!' and '~'"
        ends = rf"regexp_replace({text}, '^[\s{WIDE}]+|[\s{WIDE}]+$', '', 'g')"
        return f"case when {bare} then {text} else nullif({ends}, '') end"
    return f"nullif(trim({text}), '')" if column.type == "VARCHAR" else text


def _text(column: Column) -> str:
    return f"_t_{column.name}"


def _cast(column: Column, timezone: str) -> str:
    text = _text(column)
    if column.type in ("TIMESTAMP", "DATE"):
        moment = _moment(text, timezone)
        return moment if column.type == "TIMESTAMP" else f"({moment})::date"
    if column.type == "BOOLEAN":
        other = _one_of(f"lower(trim({text}))", {"true": YES, "false": NO}, "null")
        other = f"coalesce(try_cast({text} as boolean), {other})"
        return _one_of(text, {"true": ["true"], "false": ["false"]}, other)
    if column.type == "INTEGER":
        return (
            f"case when try_cast({text} as double) = round(try_cast({text} as double))"
            f" then try_cast(try_cast({text} as double) as integer) end"
        )
    if column.type == "DOUBLE":
        return f"case when isfinite(try_cast({text} as double)) then try_cast({text} as double) end"
    return text


def _one_of(text: str, words: Mapping[str, Iterable[str]], otherwise: str) -> str:
    """SQL that tells words apart: ``words`` by the SQL they give. Of an IN with many words DuckDB
    makes a join that every row goes through, whatever branch of a CASE it stands in.
    """
    listed = [(word, sql) for sql, group in words.items() for word in group]
    whens = " ".join(f"when {literal(word)} then {sql}" for word, sql in listed)
    return f"case {text} {whens} else {otherwise} end"


def _moment(text: str, timezone: str) -> str:
    """SQL for a moment in the city's local time, however it is spelt."""
    usual = " or ".join(f"{text} glob {literal(pattern)}" for pattern in USUAL)
    zoned = f"replace(replace(replace({text}, ' +', '+'), ' -', '-'), ' Z', 'Z')"
    others = "".join(
        f" when regexp_full_match({text}, '{spelling}') then try_cast(rtrim(regexp_replace("
        rf"{text}, '{spelling}', '\1-\2-\3 \4:\5:\6'), ' :') as timestamp)"
        for spelling in SPELLINGS
    )
    halves = ", ".join(literal(spelling) for spelling in HALVES)
    return (
        f"case when {usual} or regexp_full_match({text}, '{PLAIN}')"
        f" then try_cast({text} as timestamp){others}"
        f" when regexp_full_match({text}, '{ZONED}')"
        f" then timezone({literal(timezone)}, try_cast({zoned} as timestamptz))"
        f" when {text} ilike '%:% _M' then try_strptime({text}, [{halves}]) end"
    )


def _faults(column: Column, given: bool) -> list[tuple[str, str, str]]:
    """(column, SQL that is true where the row breaks the declaration, SQL of the reason)."""
    me, text = column.name, _text(column)
    if not given:
        return [(me, "true", "'required, but the source has no such column'")] * column.required
    found: list[tuple[str, str, str]] = []
    if column.type in NOUNS:
        wrong = literal(f" is {NOUNS[column.type]}")
        test = f"case when {me} is null then trim({text}) <> '' else false end"
        found.append((me, test, f"left({text}, 80) || {wrong}"))
    if column.required:
        test = f"case when {me} is null then coalesce(trim({text}), '') = '' else false end"
        found.append((me, test, "'required, but blank'"))
    if column.type in ("TIMESTAMP", "DATE"):
        end = "$1::timestamp" if column.happened else f"date '{FAR_AHEAD}'"
        reason = f"case when {me} < date '{LONG_AGO}' then ' is no plausible date'"
        reason += f" else ' lies {'in' if column.happened else 'too far in'} the future' end"
        test = f"{me} not between date '{LONG_AGO}' and {end}"
        found.append((me, test, f"{text} || {reason}"))
    if column.allowed:
        reason = literal(f" is not one of {', '.join(column.allowed)}")
        test = _one_of(me, {"false": column.allowed}, f"{me} is not null")
        found.append((me, test, f"left({text}, 80) || {reason}"))
    for bound, sign, word in ((column.least, "<", "under"), (column.most, ">", "over")):
        if bound is not None:
            found.append((me, f"{me} {sign} {bound}", f"{text} || ' is {word} {bound:g}'"))
    return found
