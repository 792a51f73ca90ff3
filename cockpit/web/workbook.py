"""Files that are taken along: a workbook of sheets, or one sheet as CSV.

A text that a spreadsheet would take for a formula stays a text.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from cockpit.web import numbers
from cockpit.web.sheets import Share, Sheet, Value

FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60
"""Characters that a column is wide at most."""
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
"""What a sheet's name may not have."""


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name.translate(FORBIDDEN)[:31]), sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Any, sheet: Sheet) -> None:
    page.freeze_panes = "A2"
    for at, width in enumerate(_widths(sheet), 1):
        page.column_dimensions[get_column_letter(at)].width = width
    heads = [_cell(page, head) for head in sheet.heads]
    for head in heads:
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="top")
    page.append(heads)
    for row in sheet.rows:
        page.append([_cell(page, value) for value in row])


def _cell(page: Any, value: Value) -> Any:
    plain: Any = float(value) if isinstance(value, Share) else value
    cell: Any = WriteOnlyCell(page, value=plain)
    if isinstance(value, str):
        cell.data_type = "s"  # also where it begins like a formula
    elif isinstance(value, Share):
        cell.number_format = "0.00%"
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, int | float):
        cell.number_format = "#,##0" if float(value).is_integer() else "#,##0.##"
    return cell


def _widths(sheet: Sheet) -> list[float]:
    shown = [sheet.heads, *([shown_as(value) for value in row] for row in sheet.rows[:200])]
    return [
        min(WIDEST, 2 + max(sum(1 if c.isascii() else 2 for c in row[at]) for row in shown))
        for at in range(len(sheet.heads))
    ]


def text(sheet: Sheet) -> bytes:
    """CSV, with the mark by which spreadsheets know UTF-8."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_safe(head) for head in sheet.heads])
    for row in sheet.rows:
        writer.writerow([_safe(v) if isinstance(v, str) else shown_as(v) for v in row])
    return out.getvalue().encode("utf-8-sig")


def shown_as(value: Value) -> str:
    """A value as the page shows it; nothing is an empty field."""
    if value is None:
        return ""
    if isinstance(value, Share):
        return numbers.percent(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value
