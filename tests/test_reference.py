"""What is generated from the declarations is in step with them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cockpit.model.facts import FACTS
from cockpit.model.reference import reference, template
from cockpit.record.store import Record
from cockpit.settings import PROJECT
from tests import town as towns


def test_the_reference_is_what_the_declarations_say() -> None:
    assert (PROJECT / "data" / "README.md").read_text("utf-8") == reference(), (
        "write it anew with: cockpit new reference > data/README.md"
    )


@pytest.mark.parametrize("fact", FACTS)
def test_a_template_filled_in_is_taken(tmp_path: Path, fact: str) -> None:
    """One row of required columns only, in the template's own order."""
    settings = towns.found(tmp_path)
    row = {
        column.name: column.allowed[0] if column.allowed else "2026-01-05"
        for column in FACTS[fact].columns
        if column.required
    }
    columns = next(csv.reader([template(fact)]))
    text = ",".join(columns) + "\n" + ",".join(row.get(name, "") for name in columns) + "\n"
    with Record(settings) as record:
        receipt = towns.send(record, "filled.csv", text, by=fact)
    assert (receipt.accepted, receipt.quarantined, receipt.refused) == (1, 0, None)


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.name)
def test_every_column_says_what_it_is(fact: object) -> None:
    for column in fact.columns:  # type: ignore[attr-defined]
        assert column.title, column.name
        assert column.title_en, column.name
        assert len(column.meaning) > 3, column.name
