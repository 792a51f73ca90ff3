"""Reading the folders of subjects: metrics, panels and sources, as the analysts wrote them.

There are two, read as if they were one: what comes with the cockpit, and the deployment's own. A
subject may stand in both; a name of a metric, a panel or a source stands only once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cockpit.model.facts import FACTS
from cockpit.model.metric import Metric, read_metrics
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.panel import Broken, Panel, read_panel
from cockpit.model.rule import FOLDER as RULES
from cockpit.model.rule import Rule, read_rule
from cockpit.model.source import Source, read_source, template_source
from cockpit.model.subject import FILE, NO_SUBJECTS, Subject, read_subject
from cockpit.model.wall import FOLDER, Wall, read_wall

METRICS = "metrics.toml"


def metrics(*folders: Path) -> list[Metric]:
    """Every metric of every subject. Raises Mistake; a name stands only once in all of them."""
    found: dict[str, Metric] = {}
    for _, path, read in metric_files(*folders):
        if isinstance(read, Mistake):
            raise read
        for name, metric in read.items():
            if name in found:
                raise twice("metric", name, found[name].path, shown(path))
            found[name] = metric
    return list(found.values())


def metric_files(*folders: Path) -> Iterator[tuple[str, Path, dict[str, Metric] | Mistake]]:
    """Subject, file, and its metrics or what is wrong with the file as a whole."""
    for path in _each(folders, f"*/{METRICS}"):
        subject = path.parent.name
        try:
            yield subject, path, read_metrics(subject, text_of(path), shown(path))
        except Mistake as mistake:
            yield subject, path, mistake


def panels(*folders: Path) -> tuple[list[Panel], list[Broken]]:
    """Every panel of every subject, and the files that are none; a name stands only once."""
    good: dict[str, Panel] = {}
    broken = []
    for path in panel_files(*folders):
        subject = path.parent.name
        try:
            panel = read_panel(subject, path.stem, text_of(path), shown(path))
            if panel.name in good:
                raise twice("panel", panel.name, good[panel.name].path, shown(path))
        except Mistake as mistake:
            broken.append(Broken(path.stem, subject, shown(path), mistake.text()))
        else:
            good[panel.name] = panel
    return sorted(good.values(), key=lambda each: (each.subject, each.order, each.name)), broken


def rules(*folders: Path) -> tuple[list[Rule], list[Broken]]:
    """Every rule, and the files that are none; a name stands only once."""
    good: dict[str, Rule] = {}
    broken = []
    for path in _each(folders, f"{RULES}/*.sql"):
        try:
            if path.stem in good:
                raise twice("rule", path.stem, good[path.stem].path, shown(path))
            good[path.stem] = read_rule(path.stem, text_of(path), shown(path))
        except Mistake as mistake:
            broken.append(Broken(path.stem, RULES, shown(path), mistake.text(), "rule"))
    return list(good.values()), broken


def subjects(*folders: Path) -> tuple[list[Subject], list[Broken]]:
    """Every subject, in their order, and the ``subject.toml`` files that are wrong."""
    found: dict[str, Subject] = {}
    written: dict[str, Path] = {}
    broken = []
    for folder in _subject_folders(folders):
        path, name = folder / FILE, folder.name
        found.setdefault(name, Subject(name, name))
        if not path.is_file():
            continue
        try:
            if name in written:
                raise twice("subject", name, shown(written[name]), shown(path))
            written[name] = path
            found[name] = read_subject(name, text_of(path), shown(path))
        except Mistake as mistake:
            broken.append(Broken(FILE, name, shown(path), mistake.text()))
    return sorted(found.values(), key=lambda each: (each.order, each.name)), broken


def walls(*folders: Path) -> tuple[list[tuple[Wall, str]], list[Broken]]:
    """Every wall with its text, and the files that are none."""
    good: dict[str, tuple[Wall, str]] = {}
    broken = []
    for path in _each(folders, f"{FOLDER}/*.toml"):
        try:
            text = text_of(path)
            if path.stem in good:
                raise twice("wall", path.stem, good[path.stem][0].path, shown(path))
            good[path.stem] = (read_wall(path.stem, text, shown(path)), text)
        except Mistake as mistake:
            broken.append(Broken(path.stem, FOLDER, shown(path), mistake.text()))
    return list(good.values()), broken


def written(*folders: Path) -> tuple[object, ...]:
    """Which files say what is shown, and when each was last written: changes when they do."""
    paths = [
        *_each(folders, f"*/{METRICS}"),
        *_each(folders, f"*/{FILE}"),
        *_each(folders, f"{FOLDER}/*.toml"),
        *_each(folders, f"{RULES}/*.sql"),
        *panel_files(*folders),
    ]
    return tuple((path, path.stat().st_mtime_ns) for path in sorted(paths))


def panel_files(*folders: Path) -> list[Path]:
    """Every file that a panel stands in."""
    return [path for folder in _subject_folders(folders) for path in sorted(folder.glob("*.sql"))]


def sources(*folders: Path) -> dict[str, Source]:
    """Every mapping of ``sources/``, and under each fact's own name its template."""
    found = {name: template_source(name) for name in FACTS}
    for path in _each(folders, "sources/*.sql"):
        found[path.stem] = source(folders, path.stem)
    return found


def source_names(folders: Sequence[Path]) -> list[str]:
    """What a file may be sent as: a fact, or a mapping of ``sources/``."""
    return [*FACTS, *(path.stem for path in _each(folders, "sources/*.sql"))]


def source(folders: Sequence[Path], name: str) -> Source:
    """One source, or a fact's template. Only the file asked for need be right. Raises Mistake."""
    if name in FACTS:
        return template_source(name)
    known = _each(folders, "sources/*.sql")
    paths = [path for path in known if path.stem == name]
    if not paths:
        names = source_names(folders)
        raise Mistake(f"there is no source {name!r}", write=did_you_mean(name, names))
    first, *others = paths
    if others:
        raise twice("source", name, shown(first), shown(others[0]))
    return read_source(name, text_of(first), shown(first))


def twice(kind: str, name: str, before: str, where: str) -> Mistake:
    """What is said of a name that stands in two files."""
    return Mistake(
        f"{kind} {name!r} stands in {before} too",
        where=where,
        write="Keep one of the two files" if kind == "subject" else "Give one of them another name",
    )


def _each(folders: Iterable[Path], pattern: str) -> list[Path]:
    """The files of a pattern, folder by folder."""
    return [path for folder in folders for path in sorted(folder.glob(pattern))]


def _subject_folders(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for each in sorted(folder.iterdir()) if folder.is_dir() else ():
            if each.is_dir() and each.name not in NO_SUBJECTS and each.name[0] not in "._":
                yield each


def text_of(path: Path) -> str:
    """What a file says. Raises Mistake for one that is no UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistake(
            f"byte {error.start} is not UTF-8", where=path, write="Save as UTF-8"
        ) from None


def shown(path: Path) -> str:
    """A file's path as people read it: from where they stand, if it lies below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
