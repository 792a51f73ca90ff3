"""Workbooks: one sheet, its first filled row the header, written out as CSV.

They are read in a process of their own, with bounds on its memory and time: a workbook can be made
so that it takes its reader down, and the one writer is not to go down with it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit.model.mistakes import Mistake
from cockpit.record.csvfile import Copy, select
from cockpit.record.reader import Reader, Torn, column_names, look_up, words
from cockpit.settings import PROJECT

MEMORY = 3 << 30
PATIENCE = 900.0
"""Seconds for one workbook."""
CSV = "Save it as CSV and send that"
BOMB_RATIO = 150
BOMB_FLOOR = 256 << 20


def open_workbook(path: Path, sheet: str, scratch: Path, where: str) -> Reader:
    """The records of a sheet; of the first visible one where none is named. Raises Mistake."""
    _refuse_bomb(path, where)
    target = scratch / "sheet.csv"
    command = [sys.executable, "-m", __name__, str(path.resolve()), sheet, str(target.resolve())]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise Mistake(f"reading it took over {PATIENCE:.0f} s", where=where, write=CSV) from None
    if done.returncode:
        raise Mistake(
            f"the workbook is damaged, or reading it takes over {MEMORY >> 30} GB of memory",
            where=where,
            write=f"Clear stray cells far from the table, or: {CSV}",
        )
    said = json.loads(done.stdout)
    if "refused" in said:
        raise Mistake(said["refused"], where=where + said["at"], write=said["write"])
    torn = tuple(Torn(line, text, wrong, tuple(cells)) for line, text, wrong, cells in said["torn"])
    columns = tuple(said["columns"])
    return Reader(select(target, ",", columns), columns, target, look_up(said["lines"]), torn)


def _refuse_bomb(path: Path, where: str) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(info.file_size for info in packed.infolist())
            names = packed.namelist()
    except zipfile.BadZipFile as error:
        raise Mistake(f"the workbook is damaged or cut off ({error})", where=where) from None
    if size > max(BOMB_FLOOR, path.stat().st_size * BOMB_RATIO):
        raise Mistake(
            f"the workbook unpacks to more than {BOMB_RATIO} times its size", where=where, write=CSV
        )
    if not any(name.startswith("xl/") or name == "content.xml" for name in names):
        raise Mistake(
            "this is a zip archive and no workbook", where=where, write="Send the files in it"
        )


def main() -> None:
    """Write a sheet out: PATH SHEET TARGET. Says what became of it as JSON."""
    path, sheet, target = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        said = _write_out(Path(path), sheet, Path(target))
    except Mistake as mistake:
        said = {"refused": mistake.found, "at": mistake.where or "", "write": mistake.write}
    sys.stdout.write(json.dumps(said))


def _write_out(path: Path, sheet: str, target: Path) -> dict[str, Any]:
    filled = (row for row in _rows(path, sheet) if any(cell.strip() for cell in row[1]))
    start, header = next(filled, (0, []))
    if not header:
        raise Mistake("the sheet is empty")
    while not header[-1].strip():
        header.pop()
    columns = column_names(header, f":{start}")
    width, torn = len(columns), []
    with target.open("w", encoding="utf-8", newline="") as out:
        copy = Copy(out, columns)
        for number, cells in filled:
            if any(cells[width:]):
                wrong = f"cells stand right of the last column, {columns[-1]!r}"
                torn.append((number, "\t".join(cells), wrong, cells[:width]))
            else:
                copy.add(number, cells[:width] + [""] * (width - len(cells)))
    return {"columns": columns, "lines": copy.lines.tolist(), "torn": torn}


def _rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet, numbered as a spreadsheet shows them, each cell as text."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(str(path))
        visible = [x.name for x in book.sheets_metadata if x.visible == SheetVisibleEnum.Visible]
        if sheet and sheet not in book.sheet_names:
            raise Mistake(
                f"there is no sheet {sheet!r}", write=f"Sheets: {', '.join(book.sheet_names)}"
            )
        if not sheet and not visible:
            raise Mistake("the workbook shows no sheet")
        rows = book.get_sheet_by_name(sheet or visible[0]).iter_rows()
        for number, row in enumerate(rows, 1):
            yield number, [_text(value) for value in row]
    except CalamineError as error:
        told = words(error, path, "it")
        raise Mistake(f"the workbook is damaged or cut off ({told})", write=CSV) from None


def _text(value: object) -> str:
    """A cell as CSV has it: whole numbers without a point, moments as 2026-10-01 08:30:00."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


if __name__ == "__main__":
    main()
