"""CSV and TSV. DuckDB splits what is well written, fast; where it stumbles, the file is split
line by line, and what is no record is set aside as torn with its line.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from io import BufferedReader, StringIO, TextIOWrapper
from pathlib import Path
from typing import TextIO

from cockpit.model.mistakes import Mistake
from cockpit.record import encodings
from cockpit.record.casts import literal
from cockpit.record.reader import LONGEST, Doubt, Reader, Tell, Torn, column_names, look_up

DELIMITERS = (",", "\t", ";", "|")
TOLD = 50_000
"""Records between two words on progress."""

csv.field_size_limit(LONGEST)


def open_csv(path: Path, delimiter: str, encoding: str, scratch: Path, where: str) -> Reader:
    """The records of a text file; its first line gives the columns, and nothing else is guessed.
    ``delimiter`` left blank is recognised from that line. Raises Mistake.
    """
    delimiter = delimiter or _delimiter(path, encoding, where)
    with _opened(path, encoding) as opened:
        lines = _Lines(opened, where)
        columns = _header(lines, delimiter, where)
    plain = path

    def sure(tell: Tell) -> Reader:
        return _split_anew(path, encoding, delimiter, scratch, where, tell)

    if encoding not in encodings.UTF8:
        plain = scratch / "recoded"
        try:
            encodings.recode(path, encoding, plain)
        except UnicodeDecodeError:
            return sure(lambda share, rows: None)

    def lines_of(records: Sequence[int]) -> Sequence[int]:
        return _lines_of(path, encoding, delimiter, where, records)

    return Reader(select(plain, delimiter, columns), columns, plain, lines_of, sure=sure)


def select(path: Path, delimiter: str, columns: Sequence[str]) -> str:
    """SQL for the records of a well-written file in UTF-8."""
    listed = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    return (
        f"select * from read_csv({literal(str(path))}, auto_detect=false, header=true,"
        f" delim={literal(delimiter)}, quote='\"', escape='\"', columns={{{listed}}},"
        f" nullstr='', max_line_size={LONGEST})"
    )


class Copy:
    """A file written anew as CSV that nothing is wrong with. It knows the line that each record
    came from, and keeps what was torn.
    """

    def __init__(self, out: TextIO, columns: Sequence[str], delimiter: str = ","):
        self.columns = tuple(columns)
        self.lines = array("q")
        self.torn: list[Torn] = []
        self._out = out
        self._writer = csv.writer(
            out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n"
        )
        self._writer.writerow(columns)

    def add(self, line: int, fields: Sequence[str]) -> None:
        """Keep a record."""
        self._writer.writerow(fields)
        self.lines.append(line)

    def add_plain(self, line: int, text: str) -> None:
        """Keep a record that is well written already, without its line's end."""
        self._out.write(text + "\n")
        self.lines.append(line)


def fields(text: str, delimiter: str, width: int) -> list[str]:
    """The fields of a record that is all of a text. Raises Mistake."""
    lines = _Lines(StringIO(text.rstrip("\r\n") + "\n", newline=""), "")
    (_, _, found, wrong), *more = _records(lines, delimiter, width, "")
    if wrong or more:
        raise Mistake(wrong or "more than one record stands here")
    return found if found is not None else text.rstrip("\r\n").split(delimiter)


def _opened(path: Path, encoding: str) -> TextIOWrapper[BufferedReader]:
    """Opened so that bytes which are no characters pass through, to be found line by line."""
    if encoding == "utf-8":
        encoding = "utf-8-sig"
    return TextIOWrapper(path.open("rb"), encoding, "surrogateescape", newline="")


def _delimiter(path: Path, encoding: str, where: str) -> str:
    with _opened(path, encoding) as opened:
        first = next(_Lines(opened, where), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=unquoted.count)


def _split(lines: Iterable[str], delimiter: str, *, spaced: bool = False) -> Iterator[list[str]]:
    """The fields of each record; ``spaced`` where blanks stand before a quote."""
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=spaced)


def _header(lines: _Lines, delimiter: str, where: str) -> tuple[str, ...]:
    """The columns; reads as far as the header goes. Raises Mistake."""
    try:
        names = next(_split(lines, delimiter), [])
    except csv.Error as error:
        raise Mistake(f"the header cannot be read ({error})", where=f"{where}:1") from None
    if not any(name.strip() for name in names):
        raise Mistake("the first line is blank", where=f"{where}:1", write="Put column names there")
    return column_names(names, f"{where}:1")


