"""What a source is: a file of somebody else's shape, and the SELECT that turns it into a fact.

``queries/sources/<name>.sql`` opens with a TOML header in a comment; then comes one SELECT from
``raw``, whose rows are the file's rows, each column as text. Every row of the file becomes one
row of the fact, so the SELECT neither filters nor groups: nothing that came in is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from cockpit.model.facts import FACTS, fact
from cockpit.model.header import line_of, split
from cockpit.model.mistakes import Mistake, did_you_mean

FORMATS = ("csv", "tsv", "xlsx", "json", "ndjson", "parquet")
ENCODINGS = ("utf-8", "gb18030")


@dataclass(frozen=True)
class Source:
    """A mapping. The fields up to ``note`` are the keys of the header."""

    fact: str
    title: str = ""
    title_en: str = ""
    format: str = ""
    """One of FORMATS, for files whose name and first bytes do not tell."""
    encoding: str = ""
    """utf-8, gb18030 or another that Python knows; left out, it is recognised."""
    delimiter: str = ""
    """One character between fields; left out, it is recognised from the header line."""
    null: tuple[str, ...] = ()
    """Marks that stand for nothing, such as "-"; an empty field always does."""
    sheet: str = ""
    """The sheet of a workbook; left out, the first."""
    note: str = ""
    name: str = ""
    sql: str = "select * from raw"
    path: str = ""


_SET_BY_FILE = {"name", "sql", "path"}


def read_source(name: str, text: str, where: str) -> Source:
    """Read one mapping file. Raises Mistake with file, line and what to write."""
    opened = split(text, where, 'fact = "cases"')
    values, sql = opened.values, opened.sql
    known = {field.name: field for field in fields(Source) if field.name not in _SET_BY_FILE}
    for key, value in values.items():
        line = line_of(text, key)
        if key not in known:
            raise Mistake(
                f"unknown key {key!r} in the header",
                where=f"{where}:{line}",
                write=did_you_mean(key, known),
            )
        if key == "null":
            if not isinstance(value, list) or not all(isinstance(mark, str) for mark in value):
                raise Mistake("null is no list of texts", where=f"{where}:{line}", write='["-"]')
            values[key] = tuple(value)
        elif not isinstance(value, str):
            raise Mistake(f"{key} is {value!r}", where=f"{where}:{line}", write=f'{key} = "…"')
    if "fact" not in values:
        raise Mistake("the header names no fact", where=f"{where}:1", write='Add fact = "cases"')
    if values["fact"] not in FACTS:
        raise Mistake(
            f"{values['fact']!r} is no fact",
            where=f"{where}:{line_of(text, 'fact')}",
            write=did_you_mean(str(values["fact"]), FACTS),
        )
    form, encoding = str(values.get("format", "")), str(values.get("encoding", ""))
    if form and form not in FORMATS:
        raise Mistake(
            f"{form!r} is no format",
            where=f"{where}:{line_of(text, 'format')}",
            write=did_you_mean(form, FORMATS),
        )
    if encoding and not _known(encoding):
        raise Mistake(
            f"{encoding!r} is no encoding",
            where=f"{where}:{line_of(text, 'encoding')}",
            write=did_you_mean(encoding.lower(), ENCODINGS),
        )
    if len(str(values.get("delimiter", ""))) > 1:
        raise Mistake(
            f"the delimiter {values['delimiter']!r} is more than one character",
            where=f"{where}:{line_of(text, 'delimiter')}",
            write='delimiter = ";"',
        )
    if not sql:
        raise Mistake("there is no SELECT below the header", where=where)
    return Source(**values, name=name, sql=sql, path=where)  # type: ignore[arg-type]


def _known(encoding: str) -> bool:
    try:
        "".encode(encoding)
    except LookupError:
        return False
    return True


def template_source(name: str) -> Source:
    """The source that every fact has under its own name: files in the template's columns."""
    declared = fact(name)
    return Source(fact=name, name=name, title=declared.title, title_en=declared.title_en)
