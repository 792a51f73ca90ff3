"""Reading the folder of subjects: metrics and sources, as the analysts wrote them."""

from __future__ import annotations

from pathlib import Path

from cockpit.model.facts import FACTS
from cockpit.model.metric import Metric, read_metrics
from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.model.source import Source, read_source, template_source


def metrics(queries: Path) -> list[Metric]:
    """Every metric of every subject. Raises Mistake; a name stands only once in all of them."""
    found: dict[str, Metric] = {}
    for path in sorted(queries.glob("*/metrics.toml")):
        for name, metric in read_metrics(path.parent.name, _text(path), _shown(path)).items():
            if name in found:
                raise Mistake(
                    f"metric {name!r} stands in {found[name].path} too",
                    where=_shown(path),
                    write="Give one of them another name",
                )
            found[name] = metric
    return list(found.values())


def sources(queries: Path) -> dict[str, Source]:
    """Every mapping in ``sources/``, and under each fact's own name its template."""
    found = {name: template_source(name) for name in FACTS}
    for path in sorted((queries / "sources").glob("*.sql")):
        found[path.stem] = read_source(path.stem, _text(path), _shown(path))
    return found


def source(queries: Path, name: str) -> Source:
    """One source, or a fact's template. Only the file asked for need be right. Raises Mistake."""
    path = queries / "sources" / f"{name}.sql"
    if name in FACTS:
        return template_source(name)
    if "/" in name or not path.is_file():
        known = [*FACTS, *(p.stem for p in (queries / "sources").glob("*.sql"))]
        raise Mistake(f"there is no source {name!r}", write=did_you_mean(name, known))
    return read_source(name, _text(path), _shown(path))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistake(
            f"byte {error.start} is not UTF-8", where=path, write="Save as UTF-8"
        ) from None


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
