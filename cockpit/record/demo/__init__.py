"""The demo city (演示数据): believable facts about a city's places, all of them made up.

Everything follows from the row numbers, the seed and the tree; nothing is read from a clock or a
random source, and no person, enterprise or event in it is real. What stands out in it was put
there, and is written down in PLANTED.
"""

from __future__ import annotations

from datetime import date

import duckdb

from cockpit.model.places import Tree
from cockpit.record.demo.cases import make_cases
from cockpit.record.demo.categories import lay_out
from cockpit.record.demo.chance import clear, seed_macros
from cockpit.record.demo.days import count_days, first_day, share_out
from cockpit.record.demo.places import grids, spread
from cockpit.record.demo.planted import PLANTED, Planted, stand
from cockpit.record.demo.points import come_back
from cockpit.record.demo.sharing import make_datasets, make_share_requests
from cockpit.record.demo.warnings import make_warnings
from cockpit.record.demo.worktime import Worktime

__all__ = ["PLANTED", "Planted", "generate", "grids", "stand"]

UNTIL = date(2026, 10, 31)


def generate(
    con: duckdb.DuckDBPyConnection, tree: Tree, *, cases: int, seed: int, until: date = UNTIL
) -> None:
    """Make ``demo_cases``, ``demo_warnings``, ``demo_datasets`` and ``demo_share_requests``.

    The connection carries the calendar's macros; the tree holds the grids. Each table has the
    columns its fact declares, in the order of time. Nothing happens after ``until``: what would,
    is still open. The data begin 22 months before, earlier where a year would hold too much.
    """
    first = first_day(cases, until)
    seed_macros(con, seed)
    worktime = Worktime(con, first, until)
    lay_out(con)
    spread(con, tree)
    count_days(con, cases, first, until)
    share_out(con)
    come_back(con, until)
    make_cases(con, worktime, until)
    make_warnings(con, max(300, cases // 400), first, until)
    make_datasets(con, tree.root, first, until)
    make_share_requests(con, tree.root, first, until)
    clear(con)
