"""Reading the folder of subjects: metrics, panels and sources, as the analysts wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cockpit.model.facts import FACTS
from cockpit.model.metric import Metric, read_metrics
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.panel import Broken, Panel, read_panel
from cockpit.model.source import Source, read_source, template_source
from cockpit.model.subject import FILE, NO_SUBJECTS, Subject, read_subject


def metrics(queries: Path) -> list[Metric]:
    """Every metric of every subject. Raises Mistake; a name stands only once in all of them."""
    found: dict[str, Metric] = {}
    for _, path, read in metric_files(queries):
        if isinstance(read, Mistake):
            raise read
        for name, metric in read.items():
            if name in found:
                raise Mistake(
                    f"metric {name!r} stands in {found[name].path} too",
                    where=shown(path),
                    write="Give one of them another name",
                )
            found[name] = metric
    return list(found.values())


def metric_files(queries: Path) -> Iterator[tuple[str, Path, dict[str, Metric] | Mistake]]:
    """Subject, file, and its metrics or what is wrong with the file as a whole."""
    for path in sorted(queries.glob("*/metrics.toml")):
        subject = path.parent.name
        try:
            yield subject, path, read_metrics(subject, text_of(path), shown(path))
        except Mistake as mistake:
            yield subject, path, mistake


def panels(queries: Path) -> tuple[list[Panel], list[Broken]]:
    """Every panel of every subject, and the files that are none; a name stands only once."""
    good: dict[str, Panel] = {}
    broken = []
    for path in _panel_files(queries):
        subject = path.parent.name
        try:
            panel = read_panel(subject, path.stem, text_of(path), shown(path))
            if panel.name in good:
                raise Mistake(
                    f"panel {panel.name!r} stands in {good[panel.name].path} too",
                    where=shown(path),
                    write="Give one of them another name",
                )
        except Mistake as mistake:
            broken.append(Broken(path.stem, subject, shown(path), mistake.text()))
        else:
            good[panel.name] = panel
    return sorted(good.values(), key=lambda each: (each.subject, each.order, each.name)), broken


def subjects(queries: Path) -> tuple[list[Subject], list[Broken]]:
    """Every subject, in their order, and the ``subject.toml`` files that are wrong."""
    found, broken = [], []
    for folder in _subject_folders(queries):
        path = folder / FILE
        try:
            found.append(
                read_subject(folder.name, text_of(path) if path.is_file() else "", shown(path))
            )
        except Mistake as mistake:
            found.append(Subject(folder.name, folder.name))
            broken.append(Broken(FILE, folder.name, shown(path), mistake.text()))
    return sorted(found, key=lambda each: (each.order, each.name)), broken


def written(queries: Path) -> tuple[object, ...]:
    """Which files say what is shown, and when each was last written: changes when they do."""
    paths = sorted(
        [*queries.glob("*/metrics.toml"), *queries.glob(f"*/{FILE}"), *_panel_files(queries)]
    )
    return tuple((path, path.stat().st_mtime_ns) for path in paths)


def _subject_folders(queries: Path) -> list[Path]:
    return sorted(
        folder
        for folder in (queries.iterdir() if queries.is_dir() else ())
        if folder.is_dir() and folder.name not in NO_SUBJECTS and folder.name[0] not in "._"
    )


def _panel_files(queries: Path) -> list[Path]:
    return [path for folder in _subject_folders(queries) for path in sorted(folder.glob("*.sql"))]


def sources(queries: Path) -> dict[str, Source]:
    """Every mapping in ``sources/``, and under each fact's own name its template."""
    found = {name: template_source(name) for name in FACTS}
    for path in sorted((queries / "sources").glob("*.sql")):
        found[path.stem] = read_source(path.stem, text_of(path), shown(path))
    return found


def source(queries: Path, name: str) -> Source:
    """One source, or a fact's template. Only the file asked for need be right. Raises Mistake."""
    path = queries / "sources" / f"{name}.sql"
    if name in FACTS:
        return template_source(name)
    if "/" in name or not path.is_file():
        known = [*FACTS, *(p.stem for p in (queries / "sources").glob("*.sql"))]
        raise Mistake(f"there is no source {name!r}", write=did_you_mean(name, known))
    return read_source(name, text_of(path), shown(path))


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