class _Lines:
    """The lines of a file, with their ends, as csv.reader wants them; they can be given back."""

    def __init__(self, opened: TextIO, where: str):
        self._opened, self._where = opened, where
        self._again: deque[str] = deque()
        self.number = 0
        self.held: list[str] = []
        """Those taken since the last record began."""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._opened.readline(LONGEST)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == LONGEST:
            raise Mistake(
                f"this line is longer than {LONGEST:,} characters",
                where=f"{self._where}:{self.number}",
                write="Send a file of one record a line",
            )
        self.held.append(line)
        return line

    def give_back(self, lines: Sequence[str]) -> None:
        """Put the last lines taken back in front."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


def _records(
    lines: _Lines, delimiter: str, width: int, where: str
) -> Iterator[tuple[int, str, list[str] | None, str]]:
    """Every record below the header: its line, its text, its fields where quotes made them worth
    splitting, and what is wrong with it, if anything. Raises Mistake for a file that is cut off.
    """
    rows, spaced = _split(lines, delimiter), _split(lines, delimiter, spaced=True)
    for text in lines:
        lines.held.clear()
        at, fields, wrong = lines.number, None, ""
        if '"' in text:
            lines.give_back([text])
            text, fields, wrong = _quoted(rows, spaced, lines, delimiter, f"{where}:{at}")
        elif width > 1 and not text.strip(" \r\n"):
            continue
        found = len(fields) if fields is not None else text.count(delimiter) + 1
        if found > width and not wrong:
            fields = fields or text.rstrip("\r\n").split(delimiter)
            if not any(fields[width:]):  # blanks behind the last column are nothing
                fields, found = fields[:width], width
        if not wrong and found != width:
            wrong = f"{found} fields where the header has {width}"
            if found < width and not text.endswith(("\n", "\r")):
                raise Mistake(
                    f"the file is cut off: its last line has {found} of {width} fields and no end",
                    where=f"{where}:{at}",
                    write="Send the whole file again",
                )
        if not wrong and not text.isascii() and _broken(text):
            wrong = "it holds bytes that are no characters in the file's encoding"
        if wrong and '"' not in text:
            fields = text.rstrip("\r\n").split(delimiter)
        yield at, text, fields, wrong


def _quoted(
    rows: Iterator[list[str]],
    spaced: Iterator[list[str]],
    lines: _Lines,
    delimiter: str,
    where: str,
) -> tuple[str, list[str] | None, str]:
    """A record with quotes: its text, its fields, what is wrong. Where quotes are, its first line
    alone is torn: what follows may be sound.
    """
    try:
        fields = next(rows)
        late = [bool(re.match(' +"', field)) for field in fields]
        if any(late):
            lines.give_back(lines.held)
            lines.held.clear()
            found = next(spaced)
            if len(found) == len(fields):  # the blanks before other fields are their own
                found = [b if was else a for a, b, was in zip(fields, found, late, strict=True)]
            fields = found
        return "".join(lines.held), fields, ""
    except csv.Error as error:
        text = "".join(lines.held)
        if "unexpected end" in str(error) or "field larger" in str(error):
            raise Mistake(
                "a quote opens a field here that never ends",
                where=where,
                write="Close the quote; if the file is cut off, send the whole file again",
            ) from None
        tight = re.sub(rf'" +(?={re.escape(delimiter)}|[\r\n]|$)', '"', text)
        with suppress(csv.Error):
            if tight != text:
                again = _split(StringIO(tight, newline=""), delimiter, spaced=True)
                return text, next(again), ""
        first, *rest = lines.held
        lines.give_back(rest)
        return first, None, "a quote stands where a field neither begins nor ends"


def _broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _shown(text: str) -> str:
    """Text with its broken bytes written out, so that it can be kept."""
    return re.sub(r"[\udc80-\udcff]", lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", text)


def _split_anew(
    path: Path, encoding: str, delimiter: str, scratch: Path, where: str, tell: Tell
) -> Reader:
    """The sure way: split the file line by line into a copy, and what is torn apart from it."""
    size, target = path.stat().st_size, scratch / "copy.csv"
    with _opened(path, encoding) as opened, target.open("w", encoding="utf-8", newline="") as out:
        lines = _Lines(opened, where)
        copy = Copy(out, _header(lines, delimiter, where), delimiter)
        for at, text, fields, wrong in _records(lines, delimiter, len(copy.columns), where):
            if wrong:
                kept = _shown(text.rstrip("\r\n"))
                copy.torn.append(Torn(at, kept, wrong, tuple(map(_shown, fields or ()))))
            elif fields is None:
                copy.add_plain(at, text.rstrip("\r\n"))
            else:
                copy.add(at, fields)
            if len(copy.lines) % TOLD == 0:
                tell(min(1.0, opened.buffer.tell() / size), len(copy.lines))
    sql = select(target, delimiter, copy.columns)
    return Reader(sql, copy.columns, target, look_up(copy.lines), tuple(copy.torn))


def _lines_of(
    path: Path, encoding: str, delimiter: str, where: str, records: Sequence[int]
) -> Sequence[int]:
    """The lines of some records of a file that DuckDB split; read as far as the last of them.
    Raises Doubt where the lines tell of other records.
    """
    if not records:
        return []
    wanted, found = set(records), array("q")
    with _opened(path, encoding) as opened:
        lines = _Lines(opened, where)
        width = len(_header(lines, delimiter, where))
        for number, (at, _, _, wrong) in enumerate(_records(lines, delimiter, width, where)):
            if wrong:
                raise Doubt
            if number in wanted:
                found.append(at)
                if len(found) == len(wanted):
                    return found
    raise Doubt
