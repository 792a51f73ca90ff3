"""How the bytes of a text file are to be read: as UTF-8 or as GB18030."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from cockpit.model.mistakes import Mistake

UTF8 = ("utf-8", "utf-8-sig")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHUNK = 1 << 18
ENOUGH = 100_000
"""Characters beyond ASCII that settle the question."""
FEW, MOST = 0.1, 0.34
"""Shares of broken characters: up to the first it is that encoding, beyond the other it is not."""


def recognise(path: Path, said: str, where: str) -> str:
    """The encoding of a text file: what its mark says, else what its source says, else whichever
    of UTF-8 and GB18030 the bytes are. A few broken characters do not change what the others
    are. Raises Mistake for what is no text, or neither of the two.
    """
    with path.open("rb") as opened:
        head = opened.read(4)
    marked = next((encoding for mark, encoding in MARKS if head.startswith(mark)), None)
    if marked != "utf-16":
        _refuse_nul(path, where)
    if marked is not None:
        return marked
    if said:
        return codecs.lookup(said).name
    broken: dict[str, float] = {}
    for encoding in ("utf-8", "gb18030"):
        broken[encoding] = _broken_share(path, encoding)
        if broken[encoding] <= FEW:
            return encoding
    least = min(broken, key=lambda encoding: broken[encoding])
    if broken[least] <= MOST:
        return least
    raise Mistake("the text is neither UTF-8 nor GB18030", where=where, write="Save it as UTF-8")


def recode(path: Path, encoding: str, target: Path) -> None:
    """Write a file anew as UTF-8, without a mark. Raises UnicodeDecodeError."""
    with (
        path.open(encoding=encoding, newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        while chunk := source.read(CHUNK):
            out.write(chunk)


def _refuse_nul(path: Path, where: str) -> None:
    with path.open("rb") as opened:
        before = 0
        while chunk := opened.read(CHUNK):
            if (at := chunk.find(b"\x00")) >= 0:
                break
            before += len(chunk)
        else:
            return
        opened.seek(0)
        line = 1 + sum(
            opened.read(CHUNK).count(b"\n", 0, before + at - begin)
            for begin in range(0, before + at, CHUNK)
        )
    raise Mistake(
        "a zero byte: this is no text file, or it was damaged",
        where=f"{where}:{line}",
        write="Send CSV, xlsx, JSON or Parquet",
    )


def _broken_share(path: Path, encoding: str) -> float:
    """Of what lies beyond ASCII, the share that is no character in an encoding. Three bytes that
    are one character in UTF-8 are hardly so by chance: they weigh ten times.
    """
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    good = broken = 0
    with path.open("rb") as opened:
        while (chunk := opened.read(CHUNK)) and good + broken < ENOUGH:
            for character in _beyond_ascii(decoder.decode(chunk)):
                if "\udc80" <= character <= "\udcff":
                    broken += 1
                else:
                    good += 10 if encoding == "utf-8" and character >= "\u0800" else 1
    return broken / max(1, good + broken)


def _beyond_ascii(text: str) -> str:
    return "" if text.isascii() else re.sub(r"[\x00-\x7f]+", "", text)
