"""What ``cockpit new`` writes: files of analysts that work as they are, to be changed."""

from __future__ import annotations

import re
from pathlib import Path

from cockpit import disk
from cockpit.model.facts import FACTS, fact
from cockpit.model.header import IDENTITY
from cockpit.model.mistakes import Mistake
from cockpit.model.rule import FOLDER as RULES
from cockpit.model.subject import FILE, NO_SUBJECTS
from cockpit.record.queries import METRICS, panel_files, subjects
from cockpit.settings import Settings

PANEL = """\
/*
title    = "{title}"
title_en = "{title_en}"
asks     = "本期各地有多少?"
asks_en  = "How many are there in each place in the period?"
meaning  = "按{month}落在本期的{title}计数。"
chart    = "bars"
x        = "place"
y        = "rows"
labels   = {{ rows = ["数量", "Number"] }}
fact     = "{fact}"
*/
-- {fact}_here holds the rows of the place and period on the screen;
-- place is the name one level down, whichever level that is.
select place, count(*) as rows
from {fact}_here
group by place
order by rows desc, place
"""

METRIC = """\
[{name}]
title       = "{title}"
title_en    = "{title_en}"
fact        = "{fact}"
numerator   = "true"
clock       = "{month}"
# needs     = ["column"]  # rows of a source that does not give it do not count: blank is not zero
unit        = "count"
meaning     = "{month_title}落在本期的{title}数。"
meaning_en  = "Rows of {fact} whose {month} falls in the period."
"""

RULE = """\
/*
title      = "{title}激增"
title_en   = "A surge of {title_en}"
meaning    = "本期的{title}数，与此前六个同样长的时段的平均相比。"
meaning_en = "The number in the period, against the mean of the six of that length before."
topic      = "{title}激增"
fact       = "{fact}"
clock      = "{month}"
period     = "30d"
least      = 10

[limits]
district  = {{ yellow = 1.3, red = 2.0 }}
street    = {{ yellow = 1.5, red = 3.0 }}
community = {{ yellow = 3.0 }}
*/
-- A row for each place one level down: its value, and the baseline that is usual there.
-- The limits above say from how many times the baseline each colour is earned.
with usual as (
    select place_code, count(*) / 6.0 as mean
    from {fact}_all_time_here
    where {month} >= period_start() - interval 180 day and {month} < period_start()
    group by place_code
)
select place, place_code, count(*) as value, any_value(mean) as baseline
from {fact}_here
left join usual using (place_code)
group by place, place_code
order by value desc, place_code
"""

SOURCE = """\
/*
fact     = "{fact}"
title    = "{name}"
title_en = "{name}"
*/
-- raw holds the rows of the file, each column as text: name here what the file calls them.
select
{columns}
from raw
"""

SUBJECT = """\
title    = "{name}"
title_en = "{name}"
order    = 100
"""


def panel(settings: Settings, name: str, subject: str, about: str = "") -> list[Path]:
    """A panel of a subject, about a fact (the subject's own if empty), in the deployment's own
    folder. Gives the file; raises Mistake rather than write over anything, as do the others.
    """
    _named(name)
    _known(settings, subject)
    for path in panel_files(*settings.folders):
        if path.stem == name:
            raise _taken(path)
    return [_new(settings.own / subject / f"{name}.sql", _panel(about or subject))]


def metric(settings: Settings, name: str, subject: str, about: str = "") -> list[Path]:
    """A metric at the end of a subject's file."""
    _named(name)
    _known(settings, subject)
    for folder in settings.folders:
        _has_not(folder / subject / METRICS, name)
    return [_append(settings.own / subject / METRICS, name, about or subject)]


def source(settings: Settings, name: str, about: str) -> list[Path]:
    """A mapping to a fact."""
    _named(name)
    _free(settings, "sources", name)
    return [_new(settings.own / "sources" / f"{name}.sql", _source(name, about))]


def rule(settings: Settings, name: str, about: str) -> list[Path]:
    """A rule about a fact."""
    _named(name)
    _free(settings, RULES, name)
    declared = fact(about)
    text = RULE.format(
        title=declared.title,
        title_en=declared.title_en.lower(),
        fact=declared.name,
        month=declared.month,
    )
    return [_new(settings.own / RULES / f"{name}.sql", text)]


def subject(settings: Settings, name: str, about: str) -> list[Path]:
    """A subject: a folder with a name, a metric and a panel about a fact."""
    _named(name)
    fact(about)
    for folder in settings.folders:
        if name in NO_SUBJECTS or (folder / name).exists():
            raise Mistake(f"{name!r} is taken", where=folder / name, write="Give another name")
    mine = settings.own / name
    return [
        _new(mine / FILE, SUBJECT.format(name=name)),
        _append(mine / METRICS, f"{name}_rows", about),
        _new(mine / f"{name}_by_place.sql", _panel(about)),
    ]


def _named(name: str) -> None:
    if not IDENTITY.fullmatch(name):
        raise Mistake(f"{name!r} is no name", write="Small letters, digits and _")


def _known(settings: Settings, subject: str) -> None:
    known = sorted(each.name for each in subjects(*settings.folders)[0])
    if subject not in known:
        raise Mistake(
            f"there is no subject {subject!r}",
            write=f"Known: {', '.join(known)}. A new one: cockpit new subject {subject}",
        )


def _free(settings: Settings, kind: str, name: str) -> None:
    """Raises Mistake where such a file stands in either folder."""
    for folder in settings.folders:
        path = folder / kind / f"{name}.sql"
        if path.exists():
            raise _taken(path)


def _taken(path: Path) -> Mistake:
    return Mistake("there is such a file already", where=path, write="Give another name")


def _new(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        disk.write(path, text, new=True)
    except FileExistsError:
        raise _taken(path) from None
    return path


def _has_not(path: Path, name: str) -> None:
    before = path.read_text("utf-8-sig") if path.is_file() else ""
    if re.search(rf"^\s*\[\s*\"?{name}\"?\s*\]", before, re.MULTILINE):
        raise Mistake(f"there is a metric {name!r} already", where=path, write="Give another name")


def _append(path: Path, name: str, about: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text("utf-8-sig") if path.is_file() else ""
    gap = "\n" if before and not before.endswith("\n\n") else ""
    disk.write(path, before + gap + _metric(name, about))
    return path


def _about(name: str) -> str:
    """The fact to write about. Raises Mistake where the subject is none and none is named."""
    if name not in FACTS:
        raise Mistake(
            f"the subject {name!r} is no fact", write=f"Say which: --fact {' or '.join(FACTS)}"
        )
    return name


def _panel(name: str) -> str:
    about = FACTS[_about(name)]
    month = about.column(about.month).title
    return PANEL.format(title=about.title, title_en=about.title_en, month=month, fact=about.name)


def _metric(name: str, about: str) -> str:
    declared = FACTS[_about(about)]
    return METRIC.format(
        name=name,
        title=declared.title,
        title_en=declared.title_en,
        fact=declared.name,
        month=declared.month,
        month_title=declared.column(declared.month).title,
    )


def _source(name: str, about: str) -> str:
    declared = fact(about)
    names = [c.name for c in declared.columns if c.required or c.name == "place"]
    columns = ",\n".join(f"    {each} as {each}" for each in names)
    return SOURCE.format(name=name, fact=about, columns=columns)
