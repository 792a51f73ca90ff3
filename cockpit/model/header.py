"""How an analyst's file of SQL opens: a TOML header in a comment, then one SELECT."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from cockpit.model.mistakes import Mistake

IDENTITY = re.compile(r"[a-z][a-z0-9_]*")
"""What a metric, panel, rule, wall or scene may be called."""
_OPENING = re.compile(r"\A\s*/\*(?P<header>.*?)\*/(?P<sql>.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Opened:
    """A file, split."""

    values: dict[str, object]
    """What the header says."""
    sql: str
    """What stands below it, without the semicolon at its end."""
    line: int
    """The line of the file on which the SQL begins."""
    text: str
    where: str

    def wrong(self, key: str, found: str, write: str = "") -> Mistake:
        """What is wrong with a key of the header."""
        return Mistake(found, where=f"{self.where}:{line_of(self.text, key)}", write=write or None)


def split(text: str, where: str, example: str) -> Opened:
    """Split a file into its header and its SQL. Raises Mistake; ``example`` is a header."""
    found = _OPENING.match(text)
    if found is None:
        raise Mistake(
            "the file does not open with a header",
            where=f"{where}:1",
            write=f"Open it with /* {example} */ and put the SELECT below",
        )
    try:
        values = tomllib.loads(found["header"])
    except tomllib.TOMLDecodeError as error:
        opening = text[: found.start("header")].count("\n")
        place = re.search(r"line (\d+), column (\d+)", str(error))
        spot = f":{opening + int(place[1])}:{place[2]}" if place else ""
        raise Mistake(f"the header is not TOML: {error}", where=f"{where}{spot}") from None
    sql = found["sql"]
    begins = found.start("sql") + len(sql) - len(sql.lstrip())
    return Opened(
        values,
        sql.strip().rstrip(";").strip(),
        text[: begins if sql.strip() else None].count("\n") + 1,
        text,
        where,
    )


def identity(name: str, what: str, where: str, write: str) -> None:
    """Whether something may be called so. Raises Mistake; ``write`` says what would be a name."""
    if not IDENTITY.fullmatch(name):
        raise Mistake(f"{name!r} is no name for a {what}", where=where, write=write)


def line_of(text: str, key: str) -> int:
    """The line on which a key of the header stands; the first where it does not."""
    found = re.search(
        rf"^[ \t]*(?:\"{re.escape(key)}\"|{re.escape(key)})\s*[.=]", text, re.MULTILINE
    )
    return text[: found.start()].count("\n") + 1 if found else 1
