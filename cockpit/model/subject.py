"""What a subject is: a folder of queries/, its name on the screen, and where it stands."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from cockpit.model.mistakes import Mistake, did_you_mean

NO_SUBJECTS = ("sources", "rules", "walls")
"""Folders of queries/ that hold something else."""
FILE = "subject.toml"
_KINDS = {"title": str, "title_en": str, "order": int}


@dataclass(frozen=True)
class Subject:
    """A folder. ``title``, ``title_en`` and ``order`` are the keys of its ``subject.toml``."""

    name: str
    title: str
    title_en: str = ""
    order: int = 100
    """Subjects with small numbers stand first."""


def read_subject(name: str, text: str, where: str) -> Subject:
    """Read one ``subject.toml``; an empty text is a folder without. Raises Mistake."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        spot = re.search(r"line (\d+), column (\d+)", str(error))
        at = f"{where}:{spot[1]}:{spot[2]}" if spot else where
        raise Mistake(f"not TOML: {error}", where=at) from None
    for key, value in values.items():
        if key not in _KINDS:
            raise Mistake(f"unknown key {key!r}", where=where, write=did_you_mean(key, _KINDS))
        if type(value) is not _KINDS[key]:
            example = "order = 10" if key == "order" else f'{key} = "…"'
            raise Mistake(f"{key} is {value!r}", where=where, write=example)
    return Subject(name, **{"title": name, **values})
