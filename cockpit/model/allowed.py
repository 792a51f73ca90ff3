"""What a SELECT of an analyst's may use: relations, and functions that only calculate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

FUNCTIONS = (
    "select distinct function_name, function_type, coalesce(stability, ''), internal"
    " from duckdb_functions()"
)
"""The question that gives every function DuckDB knows."""

TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}
MACROS = {
    "days_in_month",
    "fdiv",
    "fmod",
    "geomean",
    "geometric_mean",
    "if",
    "nullif",
    "split_part",
    "wavg",
    "weighted_avg",
}
"""Those of DuckDB's own macros that only calculate; beside them all of ``list_`` and ``array_``."""
REFUSED_STARTS = (
    "__",
    "json_serialize",
    "json_deserialize",
    "json_execute",
    "parse_",
    "pg_",
    "icu_",
)
REFUSED = {
    "current_localtime",
    "current_localtimestamp",
    "version",
    # They make much of nothing, and cannot be stopped on the way.
    "lpad",
    "repeat",
    "rpad",
    # Their time grows with the square of a text's length, and nothing can stop them on the way.
    "damerau_levenshtein",
    "editdist3",
    "levenshtein",
    "jaccard",
    "jaro_similarity",
    "jaro_winkler_similarity",
    "hamming",
    "mismatches",
}
CLOCKS = {
    "current_date",
    "current_localtime",
    "current_localtimestamp",
    "current_time",
    "current_timestamp",
    "get_current_time",
    "get_current_timestamp",
    "localtime",
    "localtimestamp",
    "now",
    "today",
    "transaction_timestamp",
    "ago",
}
BARE = {
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
}
"""Functions that are called without brackets: DuckDB's tree has them as columns."""


@dataclass(frozen=True)
class Allowed:
    """What a SELECT may use."""

    relations: frozenset[str]
    functions: frozenset[str]
    known: frozenset[str]
    """Every function there is, to tell a slip of the pen from what is not allowed."""


def allow(
    functions: list[tuple[Any, ...]], relations: Collection[str], own: Collection[str]
) -> Allowed:
    """What may be used, from what DuckDB knows (FUNCTIONS): only what calculates, and gives the
    same whenever it is asked. ``own`` are macros of the cockpit's.
    """
    good = {*own, *TABLE_FUNCTIONS}
    for name, kind, stability, internal in functions:
        low = str.lower(name)
        if low in REFUSED or low.startswith(REFUSED_STARTS):
            continue
        if kind in ("scalar", "aggregate", "window"):
            if stability == "CONSISTENT":
                good.add(low)
        elif (
            kind == "macro" and internal and (low in MACROS or low.startswith(("list_", "array_")))
        ):
            good.add(low)
    volatile = {str.lower(row[0]) for row in functions if row[2] not in ("CONSISTENT", "")}
    known = {str.lower(row[0]) for row in functions}
    return Allowed(frozenset(relations), frozenset(good - volatile), frozenset(known))
